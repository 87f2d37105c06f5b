"""``if c then D1 else D2``: another distribution where a condition holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.chosen import chosen
from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.functions import where
from hdsl.expressions.tree import Expression


@dataclass(frozen=True)
class Choice(Random):
    """One distribution where a condition holds, another elsewhere."""

    condition: Expression
    then: Random
    otherwise: Random

    @property
    def family(self) -> str:
        a, b = self.then.family, self.otherwise.family
        return f"choice of two {a}" if a == b else f"choice of {a} and {b}"

    @property
    def inner(self) -> tuple[Random, ...]:
        return (self.then, self.otherwise)

    @property
    def own_axes(self) -> tuple[str, ...]:
        return (*self.then.own_axes, *self.otherwise.own_axes)

    @property
    def event_axes(self) -> tuple[str, ...]:
        return self.then.event_axes

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.condition, *self.then.expressions, *self.otherwise.expressions)

    @property
    def expressions_where_used(self) -> tuple[Expression, ...]:
        yes = (where(self.condition, e, 0.0) for e in self.then.expressions_where_used)
        no = (where(self.condition, 0.0, e) for e in self.otherwise.expressions_where_used)
        return (self.condition, *yes, *no)

    def map(self, change: Callable[[Expression], Expression]) -> Choice:
        return replace(
            self,
            condition=change(self.condition),
            then=self.then.map(change),
            otherwise=self.otherwise.map(change),
        )

    def _where(self, yes: Expression | None, no: Expression | None) -> Expression | None:
        if yes is None or no is None:
            return None
        return yes if yes == no else where(self.condition, yes, no)

    def log_prob(self, x: Expression) -> Expression:
        if self.then.inside(x) == self.otherwise.inside(x):
            return where(self.condition, self.then.log_prob(x), self.otherwise.log_prob(x))
        yes, no = self.then.guarded_log_prob(x), self.otherwise.guarded_log_prob(x)
        return where(self.condition, yes, no)

    def log_cdf(self, x: Expression) -> Expression | None:
        return self._where(self.then.log_cdf(x), self.otherwise.log_cdf(x))

    def log_survival(self, x: Expression) -> Expression | None:
        return self._where(self.then.log_survival(x), self.otherwise.log_survival(x))

    def log_mass(self, lower: Expression | None, upper: Expression | None) -> Expression | None:
        return self._where(self.then.log_mass(lower, upper), self.otherwise.log_mass(lower, upper))

    def mean(self) -> Expression | None:
        return self._where(self.then.mean(), self.otherwise.mean())

    @property
    def support(self) -> Support:
        a, b = self.then.support, self.otherwise.support
        if a == b:
            return a
        return Support(
            self._end(a.lower, b.lower, -math.inf),
            self._end(a.upper, b.upper, math.inf),
            a.lower_open and b.lower_open,
            a.upper_open and b.upper_open,
            a.integer and b.integer,
            a.touches_lower or b.touches_lower,
            a.touches_upper or b.touches_upper,
        )

    def _end(
        self, yes: Expression | None, no: Expression | None, infinite: float
    ) -> Expression | None:
        if yes == no:
            return yes
        return where(
            self.condition, infinite if yes is None else yes, infinite if no is None else no
        )

    def inside(self, x: Expression) -> Expression:
        found = self._where(self.then.inside(x), self.otherwise.inside(x))
        assert found is not None
        return found

    @property
    def has_atoms(self) -> bool:
        return self.then.has_atoms or self.otherwise.has_atoms

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        plates = shape[: len(shape) - len(self.event_axes)]
        events = (1,) * (len(shape) - len(plates))
        holds = np.broadcast_to(evaluate(self.condition) != 0, (*plates, *events))
        drawn = np.zeros(shape)
        for mask, part in ((holds, self.then), (~holds, self.otherwise)):
            if mask.any():
                drawn = np.where(mask, part.sample(rng, shape, chosen(evaluate, mask)), drawn)
        return drawn

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()
