"""Expressions beyond closed forms: differential equations, tables, functions from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hdsl.expressions.tree import Along, Expression, Reference


@dataclass(frozen=True, eq=False)
class Solve(Expression):
    """The state at the times `at` of what starts as `initial` and changes at the rate `derivative`.

    Attributes
    ----------
    derivative
        The rate of change, an expression of the model's quantities and of `time` and `state`.
    time, state
        References by names that mean something only within `derivative`. The axes of the state
        are those of `state`; the rest of the axes of `derivative`, `initial` and `start` are
        plates: each has its own solution.
    at
        Its axes that are no plates hold several times of one solution.
    """

    derivative: Expression
    time: Reference
    state: Reference
    initial: Expression
    start: Expression
    at: Expression

    @cached_property
    def state_axes(self) -> tuple[str, ...]:
        """The axes of the state, in order."""
        return tuple(index.axis for index in self.state.indices if isinstance(index, Along))

    @cached_property
    def names(self) -> frozenset[str]:
        return super().names - {self.time.name, self.state.name}


@dataclass(frozen=True, eq=False)
class Interpolate(Expression):
    """The value at `x` of the lines that join the points (`xs`, `ys`), which lie along `axis`.

    The numbers of `xs` increase. Beyond the first and the last of them the value stays the same.
    """

    x: Expression
    xs: Expression
    ys: Expression
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return super().axes - {self.axis}


@dataclass(frozen=True, eq=False)
class Table(Expression):
    """Numbers along an axis of their own."""

    numbers: tuple[float, ...] = field(repr=False)
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis,))


@dataclass(frozen=True, eq=False)
class External(Expression):
    """A function from outside, of arrays that broadcast against each other."""

    function: str
    compute: Callable[..., Any] = field(repr=False)
    arguments: tuple[Expression, ...]
