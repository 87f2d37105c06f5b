"""Formulas of the graph for readers: in the file's own indices, as fractions, not too long."""

from __future__ import annotations

from hdsl.expressions.functions import where
from hdsl.expressions.inline import elements_inlined
from hdsl.expressions.rewrite import rebuild, rename_axes
from hdsl.expressions.simplify import simplify
from hdsl.expressions.text import text
from hdsl.expressions.tree import (
    Along,
    Apply,
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Segment,
    map_children,
)
from hdsl.model.graph import ModelGraph, Selection
from hdsl.plan.plan import Plan

LONGEST = 240
"""Inner parts of a formula with more characters than this are left out."""
DEEPEST = 12
_LEFT_OUT = "…"
MOST_PARTS = 1000
"""Of formulas with more parts than this the innermost are left out before anything is done."""


def formula(expression: Expression, plan: Plan) -> str:
    """An expression as text, in names of the file; an ellipsis stands for what is too long."""
    internal = {n: d for n, d in plan.definitions.items() if n not in plan.graph.nodes}
    written_out = _outermost(elements_inlined(expression, internal), MOST_PARTS)
    shown = simplify(_unguarded(in_own_indices(written_out, plan.graph)))
    while (tidier := _tidied(shown)) != shown:
        shown = tidier
    return abridged(shown)


def abridged(expression: Expression) -> str:
    """An expression as text, without its innermost parts where it is too long."""
    expression = _outermost(expression, MOST_PARTS)
    whole = text(expression)
    if len(whole) <= LONGEST:
        return whole
    for depth in range(DEEPEST, 1, -1):
        shorter = text(_cut(expression, depth))
        if len(shorter) <= LONGEST:
            return shorter
    return _LEFT_OUT


def _cut(e: Expression, depth: int) -> Expression:
    if isinstance(e, Constant | Position) or (isinstance(e, Reference) and depth > 0):
        return e
    return Reference(_LEFT_OUT) if depth == 0 else map_children(e, lambda c: _cut(c, depth - 1))


def _outermost(expression: Expression, most: int) -> Expression:
    """The expression, cut where it has more parts than `most`.

    Parts are counted as they would be written: definitions that use each other twice, one after the
    other, have few parts in memory, and twice as many on paper at each step.
    """
    total = depth = 0
    level: dict[int, tuple[Expression, int]] = {id(expression): (expression, 1)}
    while level:
        total += sum(count for _, count in level.values())
        if total > most:
            return _cut(expression, depth)
        depth += 1
        below: dict[int, tuple[Expression, int]] = {}
        for part, count in level.values():
            for child in part.children:
                below[id(child)] = child, below.get(id(child), (child, 0))[1] + count
        level = below
    return expression


def in_own_indices(expression: Expression, graph: ModelGraph) -> Expression:
    """The expression with the running indices of the file in place of lists of chosen elements."""
    for selection in graph.selections.values():
        if _speaks_of(expression, selection):
            expression = _seen_through(expression, selection)
    return expression


def _speaks_of(expression: Expression, selection: Selection) -> bool:
    return not expression.names.isdisjoint(selection.positions)


def _seen_through(expression: Expression, selection: Selection) -> Expression:
    """References by way of a selection become direct; sums over it are over what is chosen."""
    rows = selection.axis
    own: dict[Expression, str] = {
        Reference(name, (Along(rows),)): axis
        for name, axis in zip(selection.positions, selection.over, strict=True)
    }

    def change(e: Expression) -> Expression | None:
        match e:
            case Reference(name, indices):
                new = tuple(
                    Along(own[i.positions]) if isinstance(i, Gather) and i.positions in own else i
                    for i in indices
                )
                changed = Reference(name, new)
                return map_children(changed, lambda c: rebuild(c, change))
            case Reduce("sum", body, over, None) if rows in over:
                others = tuple(axis for axis in over if axis != rows)
                inner = rebuild(body, change)
                return Reduce("sum", inner, (*others, *selection.over), where=selection.condition)
            case Segment(body, over, by, to) if over == (rows,):
                inner = where(selection.condition, rebuild(body, change), 0.0)
                if by not in own:
                    return Segment(inner, selection.over, rebuild(by, change), to)
                rest = tuple(axis for axis in selection.over if axis != own[by])
                inner = rename_axes(inner, {own[by]: to})
                return Reduce("sum", inner, rest) if rest else inner
            case _:
                return None

    return rebuild(expression, change)


def _unguarded(expression: Expression) -> Expression:
    """Quotients without their guards against groups that have no rows."""

    def change(e: Expression) -> Expression | None:
        match e:
            case Apply("where", (_, Apply("divide", (top, Apply("where", (_, below, _)))), _)):
                return rebuild(top, change) / rebuild(below, change)
            case _:
                return None

    return rebuild(expression, change)


def _tidied(expression: Expression) -> Expression:
    """``1 / s^2 * n`` as ``n / s^2``, ``a + b * -2`` as ``a - b * 2``."""

    def change(e: Expression) -> Expression | None:
        match e:
            case Apply("multiply", (Apply("divide", (Constant(1.0), below)), factor)):
                return rebuild(factor, change) / rebuild(below, change)
            case Apply("multiply", (factor, Apply("divide", (Constant(1.0), below)))):
                return rebuild(factor, change) / rebuild(below, change)
            case Apply("divide", (factor, Apply("divide", (top, below)))):
                return rebuild(factor, change) * rebuild(below, change) / rebuild(top, change)
            case Apply("add", (first, Apply("multiply", (factor, Constant(by))))) if by < 0:
                return rebuild(first, change) - rebuild(factor, change) * -by
            case _:
                return None

    return rebuild(expression, change)
