"""Conditions of a density that bound an unknown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from hdsl.distributions.random import Applied
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.functions import where
from hdsl.expressions.linear import affine
from hdsl.expressions.ranges import POSITIVE
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import Apply, Constant, Expression, Reduce, apply
from hdsl.model.graph import Factor, Stochastic
from hdsl.model.supports import Ranges
from hdsl.plan.phrases import listed
from hdsl.plan.rows import log_prob_of
from hdsl.plan.rule import Rule, Site
from hdsl.plan.state import Piece, State


class Bounds(Rule):
    """Sample an unknown above (or below) what makes all of a density possible.

    Where a log density is ``if phi * c - d > 0 then … else -inf`` with ``c`` certainly positive,
    no value of ``phi`` up to ``d / c`` is possible. A trajectory that runs beyond this edge is
    lost, and counts as divergent; a support that ends there has no beyond. The density stays.
    """

    name = "bounds"
    group = "coordinates"
    meaning = "samples a number within what the conditions of densities leave possible for it"

    def match(self, state: State, name: str) -> Site | None:
        """A single number on an interval, and conditions that are linear in it."""
        node = state.unknowns[name]
        support = node.random.support
        plain = isinstance(node.random, Applied | Truncated) and support.kind == "interval"
        if node.axes or not plain or support.integer or state.needs_itself(name):
            return None
        ranges = Ranges(state.graph)
        lower: list[Expression] = []
        by: list[str] = []
        for piece in state.children(name):
            for margin in _margins(state, piece):
                bound = _bound(margin, name, ranges)
                if bound is not None and _may_stand(state, name, bound):
                    lower.append(bound)
                    by.append(piece.name)
        if not lower:
            return None
        return Site((name,), {"lower": tuple(lower), "by": tuple(dict.fromkeys(by))})

    def rewrite(self, state: State, site: Site) -> State:
        """The support begins at the largest of the bounds."""
        (name,) = site.names
        support = state.unknowns[name].random.support
        first, *others = site.found["lower"]
        lower: Expression = first
        for bound in (*others, *([] if support.lower is None else [support.lower])):
            lower = apply("max", lower, bound)
        if support.upper is not None:
            # Where nothing is possible, the density says so; the support stays an interval.
            start = support.upper - 1.0 if support.lower is None else support.lower
            lower = where(apply("less", lower, support.upper), lower, start)
        within = replace(support, lower=simplify(lower))
        return replace(state, supports={**state.supports, name: within})

    def reason(self, state: State, site: Site) -> str:
        return (
            f"{listed(site.found['by'])} is impossible for small values of it: sampled above the "
            "least that is possible given all else, so that no trajectory runs beyond that"
        )


def _margins(state: State, piece: Piece) -> Iterator[Expression]:
    """What must be above zero, or the piece is impossible."""
    match piece:
        case Factor():
            yield from _conditions(piece.expression)
        case Stochastic():
            yield from _conditions(log_prob_of(state, piece))
        case _:
            return


def _conditions(e: Expression) -> Iterator[Expression]:
    match e:
        case Reduce("sum", body, _, None):
            yield from _conditions(body)
        case Apply("add", parts):
            for part in parts:
                yield from _conditions(part)
        case Apply("subtract", (first, _)):
            yield from _conditions(first)
        case Apply("where", (condition, yes, Constant(value))) if value == -math.inf:
            yield from _compared(condition)
            yield from _conditions(yes)
        case _:
            return


def _compared(condition: Expression) -> Iterator[Expression]:
    match condition:
        case Apply("and", parts):
            for part in parts:
                yield from _compared(part)
        case Apply("less" | "less_equal", (small, large)):
            yield large - small
        case _:
            return


def _bound(margin: Expression, name: str, ranges: Ranges) -> Expression | None:
    """Where the margin is zero, if it certainly grows with the unknown."""
    margin = simplify(margin)
    parts = affine(margin, name)
    if parts is None or parts.reference.indices:
        return None
    if name in parts.coefficient.names | parts.offset.names:
        return None
    if not ranges(parts.coefficient).interval.within(POSITIVE):
        return None
    zero = simplify(-parts.offset / parts.coefficient)
    over = tuple(sorted(zero.axes))
    return Reduce("max", zero, over) if over else zero


def _may_stand(state: State, name: str, bound: Expression) -> bool:
    """Whether a bound can be computed before the unknown is known."""
    needed: set[str] = set()
    new = set(bound.names)
    while new:
        needed |= new
        bodies = [state.definitions[n][1] for n in new if n in state.definitions]
        ends = [state.supports[n].lower for n in new if n in state.supports]
        found = (e.names for e in (*bodies, *ends) if e is not None)
        new = set[str]().union(*found) - needed
    return name not in needed
