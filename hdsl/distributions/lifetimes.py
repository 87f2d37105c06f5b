"""Positive numbers: lifetimes, sizes, amplitudes."""

from __future__ import annotations

import math

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.distributions.located import SCALE, Located
from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.expressions.functions import exp, log, log1p, sqrt, square, where
from hdsl.expressions.ranges import NONNEGATIVE, POSITIVE
from hdsl.expressions.tree import Constant, Expression, apply

_SHAPE = Parameter("shape", POSITIVE)
_FAR = 1e300  # stands for infinity


class LogLogistic(Located):
    """Log-logistic distribution: the logarithm is logistic."""

    name = "LogLogistic"
    meaning = "positive, with a logistic logarithm"
    parameters = (Parameter("scale", POSITIVE, "the median"), _SHAPE)
    bounded = True

    def log_density(self, z: Expression, shape: Expression) -> Expression:
        v = shape * log(z)
        both = apply("log_logistic", v) + apply("log_logistic", -v)
        return log(shape) - log(z) + both

    def draw(self, rng: np.random.Generator, size: tuple[int, ...], shape: Array) -> Array:
        return np.exp(rng.logistic(size=size) / shape)

    def standard_mean(self, shape: Expression) -> Expression:
        finite = apply("less", 1.0, shape)
        angle = math.pi / where(finite, shape, 2.0)
        return where(finite, angle / apply("sin", angle), math.inf)

    def log_below(self, z: Expression, shape: Expression) -> Expression:
        return apply("log_logistic", shape * log(z))

    def log_above(self, z: Expression, shape: Expression) -> Expression:
        return apply("log_logistic", -(shape * log(z)))


class GeneralizedGamma(Located):
    """Generalised gamma; Stacy, Annals of Mathematical Statistics 33 (1962) 1187."""

    name = "GeneralizedGamma"
    meaning = "a power of a gamma number: gamma (power 1), Weibull (shape 1) and others"
    parameters = (_SHAPE, SCALE, Parameter("power", POSITIVE))
    bounded = True

    def log_density(self, z: Expression, shape: Expression, power: Expression) -> Expression:
        v = power * log(z)
        return log(power) - log(z) + shape * v - exp(v) - apply("lgamma", shape)

    def draw(
        self, rng: np.random.Generator, size: tuple[int, ...], shape: Array, power: Array
    ) -> Array:
        return rng.standard_gamma(shape, size) ** (1.0 / np.asarray(power))

    def standard_mean(self, shape: Expression, power: Expression) -> Expression:
        return exp(apply("log_rising", shape, 1.0 / power))

    def log_below(self, z: Expression, shape: Expression, power: Expression) -> Expression:
        return apply("log_gamma_lower", shape, exp(power * log(z)))

    def log_above(self, z: Expression, shape: Expression, power: Expression) -> Expression:
        return apply("log_gamma_upper", shape, exp(power * log(z)))


class Maxwell(Located):
    """Maxwell distribution of speeds: the length of a normal vector in three dimensions."""

    name = "Maxwell"
    meaning = "the length of a normal vector in space: a speed"
    parameters = (Parameter("scale", POSITIVE, "sd of each component"),)
    bounded = True

    def log_density(self, z: Expression) -> Expression:
        return 2.0 * log(z) - 0.5 * square(z) + 0.5 * math.log(2 / math.pi)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return np.sqrt(2.0 * rng.standard_gamma(1.5, shape))

    def standard_mean(self) -> Expression:
        return Constant(2 * math.sqrt(2 / math.pi))

    def log_below(self, z: Expression) -> Expression:
        return apply("log_gamma_lower", 1.5, 0.5 * square(z))

    def log_above(self, z: Expression) -> Expression:
        return apply("log_gamma_upper", 1.5, 0.5 * square(z))


class Gompertz(Distribution):
    """Gompertz distribution of lifetimes: the hazard grows exponentially."""

    name = "Gompertz"
    meaning = "waiting time whose rate grows exponentially"
    parameters = (_SHAPE, Parameter("rate", POSITIVE, "growth of the hazard per unit of time"))

    def support(self, shape: Expression, rate: Expression) -> Support:
        return Support(Constant(0.0), touches_lower=True)

    def log_prob(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return log(shape) + log(rate) + rate * x - shape * apply("expm1", rate * x)

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], shape: Array, rate: Array
    ) -> Array:
        return np.log1p(rng.standard_exponential(size) / shape) / rate

    def cdf(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, shape, rate))

    def survival(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return exp(self.log_survival(x, shape, rate))

    def log_cdf(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return apply("log1m_exp", self.log_survival(x, shape, rate))

    def log_survival(self, x: Expression, shape: Expression, rate: Expression) -> Expression:
        return -(shape * apply("expm1", rate * apply("max", x, 0.0)))


class InverseGaussian(Distribution):
    """Inverse Gaussian (Wald) distribution: first passage of a Brownian motion with drift.

    Its variance is mean^3 / shape; Chhikara & Folks, The Inverse Gaussian Distribution.
    """

    name = "InverseGaussian"
    meaning = "time until a random walk with drift arrives; also called Wald"
    parameters = (Parameter("mean", POSITIVE), _SHAPE)

    def support(self, mean: Expression, shape: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, mean: Expression, shape: Expression) -> Expression:
        fall = 0.5 * shape * square((x - mean) / mean) / x
        return 0.5 * log(shape) - 1.5 * log(x) - fall - HALF_LOG_2PI

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], mean: Array, shape: Array
    ) -> Array:
        return rng.wald(mean, shape, size)

    def mean(self, mean: Expression, shape: Expression) -> Expression:
        return mean

    def cdf(self, x: Expression, mean: Expression, shape: Expression) -> Expression:
        return exp(self.log_cdf(x, mean, shape))

    def survival(self, x: Expression, mean: Expression, shape: Expression) -> Expression:
        return exp(self.log_survival(x, mean, shape))

    def log_cdf(self, x: Expression, mean: Expression, shape: Expression) -> Expression:
        inside, ahead, mirrored = _passage(x, mean, shape)
        joined = apply("logaddexp", apply("log_Phi", ahead), mirrored)
        return where(inside, joined, -math.inf)

    def log_survival(self, x: Expression, mean: Expression, shape: Expression) -> Expression:
        inside, ahead, mirrored = _passage(x, mean, shape)
        return where(inside, apply("logsubexp", apply("log_Phi", -ahead), mirrored), 0.0)


def _passage(
    x: Expression, mean: Expression, shape: Expression
) -> tuple[Expression, Expression, Expression]:
    """Whether x > 0, the standardised lead, and exp(2 shape / mean) Phi(- sum) as a logarithm."""
    inside = apply("less", 0.0, x)
    time = apply("min", where(inside, x, mean), _FAR)
    root = sqrt(shape / time)
    ahead = root * (time - mean) / mean
    mirrored = apply("log_ex_gaussian_tail", ahead, 2.0 * root * (time / mean))
    return inside, ahead, mirrored


class Rice(Distribution):
    """Rice distribution: the length of a normal vector in the plane around a point off centre."""

    name = "Rice"
    meaning = "the amplitude of a signal with noise"
    parameters = (
        Parameter("signal", NONNEGATIVE, "distance of the centre"),
        Parameter("scale", POSITIVE, "sd of each component"),
    )

    def support(self, signal: Expression, scale: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, signal: Expression, scale: Expression) -> Expression:
        z, centre = x / scale, signal / scale
        return log(z) - log(scale) - 0.5 * square(z - centre) + log(apply("i0e", z * centre))

    def cdf(self, x: Expression, signal: Expression, scale: Expression) -> Expression:
        return exp(self.log_cdf(x, signal, scale))

    def survival(self, x: Expression, signal: Expression, scale: Expression) -> Expression:
        return exp(self.log_survival(x, signal, scale))

    def log_cdf(self, x: Expression, signal: Expression, scale: Expression) -> Expression:
        return apply("log_rice_lower", x / scale, signal / scale)

    def log_survival(self, x: Expression, signal: Expression, scale: Expression) -> Expression:
        return apply("log_rice_upper", x / scale, signal / scale)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], signal: Array, scale: Array
    ) -> Array:
        return np.hypot(rng.normal(signal, scale, shape), rng.normal(0.0, scale, shape))

    def mean(self, signal: Expression, scale: Expression) -> Expression:
        """sqrt(pi / 2) scale times a Laguerre function, written with Bessel functions."""
        k = 0.25 * square(signal / scale)
        bessel = (1.0 + 2.0 * k) * apply("i0e", k) + 2.0 * k * apply("i1e", k)
        return math.sqrt(math.pi / 2) * scale * bessel


class BetaPrime(Distribution):
    """Beta prime distribution: the odds of a chance that has a beta distribution."""

    name = "BetaPrime"
    meaning = "the odds p / (1 - p) of a beta number"
    parameters = (Parameter("a", POSITIVE), Parameter("b", POSITIVE))

    def support(self, a: Expression, b: Expression) -> Support:
        return Support(Constant(0.0))

    def log_prob(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return (a - 1.0) * log(x) - (a + b) * log1p(x) - apply("log_beta", a, b)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], a: Array, b: Array) -> Array:
        with np.errstate(divide="ignore", over="ignore"):
            return rng.standard_gamma(a, shape) / rng.standard_gamma(b, shape)

    def mean(self, a: Expression, b: Expression) -> Expression:
        finite = apply("less", 1.0, b)
        return where(finite, a / where(finite, b - 1.0, 1.0), math.inf)

    def cdf(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return exp(self.log_cdf(x, a, b))

    def survival(self, x: Expression, a: Expression, b: Expression) -> Expression:
        return exp(self.log_survival(x, a, b))

    def log_cdf(self, x: Expression, a: Expression, b: Expression) -> Expression:
        odds = apply("min", apply("max", x, 0.0), _FAR)
        return apply("log_beta_lower", a, b, odds / (1.0 + odds), 1.0 / (1.0 + odds))

    def log_survival(self, x: Expression, a: Expression, b: Expression) -> Expression:
        odds = apply("min", apply("max", x, 0.0), _FAR)
        return apply("log_beta_lower", b, a, 1.0 / (1.0 + odds), odds / (1.0 + odds))
