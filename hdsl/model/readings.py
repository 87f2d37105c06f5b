"""How an item's values lie in its file, and which labels stand beside them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from hdsl.data import Field
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
    return own if own is not None else held


def labels_held(field: Field, supplies: Supplies) -> Labels:
    """The values of a label column, made once."""
    if id(field) not in supplies.labels:
        supplies.labels[id(field)] = tuple(field.values.reshape(-1).tolist())
    return supplies.labels[id(field)]


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
