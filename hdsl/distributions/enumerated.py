"""A value of a short list, drawn by weight: what summing out a discrete unknown leaves of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import along
from hdsl.expressions.tree import Expression, Gather, Reduce, apply
from hdsl.expressions.tree_partition import forest_order


@dataclass(frozen=True)
class Enumerated(Random):
    """One of `values` along `axis`, with probabilities in proportion to the exp of `log_weights`.

    What cannot be has weight -inf.
    """

    log_weights: Expression
    values: Expression
    axis: str

    @property
    def family(self) -> str:
        return "Categorical"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.log_weights, self.values)

    @property
    def axes(self) -> frozenset[str]:
        return super().axes - {self.axis}

    def map(self, change: Callable[[Expression], Expression]) -> Enumerated:
        return replace(self, log_weights=change(self.log_weights), values=change(self.values))

    def log_prob(self, x: Expression) -> Expression:
        """Log probability; minus infinity where `x` is no possible value."""
        chosen = where(apply("equal", self.values, x), self.log_weights, -math.inf)
        total = Reduce("logsumexp", self.log_weights, (self.axis,))
        return Reduce("max", chosen, (self.axis,)) - total

    @property
    def support(self) -> Support:
        return Support(integer=True)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """By inverting the cumulative probabilities."""
        weights = evaluate(self.log_weights, self.axis)
        chosen = _picked(weights, rng.random(shape))
        values = np.broadcast_to(evaluate(self.values, self.axis), (*shape, weights.shape[-1]))
        return np.take_along_axis(values, chosen[..., None], axis=-1)[..., 0]

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()


@dataclass(frozen=True)
class EnumeratedChains(Random):
    """Elements each of which is one of a few values, given the element before it, as in a forest.

    Attributes
    ----------
    log_weights
        Over `elements` and `axis`: what all but the element before says about each value.
    transition
        What a value of the element before, along `axis_before`, adds to the log weight of each.
    before
        The position of the element before; negative where there is none.
    values, values_before
        The values, along `axis` and `axis_before`.
    """

    log_weights: Expression
    transition: Expression
    before: Expression
    values: Expression
    values_before: Expression
    elements: str
    axis: str
    axis_before: str

    @property
    def family(self) -> str:
        return "Markov chain"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        values = (self.values, self.values_before)
        return (self.log_weights, self.transition, self.before, *values)

    @property
    def axes(self) -> frozenset[str]:
        return super().axes - {self.axis, self.axis_before}

    @property
    def event_axes(self) -> tuple[str, ...]:
        return (self.elements,)

    def map(self, change: Callable[[Expression], Expression]) -> EnumeratedChains:
        return replace(
            self,
            log_weights=change(self.log_weights),
            transition=change(self.transition),
            before=change(self.before),
            values=change(self.values),
            values_before=change(self.values_before),
        )

    def log_prob(self, x: Expression) -> Expression:
        """Log probability of all elements together; minus infinity where one is not possible."""
        earlier = along(x, self.elements, Gather(self.before))
        same = apply("equal", self.values_before, earlier)
        told = Reduce("max", where(same, self.transition, -math.inf), (self.axis_before,))
        is_first = apply("less", self.before, 0.0)
        weights = self.log_weights + where(is_first, 0.0, told)
        chosen = where(apply("equal", self.values, x), weights, -math.inf)
        total = Reduce("logsumexp", weights, (self.axis,))
        return Reduce("sum", Reduce("max", chosen, (self.axis,)) - total, (self.elements,))

    @property
    def support(self) -> Support:
        return Support(integer=True)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """Element by element from the roots of the forest, all trees and draws at once."""
        weights = evaluate(self.log_weights, self.elements, self.axis)
        weights = np.broadcast_to(weights, (*shape, weights.shape[-1]))
        told = evaluate(self.transition, self.elements, self.axis_before, self.axis)
        told = np.broadcast_to(told, (*shape, *told.shape[-2:]))
        before = evaluate(self.before, self.elements).reshape(-1).astype(int)
        levels, draws = rng.random(shape), np.arange(shape[0])[:, None]
        chosen = np.zeros(shape, int)
        for step in reversed(forest_order(before)):
            now = step[step >= 0]
            earlier = before[now]
            added = told[draws, now, chosen[:, earlier]]
            chosen[:, now] = _picked(
                weights[:, now] + np.where((earlier < 0)[:, None], 0.0, added), levels[:, now]
            )
        values = np.broadcast_to(evaluate(self.values, self.elements, self.axis), weights.shape)
        return np.take_along_axis(values, chosen[..., None], axis=-1)[..., 0]

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()


def _picked(log_weights: Array, levels: Array) -> Array:
    """Positions along the last axis, by inverting the cumulative weights at some levels."""
    top = np.max(log_weights, axis=-1, keepdims=True, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        edges = np.cumsum(np.exp(log_weights - np.where(np.isfinite(top), top, 0.0)), axis=-1)
    positions = (levels[..., None] * edges[..., -1:] >= edges).sum(axis=-1)
    return positions.clip(0, edges.shape[-1] - 1)
