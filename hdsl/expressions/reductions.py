"""Reductions over axes, with a mask for the elements that count."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Array = Any


def _masked(fill: float) -> Callable[..., Array]:
    def filled(xp: Any, a: Array, mask: Array | None) -> Array:
        return a if mask is None else xp.where(mask, a, fill)

    return filled


def _count(xp: Any, a: Array, mask: Array | None, axis: tuple[int, ...]) -> Array:
    if mask is None:
        return float(math.prod(a.shape[i] for i in axis))
    return xp.sum(mask * 1.0, axis=axis)


def _mean(xp: Any, a: Array, mask: Array | None, axis: tuple[int, ...]) -> Array:
    return xp.sum(_masked(0.0)(xp, a, mask), axis=axis) / _count(xp, a, mask, axis)


def _variance(xp: Any, a: Array, mask: Array | None, axis: tuple[int, ...]) -> Array:
    centre = xp.expand_dims(_mean(xp, a, mask, axis), axis)
    squares = _masked(0.0)(xp, (a - centre) ** 2, mask)
    return xp.sum(squares, axis=axis) / (_count(xp, a, mask, axis) - 1.0)


def _least(xp: Any, a: Array, axis: tuple[int, ...], of_none: float = math.inf) -> Array:
    return xp.min(a * 1.0, axis=axis, initial=of_none)


REDUCERS: dict[str, Callable[..., Array]] = {
    "sum": lambda xp, a, m, axis: xp.sum(_masked(0.0)(xp, a, m), axis=axis),
    "integral": lambda xp, a, m, axis: xp.sum(_masked(0.0)(xp, a, m), axis=axis),
    "prod": lambda xp, a, m, axis: xp.prod(_masked(1.0)(xp, a, m), axis=axis),
    "mean": _mean,
    "var": _variance,
    "sd": lambda xp, a, m, axis: xp.sqrt(_variance(xp, a, m, axis)),
    "min": lambda xp, a, m, axis: _least(xp, _masked(math.inf)(xp, a, m), axis),
    "max": lambda xp, a, m, axis: -_least(xp, -_masked(-math.inf)(xp, a, m), axis),
    "any": lambda xp, a, m, axis: (
        1.0 - _least(xp, 1.0 - _masked(0.0)(xp, (a != 0) * 1.0, m), axis, 1.0)
    ),
    "all": lambda xp, a, m, axis: _least(xp, _masked(1.0)(xp, (a != 0) * 1.0, m), axis, 1.0),
    "logsumexp": lambda xp, a, m, axis: xp.logsumexp(_masked(-math.inf)(xp, a, m), axis=axis),
}
"""By name: ``REDUCERS[name](arrays, body, mask or None, axes)``."""
