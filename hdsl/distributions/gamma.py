"""Exponential, gamma and inverse gamma."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import (
    Array,
    Conjugacy,
    Distribution,
    Form,
    Parameter,
    Support,
)
from hdsl.expressions.functions import exp, log, log1p, square, where
from hdsl.expressions.ranges import POSITIVE
from hdsl.expressions.tree import Constant, Expression, apply

_SHAPE = Parameter("shape", POSITIVE)
_SCALE = Parameter("scale", POSITIVE)
_MEAN = Parameter("mean", POSITIVE)
_SD = Parameter("sd", POSITIVE)


class Exponential(Distribution):
    """Exponential distribution."""

    name = "Exponential"
    meaning = "waiting time at a constant rate"
    parameters = (Parameter("rate", POSITIVE, "events per unit of time: 1 / mean"),)
    forms: ClassVar[tuple[Form, ...]] = (
        Form((_MEAN,), lambda mean: {"rate": 1.0 / mean}),
        Form((_SCALE,), lambda scale: {"rate": 1.0 / scale}),
    )

    def support(self, rate: Expression) -> Support:
        return Support(Constant(0.0), touches_lower=True)

    def log_prob(self, x: Expression, rate: Expression) -> Expression:
        return log(rate) - rate * x

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], rate: Array) -> Array:
        return rng.standard_exponential(shape) / rate

    def mean(self, rate: Expression) -> Expression:
        return 1.0 / rate

    def cdf(self, x: Expression, rate: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, rate))

    def survival(self, x: Expression, rate: Expression) -> Expression:
        return apply("exp", self.log_survival(x, rate))

    def log_cdf(self, x: Expression, rate: Expression) -> Expression:
        return apply("log1m_exp", self.log_survival(x, rate))

    def log_survival(self, x: Expression, rate: Expression) -> Expression:
        return -(rate * apply("max", x, 0.0))


class Gamma(Distribution):
    """Gamma distribution; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "Gamma"
    meaning = "gamma: a positive number"
    parameters = (_SHAPE, Parameter("rate", POSITIVE, "1 / scale"))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (_MEAN, _SD),
            lambda mean, sd: {"shape": square(mean / sd), "rate": mean / square(sd)},
        ),
        Form((_SHAPE, _SCALE), lambda shape, scale: {"shape": shape, "rate": 1.0 / scale}),
        Form((_SHAPE, _MEAN), lambda shape, mean: {"shape": shape, "rate": shape / mean}),
    )
    conjugate_to: ClassVar[Mapping[str, Conjugacy]] = {
        "Poisson": Conjugacy(
            "rate",
            statistics=lambda y: {"shape": y, "rate": Constant(1.0)},
            base_measure=lambda y: -apply("lgamma", y + 1.0),
        ),
        "Exponential": Conjugacy(
            "rate",
            statistics=lambda y: {"shape": Constant(1.0), "rate": y},
            base_measure=lambda y: Constant(0.0),
        ),
    }

    def support(self, shape: Expression, rate: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return shape * log(rate) + (shape - 1.0) * log(x) - rate * x - apply("lgamma", shape)

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], shape: Array, rate: Array
    ) -> Array:
        return rng.standard_gamma(shape, size) / rate

    def mean(self, shape: Expression, rate: Expression) -> Expression:
        return shape / rate

    def cdf(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return apply("incomplete_gamma", shape, rate * apply("max", x, 0.0))

    def survival(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return apply("upper_incomplete_gamma", shape, rate * apply("max", x, 0.0))

    def log_cdf(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return apply("log_gamma_lower", shape, rate * apply("max", x, 0.0))

    def log_survival(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return apply("log_gamma_upper", shape, rate * apply("max", x, 0.0))

    def log_evidence(
        self, parameters: Mapping[str, Expression], statistics: Mapping[str, Expression]
    ) -> Expression:
        """log of G(a + s) / G(a) * b^a / (b + t)^(a + s)."""
        a, b = parameters["shape"], parameters["rate"]
        s, t = statistics["shape"], statistics["rate"]
        return apply("log_rising", a, s) - a * log1p(t / b) - s * log(b + t)


class InverseGamma(Distribution):
    """The inverse of a gamma number; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "InverseGamma"
    meaning = "the inverse of a gamma number"
    parameters = (_SHAPE, _SCALE)
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (_MEAN, _SD),
            lambda mean, sd: {
                "shape": 2.0 + square(mean / sd),
                "scale": mean * (1.0 + square(mean / sd)),
            },
        ),
    )

    def support(self, shape: Expression, scale: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        return shape * log(scale) - (shape + 1.0) * log(x) - scale / x - apply("lgamma", shape)

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], shape: Array, scale: Array
    ) -> Array:
        with np.errstate(divide="ignore"):
            return scale / rng.standard_gamma(shape, size)

    def mean(self, shape: Expression, scale: Expression) -> Expression:
        finite = apply("less", 1.0, shape)
        return where(finite, scale / where(finite, shape - 1.0, 1.0), math.inf)

    def cdf(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        return exp(self.log_cdf(x, shape, scale))

    def survival(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        return exp(self.log_survival(x, shape, scale))

    def log_cdf(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        inside, inverse = _inverted(x, scale)
        return where(inside, apply("log_gamma_upper", shape, inverse), -math.inf)

    def log_survival(self, x: Expression, shape: Expression, scale: Expression) -> Expression:
        inside, inverse = _inverted(x, scale)
        return where(inside, apply("log_gamma_lower", shape, inverse), 0.0)


def _inverted(x: Expression, scale: Expression) -> tuple[Expression, Expression]:
    """Whether x > 0, and scale / x there."""
    inside = apply("less", 0.0, x)
    return inside, scale / where(inside, x, scale)
