"""Student's t, Cauchy, and their halves."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.expressions.functions import exp, log, log1p, sqrt, square, where
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Constant, Expression, apply

_HALF_LOG_PI = 0.5 * math.log(math.pi)
_FAR = 1e150  # squares beyond it are infinite
_DF = Parameter("df", POSITIVE, "degrees of freedom")
_LOCATION = Parameter("location", REAL)
_SCALE = Parameter("scale", POSITIVE)


def _student_log_prob(z: Expression, df: Expression, scale: Expression) -> Expression:
    constant = apply("log_rising", 0.5 * df, 0.5) - 0.5 * log(df) - _HALF_LOG_PI
    return constant - 0.5 * (df + 1.0) * log1p(square(z) / df) - log(scale)


def _student_tail(z: Expression, df: Expression) -> Expression:
    """Probability beyond `z` >= 0; Abramowitz & Stegun 26.7.1 and 26.5.27."""
    return exp(_log_student_tail(z, df))


def _log_student_tail(z: Expression, df: Expression) -> Expression:
    near, far = _shares(z, df)
    return apply("log_beta_lower", 0.5 * df, 0.5, near, far) - math.log(2)


def _shares(z: Expression, df: Expression) -> tuple[Expression, Expression]:
    """df / (df + z^2) and its complement, for any z."""
    squared = square(apply("min", apply("abs", z) / sqrt(df), _FAR))
    return 1.0 / (1.0 + squared), squared / (1.0 + squared)


def _student_middle(z: Expression, df: Expression) -> Expression:
    """Probability between minus and plus `z` >= 0, exact where it is small."""
    return exp(_log_student_middle(z, df))


def _log_student_middle(z: Expression, df: Expression) -> Expression:
    near, far = _shares(z, df)
    return apply("log_beta_lower", 0.5, 0.5 * df, far, near)


class StudentT(Distribution):
    """Student's t distribution; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "StudentT"
    meaning = "bell-shaped with heavy tails"
    parameters = (_DF, _LOCATION, _SCALE)
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (_DF, _LOCATION, Parameter("precision", POSITIVE, "1 / scale^2")),
            lambda df, location, precision: {
                "df": df,
                "location": location,
                "scale": 1.0 / sqrt(precision),
            },
        ),
    )

    def support(self, df: Expression, location: Expression, scale: Expression) -> Support:
        return Support()

    def log_prob(
        self, x: Expression, df: Expression, location: Expression, scale: Expression
    ) -> Expression:
        return _student_log_prob((x - location) / scale, df, scale)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        df: Array,
        location: Array,
        scale: Array,
    ) -> Array:
        return location + scale * rng.standard_t(df, shape)

    def mean(self, df: Expression, location: Expression, scale: Expression) -> Expression:
        return where(apply("less", 1.0, df), location, math.nan)

    def cdf(
        self, x: Expression, df: Expression, location: Expression, scale: Expression
    ) -> Expression:
        z = (x - location) / scale
        tail = _student_tail(z, df)
        return where(apply("less", z, 0.0), tail, 1.0 - tail)

    def survival(
        self, x: Expression, df: Expression, location: Expression, scale: Expression
    ) -> Expression:
        z = (x - location) / scale
        tail = _student_tail(z, df)
        return where(apply("less", z, 0.0), 1.0 - tail, tail)

    def log_cdf(
        self, x: Expression, df: Expression, location: Expression, scale: Expression
    ) -> Expression:
        z = (x - location) / scale
        tail = _log_student_tail(z, df)
        return where(apply("less", z, 0.0), tail, apply("log1m_exp", tail))

    def log_survival(
        self, x: Expression, df: Expression, location: Expression, scale: Expression
    ) -> Expression:
        return self.log_cdf(-x, df, -location, scale)


class HalfStudentT(Distribution):
    """The size of a number with Student's t distribution around zero."""

    name = "HalfStudentT"
    meaning = "Student's t around zero, folded to the positive numbers"
    parameters = (_DF, _SCALE)

    def support(self, df: Expression, scale: Expression) -> Support:
        return Support(Constant(0.0), touches_lower=True)

    def log_prob(self, x: Expression, df: Expression, scale: Expression) -> Expression:
        return _student_log_prob(x / scale, df, scale) + math.log(2)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], df: Array, scale: Array
    ) -> Array:
        return np.abs(scale * rng.standard_t(df, shape))

    def mean(self, df: Expression, scale: Expression) -> Expression:
        """2 scale sqrt(df / pi) G((df + 1) / 2) / (G(df / 2) (df - 1)), for df > 1."""
        ratio = apply("exp", apply("log_rising", 0.5 * df, 0.5) + 0.5 * log(df) - _HALF_LOG_PI)
        finite = apply("less", 1.0, df)
        return where(finite, 2.0 * scale * ratio / where(finite, df - 1.0, 1.0), math.inf)

    def cdf(self, x: Expression, df: Expression, scale: Expression) -> Expression:
        return _student_middle(apply("max", x, 0.0) / scale, df)

    def survival(self, x: Expression, df: Expression, scale: Expression) -> Expression:
        return 2.0 * _student_tail(apply("max", x, 0.0) / scale, df)

    def log_cdf(self, x: Expression, df: Expression, scale: Expression) -> Expression:
        return _log_student_middle(apply("max", x, 0.0) / scale, df)

    def log_survival(self, x: Expression, df: Expression, scale: Expression) -> Expression:
        return _log_student_tail(apply("max", x, 0.0) / scale, df) + math.log(2)


class Cauchy(Distribution):
    """Cauchy distribution."""

    name = "Cauchy"
    meaning = "bell-shaped with tails so heavy that it has no mean"
    parameters = (_LOCATION, _SCALE)

    def support(self, location: Expression, scale: Expression) -> Support:
        return Support()

    def log_prob(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return -log1p(square((x - location) / scale)) - log(scale) - math.log(math.pi)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], location: Array, scale: Array
    ) -> Array:
        return location + scale * rng.standard_cauchy(shape)

    def cdf(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return apply("atan2", 1.0, (location - x) / scale) / math.pi

    def survival(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return apply("atan2", 1.0, (x - location) / scale) / math.pi


class HalfCauchy(Distribution):
    """The size of a Cauchy number around zero."""

    name = "HalfCauchy"
    meaning = "Cauchy around zero, folded to the positive numbers"
    parameters = (_SCALE,)

    def support(self, scale: Expression) -> Support:
        return Support(Constant(0.0), touches_lower=True)

    def log_prob(self, x: Expression, scale: Expression) -> Expression:
        return -log1p(square(x / scale)) - log(scale) + math.log(2 / math.pi)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], scale: Array) -> Array:
        return np.abs(scale * rng.standard_cauchy(shape))

    def mean(self, scale: Expression) -> Expression:
        return Constant(math.inf)

    def cdf(self, x: Expression, scale: Expression) -> Expression:
        return 2.0 / math.pi * apply("atan", apply("max", x, 0.0) / scale)

    def survival(self, x: Expression, scale: Expression) -> Expression:
        return 2.0 / math.pi * apply("atan2", 1.0, apply("max", x, 0.0) / scale)
