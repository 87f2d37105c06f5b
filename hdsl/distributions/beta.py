"""The beta distribution."""

from __future__ import annotations

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
from hdsl.expressions.functions import log, log1m
from hdsl.expressions.ranges import POSITIVE, UNIT
from hdsl.expressions.tree import Constant, Expression, apply


class Beta(Distribution):
    """Beta distribution; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "Beta"
    meaning = "beta: a number between 0 and 1"
    parameters = (Parameter("a", POSITIVE), Parameter("b", POSITIVE))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (Parameter("mean", UNIT), Parameter("concentration", POSITIVE)),
            lambda mean, concentration: {
                "a": mean * concentration,
                "b": (1.0 - mean) * concentration,
            },
        ),
    )
    conjugate_to: ClassVar[Mapping[str, Conjugacy]] = {
        "Binomial": Conjugacy(
            "p",
            statistics=lambda y, n: {"a": y, "b": n - y},
            base_measure=lambda y, n: apply("log_choose", n, y),
        ),
        "Bernoulli": Conjugacy(
            "p",
            statistics=lambda y: {"a": y, "b": 1.0 - y},
            base_measure=lambda y: Constant(0.0),
        ),
        "Geometric": Conjugacy(
            "p",
            statistics=lambda y: {"a": Constant(1.0), "b": y},
            base_measure=lambda y: Constant(0.0),
        ),
    }

    def support(self, a: Expression, b: Expression) -> Support:
        return Support(Constant(0.0), Constant(1.0))

    def log_prob(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return (a - 1.0) * log(x) + (b - 1.0) * log1m(x) - apply("log_beta", a, b)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], a: Array, b: Array) -> Array:
        return rng.beta(a, b, shape)

    def mean(self, a: Expression, b: Expression) -> Expression:
        return a / (a + b)

    def cdf(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return apply("incomplete_beta", a, b, _clamped(x))

    def survival(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return apply("incomplete_beta", b, a, 1.0 - _clamped(x))

    def log_cdf(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return apply("log_beta_lower", a, b, _clamped(x), 1.0 - _clamped(x))

    def log_survival(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return apply("log_beta_lower", b, a, 1.0 - _clamped(x), _clamped(x))

    def log_evidence(
        self, parameters: Mapping[str, Expression], statistics: Mapping[str, Expression]
    ) -> Expression:
        """log B(a + s, b + f) - log B(a, b), as rising factorials."""
        a, b = parameters["a"], parameters["b"]
        s, f = statistics["a"], statistics["b"]
        return (
            apply("log_rising", a, s)
            + apply("log_rising", b, f)
            - apply("log_rising", a + b, s + f)
        )


def _clamped(x: Expression) -> Expression:
    return apply("min", apply("max", x, 0.0), 1.0)
