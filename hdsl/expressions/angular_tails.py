"""Tails of distributions around a centre in the plane: Rice's, and von Mises' on the circle.

Each is the integral of the density from its end, over the stretch in which the density falls by
`DEPTH`, by Gauss's rule; the length of that stretch is held fixed under differentiation. Small
tails are exact as logarithms.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from hdsl.expressions.bessel import i0e
from hdsl.expressions.tails import both_tails

Array = Any
Arrays = Any

DEPTH = 42.0
_NODES = 64


@cache
def _unit_rule() -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return 0.5 * (nodes + 1.0), 0.5 * weights


# --- Rice -----------------------------------------------------------------------------------------


def log_rice_lower(xp: Arrays, x: Array, signal: Array) -> Array:
    """Log probability that a Rice number of scale 1 is at most x; 1 - Q_1(signal, x)."""
    return _rice_tails(xp, x, signal)[0]


def log_rice_upper(xp: Arrays, x: Array, signal: Array) -> Array:
    """Log probability that a Rice number of scale 1 is above x: Marcum's Q_1(signal, x)."""
    return _rice_tails(xp, x, signal)[1]


def _rice_tails(xp: Arrays, x: Array, signal: Array) -> tuple[Array, Array]:
    x, signal = xp.asarray(x) * 1.0, xp.asarray(signal) * 1.0
    inside = (x > 0) & (x < xp.inf)
    end = xp.where(inside, x, 1.0)
    is_lower = end * end < signal * signal + 1.4  # about the median, so the tail is no larger
    sign = xp.where(is_lower, -1.0, 1.0)
    apart = sign * (end - signal)
    reach = xp.stop_gradient(xp.sqrt(apart * apart + 2.0 * DEPTH) - apart)
    length = xp.where(is_lower & (reach >= end), end, reach)
    at_end = i0e(xp, end * signal)

    def density(node: Array) -> Array:
        step = sign * length * node
        r = end + step
        bell = xp.exp(-0.5 * step * (r + end - 2.0 * signal))
        return r / end * bell * i0e(xp, r * signal) / at_end

    nodes, weights = _unit_rule()
    integral = length * xp.weighted_sum(density, nodes, weights)
    log_density = xp.log(end) - 0.5 * apart * apart + xp.log(at_end)
    lower, upper = both_tails(xp, is_lower, log_density + xp.log(integral))
    lower = xp.where(inside, lower, xp.where(x > 0, 0.0, -xp.inf))
    upper = xp.where(inside, upper, xp.where(x > 0, -xp.inf, 0.0))
    undefined = xp.isnan(x) | xp.isnan(signal)
    return xp.where(undefined, xp.nan, lower), xp.where(undefined, xp.nan, upper)


# --- von Mises ------------------------------------------------------------------------------------


def log_von_mises_lower(xp: Arrays, x: Array, location: Array, concentration: Array) -> Array:
    """Log probability of an angle from -pi to x, of all those from -pi to pi."""
    x, location = xp.asarray(x) * 1.0, xp.asarray(location) * 1.0
    concentration = xp.asarray(concentration) * 1.0
    turns = xp.stop_gradient(xp.round(location / (2.0 * np.pi)))
    location = location - 2.0 * np.pi * turns
    inside = (x > -np.pi) & (x < np.pi)
    low, high = -np.pi - location, xp.where(inside, x, 0.0) - location
    # Between these angles the density rises or falls all the way.
    bounds = (-2.0 * np.pi, -np.pi, 0.0, np.pi, 2.0 * np.pi)
    parts = [
        _log_stretch(xp, _within(xp, low, a, b), _within(xp, high, a, b), concentration)
        for a, b in pairwise(bounds)
    ]
    total = parts[0]
    for part in parts[1:]:
        total = xp.logaddexp(total, part)
    found = total - xp.log(2.0 * np.pi * i0e(xp, concentration))
    found = xp.where(inside, xp.minimum(found, 0.0), xp.where(x >= np.pi, 0.0, -xp.inf))
    return xp.where(xp.isnan(x), xp.nan, found)


def _within(xp: Arrays, x: Array, lower: float, upper: float) -> Array:
    """The nearest number in an interval; at its ends with the slope of inside."""
    return xp.where(x < lower, lower, xp.where(x > upper, upper, x))


def _log_stretch(xp: Arrays, low: Array, high: Array, concentration: Array) -> Array:
    """Log integral of exp(concentration (cos t - 1)) where the cosine does not turn."""
    some = high > low
    low, high = xp.where(some, low, 0.0), xp.where(some, high, 1.0)
    falls = xp.cos(low) > xp.cos(high)
    end, sign = xp.where(falls, low, high), xp.where(falls, 1.0, -1.0)
    cosine = xp.cos(end)
    last = cosine - DEPTH / xp.maximum(concentration, 1e-300)
    far = last > -1.0
    reach = xp.arccos(xp.where(far, last, 0.0)) - xp.arccos(xp.clip(cosine, -1.0, 1.0))
    reach = xp.stop_gradient(xp.maximum(reach, 1e-300))
    length = xp.where(far & (reach < high - low), reach, high - low)

    def density(node: Array) -> Array:
        step = sign * length * node
        fall = -2.0 * xp.sin(end + 0.5 * step) * xp.sin(0.5 * step)
        return xp.exp(concentration * fall)

    nodes, weights = _unit_rule()
    integral = length * xp.weighted_sum(density, nodes, weights)
    log_density = -2.0 * concentration * xp.sin(0.5 * end) ** 2
    return xp.where(some, log_density + xp.log(integral), -xp.inf)
