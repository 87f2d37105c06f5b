"""Laplace and logistic: bells with exponential tails."""

from __future__ import annotations

import math

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.expressions.functions import exp, log, log1m, where
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Expression, apply

_LOCATION = Parameter("location", REAL)
_SCALE = Parameter("scale", POSITIVE)


class Laplace(Distribution):
    """Laplace (double exponential) distribution."""

    name = "Laplace"
    meaning = "exponential on both sides of its location"
    parameters = (_LOCATION, _SCALE)

    def support(self, location: Expression, scale: Expression) -> Support:
        return Support()

    def log_prob(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return -apply("abs", (x - location) / scale) - log(scale) - math.log(2)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], location: Array, scale: Array
    ) -> Array:
        return rng.laplace(location, scale, shape)

    def mean(self, location: Expression, scale: Expression) -> Expression:
        return location

    def cdf(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return exp(self.log_cdf(x, location, scale))

    def survival(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return exp(self.log_survival(x, location, scale))

    def log_cdf(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return _log_below((x - location) / scale)

    def log_survival(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return _log_below((location - x) / scale)


def _log_below(z: Expression) -> Expression:
    outward = -apply("abs", z)
    return where(apply("less", z, 0.0), outward - math.log(2), log1m(0.5 * exp(outward)))


class Logistic(Distribution):
    """Logistic distribution."""

    name = "Logistic"
    meaning = "bell-shaped; its cumulative probability is the logistic function"
    parameters = (_LOCATION, _SCALE)

    def support(self, location: Expression, scale: Expression) -> Support:
        return Support()

    def log_prob(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        z = (x - location) / scale
        return apply("log_logistic", z) + apply("log_logistic", -z) - log(scale)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], location: Array, scale: Array
    ) -> Array:
        return rng.logistic(location, scale, shape)

    def mean(self, location: Expression, scale: Expression) -> Expression:
        return location

    def cdf(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return apply("logistic", (x - location) / scale)

    def survival(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return apply("logistic", (location - x) / scale)

    def log_cdf(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return apply("log_logistic", (x - location) / scale)

    def log_survival(self, x: Expression, location: Expression, scale: Expression) -> Expression:
        return apply("log_logistic", (location - x) / scale)
