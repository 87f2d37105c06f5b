"""Elements of arrays that have a local name: ``z[k]`` in a block, ``v[s]`` in a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from hdsl.expressions.elements import element
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Index,
    set_of,
)
from hdsl.model.axes import axes_in_order
from hdsl.model.scope import LIST_AXIS, Scope, Typed, is_slice
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def local_axes(expression: Expression) -> tuple[str, ...]:
    """The axes of a local array that indices can name: those that were left off."""
    if not any(map(is_slice, expression.axes)):
        return ()
    return tuple(axis for axis in axes_in_order(expression) if is_slice(axis))


def local_element(read: Translator, expression: tree.Subscript, scope: Scope) -> Typed:
    """Read ``z[k]`` where `z` is a local name."""
    local = scope.locals[expression.array.text]
    axes = local_axes(local.expression)
    value = local.expression
    if len(expression.indices) > len(axes):
        if axes or not scope.indices:
            _too_many(read, expression, len(axes))
        return local  # a number stands for every element of the vector that was wanted
    found = [
        _index(read, index, axis, expression, scope)
        for axis, index in zip(axes, expression.indices, strict=False)
    ]
    for place, index in enumerate(found):
        if isinstance(index, Along) and found.count(index) > 1:  # a diagonal
            position = read.typed(expression.indices[place], scope).expression
            found = [Gather(position) if other == index else other for other in found]
    taken = list(zip(axes, found, strict=False))
    # Two axes may change places: each goes to a place of its own first.
    apart = {axis: f"{axis.rstrip('*')}#taken{place}*" for place, (axis, _) in enumerate(taken)}
    value = rename_axes(value, apart)
    try:
        for axis, index in taken:
            value = (
                rename_axes(value, {apart[axis]: index.axis})
                if isinstance(index, Along)
                else element(value, apart[axis], index)
            )
    except ValueError:
        _made_as_a_whole(read, expression)
    except IndexError:
        _no_such_item(read, expression)
    left = list(axes[len(taken) :])
    return Typed(rename_axes(value, _first_is_plain(left)), member=local.member)


def _first_is_plain(axes: list[str]) -> dict[str, str]:
    """Of the slices that remain the first over a set is plain, the next primed."""
    renamed: dict[str, str] = {}
    for axis in axes:
        base = set_of(axis)
        if axis == LIST_AXIS or base == set_of(LIST_AXIS):
            continue
        name = f"{base}*"
        while name in renamed.values():
            name = f"{name[:-1]}'*"
        renamed[axis] = name
    return renamed


def _index(
    read: Translator,
    index: tree.Expression,
    axis: str,
    whole: tree.Subscript,
    scope: Scope,
) -> Index:
    if set_of(axis) not in ("", set_of(LIST_AXIS)):
        return read.index_of(index, axis, whole, scope)
    typed = read.typed(index, scope)
    # A list takes the axis that it meets.
    if typed.axis is not None:
        return Along(typed.axis)
    if typed.member:
        return Gather(typed.expression)
    value = read.as_number(typed)
    if isinstance(value, Constant):
        return Gather(Constant(value.value - 1.0))
    return Gather(value - 1.0)


def _too_many(read: Translator, expression: tree.Subscript, count: int) -> NoReturn:
    name = expression.array.text
    read.fail(
        "HB302",
        f"`{name}` stands with {len(expression.indices)} "
        f"{'index' if len(expression.indices) == 1 else 'indices'}, but has {count or 'none'}",
        expression.span,
        cause="a local name has the indices that were left off in what it stands for",
        help=f"write `{name}`" if count == 0 else "leave out what is too much",
    )


def _no_such_item(read: Translator, expression: tree.Subscript) -> NoReturn:
    name = expression.array.text
    read.fail(
        "HB304",
        f"`{name}` has no such item",
        expression.span,
        cause="the items of a list that meets no index are called 1, 2, 3, …",
        help="write a number from 1 to the length of the list",
    )


def _made_as_a_whole(read: Translator, expression: tree.Subscript) -> NoReturn:
    name = expression.array.text
    read.fail(
        "HB226",
        f"a single element of `{name}` cannot be taken here",
        expression.span,
        cause=f"`{name}` is made as a whole, by a cumulative sum for example",
        help="give the array a line of its own, `… = …`, and take its element there",
    )
