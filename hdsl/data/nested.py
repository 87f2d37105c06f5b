"""Nested lists and objects become arrays: one axis for each level."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import chain
from types import NoneType
from typing import Any

import numpy as np

from hdsl.data.cells import read_scalars
from hdsl.data.fields import ArrayPlaces, Field, LabelTuple, Places
from hdsl.data.mistakes import mistake
from hdsl.diagnostics import HdslError

DEEPEST = 32
SMALL = 10_000_000
SPARSEST = 50
_SCALARS: frozenset[type] = frozenset({int, float, bool, str, NoneType})


def field_from_nested(
    name: str,
    value: Any,
    plain: Callable[[object], object] | None = None,
    places: Places | None = None,
    source: str = "",
) -> Field:
    """An array from nested lists and dicts, whose first level is the first axis.

    Short lists end in missing cells, and so does an object that lacks a key that another one on
    its level has. None is missing, on whatever level. Keys become labels, in the order in which
    they appear; they are numbers where all of them read as numbers.

    Parameters
    ----------
    name
        The field's name.
    value
        Lists, dicts, `int`, `float`, `bool`, `str`, None.
    plain
        Turns anything else into one of these.
    places
        Where the elements are, if brackets after the name don't say it.
    source
        The file, for messages.

    Raises
    ------
    HdslError
        If one level holds both lists and values (HB466), or the levels make no array (HB464).
    """
    within = f" in `{source}`" if source else ""
    nodes: list[Any] = [value]
    shape: list[int] = []
    labels: list[LabelTuple | None] = []
    while True:
        if plain is not None and not _SCALARS.issuperset(map(type, nodes)):
            nodes = [plain(node) for node in nodes]
        kinds = set(map(type, nodes)) - {NoneType}
        if not kinds & {list, dict}:
            break
        if len(kinds) > 1:
            raise _mixed(name, nodes, ArrayPlaces(name, tuple(labels)), shape, within)
        if len(shape) == DEEPEST:
            raise too_deep(f"`{name}`{within}")
        open_level = _open_dicts if dict in kinds else _open_lists
        size, keys, nodes = open_level(f"`{name}`{within}", nodes)
        shape.append(size)
        labels.append(keys)
    cells = read_scalars(nodes)
    first = None
    if cells.first_text is not None:
        first = tuple(int(i) for i in np.unravel_index(cells.first_text, shape)) if shape else ()
    return Field(
        name,
        cells.values.reshape(shape),
        cells.missing.reshape(shape),
        cells.kind,
        tuple(labels),
        places if places is not None else ArrayPlaces(name, tuple(labels)),
        first_text=first,
    )


def labels_from_keys(keys: Iterable[object]) -> LabelTuple:
    """Labels from an object's keys: numbers where all read as numbers, and differently."""
    found = list(keys)
    if all(isinstance(key, int | float) and not isinstance(key, bool) for key in found):
        numbers = [float(key) for key in found if isinstance(key, int | float)]
    else:
        numbers = [_number(str(key)) for key in found]
    held = [x for x in numbers if x is not None and math.isfinite(x) and abs(x) <= 2.0**53]
    if len(held) == len(found) and len(set(held)) == len(held):
        return tuple(held)
    return tuple(str(key) for key in found)


def _number(text: str) -> float | None:
    if "_" in text or not text.isascii() or text != text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _open_lists(what: str, nodes: list[Any]) -> tuple[int, None, list[Any]]:
    present = [len(node) for node in nodes if node is not None]
    size = max(present)
    _check_density(what, size * len(nodes), sum(present))
    if size * len(nodes) == sum(present):
        return size, None, list(chain.from_iterable(filter(None, nodes)))
    opened: list[Any] = []
    for node in nodes:
        opened += node or ()
        opened += [None] * (size - len(node or ()))
    return size, None, opened


def _open_dicts(what: str, nodes: list[Any]) -> tuple[int, LabelTuple, list[Any]]:
    objects: list[dict[Any, Any]] = [{} if node is None else node for node in nodes]
    keys = list(dict.fromkeys(chain.from_iterable(objects)))
    _check_density(what, len(keys) * len(nodes), sum(map(len, objects)))
    return len(keys), labels_from_keys(keys), [node.get(key) for node in objects for key in keys]


def _check_density(what: str, cells: int, present: int) -> None:
    if cells > SMALL and cells > SPARSEST * present:
        raise mistake(
            "HB464",
            f"{what} would be an array of {cells} cells with values for {present} of them",
            cause="an array has one size for each axis, so rows that are shorter than the longest "
            "end in missing cells",
            help="give the values as a table: one row a value, and its indices in columns",
        )


def too_deep(what: str) -> HdslError:
    """The mistake of lists within lists without an end in sight."""
    return mistake(
        "HB464",
        f"{what} is nested too deeply",
        cause=f"each level of lists or objects is an axis, and an array has at most {DEEPEST}",
        help="check that the brackets of the lists are closed where they should be",
    )


def _mixed(
    name: str, nodes: list[Any], places: ArrayPlaces, shape: list[int], within: str
) -> HdslError:
    seen: dict[str, str] = {}
    for position, node in enumerate(nodes):
        if node is not None:
            index = tuple(int(i) for i in np.unravel_index(position, shape)) if shape else ()
            seen.setdefault(_what_is(node), places.place(index))
    said = [f"{place} is {what}" for what, place in seen.items()]
    return mistake(
        "HB466",
        f"{said[0]}, but {said[1]}{within}",
        cause=f"`{name}` is an array, and everything on one level of an array is alike: lists, "
        "objects with keys, or values",
        help="give each list the same depth; write `null` for what is missing",
    )


def _what_is(node: object) -> str:
    if isinstance(node, list):
        return "a list"
    if isinstance(node, dict):
        return "an object with keys"
    return "a single value"
