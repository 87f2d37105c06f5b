"""Integrals as sums over nodes: the double exponential rules of Takahasi and Mori.

Takahasi and Mori 1974, Publ. RIMS 9, 721. The nodes crowd towards the ends, so that a singularity
there does no harm; the error of half of the nodes tells that of all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from hdsl.expressions.beyond import Table
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import rebuild
from hdsl.expressions.tree import Constant, Expression, Reduce, walk

INTEGRAL = "integral"
"""The name of the reduction that adds up what stands at the nodes."""
NODES = 241
"""An odd number, so that every second node makes a rule of its own."""
_ROUGH = 1e-3
"""Of an integral with half of its nodes; the error with all of them is about its square."""


@dataclass(frozen=True)
class Nodes:
    """Where the integrand is asked for, and what its values are multiplied by."""

    points: Expression
    weights: Expression


def nodes(lower: Expression, upper: Expression, axis: str) -> Nodes:
    """The nodes along `axis` of an integral; an end may be infinite as a constant only."""
    below, above = _is_infinite(lower), _is_infinite(upper)
    if below and above:
        x, weights = _whole_line()
        sign = _sign(upper) if _sign(upper) != _sign(lower) else 0.0
        return Nodes(Table(x, axis), Table(tuple(sign * w for w in weights), axis))
    if above:
        x, weights = _half_line()
        turned = _sign(upper)
        return Nodes(lower + turned * Table(x, axis), turned * Table(weights, axis))
    if below:
        flipped = nodes(upper, lower, axis)
        return Nodes(flipped.points, -flipped.weights)
    from_lower, from_upper, weights = _interval()
    points = lower * Table(from_upper, axis) + upper * Table(from_lower, axis)
    return Nodes(points, (upper - lower) * Table(weights, axis))


def _is_infinite(end: Expression) -> bool:
    return isinstance(end, Constant) and math.isinf(end.value)


def _sign(end: Expression) -> float:
    return -1.0 if isinstance(end, Constant) and end.value < 0 else 1.0


def integral(body: Expression, points: Nodes, axis: str) -> Reduce:
    """The integral of what `body` is at the nodes."""
    return Reduce(INTEGRAL, body * points.weights, (axis,))


def with_half_of_the_nodes(e: Expression) -> Expression:
    """The same with every second node in each integral: how much it differs tells the error."""

    def halved(part: Expression) -> Expression | None:
        if not isinstance(part, Reduce) or part.function != INTEGRAL:
            return None
        is_even = Table(tuple(float(k % 2 == 0) for k in range(NODES)), part.over[0])
        body = rebuild(part.body, halved)
        return replace(part, body=where(is_even, 2.0 * body, 0.0))

    return rebuild(e, halved)


def outermost_integrals(expressions: Iterable[Expression]) -> Iterator[Reduce]:
    """The integrals that stand in no other, each once."""
    seen: set[Expression] = set()
    for whole in expressions:
        for e in walk(whole):
            if isinstance(e, Reduce) and e.function == INTEGRAL and e not in seen:
                seen.update(walk(e))
                yield e


def is_rough(e: Expression, half: Expression, value: Callable[[Expression], Any]) -> bool:
    """Whether an integral may be wrong: with half of its nodes it is another number.

    Parameters
    ----------
    half
        The integral with half of its nodes.
    value
        Gives the values of both as arrays.
    """
    whole, fewer = (np.asarray(value(part), float) for part in (e, half))
    scale = np.max(np.abs(whole), initial=0.0)
    error = float(np.max(np.abs(whole - fewer), initial=0.0))
    return not error <= _ROUGH * scale


def _steps(most: float) -> tuple[float, list[float]]:
    width = 2 * most / (NODES - 1)
    return width, [width * (k - NODES // 2) for k in range(NODES)]


@cache
def _interval() -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Shares of the interval below and above each node, and weights, for an interval of 1."""
    width, steps = _steps(3.1)
    shares: list[float] = []
    weights: list[float] = []
    for t in steps:
        s = math.pi * math.sinh(t)
        share = 1 / (1 + math.exp(-s)) if s > 0 else math.exp(s) / (1 + math.exp(s))
        shares.append(share)
        weights.append(width * math.pi * math.cosh(t) * _bell(s))
    return tuple(shares), tuple(reversed(shares)), tuple(weights)


def _bell(s: float) -> float:
    """The derivative of the logistic function."""
    e = math.exp(-abs(s))
    return e / (1 + e) ** 2


@cache
def _half_line() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Nodes and weights on (0, inf)."""
    width, steps = _steps(3.6)
    x = [math.exp(math.pi / 2 * math.sinh(t)) for t in steps]
    slope = (width * math.pi / 2 * math.cosh(t) for t in steps)
    return tuple(x), tuple(a * b for a, b in zip(x, slope, strict=True))


@cache
def _whole_line() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Nodes and weights on the real line."""
    width, steps = _steps(3.2)
    inner = [math.pi / 2 * math.sinh(t) for t in steps]
    weights = (
        width * math.pi / 2 * math.cosh(t) * math.cosh(s) for t, s in zip(steps, inner, strict=True)
    )
    return tuple(map(math.sinh, inner)), tuple(weights)
