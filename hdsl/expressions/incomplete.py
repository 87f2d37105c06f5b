"""Incomplete gamma and beta functions as logarithms, exact in both tails, with all derivatives.

Each is the integral of a density that is log-concave in the log (gamma) or the logit (beta) of
its variable, over the tail that does not hold the mode; the other tail is its complement. The
integral runs over the distance from the end, scaled so that the density has fallen by `DEPTH`
at its far end, by Gauss's rule. The scale is held fixed under differentiation: the integral does
not depend on it. Where a shape below 1 makes that tail very long, its power law is split off.
The slopes of the tails are integrals by the same rule, taken along with them.

The array module must offer `stop_gradient`, `iterate`, `weighted_sum` and `with_slopes`. Where it
has `gamma_tails` and `beta_tails` of its own, the integral is taken only where these underflow.
"""

from __future__ import annotations

from typing import Any

from hdsl.expressions.special import (
    log1p_minus,
    log_ndtr,
    log_rising,
    stirling_remainder,
)
from hdsl.expressions.tails import (
    DEPTH,
    LARGE,
    Slopes,
    both_slopes,
    both_tails,
    integral_from_end,
    integrals_from_end,
    log_minus_digamma,
    reach,
    with_known,
)

Array = Any
Arrays = Any

_HALF_LOG_2PI = 0.9189385332046727


# --- gamma ----------------------------------------------------------------------------------------


def log_gamma_tails(xp: Arrays, a: Array, x: Array) -> tuple[Array, Array]:
    """Logs of the regularised incomplete gamma functions P(a, x) and Q(a, x), for a > 0.

    Derivatives pass to both arguments; at x = 0 and at infinity they are zero.
    """
    a, x = xp.asarray(a) * 1.0, xp.asarray(x) * 1.0
    nothing, everything = (x <= 0) | (a == xp.inf), x == xp.inf
    edge = nothing | everything
    inner = (xp.where(edge, 1.0, a), xp.where(edge, 1.0, x))
    lower, upper = with_known(xp, xp.gamma_tails, _gamma_inside, *inner)
    lower = xp.where(nothing, -xp.inf, xp.where(everything, 0.0, lower))
    upper = xp.where(nothing, 0.0, xp.where(everything, -xp.inf, upper))
    undefined = xp.isnan(x) | ~(a > 0)
    return xp.where(undefined, xp.nan, lower), xp.where(undefined, xp.nan, upper)


def _gamma_inside(xp: Arrays, a: Array, x: Array) -> tuple[tuple[Array, Array], Slopes]:
    """The logs of both tails, and the slopes of each with respect to both arguments."""
    small = (a < 1) & (x < 1)
    is_lower = small | (x <= a)
    sign = xp.where(is_lower, -1.0, 1.0)
    shape, end = xp.stop_gradient(a), xp.stop_gradient(x)
    # Elements of the other case get arguments for which Newton's rule is at ease.
    shape, end = xp.where(small, 2.0, shape), xp.where(small, 1.0, end)
    scale = reach(
        xp,
        lambda s: end * xp.expm1(sign * s) - sign * shape * s,
        lambda s: sign * (end * xp.exp(sign * s) - shape),
        end,
    )
    scale = xp.where(small, DEPTH, scale)

    def densities(s: Array) -> tuple[Array, Array]:
        split = xp.exp(-a * s) * xp.expm1(-x * xp.exp(-s))
        fallen = xp.exp(sign * a * s - x * xp.expm1(sign * s))
        found = xp.where(small, split, fallen)
        return found, sign * s * found

    integral, by_shape = integrals_from_end(xp, densities, scale)
    log_factorial = log_rising(xp, 1.0, xp.where(a < LARGE, a, 1.0))
    whole = xp.where(small, 1.0 + a * integral, 1.0)
    split = xp.where(small, integral, 0.0)
    power = a * xp.log(x) - log_factorial + xp.log1p(a * split)
    density_there = _log_gamma_density(xp, a, x, log_factorial)
    direct = density_there + xp.log(xp.where(small, 1.0, integral))
    tails = both_tails(xp, is_lower, xp.where(small, power, direct))
    inside = xp.where(small, (split + a * by_shape) / whole - 1.0 / a, by_shape / integral)
    by_a = xp.log(x / a) + log_minus_digamma(xp, a) + inside
    by_x = -sign / x * xp.where(small, a * xp.exp(-x) / whole, 1.0 / integral)
    return tails, both_slopes(xp, is_lower, tails, (by_a, by_x))


def _log_gamma_density(xp: Arrays, a: Array, x: Array, log_factorial: Array) -> Array:
    """a log x - x - lgamma(a), its large terms cancelled on paper; given lgamma(a + 1)."""
    large = a >= LARGE
    high = xp.where(large, a, LARGE)
    joined = (
        high * log1p_minus(xp, (x - high) / high, x / high) + 0.5 * xp.log(high) - _HALF_LOG_2PI
    )
    low = xp.where(large, 1.0, a)
    plain = low * xp.log(x) - x - log_factorial + xp.log(low)
    return xp.where(large, joined - stirling_remainder(xp, high), plain)


# --- beta -----------------------------------------------------------------------------------------


def log_beta_tail(xp: Arrays, a: Array, b: Array, x: Array, y: Array) -> Array:
    """Log of the regularised incomplete beta function I_x(a, b), where y = 1 - x.

    Both are asked for, since the smaller one tells more. The other tail is I_y(b, a). Derivatives
    pass to all arguments; at x = 0 and at x = 1 they are zero.
    """
    a, b, x, y = (xp.asarray(v) * 1.0 for v in (a, b, x, y))
    nothing, everything = (x <= 0) | (a == xp.inf), (y <= 0) | (b == xp.inf)
    edge = nothing | everything
    inner = (xp.where(edge, 1.0, a), xp.where(edge, 1.0, b))
    shares = (xp.where(edge, 0.5, x), xp.where(edge, 0.5, y))
    lower, _ = with_known(xp, xp.beta_tails, _beta_inside, *inner, *shares)
    lower = xp.where(nothing, -xp.inf, xp.where(everything, 0.0, lower))
    return xp.where(xp.isnan(x) | xp.isnan(y) | ~((a > 0) & (b > 0)), xp.nan, lower)


def _beta_inside(
    xp: Arrays, a: Array, b: Array, x: Array, y: Array
) -> tuple[tuple[Array, Array], Slopes]:
    """The logs of both tails, and the slopes of each with respect to all arguments."""
    split_lower = (a < 1) & (x * b < 1) & (x <= 0.5)
    split_upper = (b < 1) & (y * a < 1) & (y < 0.5)
    small = split_lower | split_upper
    is_lower = split_lower | (~split_upper & (x * b <= y * a))
    # From here on the tail is the lower one of exchanged arguments.
    p, q = xp.where(is_lower, a, b), xp.where(is_lower, b, a)
    u, v = xp.where(is_lower, x, y), xp.where(is_lower, y, x)
    integrals = _beta_integrals(xp, p, q, u, v, small)
    log_u = _log_share(xp, u, v)
    log_beta = _log_beta(xp, p, q)
    split = xp.log1p(xp.where(small, p * integrals[0], 0.0))
    # The logs of the two shapes are joined before they are added to what may be tiny.
    power = p * log_u + log_beta[0] + xp.log(log_beta[1] / p) + split
    density_there = _log_beta_density(xp, p, q, u, v, log_beta[0] + xp.log(log_beta[1]))
    direct = density_there + xp.log(xp.where(small, 1.0, integrals[0]))
    tails = both_tails(xp, is_lower, xp.where(small, power, direct))
    by_p, by_q, by_u, by_v = _beta_slopes(xp, p, q, u, v, small, integrals)
    slopes = (
        xp.where(is_lower, by_p, by_q),
        xp.where(is_lower, by_q, by_p),
        xp.where(is_lower, by_u, by_v),
        xp.where(is_lower, by_v, by_u),
    )
    return tails, both_slopes(xp, is_lower, tails, slopes)


def _beta_slopes(
    xp: Arrays,
    p: Array,
    q: Array,
    u: Array,
    v: Array,
    small: Array,
    integrals: tuple[Array, Array, Array],
) -> tuple[Array, Array, Array, Array]:
    """Slopes of the log of the tail below `u`; that of its end is shared, since u + v = 1."""
    integral, by_shape, by_other = integrals
    whole = xp.where(small, 1.0 + p * integral, 1.0)
    of_p = xp.where(small, (integral + p * by_shape) / whole - 1.0 / p, by_shape / integral)
    of_q = xp.where(small, p * by_other / whole, xp.log(v * ((p + q) / q)) + by_other / integral)
    # Where the power law is split off, the other end's log is no part of it.
    of_q = of_q + xp.where(small, xp.log((p + q) / q), 0.0)
    of_all = log_minus_digamma(xp, p + q)
    by_p = xp.log(u * ((p + q) / p)) + (log_minus_digamma(xp, p) - of_all) + of_p
    by_q = (log_minus_digamma(xp, q) - of_all) + of_q
    there = xp.where(small, p * xp.exp(q * _log_share(xp, v, u)) / whole, 1.0 / integral)
    return by_p, by_q, there / u, -there / v


def _beta_integrals(
    xp: Arrays, p: Array, q: Array, u: Array, v: Array, small: Array
) -> tuple[Array, Array, Array]:
    """The integral of the density below `u` as a part of its value there, or what is split off.

    With it come its slopes with respect to both shapes.
    """
    shape, other = (
        xp.where(small, 2.0, xp.stop_gradient(p)),
        xp.where(small, 2.0, xp.stop_gradient(q)),
    )
    end, rest = xp.where(small, 0.5, xp.stop_gradient(u)), xp.where(small, 0.5, xp.stop_gradient(v))
    total = shape + other

    def slope(s: Array) -> Array:
        return shape - total * (end / (end + rest * xp.exp(s)))

    scale = reach(
        xp,
        lambda s: shape * s + total * xp.log1p(end * xp.expm1(-s)),
        slope,
        total * end * rest,
    )
    scale = xp.where(small, DEPTH, scale)

    def densities(s: Array) -> tuple[Array, Array, Array]:
        part = xp.where(small, -xp.exp(-s), xp.expm1(-s))
        log_rest = xp.log1p(u * part)
        decay = xp.exp(xp.where(small, -p * s, -p * s - (p + q) * log_rest))
        found = decay * xp.where(small, xp.expm1(xp.where(small, (q - 1.0) * log_rest, 0.0)), 1.0)
        by_shape = -(s + xp.where(small, 0.0, log_rest)) * found
        return found, by_shape, log_rest * xp.where(small, found + decay, -found)

    first, second, third = integrals_from_end(xp, densities, scale)
    return first, second, third


def _log_share(xp: Arrays, u: Array, v: Array) -> Array:
    """log(u) for u + v = 1, exact also next to 1."""
    high = u > 0.5
    return xp.where(high, xp.log1p(-xp.where(high, v, 0.0)), xp.log(xp.where(high, 1.0, u)))


def _log_beta(xp: Arrays, p: Array, q: Array) -> tuple[Array, Array]:
    """A logarithm and a factor: 1 / B(p, q) is exp of the first times the second."""
    low, high = xp.minimum(p, q), xp.maximum(p, q)
    low = xp.where(low < LARGE, low, 1.0)
    return log_rising(xp, high, low) - log_rising(xp, 1.0, low), low


def _log_beta_density(
    xp: Arrays, p: Array, q: Array, u: Array, v: Array, log_inverse: Array
) -> Array:
    """p log u + q log v - log B(p, q), its large terms cancelled on paper; given the last one."""
    large = (p >= LARGE) & (q >= LARGE)
    a, b = xp.where(large, p, LARGE), xp.where(large, q, LARGE)
    excess = u * b - v * a
    above = log1p_minus(xp, excess / a, u * (1.0 + b / a))
    below = log1p_minus(xp, -excess / b, v * (1.0 + a / b))
    remainder = (
        stirling_remainder(xp, a) + stirling_remainder(xp, b) - stirling_remainder(xp, a + b)
    )
    joined = a * above + b * below + 0.5 * (xp.log(a) - xp.log1p(a / b)) - _HALF_LOG_2PI - remainder
    c, d = xp.where(large, 1.0, p), xp.where(large, 1.0, q)
    plain = c * _log_share(xp, u, v) + d * _log_share(xp, v, u) + log_inverse
    return xp.where(large, joined, plain)


# --- as functions of the language -----------------------------------------------------------------


def log_gamma_lower(xp: Arrays, a: Array, x: Array) -> Array:
    """Log of the regularised lower incomplete gamma function P(a, x)."""
    return log_gamma_tails(xp, a, x)[0]


def log_gamma_upper(xp: Arrays, a: Array, x: Array) -> Array:
    """Log of the regularised upper incomplete gamma function Q(a, x)."""
    return log_gamma_tails(xp, a, x)[1]


def gamma_lower(xp: Arrays, a: Array, x: Array) -> Array:
    """Regularised lower incomplete gamma function P(a, x)."""
    return xp.exp(log_gamma_tails(xp, a, x)[0])


def gamma_upper(xp: Arrays, a: Array, x: Array) -> Array:
    """Regularised upper incomplete gamma function Q(a, x)."""
    return xp.exp(log_gamma_tails(xp, a, x)[1])


def beta_lower(xp: Arrays, a: Array, b: Array, x: Array) -> Array:
    """Regularised incomplete beta function I_x(a, b)."""
    return xp.exp(log_beta_tail(xp, a, b, x, 1.0 - x))


# --- other tails ----------------------------------------------------------------------------------


def log_skew_normal_lower(xp: Arrays, z: Array, shape: Array) -> Array:
    """Log of the integral of 2 phi(t) Phi(shape t) up to z; the rest is that of -z and -shape."""
    z, shape = xp.asarray(z) * 1.0, xp.asarray(shape) * 1.0
    edge = ~(xp.abs(z) < xp.inf)
    inner = xp.where(edge, 0.0, z)
    end, fixed = xp.stop_gradient(inner), xp.stop_gradient(shape)
    # The mode lies where the log density turns; the tail that does not hold it is integrated.
    is_lower = _skew_slope(xp, end, fixed) > 0
    sign = xp.where(is_lower, -1.0, 1.0)
    top = _skew_log_density(xp, end, fixed)
    scale = reach(
        xp,
        lambda s: top - _skew_log_density(xp, end + sign * s, fixed),
        lambda s: -sign * _skew_slope(xp, end + sign * s, fixed),
        xp.asarray(1.0),
    )
    start = _skew_log_density(xp, inner, shape)

    def density(s: Array) -> Array:
        return xp.exp(_skew_log_density(xp, inner + sign * s, shape) - start)

    log_tail = start + xp.log(integral_from_end(xp, density, scale))
    lower = both_tails(xp, is_lower, log_tail)[0]
    return xp.where(edge, xp.where(z > 0, 0.0, xp.where(z < 0, -xp.inf, xp.nan)), lower)


def _skew_log_density(xp: Arrays, t: Array, shape: Array) -> Array:
    return log_ndtr(xp, shape * t) - 0.5 * t * t + (0.6931471805599453 - _HALF_LOG_2PI)


def _skew_slope(xp: Arrays, t: Array, shape: Array) -> Array:
    w = shape * t
    return shape * xp.exp(-0.5 * w * w - _HALF_LOG_2PI - log_ndtr(xp, w)) - t
