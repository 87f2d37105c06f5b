"""Mixtures: a value of one of several distributions, with a chance for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from hdsl.distributions.chosen import chosen, picked
from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Evaluate, Random, either
from hdsl.distributions.union import union
from hdsl.distributions.weights import ROUNDING, adds_up, log_chance, total_of
from hdsl.expressions.functions import where
from hdsl.expressions.ranges import PROBABILITY
from hdsl.expressions.tree import Apply, Constant, Expression, Reduce, apply

_NEVER = Constant(-math.inf)


@dataclass(frozen=True)
class ListMixture(Random):
    """``Mixture(w, [D1, D2, …])``, with the chance of each component.

    Attributes
    ----------
    proven
        Whether the weights add up to 1 by construction.
    over
        The index set over which the weights were a vector, if they were one.
    """

    weights: tuple[Expression, ...]
    components: tuple[Random, ...]
    proven: bool = False
    over: str | None = None

    @property
    def family(self) -> str:
        return "Mixture"

    @property
    def inner(self) -> tuple[Random, ...]:
        return self.components

    @property
    def own_axes(self) -> tuple[str, ...]:
        return tuple(axis for part in self.components for axis in part.own_axes)

    @property
    def event_axes(self) -> tuple[str, ...]:
        return self.components[0].event_axes

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (*self.weights, *(e for part in self.components for e in part.expressions))

    def map(self, change: Callable[[Expression], Expression]) -> ListMixture:
        return replace(
            self,
            weights=tuple(map(change, self.weights)),
            components=tuple(part.map(change) for part in self.components),
        )

    def log_prob(self, x: Expression) -> Expression:
        """Log of the weighted sum of densities; minus infinity where weights do not add up to 1."""
        alike = self._supports_are_one(x)
        logs = (p.log_prob(x) if alike else p.guarded_log_prob(x) for p in self.components)
        found = self._sum([*logs])
        assert found is not None
        total = total_of(self.weights)
        if self.proven or (total is not None and abs(total - 1) < ROUNDING):
            return found
        excess = reduce(lambda a, b: a + b, self.weights) - 1.0
        return where(apply("less", apply("abs", excess), ROUNDING), found, -math.inf)

    def _sum(self, logs: list[Expression | None]) -> Expression | None:
        """Log of the weighted sum of what the components have the logs of."""
        pairs = zip(self.weights, logs, strict=True)
        summands = [_weighted(weight, e) for weight, e in pairs if e is not None]
        if len(summands) < len(logs):
            return None
        return reduce(lambda a, b: apply("logaddexp", a, b), summands)

    def log_cdf(self, x: Expression) -> Expression | None:
        return self._sum([part.log_cdf(x) for part in self.components])

    def log_survival(self, x: Expression) -> Expression | None:
        return self._sum([part.log_survival(x) for part in self.components])

    def log_mass(self, lower: Expression | None, upper: Expression | None) -> Expression | None:
        if lower is None and upper is None:
            return Constant(0.0)
        return self._sum([part.log_mass(lower, upper) for part in self.components])

    def mean(self) -> Expression | None:
        means = [part.mean() for part in self.components]
        summands = [w * m for w, m in zip(self.weights, means, strict=True) if m is not None]
        return reduce(lambda a, b: a + b, summands) if len(summands) == len(means) else None

    @property
    def support(self) -> Support:
        return reduce(union, (part.support for part in self.components))

    def inside(self, x: Expression) -> Expression:
        return reduce(either, (part.inside(x) for part in self.components))

    def _supports_are_one(self, x: Expression) -> bool:
        first, *others = (part.inside(x) for part in self.components)
        return all(first == other for other in others)

    @property
    def has_atoms(self) -> bool:
        return any(part.has_atoms for part in self.components)

    @property
    def remark(self) -> str:
        return (
            f"a mixture of {len(self.components)} components, summed over in the density; which "
            "of them a value comes from is not sampled"
        )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """A component first, then a value of it."""
        plates = shape[: len(shape) - len(self.event_axes)]
        columns = [np.asarray(evaluate(weight)) for weight in self.weights]
        full = (*plates, *(1,) * (len(shape) - len(plates)))
        which = _positions(rng, np.stack([np.broadcast_to(c, full) for c in columns], axis=-1))
        drawn = np.zeros(shape)
        for number, part in enumerate(self.components):
            mask = which == number
            if mask.any():
                values = part.sample(rng, shape, chosen(evaluate, mask))
                drawn = np.where(mask, values, drawn)
        return drawn

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        for weight in self.weights:
            yield Parameter("w", PROBABILITY), weight


@dataclass(frozen=True)
class IndexMixture(Random):
    """``Mixture(w[k], D(mu[k], s[k]) for k)``: the component runs along an axis of its own.

    Only components for which `where` holds count.
    """

    weight: Expression
    component: Random
    axis: str
    where: Expression | None = None

    @property
    def family(self) -> str:
        return "Mixture"

    @property
    def inner(self) -> tuple[Random, ...]:
        return (self.component,)

    @property
    def own_axes(self) -> tuple[str, ...]:
        return (self.axis, *self.component.own_axes)

    @property
    def event_axes(self) -> tuple[str, ...]:
        return self.component.event_axes

    @property
    def expressions(self) -> tuple[Expression, ...]:
        conditions = () if self.where is None else (self.where,)
        return (self.weight, *self.component.expressions, *conditions)

    def map(self, change: Callable[[Expression], Expression]) -> IndexMixture:
        return replace(
            self,
            weight=change(self.weight),
            component=self.component.map(change),
            where=None if self.where is None else change(self.where),
        )

    def log_prob(self, x: Expression) -> Expression:
        """Log of the weighted sum of densities; minus infinity where weights do not add up to 1."""
        part = self.component
        vary = self.axis in part.inside(x).axes
        found = self._sum(part.guarded_log_prob(x) if vary else part.log_prob(x))
        if adds_up(self.weight, self.axis) and self.where is None:
            return found
        excess = Reduce("sum", self.weight, (self.axis,), self.where) - 1.0
        return where(apply("less", apply("abs", excess), ROUNDING), found, -math.inf)

    def _sum(self, e: Expression) -> Expression:
        return Reduce("logsumexp", _weighted(self.weight, e), (self.axis,), self.where)

    def log_cdf(self, x: Expression) -> Expression | None:
        found = self.component.log_cdf(x)
        return None if found is None else self._sum(found)

    def log_survival(self, x: Expression) -> Expression | None:
        found = self.component.log_survival(x)
        return None if found is None else self._sum(found)

    def log_mass(self, lower: Expression | None, upper: Expression | None) -> Expression | None:
        found = self.component.log_mass(lower, upper)
        return None if found is None else self._sum(found)

    def mean(self) -> Expression | None:
        found = self.component.mean()
        if found is None:
            return None
        return Reduce("sum", self.weight * found, (self.axis,), self.where)

    @property
    def support(self) -> Support:
        own = self.component.support
        return replace(
            own, lower=self._outermost("min", own.lower), upper=self._outermost("max", own.upper)
        )

    def _outermost(self, function: str, end: Expression | None) -> Expression | None:
        if end is None or self.axis not in end.axes:
            return end
        return Reduce(function, end, (self.axis,), self.where)

    def inside(self, x: Expression) -> Expression:
        one = self.component.inside(x)
        return Reduce("any", one, (self.axis,), self.where) if self.axis in one.axes else one

    @property
    def has_atoms(self) -> bool:
        return self.component.has_atoms

    @property
    def remark(self) -> str:
        return (
            "a mixture, whose components are summed over in the density; which of them a value "
            "comes from is not sampled"
        )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """A component first, then a value of it."""
        weights = evaluate(self.weight, self.axis)
        if self.where is not None:
            weights = np.where(evaluate(self.where, self.axis) != 0, weights, 0.0)
        plates = shape[: len(shape) - len(self.event_axes)]
        full = (*plates, *(1,) * (len(shape) - len(plates)), weights.shape[-1])
        which = _positions(rng, np.broadcast_to(weights, full))
        return self.component.sample(rng, shape, picked(evaluate, self.axis, which))

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield Parameter("w", PROBABILITY), self.weight


def _weighted(weight: Expression, e: Expression) -> Expression:
    """Log of a weight times what `e` is the log of; never where the weight is zero."""
    if _NEVER in (e, log_chance(weight)):
        return _NEVER
    match log_chance(weight):
        case Apply("where", (positive, logarithm, _)):
            return where(positive, logarithm + e, -math.inf)
        case logarithm:
            return logarithm + e


def _positions(rng: np.random.Generator, weights: Array) -> Array:
    """Which element of the last axis: by inverting the cumulative weights."""
    edges = np.cumsum(weights, axis=-1)
    level = rng.random(edges.shape[:-1])[..., None] * edges[..., -1:]
    return (level >= edges).sum(axis=-1).clip(0, edges.shape[-1] - 1)
