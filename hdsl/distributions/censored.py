"""Censoring: values of which only a bound is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.altered import Altered, WithEnds
from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random, both
from hdsl.expressions.functions import where
from hdsl.expressions.ranges import BOOLEAN
from hdsl.expressions.text import text
from hdsl.expressions.tree import Constant, Expression, apply


def log_at_least(random: Random, x: Expression) -> Expression | None:
    """Log probability of `x` or more."""
    return random.log_survival(apply("ceil", x) - 1.0 if random.is_discrete else x)


@dataclass(frozen=True)
class CensoredTo(WithEnds):
    """``D censored to [lower, upper]``: a value at a bound means at most, or at least, this.

    A bound that is `None` is infinite.
    """

    @property
    def family(self) -> str:
        return f"censored {self.base.family}"

    def log_prob(self, x: Expression) -> Expression:
        found = self.base.guarded_log_prob(x)
        if self.upper is not None:
            at_least = log_at_least(self.base, self.upper)
            assert at_least is not None
            found = where(apply("less_equal", self.upper, x), at_least, found)
        if self.lower is not None:
            at_most = self.base.log_cdf(self.lower)
            assert at_most is not None
            found = where(apply("less_equal", x, self.lower), at_most, found)
        return found

    @property
    def support(self) -> Support:
        own = self.base.support
        # The value of a bound stands for all beyond it: what is seen lies between the bounds.
        return replace(
            own,
            lower=own.lower if self.lower is None else self.lower,
            upper=own.upper if self.upper is None else self.upper,
            lower_open=own.lower_open and self.lower is None,
            upper_open=own.upper_open and self.upper is None,
            integer=own.integer and all(_is_whole(end) for end in (self.lower, self.upper)),
        )

    def inside(self, x: Expression) -> Expression:
        within: Expression = Constant(1.0)
        at_a_bound: Expression = Constant(0.0)
        if self.lower is not None:
            within = apply("less_equal", self.lower, x)
            at_a_bound = apply("equal", self.lower, x)
        if self.upper is not None:
            within = both(within, apply("less_equal", x, self.upper))
            at_upper = apply("equal", self.upper, x)
            at_a_bound = at_upper if self.lower is None else apply("or", at_a_bound, at_upper)
        between = self.base.inside(x)
        if isinstance(between, Constant):
            return within
        return both(within, apply("or", at_a_bound, between))

    @property
    def is_discrete(self) -> bool:
        return self.base.is_discrete

    @property
    def has_atoms(self) -> bool:
        return not self.base.is_discrete

    @property
    def remark(self) -> str:
        return (
            "a value at a bound counts as beyond it; replicates are drawn without bounds and then "
            "moved to them"
        )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """Draws of the distribution, moved to the bounds where they are beyond."""
        drawn = self.base.sample(rng, shape, evaluate)
        if self.lower is not None:
            drawn = np.maximum(drawn, evaluate(self.lower))
        return drawn if self.upper is None else np.minimum(drawn, evaluate(self.upper))

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()


def _is_whole(bound: Expression | None) -> bool:
    return bound is None or (isinstance(bound, Constant) and bound.value == math.floor(bound.value))


@dataclass(frozen=True)
class CensoredIf(Altered):
    """``D censored if c``: where `c` holds, the value is known only to be at least this."""

    condition: Expression

    @property
    def family(self) -> str:
        return f"censored {self.base.family}"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (*self.base.expressions, self.condition)

    def map(self, change: Callable[[Expression], Expression]) -> CensoredIf:
        return replace(self, base=self.base.map(change), condition=change(self.condition))

    def log_prob(self, x: Expression) -> Expression:
        at_least = log_at_least(self.base, x)
        assert at_least is not None
        return where(self.condition, at_least, self.base.guarded_log_prob(x))

    @property
    def support(self) -> Support:
        own = self.base.support
        if own.lower is None:
            return own
        # More than what is below all values is still known to be at least this.
        return replace(own, lower=where(self.condition, -math.inf, own.lower))

    def inside(self, x: Expression) -> Expression:
        between = self.base.inside(x)
        if isinstance(between, Constant):
            return between
        return where(self.condition, self._can_be_exceeded(x), between)

    def _can_be_exceeded(self, x: Expression) -> Expression:
        own = self.base.support
        if own.upper is None:
            return Constant(1.0)
        closed = not own.upper_open or own.touches_upper
        return apply("less_equal" if closed else "less", x, own.upper)

    @property
    def remark(self) -> str:
        return (
            f"where `{text(self.condition)}`, the value is known only to be at least what stands "
            "in the data; replicates are drawn without censoring"
        )

    def mean(self) -> Expression | None:
        return self.base.mean()

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """Draws of the distribution, as if nothing were censored."""
        return self.base.sample(rng, shape, evaluate)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield Parameter("c", BOOLEAN), self.condition
