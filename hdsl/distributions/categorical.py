"""The categorical distribution: a label of an index set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.functions import log, where
from hdsl.expressions.ranges import PROBABILITY
from hdsl.expressions.rewrite import along
from hdsl.expressions.tree import (
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Size,
    Sweep,
    apply,
)

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Categorical(Random):
    """A position in an index set, with the probabilities `p` along `axis`."""

    p: Expression
    axis: str
    set_name: str

    @property
    def family(self) -> str:
        return "Categorical"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.p,)

    @property
    def label_set(self) -> str | None:
        return self.set_name

    @property
    def axes(self) -> frozenset[str]:
        return self.p.axes - {self.axis}

    def map(self, change: Callable[[Expression], Expression]) -> Categorical:
        return replace(self, p=change(self.p))

    def log_prob(self, x: Expression) -> Expression:
        """Log probability; minus infinity where the probabilities do not add up to 1."""
        if isinstance(self.p, Sweep) and self.p.function == "softmax":
            logits = self.p.body
            return self._chosen(logits, x) - Reduce("logsumexp", logits, (self.axis,))
        log_prob = log(self._chosen(self.p, x))
        excess = Reduce("sum", self.p, (self.axis,)) - 1.0
        return where(apply("less", apply("abs", excess), _ROUNDING), log_prob, -math.inf)

    def _chosen(self, weights: Expression, x: Expression) -> Expression:
        """The weight of `x`."""
        if self.axis not in weights.axes:
            return weights
        try:
            return along(weights, self.axis, Gather(x))
        except ValueError:
            chosen = apply("equal", Position(self.axis), x)
            return Reduce("sum", where(chosen, weights, 0.0), (self.axis,))

    @property
    def support(self) -> Support:
        return Support(
            Constant(0.0), Size(self.axis) - 1.0, lower_open=False, upper_open=False, integer=True
        )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """By inverting the cumulative probabilities."""
        edges = np.cumsum(evaluate(self.p, self.axis), axis=-1)
        level = rng.random(shape)[..., None] * edges[..., -1:]
        return (level >= edges).sum(axis=-1).clip(0, edges.shape[-1] - 1)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield Parameter("p", PROBABILITY), self.p
