"""Densities of one's own: a formula of the file right of ``~``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.rewrite import rebuild, rename_axes
from hdsl.expressions.tree import Along, Constant, Expression, Reduce, Reference


@dataclass(frozen=True)
class _OfTheFile(Random):
    """Abstract: what the file's own formula says. It cannot be drawn forward."""

    name: str
    bounds: Support

    @property
    def family(self) -> str:
        return self.name

    @property
    def support(self) -> Support:
        return self.bounds

    @property
    def is_drawable(self) -> bool:
        return False

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        raise NotImplementedError(f"`{self.name}` says no more than how dense values are")

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()

    def _ends(self) -> tuple[Expression, ...]:
        ends = (self.bounds.lower, self.bounds.upper)
        return tuple(end for end in ends if end is not None)

    def _mapped_bounds(self, change: Callable[[Expression], Expression]) -> Support:
        lower, upper = self.bounds.lower, self.bounds.upper
        return replace(
            self.bounds,
            lower=None if lower is None else change(lower),
            upper=None if upper is None else change(upper),
        )


@dataclass(frozen=True)
class Own(_OfTheFile):
    """A log density of the file's own, of one number or of one array.

    Attributes
    ----------
    density
        The log density, in nats, of the value that `variable` stands for.
    variable
        A reference by a name that no quantity has. Its axes are those of one draw.
    event
        What the left side calls these axes, in the same order.
    """

    density: Expression
    variable: Reference
    event: tuple[str, ...] = ()

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.density, *self._ends())

    @property
    def stand_ins(self) -> frozenset[str]:
        return frozenset((self.variable.name,))

    @property
    def event_axes(self) -> tuple[str, ...]:
        return self.event

    def inside(self, x: Expression) -> Expression:
        each = super().inside(x)
        over = tuple(axis for axis in self.event if axis in each.axes)
        return Reduce("all", each, over) if over else each

    def map(self, change: Callable[[Expression], Expression]) -> Own:
        return replace(self, density=change(self.density), bounds=self._mapped_bounds(change))

    def log_prob(self, x: Expression) -> Expression:
        def put_in(e: Expression) -> Expression | None:
            if not isinstance(e, Reference) or e.name != self.variable.name:
                return None
            taken = (index.axis for index in e.indices if isinstance(index, Along))
            return rename_axes(x, dict(zip(self.event, taken, strict=True)))

        return rebuild(self.density, put_in)


@dataclass(frozen=True)
class Joined(_OfTheFile):
    """A variable of a density of several, which stands whole with another of them."""

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return self._ends()

    def map(self, change: Callable[[Expression], Expression]) -> Joined:
        return replace(self, bounds=self._mapped_bounds(change))

    def log_prob(self, x: Expression) -> Expression:
        return Constant(0.0)
