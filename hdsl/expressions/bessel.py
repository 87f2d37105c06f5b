"""The modified Bessel function of the first kind, in the form that probabilities need."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

Array = Any
Arrays = Any

_NODES = 64
_REACH = 9.0
_SERIES = 24
_HALF_LOG_PI = 0.5723649429247001


@cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(_NODES)


def i0e(xp: Arrays, x: Array) -> Array:
    """I_0(x) exp(-|x|); its slope at 0 is that on the right, -1."""
    return xp.i0e(xp.asarray(x) + 1e-300)


def log_hyp0f1(xp: Arrays, b: Array, w: Array) -> Array:
    """Log of 0F1(; b; w) for b >= 1 and w >= 0.

    I_n(z) is (z / 2)^n / n! times this function of n + 1 and z^2 / 4. Its power series near zero,
    elsewhere Poisson's integral over an angle (Abramowitz & Stegun 9.6.18) around the angle at
    which the integrand is largest.
    """
    b, w = xp.asarray(b) * 1.0, xp.asarray(w) * 1.0
    near = w < 4.0
    far = _by_angle if xp.scaled_bessel is None else _by_known
    return xp.where(
        near,
        xp.log1p(_series(b, xp.where(near, w, 0.0))),
        far(xp, b, xp.where(near, 4.0, w)),
    )


def _by_known(xp: Arrays, b: Array, w: Array) -> Array:
    """By the array module's Bessel function, and by the integral where that underflows."""
    b, w = np.broadcast_arrays(b, w)
    z = 2.0 * np.sqrt(w)
    scaled = xp.scaled_bessel(b - 1.0, z)
    lost = ~(scaled > 1e-290)
    log_bessel = np.log(np.where(lost, 1.0, scaled)) + z
    found = np.asarray(log_bessel + xp.gammaln(b) - (b - 1.0) * np.log(0.5 * z))
    if lost.any():
        found[lost] = _by_angle(xp, b[lost], w[lost])
    return found


def _series(b: Array, w: Array) -> Array:
    """The power series without its first term, 1."""
    total = 0.0
    for k in range(_SERIES, 0, -1):
        total = w / (k * (b + (k - 1.0))) * (1.0 + total)
    return total


def _by_angle(xp: Arrays, b: Array, w: Array) -> Array:
    order = b - 1.0
    z = 2.0 * xp.sqrt(w)
    # sin^2(angle) = 2 (order) cos(angle) / z at the top: with r = order / z, cos^2 + 2 r cos = 1.
    r = order / z
    cosine = 1.0 / (r + xp.sqrt(r * r + 1.0))
    top = xp.stop_gradient(xp.arctan2(xp.sqrt(1.0 - cosine * cosine), cosine))
    width = xp.stop_gradient(_REACH / xp.sqrt(z * cosine + order))
    low, high = xp.maximum(top - width, 0.0), xp.minimum(top + width, np.pi)
    half, middle = 0.5 * (high - low), 0.5 * (high + low)
    highest = z * cosine + order * xp.log1p(xp.where(order > 0, -cosine * cosine, 0.0))
    highest = xp.stop_gradient(highest)

    def density(node: Array) -> Array:
        angle = middle + half * node
        sine = xp.sin(angle)
        return xp.exp(z * xp.cos(angle) + 2.0 * order * xp.log(sine) - highest)

    nodes, weights = _rule()
    integral = half * xp.weighted_sum(density, nodes, weights)
    return highest + xp.log(integral) + xp.gammaln(b) - xp.gammaln(order + 0.5) - _HALF_LOG_PI
