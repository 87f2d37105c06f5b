"""Conditions that hold by construction: a transformed unknown is always within its support."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hdsl.expressions.tree import (
    Along,
    Apply,
    Constant,
    Expression,
    Reduce,
    Reference,
    map_children,
)
from hdsl.model.graph import whole
from hdsl.plan.plan import Unknown

ALWAYS = Constant(1.0)


def without_known_conditions(expression: Expression, unknowns: Iterable[Unknown]) -> Expression:
    """The same expression without asking whether an unknown is within its support."""
    by_name = {unknown.name: unknown for unknown in unknowns}
    certain = {condition for u in by_name.values() for condition in _certain(u)}
    memo: dict[Expression, Expression] = {}

    def visit(e: Expression) -> Expression:
        if e not in memo:
            memo[e] = _simplified(map_children(e, visit), certain, by_name)
        return memo[e]

    return visit(expression)


def _certain(unknown: Unknown) -> Iterator[tuple[Expression, Expression]]:
    x = whole(unknown.name, unknown.axes)
    if unknown.support.lower is not None:
        yield unknown.support.lower, x
    if unknown.support.upper is not None:
        yield x, unknown.support.upper


def _simplified(
    e: Expression,
    certain: set[tuple[Expression, Expression]],
    unknowns: Mapping[str, Unknown],
) -> Expression:
    if not isinstance(e, Apply):
        return e
    match e.function, e.arguments:
        case (("less" | "less_equal"), (a, b)) if (a, b) in certain or _ordered(a, b, unknowns):
            return ALWAYS
        case "less", (Apply("abs", (Apply("subtract", (total, Constant(1.0))),)), Constant()) if (
            _is_sum_of_shares(total, unknowns)
        ):
            return ALWAYS
        case "and", (a, b) if ALWAYS in (a, b):
            return b if a == ALWAYS else a
        case "where", (condition, yes, _) if condition == ALWAYS:
            return yes
        case _:
            return e


def _is_sum_of_shares(total: Expression, unknowns: Mapping[str, Unknown]) -> bool:
    """Whether something is the sum of a vector that a transform makes a simplex."""
    match total:
        case Reduce("sum", Reference(name, indices), (axis,), None) if name in unknowns:
            support = unknowns[name].support
            *others, last = indices
            return support.kind == "simplex" and last == Along(axis) and Along(axis) not in others
        case _:
            return False


def _ordered(a: Expression, b: Expression, unknowns: Mapping[str, Unknown]) -> bool:
    """Whether a < b for any elements of an unknown, since an end of its support is a number."""
    match a, b:
        case Constant(), Reference(name) if name in unknowns:
            return unknowns[name].support.lower == a
        case Reference(name), Constant() if name in unknowns:
            return unknowns[name].support.upper == b
        case Constant(0.0), Apply(function):
            # Where these round to zero their logarithms are still exact.
            return function in _POSITIVE or (
                function == "subtract"
                and b.arguments[0] == Constant(1.0)
                and _ordered(b.arguments[1], Constant(1.0), unknowns)
            )
        case Apply(function), Constant(1.0):
            return function in _BELOW_ONE or (
                function == "subtract"
                and a.arguments[0] == Constant(1.0)
                and _ordered(Constant(0.0), a.arguments[1], unknowns)
            )
        case _:
            return False


_BELOW_ONE = {"logistic", "Phi", "inverse_cloglog"}
_POSITIVE = {*_BELOW_ONE, "exp"}


def conjuncts(condition: Expression) -> Iterator[Expression]:
    """The conditions that must all hold."""
    match condition:
        case Apply("and", parts):
            for part in parts:
                yield from conjuncts(part)
        case _:
            yield condition
