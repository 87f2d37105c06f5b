"""Uniform on an interval, on whole numbers, and improper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.expressions.functions import log
from hdsl.expressions.ranges import INTEGER, REAL
from hdsl.expressions.tree import Constant, Expression, apply


def _share(part: Expression, whole: Expression) -> Expression:
    return apply("min", apply("max", part / whole, 0.0), 1.0)


class Uniform(Distribution):
    """Uniform distribution on an interval."""

    name = "Uniform"
    meaning = "all numbers of an interval alike"
    parameters = (Parameter("lower", REAL), Parameter("upper", REAL))

    def support(self, lower: Expression, upper: Expression) -> Support:
        return Support(lower, upper, touches_lower=True, touches_upper=True)

    def log_prob(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return -log(upper - lower)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], lower: Array, upper: Array
    ) -> Array:
        return lower + (upper - lower) * rng.random(shape)

    def mean(self, lower: Expression, upper: Expression) -> Expression:
        return 0.5 * (lower + upper)

    def cdf(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return _share(x - lower, upper - lower)

    def survival(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return _share(upper - x, upper - lower)


class Flat(Distribution):
    """No factor at all: a density of one between its bounds, not normalised."""

    name = "Flat"
    meaning = "improper: says nothing but the bounds"
    parameters = (Parameter("lower", REAL), Parameter("upper", REAL))
    defaults: ClassVar[Mapping[str, float]] = {"lower": -math.inf, "upper": math.inf}
    proper = False

    def support(self, lower: Expression, upper: Expression) -> Support:
        return Support(
            None if lower == Constant(-math.inf) else lower,
            None if upper == Constant(math.inf) else upper,
            touches_lower=True,
            touches_upper=True,
        )

    def log_prob(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return Constant(0.0)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], lower: Array, upper: Array
    ) -> Array:
        """Uniform draws between finite bounds; ValueError where a bound is infinite."""
        if not np.all(np.isfinite(lower) & np.isfinite(upper)):
            raise ValueError("an improper distribution has no draws")
        return lower + (upper - lower) * rng.random(shape)


class DiscreteUniform(Distribution):
    """Uniform distribution on the whole numbers between two, both included."""

    name = "DiscreteUniform"
    meaning = "whole numbers between two bounds, all alike"
    parameters = (Parameter("lower", INTEGER), Parameter("upper", INTEGER))

    def support(self, lower: Expression, upper: Expression) -> Support:
        return Support(lower, upper, lower_open=False, upper_open=False, integer=True)

    def log_prob(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return -log(upper - lower + 1.0)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], lower: Array, upper: Array
    ) -> Array:
        return lower + np.floor((np.subtract(upper, lower) + 1.0) * rng.random(shape))

    def mean(self, lower: Expression, upper: Expression) -> Expression:
        return 0.5 * (lower + upper)

    def cdf(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return _share(apply("floor", x) - lower + 1.0, upper - lower + 1.0)

    def survival(self, x: Expression, lower: Expression, upper: Expression) -> Expression:
        return _share(upper - apply("floor", x), upper - lower + 1.0)
