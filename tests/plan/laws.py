"""The law of the rules and its companions, checked for a model at points near and far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdsl.density.density import Density, lower
from hdsl.density.law import law_errors
from hdsl.density.recover import recover
from hdsl.distributions.distribution import Support
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Constant
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.graph import Bound, ModelGraph, Stochastic
from hdsl.plan.plan import Computed, Drawn, Plan
from hdsl.plan.planner import Options, make_plan
from hdsl.source import Source
from hdsl.syntax.parse import parse

DRAW = "_draw"


@dataclass(frozen=True)
class Case:
    """A model with data."""

    text: str
    data: Mapping[str, Any]

    @property
    def graph(self) -> ModelGraph:
        source = Source(self.text)
        graph, _ = check(parse(source), source)
        return graph

    def bound(self) -> Bound:
        return bind(self.graph, given=dict(self.data))


def plan_of(
    case: Case, without: Iterable[str] = (), keep: Iterable[str] = (), sampler: str = "auto"
) -> tuple[Plan, Bound]:
    bound = case.bound()
    options = Options(frozenset(without), frozenset(keep), sampler)
    return make_plan(bound.graph, options, bound), bound


def recovered(plan: Plan) -> set[str]:
    return {step.node.name for step in plan.recovery}


def sampled(plan: Plan) -> set[str]:
    return {unknown.name for unknown in plan.unknowns}


def check_companions(plan: Plan) -> None:
    """Unknowns before are those sampled and those recovered, once each; data stay observed."""
    roles = plan.graph.roles
    before = {name for name, role in roles.items() if role == "parameter"}
    # Discrete unknowns are drawn together, under a name of their own.
    together = drawn_together(plan)
    steps = [step.node.name for step in plan.recovery if step.node.name not in together]
    assert len(steps) == len(set(steps))
    kept = sampled(plan) & before
    assert kept | set(steps) == before
    assert not kept & set(steps)
    assert not set(steps) & {name for name, role in roles.items() if role == "observation"}
    discrete = {n.name for n in plan.graph.stochastic if n.random.is_discrete} | together
    computed = [s for s in plan.recovery if isinstance(s, Computed) and s.node.name not in discrete]
    assert len(sampled(plan) - before) == len(computed), "coordinates come one for one"


def drawn_together(plan: Plan) -> set[str]:
    """What parts of an unknown, and blocks of elements, are drawn as."""
    parts = {name for name in plan.graph.definitions if name.endswith(".parts")}
    return parts | {name for name in plan.definitions if name.endswith(".joint")}


def points(density: Density, seed: int = 0, far: bool = True, num: int = 6) -> np.ndarray:
    """Unconstrained points, near and far: positive unknowns reach 1e-6 and 1e6, so do real ones."""
    rng = np.random.default_rng(seed)
    shape = (num, density.dimension)
    if not far:
        return np.concatenate([rng.normal(0, scale, shape) for scale in (0.3, 1.0)])
    near = [rng.normal(0, scale, shape) for scale in (0.3, 1.0, 3.0)]
    ends = rng.choice([-13.8, 13.8], (2 * num, density.dimension))
    reals = {n.name for n in density.plan.graph.stochastic if n.random.support == Support()}
    real = np.concatenate(
        [np.full(slot.place.stop - slot.place.start, slot.name in reals) for slot in density.layout]
        or [np.zeros(0, bool)]
    )
    # Coordinates such as log(a + b) are logarithms already.
    return np.concatenate([*near, ends, np.where(real, 7.2e4 * ends, ends)])


def arbitrary_values(
    plan: Plan, density: Density, positions: np.ndarray, seed: int
) -> dict[str, Value]:
    """Values of what is drawn in recovery, anywhere in their supports: the law holds for any."""
    rng = np.random.default_rng(seed)
    values: dict[str, Value] = {}
    for step in plan.recovery:
        if isinstance(step, Drawn):
            shape = (len(positions), *(density.bound.sets[_set(a)].size for a in step.node.axes))
            array = _within(rng.normal(0, 1.5, shape), step.node.random.support)
            values[step.node.name] = Value(array, (DRAW, *step.node.axes))
    return values


def _set(axis: str) -> str:
    return axis.rstrip("'")


def _within(array: np.ndarray, support: Support) -> np.ndarray:
    if support.lower is None:
        return array
    assert support.lower == Constant(0.0)
    return np.exp(array) if support.upper is None else 1 / (1 + np.exp(-array))


@dataclass(frozen=True)
class Errors:
    """Law errors; NaN where the model as written has no finite density."""

    drawn: np.ndarray
    arbitrary: np.ndarray

    @property
    def largest(self) -> float:
        return float(np.nanmax(np.concatenate([self.drawn, self.arbitrary, [0.0]])))


def errors(plan: Plan, bound: Bound, seed: int = 0, far: bool = True) -> Errors:
    """Law errors, once with recovered values and once with arbitrary ones."""
    density = lower(plan, bound)
    positions = points(density, seed, far)
    num = len(positions)
    known = density.constrain(positions)
    drawn = recover(plan, bound, known, seed, num)
    unknowns = {n.name for n in plan.graph.stochastic if not n.is_observed}
    drawn = {name: value for name, value in drawn.items() if name in unknowns}
    computed = {s.node.name: drawn[s.node.name] for s in plan.recovery if isinstance(s, Computed)}
    chosen = computed | arbitrary_values(plan, density, positions, seed + 1)
    with np.errstate(all="ignore"):
        first = law_errors(density, positions, drawn)
        second = law_errors(density, positions, chosen)
    return Errors(first, second)


def observed(graph: ModelGraph) -> set[str]:
    return {n.name for n in graph.nodes.values() if isinstance(n, Stochastic) and n.is_observed}
