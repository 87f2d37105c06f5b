"""Puts what defines quantities in the place of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hdsl.expressions.rewrite import along, rebuild, rename_axes
from hdsl.expressions.tree import (
    Along,
    Expression,
    Index,
    Reference,
)


def inline(
    expression: Expression, definitions: Mapping[str, tuple[tuple[str, ...], Expression]]
) -> Expression:
    """Replace references to deterministic quantities by what defines them.

    `definitions` gives for each name its axes and its expression over them. References at a label
    or a shift stay, since an expression has no elements; their quantity is evaluated apart.
    """
    return inliner(definitions)(expression)


def inliner(
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]],
) -> Callable[[Expression], Expression]:
    """`inline` for many expressions: each definition is written out once."""
    bodies: dict[str, Expression] = {}

    def body_of(name: str) -> Expression:
        if name not in bodies:
            bodies[name] = visit(definitions[name][1])
        return bodies[name]

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e.name not in definitions or not e.is_plain:
            return None
        names = {
            axis: index.axis
            for axis, index in zip(definitions[e.name][0], e.indices, strict=True)
            if isinstance(index, Along) and axis != index.axis
        }
        return rename_axes(body_of(e.name), names)

    def visit(e: Expression) -> Expression:
        return e if definitions.keys().isdisjoint(e.names) else rebuild(e, change)

    return visit


def elements_inlined(
    expression: Expression, definitions: Mapping[str, tuple[tuple[str, ...], Expression]]
) -> Expression:
    """The same as `inline`, also for references at a gather, a label or a shift.

    What a definition says is then computed for each of its uses. References to elements of what
    is made as a whole (by a cumulative sum, say) stay, as do those of what depends on itself.
    """

    found: dict[Reference, Expression | None] = {}
    open_names: set[str] = set()

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e.name not in definitions:
            return None
        if e.name in open_names:
            return None
        if e not in found:
            open_names.add(e.name)
            try:
                found[e] = visit(element(*definitions[e.name], e.indices))
            except ValueError:
                found[e] = None
            open_names.remove(e.name)
        return found[e]

    def visit(e: Expression) -> Expression:
        return e if definitions.keys().isdisjoint(e.names) else rebuild(e, change)

    return visit(expression)


def element(axes: tuple[str, ...], body: Expression, indices: tuple[Index, ...]) -> Expression:
    """The elements at some indices of what a body defines over axes."""
    apart = {axis: f"{axis}#element" for axis in axes}
    body = rename_axes(body, apart)
    for axis, index in zip(apart.values(), indices, strict=True):
        if isinstance(index, Along):
            body = rename_axes(body, {axis: index.axis})
        else:
            body = along(body, axis, index)
    return body
