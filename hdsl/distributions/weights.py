"""Chances as expressions: their logarithms where they are zero, vectors of them, their total."""

from __future__ import annotations

import math

from hdsl.expressions.functions import log, log1m, where
from hdsl.expressions.linear import terms
from hdsl.expressions.rewrite import along
from hdsl.expressions.tree import (
    Apply,
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Stack,
    Sweep,
    apply,
)

ROUNDING = 1e-6
"""How far probabilities may be from adding up to 1."""

_CERTAIN = {"exp", "logistic", "Phi", "inverse_cloglog"}
"""Functions that are never zero, and whose logarithms are computed exactly."""


def log_chance(p: Expression) -> Expression:
    """Log of a probability, minus infinity at 0 without harm to gradients."""
    if isinstance(p, Constant):
        return Constant(math.log(p.value) if p.value > 0 else -math.inf)
    if _has_exact_log(p):
        return log(p)
    return where(apply("less", 0.0, p), log(p), -math.inf)


def log_rest(p: Expression) -> Expression:
    """Log of 1 - p for a probability p, minus infinity at 1 without harm to gradients."""
    if isinstance(p, Constant):
        return Constant(math.log1p(-p.value) if p.value < 1 else -math.inf)
    if _has_exact_log(p):
        return log1m(p)
    return where(apply("less", p, 1.0), log1m(p), -math.inf)


def _has_exact_log(p: Expression) -> bool:
    match p:
        case Apply("subtract", (Constant(1.0), q)):
            return _has_exact_log(q)
        case Apply(function):
            return function in _CERTAIN
        case _:
            return False


def element(vector: Expression, axis: str, position: int) -> Expression:
    """One element of a vector along an axis."""
    if axis not in vector.axes:
        return vector
    if isinstance(vector, Stack) and vector.axis == axis:
        return vector.items[position]
    try:
        return along(vector, axis, Gather(Constant(float(position))))
    except ValueError:
        chosen = apply("equal", Position(axis), float(position))
        return Reduce("sum", where(chosen, vector, 0.0), (axis,))


def total_of(chances: tuple[Expression, ...]) -> float | None:
    """The sum of some chances, where it is a number whatever else they depend on."""
    constant = 0.0
    others: dict[Expression, float] = {}
    for chance in chances:
        for factor, term in terms(chance):
            if isinstance(term, Constant):
                constant += factor * term.value
            else:
                others[term] = others.get(term, 0.0) + factor
    return None if any(others.values()) else constant


def adds_up(vector: Expression, axis: str) -> bool:
    """Whether the elements along an axis add up to 1 by construction."""
    return isinstance(vector, Sweep) and vector.function == "softmax" and vector.axis == axis
