"""What was known of a quantity before the data: its density where it is simple, else draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hdsl.density.recover import recover
from hdsl.density.streams import DRAW
from hdsl.diagnostics import HdslError
from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import Value, spread
from hdsl.expressions.functions import exp
from hdsl.expressions.tree import Along, Reference
from hdsl.model.graph import Bound, Stochastic
from hdsl.plan.plan import Plan
from hdsl.results.plots.quantity import Quantity
from hdsl.results.plots.smooth import Curve, smooth
from hdsl.results.plots.subject import Subject

NUM_DRAWS = 8000
_GRID = "plotted#grid"
_SEED = 1


def exact_prior(subject: Subject, quantity: Quantity, x: np.ndarray) -> np.ndarray | None:
    """The prior density, or probability, at some values, where no other unknown stands in it."""
    node = _node(subject.bound, quantity.family)
    if node is None or not _is_proper(node) or node.random.event_axes or node.random.label_set:
        return None
    bound = subject.model
    unknown = bound.graph.unknowns | bound.graph.ancestors[node.name]
    if node.random.names & (unknown & bound.graph.unknowns) or _depends(bound, node):
        return None
    at = Reference(_GRID, (Along(_GRID),))
    density = exp(node.random.guarded_log_prob(at))
    values = {_GRID: Value(np.asarray(x, float), (_GRID,))}
    run = subject.evaluator((density,), values)
    found = np.asarray(spread(run(density), (_GRID, *node.axes)), float)
    shape = (len(x), *(run.size(axis) for axis in node.axes))
    columns = np.broadcast_to(found, shape).reshape(len(x), -1)
    return columns[:, quantity.index]


def prior_draws(subject: Subject, quantity: Quantity) -> np.ndarray | None:
    """Draws from the prior; `None` where there is none that can be drawn from."""
    key = (quantity.name, quantity.index)
    if key not in subject.memory:
        subject.memory[key] = _prior_draws(subject, quantity)
    return subject.memory[key]


def _prior_draws(subject: Subject, quantity: Quantity) -> np.ndarray | None:
    bound = quantity.formula or subject.bound
    if bound is None:
        return None
    try:
        values = _forward(bound, quantity.family)
        if values is None:
            return None
        run = subject.evaluator((), values, bound)
        value = run(Reference(quantity.family))
    except (HdslError, KeyError, ValueError, NotImplementedError):
        return None
    array = np.asarray(value.array, float)
    if DRAW not in value.axes:
        return None
    draws = np.moveaxis(array, value.axes.index(DRAW), 0).reshape(array.shape[0], -1)
    if quantity.index >= draws.shape[1]:
        return None
    column = draws[:, quantity.index]
    column = column[np.isfinite(column)]
    return column if column.size > NUM_DRAWS // 2 else None


def prior_curve(subject: Subject, quantity: Quantity, x: np.ndarray) -> np.ndarray | None:
    """The prior density at some values: exact, or from draws; `None` where it has none."""
    exact = exact_prior(subject, quantity, x)
    if exact is not None:
        return exact
    draws = prior_draws(subject, quantity)
    if draws is None:
        return None
    curve: Curve = smooth(draws)
    if curve.x.size < 2:
        return None
    return np.interp(x, curve.x, curve.density, left=0.0, right=0.0)


def prior_range(subject: Subject, quantity: Quantity) -> tuple[float, float] | None:
    """Where nearly all of the prior lies."""
    draws = prior_draws(subject, quantity)
    if draws is None:
        return None
    low, high = np.quantile(draws, [0.004, 0.985])
    return float(low), float(high)


def _node(bound: Bound | None, name: str) -> Stochastic | None:
    node = None if bound is None else bound.graph.nodes.get(name)
    is_plain = isinstance(node, Stochastic) and not node.is_observed
    return node if is_plain and isinstance(node, Stochastic) else None


def _depends(bound: Bound, node: Stochastic) -> bool:
    """Whether its prior depends on other unknowns, or on earlier elements of itself."""
    return bool(bound.graph.ancestors[node.name] & bound.graph.unknowns)


def _is_proper(node: Stochastic) -> bool:
    return all(part.distribution.proper for part in node.random.walk() if isinstance(part, Applied))


def _forward(bound: Bound, name: str) -> Mapping[str, Value] | None:
    """Draws of all unknowns on which a quantity depends, and of itself if it is one."""
    graph = bound.graph
    needed = graph.ancestors.get(name, frozenset[str]()) | {name}
    nodes = [n for n in graph.stochastic if n.name in needed and not n.is_observed]
    if not all(node.random.is_drawable and _is_proper(node) for node in nodes):
        return None
    if any(set(factor.names) & needed for factor in graph.factors):
        return None
    plan = Plan(graph, (), (), (), tuple(node.name for node in nodes), (), "direct")
    found = _recovered(plan, bound)
    return {node.name: found[node.name] for node in nodes if node.name in found}


def _recovered(plan: Plan, bound: Bound) -> dict[str, Value]:
    with np.errstate(all="ignore"):
        return recover(_trimmed(plan), bound, {}, _SEED, NUM_DRAWS)


def _trimmed(plan: Plan) -> Plan:
    """The plan without what depends on unknowns that are not drawn."""
    from dataclasses import replace

    graph = plan.graph
    drawn = set(plan.predictions)
    kept = {
        name: node
        for name, node in graph.nodes.items()
        if name in drawn
        or (name in graph.definitions and not (graph.ancestors[name] & graph.unknowns) - drawn)
    }
    return replace(plan, graph=replace(graph, nodes=kept))
