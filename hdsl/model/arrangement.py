"""From columns and arrays to the axes of the model: each value at its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.data import Field
from hdsl.expressions.index_set import IndexSet
from hdsl.model.alignment import Alignment, Positions, Unarranged
from hdsl.model.element_names import label_name, listed
from hdsl.model.graph import DataDeclaration
from hdsl.model.readings import reading_of
from hdsl.model.supplies import Supply, column_of, report_missing_column


@dataclass(frozen=True, eq=False)
class Arranged:
    """The values of one item over its axes, as the file has them.

    Attributes
    ----------
    values
        Numbers or texts.
    place
        Where the value at an index comes from, in words.
    why_text, text_help
        Why the values are texts and no numbers, and what to do about it.
    has_gaps
        Whether the file has no row for some of the values.
    """

    declaration: DataDeclaration
    values: NDArray[Any]
    missing: NDArray[np.bool_]
    is_text: bool
    place: Callable[[tuple[int, ...]], str]
    why_text: str = ""
    text_help: str = ""
    has_gaps: bool = False


def arrange(supply: Supply, run: Alignment) -> Arranged | None:
    """The values of one item over its axes; `None` where a mistake was reported."""
    try:
        return _ARRANGE[reading_of(supply, run.supplies)](run, supply)
    except Unarranged:
        return None


# --- the ways in which values lie -----------------------------------------------------------


def _scalar(run: Alignment, supply: Supply) -> Arranged:
    chosen = supply.field
    assert chosen is not None
    index = (0,) * len(chosen.shape)
    values, missing = chosen.values.reshape(-1), chosen.missing.reshape(-1)
    if values.size == 0:
        raise run.fail("HB481", f"`{supply.declaration.name}` has no value", supply)
    present = np.flatnonzero(~missing)
    first = int(present[0]) if present.size else 0
    differs = np.flatnonzero((values != values[first]) & ~missing)
    if differs.size:
        name = supply.declaration.name
        places = [
            supply.place(chosen, tuple(int(x) for x in np.unravel_index(i, chosen.shape)))
            for i in (first, int(differs[0]))
        ]
        holds = "its column holds" if supply.is_tabular else "it has"
        raise run.fail(
            "HB481",
            f"`{name}` stands for one number, but {holds} several",
            supply,
            cause=f"{places[0]} holds `{label_name(values[first])}`, and {places[1]} "
            f"`{label_name(values[int(differs[0])])}`",
            help=f"say over which index set it runs: `{name}[row]`",
        )
    if present.size:
        index = tuple(int(x) for x in np.unravel_index(first, chosen.shape)) if index else ()
    cell = values[first : first + 1].reshape(())
    return _arranged(supply, chosen, cell, missing[first].reshape(()), lambda _: index)


def _arranged(
    supply: Supply,
    chosen: Field,
    values: NDArray[Any],
    missing: NDArray[np.bool_],
    source: Callable[[tuple[int, ...]], tuple[int, ...]],
) -> Arranged:
    return Arranged(
        supply.declaration,
        values,
        missing,
        chosen.kind == "text",
        lambda index: supply.place(chosen, source(index)),
        chosen.why_text(),
        chosen.text_help(),
    )


def _array(run: Alignment, supply: Supply) -> Arranged:
    """Rows and arrays: the file's order, or that of the labels beside the values."""
    chosen = supply.field
    assert chosen is not None
    values, missing = chosen.values, chosen.missing
    orders: list[Positions | None] = []
    for axis in range(len(chosen.shape)):
        order = run.sources(supply, axis, chosen.shape[axis])
        orders.append(order)
        if order is not None:
            values = np.take(values, order, axis=axis)
            missing = np.take(missing, order, axis=axis)

    def source(index: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            i if order is None else int(order[i]) for i, order in zip(index, orders, strict=True)
        )

    return _arranged(supply, chosen, values, missing, source)


def _each(run: Alignment, supply: Supply) -> Arranged:
    """One value for each label that the rows name; rows of one label must agree."""
    chosen = supply.field
    assert chosen is not None
    index_set = run.set_of(supply.declaration.axes[0])
    at, _ = run.key_positions(supply, 0)
    first = np.full(index_set.size, -1, np.int64)
    rows = np.flatnonzero(~chosen.missing)[::-1]
    first[at[rows]] = rows
    _check_agreement(run, supply, chosen, index_set, at, first)
    named = np.full(index_set.size, -1, np.int64)
    named[at[::-1]] = np.arange(at.size)[::-1]
    if (named < 0).any():
        label = index_set.labels[int(np.flatnonzero(named < 0)[0])]
        raise run.fail(
            "HB324",
            f"no row of {supply.source_name} tells `{supply.declaration.name}` of "
            f"`{label_name(label)}`",
            supply,
            cause=f"each label of `{index_set.name}` needs its value",
            help="add a row, or leave the label out of the set",
        )
    chosen_rows = np.where(first < 0, named, first)
    return _arranged(
        supply,
        chosen,
        chosen.values[chosen_rows],
        chosen.missing[chosen_rows],
        lambda index: (int(chosen_rows[index[0]]),),
    )


def _check_agreement(
    run: Alignment,
    supply: Supply,
    chosen: Field,
    index_set: IndexSet,
    at: Positions,
    first: Positions,
) -> None:
    expected = chosen.values[np.maximum(first[at], 0)]
    differs = np.flatnonzero((chosen.values != expected) & ~chosen.missing)
    if not differs.size:
        return
    row = int(differs[0])
    other = int(first[at[row]])
    name, label = supply.declaration.name, index_set.labels[int(at[row])]
    kind = supply.declaration.type
    raise run.fail(
        "HB482",
        f"two rows disagree about `{name}` of `{label_name(label)}`",
        supply,
        cause=f"{supply.place(chosen, (other,))} holds `{label_name(chosen.values[other])}`, and "
        f"{supply.place(chosen, (row,))} `{label_name(chosen.values[row])}`; a variable over "
        f"`{index_set.name}` has one value for each label",
        help=f"if labels of `{index_set.name}` repeat from one `{kind}` to the next, tell them "
        f"apart: `: {index_set.name} within {kind}`"
        if kind in run.sets
        else f"correct the rows, or index `{name}` by the rows",
    )


def _wide(run: Alignment, supply: Supply) -> Arranged:
    """A column for each label of the second axis."""
    table, axes = supply.table, supply.declaration.axes
    assert table is not None
    assert table.rows is not None
    index_set = run.set_of(axes[1])
    wanted = [column_of(label) for label in index_set.labels]
    absent = [name for name in wanted if name not in table.fields]
    if len(absent) == len(wanted):
        wide = f", and none for the labels of `{axes[1]}`"
        report_missing_column(supply.declaration, table, supply.source_name, run.report, wide)
        raise Unarranged
    if absent:
        raise run.fail(
            "HB483",
            f"{supply.source_name} has no column for {listed(absent)} of `{axes[1]}`",
            supply,
            cause=f"`{supply.declaration.name}[{', '.join(axes)}]` lies wide, with a column for "
            f"each label of `{axes[1]}`; the file has {listed(list(table.fields), 8)}",
            help="spell the labels as the file spells its columns",
        )
    columns = [table.fields[name] for name in wanted]
    order = run.sources(supply, 0, table.rows.size)
    texts = [column for column in columns if column.kind == "text"]
    is_text = bool(texts)
    values = np.stack([np.asarray(c.values, object if is_text else float) for c in columns], axis=1)
    missing = np.stack([column.missing for column in columns], axis=1)
    if order is not None:
        values, missing = values[order], missing[order]

    def place(index: tuple[int, ...]) -> str:
        row = index[0] if order is None else int(order[index[0]])
        return supply.place(columns[index[1]], (row,))

    why, advice = (texts[0].why_text(), texts[0].text_help()) if texts else ("", "")
    return Arranged(supply.declaration, values, missing, is_text, place, why, advice)


def _long(run: Alignment, supply: Supply) -> Arranged:
    """A row for each combination of labels."""
    chosen, axes = supply.field, supply.declaration.axes
    assert chosen is not None
    shape = tuple(run.set_of(axis).size for axis in axes)
    keys = [run.key_positions(supply, axis) for axis in range(len(axes))]
    flat = np.ravel_multi_index(tuple(at for at, _ in keys), shape)
    rows = np.full(int(np.prod(shape)), -1, np.int64)
    rows[flat[::-1]] = np.arange(flat.size)[::-1]
    again = np.flatnonzero(rows[flat] != np.arange(flat.size))
    if again.size:
        row = int(again[0])
        labels = _combination(run, axes, tuple(int(at[row]) for at, _ in keys))
        first = supply.place(chosen, (int(rows[flat[row]]),))
        raise run.fail(
            "HB330",
            f"two rows give `{supply.declaration.name}[{labels}]`",
            supply,
            cause=f"{first} and {supply.place(chosen, (row,))}; each combination of labels has one "
            "row",
            help="drop one of the rows, or index the data by the rows",
        )
    absent = (rows < 0).reshape(shape)
    values = chosen.values[np.maximum(rows, 0)].reshape(shape)
    missing = chosen.missing[np.maximum(rows, 0)].reshape(shape) | absent

    def place(index: tuple[int, ...]) -> str:
        row = int(rows[np.ravel_multi_index(index, shape)])
        if row < 0:
            return f"{supply.source_name}, which has no row for {_combination(run, axes, index)}"
        return supply.place(chosen, (row,))

    return Arranged(
        supply.declaration,
        values,
        missing,
        chosen.kind == "text",
        place,
        chosen.why_text(),
        chosen.text_help(),
        bool(absent.any()),
    )


def _combination(run: Alignment, axes: Sequence[str], index: tuple[int, ...]) -> str:
    return ", ".join(
        f"{axis}={label_name(run.set_of(axis).labels[i])}"
        for axis, i in zip(axes, index, strict=True)
    )


_ARRANGE: dict[str, Callable[[Alignment, Supply], Arranged]] = {
    "scalar": _scalar,
    "rows": _array,
    "each": _each,
    "wide": _wide,
    "long": _long,
    "array": _array,
}
