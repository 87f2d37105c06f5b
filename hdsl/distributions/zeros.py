"""Zeros apart from the rest: `ZeroInflated` and `Hurdle`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from hdsl.distributions.altered import Altered
from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random, either
from hdsl.distributions.truncated import Truncated
from hdsl.distributions.union import union
from hdsl.distributions.weights import log_chance, log_rest
from hdsl.expressions.functions import exp, log, where
from hdsl.expressions.ranges import PROBABILITY
from hdsl.expressions.text import text
from hdsl.expressions.tree import Constant, Expression, apply

ZERO = Constant(0.0)


@dataclass(frozen=True)
class _WithZeros(Random):
    """Abstract: zero, or with the chance `p` a value of another distribution."""

    p: Expression
    base: Random

    @property
    def inner(self) -> tuple[Random, ...]:
        return (self.base,)

    @property
    def own_axes(self) -> tuple[str, ...]:
        return self.base.own_axes

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.p, *self.base.expressions)

    def map(self, change: Callable[[Expression], Expression]) -> Self:
        return replace(self, p=change(self.p), base=self.base.map(change))

    @property
    @abstractmethod
    def rest(self) -> Random:
        """What is drawn with the chance `p`."""

    @property
    def has_atoms(self) -> bool:
        return not self.base.is_discrete

    @property
    def support(self) -> Support:
        own = self.rest.support
        zero = Support(ZERO, ZERO, lower_open=False, upper_open=False, integer=own.integer)
        return union(own, zero)

    def inside(self, x: Expression) -> Expression:
        return either(apply("equal", x, 0.0), self.rest.inside(x))

    def mean(self) -> Expression | None:
        mean = self.rest.mean()
        return None if mean is None else self.p * mean

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        drawn = self.rest.sample(rng, shape, evaluate)
        return np.where(rng.random(shape) < evaluate(self.p), drawn, 0.0)

    def log_cdf(self, x: Expression) -> Expression | None:
        below = self.rest.log_cdf(x)
        if below is None:
            return None
        more = apply("logaddexp", log_rest(self.p), log_chance(self.p) + below)
        return where(apply("less", x, 0.0), log_chance(self.p) + below, more)

    def log_survival(self, x: Expression) -> Expression | None:
        above = self.rest.log_survival(x)
        if above is None:
            return None
        more = apply("logaddexp", log_rest(self.p), log_chance(self.p) + above)
        return where(apply("less", x, 0.0), more, log_chance(self.p) + above)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield Parameter("p", PROBABILITY), self.p


@dataclass(frozen=True)
class ZeroInflated(_WithZeros):
    """``ZeroInflated(p, D)``: with chance `p` from `D`, else 0."""

    @property
    def family(self) -> str:
        return f"ZeroInflated {self.base.family}"

    @property
    def rest(self) -> Random:
        return self.base

    def log_prob(self, x: Expression) -> Expression:
        """At zero the log of 1 - p + p D(0), or of 1 - p where `D` is continuous."""
        zero = log_rest(self.p)
        if self.base.is_discrete:
            more = log_chance(self.p) + self.base.guarded_log_prob(ZERO)
            zero = apply("logaddexp", zero, more)
        other = log_chance(self.p) + self.base.guarded_log_prob(x)
        return where(apply("equal", x, 0.0), zero, other)

    @property
    def remark(self) -> str:
        return f"with chance {text(self.p)} from {self.base.family}, else zero"


@dataclass(frozen=True)
class Hurdle(_WithZeros):
    """``Hurdle(p, D)``: with chance `p` above zero, as `D` given that it is above zero, else 0."""

    @property
    def family(self) -> str:
        return f"Hurdle {self.base.family}"

    @property
    def rest(self) -> Random:
        """`D` given that it is above zero."""
        lower = self.base.support.lower
        if isinstance(lower, Constant) and lower.value >= (1 if self.base.is_discrete else 0):
            return self.base
        if self.base.is_discrete and lower == ZERO:
            return _AboveZero(self.base, span=self.base.span)
        return Truncated(self.base, ZERO, None, span=self.base.span)

    def log_prob(self, x: Expression) -> Expression:
        other = log_chance(self.p) + self.rest.guarded_log_prob(x)
        return where(apply("equal", x, 0.0), log_rest(self.p), other)

    @property
    def remark(self) -> str:
        return (
            f"above zero with chance {text(self.p)}, then as {self.base.family} given that it is "
            "above zero"
        )


@dataclass(frozen=True)
class _AboveZero(Altered):
    """Counts given that they are above zero; the chance of a zero gives the normalisation."""

    @property
    def _cut(self) -> Truncated:
        return Truncated(self.base, ZERO, None)

    @property
    def family(self) -> str:
        return self._cut.family

    @property
    def _log_mass(self) -> Expression:
        return log(-apply("expm1", self.base.log_prob(ZERO)))

    def log_prob(self, x: Expression) -> Expression:
        return self.base.log_prob(x) - self._log_mass

    def log_cdf(self, x: Expression) -> Expression | None:
        return self._cut.log_cdf(x)

    def log_survival(self, x: Expression) -> Expression | None:
        above = self.base.log_survival(apply("max", x, 0.0))
        return None if above is None else above - self._log_mass

    def mean(self) -> Expression | None:
        mean = self.base.mean()
        return None if mean is None else mean / exp(self._log_mass)

    @property
    def support(self) -> Support:
        return replace(self.base.support, lower=Constant(1.0))

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        return self._cut.sample(rng, shape, evaluate)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()
