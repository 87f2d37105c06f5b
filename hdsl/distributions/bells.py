"""Bells on the real line beyond the normal: skewed, sharp, flat."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Form, Parameter, Support
from hdsl.distributions.located import LOCATION, SCALE, Located
from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.expressions.functions import exp, log, log1m, log1p, sqrt, square, where
from hdsl.expressions.ranges import POSITIVE, REAL, UNIT
from hdsl.expressions.tree import Constant, Expression, apply

_EULER = 0.5772156649015329
_LOG_2 = math.log(2)
_FAR = 1e150  # squares beyond it are infinite


class Gumbel(Located):
    """Gumbel distribution: the limit of the largest of many; Gumbel, Statistics of Extremes."""

    name = "Gumbel"
    meaning = "the largest of many: skewed to the right"
    parameters = (LOCATION, SCALE)

    def log_density(self, z: Expression) -> Expression:
        return -z - exp(-z)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return rng.gumbel(size=shape)

    def standard_mean(self) -> Expression:
        return Constant(_EULER)

    def log_below(self, z: Expression) -> Expression:
        return -exp(-z)

    def log_above(self, z: Expression) -> Expression:
        return apply("log_inverse_cloglog", -z)


class Moyal(Located):
    """Moyal distribution of energy losses; Moyal, Philosophical Magazine 46 (1955) 263."""

    name = "Moyal"
    meaning = "energy loss of a particle: skewed to the right"
    parameters = (LOCATION, SCALE)

    def log_density(self, z: Expression) -> Expression:
        return -0.5 * (z + exp(-z)) - HALF_LOG_2PI

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return -np.log(np.square(rng.standard_normal(shape)))

    def standard_mean(self) -> Expression:
        return Constant(_EULER + _LOG_2)

    def log_below(self, z: Expression) -> Expression:
        return _LOG_2 + apply("log_Phi", -exp(-0.5 * z))

    def log_above(self, z: Expression) -> Expression:
        return log(apply("erf", exp(-0.5 * z) / math.sqrt(2)))


class SkewNormal(Located):
    """Skew normal distribution; Azzalini, Scandinavian Journal of Statistics 12 (1985) 171."""

    name = "SkewNormal"
    meaning = "normal, skewed to the right for a positive shape"
    parameters = (LOCATION, SCALE, Parameter("shape", REAL, "0 for the normal"))

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        return apply("log_Phi", shape * z) - 0.5 * square(z) + (_LOG_2 - HALF_LOG_2PI)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        delta = shape / np.hypot(1.0, shape)
        half, whole = np.abs(rng.standard_normal(size)), rng.standard_normal(size)
        return delta * half + whole / np.hypot(1.0, shape)

    def standard_mean(self, shape: Expression) -> Expression:
        return math.sqrt(2 / math.pi) * shape / sqrt(1.0 + square(shape))

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        return apply("log_skew_normal_lower", z, shape)

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        return apply("log_skew_normal_lower", -z, -shape)


class AsymmetricLaplace(Located):
    """Asymmetric Laplace distribution; Kotz, Kozubowski & Podgorski, The Laplace Distribution."""

    name = "AsymmetricLaplace"
    meaning = "exponential on both sides of its location, with different rates"
    parameters = (
        LOCATION,
        SCALE,
        Parameter("asymmetry", POSITIVE, "1 for the Laplace, above 1 for a longer left tail"),
    )
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (LOCATION, SCALE, Parameter("quantile", UNIT, "probability below the location")),
            lambda location, scale, quantile: {
                "location": location,
                "scale": scale,
                "asymmetry": sqrt(quantile / (1.0 - quantile)),
            },
        ),
    )

    def log_density(self, z: Expression, asymmetry: Expression) -> Expression:
        slope = where(apply("less", z, 0.0), -1.0 / asymmetry, asymmetry)
        return -(slope * z) - log(asymmetry + 1.0 / asymmetry)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], asymmetry: Array) -> Array:
        above, below = rng.standard_exponential(shape), rng.standard_exponential(shape)
        return above / asymmetry - below * asymmetry

    def standard_mean(self, asymmetry: Expression) -> Expression:
        return 1.0 / asymmetry - asymmetry

    def log_below(self, z: Expression, asymmetry: Expression) -> Expression:
        return _one_sided(-z, 1.0 / asymmetry)

    def log_above(self, z: Expression, asymmetry: Expression) -> Expression:
        return _one_sided(z, asymmetry)


def _one_sided(z: Expression, rate: Expression) -> Expression:
    """Log probability beyond `z`, where the tail on that side falls with `rate`."""
    beyond = -log1p(square(rate))
    outside = apply("less", 0.0, z)
    tail = beyond - rate * where(outside, z, 0.0)
    rest = log1m(exp(where(outside, 0.0, z) / rate) * square(rate) / (1.0 + square(rate)))
    return where(outside, tail, rest)


class GeneralizedNormal(Located):
    """Exponential power distribution; Box & Tiao, Bayesian Inference in Statistical Analysis."""

    name = "GeneralizedNormal"
    meaning = "a bell between Laplace (shape 1), normal (shape 2) and uniform"
    parameters = (LOCATION, SCALE, Parameter("shape", POSITIVE))

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        return -_size_power(z, shape) - _LOG_2 - apply("lgamma", 1.0 + 1.0 / shape)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        sizes = rng.standard_gamma(1.0 / np.asarray(shape), size) ** (1.0 / np.asarray(shape))
        return np.where(rng.random(size) < 0.5, -sizes, sizes)

    def standard_mean(self, shape: Expression) -> Expression:
        return Constant(0.0)

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        tail = apply("log_gamma_upper", 1.0 / shape, _size_power(z, shape)) - _LOG_2
        return where(apply("less", z, 0.0), tail, apply("log1m_exp", tail))

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        return self.log_below(-z, shape)


def _size_power(z: Expression, shape: Expression) -> Expression:
    middle = apply("equal", z, 0.0)
    return where(middle, 0.0, exp(shape * log(apply("abs", where(middle, 1.0, z)))))


class SkewStudentT(Located):
    """Skewed Student's t; Jones & Faddy, Journal of the Royal Statistical Society B 65 (2003) 159.

    With a = b it is Student's t with 2 a degrees of freedom.
    """

    name = "SkewStudentT"
    meaning = "heavy tails of different weight: left by a, right by b"
    parameters = (Parameter("a", POSITIVE), Parameter("b", POSITIVE), LOCATION, SCALE)

    def log_density(self, z: Expression, a: Expression, b: Expression) -> Expression:
        low, high = _shares(z, a + b)
        powers = (a + 0.5) * log(low) + (b + 0.5) * log(high)
        return powers + 2 * _LOG_2 - 0.5 * log(a + b) - apply("log_beta", a, b)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...], a: Array, b: Array) -> Array:
        first, second = rng.standard_gamma(a, shape), rng.standard_gamma(b, shape)
        return np.sqrt(np.add(a, b)) * (first - second) / (2.0 * np.sqrt(first * second))

    def standard_mean(self, a: Expression, b: Expression) -> Expression:
        """sqrt(a + b) (a - b) / 2 times G(a - 1/2) G(b - 1/2) / (G(a) G(b)), for both > 1/2."""
        exists = apply("and", apply("less", 0.5, a), apply("less", 0.5, b))
        safe_a, safe_b = where(exists, a - 0.5, 1.0), where(exists, b - 0.5, 1.0)
        ratios = exp(-apply("log_rising", safe_a, 0.5) - apply("log_rising", safe_b, 0.5))
        return where(exists, 0.5 * sqrt(a + b) * (a - b) * ratios, math.nan)

    def log_below(self, z: Expression, a: Expression, b: Expression) -> Expression:
        return apply("log_beta_lower", a, b, *_shares(z, a + b))

    def log_above(self, z: Expression, a: Expression, b: Expression) -> Expression:
        return apply("log_beta_lower", b, a, *reversed(_shares(z, a + b)))


def _shares(z: Expression, total: Expression) -> tuple[Expression, Expression]:
    """(1 + z / sqrt(total + z^2)) / 2 and its complement, both exact where they are small."""
    z = apply("max", apply("min", z, _FAR), -_FAR)
    radius = sqrt(total + square(z))
    large = (radius + apply("abs", z)) / (2.0 * radius)
    small = 0.5 * total / (radius * (radius + apply("abs", z)))
    left = apply("less", z, 0.0)
    return where(left, small, large), where(left, large, small)


class ExGaussian(Distribution):
    """Sum of a normal and an exponential number; Luce, Response Times (1986)."""

    name = "ExGaussian"
    meaning = "a normal number plus an exponential one"
    parameters = (
        Parameter("mean", REAL, "mean of the normal part"),
        Parameter("sd", POSITIVE, "sd of the normal part"),
        Parameter("rate", POSITIVE, "rate of the exponential part"),
    )
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (Parameter("mean", REAL), Parameter("sd", POSITIVE), SCALE),
            lambda mean, sd, scale: {"mean": mean, "sd": sd, "rate": 1.0 / scale},
        ),
    )

    def support(self, mean: Expression, sd: Expression, rate: Expression) -> Support:
        return Support()

    def log_prob(
        self, x: Expression, mean: Expression, sd: Expression, rate: Expression
    ) -> Expression:
        return log(rate) + apply("log_ex_gaussian_tail", (x - mean) / sd, sd * rate)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        mean: Array,
        sd: Array,
        rate: Array,
    ) -> Array:
        return rng.normal(mean, sd, shape) + rng.standard_exponential(shape) / rate

    def mean(self, mean: Expression, sd: Expression, rate: Expression) -> Expression:
        return mean + 1.0 / rate

    def cdf(self, x: Expression, mean: Expression, sd: Expression, rate: Expression) -> Expression:
        return exp(self.log_cdf(x, mean, sd, rate))

    def survival(
        self, x: Expression, mean: Expression, sd: Expression, rate: Expression
    ) -> Expression:
        return exp(self.log_survival(x, mean, sd, rate))

    def log_cdf(
        self, x: Expression, mean: Expression, sd: Expression, rate: Expression
    ) -> Expression:
        z = (x - mean) / sd
        return apply("logsubexp", apply("log_Phi", z), apply("log_ex_gaussian_tail", z, sd * rate))

    def log_survival(
        self, x: Expression, mean: Expression, sd: Expression, rate: Expression
    ) -> Expression:
        z = (x - mean) / sd
        return apply("logaddexp", apply("log_Phi", -z), apply("log_ex_gaussian_tail", z, sd * rate))


class VonMises(Distribution):
    """Von Mises distribution on the circle; Mardia & Jupp, Directional Statistics."""

    name = "VonMises"
    meaning = "a direction: an angle from -pi to pi"
    parameters = (
        Parameter("location", REAL, "the most likely angle"),
        Parameter("concentration", POSITIVE),
    )

    def support(self, location: Expression, concentration: Expression) -> Support:
        return Support(
            Constant(-math.pi), Constant(math.pi), touches_lower=True, touches_upper=True
        )

    def log_prob(
        self, x: Expression, location: Expression, concentration: Expression
    ) -> Expression:
        fall = -2.0 * concentration * square(apply("sin", 0.5 * (x - location)))
        return fall - log(apply("i0e", concentration)) - math.log(2 * math.pi)

    def cdf(self, x: Expression, location: Expression, concentration: Expression) -> Expression:
        return exp(self.log_cdf(x, location, concentration))

    def survival(
        self, x: Expression, location: Expression, concentration: Expression
    ) -> Expression:
        return exp(self.log_survival(x, location, concentration))

    def log_cdf(self, x: Expression, location: Expression, concentration: Expression) -> Expression:
        return apply("log_von_mises_lower", x, location, concentration)

    def log_survival(
        self, x: Expression, location: Expression, concentration: Expression
    ) -> Expression:
        return apply("log_von_mises_lower", -x, -location, concentration)

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        location: Array,
        concentration: Array,
    ) -> Array:
        turned = rng.vonmises(0.0, concentration, shape) + location
        return np.remainder(turned + math.pi, 2 * math.pi) - math.pi
