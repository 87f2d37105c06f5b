"""Increasing vectors, and categories that are cut from a scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.altered import Altered
from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.functions import where
from hdsl.expressions.ranges import REAL
from hdsl.expressions.tree import (
    Constant,
    Expression,
    OfWhole,
    Position,
    Reduce,
    Size,
    Stack,
    apply,
    walk,
)


@dataclass(frozen=True)
class Ordered(Altered):
    """A vector over `over`: draws of `base`, independent and alike, in increasing order."""

    over: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return f"Ordered {self.base.family}"

    @property
    def event_axes(self) -> tuple[str, ...]:
        return self.over or ("?",)

    def log_prob(self, x: Expression) -> Expression:
        """Each increasing vector can come about in n! orders."""
        orders = apply("lgamma", Size(self.over[0]) + 1.0)
        return orders + Reduce("sum", self.base.log_prob(x), self.over)

    @property
    def support(self) -> Support:
        return replace(self.base.support, kind="ordered", over=self.over)

    def inside(self, x: Expression) -> Expression:
        step = OfWhole("smallest step", ((x, self.over),), ())
        increasing = apply("less", 0.0, step)
        each = self.base.inside(x)
        if isinstance(each, Constant):
            return increasing
        return apply("and", Reduce("all", each, self.over), increasing)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        return np.sort(self.base.sample(rng, shape, evaluate), axis=-1)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()


@dataclass(frozen=True)
class OrderedCategory(Random):
    """A category of a scale that is cut: the category is that in which ``eta + noise`` lies.

    With K - 1 cuts c along `axis`, the chance of at most the category k is F(c_k - eta), where F
    is the cumulative probability of the noise: logistic, or normal. McCullagh 1980, Journal of the
    Royal Statistical Society B 42. Its value is a position in the index set `set_name`, or a number
    from 1 to K where there is none.
    """

    eta: Expression
    cuts: Expression
    axis: str
    noise: str
    set_name: str | None = None

    @property
    def family(self) -> str:
        return "OrderedLogistic" if self.noise == "logistic" else "OrderedProbit"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.eta, self.cuts)

    @property
    def own_axes(self) -> tuple[str, ...]:
        return (self.axis,)

    @property
    def label_set(self) -> str | None:
        return self.set_name

    @property
    def first(self) -> float:
        """The value of the first category."""
        return 0.0 if self.set_name is not None else 1.0

    def map(self, change: Callable[[Expression], Expression]) -> OrderedCategory:
        return replace(self, eta=change(self.eta), cuts=change(self.cuts))

    def log_prob(self, x: Expression) -> Expression:
        """Log of F(c_k - eta) - F(c_(k-1) - eta), without a difference of two numbers near 1."""
        place = x - self.first
        first = apply("equal", place, 0.0)
        last = apply("equal", place, self.number_of_cuts)
        below = self._cut(place - 1.0) - self.eta
        above = self._cut(place) - self.eta
        log_cdf = "log_logistic" if self.noise == "logistic" else "log_Phi"
        at_most = apply(log_cdf, above)
        more = apply(log_cdf, -below)
        if self.noise == "logistic":
            # s(a) - s(b) = s(a) s(-b) (1 - exp(b - a)) for the logistic function s.
            between = at_most + more + apply("log1m", apply("exp", below - above))
        else:
            # On the side where both tails are small.
            high = apply("less", 0.0, below)
            between = apply(
                "logsubexp",
                where(high, more, at_most),
                where(high, apply(log_cdf, -above), apply(log_cdf, below)),
            )
        return where(first, at_most, where(last, more, between))

    @property
    def number_of_cuts(self) -> Expression:
        """How many there are; known for a list, whose axis belongs to no index set."""
        listed = [e for e in walk(self.cuts) if isinstance(e, Stack) and e.axis == self.axis]
        return Constant(float(len(listed[0].items))) if listed else Size(self.axis)

    def _cut(self, place: Expression) -> Expression:
        """The cut at a place; one of some other place where there is none, whose order is kept."""
        kept = apply("max", 0.0, apply("min", place, self.number_of_cuts - 1.0))
        chosen = apply("equal", Position(self.axis), kept)
        beyond = place - kept
        return Reduce("sum", where(chosen, self.cuts, 0.0), (self.axis,)) + beyond

    @property
    def support(self) -> Support:
        last = self.number_of_cuts + self.first
        return Support(Constant(self.first), last, False, False, integer=True)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        noise = rng.logistic(size=shape) if self.noise == "logistic" else rng.normal(size=shape)
        level = (evaluate(self.eta) + noise)[..., None]
        return (level > evaluate(self.cuts, self.axis)).sum(axis=-1) + self.first

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield Parameter("eta", REAL), self.eta
