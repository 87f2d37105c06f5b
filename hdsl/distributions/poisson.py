"""Poisson, negative binomial and geometric."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.expressions.functions import exp, log, log1p, where
from hdsl.expressions.ranges import NONNEGATIVE, POSITIVE, REAL, Interval
from hdsl.expressions.tree import Constant, Expression, apply

COUNTS = Support(Constant(0.0), None, lower_open=False, integer=True)
"""Whole numbers from 0."""
_LARGE_RATE = 1e15
_CHANCE = Interval(0.0, 1.0, True, False)


def poisson_draws(rng: np.random.Generator, shape: tuple[int, ...], rate: Array) -> Array:
    """Poisson draws; beyond `_LARGE_RATE`, where NumPy's end, their normal limit."""
    large = rate > _LARGE_RATE
    draws = rng.poisson(np.where(large, 1.0, rate), shape).astype(float)
    if not np.any(large):
        return draws
    return np.where(large, np.round(rate + np.sqrt(rate) * rng.standard_normal(shape)), draws)


def _whole(x: Expression) -> Expression:
    return apply("max", apply("floor", x), 0.0)


class Poisson(Distribution):
    """Poisson distribution."""

    name = "Poisson"
    meaning = "number of events at a constant rate"
    parameters = (Parameter("rate", NONNEGATIVE, "expected number"),)
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (Parameter("log", REAL, "log of the expected number"),),
            lambda log: {"rate": exp(log)},
        ),
    )

    def support(self, rate: Expression) -> Support:
        return COUNTS

    def log_prob(self, x: Expression, rate: Expression) -> Expression:
        return apply("xlogy", x, rate) - rate - apply("lgamma", x + 1.0)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], rate: Array) -> Array:
        return poisson_draws(rng, shape, rate)

    def mean(self, rate: Expression) -> Expression:
        return rate

    def cdf(self, x: Expression, rate: Expression) -> Expression:
        return exp(self.log_cdf(x, rate))

    def survival(self, x: Expression, rate: Expression) -> Expression:
        return exp(self.log_survival(x, rate))

    def log_cdf(self, x: Expression, rate: Expression) -> Expression:
        """Abramowitz & Stegun 26.4.21."""
        inside = apply("log_gamma_upper", _whole(x) + 1.0, rate)
        return where(apply("less", x, 0.0), -math.inf, inside)

    def log_survival(self, x: Expression, rate: Expression) -> Expression:
        inside = apply("log_gamma_lower", _whole(x) + 1.0, rate)
        return where(apply("less", x, 0.0), 0.0, inside)


class NegativeBinomial(Distribution):
    """Negative binomial distribution: a Poisson number whose rate has a gamma distribution.

    Its variance is mean + mean^2 / concentration.
    """

    name = "NegativeBinomial"
    meaning = "number of events, more spread than Poisson"
    parameters = (Parameter("mean", NONNEGATIVE), Parameter("concentration", POSITIVE))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (
                Parameter("log", REAL, "log of the mean"),
                Parameter("concentration", POSITIVE),
            ),
            lambda log, concentration: {"mean": exp(log), "concentration": concentration},
        ),
        Form(
            (
                Parameter("n", POSITIVE, "number of successes"),
                Parameter("p", _CHANCE, "chance of success"),
            ),
            lambda n, p: {"mean": n * (1.0 - p) / p, "concentration": n},
        ),
        Form(
            (Parameter("shape", POSITIVE), Parameter("rate", POSITIVE)),
            lambda shape, rate: {"mean": shape / rate, "concentration": shape},
        ),
    )

    def support(self, mean: Expression, concentration: Expression) -> Support:
        return COUNTS

    def log_prob(self, x: Expression, mean: Expression, concentration: Expression) -> Expression:
        spread = apply("log_rising", concentration, x) - x * log(concentration + mean)
        none = concentration * log1p(mean / concentration)
        return spread + apply("xlogy", x, mean) - none - apply("lgamma", x + 1.0)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        mean: Array,
        concentration: Array,
    ) -> Array:
        rate = rng.standard_gamma(concentration, shape) * (mean / concentration)
        return poisson_draws(rng, shape, rate)

    def mean(self, mean: Expression, concentration: Expression) -> Expression:
        return mean

    def cdf(self, x: Expression, mean: Expression, concentration: Expression) -> Expression:
        return exp(self.log_cdf(x, mean, concentration))

    def survival(self, x: Expression, mean: Expression, concentration: Expression) -> Expression:
        return exp(self.log_survival(x, mean, concentration))

    def log_cdf(self, x: Expression, mean: Expression, concentration: Expression) -> Expression:
        """Abramowitz & Stegun 26.5.26."""
        p, q = _chances(mean, concentration)
        inside = apply("log_beta_lower", concentration, _whole(x) + 1.0, p, q)
        return where(apply("less", x, 0.0), -math.inf, inside)

    def log_survival(
        self, x: Expression, mean: Expression, concentration: Expression
    ) -> Expression:
        p, q = _chances(mean, concentration)
        inside = apply("log_beta_lower", _whole(x) + 1.0, concentration, q, p)
        return where(apply("less", x, 0.0), 0.0, inside)


def _chances(mean: Expression, concentration: Expression) -> tuple[Expression, Expression]:
    total = concentration + mean
    return concentration / total, mean / total


class Geometric(Distribution):
    """Geometric distribution: failures before the first success."""

    name = "Geometric"
    meaning = "failures before the first success"
    parameters = (Parameter("p", _CHANCE, "chance of success"),)
    forms: ClassVar[tuple[Form, ...]] = (
        Form((Parameter("mean", NONNEGATIVE),), lambda mean: {"p": 1.0 / (1.0 + mean)}),
    )

    def support(self, p: Expression) -> Support:
        return COUNTS

    def log_prob(self, x: Expression, p: Expression) -> Expression:
        return log(p) + apply("xlog1py", x, -p)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], p: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.floor(rng.standard_exponential(shape) / -np.log1p(-np.asarray(p, float)))

    def mean(self, p: Expression) -> Expression:
        return (1.0 - p) / p

    def cdf(self, x: Expression, p: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, p))

    def survival(self, x: Expression, p: Expression) -> Expression:
        return exp(self.log_survival(x, p))

    def log_survival(self, x: Expression, p: Expression) -> Expression:
        return apply("xlog1py", apply("max", apply("floor", x) + 1.0, 0.0), -p)
