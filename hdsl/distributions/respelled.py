"""Distributions that are others with their parameters spelled differently."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.distributions.gamma import Gamma, InverseGamma
from hdsl.distributions.weibull import Weibull
from hdsl.expressions.ranges import POSITIVE
from hdsl.expressions.tree import Expression, lift

_DF = Parameter("df", POSITIVE, "degrees of freedom")


class Respelled(Distribution):
    """Abstract: another distribution under a name and with parameters of its own."""

    other: ClassVar[Distribution]

    @abstractmethod
    def convert(self, *args: Any, **parameters: Any) -> dict[str, Any]:
        """The parameters of the other distribution; of expressions as of arrays."""

    def _lifted(self, parameters: Mapping[str, Expression]) -> dict[str, Expression]:
        return {name: lift(value) for name, value in self.convert(**parameters).items()}

    def support(self, **parameters: Expression) -> Support:
        return self.other.support(**self._lifted(parameters))

    def log_prob(self, x: Expression, **parameters: Expression) -> Expression:
        return self.other.log_prob(x, **self._lifted(parameters))

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], /, **parameters: Array
    ) -> Array:
        return self.other.sample(rng, shape, **self.convert(**parameters))

    def mean(self, **parameters: Expression) -> Expression | None:
        return self.other.mean(**self._lifted(parameters))

    def cdf(self, x: Expression, **parameters: Expression) -> Expression | None:
        return self.other.cdf(x, **self._lifted(parameters))

    def survival(self, x: Expression, **parameters: Expression) -> Expression | None:
        return self.other.survival(x, **self._lifted(parameters))

    def log_cdf(self, x: Expression, **parameters: Expression) -> Expression | None:
        return self.other.log_cdf(x, **self._lifted(parameters))

    def log_survival(self, x: Expression, **parameters: Expression) -> Expression | None:
        return self.other.log_survival(x, **self._lifted(parameters))


class ChiSquared(Respelled):
    """Chi-squared distribution; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "ChiSquared"
    meaning = "sum of the squares of standard normal numbers"
    parameters = (_DF,)
    other = Gamma()

    def convert(self, df: Any) -> dict[str, Any]:
        return {"shape": 0.5 * df, "rate": 0.5}


class InverseChiSquared(Respelled):
    """The inverse of a chi-squared number; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "InverseChiSquared"
    meaning = "the inverse of a chi-squared number"
    parameters = (_DF,)
    other = InverseGamma()

    def convert(self, df: Any) -> dict[str, Any]:
        return {"shape": 0.5 * df, "scale": 0.5}


class ScaledInverseChiSquared(Respelled):
    """Inverse chi-squared times df scale^2; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "ScaledInverseChiSquared"
    meaning = "a variance around scale^2, the more closely the larger df"
    parameters = (_DF, Parameter("scale", POSITIVE))
    other = InverseGamma()

    def convert(self, df: Any, scale: Any) -> dict[str, Any]:
        return {"shape": 0.5 * df, "scale": 0.5 * df * (scale * scale)}


class Rayleigh(Respelled):
    """Rayleigh distribution: the length of a normal vector in the plane."""

    name = "Rayleigh"
    meaning = "the length of a normal vector in the plane"
    parameters = (Parameter("scale", POSITIVE, "sd of each component"),)
    other = Weibull()

    def convert(self, scale: Any) -> dict[str, Any]:
        return {"shape": 2.0, "scale": math.sqrt(2) * scale}
