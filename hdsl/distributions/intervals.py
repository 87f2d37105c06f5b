"""Numbers between two ends."""

from __future__ import annotations

import math

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.expressions.functions import exp, log, log1m, square, where
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Constant, Expression, apply


class Kumaraswamy(Distribution):
    """Kumaraswamy distribution; Jones, Statistical Methodology 6 (2009) 70."""

    name = "Kumaraswamy"
    meaning = "a number between 0 and 1, much like a beta"
    parameters = (Parameter("a", POSITIVE), Parameter("b", POSITIVE))

    def support(self, a: Expression, b: Expression) -> Support:
        return Support(Constant(0.0), Constant(1.0))

    def log_prob(self, x: Expression, a: Expression, b: Expression) -> Expression:
        rest = apply("log1m_exp", a * log(x))
        return log(a) + log(b) + (a - 1.0) * log(x) + (b - 1.0) * rest

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], a: Array, b: Array) -> Array:
        return (-np.expm1(-rng.standard_exponential(shape) / b)) ** (1.0 / np.asarray(a))

    def mean(self, a: Expression, b: Expression) -> Expression:
        return b * exp(apply("log_beta", 1.0 + 1.0 / a, b))

    def cdf(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, a, b))

    def survival(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return exp(self.log_survival(x, a, b))

    def log_cdf(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return apply("log1m_exp", self.log_survival(x, a, b))

    def log_survival(self, x: Expression, a: Expression, b: Expression) -> Expression:
        below, above = apply("less_equal", x, 0.0), apply("less_equal", 1.0, x)
        inner = where(apply("or", below, above), 0.5, x)
        inside = b * apply("log1m_exp", a * log(inner))
        return where(below, 0.0, where(above, -math.inf, inside))


class LogitNormal(Distribution):
    """Logit-normal distribution: the logit is normal."""

    name = "LogitNormal"
    meaning = "between 0 and 1, with a normal logit"
    parameters = (
        Parameter("mean", REAL, "mean of the logit"),
        Parameter("sd", POSITIVE, "sd of the logit"),
    )

    def support(self, mean: Expression, sd: Expression) -> Support:
        return Support(Constant(0.0), Constant(1.0))

    def log_prob(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        z = (apply("logit", x) - mean) / sd
        return -0.5 * square(z) - log(sd) - HALF_LOG_2PI - log(x) - log1m(x)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], mean: Array, sd: Array
    ) -> Array:
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + np.exp(-rng.normal(mean, sd, shape)))

    def cdf(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return exp(self.log_cdf(x, mean, sd))

    def survival(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return exp(self.log_survival(x, mean, sd))

    def log_cdf(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return apply("log_Phi", _standard_logit(x, mean, sd))

    def log_survival(self, x: Expression, mean: Expression, sd: Expression) -> Expression:
        return apply("log_Phi", -_standard_logit(x, mean, sd))


def _standard_logit(x: Expression, mean: Expression, sd: Expression) -> Expression:
    below, above = apply("less_equal", x, 0.0), apply("less_equal", 1.0, x)
    inner = where(apply("or", below, above), 0.5, x)
    z = (apply("logit", inner) - mean) / sd
    return where(below, -math.inf, where(above, math.inf, z))


class Triangular(Distribution):
    """Triangular distribution: the density rises in a line to its mode and falls in a line."""

    name = "Triangular"
    meaning = "between two ends, with a known most likely value"
    parameters = (Parameter("lower", REAL), Parameter("mode", REAL), Parameter("upper", REAL))

    def support(self, lower: Expression, mode: Expression, upper: Expression) -> Support:
        return Support(lower, upper)

    def log_prob(
        self, x: Expression, lower: Expression, mode: Expression, upper: Expression
    ) -> Expression:
        left, _, part = _side(x, lower, mode, upper)
        distance = where(left, x - lower, upper - x)
        return math.log(2) + log(distance) - log(upper - lower) - log(part)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        lower: Array,
        mode: Array,
        upper: Array,
    ) -> Array:
        return rng.triangular(lower, mode, upper, shape)

    def mean(self, lower: Expression, mode: Expression, upper: Expression) -> Expression:
        return (lower + mode + upper) / 3.0

    def cdf(
        self, x: Expression, lower: Expression, mode: Expression, upper: Expression
    ) -> Expression:
        left, width, part = _side(x, lower, mode, upper)
        low, high = apply("max", x - lower, 0.0), apply("max", upper - x, 0.0)
        return where(left, square(low) / (width * part), 1.0 - square(high) / (width * part))

    def survival(
        self, x: Expression, lower: Expression, mode: Expression, upper: Expression
    ) -> Expression:
        left, width, part = _side(x, lower, mode, upper)
        low, high = apply("max", x - lower, 0.0), apply("max", upper - x, 0.0)
        return where(left, 1.0 - square(low) / (width * part), square(high) / (width * part))


def _side(
    x: Expression, lower: Expression, mode: Expression, upper: Expression
) -> tuple[Expression, Expression, Expression]:
    """Whether x lies left of the mode, the whole width, and the width on that side."""
    left = apply("less", x, mode)
    return left, upper - lower, where(left, mode - lower, upper - mode)


class LogUniform(Distribution):
    """Log-uniform distribution: the logarithm is uniform."""

    name = "LogUniform"
    meaning = "positive, all orders of magnitude of an interval alike"
    parameters = (Parameter("lower", POSITIVE), Parameter("upper", POSITIVE))

    def support(self, lower: Expression, upper: Expression) -> Support:
        return Support(lower, upper, touches_lower=True, touches_upper=True)

    def log_prob(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return -log(x) - log(log(upper) - log(lower))

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], lower: Array, upper: Array
    ) -> Array:
        first, last = np.log(lower), np.log(upper)
        return np.clip(np.exp(first + (last - first) * rng.random(shape)), lower, upper)

    def mean(self, lower: Expression, upper: Expression) -> Expression:
        return (upper - lower) / (log(upper) - log(lower))

    def cdf(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        kept = apply("min", apply("max", x, lower), upper)
        return (log(kept) - log(lower)) / (log(upper) - log(lower))

    def survival(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        kept = apply("min", apply("max", x, lower), upper)
        return (log(upper) - log(kept)) / (log(upper) - log(lower))
