"""From the draws of what was sampled to all quantities of the model, by NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hdsl.density.censoring import as_new_data
from hdsl.density.march import march
from hdsl.density.recursions import resolved
from hdsl.density.sizes import data_evaluator, has_length
from hdsl.density.streams import DRAW, DRAWS_PER_STREAM, draw
from hdsl.distributions.own import Joined
from hdsl.expressions.evaluate import Evaluator, Value, broadcast, spread
from hdsl.expressions.tree import Expression, Reference, walk
from hdsl.model.graph import Bound, Deterministic, Stochastic
from hdsl.model.undefined import undefined_elements
from hdsl.plan.plan import Plan

BATCH_ELEMENTS = 2_000_000
"""Draws are worked on in batches, so that no array of a step has more elements than about this."""


def recover(
    plan: Plan,
    bound: Bound,
    sampled: Mapping[str, Value],
    seed: int,
    num_draws: int,
    batch_elements: int = BATCH_ELEMENTS,
) -> dict[str, Value]:
    """Get back what left the plan, then draw the predictions and compute what is derived.

    Parameters
    ----------
    sampled
        The sampled unknowns, with axes ``_draw`` (as long as `num_draws`) and their own.
    seed
        Fixes the draws, together with the names of the nodes; the batches do not matter.

    Returns
    -------
    All unknowns of the model, and all derived quantities that the file names, by name; with axes
    ``_draw`` and their own. What a recovery step makes but the model does not name is left out.
    """
    steps = _steps(plan)
    imputed = {part for imputed in bound.imputed for part in imputed.parts}
    wanted = _wanted(plan, {*sampled, *(node.name for node in steps)}, imputed)

    undefined = undefined_elements(plan.graph, data_evaluator(bound, ()))

    def work(run: Evaluator, draws: range) -> Iterator[tuple[str, Value]]:
        known = run.values
        assert isinstance(known, dict)
        for node in steps:
            if node.name in known:
                continue
            if (names := _recursion(plan, node)) is not None:
                known.update(march(bound, names, run, draws, (seed, "recover")))
                continue
            known[node.name] = (
                draw(node.random, node.axes, run, draws, (seed, "recover", node.name))
                if isinstance(node, Stochastic)
                else broadcast(run, run(node.expression), node.axes)
            )
        for name, axes in wanted.items():
            value = _full(run, run(Reference(name)), axes, len(draws))
            if name in undefined:
                value.array[:, undefined[name]] = np.nan
            yield name, value

    return _batched(_Job(plan, bound, steps), sampled, num_draws, batch_elements, work)


def _recursion(plan: Plan, node: Stochastic | Deterministic) -> frozenset[str] | None:
    """The recursion in which a node is drawn element by element."""
    if not isinstance(node, Stochastic) or node.name not in plan.predictions:
        return None
    groups = (names for names in plan.graph.recursions if node.name in names)
    return next(groups, None)


def _steps(plan: Plan) -> list[Stochastic | Deterministic]:
    """The recovery, then the predictions."""
    steps: list[Stochastic | Deterministic] = [step.node for step in plan.recovery]
    done = {node.name for node in steps}
    nodes = (plan.graph.nodes[name] for name in plan.predictions if name not in done)
    return [*steps, *(node for node in nodes if isinstance(node, Stochastic))]


def _wanted(
    plan: Plan, known: Collection[str], imputed: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Axes of the unknowns that are known by then, and of the derived quantities."""
    graph = plan.graph
    unknowns = {n.name: n.axes for n in graph.stochastic if n.name in known}
    derived = {
        node.name: node.axes
        for node in graph.deterministic
        if graph.roles[node.name] == "derived" and (not node.is_internal or node.name in imputed)
    }
    return unknowns | derived


def replicate(
    plan: Plan,
    bound: Bound,
    values: Mapping[str, Value],
    seed: int,
    batch_elements: int = BATCH_ELEMENTS,
    num_draws: int | None = None,
) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Draw each observation anew, given the draws of all unknowns.

    Parameters
    ----------
    num_draws
        Needed where there are no unknowns, and so no draws to count.

    Returns
    -------
    The replicates by the name of the observation, with axes ``_draw`` and its own, on the scale
    of what stands left of ``~``; and the names of the observations that cannot be drawn. Where the
    limits of censored data are known for all of them, new data are censored at these.
    """
    observed = [node for node in plan.graph.stochastic if node.is_observed]
    left_out: set[str] = set()

    def work(run: Evaluator, draws: range) -> Iterator[tuple[str, Value]]:
        for node in observed:
            try:
                key = (seed, "replicate", node.name)
                random = as_new_data(node, bound, run)
                yield node.name, draw(random, node.axes, run, draws, key)
            except NotImplementedError:
                left_out.add(node.name)

    count = _num_draws(values) if num_draws is None else num_draws
    drawn = _batched(_Job(plan, bound), values, count, batch_elements, work)
    return drawn, tuple(node.name for node in observed if node.name in left_out)


def log_likelihood(
    plan: Plan,
    bound: Bound,
    values: Mapping[str, Value],
    batch_elements: int = BATCH_ELEMENTS,
    num_draws: int | None = None,
) -> dict[str, Value]:
    """Log density of each single observation in nats, given the draws of all unknowns.

    Parameters
    ----------
    num_draws
        Needed where there are no unknowns, and so no draws to count.

    Returns
    -------
    By the name of the observation, with axes ``_draw`` and those along which it is independent.
    """
    observed = [
        node
        for node in plan.graph.stochastic
        if node.is_observed and not isinstance(node.random, Joined)
    ]
    bodies = {node.name: node.random.guarded_log_prob(node.itself) for node in observed}

    def work(run: Evaluator, draws: range) -> Iterator[tuple[str, Value]]:
        for node in observed:
            yield node.name, _full(run, run(bodies[node.name]), node.plates, len(draws))

    count = _num_draws(values) if num_draws is None else num_draws
    job = _Job(plan, bound, (), tuple(bodies.values()))
    return _batched(job, values, count, batch_elements, work)


@dataclass(frozen=True)
class _Job:
    """What is worked on: a plan, nodes that are not in its graph, and other expressions."""

    plan: Plan
    bound: Bound
    steps: Iterable[Stochastic | Deterministic] = ()
    others: tuple[Expression, ...] = ()

    def definitions(self) -> dict[str, tuple[tuple[str, ...], Expression]]:
        known = {**self.plan.graph.definitions, **self.plan.definitions}
        return {name: entry for name, entry in known.items() if name not in self.bound.values}

    def expressions(self) -> Iterator[Expression]:
        yield from self.others
        yield from (body for _, body in self.definitions().values())
        for node in (*self.plan.graph.stochastic, *self.steps):
            if isinstance(node, Deterministic):
                yield node.expression
            else:
                yield from node.random.expressions


def _batched(
    job: _Job,
    values: Mapping[str, Value],
    num_draws: int,
    batch_elements: int,
    work: Callable[[Evaluator, range], Iterator[tuple[str, Value]]],
) -> dict[str, Value]:
    """Do some work on batches of draws and join the results."""
    definitions, bound = resolved(job.definitions(), job.bound, values)
    expressions = (*job.expressions(), *(body for _, body in definitions.values()))
    sizes = data_evaluator(bound, expressions).sizes
    step = _batch_size(job, expressions, sizes, batch_elements)
    parts: dict[str, list[np.ndarray]] = {}
    axes: dict[str, tuple[str, ...]] = {}
    for start in range(0, num_draws, step):
        draws = range(start, min(start + step, num_draws))
        run = data_evaluator(bound, (), _rows(values, draws), definitions)
        run.sizes = sizes
        for name, value in work(run, draws):
            parts.setdefault(name, []).append(value.array)
            axes[name] = value.axes
    return {name: Value(np.concatenate(found), axes[name]) for name, found in parts.items()}


def _batch_size(
    job: _Job, expressions: Iterable[Expression], sizes: Mapping[str, int], batch_elements: int
) -> int:
    run = data_evaluator(job.bound, ())
    run.sizes = sizes
    shapes = {part.axes for e in expressions for part in walk(e)}
    shapes |= {frozenset(node.axes) for node in job.plan.graph.stochastic}
    lengths = ([run.size(axis) for axis in shape if has_length(axis, run)] for shape in shapes)
    widest = max(map(math.prod, lengths), default=1)
    return max(1, batch_elements // max(1, widest * DRAWS_PER_STREAM)) * DRAWS_PER_STREAM


def _rows(values: Mapping[str, Value], draws: range) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in values.items():
        if DRAW in value.axes:
            rows = np.arange(draws.start, draws.stop)
            array = np.take(value.array, rows, axis=value.axes.index(DRAW))
            found[name] = Value(array, value.axes)
        else:
            found[name] = value
    return found


def _num_draws(values: Mapping[str, Value]) -> int:
    lengths = [v.array.shape[v.axes.index(DRAW)] for v in values.values() if DRAW in v.axes]
    return lengths[0] if lengths else 1


def _full(run: Evaluator, value: Value, axes: tuple[str, ...], num_draws: int) -> Value:
    """The value at full length along the draws and its axes."""
    shape = (num_draws, *map(run.size, axes))
    array = np.broadcast_to(spread(value, (DRAW, *axes)), shape)
    return Value(np.array(array, np.float64), (DRAW, *axes))
