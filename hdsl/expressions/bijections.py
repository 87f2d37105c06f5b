"""Bijections from numbers without bounds to vectors and matrices that have to obey conditions.

Each acts on the last axes of arrays, with a batch before; the array module comes first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any
Arrays = Any


# --- simplex: isometric log-ratio ----------------------------------------------------------------


def _log_ratios(size: int) -> np.ndarray:
    """Orthonormal columns, each orthogonal to ones: shape (size, size - 1); Helmert's contrasts."""
    found = np.zeros((size, size - 1))
    for column in range(size - 1):
        rows = column + 1
        found[:rows, column] = 1.0
        found[rows, column] = -float(rows)
        found[:, column] /= math.sqrt(rows * (rows + 1))
    return found


def log_simplex(xp: Arrays, free: Array) -> Array:
    """Logarithms of K positive numbers with sum 1, from K - 1 numbers.

    Egozcue et al. 2003, Mathematical Geology 35. The log Jacobian of the first K - 1 is the sum of
    all K logarithms + log(K) / 2.
    """
    y = xp.matmul(free, xp.asarray(_log_ratios(free.shape[-1] + 1).T))
    return y - xp.expand_dims(xp.logsumexp(y, axis=(y.ndim - 1,)), (y.ndim - 1,))


def free_simplex(xp: Arrays, log_shares: Array) -> Array:
    """The inverse of `log_simplex`."""
    return xp.matmul(log_shares, xp.asarray(_log_ratios(log_shares.shape[-1])))


def interval_gaps(xp: Arrays, free: Array) -> Array:
    """Logarithms of the K + 1 gaps that K increasing numbers leave in (0, 1)."""
    return log_simplex(xp, free)


def free_interval_gaps(xp: Arrays, places: Array) -> Array:
    """The K numbers from which K increasing places in (0, 1) come."""
    ends = xp.zeros((*places.shape[:-1], 1))
    gaps = xp.diff(xp.concatenate([ends, places, ends + 1.0], axis=-1), axis=-1)
    return free_simplex(xp, xp.log(gaps))


# --- correlation matrices: canonical partial correlations -----------------------------------------


def _size_below(count: int) -> int:
    """The K of which K (K - 1) / 2 elements lie below the diagonal."""
    return round((1 + math.sqrt(1 + 8 * count)) / 2)


def _filled(xp: Arrays, values: Array, size: int, k: int) -> Array:
    """A square matrix with values at and below a diagonal, row by row, else 0."""
    rows, columns = np.tril_indices(size, k)
    place = np.full((size, size), len(rows))
    place[rows, columns] = np.arange(len(rows))
    padded = xp.concatenate([values, xp.zeros((*values.shape[:-1], 1))], axis=-1)
    return xp.take(padded, xp.asarray(place.reshape(-1)), axis=-1).reshape(
        (*values.shape[:-1], size, size)
    )


def _taken(values: Array, size: int, k: int) -> Array:
    rows, columns = np.tril_indices(size, k)
    return values[..., rows, columns]


def _log_sech(xp: Arrays, u: Array) -> Array:
    size = xp.abs(u)
    return math.log(2.0) - size - xp.log1p(xp.exp(-2.0 * size))


def correlation_factor(xp: Arrays, free: Array) -> Array:
    """Cholesky factor of a K x K correlation matrix, from K (K - 1) / 2 numbers.

    The numbers are inverse hyperbolic tangents of the canonical partial correlations; Lewandowski,
    Kurowicka and Joe 2009, Journal of Multivariate Analysis 100.
    """
    size = _size_below(free.shape[-1])
    partial = _filled(xp, xp.tanh(free), size, -1) + xp.eye(size)
    logs = _filled(xp, _log_sech(xp, free), size, -1)
    before = xp.cumsum(logs, axis=-1) - logs
    return partial * xp.exp(before)


def correlation_log_jacobian(xp: Arrays, free: Array) -> Array:
    """Log Jacobian of the elements below the diagonal with respect to the numbers."""
    size = _size_below(free.shape[-1])
    _, columns = np.tril_indices(size, -1)
    weights = xp.asarray(size - columns + 0.0)
    return xp.sum(weights * _log_sech(xp, free), axis=-1)


def free_correlation(xp: Arrays, matrix: Array) -> Array:
    """The inverse, of a correlation matrix."""
    factor = xp.cholesky_factor(matrix)
    size = matrix.shape[-1]
    left = 1.0 - (xp.cumsum(factor**2, axis=-1) - factor**2)
    below = xp.asarray(np.tril(np.ones((size, size)), -1))
    ratio = xp.where(below != 0, factor / xp.sqrt(xp.where(below != 0, left, 1.0)), 0.0)
    return _taken(xp.arctanh(ratio), size, -1)


# --- positive definite matrices -------------------------------------------------------------------


def _size_with_diagonal(count: int) -> int:
    return round((math.sqrt(1 + 8 * count) - 1) / 2)


def covariance_factor(xp: Arrays, free: Array) -> Array:
    """Cholesky factor of a K x K positive definite matrix, from K (K + 1) / 2 numbers.

    Those on the diagonal are logarithms.
    """
    size = _size_with_diagonal(free.shape[-1])
    filled = _filled(xp, free, size, 0)
    diagonal = np.eye(size)
    return xp.where(
        xp.asarray(diagonal) != 0, xp.exp(xp.where(xp.asarray(diagonal) != 0, filled, 0.0)), filled
    )


def covariance_log_jacobian(xp: Arrays, free: Array) -> Array:
    """Log Jacobian of the elements at and below the diagonal with respect to the numbers."""
    size = _size_with_diagonal(free.shape[-1])
    rows, columns = np.tril_indices(size, 0)
    weights = np.where(rows == columns, size + 1.0 - columns, 0.0)
    return xp.sum(xp.asarray(weights) * free, axis=-1) + size * math.log(2.0)


def free_covariance(xp: Arrays, matrix: Array) -> Array:
    """The inverse, of a positive definite matrix."""
    factor = xp.cholesky_factor(matrix)
    size = matrix.shape[-1]
    diagonal = xp.asarray(np.eye(size))
    logs = xp.log(xp.where(diagonal != 0, factor, 1.0))
    return _taken(xp.where(diagonal != 0, logs, factor), size, 0)
