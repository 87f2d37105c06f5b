"""Special functions, written so that nothing is lost to cancellation.

Each takes the array module first; it must offer NumPy's functions and those of `scipy.special`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

Array = Any
Arrays = Any


def divide(xp: Arrays, a: Array, b: Array) -> Array:
    """a / b as floats, also for whole numbers; division by zero gives inf or nan."""
    return xp.true_divide(a, b)


def power(xp: Arrays, a: Array, b: Array) -> Array:
    """a to the power b; a small whole exponent is multiplied out."""
    if isinstance(b, float) and b in (1.0, 2.0, 3.0, 4.0):
        result = a
        for _ in range(int(b) - 1):
            result = result * a
        return result
    if isinstance(b, float) and b == 0.5:
        return xp.sqrt(a)
    return xp.power(a * 1.0, b)


def log(xp: Arrays, x: Array) -> Array:
    """Natural logarithm; at 0 it is -inf, and its gradient 0.

    What is impossible adds nothing to a sum over possibilities, nor to its gradient.
    """
    zero = x == 0
    return xp.where(zero, -xp.inf, xp.log(xp.where(zero, 1.0, x)))


def log1p(xp: Arrays, x: Array) -> Array:
    """log(1 + x), exact for small x; at -1 as `log` is at 0."""
    zero = x == -1
    return xp.where(zero, -xp.inf, xp.log1p(xp.where(zero, 0.0, x)))


def xlogy(xp: Arrays, a: Array, b: Array) -> Array:
    """a log(b), and 0 where a is 0, with a finite gradient there."""
    zero = a == 0
    return a * log(xp, xp.where(zero, 1.0, b))


def xlog1py(xp: Arrays, a: Array, b: Array) -> Array:
    """a log(1 + b), and 0 where a is 0, with a finite gradient there."""
    zero = a == 0
    return a * log1p(xp, xp.where(zero, 0.0, b))


def logit(xp: Arrays, p: Array) -> Array:
    """log(p / (1 - p))."""
    return log(xp, p) - log1p(xp, -p)


def logsubexp(xp: Arrays, x: Array, y: Array) -> Array:
    """log(exp(x) - exp(y)) for x >= y, exact where both are small or close."""
    empty = y == -xp.inf
    gap = xp.where(empty, 0.0, y) - xp.where(empty, 1.0, x)
    close = gap > -0.6931471805599453
    near = xp.log(-xp.expm1(xp.where(close, gap, -1.0)))
    far = xp.log1p(-xp.exp(xp.where(close, -1.0, gap)))
    return xp.where(empty, x, x + xp.where(close, near, far))


def log_logistic(xp: Arrays, x: Array) -> Array:
    """log(1 / (1 + exp(-x)))."""
    return -xp.logaddexp(0.0, -x)


_SHIFT = 10
_HALF_LOG_2PI = 0.9189385332046727
# Bernoulli numbers B_2k / (2k (2k - 1)): Abramowitz & Stegun 6.1.40.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


def stirling_remainder(xp: Arrays, x: Array) -> Array:
    """lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2, for x >= 10."""
    inverse = 1.0 / x
    square = inverse * inverse
    total = _STIRLING[-1]
    for coefficient in reversed(_STIRLING[:-1]):
        total = coefficient + square * total
    return total * inverse


def log_rising(xp: Arrays, x: Array, n: Array) -> Array:
    """lgamma(x + n) - lgamma(x) for x > 0, n >= 0: the log of the rising factorial.

    Both arguments are moved up by the recurrence; there the leading terms of Stirling's series
    are cancelled on paper, so that the error stays relative to the result.
    """
    steps, ones = np.arange(float(_SHIFT)), np.ones(_SHIFT)
    moved = xp.weighted_sum(lambda i: xp.log1p(n / (x + i)), steps, ones)
    low = x + float(_SHIFT)
    high = low + n
    difference = stirling_remainder(xp, high) - stirling_remainder(xp, low)
    # (low - 1/2) log(1 + n / low) - n, whose two terms nearly cancel when low >> n.
    growth = n / low
    bend = log1p_minus(xp, growth)
    return n * xp.log(high) + low * bend - 0.5 * xp.log1p(growth) + difference - moved


def log1p_minus(xp: Arrays, t: Array, whole: Array | None = None) -> Array:
    """log(1 + t) - t for t > -1; near zero as an integral of t^2 s / (1 + t s).

    `whole` is 1 + t, where that is known more exactly than from `t`.
    """
    near = xp.abs(t) < 0.5
    small = xp.where(near, t, 0.0)
    nodes, weights = _unit_rule()
    series = xp.weighted_sum(lambda s: 1.0 / (1.0 + small * s), nodes, weights * nodes)
    far = xp.log(xp.where(near, 1.0, 1.0 + t if whole is None else whole)) - t
    return xp.where(near, -small * small * series, far)


@cache
def _unit_rule() -> tuple[Array, Array]:
    """Gauss's rule on (0, 1); its error is below 1e-18 for s / (1 + t s) with abs(t) < 1 / 2."""
    nodes, weights = np.polynomial.legendre.leggauss(13)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def log_beta(xp: Arrays, a: Array, b: Array) -> Array:
    """Log of the beta function, lgamma(a) + lgamma(b) - lgamma(a + b)."""
    small = xp.minimum(a, b)
    large = xp.maximum(a, b)
    far = small >= _SHIFT
    near = xp.where(far, 1.0, small)
    by_rising = xp.gammaln(near) - log_rising(xp, large, near)
    return xp.where(far, _log_beta_far(xp, xp.maximum(small, _SHIFT), large), by_rising)


def _log_beta_far(xp: Arrays, small: Array, large: Array) -> Array:
    """Log of the beta function for arguments >= 10, by Stirling's series with its terms joined."""
    large = xp.maximum(large, _SHIFT)
    total = small + large
    remainder = (
        stirling_remainder(xp, small)
        + stirling_remainder(xp, large)
        - stirling_remainder(xp, total)
    )
    powers = (small - 0.5) * xp.log(small / total) - large * xp.log1p(small / large)
    return _HALF_LOG_2PI - 0.5 * xp.log(large) + powers + remainder


def log_choose(xp: Arrays, n: Array, k: Array) -> Array:
    """Log of the binomial coefficient; -inf outside 0 <= k <= n."""
    inside = (k >= 0) & (k <= n)
    k = xp.where(inside, k, 0.0)
    n = xp.where(inside, n, 0.0)
    return xp.where(inside, -xp.log1p(n * 1.0) - log_beta(xp, k + 1.0, n - k + 1.0), -xp.inf)


def log1m_exp(xp: Arrays, x: Array) -> Array:
    """log(1 - exp(x)) for x <= 0; -inf at 0, with a finite gradient there."""
    inside = x < 0
    below = xp.where(inside, x, -1.0)
    close = below > -0.6931471805599453
    near = xp.log(-xp.expm1(xp.where(close, below, -1.0)))
    far = xp.log1p(-xp.exp(xp.where(close, -1.0, below)))
    return xp.where(inside, xp.where(close, near, far), xp.where(x == 0, -xp.inf, xp.nan))


def log_inverse_cloglog(xp: Arrays, x: Array) -> Array:
    """log(1 - exp(-exp(x))), which is nearly x far on the left."""
    small = x < -37.0
    return xp.where(small, x, xp.log(-xp.expm1(-xp.exp(xp.where(small, 0.0, x)))))


def log1p_ratio(xp: Arrays, x: Array) -> Array:
    """log(1 + x) / x for x > -1, and 1 at 0."""
    near = xp.abs(x) < 0.02
    small = xp.where(near, x, 0.0)
    series = 0.0
    for k in range(10, 0, -1):
        series = (1.0 if k % 2 else -1.0) / k + small * series
    other = xp.where(near, 1.0, x)
    return xp.where(near, series, xp.log1p(other) / other)


def expm1_ratio(xp: Arrays, x: Array) -> Array:
    """(exp(x) - 1) / x, and 1 at 0."""
    near = xp.abs(x) < 0.02
    small = xp.where(near, x, 0.0)
    series = 1.0
    for k in range(9, 1, -1):
        series = 1.0 + small * series / k
    other = xp.where(near, 1.0, x)
    return xp.where(near, series, xp.expm1(other) / other)


def log_ex_gaussian_tail(xp: Arrays, z: Array, ratio: Array) -> Array:
    """log(exp(ratio^2 / 2 - ratio z) Phi(z - ratio)), whose factors would overflow."""
    w = z - ratio
    far = w < -1.0
    scaled = xp.log(0.5 * xp.erfcx(xp.where(far, w, -1.0) * -0.7071067811865476)) - 0.5 * z * z
    plain = log_ndtr(xp, xp.where(far, 0.0, w)) + ratio * (0.5 * ratio - z)
    return xp.where(far, scaled, plain)


def log_ndtr(xp: Arrays, x: Array) -> Array:
    """Log of the standard normal cumulative probability, exact on both sides."""
    nothing = x == -xp.inf
    inner = xp.where(nothing, 0.0, x)
    far = inner < -1.0
    left = xp.where(far, inner, -1.0)
    tail = xp.log(0.5 * xp.erfcx(left * -0.7071067811865476)) - 0.5 * left * left
    rest = xp.log1p(-xp.ndtr(-xp.where(far, 0.0, inner)))
    return xp.where(nothing, -xp.inf, xp.where(far, tail, rest))
