"""The axes of a quantity that has none of its own on its left side."""

from __future__ import annotations

from hdsl.expressions.tree import Along, Expression, Gather, OfWhole, Reference, Stack


def axes_in_order(expression: Expression) -> tuple[str, ...]:
    """The axes of an expression, in the order in which the text names them."""
    found: dict[str, None] = {}
    seen: set[Expression] = set()
    stack = [expression]
    while stack:
        e = stack.pop()
        if e in seen:
            continue
        seen.add(e)
        if isinstance(e, OfWhole):
            for item, own in e.items:
                found.update((axis, None) for axis in axes_in_order(item) if axis not in own)
            found.update(dict.fromkeys(e.result))
            continue
        if isinstance(e, Stack):
            found[e.axis] = None
        if isinstance(e, Reference):
            for index in e.indices:
                axes = sorted(index.positions.axes) if isinstance(index, Gather) else ()
                found.update(dict.fromkeys((index.axis,) if isinstance(index, Along) else axes))
        stack.extend(reversed(e.children))
    found.update(dict.fromkeys(sorted(expression.axes)))
    return tuple(axis for axis in found if axis in expression.axes)
