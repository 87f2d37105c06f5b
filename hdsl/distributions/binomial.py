"""Bernoulli, binomial and beta-binomial."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.distributions.tails import SummedTails, two_tails
from hdsl.expressions.functions import exp, where
from hdsl.expressions.ranges import COUNT, POSITIVE, PROBABILITY, REAL, UNIT
from hdsl.expressions.tree import Constant, Expression, apply

_N = Parameter("n", COUNT, "number of trials")
_P = Parameter("p", PROBABILITY, "chance of success")
_LOGIT = Parameter("logit", REAL, "log odds of success")


def _binomial_draws(rng: np.random.Generator, shape: tuple[int, ...], n: Array, p: Array) -> Array:
    # Rounding may carry a computed probability just beyond its bounds.
    return rng.binomial(np.asarray(n, np.int64), np.clip(p, 0.0, 1.0), shape).astype(float)


class Bernoulli(Distribution):
    """Bernoulli distribution: one success or none."""

    name = "Bernoulli"
    meaning = "1 with chance p, else 0"
    parameters = (_P,)
    forms: ClassVar[tuple[Form, ...]] = (
        Form((_LOGIT,), lambda logit: {"p": apply("logistic", logit)}),
    )

    def support(self, p: Expression) -> Support:
        return Support(Constant(0.0), Constant(1.0), False, False, integer=True)

    def log_prob(self, x: Expression, p: Expression) -> Expression:
        return apply("xlogy", x, p) + apply("xlog1py", 1.0 - x, -p)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], p: Array) -> Array:
        return (rng.random(shape) < p) * 1.0

    def mean(self, p: Expression) -> Expression:
        return p

    def cdf(self, x: Expression, p: Expression) -> Expression:
        return _steps(x, 0.0, 1.0 - p, 1.0)

    def survival(self, x: Expression, p: Expression) -> Expression:
        return _steps(x, 1.0, p, 0.0)


def _steps(x: Expression, below: float, between: Expression, above: float) -> Expression:
    """A function that steps at 0 and at 1."""
    return where(apply("less", x, 0.0), below, where(apply("less", x, 1.0), between, above))


class Binomial(Distribution):
    """Binomial distribution: successes in n trials."""

    name = "Binomial"
    meaning = "successes in n independent trials"
    parameters = (_N, _P)
    forms: ClassVar[tuple[Form, ...]] = (
        Form((_N, _LOGIT), lambda n, logit: {"n": n, "p": apply("logistic", logit)}),
    )

    def support(self, n: Expression, p: Expression) -> Support:
        return Support(Constant(0.0), n, lower_open=False, upper_open=False, integer=True)

    def log_prob(self, x: Expression, n: Expression, p: Expression) -> Expression:
        return apply("log_choose", n, x) + apply("xlogy", x, p) + apply("xlog1py", n - x, -p)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], n: Array, p: Array) -> Array:
        return _binomial_draws(rng, shape, n, p)

    def mean(self, n: Expression, p: Expression) -> Expression:
        return n * p

    def cdf(self, x: Expression, n: Expression, p: Expression) -> Expression:
        return exp(self.log_cdf(x, n, p))

    def survival(self, x: Expression, n: Expression, p: Expression) -> Expression:
        return exp(self.log_survival(x, n, p))

    def log_cdf(self, x: Expression, n: Expression, p: Expression) -> Expression:
        """Abramowitz & Stegun 26.5.24."""
        failures, successes = _beyond(x, n)
        inside = apply("log_beta_lower", failures, successes, 1.0 - p, p)
        return where(apply("less", x, 0.0), -math.inf, where(apply("less", x, n), inside, 0.0))

    def log_survival(self, x: Expression, n: Expression, p: Expression) -> Expression:
        failures, successes = _beyond(x, n)
        inside = apply("log_beta_lower", successes, failures, p, 1.0 - p)
        return where(apply("less", x, 0.0), 0.0, where(apply("less", x, n), inside, -math.inf))


def _beyond(x: Expression, n: Expression) -> tuple[Expression, Expression]:
    """n - k and k + 1 for the whole part k of `x`, kept where the beta function is defined."""
    whole = apply("floor", x)
    return apply("max", n - whole, 1.0), apply("max", whole + 1.0, 1.0)


class BetaBinomial(SummedTails):
    """Binomial distribution whose chance of success has a beta distribution."""

    name = "BetaBinomial"
    meaning = "successes in n trials whose common chance varies as a beta"
    parameters = (_N, Parameter("a", POSITIVE), Parameter("b", POSITIVE))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (_N, Parameter("mean", UNIT), Parameter("concentration", POSITIVE)),
            lambda n, mean, concentration: {
                "n": n,
                "a": mean * concentration,
                "b": (1.0 - mean) * concentration,
            },
        ),
    )

    def support(self, n: Expression, a: Expression, b: Expression) -> Support:
        return Support(Constant(0.0), n, lower_open=False, upper_open=False, integer=True)

    def log_prob(self, x: Expression, n: Expression, a: Expression, b: Expression) -> Expression:
        rising = apply("log_rising", a, x) + apply("log_rising", b, n - x)
        return apply("log_choose", n, x) + rising - apply("log_rising", a + b, n)

    def log_tails(
        self, x: Expression, n: Expression, a: Expression, b: Expression
    ) -> tuple[Expression, Expression]:
        k = apply("floor", x)
        inside = apply("and", apply("less_equal", 0.0, k), apply("less", k, n))
        k, n = where(inside, k, 0.0), where(inside, n, 1.0)
        down = apply("log_sum_below", k, a, -n, 1.0 - b - n)
        up = apply("log_sum_below", n - k - 1.0, b, -n, 1.0 - a - n)
        below, above = self.log_prob(k, n, a, b) + down, self.log_prob(k + 1.0, n, a, b) + up
        is_lower = apply("less", k * (a + b), n * a)
        return two_tails(inside, apply("less", x, 0.0), is_lower, below, above)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], n: Array, a: Array, b: Array
    ) -> Array:
        return _binomial_draws(rng, shape, n, rng.beta(a, b, shape))

    def mean(self, n: Expression, a: Expression, b: Expression) -> Expression:
        return n * a / (a + b)
