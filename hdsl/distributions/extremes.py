"""Extremes, and what exceeds a threshold."""

from __future__ import annotations

import math

import numpy as np

from hdsl.distributions.distribution import Array, Parameter
from hdsl.distributions.located import LOCATION, SCALE, Located
from hdsl.expressions.functions import exp, log, log1p, where
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Expression, apply

_EULER = 0.5772156649015329
_FAR = 1e200  # stands for infinity
_TAIL = Parameter("shape", REAL, "positive for a heavy tail, negative for an upper end")


def _straightened(z: Expression, shape: Expression) -> tuple[Expression, Expression]:
    """Whether 1 + shape z > 0, and log(1 + shape z) / shape; z itself where the shape is 0."""
    z = apply("max", apply("min", z, _FAR), -_FAR)
    bent = shape * z
    inside = apply("less", -1.0, bent)
    return inside, z * apply("log1p_ratio", where(inside, bent, 0.0))


def _power_draws(exponent: Array, shape: Array) -> Array:
    """(exp(shape exponent) - 1) / shape, the exponent itself where the shape is 0."""
    flat = np.asarray(shape) == 0
    safe = np.where(flat, 1.0, shape)
    return np.where(flat, exponent, np.expm1(safe * exponent) / safe)


class GeneralizedExtremeValue(Located):
    """Generalised extreme value distribution; Coles, Statistical Modeling of Extreme Values, 3.1.

    Its support has a lower end at location - scale / shape for a positive shape, and an upper end
    there for a negative one.
    """

    name = "GeneralizedExtremeValue"
    meaning = "the largest of many: Gumbel (shape 0), Frechet, or with an upper end"
    parameters = (LOCATION, SCALE, _TAIL)

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        inside, t = _straightened(z, shape)
        return where(inside, -(1.0 + shape) * t - exp(-t), -math.inf)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        return _power_draws(-np.log(rng.standard_exponential(size)), shape)

    def standard_mean(self, shape: Expression) -> Expression:
        """(G(1 - shape) - 1) / shape for shape < 1; Euler's constant at 0."""
        finite, flat = apply("less", shape, 1.0), apply("equal", shape, 0.0)
        safe = where(apply("and", finite, apply("not", flat)), shape, -1.0)
        power = apply("expm1", apply("lgamma", 1.0 - safe)) / safe
        return where(finite, where(flat, _EULER, power), math.inf)

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        inside, t = _straightened(z, shape)
        beyond = where(apply("less", 0.0, shape), -math.inf, 0.0)
        return where(inside, -exp(-t), beyond)

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        inside, t = _straightened(z, shape)
        beyond = where(apply("less", 0.0, shape), 0.0, -math.inf)
        return where(inside, apply("log_inverse_cloglog", -t), beyond)


class GeneralizedPareto(Located):
    """Generalised Pareto distribution; Coles, Statistical Modeling of Extreme Values, 4.2.

    For a negative shape its support ends at location - scale / shape.
    """

    name = "GeneralizedPareto"
    meaning = "what exceeds a threshold: exponential (shape 0), heavier, or with an upper end"
    parameters = (LOCATION, SCALE, _TAIL)
    bounded = True
    touches = True

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        inside, t = _straightened(z, shape)
        return where(inside, -(1.0 + shape) * t, -math.inf)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        return _power_draws(rng.standard_exponential(size), shape)

    def standard_mean(self, shape: Expression) -> Expression:
        finite = apply("less", shape, 1.0)
        return where(finite, 1.0 / where(finite, 1.0 - shape, 1.0), math.inf)

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        inside, t = _straightened(z, shape)
        return where(inside, apply("log1m_exp", -t), 0.0)

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        inside, t = _straightened(z, shape)
        return where(inside, -t, -math.inf)


class ParetoType2(Located):
    """Pareto distribution of the second kind; with location 0 also called Lomax."""

    name = "ParetoType2"
    meaning = "above a location, with a tail that falls as a power; Lomax where that is 0"
    parameters = (LOCATION, SCALE, Parameter("shape", POSITIVE))
    bounded = True
    touches = True

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        return log(shape) - (shape + 1.0) * log1p(z)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        return np.expm1(rng.standard_exponential(size) / shape)

    def standard_mean(self, shape: Expression) -> Expression:
        finite = apply("less", 1.0, shape)
        return where(finite, 1.0 / where(finite, shape - 1.0, 1.0), math.inf)

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        return apply("log1m_exp", -(shape * log1p(z)))

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        return -(shape * log1p(z))


class Frechet(Located):
    """Frechet distribution: the limit of the largest of many with heavy tails."""

    name = "Frechet"
    meaning = "the largest of many with heavy tails: a positive number"
    parameters = (Parameter("shape", POSITIVE), SCALE)
    bounded = True

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        v = shape * log(z)
        return log(shape) - log(z) - v - exp(-v)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        return rng.standard_exponential(size) ** (-1.0 / np.asarray(shape))

    def standard_mean(self, shape: Expression) -> Expression:
        finite = apply("less", 1.0, shape)
        return where(finite, exp(apply("lgamma", 1.0 - 1.0 / where(finite, shape, 2.0))), math.inf)

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        return -exp(-(shape * log(z)))

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        return apply("log_inverse_cloglog", -(shape * log(z)))
