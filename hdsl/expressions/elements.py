"""Elements of expressions that have no name."""

from __future__ import annotations

from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import along, rebuild
from hdsl.expressions.tree import (
    At,
    Constant,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Stack,
    apply,
    set_of,
)


def element(expression: Expression, axis: str, index: Index) -> Expression:
    """The expression with its free axis `axis` taken at an index, also where it is a list.

    Raises
    ------
    ValueError
        If the axis is made inside the expression by something else, such as a cumulative sum.
    IndexError
        If a list has no such item.
    """

    def pick(e: Expression) -> Expression | None:
        if axis not in e.axes:
            return e
        if not isinstance(e, Stack) or e.axis != axis:
            return None
        match index:
            case Gather(positions):
                return _item(e.items, positions)
            case At(label):
                return _item(e.items, LabelPosition(set_of(axis), label))
            case _:
                raise ValueError(f"the axis `{axis}` is made inside the expression")

    return along(rebuild(expression, pick), axis, index)


def _item(items: tuple[Expression, ...], position: Expression) -> Expression:
    """The item of a list at a position, which counts from 0."""
    if isinstance(position, Constant):
        place = int(position.value)
        if place != position.value or not 0 <= place < len(items):
            raise IndexError(place)
        return items[place]
    found = items[-1]
    for place in range(len(items) - 2, -1, -1):
        found = where(apply("equal", position, float(place)), items[place], found)
    return found
