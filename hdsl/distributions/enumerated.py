"""A value of a short list, drawn by weight: what summing out a discrete unknown leaves of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.functions import where
from hdsl.expressions.tree import Expression, Reduce, apply


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
        top = np.max(weights, axis=-1, keepdims=True, initial=-np.inf)
        with np.errstate(invalid="ignore"):
            edges = np.cumsum(np.exp(weights - np.where(np.isfinite(top), top, 0.0)), axis=-1)
        level = rng.random(shape)[..., None] * edges[..., -1:]
        chosen = (level >= edges).sum(axis=-1, keepdims=True).clip(0, edges.shape[-1] - 1)
        values = np.broadcast_to(evaluate(self.values, self.axis), (*shape, edges.shape[-1]))
        return np.take_along_axis(values, chosen, axis=-1)[..., 0]

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()
