"""Functions of whole vectors and matrices, over the last axes of arrays.

Implementations take the array module first, so that one table serves NumPy and JAX; whatever axes
stand before the last ones are a batch. Nothing raises: where a matrix is not positive definite,
its Cholesky factor is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hdsl.expressions import bijections
from hdsl.expressions.tree import Expression, OfWhole, Reduce

Array = Any
Arrays = Any


@dataclass(frozen=True)
class MatrixFunction:
    """A function of whole arrays: how it is computed, and a line for the manual where public."""

    compute: Callable[..., Array]
    meaning: str = ""


def _cholesky(xp: Arrays, a: Array) -> Array:
    return xp.cholesky_factor(a)


def _solve_lower(xp: Arrays, factor: Array, b: Array) -> Array:
    return xp.solve_lower(factor, b)


def _solve(xp: Arrays, a: Array, b: Array) -> Array:
    """Solution x of a @ x = b, where b is a vector or a matrix."""
    if b.ndim == a.ndim:
        return xp.solve_general(a, b)
    return xp.solve_general(a, b[..., None])[..., 0]


def _inverse(xp: Arrays, a: Array) -> Array:
    return xp.solve_general(a, xp.broadcast_to(xp.eye(a.shape[-1]), a.shape))


def _diagonal(xp: Arrays, a: Array) -> Array:
    return xp.diagonal(a, axis1=-2, axis2=-1)


def _diagonal_matrix(xp: Arrays, v: Array) -> Array:
    return v[..., None] * xp.eye(v.shape[-1])


def _outer_of_factor(xp: Arrays, factor: Array) -> Array:
    return xp.matmul(factor, xp.swapaxes(factor, -1, -2))


def _normal_evidence(xp: Arrays, cov: Array, precision: Array, apart: Array) -> Array:
    """Log of what values with given precisions tell of a normal vector, integrated over it.

    `apart` is how far the values lie from its mean. Without the constants of the values' own
    densities. Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, equation 3.32:
    the matrix that is factored has no eigenvalue below 1.
    """
    told = precision > 0
    root = xp.where(told, xp.sqrt(xp.where(told, precision, 1.0)), 0.0)
    matrix = xp.eye(cov.shape[-1]) + root[..., :, None] * cov * root[..., None, :]
    factor = xp.cholesky_factor(matrix)
    z = xp.solve_lower(factor, root * apart)
    return -0.5 * xp.sum(z * z, axis=-1) - xp.sum(xp.log(_diagonal(xp, factor)), axis=-1)


def _normal_posterior_root(xp: Arrays, cov: Array, precision: Array) -> Array:
    """A root S of the covariance S S' of a normal vector, given values with some precisions.

    The covariance before may be singular.
    """
    values, vectors = xp.linalg.eigh(cov)
    root = vectors * xp.sqrt(xp.where(values > 0, values, 0.0))[..., None, :]
    turned = xp.swapaxes(root, -1, -2)
    told = xp.matmul(turned * precision[..., None, :], root)
    factor = xp.cholesky_factor(xp.eye(cov.shape[-1]) + told)
    return xp.swapaxes(xp.solve_lower(factor, turned), -1, -2)


def _told_factor(xp: Arrays, cov: Array, information: Array) -> tuple[Array, Array]:
    """A root L of a covariance, and the Cholesky factor of ``I + L' A L``."""
    root = xp.cholesky_factor(cov)
    turned = xp.swapaxes(root, -1, -2)
    inner = xp.matmul(xp.matmul(turned, information), root)
    return turned, xp.cholesky_factor(xp.eye(cov.shape[-1]) + inner)


def _linear_evidence(xp: Arrays, cov: Array, information: Array, pull: Array) -> Array:
    """Log of what linear measurements tell of a normal vector, integrated over it.

    The measurements of the deviation d from its mean leave ``d' pull - d' information d / 2``.
    Lindley and Smith 1972, Bayes Estimates for the Linear Model, section 3.
    """
    turned, factor = _told_factor(xp, cov, information)
    z = xp.solve_lower(factor, xp.matmul(turned, pull[..., None])[..., 0])
    return 0.5 * xp.sum(z * z, axis=-1) - xp.sum(xp.log(_diagonal(xp, factor)), axis=-1)


def _linear_posterior_root(xp: Arrays, cov: Array, information: Array) -> Array:
    """A root S of the covariance S S' of a normal vector, given linear measurements."""
    turned, factor = _told_factor(xp, cov, information)
    return xp.swapaxes(xp.solve_lower(factor, turned), -1, -2)


def _information_factor(xp: Arrays, root: Array, precision: Array) -> Array:
    """Cholesky factor of ``I + L' Q L``: what values with precisions Q tell of L's deviations."""
    told = xp.matmul(xp.swapaxes(root, -1, -2) * precision[..., None, :], root)
    return xp.cholesky_factor(xp.eye(root.shape[-1]) + told)


def _deviations_told(xp: Arrays, factor: Array, root: Array, pull: Array, z: Array) -> Array:
    """Deviations u with ``A' u = z + solve(A, L' pull)``, A an information factor of L."""
    pulled = xp.matmul(xp.swapaxes(root, -1, -2), pull[..., None])[..., 0]
    w = z + xp.solve_lower(factor, pulled)
    # Back to front, an upper triangle is a lower one.
    turned = xp.swapaxes(factor, -1, -2)[..., ::-1, ::-1]
    return xp.solve_lower(turned, w[..., ::-1])[..., ::-1]


def _by_root(xp: Arrays, root: Array, vector: Array) -> Array:
    """The product of the matrix S S' with a vector."""
    inner = xp.matmul(xp.swapaxes(root, -1, -2), vector[..., None])
    return xp.matmul(root, inner)[..., 0]


MATRIX_FUNCTIONS: dict[str, MatrixFunction] = {
    "matmul": MatrixFunction(lambda xp, a, b: xp.matmul(a, b)),
    "cholesky": MatrixFunction(_cholesky, "lower triangular L with A = L @ transpose(L)"),
    "solve": MatrixFunction(_solve, "the x with A @ x = b"),
    "inverse": MatrixFunction(_inverse, "inverse of a matrix"),
    "logdet": MatrixFunction(
        lambda xp, a: xp.linalg.slogdet(a)[1], "log of the size of the determinant"
    ),
    "diag": MatrixFunction(
        _diagonal, "the diagonal of a matrix, or the diagonal matrix of a vector"
    ),
    "transpose": MatrixFunction(lambda xp, a: xp.swapaxes(a, -1, -2), "rows and columns exchanged"),
    "eye": MatrixFunction(lambda xp, v: _diagonal_matrix(xp, v), "identity matrix over a set"),
    "normal evidence": MatrixFunction(_normal_evidence),
    "normal posterior root": MatrixFunction(_normal_posterior_root),
    "linear evidence": MatrixFunction(_linear_evidence),
    "linear posterior root": MatrixFunction(_linear_posterior_root),
    "information factor": MatrixFunction(_information_factor),
    "deviations told": MatrixFunction(_deviations_told),
    "root times its transpose times": MatrixFunction(_by_root),
    "diagonal matrix": MatrixFunction(_diagonal_matrix),
    "solve lower": MatrixFunction(_solve_lower),
    "factor times its transpose": MatrixFunction(_outer_of_factor),
    "log simplex": MatrixFunction(bijections.log_simplex),
    "free simplex": MatrixFunction(bijections.free_simplex),
    "interval gaps": MatrixFunction(bijections.interval_gaps),
    "free interval gaps": MatrixFunction(bijections.free_interval_gaps),
    "smallest step": MatrixFunction(
        lambda xp, v: xp.min(xp.diff(v, axis=-1), axis=-1, initial=math.inf)
    ),
    "without the last": MatrixFunction(lambda xp, v: v[..., :-1]),
    "correlation factor": MatrixFunction(bijections.correlation_factor),
    "free correlation": MatrixFunction(bijections.free_correlation),
    "correlation log Jacobian": MatrixFunction(bijections.correlation_log_jacobian),
    "covariance factor": MatrixFunction(bijections.covariance_factor),
    "free covariance": MatrixFunction(bijections.free_covariance),
    "covariance log Jacobian": MatrixFunction(bijections.covariance_log_jacobian),
}
"""By name. Those with a meaning are functions of the language."""


def cholesky(a: Expression, axes: tuple[str, str]) -> Expression:
    """Lower triangular factor of a matrix over two axes; NaN where it has none."""
    return OfWhole("cholesky", ((a, axes),), axes)


def solve_lower(
    factor: Expression, axes: tuple[str, str], b: Expression, over: str | None = None
) -> Expression:
    """Solution of ``L x = b`` for a lower triangular L; `b` and the result run over `axes[0]`."""
    row = axes[0]
    if over is None:
        return OfWhole("solve lower", ((factor, axes), (b, (row,))), (row,))
    return OfWhole("solve lower", ((factor, axes), (b, (row, over))), (row, over))


def diagonal(a: Expression, axes: tuple[str, str]) -> Expression:
    """The diagonal of a matrix, along `axes[0]`."""
    return OfWhole("diag", ((a, axes),), (axes[0],))


def log_diagonal_sum(factor: Expression, axes: tuple[str, str]) -> Expression:
    """Sum of the logarithms of a diagonal: half the log determinant where it is a factor's."""
    from hdsl.expressions.functions import log

    return Reduce("sum", log(diagonal(factor, axes)), (axes[0],))
