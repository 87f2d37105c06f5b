"""Normal, half-normal and log-normal."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.expressions.functions import exp, log, log1p, sqrt, square, where
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Constant, Expression, apply

_MEANLOG = Parameter("meanlog", REAL, "mean of the logarithm")
_SDLOG = Parameter("sdlog", POSITIVE, "sd of the logarithm")
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class Normal(Distribution):
    """Normal distribution; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "Normal"
    meaning = "normal (Gaussian)"
    parameters = (Parameter("mean", REAL), Parameter("sd", POSITIVE))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (Parameter("mean", REAL), Parameter("precision", POSITIVE)),
            lambda mean, precision: {"mean": mean, "sd": 1.0 / sqrt(precision)},
        ),
        Form(
            (Parameter("mean", REAL), Parameter("variance", POSITIVE)),
            lambda mean, variance: {"mean": mean, "sd": sqrt(variance)},
        ),
    )

    def support(self, mean: Expression, sd: Expression) -> Support:
        return Support()

    def log_prob(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return -0.5 * square((x - mean) / sd) - log(sd) - HALF_LOG_2PI

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], mean: Array, sd: Array
    ) -> Array:
        return rng.normal(mean, sd, shape)

    def mean(self, mean: Expression, sd: Expression) -> Expression:
        return mean

    def cdf(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return apply("Phi", (x - mean) / sd)

    def survival(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return apply("Phi", (mean - x) / sd)

    def log_cdf(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return apply("log_Phi", (x - mean) / sd)

    def log_survival(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return apply("log_Phi", (mean - x) / sd)


class HalfNormal(Distribution):
    """The size of a normal number with mean zero."""

    name = "HalfNormal"
    meaning = "normal around zero, folded to the positive numbers"
    parameters = (Parameter("scale", POSITIVE, "sd before folding"),)

    def support(self, scale: Expression) -> Support:
        return Support(Constant(0.0), touches_lower=True)

    def log_prob(self, x: Expression, scale: Expression) -> Expression:
        return -0.5 * square(x / scale) - log(scale) + 0.5 * math.log(2 / math.pi)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], scale: Array) -> Array:
        return np.abs(rng.normal(0.0, scale, shape))

    def mean(self, scale: Expression) -> Expression:
        return math.sqrt(2 / math.pi) * scale

    def cdf(self, x: Expression, scale: Expression) -> Expression:
        return apply("erf", apply("max", x, 0.0) / (math.sqrt(2) * scale))

    def survival(self, x: Expression, scale: Expression) -> Expression:
        return 2.0 * apply("Phi", -apply("max", x, 0.0) / scale)

    def log_survival(self, x: Expression, scale: Expression) -> Expression:
        return math.log(2) + apply("log_Phi", -apply("max", x, 0.0) / scale)


class LogNormal(Distribution):
    """Log-normal distribution: the logarithm is normal."""

    name = "LogNormal"
    meaning = "positive, with a normal logarithm"
    parameters = (
        _MEANLOG,
        _SDLOG,
    )
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (Parameter("median", POSITIVE), _SDLOG),
            lambda median, sdlog: {"meanlog": log(median), "sdlog": sdlog},
        ),
        Form(
            (Parameter("mean", POSITIVE), Parameter("sd", POSITIVE)),
            lambda mean, sd: {
                "meanlog": log(mean) - 0.5 * log1p(square(sd / mean)),
                "sdlog": sqrt(log1p(square(sd / mean))),
            },
        ),
        Form(
            (_MEANLOG, Parameter("precision", POSITIVE, "1 / sdlog^2")),
            lambda meanlog, precision: {"meanlog": meanlog, "sdlog": 1.0 / sqrt(precision)},
        ),
    )

    def support(self, meanlog: Expression, sdlog: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, meanlog: Expression, sdlog: Expression) -> Expression:
        return -0.5 * square((log(x) - meanlog) / sdlog) - log(x) - log(sdlog) - HALF_LOG_2PI

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], meanlog: Array, sdlog: Array
    ) -> Array:
        with np.errstate(over="ignore"):
            return np.exp(rng.normal(meanlog, sdlog, shape))

    def mean(self, meanlog: Expression, sdlog: Expression) -> Expression:
        return exp(meanlog + 0.5 * square(sdlog))

    def cdf(self, x: Expression, meanlog: Expression, sdlog: Expression) -> Expression:
        return apply("Phi", _standard(x, meanlog, sdlog))

    def survival(self, x: Expression, meanlog: Expression, sdlog: Expression) -> Expression:
        return apply("Phi", -_standard(x, meanlog, sdlog))

    def log_cdf(self, x: Expression, meanlog: Expression, sdlog: Expression) -> Expression:
        return apply("log_Phi", _standard(x, meanlog, sdlog))

    def log_survival(self, x: Expression, meanlog: Expression, sdlog: Expression) -> Expression:
        return apply("log_Phi", -_standard(x, meanlog, sdlog))


def _standard(x: Expression, meanlog: Expression, sdlog: Expression) -> Expression:
    positive = apply("less", 0.0, x)
    return where(positive, (log(where(positive, x, 1.0)) - meanlog) / sdlog, -math.inf)
