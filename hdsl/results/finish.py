"""From the draws of what was sampled to the fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hdsl.density.censoring import AT_LEAST, AT_MOST, censored_data
from hdsl.density.density import Density
from hdsl.density.law import TOLERANCE, law_errors
from hdsl.density.recover import log_likelihood, recover, replicate
from hdsl.density.sizes import data_evaluator
from hdsl.density.streams import DRAW
from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import set_of
from hdsl.model.graph import Bound, ModelGraph, Node, Stochastic
from hdsl.model.undefined import undefined_elements
from hdsl.plan.explanation import Explanation
from hdsl.plan.plan import Plan
from hdsl.results.fit import Fit
from hdsl.results.heavy_tails import remarks_on_tails
from hdsl.results.imputed import imputed_variables
from hdsl.results.observations import Labels, OfData, by_data
from hdsl.results.remarks import remarks_on
from hdsl.results.variables import Array, Role, RunFacts, Variable, label_text

_LAW_DRAWS = 8
REPLICATE_BYTES = 2_000_000_000
"""Replicates of the data are left out when they would take more than this."""


@dataclass(frozen=True)
class Sampled:
    """The draws of the sampler.

    Attributes
    ----------
    positions
        Unconstrained draws, shape ``(chain, draw, dimension)``.
    stats
        What the sampler recorded, shape ``(chain, draw)``.
    """

    positions: np.ndarray
    stats: Mapping[str, Array] = field(default_factory=dict[str, Array])


def finish(
    density: Density,
    sampled: Sampled,
    explanation: Explanation,
    facts: Mapping[str, Any],
    with_log_likelihood: bool = False,
) -> Fit:
    """Recover what left the plan, draw predictions and replicates, and make the fit.

    Raises
    ------
    HdslError
        HB900 if the recovered draws show that a rule changed the posterior.
    """
    plan, bound, seed = density.plan, density.bound, int(facts["seed"])
    chains, draws = sampled.positions.shape[:2]
    flat = sampled.positions.reshape(chains * draws, density.dimension)
    values = recover(plan, bound, density.constrain(flat), seed, chains * draws)
    _check_law(density, flat, values)
    replicates: dict[str, Value] = {}
    left_out: tuple[str, ...] = ()
    too_many = _replicate_bytes(plan, bound, chains * draws) > REPLICATE_BYTES
    if not too_many:
        replicates, left_out = replicate(plan, bound, values, seed, num_draws=chains * draws)
    likelihood = (
        log_likelihood(plan, bound, values, num_draws=chains * draws) if with_log_likelihood else {}
    )
    shape = (chains, draws)
    new_data, labels = by_data(bound, replicates)
    of_data, more_labels = by_data(bound, likelihood)
    imputed, cell_labels = imputed_variables(bound, values, shape)
    labels |= more_labels | cell_labels
    variables = tuple(_variables(plan, bound, values, new_data, _sides(bound, replicates), shape))
    coords = _coords(bound, [*values.values(), *(d.value for d in new_data.values())], labels)
    remarks = remarks_on(plan, bound, values, left_out, too_many)
    return Fit(
        variables=(*variables, *imputed),
        coords=coords,
        sample_stats=dict(sampled.stats),
        observed_data=_data(bound, observed=True),
        constant_data=_data(bound, observed=False),
        log_likelihood={
            name: (_dims(data.value), _shaped(data.value, shape)) for name, data in of_data.items()
        },
        facts=RunFacts(
            model_text=plan.graph.source.text,
            model_name=plan.graph.source.name,
            plan_text=str(explanation),
            plan_json=json.dumps(explanation.to_dict()),
            data_fingerprint=dict(bound.fingerprints),
            direct=plan.sampler == "direct",
            remarks=(*remarks, *remarks_on_tails(variables, coords)),
            **facts,
        ),
    )


def _check_law(density: Density, flat: np.ndarray, values: Mapping[str, Value]) -> None:
    """At a few draws: what was sampled is the model as written.

    A wrong rule is wrong everywhere, while rounding in the model as written (a probability that
    rounds to 1, say) shows at extreme draws alone: the median decides.
    """
    chosen = np.linspace(0, len(flat) - 1, _LAW_DRAWS).astype(int)
    some = {
        name: Value(value.array[chosen], value.axes) if DRAW in value.axes else value
        for name, value in values.items()
    }
    errors = law_errors(density, flat[chosen], some)
    known = errors[~np.isnan(errors)]
    typical = float(np.median(known)) if known.size else 0.0
    if typical > TOLERANCE:
        rules = sorted({note.rule for note in density.plan.notes if note.fired})
        cause = (
            f"density after and before differ by {typical:.1e} (relative) under the "
            f"rules {', '.join(rules)}; this is a mistake in hdsl, not in the model"
        )
        help = "run with `--without collapse,coordinates`, and report the model"
        found = Diagnostic(
            "HB900", "a rule of the planner changed the posterior", cause=cause, help=help
        )
        raise HdslError([found], density.plan.graph.source)


def _replicate_bytes(plan: Plan, bound: Bound, draws: int) -> int:
    total = 0
    for node in plan.graph.stochastic:
        if node.is_observed:
            sizes = [
                bound.sizes[a] if a in bound.sizes else bound.sets[set_of(a)].size
                for a in node.axes
            ]
            total += int(np.prod(sizes, dtype=np.int64)) * draws * 8
    return total


def _dims(value: Value) -> tuple[str, ...]:
    return tuple(axis for axis in value.axes if axis != DRAW)


def _shaped(value: Value, shape: tuple[int, int]) -> Array:
    array = np.asarray(value.array)
    if DRAW not in value.axes:
        return np.broadcast_to(array, (*shape, *array.shape))
    return array.reshape((*shape, *array.shape[1:]))


def _variables(
    plan: Plan,
    bound: Bound,
    values: Mapping[str, Value],
    new_data: Mapping[str, OfData],
    sides: Mapping[str, OfData],
    shape: tuple[int, int],
) -> Iterator[Variable]:
    graph = plan.graph
    undefined = undefined_elements(graph, data_evaluator(bound, ()))
    for name, node in graph.nodes.items():
        role = _role(plan, name)
        value = values.get(name)
        if role is None or value is None or getattr(node, "is_internal", False):
            continue
        variable = _variable(graph, node, _shaped(value, shape), _dims(value), role)
        if name in undefined:
            absent = np.flatnonzero(undefined[name])
            variable = replace(variable, absent=tuple(int(index) for index in absent))
        yield variable
    for name, data in new_data.items():
        discrete = all(node.random.is_discrete for node in data.nodes)
        array = _shaped(data.value, shape)
        variable = _variable(graph, data.nodes[0], array, _dims(data.value), "replicate")
        yield replace(
            variable,
            name=name,
            values=array.astype(np.int64) if discrete else array,
            **_bounds(sides[name].value if name in sides else None),
        )


def _sides(bound: Bound, replicates: Mapping[str, Value]) -> Mapping[str, OfData]:
    """On which side the data that are censored are bounds, laid out as the replicates are."""
    found = censored_data(bound)
    if not found:
        return {}
    sides = {
        name: found.get(name) or Value(np.zeros(value.array.shape[1:], np.int8), value.axes[1:])
        for name, value in replicates.items()
    }
    return by_data(bound, sides)[0]


def _bounds(sides: Value | None) -> dict[str, tuple[int, ...]]:
    if sides is None:
        return {}
    flat = np.asarray(sides.array).reshape(-1)
    places = {"at_least": flat == AT_LEAST, "at_most": flat == AT_MOST}
    return {key: tuple(np.flatnonzero(chosen).tolist()) for key, chosen in places.items()}


def _variable(
    graph: ModelGraph, node: Node, values: Array, dims: tuple[str, ...], role: Role
) -> Variable:
    """A family; one in parts is discrete, or labels of a set, where all its parts are."""
    parts = graph.drawn_as(node.name)
    randoms = [part.random for part in parts if isinstance(part, Stochastic)]
    members = None
    if len(randoms) == len(parts) and all(random.is_discrete for random in randoms):
        values = np.nan_to_num(values, nan=-1).astype(np.int64)
        members = next((r.label_set for r in randoms if r.label_set is not None), None)
    return Variable(node.name, values, dims, node.span, node.description, role, members)


def _role(plan: Plan, name: str) -> Role | None:
    """Parameter, derived or prediction; what is computed from predictions is one."""
    graph = plan.graph
    if name in graph.assembled or name in graph.vectors:
        parts = graph.drawn_as(name)
        roles = {graph.roles[p.name] for p in parts if isinstance(p, Stochastic)}
        return "parameter" if "parameter" in roles else "prediction" if roles else "derived"
    match graph.roles.get(name):
        case "parameter":
            return "parameter"
        case "prediction":
            return "prediction"
        case "derived":
            predicted = graph.ancestors[name] & set(plan.predictions)
            return "prediction" if predicted else "derived"
        case _:
            return None


def _coords(bound: Bound, values: list[Value], labels: Labels) -> Labels:
    """Labels of the axes: those of index sets, of selected data, and numbers for other axes."""
    shown = _shown_data(bound)
    data = [value for name, value in bound.values.items() if name in shown]
    members = [n.random.label_set for n in bound.graph.stochastic if n.random.label_set is not None]
    found = dict(labels)
    for axis in dict.fromkeys([*(a for v in (*values, *data) for a in _dims(v)), *members]):
        if axis in labels:
            continue
        if axis in bound.sizes:
            found[axis] = tuple(range(1, bound.sizes[axis] + 1))
        else:
            found[axis] = tuple(bound.sets[set_of(axis)].labels)
    return found


def _data(bound: Bound, observed: bool) -> dict[str, tuple[tuple[str, ...], Array]]:
    shown = _shown_data(bound)
    names = {
        name
        for node in bound.graph.stochastic
        if node.value is not None
        for name in node.value.names
    }
    return {
        name: (value.axes, _as_given(bound, name, value))
        for name, value in bound.values.items()
        if name in shown and (name in names) == observed
    }


def _as_given(bound: Bound, name: str, value: Value) -> Array:
    """Data as they were given: labels for positions; nan, or an empty text, in missing cells."""
    array = np.asarray(value.array)
    missing = bound.missing.get(name)
    declared = bound.graph.data.get(name)
    members = bound.sets.get(declared.type or "") if declared is not None else None
    if members is not None:
        labels = members.labels
        is_text = any(isinstance(label, str) for label in labels)
        texts = [label_text(x) for x in labels] if is_text else [float(x) for x in labels]
        array = np.array(texts)[array]
        return array if missing is None else np.where(missing, "" if is_text else np.nan, array)
    return array if missing is None else np.where(missing, np.nan, array)


def _shown_data(bound: Bound) -> set[str]:
    """The data, and what is computed from them alone."""
    graph = bound.graph
    computed = {
        node.name
        for node in graph.deterministic
        if graph.roles[node.name] == "data" and not node.is_internal
    }
    return computed | set(graph.data)
