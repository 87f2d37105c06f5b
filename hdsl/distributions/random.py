"""What stands right of ``~``: a distribution with its arguments, and what modifies it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.expressions.functions import where
from hdsl.expressions.tree import Constant, Expression, apply, lift
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
        """Each argument as written in the model, with what it must satisfy."""

    @property
    def axes(self) -> frozenset[str]:
        """The axes that the parameters have."""
        return frozenset[str]().union(*(e.axes for e in self.expressions))

    @property
    def names(self) -> frozenset[str]:
        """All quantities that the parameters depend on."""
        return frozenset[str]().union(*(e.names for e in self.expressions))

    @property
    def event_axes(self) -> tuple[str, ...]:
        """The axes of one draw, along which it is not independent; a number has none."""
        return ()

    @property
    def is_discrete(self) -> bool:
        """Whether its values are whole numbers."""
        return self.support.integer

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
        return self.distribution.sample(rng, shape, **arrays)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from self.written


@dataclass(frozen=True)
class Truncated(Random):
    """``D truncated to (lower, upper)``, renormalised; an end that is `None` is infinite."""

    base: Applied
    lower: Expression | None
    upper: Expression | None
    lower_open: bool = True
    upper_open: bool = True

    @property
    def family(self) -> str:
        return f"truncated {self.base.family}"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        ends = (end for end in (self.lower, self.upper) if end is not None)
        return (*self.base.expressions, *ends)

    def map(self, change: Callable[[Expression], Expression]) -> Truncated:
        return replace(
            self,
            base=self.base.map(change),
            lower=None if self.lower is None else change(self.lower),
            upper=None if self.upper is None else change(self.upper),
        )

    def log_prob(self, x: Expression) -> Expression:
        mass = self.base.distribution.log_mass(*self._ends(), **self.base.parameters)
        if mass is None:
            raise TypeError(f"{self.base.distribution.name} has no formula for its cdf")
        return self.base.log_prob(x) - mass

    def _ends(self) -> tuple[Expression | None, Expression | None]:
        """The ends as `log_mass` wants them: above the first, at most the second."""
        lower = None if self.lower == Constant(-np.inf) else self.lower
        upper = None if self.upper == Constant(np.inf) else self.upper
        if self.base.is_discrete:
            if lower is not None:
                low = apply("floor", lower) if self.lower_open else apply("ceil", lower) - 1.0
                lower = low
            if upper is not None:
                upper = apply("ceil", upper) - 1.0 if self.upper_open else apply("floor", upper)
        return lower, upper

    @property
    def support(self) -> Support:
        own = self.base.support
        lower, lower_open = _tighter("max", own.lower, own.lower_open, self.lower, self.lower_open)
        upper, upper_open = _tighter("min", own.upper, own.upper_open, self.upper, self.upper_open)
        return Support(
            lower,
            upper,
            lower_open,
            upper_open,
            own.integer,
            touches_lower=own.touches_lower and lower is own.lower,
            touches_upper=own.touches_upper and upper is own.upper,
        )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """By rejection, and where that takes too long by inverting the cdf."""
        lower = evaluate(lift(-np.inf) if self.lower is None else self.lower)
        upper = evaluate(lift(np.inf) if self.upper is None else self.upper)
        draws = np.full(shape, np.nan)
        wanted = np.ones(shape, bool)
        for _ in range(30):
            tries = self.base.sample(rng, shape, evaluate)
            above = tries > lower if self.lower_open else tries >= lower
            below = tries < upper if self.upper_open else tries <= upper
            fits = wanted & above & below
            draws[fits] = tries[fits]
            wanted &= ~fits
            if not wanted.any():
                return draws
        return np.where(wanted, self._invert(rng, shape, evaluate), draws)

    def _invert(
        self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate
    ) -> Array:
        from hdsl.distributions.invert import draw_between

        lower, upper = self._ends()
        above = evaluate(lift(-np.inf) if lower is None else lower)
        at_most = evaluate(lift(np.inf) if upper is None else upper)
        return draw_between(rng, shape, self.base, above, at_most, evaluate)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from self.base.requirements()


def _tighter(
    pick: str, own: Expression | None, own_open: bool, cut: Expression | None, cut_open: bool
) -> tuple[Expression | None, bool]:
    """The tighter of two ends; an infinite one gives way."""
    if cut is None or cut in (Constant(-np.inf), Constant(np.inf)):
        return own, own_open
    if own is None:
        return cut, cut_open
    if isinstance(own, Constant) and isinstance(cut, Constant):
        first = own.value >= cut.value if pick == "max" else own.value <= cut.value
        if own.value == cut.value:
            return cut, own_open or cut_open
        return (own, own_open) if first else (cut, cut_open)
    return apply(pick, own, cut), own_open and cut_open
