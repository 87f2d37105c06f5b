"""What the labels of each index set are, and who says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from hdsl.data import Field
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.index_set import IndexSet, Label
from hdsl.expressions.tree import set_of
from hdsl.model.element_names import label_name, number_name
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import ModelGraph, SetDeclaration
from hdsl.model.readings import (
    key_of,
    labels_beside,
    labels_held,
    reading_of,
    rows_have_two_indices,
)
from hdsl.model.supplies import Supplies, Supply

LARGEST_SET = 2**53
LARGEST_LIST = 10_000_000


@dataclass(frozen=True)
class Saying:
    """What one source says about a set; the lowest rank counts, the others must agree."""

    rank: int
    labels: tuple[Label, ...] | range
    words: str


@dataclass
class Sets:
    """The index sets that are known so far, and in words where their labels come from."""

    known: dict[str, IndexSet] = field(default_factory=dict[str, IndexSet])
    words: dict[str, str] = field(default_factory=dict[str, str])
    failed: set[str] = field(default_factory=set[str])

    def add(self, index_set: IndexSet, words: str) -> None:
        """Make a set known; `words` say where its labels come from."""
        self.known[index_set.name] = index_set
        self.words[index_set.name] = words


def find_sets(graph: ModelGraph, supplies: Supplies, report: Report) -> Sets:
    """The sets whose labels the model lists or its data show, without ranges that depend on data.

    Mistakes go to the report: HB321 labels that repeat, HB322 labels that are missing.
    """
    sets = Sets()
    for declared in graph.sets.values():
        if declared.labels is not None:
            _add_declared(sets, declared, report)
    _check_label_columns(sets, supplies, report)
    for declared in graph.sets.values():
        if declared.labels is None and declared.bounds is None and declared.name not in sets.failed:
            said = [*_sayings(declared.name, supplies)] or [*_said_by_values(declared, supplies)]
            if said:
                best = min(said, key=lambda saying: saying.rank)
                sets.add(IndexSet(declared.name, best.labels), best.words)
    return sets


def _add_declared(sets: Sets, declared: SetDeclaration, report: Report) -> None:
    labels = declared.labels
    assert labels is not None
    if isinstance(labels, range) and abs(labels.stop - labels.start) > LARGEST_SET:
        _too_large(declared, report)
        sets.failed.add(declared.name)
        return
    sets.add(IndexSet(declared.name, labels, declared.codes), "its `index` line")


def report_unknown_sets(
    graph: ModelGraph, sets: Sets, blocked: Mapping[str, bool], report: Report
) -> None:
    """Report the sets of which nothing says what their labels are (HB320).

    Parameters
    ----------
    blocked
        Sets that are unknown only because of another mistake, or of data that are not there.
    """
    for declared in graph.sets.values():
        name = declared.name
        if name in sets.known or name in sets.failed or blocked.get(name, False):
            continue
        report.add(
            "HB320",
            f"nothing says what the labels of index set `{name}` are",
            declared.span,
            cause="labels come from an `index` line, from data indexed by the set, or from data "
            "whose values are its members",
            help=f"list them: `index {name} = {{A, B}}`, or `index {name} = 1..10`",
        )


def resolve_bounds(
    declared: SetDeclaration, evaluator: Evaluator, sets: Sets, report: Report
) -> bool:
    """Work out a range whose ends depend on data; False where that has to wait."""
    assert declared.bounds is not None
    if not all(can_evaluate(end, evaluator) for end in declared.bounds):
        return False
    ends: list[float] = []
    for word, end in zip(("lower end", "upper end", "step"), declared.bounds, strict=True):
        value = np.asarray(evaluator(end).array, float)
        if value.size != 1 or not np.isfinite(value).all():
            found = number_name(float(value.reshape(-1)[0])) if value.size == 1 else "an array"
            _unfit_range(declared, f"the {word} of `{declared.name}` is {found}", report)
            sets.failed.add(declared.name)
            return True
        ends.append(float(value.reshape(())))
    lower, upper, step = ends
    labels = _range_labels(declared, lower, upper, step, report)
    if labels is None:
        sets.failed.add(declared.name)
    else:
        sets.add(IndexSet(declared.name, labels), "its `index` line")
    return True


def _range_labels(
    declared: SetDeclaration, lower: float, upper: float, step: float, report: Report
) -> range | tuple[float, ...] | None:
    """The numbers from `lower` to `upper`; `None` after a mistake."""
    name = declared.name
    if step <= 0:
        _unfit_range(declared, f"the step of `{name}` is {number_name(step)}", report)
        return None
    if max(abs(lower), abs(upper)) > LARGEST_SET or (upper - lower) / step > LARGEST_SET:
        _too_large(declared, report)
        return None
    if lower == np.floor(lower) and step == np.floor(step):
        if step == 1 and upper != np.floor(upper):
            _unfit_range(declared, f"the upper end of `{name}` is {number_name(upper)}", report)
            return None
        return range(int(lower), int(np.floor(upper)) + 1, int(step))
    if step == 1:
        _unfit_range(declared, f"the lower end of `{name}` is {number_name(lower)}", report)
        return None
    if (upper - lower) / step > LARGEST_LIST:
        _too_large(declared, report)
        return None
    # In decimals, as people write them: the label 0.3 is 0.3 and not three times 0.1.
    first, last, by = (Decimal(repr(number)) for number in (lower, upper, step))
    return tuple(float(first + i * by) for i in range(int((last - first) // by) + 1))


def _unfit_range(declared: SetDeclaration, title: str, report: Report) -> None:
    report.add(
        "HB325",
        title,
        declared.span,
        cause="a range goes by ones from a whole number to another, unless its step, above zero, "
        "stands after `by`",
        help="check the ends and the step: `index t = 1..10`, `index x = 0..10 by 0.5`",
    )


def _too_large(declared: SetDeclaration, report: Report) -> None:
    report.add(
        "HB325",
        f"the range of `{declared.name}` is too long",
        declared.span,
        cause="the numbers of a range are at most 2^53, so that each is held exactly; one with "
        "decimals has at most ten million",
        help="check the ends of the range",
    )


# --- what data say --------------------------------------------------------------------------


def _sayings(name: str, supplies: Supplies) -> Iterator[Saying]:
    for supply in supplies.items.values():
        if supply.declaration.labels_of == name and supply.field is not None:
            labels = _distinct_if_repeating(supply, supplies)
            yield Saying(0, labels, f"column `{supply.field.name}` of {_source(supply)}")
        for axis, axis_name in enumerate(supply.declaration.axes):
            if set_of(axis_name) == name:
                yield from _said_by_axis(supply, axis, supplies)


def _source(supply: Supply) -> str:
    return supply.source_name or "the model"


def _distinct_if_repeating(supply: Supply, supplies: Supplies) -> tuple[Label, ...]:
    assert supply.field is not None
    if rows_have_two_indices(supply, supplies):
        return distinct(supply.field)
    return labels_held(supply.field, supplies)


def _said_by_axis(supply: Supply, axis: int, supplies: Supplies) -> Iterator[Saying]:
    reading = reading_of(supply, supplies)
    chosen = supply.field
    name = supply.declaration.name
    if reading == "long":
        key = key_of(supply, supply.declaration.axes[axis], supplies)
        if key is not None:
            yield Saying(1, distinct(key), f"column `{key.name}` of {_source(supply)}")
        return
    if reading not in ("rows", "wide", "array") or (reading == "wide" and axis > 0):
        return
    labels = labels_beside(supply, axis, supplies)
    if labels is not None:
        if not any(count > 1 for count in Counter(labels).values()):
            yield Saying(2, labels, f"the labels of `{name}` in {_source(supply)}")
        return
    if chosen is not None:
        size = chosen.shape[axis]
    else:
        assert supply.table is not None
        assert supply.table.rows is not None
        size = supply.table.rows.size
    rows = supply.is_tabular and axis == 0
    words = f"the rows of {_source(supply)}" if rows else f"the size of `{name}`"
    yield Saying(3, range(1, size + 1), words)


def _said_by_values(declared: SetDeclaration, supplies: Supplies) -> Iterator[Saying]:
    """The distinct values of all data that have the set as their type."""
    found: list[Label] = []
    names: list[str] = []
    for name in declared.typed_by:
        supply = supplies.items.get(name)
        if supply is not None and supply.field is not None:
            found.extend(distinct(supply.field))
            names.append(f"`{name}`")
    if found:
        yield Saying(4, _in_order(found), f"the values of {' and '.join(names)}")


def distinct(field: Field) -> tuple[Label, ...]:
    """The different values of a field: numbers by size, texts by first appearance."""
    present = field.values[~field.missing].reshape(-1)
    if field.kind == "text":
        return tuple(dict.fromkeys(present.tolist()))
    return tuple(np.unique(present).tolist())


def _in_order(labels: list[Label]) -> tuple[Label, ...]:
    numbers = [label for label in labels if not isinstance(label, str)]
    if len(numbers) == len(labels):
        return tuple(sorted(set(numbers)))
    # Numbers among texts are texts: one file may hold `12`, `13` and another `12a`.
    return tuple(dict.fromkeys(x if isinstance(x, str) else label_name(x) for x in labels))


def _check_label_columns(sets: Sets, supplies: Supplies, report: Report) -> None:
    for supply in supplies.items.values():
        column, name = supply.field, supply.declaration.labels_of
        if column is None or name is None:
            continue
        if column.missing.any():
            place = supply.place(column, tuple(int(i) for i in np.argwhere(column.missing)[0]))
            report.add(
                "HB322",
                f"a label of `{name}` is missing: {place} is empty",
                supply.declaration.span,
                cause="a label column names every row",
                help="fill the cell, or leave the row out with `where`",
            )
            sets.failed.add(name)
        elif not rows_have_two_indices(supply, supplies):
            _check_unique(supply, column, name, sets, supplies, report)


def _check_unique(
    supply: Supply, column: Field, name: str, sets: Sets, supplies: Supplies, report: Report
) -> None:
    labels = labels_held(column, supplies)
    if len(set(labels)) == len(labels):
        return
    twice = next(label for label, count in Counter(labels).items() if count > 1)
    rows = [i for i, label in enumerate(labels) if label == twice]
    first, second = (supply.place(column, (i,)) for i in rows[:2])
    more = f" (and {len(rows) - 2} more)" if len(rows) > 2 else ""
    report.add(
        "HB321",
        f"label `{label_name(twice)}` of `{name}` stands in two rows: {first} and {second}{more}",
        supply.declaration.span,
        cause="a label column names each element of its index set once",
        help=f"if several rows belong to one `{name}`, index the data by the rows: "
        f'`"{column.name}" as {name}[row] : {name}`',
    )
    sets.failed.add(name)
