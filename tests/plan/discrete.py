"""Summing out against all joint values of the discrete unknowns, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
from scipy.special import logsumexp

from hdsl.density.density import lower
from hdsl.density.law import law_errors
from hdsl.density.recover import recover
from hdsl.density.sizes import data_evaluator
from hdsl.density.written import log_density_as_written
from hdsl.expressions.evaluate import Value, broadcast
from hdsl.expressions.tree import Reference
from hdsl.model.graph import Bound, Stochastic
from hdsl.plan.families import is_discrete_unknown
from hdsl.plan.plan import Plan

from .laws import DRAW, Case, check_companions, drawn_together, plan_of, points

MOST_JOINT_VALUES = 5000


def discrete_nodes(plan: Plan) -> list[Stochastic]:
    graph = plan.graph
    return [n for n in graph.stochastic if is_discrete_unknown(graph, n.name)]


def joint_values(
    nodes: Iterable[Stochastic], ranges: dict[str, list[float]], bound: Bound
) -> dict[str, np.ndarray]:
    """All combinations, by node: an array with the combinations first."""
    shapes = {n.name: tuple(_size(bound, a) for a in n.axes) for n in nodes}
    cells = [(n.name, i) for n in nodes for i in range(int(np.prod(shapes[n.name])))]
    table = np.array(list(product(*(ranges[name] for name, _ in cells))), float)
    assert len(table) <= MOST_JOINT_VALUES
    found: dict[str, np.ndarray] = {}
    for name, shape in shapes.items():
        columns = [j for j, (n, _) in enumerate(cells) if n == name]
        found[name] = table[:, columns].reshape((len(table), *shape))
    return found


def _size(bound: Bound, axis: str) -> int:
    return bound.sizes[axis] if axis in bound.sizes else bound.sets[axis.rstrip("'")].size


def largest_error(
    case: Case, ranges: dict[str, list[float]], keep: Iterable[str] = (), num: int = 3
) -> float:
    """Of the sum over all joint values, and of the law at each of them, at a few points."""
    plan, bound = plan_of(case, keep=keep)
    check_companions(plan)
    nodes = discrete_nodes(plan)
    recovered = {step.node.name for step in plan.recovery}
    assert {n.name for n in nodes} <= recovered
    density = lower(plan, bound)
    joint = joint_values(nodes, ranges, bound)
    count = len(next(iter(joint.values())))
    worst = 0.0
    positions = points(density, far=False, num=num) if density.dimension else np.zeros((1, 0))
    for position in positions[:: max(1, len(positions) // num)]:
        many = np.repeat(position[None], count, axis=0)
        known = density.constrain(many)
        others = recover(plan, bound, known, 1, count)
        whole = {
            n.name: others[n.name]
            for n in plan.graph.stochastic
            if not n.is_observed and n.name in others
        }
        values = {**known, **whole}
        values |= {n.name: Value(joint[n.name], (DRAW, *n.axes)) for n in nodes}
        values |= _drawn_together(plan, bound, values)
        with np.errstate(all="ignore"):
            errors = law_errors(density, many, values)
            before = sum(
                v.array for v in log_density_as_written(plan.graph, bound, values).values()
            )
        before = np.broadcast_to(before, (count,))
        assert np.isfinite(before).any()
        worst = max(worst, float(np.nanmax(errors)))
        # What is impossible must be so for the recovery too.
        assert not np.isnan(before).any()
        if all(s.node.name in {*joint, *drawn_together(plan)} for s in plan.recovery):
            after = density.log_densities(many)[0] - density.log_jacobians(many)[0]
            worst = max(worst, abs(float(logsumexp(before)) - after) / (abs(after) + 1))
    return worst


def _drawn_together(plan: Plan, bound: Bound, values: dict[str, Value]) -> dict[str, Value]:
    """What is drawn under a name of its own, from the values of its parts."""
    definitions = {**plan.graph.definitions, **plan.definitions}
    names = [s.node.name for s in plan.recovery if s.node.name in definitions]
    known = {n: d for n, d in definitions.items() if n not in bound.values}
    run = data_evaluator(bound, [e for _, e in known.values()], values, known)
    return {name: broadcast(run, run(Reference(name)), known[name][0]) for name in names}
