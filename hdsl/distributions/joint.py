"""Distributions of whole vectors and matrices."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hdsl.distributions.distribution import Array, Family, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.matrices import cholesky, log_diagonal_sum
from hdsl.expressions.tree import Constant, Expression, OfWhole, Reduce, Sweep, apply

ROUNDING = 1e-6
"""How far a sum of probabilities may be from 1."""


@dataclass(frozen=True)
class Condition:
    """Something that must hold for each draw: 1 where it does, and the sentence where it does not.

    `number` is what the sentence quotes in place of ``{}``, where it does.
    """

    holds: Expression
    sentence: str
    number: Expression = field(default_factory=lambda: Constant(0.0))


class JointDistribution(Family):
    """Abstract: a distribution of a vector over one axis, or of a matrix over two.

    `axes` are always two: those of a matrix, or that of a vector and the second one of its
    matrix-valued parameters, which bears another name for the same index set.
    """

    rank: ClassVar[int] = 1

    @abstractmethod
    def support(self, axes: tuple[str, str], *args: Any, **parameters: Any) -> Support:
        """Where the density is positive."""

    @abstractmethod
    def log_prob(
        self, x: Expression, axes: tuple[str, str], *args: Any, **parameters: Any
    ) -> Expression:
        """Normalised log density of a whole draw, in nats: it has none of its axes."""

    @abstractmethod
    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], /, *args: Any, **parameters: Any
    ) -> Array:
        """Independent draws, a draw's axes last; parameters broadcast to `shape` before them."""

    def mean(self, axes: tuple[str, str], *args: Any, **parameters: Any) -> Expression | None:
        """The mean, where it has a formula."""
        return None

    def about_value(
        self, x: Expression, axes: tuple[str, str], *args: Any, **parameters: Any
    ) -> Iterator[Condition]:
        """What the elements of a draw must obey together."""
        yield from ()

    def about_arguments(
        self, axes: tuple[str, str], *args: Any, **parameters: Any
    ) -> Iterator[Condition]:
        """What the elements of arguments must obey together."""
        yield from ()


@dataclass(frozen=True)
class Joint(Random):
    """A distribution of vectors or matrices applied to its arguments.

    Attributes
    ----------
    over
        The axes of a draw; none until the left side is known.
    second
        The axis along which matrix-valued parameters of a vector have their columns.
    """

    distribution: JointDistribution
    arguments: tuple[tuple[str, Expression], ...]
    written: tuple[tuple[Parameter, Expression], ...] = field(default=(), compare=False)
    over: tuple[str, ...] = ()
    second: str = ""

    @cached_property
    def parameters(self) -> dict[str, Expression]:
        """The arguments by name."""
        return dict(self.arguments)

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """For each argument, how many axes of a draw it has."""
        forms = (self.distribution.parameters, *(f.parameters for f in self.distribution.forms))
        return {parameter.name: parameter.rank for form in forms for parameter in form}

    @property
    def pair(self) -> tuple[str, str]:
        """The two axes of matrices."""
        first, *others = self.event_axes
        return first, (others[0] if others else self.second)

    @property
    def family(self) -> str:
        return self.distribution.name

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(value for _, value in self.arguments)

    @property
    def own_axes(self) -> tuple[str, ...]:
        return (self.second,) if self.second else ()

    @property
    def event_axes(self) -> tuple[str, ...]:
        return self.over or ("?",) * self.distribution.rank

    def map(self, change: Callable[[Expression], Expression]) -> Joint:
        return replace(
            self,
            arguments=tuple((name, change(value)) for name, value in self.arguments),
            written=tuple((parameter, change(value)) for parameter, value in self.written),
        )

    def log_prob(self, x: Expression) -> Expression:
        return self.distribution.log_prob(x, self.pair, **self.parameters)

    @property
    def support(self) -> Support:
        return self.distribution.support(self.pair, **self.parameters)

    def about_value(self, x: Expression) -> Iterator[Condition]:
        """What the elements of a draw must obey together."""
        return self.distribution.about_value(x, self.pair, **self.parameters)

    def about_arguments(self) -> Iterator[Condition]:
        """What the elements of arguments must obey together."""
        return self.distribution.about_arguments(self.pair, **self.parameters)

    def inside(self, x: Expression) -> Expression:
        holds = super().inside(x)
        if not isinstance(holds, Constant):
            holds = Reduce("all", holds, self.over)
        for condition in self.about_value(x):
            holds = (
                condition.holds
                if isinstance(holds, Constant)
                else apply("and", holds, condition.holds)
            )
        return holds

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        rank = len(self.over)
        lead, size = shape[: len(shape) - rank], shape[-1]
        arrays: dict[str, Array] = {}
        for name, value in self.arguments:
            own = self.over if self.ranks[name] < 2 else self.pair
            array = np.asarray(evaluate(value, *own), float)
            wanted = self.ranks[name]
            if wanted < len(own):
                array = array[(..., *(0,) * (len(own) - wanted))]
            kept = array.shape[: array.ndim - wanted]
            arrays[name] = np.broadcast_to(array, (*kept, *(size,) * wanted))
        return self.distribution.sample(rng, (*lead, *(size,) * rank), **arrays)

    def mean(self) -> Expression | None:
        return self.distribution.mean(self.pair, **self.parameters)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from self.written


def sums_to_one(p: Expression, axis: str, name: str) -> Iterator[Condition]:
    """That probabilities add up to 1; they do by construction where they are a softmax."""
    if not (isinstance(p, Sweep) and p.function == "softmax" and p.axis == axis):
        total = Reduce("sum", p, (axis,))
        excess = apply("abs", total - 1.0)
        yield Condition(
            apply("less", excess, ROUNDING),
            f"`{name}` must add up to 1, but adds up to {{}}",
            total,
        )


def positive_definite(a: Expression, axes: tuple[str, str], name: str) -> Iterator[Condition]:
    """That a matrix is symmetric and has a Cholesky factor."""
    turned = OfWhole("transpose", ((a, axes),), axes)
    apart = Reduce("max", apply("abs", a - turned), axes)
    size = Reduce("max", apply("abs", a), axes)
    yield Condition(
        apply("less_equal", apart, 1e-8 * size), f"`{name}` must be symmetric, but is not"
    )
    unknown = apply("undefined", log_diagonal_sum(cholesky(a, axes), axes))
    yield Condition(apply("equal", unknown, 0.0), f"`{name}` must be positive definite, but is not")


def never_unless(holds: Expression) -> Expression:
    """0 where a condition holds, else minus infinity."""
    return apply("where", holds, 0.0, -np.inf)
