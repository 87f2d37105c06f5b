"""The types of data: which values each admits, and positions for the members of index sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Value
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.text import with_axes
from hdsl.model.alignment import positions_in
from hdsl.model.arrangement import Arranged
from hdsl.model.element_names import (
    and_more,
    first_index,
    label_name,
    listed_labels,
    number_name,
    suggestion,
)

SIMPLEX_TOLERANCE = 1e-6


@dataclass(frozen=True)
class NumberType:
    """A type of numbers: which it admits, and in words."""

    admits: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
    words: str


def _whole(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.isfinite(x) & (x == np.floor(x))


NUMBER_TYPES: dict[str, NumberType] = {
    "real": NumberType(lambda x: ~np.isnan(x), "numbers"),
    "int": NumberType(_whole, "whole numbers"),
    "count": NumberType(lambda x: _whole(x) & (x >= 0), "whole numbers from 0"),
    "bool": NumberType(lambda x: (x == 0) | (x == 1), "0 and 1, or false and true"),
    "positive": NumberType(lambda x: np.isfinite(x) & (x > 0), "numbers above 0"),
    "probability": NumberType(lambda x: (x >= 0) & (x <= 1), "numbers from 0 to 1"),
    "simplex": NumberType(
        lambda x: (x >= 0) & (x <= 1 + SIMPLEX_TOLERANCE),
        "numbers from 0 to 1 that add up to 1 over the last index",
    ),
}


def typed(
    arranged: Arranged, sets: Mapping[str, IndexSet], words: Mapping[str, str], report: Report
) -> Value | None:
    """The values as numbers, or as positions in their index set; `None` where some do not fit.

    Missing cells hold the first value that is there.

    Parameters
    ----------
    words
        Where the labels of each set come from, for messages.
    report
        Where mistakes go: HB478 texts, HB479 and HB484 values that are not of the type, HB480
        values that are no members.
    """
    declared = arranged.declaration
    if arranged.missing.any():
        arranged = _filled(arranged)
    if declared.type is not None and declared.type not in NUMBER_TYPES:
        if arranged.missing.all():
            return Value(np.zeros(arranged.missing.shape, np.int64), declared.axes)
        return _members(arranged, sets[declared.type], words, report)
    if arranged.is_text:
        _report_text(arranged, report)
        return None
    values = np.asarray(arranged.values, float)
    number_type = NUMBER_TYPES[declared.type or "real"]
    bad = ~number_type.admits(values)
    if bad.any():
        _report_value(arranged, values, bad, number_type, report)
        return None
    if declared.type == "simplex" and not _adds_up(arranged, values, report):
        return None
    return Value(values, declared.axes)


def _filled(arranged: Arranged) -> Arranged:
    """The same without gaps: what stands in a missing cell must be of the type, and no more."""
    missing = arranged.missing
    present = arranged.values[~missing]
    if not present.size:
        return replace(arranged, values=np.ones(missing.shape), is_text=False)
    values = arranged.values.copy()
    values[missing] = present[0]
    return replace(arranged, values=values)


def _report_text(arranged: Arranged, report: Report) -> None:
    declared = arranged.declaration
    advice = arranged.text_help
    if not advice and declared.type is None:
        written = with_axes(declared.name, declared.axes)
        advice = f"if these are labels, say of which set: `{written} : kind`"
    report.add(
        "HB478",
        f"`{declared.name}` holds texts where numbers are needed",
        declared.span,
        cause=arranged.why_text,
        help=advice,
    )


def _report_value(
    arranged: Arranged,
    values: NDArray[np.float64],
    bad: NDArray[np.bool_],
    number_type: NumberType,
    report: Report,
) -> None:
    declared = arranged.declaration
    index = first_index(bad)
    report.add(
        "HB479",
        f"{arranged.place(index)} holds {number_name(values[index])}, "
        f"but `{declared.name}` is of type `{declared.type or 'real'}`{and_more(bad, 'value')}",
        declared.type_span,
        cause=f"values of this type are {number_type.words}",
        help="correct the value, or give the data another type",
    )


def _adds_up(arranged: Arranged, values: NDArray[np.float64], report: Report) -> bool:
    declared = arranged.declaration
    if values.ndim == 0:
        return True
    total = values.sum(axis=-1)
    whole = ~arranged.missing.any(axis=-1)
    bad = np.asarray((np.abs(total - 1) > SIMPLEX_TOLERANCE) & whole)
    if not bad.any():
        return True
    index = first_index(bad)
    place = arranged.place((*index, 0))
    report.add(
        "HB484",
        f"the values of `{declared.name}` that begin at {place} add up to "
        f"{np.asarray(total)[index]:.7g}{and_more(bad, 'row')}",
        declared.type_span,
        cause="a simplex adds up to 1 over its last index",
        help="divide each row by its sum",
    )
    return False


def _members(
    arranged: Arranged, index_set: IndexSet, words: Mapping[str, str], report: Report
) -> Value | None:
    declared = arranged.declaration
    found = positions_in(index_set, arranged.values, arranged.is_text)
    bad = np.asarray(found < 0)
    if not bad.any():
        return Value(found, declared.axes)
    index = first_index(bad)
    value: Any = arranged.values[index]
    codes = index_set.codes
    by_codes = codes is not None and any(isinstance(x, str) for x in codes) == arranged.is_text
    if by_codes and codes is not None:
        listing = f"its codes are {', '.join(f'`{label_name(code)}`' for code in codes[:6])}"
    else:
        said = words.get(index_set.name, "elsewhere")
        listing = f"its labels come from {said}: {listed_labels(index_set)}"
    report.add(
        "HB480",
        f"{arranged.place(index)} holds `{label_name(value)}`, which is no "
        f"{'code' if by_codes else 'label'} of `{index_set.name}`{and_more(bad, 'value')}",
        declared.type_span,
        cause=f"the values of `{declared.name}` are members of `{index_set.name}`; {listing}",
        help=suggestion(value, index_set.labels) or "correct the value, or leave its row out",
    )
    return None
