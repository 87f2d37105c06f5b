"""Reading JSON files: Stan's form, objects with labels, and lists of records."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from hdsl.data.fields import Field, RowPlaces, Table
from hdsl.data.fingerprint import fingerprint_bytes
from hdsl.data.mistakes import mistake, shown
from hdsl.data.nested import field_from_nested, too_deep
from hdsl.data.text import decode
from hdsl.diagnostics import HdslError

LONGEST_WHOLE_NUMBER = 4300


def read_json(content: bytes, name: str) -> Table:
    """Named fields from the bytes of a JSON file.

    An object ``{"N": 8, "y": [[1, 2], [3]], "r": {"A": 28}}`` gives one field a name, as
    `hdsl.data.nested.field_from_nested` reads it; a list of objects ``[{"a": 1}, {"a": 2}]`` is a
    table with one row an object. ``null`` and ``NaN`` are missing; ``"inf"``, ``"-inf"`` and
    ``"NaN"`` are numbers among numbers, as Stan writes them. Other numbers in quotes are texts,
    and so are numbers that 64 bits can't hold.

    Raises
    ------
    HdslError
        HB456 not UTF-8, HB458 names, HB460 no rows, HB462 not JSON, HB463 a key twice, HB464 no
        array, HB465 no named fields, HB466 lists beside values.
    """
    value = _parsed(decode(content, name), name)
    fingerprint = fingerprint_bytes(content)
    if isinstance(value, dict):
        fields = {key: field_from_nested(key, item, source=name) for key, item in value.items()}
        _check_names(fields, name)
        return Table(name, fields, False, None, fingerprint)
    if isinstance(value, list) and all(isinstance(record, dict) for record in value):
        return table_from_records(value, name, fingerprint)
    raise mistake(
        "HB465",
        f"`{name}` holds no named fields",
        cause=f"data are found by their names, and the file's outermost value is {_kind(value)}",
        help='write an object, `{"y": [1, 2]}`, or a list of records, `[{"y": 1}, {"y": 2}]`',
    )


def table_from_records(records: list[dict[str, Any]], name: str, fingerprint: str) -> Table:
    """A table with one row for each record; a name that a record lacks is a missing cell there.

    Raises
    ------
    HdslError
        HB460 if there are no records, HB458 if a name is empty, HB464 or HB466 if the values of
        one name make no array.
    """
    rows = np.arange(1, len(records) + 1, dtype=np.int64)
    names = list(dict.fromkeys(key for record in records for key in record))
    if not names:
        raise mistake(
            "HB460",
            f"`{name}` has no rows of data",
            cause="a list of records has one object with named values for each row",
            help="check that this is the right file, and that it was written completely",
        )
    _check_names(names, name)
    fields: dict[str, Field] = {}
    for key in names:
        places = RowPlaces(key, rows, "record", "field")
        column = [record.get(key) for record in records]
        fields[key] = field_from_nested(key, column, places=places, source=name)
    return Table(name, fields, True, rows, fingerprint)


def _parsed(text: str, name: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise _twice(name, [key for key, _ in pairs])
        return members

    try:
        return json.loads(
            text, object_pairs_hook=unique, parse_int=_whole_number, parse_float=_decimal_number
        )
    except json.JSONDecodeError as error:
        raise _not_json(text, name, error) from None
    except RecursionError:
        raise too_deep(f"`{name}`") from None


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_WHOLE_NUMBER else digits


def _decimal_number(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _check_names(names: Iterable[str], name: str) -> None:
    if any(not key.strip() for key in names):
        raise mistake(
            "HB458",
            f"a field of `{name}` has no name",
            cause="fields are found by their names, and one key is empty",
            help="name it, or delete it",
        )


def _twice(name: str, keys: list[str]) -> HdslError:
    key = next(key for i, key in enumerate(keys) if key in keys[:i])
    beside = next((other for other in keys if other != key), None)
    where = "" if beside is None else f", in the object that also has {shown(beside)}"
    return mistake(
        "HB463",
        f"`{name}` has the key {shown(key)} twice in one object",
        cause=f"a key names one value{where}",
        help="delete one of the two, or give it another name",
    )


def _not_json(text: str, name: str, error: json.JSONDecodeError) -> HdslError:
    line = text[error.pos :].split("\n", 1)[0].strip()
    end = "the line ends there" if error.pos < len(text) else "the file ends there"
    found = f"found {shown(line)}" if line else end
    if not text.strip():
        found = "the file is empty"
    return mistake(
        "HB462",
        f"`{name}` is not JSON: line {error.lineno}, column {error.colno}",
        cause=f"{_expectation(error.msg)}; {found}",
        help="check the quotes, commas and brackets just before that place",
    )


def _expectation(message: str) -> str:
    known = {
        "Expecting value": "A value should stand there",
        "Expecting property name": "A key in double quotes should stand there",
        "Expecting ':'": "A colon should stand there, between a key and its value",
        "Expecting ','": "A comma or a closing bracket should stand there",
        "Illegal trailing comma": "No comma stands after the last element",
        "Extra data": "One value makes the whole file, and something follows it",
        "Unterminated string": "A text is never closed by a double quote",
        "Invalid control": "A text goes over the end of a line, or holds a tab",
        "Invalid \\": "A backslash in a text begins one of a few marks, such as `\\n` or `\\u00e9`",
    }
    return next((said for start, said in known.items() if message.startswith(start)), message)


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list of values" if value else "an empty list"
    return "null" if value is None else "a single value"
