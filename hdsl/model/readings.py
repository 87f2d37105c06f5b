"""How an item's values lie in its file, and which labels stand beside them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, TypeAlias

from hdsl.data import Field
from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.tree import set_of
from hdsl.model.supplies import Supplies, Supply

Reading: TypeAlias = Literal["scalar", "rows", "each", "wide", "long", "array", "unfit"]
"""One value; one a row; one for each label that rows name; a column for each label; a row for each
combination of labels; an array; none of these."""

Labels: TypeAlias = tuple[str | float, ...]


def reading_of(supply: Supply, supplies: Supplies) -> Reading:
    """How the values of an item lie."""
    axes = supply.declaration.axes
    chosen = supply.field
    if len(axes) == 0:
        return "scalar"
    if chosen is None:
        return "wide"
    if supply.is_tabular and len(chosen.shape) == 1:
        if len(axes) > 1:
            return "long"
        key = key_of(supply, next(iter(axes)), supplies)
        if key is not None and (
            _is_typed_key(supply, supplies) or rows_have_two_indices(supply, supplies)
        ):
            return "each"
        return "rows"
    return "array" if len(chosen.shape) == len(axes) else "unfit"


def key_of(supply: Supply, axis: str, supplies: Supplies) -> Field | None:
    """The column that names the element along an axis to which each row belongs."""
    name = set_of(axis)
    own = supply.declaration.name
    for found in (
        supplies.label_column(supply.group, name),
        supplies.typed_key(supply.group, name),
    ):
        if found is not None and found.declaration.name != own and found.field is not None:
            return found.field
    if supply.table is not None and len(supply.declaration.axes) > 1:
        return supply.table.fields.get(name)
    return None


def labels_beside(supply: Supply, axis: int, supplies: Supplies) -> Labels | None:
    """The labels that stand beside the values of an item; `None`: known by position alone.

    Along the first axis of a table they are those of its label column, else of its index; along the
    axes of an array its keys or coordinates, else those of the label column.
    """
    chosen = supply.field if supply.field is not None else _any_field(supply)
    column = supplies.label_column(supply.group, set_of(supply.declaration.axes[axis]))
    own = chosen.labels[axis] if chosen is not None and axis < len(chosen.labels) else None
    held = None if column is None or column.field is None else labels_held(column.field, supplies)
    if supply.is_tabular and axis == 0:
        # The index of a data frame often repeats: then it names no rows.
        return held if held is not None else own if _all_differ(own) else None
    if own is not None and held is not None and set(own) == set(held):
        return own  # the same labels, but each beside its value
    return held if held is not None else own


def labels_held(field: Field, supplies: Supplies) -> Labels:
    """The values of a label column, made once."""
    if id(field) not in supplies.labels:
        supplies.labels[id(field)] = tuple(field.values.reshape(-1).tolist())
    return supplies.labels[id(field)]


def drop_misfits(supplies: Supplies, report: Report) -> None:
    """Report and drop items whose values can't lie as the model says.

    Those with another number of axes (HB331), and tables whose rows would be elements of two index
    sets, or are not told apart (HB332).
    """
    for name, supply in list(supplies.items.items()):
        reading = "labels" if supply.declaration.labels_of else reading_of(supply, supplies)
        if reading == "unfit":
            _report_unfit(supply, report)
            del supplies.items[name]
        elif reading == "long":
            for axis in supply.declaration.axes:
                if key_of(supply, axis, supplies) is None:
                    _report_without_key(supply, axis, report)
                    supplies.items.pop(name, None)
    _drop_rows_of_two_sets(supplies, report)


def _report_unfit(supply: Supply, report: Report) -> None:
    declared = supply.declaration
    assert supply.field is not None
    shape = supply.field.shape
    wanted = _axes_text(len(declared.axes))
    found = _axes_text(len(shape)) if shape else "none"
    report.add(
        "HB331",
        f"`{declared.name}` is declared with {wanted}, but its values have {found}",
        declared.span,
        cause=f"the sizes of the values are {' by '.join(map(str, shape))}"
        if shape
        else "the value is a single one",
        help=f"declare it as `{declared.name}[{', '.join('ijklmn'[: len(shape)])}]`"
        if shape
        else f"declare it as `{declared.name}`",
    )


def _axes_text(count: int) -> str:
    return "1 index" if count == 1 else f"{count} indices"


def _report_without_key(supply: Supply, axis: str, report: Report) -> None:
    name = supply.declaration.name
    report.add(
        "HB332",
        f"no column of {supply.source_name} says to which `{axis}` a value of `{name}` belongs",
        supply.declaration.span,
        cause="where a file has one row for each combination of labels, a column for each index "
        "names them",
        help=f'say which column it is: `"column" as {axis}`',
    )


def _drop_rows_of_two_sets(supplies: Supplies, report: Report) -> None:
    first: dict[Hashable, Supply] = {}
    for name, supply in list(supplies.items.items()):
        if (
            supply.declaration.labels_of
            or not supply.is_tabular
            or reading_of(supply, supplies) not in ("rows", "wide", "array")
        ):
            continue
        earlier = first.setdefault(supply.group, supply)
        own, other = set_of(supply.declaration.axes[0]), set_of(earlier.declaration.axes[0])
        if own == other:
            continue
        report.add(
            "HB332",
            f"the rows of {supply.source_name} are both `{other}` and `{own}`",
            supply.declaration.span,
            labels=[Place(earlier.declaration.span, f"a value for each `{other}`")],
            cause="the rows of a table are the elements of one index set; for a variable over "
            "another one a column says to which label each row belongs",
            help=f'name that column: `"column" as {own}[{other}] : {own}`',
        )
        del supplies.items[name]


def _all_differ(labels: Labels | None) -> bool:
    return labels is not None and len(set(labels)) == len(labels)


def _any_field(supply: Supply) -> Field | None:
    table = supply.table
    return next(iter(table.fields.values()), None) if table is not None else None


def _is_typed_key(supply: Supply, supplies: Supplies) -> bool:
    name = set_of(supply.declaration.axes[0])
    if supplies.label_column(supply.group, name) is not None:
        return False
    key = supplies.typed_key(supply.group, name)
    return key is not None and set_of(key.declaration.axes[0]) != name


def rows_have_two_indices(supply: Supply, supplies: Supplies) -> bool:
    """Whether the rows of a table are named by two indices or more."""
    return any(
        item.group == supply.group
        and item.is_tabular
        and len(item.declaration.axes) > 1
        and item.field is not None
        and len(item.field.shape) == 1
        for item in supplies.items.values()
    )
