"""Weibull and Pareto."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.expressions.functions import exp, log, where
from hdsl.expressions.ranges import POSITIVE
from hdsl.expressions.tree import Constant, Expression, apply

_SHAPE = Parameter("shape", POSITIVE)


class Weibull(Distribution):
    """Weibull distribution."""

    name = "Weibull"
    meaning = "waiting time whose rate grows or falls as a power of time"
    parameters = (_SHAPE, Parameter("scale", POSITIVE))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (_SHAPE, Parameter("rate", POSITIVE, "scale^(-shape)")),
            lambda shape, rate: {"shape": shape, "scale": exp(-log(rate) / shape)},
        ),
    )

    def support(self, shape: Expression, scale: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        log_ratio = log(x) - log(scale)
        return log(shape) - log(x) + shape * log_ratio - exp(shape * log_ratio)

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], shape: Array, scale: Array
    ) -> Array:
        with np.errstate(over="ignore"):
            return scale * rng.weibull(shape, size)

    def mean(self, shape: Expression, scale: Expression) -> Expression:
        return scale * exp(apply("lgamma", 1.0 + 1.0 / shape))

    def cdf(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, shape, scale))

    def survival(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        return exp(self.log_survival(x, shape, scale))

    def log_cdf(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        inside, power = _log_power(x, shape, scale)
        return where(inside, apply("log_inverse_cloglog", power), -math.inf)

    def log_survival(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        inside, power = _log_power(x, shape, scale)
        return where(inside, -exp(power), 0.0)


def _log_power(
    x: Expression, shape: Expression, scale: Expression
) -> tuple[Expression, Expression]:
    """Whether x > 0, and shape log(x / scale) there."""
    inside = apply("less", 0.0, x)
    return inside, shape * log(where(inside, x, scale) / scale)


class Pareto(Distribution):
    """Pareto distribution (of the first kind)."""

    name = "Pareto"
    meaning = "at least a minimum, with a tail that falls as a power"
    parameters = (Parameter("min", POSITIVE, "the least value"), _SHAPE)

    def support(self, min: Expression, shape: Expression) -> Support:
        return Support(min, touches_lower=True)

    def log_prob(self, x: Expression, min: Expression, shape: Expression) -> Expression:
        return log(shape) - log(x) - shape * (log(x) - log(min))

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], min: Array, shape: Array
    ) -> Array:
        with np.errstate(over="ignore"):
            return min * np.exp(rng.standard_exponential(size) / shape)

    def mean(self, min: Expression, shape: Expression) -> Expression:
        finite = apply("less", 1.0, shape)
        return where(finite, shape * min / where(finite, shape - 1.0, 1.0), math.inf)

    def cdf(self, x: Expression, min: Expression, shape: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, min, shape))

    def survival(self, x: Expression, min: Expression, shape: Expression) -> Expression:
        return exp(self.log_survival(x, min, shape))

    def log_cdf(self, x: Expression, min: Expression, shape: Expression) -> Expression:
        return apply("log1m_exp", self.log_survival(x, min, shape))

    def log_survival(self, x: Expression, min: Expression, shape: Expression) -> Expression:
        return -(shape * (log(apply("max", x, min)) - log(min)))
