"""What stands right of ``~``: a distribution with its arguments, and what modifies it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support, log_mass
from hdsl.expressions.functions import exp, where
from hdsl.expressions.tree import Constant, Expression, apply
from hdsl.source import NOWHERE, Span


class Evaluate(Protocol):
    """Gives the value of an expression as an array that broadcasts to the shape of the draws.

    Axes named after the expression are laid behind the others.
    """

    def __call__(self, expression: Expression, /, *axes: str) -> Array: ...


@dataclass(frozen=True, kw_only=True)
class Random(ABC):
    """Abstract: a random quantity, with expressions as parameters."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    @abstractmethod
    def family(self) -> str:
        """The name of the family of distributions."""

    @property
    @abstractmethod
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions in it."""

    @property
    def expressions_where_used(self) -> tuple[Expression, ...]:
        """The same, those that count only under a condition as ``if c then e else 0``."""
        return self.expressions

    @abstractmethod
    def map(self, change: Callable[[Expression], Expression]) -> Random:
        """The same with each expression changed."""

    @abstractmethod
    def log_prob(self, x: Expression) -> Expression:
        """Log density at `x`, in nats; meaningful inside the support alone."""

    @property
    @abstractmethod
    def support(self) -> Support:
        """Where the density is positive."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """Independent draws."""

    @abstractmethod
    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        """Its own arguments as written in the model, with what each must satisfy."""

    @property
    def axes(self) -> frozenset[str]:
        """The axes that the parameters have."""
        return frozenset[str]().union(*(e.axes for e in self.expressions)) - {*self.own_axes}

    @property
    def names(self) -> frozenset[str]:
        """All quantities that the parameters depend on."""
        return frozenset[str]().union(*(e.names for e in self.expressions)) - self.stand_ins

    @property
    def stand_ins(self) -> frozenset[str]:
        """Names in its expressions that stand for the value itself."""
        return frozenset[str]().union(*(part.stand_ins for part in self.inner))

    @property
    def event_axes(self) -> tuple[str, ...]:
        """The axes of one draw, along which it is not independent; a number has none."""
        return ()

    @property
    def own_axes(self) -> tuple[str, ...]:
        """Axes of the parameters that it sums over itself, so that its values do not have them."""
        return ()

    @property
    def inner(self) -> tuple[Random, ...]:
        """The distributions that it is made of."""
        return ()

    def walk(self) -> Iterator[Random]:
        """It and all distributions in it, from the outside in."""
        yield self
        for part in self.inner:
            yield from part.walk()

    @property
    def is_discrete(self) -> bool:
        """Whether its values are whole numbers."""
        return self.support.integer

    @property
    def label_set(self) -> str | None:
        """The index set whose labels it draws, as their positions from 0; `None` for numbers."""
        return None

    @property
    def has_atoms(self) -> bool:
        """Whether its values are not whole numbers, and yet single ones have a chance of their own.

        The density is then with respect to the length of intervals and a count of those values.
        """
        return False

    @property
    def remark(self) -> str:
        """What a reader of the plan should know about an observation of it; often nothing."""
        return ""

    def mean(self) -> Expression | None:
        """The mean, where it has a formula."""
        return None

    def log_cdf(self, x: Expression) -> Expression | None:
        """Log probability of a value at most `x`, for any `x`, where it has a formula."""
        return None

    def log_survival(self, x: Expression) -> Expression | None:
        """Log probability of a value above `x`, for any `x`, where it has a formula."""
        return None

    def cdf(self, x: Expression) -> Expression | None:
        """Probability of a value at most `x`, for any `x`, where it has a formula."""
        found = self.log_cdf(x)
        return None if found is None else exp(found)

    def log_mass(self, lower: Expression | None, upper: Expression | None) -> Expression | None:
        """Log probability of a value above `lower` and at most `upper`; `None` is infinite."""
        return log_mass(lower, upper, self.log_cdf, self.log_survival)

    @property
    def is_drawable(self) -> bool:
        """Whether it can be drawn from; else its density is all that is known."""
        return all(part.is_drawable for part in self.inner)

    def inside(self, x: Expression) -> Expression:
        """1 where `x` lies in the support, or at an end where the density is finite."""
        support = self.support
        holds: Expression = Constant(1.0)
        if support.lower is not None:
            apart = support.lower_open and not support.touches_lower
            holds = apply("less" if apart else "less_equal", support.lower, x)
        if support.upper is not None:
            apart = support.upper_open and not support.touches_upper
            below = apply("less" if apart else "less_equal", x, support.upper)
            holds = below if support.lower is None else apply("and", holds, below)
        return holds

    def guarded_log_prob(self, x: Expression) -> Expression:
        """Log density at any `x`: minus infinity outside the support."""
        inside = self.inside(x)
        if isinstance(inside, Constant):
            return self.log_prob(x)
        return where(inside, self.log_prob(x), -np.inf)


_MOST_COUNTED = 2.0**62


def _make_possible(distribution: Distribution, arrays: dict[str, Array]) -> Array | None:
    """Replace parameters from which nothing can be drawn; where all were possible, or `None`.

    A rate that overflows at an extreme draw must not end a run.
    """
    possible: Array | None = None
    if not distribution.proper:
        return None  # Infinite bounds are allowed, and say themselves that there are no draws.
    for parameter in distribution.parameters:
        array, interval = arrays[parameter.name], parameter.interval
        fits = interval.holds(array)
        if interval.integer:
            fits = fits & (np.abs(array) < _MOST_COUNTED)
        if not np.all(fits):
            arrays[parameter.name] = np.where(fits, array, interval.some)
            possible = fits if possible is None else possible & fits
    return possible


@dataclass(frozen=True)
class Applied(Random):
    """A distribution applied to its arguments, under their canonical names.

    `written` are the arguments of the form that the model uses, with what each must satisfy.
    """

    distribution: Distribution
    arguments: tuple[tuple[str, Expression], ...]
    written: tuple[tuple[Parameter, Expression], ...] = field(default=(), compare=False)

    @cached_property
    def parameters(self) -> dict[str, Expression]:
        """The arguments by name."""
        return dict(self.arguments)

    @property
    def family(self) -> str:
        return self.distribution.name

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(value for _, value in self.arguments)

    def map(self, change: Callable[[Expression], Expression]) -> Applied:
        return replace(
            self,
            arguments=tuple((name, change(value)) for name, value in self.arguments),
            written=tuple((parameter, change(value)) for parameter, value in self.written),
        )

    def log_prob(self, x: Expression) -> Expression:
        return self.distribution.log_prob(x, **self.parameters)

    @property
    def support(self) -> Support:
        return self.distribution.support(**self.parameters)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        arrays = {name: evaluate(value) for name, value in self.arguments}
        possible = _make_possible(self.distribution, arrays)
        draws = self.distribution.sample(rng, shape, **arrays)
        return draws if possible is None else np.where(possible, draws, np.nan)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from self.written

    def mean(self) -> Expression | None:
        return self.distribution.mean(**self.parameters)

    def log_cdf(self, x: Expression) -> Expression | None:
        return self.distribution.log_cdf(x, **self.parameters)

    def log_survival(self, x: Expression) -> Expression | None:
        return self.distribution.log_survival(x, **self.parameters)

    def cdf(self, x: Expression) -> Expression | None:
        return self.distribution.cdf(x, **self.parameters)

    def log_mass(self, lower: Expression | None, upper: Expression | None) -> Expression | None:
        return self.distribution.log_mass(lower, upper, **self.parameters)


def both(a: Expression, b: Expression) -> Expression:
    """Whether two conditions hold; a constant one holds."""
    if isinstance(a, Constant):
        return b
    return a if isinstance(b, Constant) or a == b else apply("and", a, b)


def either(a: Expression, b: Expression) -> Expression:
    """Whether one of two conditions holds; a constant one holds."""
    if isinstance(a, Constant):
        return a
    return b if isinstance(b, Constant) or a == b else apply("or", a, b)
