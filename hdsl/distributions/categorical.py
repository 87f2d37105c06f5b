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
from hdsl.expressions.tree import Constant, Expression, Position, Reduce, Size, Sweep, apply

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
    def axes(self) -> frozenset[str]:
        return self.p.axes - {self.axis}

    def map(self, change: Callable[[Expression], Expression]) -> Categorical:
        return replace(self, p=change(self.p))

    def log_prob(self, x: Expression) -> Expression:
        """Log probability; minus infinity where the probabilities do not add up to 1."""
        chosen = apply("equal", Position(self.axis), x)
        log_prob = log(Reduce("sum", where(chosen, self.p, 0.0), (self.axis,)))
        if isinstance(self.p, Sweep) and self.p.function == "softmax":
            return log_prob
        excess = Reduce("sum", self.p, (self.axis,)) - 1.0
        return where(apply("less", apply("abs", excess), _ROUNDING), log_prob, -math.inf)

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
