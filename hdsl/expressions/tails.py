"""The tail of a density as an integral from its end, with the other tail and all slopes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Array = Any
Arrays = Any
Slopes = tuple[tuple[Array, ...], tuple[Array, ...]]

LARGE = 10.0
_NODES = 48
DEPTH = 40.0
_STEPS = 12
_LEAST = 1e-290
# Bernoulli numbers B_2k / 2k: Abramowitz & Stegun 6.3.18.
_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)


@cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on (0, 1) for the square root of the distance from the end."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    r = 0.5 * (nodes + 1.0)
    return r * r, weights * r


def integral_from_end(xp: Arrays, density: Callable[[Array], Array], scale: Array) -> Array:
    """Integral of a function from 0 to `scale`; it is `density` of the distance from 0."""
    return integrals_from_end(xp, lambda s: (density(s),), scale)[0]


def integrals_from_end(
    xp: Arrays, densities: Callable[[Array], tuple[Array, ...]], scale: Array
) -> tuple[Array, ...]:
    nodes, weights = _rule()
    sums = xp.weighted_sum(lambda node: densities(scale * node), nodes, weights)
    return tuple(scale * total for total in sums)


def reach(
    xp: Arrays,
    fall: Callable[[Array], Array],
    slope: Callable[[Array], Array],
    bend: Array,
) -> Array:
    """The distance at which a convex function that is 0 at 0 reaches `DEPTH`, by Newton's rule."""
    start = slope(0.0)
    s = 2.0 * DEPTH / (start + xp.sqrt(start * start + 2.0 * DEPTH * bend))
    return xp.iterate(lambda s: s - (fall(s) - DEPTH) / slope(s), s, _STEPS)


def both_tails(xp: Arrays, is_lower: Array, log_tail: Array) -> tuple[Array, Array]:
    """The logs of both tails from that of one."""
    kept = xp.where(log_tail < 0, log_tail, -1.0)
    other = xp.where(log_tail < 0, _log1mexp(xp, kept), -xp.inf)
    return xp.where(is_lower, log_tail, other), xp.where(is_lower, other, log_tail)


def both_slopes(
    xp: Arrays, is_lower: Array, tails: tuple[Array, Array], slopes: tuple[Array, ...]
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The slopes of the logs of both tails from those of the one that was integrated."""
    lower, upper = tails
    log_tail, other = xp.where(is_lower, lower, upper), xp.where(is_lower, upper, lower)
    possible = other > -xp.inf
    ratio = xp.where(possible, -xp.exp(log_tail - xp.where(possible, other, 0.0)), 0.0)
    of_lower, of_upper = xp.where(is_lower, 1.0, ratio), xp.where(is_lower, ratio, 1.0)
    return tuple(of_lower * slope for slope in slopes), tuple(of_upper * slope for slope in slopes)


def log_minus_digamma(xp: Arrays, z: Array) -> Array:
    """log(z) - digamma(z), by the recurrence below 10 and from there by Stirling's series."""
    low = z < LARGE
    moved, near = xp.where(low, z + LARGE, z), xp.where(low, z, 1.0)
    steps = np.arange(LARGE)
    passed = xp.weighted_sum(lambda i: 1.0 / (near + i), steps, np.ones_like(steps))
    inverse = 1.0 / moved
    square = inverse * inverse
    total = _DIGAMMA[-1]
    for coefficient in reversed(_DIGAMMA[:-1]):
        total = coefficient + square * total
    return 0.5 * inverse + square * total + xp.where(low, passed - xp.log(moved / near), 0.0)


def _log1mexp(xp: Arrays, x: Array) -> Array:
    """log(1 - exp(x)) for x < 0."""
    close = x > -0.6931471805599453
    near = xp.log(-xp.expm1(xp.where(close, x, -1.0)))
    far = xp.log1p(-xp.exp(xp.where(close, -1.0, x)))
    return xp.where(close, near, far)


def with_known(
    xp: Arrays,
    known: Callable[..., tuple[Array, Array]] | None,
    exact: Callable[..., tuple[tuple[Array, Array], Any]],
    *arguments: Array,
) -> tuple[Array, Array]:
    """The logs of both tails by known functions, and by `exact` ones where these underflow."""
    if known is None:
        return xp.with_slopes(exact, *arguments)
    arguments = tuple(np.broadcast_arrays(*arguments))
    with np.errstate(all="ignore"):
        below, above = (np.asarray(tail) for tail in known(*arguments))
        lower = np.where(below < above, np.log(below), np.log1p(-above))
        upper = np.where(below < above, np.log1p(-below), np.log(above))
        lost = np.minimum(below, above) < _LEAST
        if lost.any():
            exactly, _ = exact(xp, *(argument[lost] for argument in arguments))
            lower[lost], upper[lost] = exactly
    return lower, upper
