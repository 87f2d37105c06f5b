"""What other libraries' values are in plain Python and NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.data.cells import LARGEST_EXACT, Cells, Kind
from hdsl.data.mistakes import mistake, shown
from hdsl.diagnostics import HdslError

_MISSING_TYPES = frozenset({"NAType", "NaTType", "MaskedConstant"})


def plain_array(name: str, value: Any) -> NDArray[Any]:
    """An array of numbers or truth values, or one of objects for all else.

    Masked elements become nan or None, dates become texts.

    Raises
    ------
    HdslError
        If the array holds what is neither (HB467).
    """
    array = _as_array(value)
    kind = array.dtype.kind
    if isinstance(array, np.ma.MaskedArray) and kind in "OUbiuf":
        objects = np.asarray(array.data).astype(object)
        objects[np.ma.getmaskarray(array)] = None
        return objects
    if kind in "OU":
        return array.astype(object)
    if kind in "biuf":
        return array
    if kind == "M":
        return _iso_dates(array)
    if kind == "S":
        return _decoded(name, array)
    raise _no_data(name, f"an array of type {array.dtype}")


def _as_array(value: Any) -> NDArray[Any]:
    if isinstance(value, np.ndarray):
        return value
    dtype = getattr(value, "dtype", None)
    if isinstance(dtype, np.dtype) or not hasattr(value, "astype"):
        return np.asarray(value)
    # pandas' own types (categories, nullable integers, dates with a zone) know best what they hold.
    return np.asarray(value.astype(object), dtype=object)


def numeric_cells(array: NDArray[Any]) -> Cells | None:
    """The values of an array of numbers; None if it may hold texts or numbers too long."""
    kind = array.dtype.kind
    if kind not in "biuf":
        return None
    with np.errstate(over="ignore"):  # a number of more than 64 bits may become infinite
        values = array.astype(np.float64)
    if kind in "iu" and array.itemsize == 8:
        large = np.abs(values) >= LARGEST_EXACT
        if any(int(x) != int(y) for x, y in zip(array[large], values[large], strict=True)):
            return None
    kinds: dict[str, Kind] = {"b": "bool", "i": "integer", "u": "integer"}
    return Cells(values, np.isnan(values), kinds.get(kind, "number"))


def plain_node(name: str, node: Any) -> Any:
    """One element as a list, dict, `int`, `float`, `bool`, `str` or None.

    Raises
    ------
    HdslError
        If it is nothing of the kind (HB467).
    """
    if node is None or type(node) in (int, float, bool, str, list, dict):
        return node
    if type(node).__name__ in _MISSING_TYPES:
        return None
    if isinstance(node, Mapping):
        return dict(node)
    if isinstance(node, list | tuple | range):
        return list(node)
    if isinstance(node, datetime | date):
        return iso_text(node)
    if isinstance(node, Decimal | Fraction):
        return float(node)
    for plain in (str, bool, int, float):
        if isinstance(node, plain):
            return plain(node)
    if hasattr(node, "__array__"):
        array = plain_array(name, node)
        return plain_node(name, array.item()) if array.ndim == 0 else array.tolist()
    if type(node).__name__ in ("Period", "Interval"):
        return str(node)
    raise _no_data(name, unusable(node))


def iso_text(moment: date) -> str:
    """A date as ``2014-02-18``; with the time of day where it isn't midnight."""
    if isinstance(moment, datetime) and moment.tzinfo is None and moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat()


def unusable(value: object) -> str:
    """What a value is, for a message that refuses it."""
    return f"of type {shown(type(value).__name__)}"


def _iso_dates(array: NDArray[Any]) -> NDArray[Any]:
    known = array[~np.isnat(array)]
    if (known == known.astype("datetime64[D]")).all():
        array = array.astype("datetime64[D]")
    texts = np.asarray(np.datetime_as_string(array), dtype=object)
    texts[np.isnat(array)] = None
    return texts


def _decoded(name: str, array: NDArray[Any]) -> NDArray[Any]:
    try:
        return np.strings.decode(array, "utf-8").astype(object)
    except UnicodeDecodeError:
        raise _no_data(name, "an array of bytes") from None


def _no_data(name: str, what: str) -> HdslError:
    return mistake(
        "HB467",
        f"`{name}` can't be data: it is or holds something {what}",
        cause="data are numbers, truth values, texts and dates, alone or in lists, dicts, arrays, "
        "Series or data frames",
        help="turn it into an array of numbers first",
    )
