"""The right side of a statement takes the axes of its left."""

from __future__ import annotations

from typing import NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.rewrite import along, rename_axes
from hdsl.expressions.tree import (
    Along,
    Expression,
    Gather,
    OfWhole,
    Reference,
    Stack,
    Sweep,
    set_of,
    walk,
)
from hdsl.model.left import Left
from hdsl.model.names import Target
from hdsl.model.scope import LIST_AXIS, SECOND_LIST_AXIS, is_slice
from hdsl.model.subscripts import count_indices
from hdsl.model.translate import Translator
from hdsl.source import Span
from hdsl.syntax.format_expression import format_expression

_LIST_AXES = (LIST_AXIS, SECOND_LIST_AXIS)


def settle(read: Translator, expression: Expression, left: Left, target: Target) -> Expression:
    """Give the slices and lists of the right side the axes of the left."""
    if SECOND_LIST_AXIS in expression.axes:
        expression = _settled_matrix(read, expression, left, target)
    for axis in sorted(expression.axes):
        if axis == LIST_AXIS:
            free = _free_of_items(expression, left)
            if len(free) != 1:
                read.fail(
                    "HB308",
                    "a list stands where no single axis takes it",
                    _place_of(expression, axis, target.statement.span),
                    labels=[Place(target.span, f"has {count_indices(len(left.axes))}")],
                    cause="a list takes the axis of the left side over which its items don't run, "
                    "so there must be exactly one",
                    help="give the list a name with its index: "
                    f"`w[{_first(left)}] = […]`, and use `w[{_first(left)}]`"
                    if left.axes
                    else f"say over what it runs: `{target.name}[k] ~ …`, with `index k = 1..2`, "
                    "for example",
                )
            expression = rename_axes(expression, {LIST_AXIS: free[0]})
        elif is_slice(axis):
            base = _axis_for(expression, axis, left)
            if base in left.slices:
                for e in walk(expression):
                    if isinstance(e, Sweep) and e.axis == axis:
                        _refuse_sweep(read, e, left)
                expression = along(expression, axis, Gather(left.slices[base]))
            elif base in left.axes:
                expression = rename_axes(expression, {axis: base})
            else:
                missing_axis(read, expression, axis, target)
        elif axis not in left.axes:
            missing_axis(read, expression, axis, target)
    for e in walk(expression):
        if isinstance(e, OfWhole) and len(set(e.result)) < len(e.result):
            _refuse_index_twice(read, e)
    return expression


def _refuse_index_twice(read: Translator, e: OfWhole) -> NoReturn:
    read.fail(
        "HB436",
        f"the result of `{e.function}` would have the index `{set_of(e.result[0])}` twice",
        e.span,
        cause="matrices have two indices; what stands before them is one matrix for each",
        help=f"compute it on a line of its own, over an index other than `{set_of(e.result[0])}`",
    )


def _refuse_sweep(read: Translator, e: Sweep, left: Left) -> NoReturn:
    read.fail(
        "HB343",
        f"`{e.function}` of a whole array stands in a part of a definition",
        e.span,
        cause="it is computed along the whole array, and the part has some of its elements",
        help=f"compute it on a line of its own, and take the elements here: "
        f"`c = {read.text_of(e.span)}`, then `c[…]`",
    )


def _settled_matrix(
    read: Translator, expression: Expression, left: Left, target: Target
) -> Expression:
    """A list of lists takes two axes of the left, row by row."""
    free = _free_of_items(expression, left)
    if len(free) != 2:
        read.fail(
            "HB308",
            "a list of lists stands where no two axes take it",
            _place_of(expression, SECOND_LIST_AXIS, target.statement.span),
            labels=[Place(target.span, f"has {count_indices(len(left.axes))}")],
            cause="a list of lists takes the axes of the left side over which its items don't run, "
            "so there must be two",
            help="give the list a name with its indices: `k[i, j] = [[…], […]]`",
        )
    rows, columns = free
    return rename_axes(expression, {LIST_AXIS: rows, SECOND_LIST_AXIS: columns})


def _free_of_items(expression: Expression, left: Left) -> list[str]:
    """The axes of the left over which no item of a list runs."""
    lists = (e for e in walk(expression) if isinstance(e, Stack) and e.axis in _LIST_AXES)
    taken = {
        axis.removesuffix("*") for found in lists for item in found.items for axis in item.axes
    }
    return [axis for axis in left.axes if axis not in taken]


def _first(left: Left) -> str:
    return set_of(left.axes[0]) if left.axes else "1"


def _axis_for(expression: Expression, axis: str, left: Left) -> str:
    """The axis of the left that a slice takes.

    In ``K[site]`` the slice is over the same set as the running index: it is the second axis.
    """
    base = axis.removesuffix("*")
    known = {*left.axes, *left.slices}
    while any(
        isinstance(e, Reference) and axis in e.axes and _runs_along(e, base, left)
        for e in walk(expression)
    ):
        base += "'"
        if base not in known:
            return axis
    return base


def _runs_along(reference: Reference, axis: str, left: Left) -> bool:
    """Whether an array is taken along an axis of the left by a running index."""
    if axis not in left.slices:
        return Along(axis) in reference.indices
    return Gather(left.slices[axis]) in reference.indices


def missing_axis(read: Translator, expression: Expression, axis: str, target: Target) -> NoReturn:
    """Report an axis of the right side that the left side lacks."""
    name = set_of(axis.removesuffix("*"))
    inside = ", ".join(format_expression(i) for i in target.indices)
    index = name if name not in inside else f"{name}'"
    place = _place_of(expression, axis, target.statement.span)
    varies = read.text_of(place)
    link = _link(read, target, name)
    if link is not None and varies in read.names.targets:
        help = f"take the element that belongs to each: `{varies}[{link}]`"
    elif whole := _link_of_whole(read, target, name, varies):
        help = whole
    elif target.observed:
        help = f"take one element, `{varies}[…]`, or reduce: `sum(… for {name})`"
    else:
        suggestion = f"{target.name}[{inside + ', ' if inside else ''}{index}]"
        help = f"write `{suggestion}` on the left, or reduce: `sum(… for {name})`"
    read.fail(
        "HB305",
        f"`{varies}` varies over `{name}`, the left side does not",
        place,
        labels=[Place(target.span, f"has no index `{index}`")],
        cause="what the right side varies over must stand as an index on the left",
        help=help,
    )


def _place_of(expression: Expression, axis: str, fallback: Span) -> Span:
    """Where an axis comes from: the smallest part of the text that has it."""
    found = [e.span for e in walk(expression) if axis in e.axes and e.span.end > e.span.start]
    return min(found, key=lambda span: (span.end - span.start, span.start), default=fallback)


def _link_of_whole(read: Translator, target: Target, set_name: str, varies: str) -> str:
    """What to write where the left is a whole array, and data say what belongs to each element."""
    data = read.names.data.get(target.name)
    if target.indices or data is None or varies not in read.names.targets:
        return ""
    for declared in read.names.data.values():
        if declared.type == set_name and data.axes and declared.axes == data.axes:
            rows = ", ".join(data.axes)
            return f"write the indices: `{data.name}[{rows}]`, `{varies}[{declared.name}[{rows}]]`"
    return ""


def _link(read: Translator, target: Target, set_name: str) -> str | None:
    """Data on the axes of the left that say which label of a set belongs to each element."""
    indices = tuple(format_expression(index) for index in target.indices)
    for declared in read.names.data.values():
        if declared.type == set_name and declared.axes == indices:
            return f"{declared.name}[{', '.join(indices)}]"
    return None
