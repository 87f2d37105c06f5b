"""Families with a location and a scale, told by the distribution of (x - location) / scale."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.expressions.functions import exp, log, where
from hdsl.expressions.ranges import POSITIVE, REAL
from hdsl.expressions.tree import Constant, Expression, apply

LOCATION = Parameter("location", REAL)
SCALE = Parameter("scale", POSITIVE)


class Located(Distribution):
    """Abstract: location + scale * z, where z has a standard distribution.

    The other parameters are those of z. A family without the parameter `location` begins at zero;
    one that is `bounded` begins at its location, which z = 0 stands for.
    """

    bounded: ClassVar[bool] = False
    touches: ClassVar[bool] = False

    @abstractmethod
    def log_density(self, z: Expression, /, *args: Any, **others: Any) -> Expression:
        """Log density of z."""

    @abstractmethod
    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], /, *args: Any, **others: Any
    ) -> Array:
        """Draws of z."""

    def log_below(self, z: Expression, /, *args: Any, **others: Any) -> Expression | None:
        """Log probability that z is at most this, where it has a formula."""
        return None

    def log_above(self, z: Expression, /, *args: Any, **others: Any) -> Expression | None:
        """Log probability that z is above this, where it has a formula."""
        return None

    def standard_mean(self, *args: Any, **others: Any) -> Expression | None:
        """The mean of z, where it has a formula."""
        return None

    def support(self, scale: Expression, **others: Expression) -> Support:
        if not self.bounded:
            return Support()
        return Support(others.get("location", Constant(0.0)), touches_lower=self.touches)

    def log_prob(self, x: Expression, scale: Expression, **others: Expression) -> Expression:
        distance, others = _measured(x, others)
        return self.log_density(distance / scale, **others) - log(scale)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], /, scale: Array, **others: Array
    ) -> Array:
        location = others.pop("location", np.asarray(0.0))
        with np.errstate(over="ignore", divide="ignore"):
            return location + scale * self.draw(rng, shape, **others)

    def mean(self, scale: Expression, **others: Expression) -> Expression | None:
        location = others.pop("location", Constant(0.0))
        standard = self.standard_mean(**others)
        return None if standard is None else location + scale * standard

    def cdf(self, x: Expression, **parameters: Expression) -> Expression | None:
        below = self.log_cdf(x, **parameters)
        return None if below is None else exp(below)

    def survival(self, x: Expression, **parameters: Expression) -> Expression | None:
        above = self.log_survival(x, **parameters)
        return None if above is None else exp(above)

    def log_cdf(self, x: Expression, scale: Expression, **others: Expression) -> Expression | None:
        inside, z, others = self._inside(x, scale, others)
        below = self.log_below(z, **others)
        return below if below is None or inside is None else where(inside, below, -math.inf)

    def log_survival(
        self, x: Expression, scale: Expression, **others: Expression
    ) -> Expression | None:
        inside, z, others = self._inside(x, scale, others)
        above = self.log_above(z, **others)
        return above if above is None or inside is None else where(inside, above, 0.0)

    def _inside(
        self, x: Expression, scale: Expression, others: dict[str, Expression]
    ) -> tuple[Expression | None, Expression, dict[str, Expression]]:
        """Whether x lies above the lower end, z with something harmless elsewhere, and the rest."""
        distance, others = _measured(x, others)
        if not self.bounded:
            return None, distance / scale, others
        inside = apply("less", 0.0, distance)
        return inside, where(inside, distance, scale) / scale, others


def _measured(
    x: Expression, others: dict[str, Expression]
) -> tuple[Expression, dict[str, Expression]]:
    """The distance from the location, and the parameters that are left."""
    left = {name: value for name, value in others.items() if name != "location"}
    return (x - others["location"] if "location" in others else x), left
