"""Poisson, negative binomial and geometric."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.expressions.functions import exp, log, log1p, where
from hdsl.expressions.ranges import NONNEGATIVE, POSITIVE, REAL, Interval
from hdsl.expressions.tree import Constant, Expression, apply

_COUNTS = Support(Constant(0.0), None, lower_open=False, integer=True)
_LARGE_RATE = 1e15


def _poisson_draws(rng: np.random.Generator, shape: tuple[int, ...], rate: Array) -> Array:
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
        return _COUNTS

    def log_prob(self, x: Expression, rate: Expression) -> Expression:
        return apply("xlogy", x, rate) - rate - apply("lgamma", x + 1.0)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], rate: Array) -> Array:
        return _poisson_draws(rng, shape, rate)

    def mean(self, rate: Expression) -> Expression:
        return rate

    def cdf(self, x: Expression, rate: Expression) -> Expression:
        """Abramowitz & Stegun 26.4.21."""
        inside = apply("upper_incomplete_gamma", _whole(x) + 1.0, rate)
        return where(apply("less", x, 0.0), 0.0, inside)

    def survival(self, x: Expression, rate: Expression) -> Expression:
        inside = apply("incomplete_gamma", _whole(x) + 1.0, rate)
        return where(apply("less", x, 0.0), 1.0, inside)


class NegativeBinomial(Distribution):
    """Negative binomial distribution: a Poisson number whose rate has a gamma distribution.

    Its variance is mean + mean^2 / concentration.
    """

    name = "NegativeBinomial"
    meaning = "number of events, more spread than Poisson"
    parameters = (Parameter("mean", NONNEGATIVE), Parameter("concentration", POSITIVE))

    def support(self, mean: Expression, concentration: Expression) -> Support:
        return _COUNTS

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
        return _poisson_draws(rng, shape, rate)

    def mean(self, mean: Expression, concentration: Expression) -> Expression:
        return mean

    def cdf(self, x: Expression, mean: Expression, concentration: Expression) -> Expression:
        """Abramowitz & Stegun 26.5.26."""
        p = concentration / (concentration + mean)
        inside = apply("incomplete_beta", concentration, _whole(x) + 1.0, p)
        return where(apply("less", x, 0.0), 0.0, inside)

    def survival(self, x: Expression, mean: Expression, concentration: Expression) -> Expression:
        q = mean / (concentration + mean)
        inside = apply("incomplete_beta", _whole(x) + 1.0, concentration, q)
        return where(apply("less", x, 0.0), 1.0, inside)


class Geometric(Distribution):
    """Geometric distribution: failures before the first success."""

    name = "Geometric"
    meaning = "failures before the first success"
    parameters = (Parameter("p", Interval(0.0, 1.0, True, False), "chance of success"),)

    def support(self, p: Expression) -> Support:
        return _COUNTS

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
