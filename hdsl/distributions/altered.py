"""What is common to distributions made of another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from hdsl.distributions.random import Random
from hdsl.expressions.tree import Expression


@dataclass(frozen=True)
class Altered(Random):
    """Abstract: another distribution, altered."""

    base: Random

    @property
    def inner(self) -> tuple[Random, ...]:
        return (self.base,)

    @property
    def own_axes(self) -> tuple[str, ...]:
        return self.base.own_axes

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return self.base.expressions

    def map(self, change: Callable[[Expression], Expression]) -> Self:
        return replace(self, base=self.base.map(change))


@dataclass(frozen=True)
class WithEnds(Altered):
    """Abstract: another distribution, altered at two ends; one that is `None` is infinite."""

    lower: Expression | None
    upper: Expression | None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        ends = (end for end in (self.lower, self.upper) if end is not None)
        return (*self.base.expressions, *ends)

    def map(self, change: Callable[[Expression], Expression]) -> Self:
        return replace(
            self,
            base=self.base.map(change),
            lower=None if self.lower is None else change(self.lower),
            upper=None if self.upper is None else change(self.upper),
        )
