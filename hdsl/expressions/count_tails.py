"""Tails of distributions of counts: sums of their probabilities, and Skellam's by an integral.

Both give their slopes along with their values.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hdsl.expressions.bessel import log_hyp0f1
from hdsl.expressions.tails import both_slopes, both_tails

Array = Any
Arrays = Any

_NODES = 64
_DEPTH = 42.0
_HALVINGS = 24
_LEAST = 1e-18
_LARGE = 1e200
_FARTHEST = 1e9


# --- sums of probabilities whose ratios are rational ----------------------------------------------


def log_sum_below(xp: Arrays, x: Array, a: Array, b: Array, c: Array) -> Array:
    """Log of the sum of p(k) for k = x, x - 1, … 0, in units of p(x).

    The probabilities obey p(k) = p(k + 1) (k + 1) (k + c) / ((k + a) (k + b)). For whole `x` of 0
    and more. Where probabilities fall all the way from a peak, the sum ends when they no longer
    count.
    """
    (found,) = xp.with_slopes(_downward, x, a, b, c)
    return found


def log_sum_above(xp: Arrays, x: Array, a: Array, b: Array, c: Array) -> Array:
    """Log of the sum of p(k) for k = 0, 1, … x, in units of p(0), with the same probabilities."""
    (found,) = xp.with_slopes(_upward, x, a, b, c)
    return found


Sums = tuple[tuple[Array], tuple[tuple[Array, ...]]]


def _downward(xp: Arrays, x: Array, a: Array, b: Array, c: Array) -> Sums:
    return _summed(xp, False, x, a, b, c)


def _upward(xp: Arrays, x: Array, a: Array, b: Array, c: Array) -> Sums:
    return _summed(xp, True, x, a, b, c)


def _summed(xp: Arrays, upward: bool, *arguments: Array) -> Sums:
    """The sum, and its slopes with respect to all but the first argument, which is whole."""
    x, a, b, c = (v * 1.0 for v in xp.broadcast_arrays(*arguments))
    zero = xp.zeros_like(x)
    one_peak = ((a >= 1) | (a < 0)) & ((b >= 1) | (b < 0)) & (not upward)
    sign = 1.0 if upward else -1.0

    def goes_on(state: tuple[Array, ...]) -> Array:
        done, term, total = state[:3]
        return (done < x) & (term > 0) & ((term > _LEAST * total) | ~one_peak)

    def step(state: tuple[Array, ...]) -> tuple[Array, ...]:
        done, term, total, shift, in_a, in_b, in_c, sum_a, sum_b, sum_c = state
        going = goes_on(state)
        k = xp.where(going, done if upward else x - 1.0 - done, 0.0)
        by_a, by_b, by_c = (xp.where(going, k + v, 1.0) for v in (a, b, c))
        above, below = by_a * by_b, (k + 1.0) * by_c
        new = xp.where(going, term * (above / below if upward else below / above), 0.0)
        in_a, in_b = in_a + sign / by_a, in_b + sign / by_b
        in_c = in_c - xp.where(by_c == 0, 0.0, sign / xp.where(by_c == 0, 1.0, by_c))
        sums = (total + new, sum_a + new * in_a, sum_b + new * in_b, sum_c + new * in_c)
        large = sums[0] > _LARGE
        scale = xp.where(large, 1.0 / _LARGE, 1.0)
        shift = shift + xp.where(large, np.log(_LARGE), 0.0)
        kept = scale * xp.where(going, new, 0.0)
        return done + 1.0, kept, scale * sums[0], shift, in_a, in_b, in_c, *(
            scale * v for v in sums[1:]
        )  # fmt: skip

    start = (zero, zero + 1.0, zero + 1.0, *(zero,) * 7)
    end = xp.repeat_while(lambda state: xp.any(goes_on(state)), step, start)
    total, shift = end[2], end[3]
    slopes = tuple(part / total for part in end[-3:])
    return (xp.log(total) + shift,), ((zero, *slopes),)


# --- Skellam --------------------------------------------------------------------------------------


def log_skellam_lower(xp: Arrays, x: Array, rate1: Array, rate2: Array) -> Array:
    """Log probability that a difference of two Poisson numbers is at most a whole number x."""
    return xp.with_slopes(_skellam_tails, x, rate1, rate2)[0]


def log_skellam_upper(xp: Arrays, x: Array, rate1: Array, rate2: Array) -> Array:
    """Log probability that a difference of two Poisson numbers is above a whole number x."""
    return xp.with_slopes(_skellam_tails, x, rate1, rate2)[1]


@cache
def _unit_rule() -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def _skellam_tails(xp: Arrays, x: Array, rate1: Array, rate2: Array) -> tuple[Any, Any]:
    """Both tails. The chance of at most x falls with the first rate at the rate p(x).

    So it is the integral of p(x) over the first rate from its value on. Where x is negative, it is
    also that of p(x + 1) over the second rate up to its value, since it rises with this one.
    """
    x, first, second = (xp.asarray(v) * 1.0 for v in (x, rate1, rate2))
    most = _FARTHEST * (1.0 + first + second)
    too_low, too_high = x < -most, x > most
    x = xp.where(too_low | too_high, 0.0, x)
    is_lower = x < first - second
    k = xp.where(is_lower, x, -x - 1.0)
    own, other = xp.where(is_lower, first, second), xp.where(is_lower, second, first)
    falling = k < 0
    longest = xp.where(falling, other, 4.0 * _DEPTH + 4.0 * xp.sqrt(2.0 * _DEPTH * (own + other)))

    def log_p(step: Array) -> Array:
        at = xp.where(falling, k + 1.0, k)
        mine = xp.where(falling, own, own + step)
        others = xp.where(falling, xp.maximum(other - step, 0.0), other)
        return log_skellam(xp, at, mine, others)

    top = log_p(0.0 * longest)

    def halve(ends: tuple[Array, Array]) -> tuple[Array, Array]:
        near, far = ends
        middle = 0.5 * (near + far)
        enough = log_p(middle) < top - _DEPTH
        return xp.where(enough, near, middle), xp.where(enough, middle, far)

    _, length = xp.iterate(halve, (0.0 * longest, longest), _HALVINGS)
    nodes, weights = _unit_rule()
    total = xp.weighted_sum(lambda node: xp.exp(log_p(length * node) - top), nodes, weights)
    lower, upper = both_tails(xp, is_lower, top + xp.log(length * total))
    lower = xp.where(too_low, -xp.inf, xp.where(too_high, 0.0, lower))
    upper = xp.where(too_low, 0.0, xp.where(too_high, -xp.inf, upper))
    tails = (lower, upper)
    # Slopes of the lower tail, then those of its log and of the other.
    log_tail = xp.where(is_lower, tails[0], tails[1])
    sign = xp.where(is_lower, 1.0, -1.0)
    in_first = -sign * xp.exp(log_skellam(xp, x, first, second) - log_tail)
    in_second = sign * xp.exp(log_skellam(xp, x + 1.0, first, second) - log_tail)
    slopes = (0.0 * in_first, in_first, in_second)
    return tails, both_slopes(xp, is_lower, tails, slopes)


def log_skellam(xp: Arrays, x: Array, rate1: Array, rate2: Array) -> Array:
    """Log probability of a whole number as the difference of two Poisson numbers."""
    size = xp.abs(x)
    rate = xp.where(x > 0, rate1, rate2)
    power = xp.where(size > 0, size * xp.log(xp.where(rate > 0, rate, 1.0)), 0.0)
    power = xp.where((size > 0) & (rate <= 0), -xp.inf, power)
    both = log_hyp0f1(xp, size + 1.0, rate1 * rate2)
    return power - rate1 - rate2 - xp.gammaln(size + 1.0) + both
