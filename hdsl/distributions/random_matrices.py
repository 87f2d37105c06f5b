"""Random matrices: LKJ, Wishart, inverse Wishart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Form, Parameter, Support
from hdsl.distributions.joint import Condition, JointDistribution, positive_definite
from hdsl.distributions.multinormal import lower_factor, never_nan
from hdsl.expressions.functions import square, where
from hdsl.expressions.matrices import cholesky, log_diagonal_sum
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Constant, Expression, OfWhole, Position, Reduce, Size, apply

Axes = tuple[str, str]


class LKJ(JointDistribution):
    """Correlation matrices with density proportional to det(R)^(eta - 1).

    Lewandowski, Kurowicka and Joe 2009, Journal of Multivariate Analysis 100.
    """

    name = "LKJ"
    meaning = "a correlation matrix; flat for eta = 1, nearer to no correlation for larger eta"
    rank = 2
    parameters = (Parameter("eta", POSITIVE, "1 is flat"),)

    def support(self, axes: Axes, eta: Expression) -> Support:
        return Support(Constant(-1.0), Constant(1.0), False, False, kind="correlation", over=axes)

    def log_prob(self, x: Expression, axes: Axes, eta: Expression) -> Expression:
        log_det = 2.0 * log_diagonal_sum(cholesky(x, axes), axes)
        return (eta - 1.0) * log_det - _log_volume(eta, axes[0])

    def about_value(self, x: Expression, axes: Axes, eta: Expression) -> Iterator[Condition]:
        yield from positive_definite(x, axes, "a correlation matrix")
        diagonal = OfWhole("diag", ((x, axes),), axes[:1])
        off = Reduce("max", apply("abs", diagonal - 1.0), axes[:1])
        yield Condition(apply("less", off, 1e-6), "a correlation matrix has ones on its diagonal")

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], eta: Array) -> Array:
        """By independent canonical partial correlations, each a stretched beta."""
        from hdsl.expressions.arrays import numpy_arrays
        from hdsl.expressions.bijections import correlation_factor

        size = shape[-1]
        _, columns = np.tril_indices(size, -1)
        a = np.asarray(eta)[..., None] + (size - 2.0 - columns) / 2.0
        # The inverse hyperbolic tangent of 2 B - 1 is half the log odds of B, exact at the ends.
        up = np.log(rng.standard_gamma(a + 1.0, (*shape[:-2], len(columns))))
        up = up - rng.standard_exponential(up.shape) / a
        down = (
            np.log(rng.standard_gamma(a + 1.0, up.shape)) - rng.standard_exponential(up.shape) / a
        )
        factor = correlation_factor(numpy_arrays(), 0.5 * (up - down))
        found = factor @ np.swapaxes(factor, -1, -2)
        found[..., np.arange(size), np.arange(size)] = 1.0
        return np.clip(found, -1.0, 1.0)

    def mean(self, axes: Axes, eta: Expression) -> Expression:
        return where(apply("equal", Position(axes[0]), Position(axes[1])), 1.0, 0.0)


def _log_volume(eta: Expression, axis: str) -> Expression:
    """Log integral of det(R)^(eta - 1): a product of beta integrals over partial correlations.

    For column i = 1, … , K - 1 there are K - i of them, with a = eta + (K - i - 1) / 2.
    """
    left = Size(axis) - 1.0 - Position(axis)
    a = eta + 0.5 * (left - 1.0)
    safe = where(apply("less", 0.0, left), a, 1.0)
    each = (2.0 * safe - 1.0) * math.log(2.0) + 2.0 * apply("lgamma", safe)
    return Reduce("sum", left * (each - apply("lgamma", 2.0 * safe)), (axis,))


class Wishart(JointDistribution):
    """Wishart distribution: of sums of squares of df normal vectors."""

    name = "Wishart"
    meaning = "a positive definite matrix; its mean is df * scale"
    rank = 2
    parameters = (
        Parameter("df", POSITIVE, "above the number of rows less 1"),
        Parameter("scale", REAL, "positive definite matrix", rank=2),
    )
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (Parameter("df", POSITIVE), Parameter("inverse_scale", REAL, rank=2)),
            lambda **given: given,
        ),
    )

    def support(self, axes: Axes, **_: Expression) -> Support:
        return Support(kind="covariance", over=axes)

    def log_prob(
        self,
        x: Expression,
        axes: Axes,
        df: Expression,
        scale: Expression | None = None,
        inverse_scale: Expression | None = None,
    ) -> Expression:
        size = Size(axes[0])
        log_det = 2.0 * log_diagonal_sum(cholesky(x, axes), axes)
        if inverse_scale is not None:
            trace = Reduce("sum", inverse_scale * x, axes)
            log_scale = -2.0 * log_diagonal_sum(cholesky(inverse_scale, axes), axes)
        else:
            assert scale is not None
            factor = cholesky(scale, axes)
            column = f"{axes[1]}#"
            whitened = _solved(factor, axes, cholesky(x, axes), column)
            trace = Reduce("sum", square(whitened), (axes[0], column))
            log_scale = 2.0 * log_diagonal_sum(factor, axes)
        density = 0.5 * (df - size - 1.0) * log_det - 0.5 * trace - 0.5 * df * log_scale
        return never_nan(density) - 0.5 * df * size * math.log(2.0) - _log_gamma(df, axes[0])

    def about_value(self, x: Expression, axes: Axes, **_: Expression) -> Iterator[Condition]:
        yield from positive_definite(x, axes, "the matrix")

    def about_arguments(
        self,
        axes: Axes,
        df: Expression,
        scale: Expression | None = None,
        inverse_scale: Expression | None = None,
    ) -> Iterator[Condition]:
        yield from _enough(df, axes)
        for name, matrix in (("scale", scale), ("inverse_scale", inverse_scale)):
            if matrix is not None:
                yield from positive_definite(matrix, axes, name)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        df: Array,
        scale: Array | None = None,
        inverse_scale: Array | None = None,
    ) -> Array:
        if scale is None:
            assert inverse_scale is not None
            scale = np.linalg.inv(inverse_scale)
        factor = lower_factor(scale) @ _bartlett(rng, shape, df)
        return factor @ np.swapaxes(factor, -1, -2)

    def mean(
        self, axes: Axes, df: Expression, scale: Expression | None = None, **_: Expression
    ) -> Expression | None:
        return None if scale is None else df * scale


class InverseWishart(JointDistribution):
    """Inverse Wishart distribution: the inverse of a Wishart matrix with inverse scale `scale`."""

    name = "InverseWishart"
    meaning = "a positive definite matrix; its mean is scale / (df - rows - 1)"
    rank = 2
    parameters = (
        Parameter("df", POSITIVE, "above the number of rows less 1"),
        Parameter("scale", REAL, "positive definite matrix", rank=2),
    )

    def support(self, axes: Axes, **_: Expression) -> Support:
        return Support(kind="covariance", over=axes)

    def log_prob(self, x: Expression, axes: Axes, df: Expression, scale: Expression) -> Expression:
        size = Size(axes[0])
        own, given = cholesky(x, axes), cholesky(scale, axes)
        column = f"{axes[1]}#"
        trace = Reduce("sum", square(_solved(own, axes, given, column)), (axes[0], column))
        log_det, log_scale = (2.0 * log_diagonal_sum(factor, axes) for factor in (own, given))
        density = 0.5 * df * log_scale - 0.5 * (df + size + 1.0) * log_det - 0.5 * trace
        return never_nan(density) - 0.5 * df * size * math.log(2.0) - _log_gamma(df, axes[0])

    def about_value(self, x: Expression, axes: Axes, **_: Expression) -> Iterator[Condition]:
        yield from positive_definite(x, axes, "the matrix")

    def about_arguments(self, axes: Axes, df: Expression, scale: Expression) -> Iterator[Condition]:
        yield from _enough(df, axes)
        yield from positive_definite(scale, axes, "scale")

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], df: Array, scale: Array
    ) -> Array:
        """With scale = L L' and Bartlett's factor A of a Wishart draw: L inv(A)' inv(A) L'."""
        upper = np.swapaxes(lower_factor(scale), -1, -2)
        factor = np.linalg.inv(_bartlett(rng, shape, df)) @ upper
        return np.swapaxes(factor, -1, -2) @ factor

    def mean(self, axes: Axes, df: Expression, scale: Expression) -> Expression:
        return scale / (df - Size(axes[0]) - 1.0)


def _solved(factor: Expression, axes: Axes, other: Expression, column: str) -> Expression:
    """Solution X of ``L X = M``, for lower triangular L; its columns run along `column`."""
    return OfWhole("solve lower", ((factor, axes), (other, axes)), (axes[0], column))


def _enough(df: Expression, axes: Axes) -> Iterator[Condition]:
    least = Size(axes[0]) - 1.0
    yield Condition(
        apply("less", least, df), "`df` must be above the number of rows less 1, which is {}", least
    )


def _log_gamma(df: Expression, axis: str) -> Expression:
    """Log of the multivariate gamma function at df / 2."""
    size = Size(axis)
    each = Reduce("sum", apply("lgamma", 0.5 * (df - Position(axis))), (axis,))
    return 0.25 * math.log(math.pi) * size * (size - 1.0) + each


def _bartlett(rng: np.random.Generator, shape: tuple[int, ...], df: Array) -> Array:
    """Factor of a Wishart draw with scale one; Bartlett 1933."""
    size = shape[-1]
    factor = np.tril(rng.standard_normal(shape), -1)
    freedom = np.asarray(df)[..., None] - np.arange(size)
    diagonal = np.sqrt(rng.chisquare(freedom, shape[:-1]))
    factor[..., np.arange(size), np.arange(size)] = diagonal
    return factor
