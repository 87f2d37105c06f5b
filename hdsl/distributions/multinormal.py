"""Multivariate normal and Student's t."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Form, Parameter, Support
from hdsl.distributions.joint import Condition, JointDistribution, positive_definite
from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.functions import log, log1p, square, where
from hdsl.expressions.matrices import cholesky, log_diagonal_sum, solve_lower
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Expression, OfWhole, Reduce, Size, apply

_COV = Parameter("cov", REAL, "covariance matrix", rank=2)
_PRECISION = Parameter("precision", REAL, "inverse of the covariance matrix", rank=2)
_SD = Parameter("sd", POSITIVE, "standard deviations", rank=1)
_CORR = Parameter("corr", REAL, "correlation matrix", rank=2)


def _forms(*first: Parameter) -> tuple[Form, ...]:
    return (
        Form((*first, _PRECISION), lambda **given: given),
        Form((*first, _SD, _CORR), lambda **given: given),
    )


def _standardised(
    deviation: Expression,
    axes: tuple[str, str],
    cov: Expression | None,
    precision: Expression | None,
    sd: Expression | None,
    corr: Expression | None,
) -> tuple[Expression, Expression]:
    """The squared length of a deviation in units of its spread; half the log determinant."""
    if precision is not None:
        factor = cholesky(precision, axes)
        turned = OfWhole("transpose", ((factor, axes),), axes)
        z = OfWhole("matmul", ((turned, axes), (deviation, axes[:1])), axes[:1])
        return Reduce("sum", square(z), axes[:1]), -log_diagonal_sum(factor, axes)
    if cov is not None:
        factor = cholesky(cov, axes)
        z = solve_lower(factor, axes, deviation)
        return Reduce("sum", square(z), axes[:1]), log_diagonal_sum(factor, axes)
    assert sd is not None
    assert corr is not None
    factor = cholesky(corr, axes)
    z = solve_lower(factor, axes, deviation / sd)
    scale = log_diagonal_sum(factor, axes) + Reduce("sum", log(sd), axes[:1])
    return Reduce("sum", square(z), axes[:1]), scale


def never_nan(value: Expression) -> Expression:
    """Minus infinity where a matrix has no Cholesky factor."""
    return where(apply("undefined", value), -np.inf, value)


def _spread(
    z: Array, cov: Array | None, precision: Array | None, sd: Array | None, corr: Array | None
) -> Array:
    """Standard deviations of independent numbers, given the spread that they should have."""
    if precision is not None:
        upper = np.swapaxes(lower_factor(precision), -1, -2)
        return numpy_arrays().solve_general(upper, z[..., None])[..., 0]
    matrix = cov if cov is not None else corr
    assert matrix is not None
    x = (lower_factor(matrix) @ z[..., None])[..., 0]
    return x if sd is None else sd * x


def lower_factor(matrix: Array) -> Array:
    """Cholesky factors, NaN for each matrix that has none."""
    return numpy_arrays().cholesky_factor(matrix)


def _about(
    axes: tuple[str, str], cov: Expression | None, precision: Expression | None,
    corr: Expression | None,
) -> Iterator[Condition]:  # fmt: skip
    for name, matrix in (("cov", cov), ("precision", precision), ("corr", corr)):
        if matrix is not None:
            yield from positive_definite(matrix, axes, name)
    if corr is not None:
        diagonal = OfWhole("diag", ((corr, axes),), axes[:1])
        off = Reduce("max", apply("abs", diagonal - 1.0), axes[:1])
        yield Condition(
            apply("less", off, 1e-6), "`corr` must have ones on its diagonal, but has not"
        )


class MultiNormal(JointDistribution):
    """Multivariate normal distribution, by the Cholesky factor of what is given of its spread."""

    name = "MultiNormal"
    meaning = "normal, correlated"
    parameters = (Parameter("mean", REAL, rank=1), _COV)
    forms: ClassVar[tuple[Form, ...]] = _forms(Parameter("mean", REAL, rank=1))

    def support(self, axes: tuple[str, str], **_: Expression) -> Support:
        return Support()

    def log_prob(
        self,
        x: Expression,
        axes: tuple[str, str],
        mean: Expression,
        cov: Expression | None = None,
        precision: Expression | None = None,
        sd: Expression | None = None,
        corr: Expression | None = None,
    ) -> Expression:
        squares, scale = _standardised(x - mean, axes, cov, precision, sd, corr)
        return never_nan(-0.5 * squares - scale) - HALF_LOG_2PI * Size(axes[0])

    def about_arguments(
        self,
        axes: tuple[str, str],
        mean: Expression,
        cov: Expression | None = None,
        precision: Expression | None = None,
        sd: Expression | None = None,
        corr: Expression | None = None,
    ) -> Iterator[Condition]:
        yield from _about(axes, cov, precision, corr)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        mean: Array,
        cov: Array | None = None,
        precision: Array | None = None,
        sd: Array | None = None,
        corr: Array | None = None,
    ) -> Array:
        return mean + _spread(rng.standard_normal(shape), cov, precision, sd, corr)

    def mean(self, axes: tuple[str, str], mean: Expression, **_: Expression) -> Expression:
        return mean


class NormalByRoot(JointDistribution):
    """Multivariate normal distribution whose covariance is ``root @ transpose(root)``.

    It stands in plans only, for what is drawn given data.
    """

    name = "MultiNormal by root"
    meaning = "normal, correlated"
    parameters = (Parameter("mean", REAL, rank=1), Parameter("root", REAL, rank=2))

    def support(self, axes: tuple[str, str], **_: Expression) -> Support:
        return Support()

    def log_prob(
        self, x: Expression, axes: tuple[str, str], mean: Expression, root: Expression
    ) -> Expression:
        z = OfWhole("solve", ((root, axes), (x - mean, axes[:1])), axes[:1])
        size = OfWhole("logdet", ((root, axes),))
        return -0.5 * Reduce("sum", square(z), axes[:1]) - size - HALF_LOG_2PI * Size(axes[0])

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], mean: Array, root: Array
    ) -> Array:
        return mean + (root @ rng.standard_normal(shape)[..., None])[..., 0]

    def mean(self, axes: tuple[str, str], mean: Expression, **_: Expression) -> Expression:
        return mean


class MultiStudentT(JointDistribution):
    """Multivariate Student's t: a normal vector divided by the root of chi-squared over df."""

    name = "MultiStudentT"
    meaning = "Student's t, correlated; `cov` is that of the normal vector"
    parameters = (Parameter("df", POSITIVE), Parameter("location", REAL, rank=1), _COV)
    forms: ClassVar[tuple[Form, ...]] = _forms(
        Parameter("df", POSITIVE), Parameter("location", REAL, rank=1)
    )

    def support(self, axes: tuple[str, str], **_: Expression) -> Support:
        return Support()

    def log_prob(
        self,
        x: Expression,
        axes: tuple[str, str],
        df: Expression,
        location: Expression,
        cov: Expression | None = None,
        precision: Expression | None = None,
        sd: Expression | None = None,
        corr: Expression | None = None,
    ) -> Expression:
        squares, scale = _standardised(x - location, axes, cov, precision, sd, corr)
        size = Size(axes[0])
        constant = (
            apply("lgamma", 0.5 * (df + size))
            - apply("lgamma", 0.5 * df)
            - 0.5 * size * log(np.pi * df)
        )
        return constant + never_nan(-0.5 * (df + size) * log1p(squares / df) - scale)

    def about_arguments(
        self,
        axes: tuple[str, str],
        df: Expression,
        location: Expression,
        cov: Expression | None = None,
        precision: Expression | None = None,
        sd: Expression | None = None,
        corr: Expression | None = None,
    ) -> Iterator[Condition]:
        yield from _about(axes, cov, precision, corr)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        df: Array,
        location: Array,
        cov: Array | None = None,
        precision: Array | None = None,
        sd: Array | None = None,
        corr: Array | None = None,
    ) -> Array:
        spread = _spread(rng.standard_normal(shape), cov, precision, sd, corr)
        return location + spread / np.sqrt(rng.chisquare(df, shape[:-1]) / df)[..., None]


NORMAL_BY_ROOT = NormalByRoot()
