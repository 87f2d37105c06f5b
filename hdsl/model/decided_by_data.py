"""What data alone decide: chosen elements, places of parts, and quantities computed from data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hdsl.expressions.evaluate import Value, spread
from hdsl.expressions.tree import Reference
from hdsl.model.binding import Binding
from hdsl.model.element_names import element_name, first_index
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import Deterministic
from hdsl.model.memory import Need, need_of_computed, need_of_selection
from hdsl.model.parts import (
    can_place,
    part_total,
    parts_axis,
    place_parts,
    where_name,
)
from hdsl.model.recursions import find_schedule, is_ready
from hdsl.model.scans import without_recursions
from hdsl.model.selections import choose


def choose_elements(binding: Binding) -> bool:
    """Find the elements that selections choose."""
    progress = False
    for axis, chosen in binding.graph.selections.items():
        ready = binding.lengths.knows(chosen.over) and can_evaluate(
            chosen.condition, binding.evaluator
        )
        if ready and binding.begin(f"selection {axis}"):
            progress = True
            if not binding.budget.reserve(need_of_selection(chosen, binding.lengths)):
                return False
            if binding.positions.check([chosen.condition], chosen.span):
                found, binding.sizes[axis] = choose(chosen, binding.evaluator)
                binding.values.update(found)
    return progress


def place_all_parts(binding: Binding) -> bool:
    """Find where the elements of each part lie in quantities that are defined in parts."""
    progress = False
    for name, (axes, parts) in binding.graph.assembled.items():
        ready = can_place(axes, parts, binding.graph, binding.lengths, binding.values)
        if ready and binding.begin(f"parts {name}"):
            progress = True
            needed = binding.lengths.product(axes) * 8
            if not binding.budget.reserve(Need(name, needed, "its parts", parts[0].span)):
                return False
            where = place_parts(name, binding.graph, binding.evaluator, binding.report)
            if where is not None:
                binding.values[where_name(name)] = where
                binding.sizes[parts_axis(name)] = part_total(name, binding.graph, binding.lengths)
    return progress


def compute_quantities(binding: Binding) -> bool:
    """Compute what follows from data alone."""
    progress = False
    for name, node in binding.graph.nodes.items():
        if not isinstance(node, Deterministic) or not _can_compute(binding, node):
            continue
        if binding.begin(f"node {name}"):
            progress = True
            if not _compute_node(binding, node):
                return False
    return progress


def _can_compute(binding: Binding, node: Deterministic) -> bool:
    return (
        binding.graph.roles[node.name] == "data"
        and binding.lengths.knows(node.axes)
        and can_evaluate(node.expression, binding.evaluator)
    )


def _compute_node(binding: Binding, node: Deterministic) -> bool:
    if not binding.budget.reserve(need_of_computed(node, binding.lengths)):
        return False
    if not binding.positions.check([node.expression], node.span):
        return True
    with np.errstate(all="ignore"):
        array = np.array(array_over(node.expression, node.axes, binding.evaluator))
    _computed(binding, node, array)
    return True


def _computed(binding: Binding, node: Deterministic, array: np.ndarray) -> None:
    bad = np.isnan(array)
    where = binding.values.get(where_name(node.name))
    if where is not None:
        missing = np.asarray(where.array) < 0
        array[missing], bad = np.nan, bad & ~missing
    binding.values[node.name] = Value(array, node.axes)
    if bad.any() and node.name in binding.used:
        _report_not_a_number(binding, node, bad)


def compute_recursions(binding: Binding) -> bool:
    """Compute the recursions of data alone."""
    progress = False
    for names in binding.graph.recursions:
        label = f"recursion {min(names)}"
        if label not in binding.settled and _can_compute_recursion(binding, names):
            progress = binding.begin(label)
            if not _compute_recursion(binding, names):
                return False
    return progress


def _can_compute_recursion(binding: Binding, names: frozenset[str]) -> bool:
    outside = frozenset[str]().union(*(binding.graph.nodes[name].names for name in names)) - names
    return (
        all(binding.graph.roles.get(name) == "data" for name in names)
        and outside <= binding.values.keys()
        and is_ready(binding.graph, names, binding.lengths, binding.evaluator)
    )


def _compute_recursion(binding: Binding, names: frozenset[str]) -> bool:
    nodes = [n for n in binding.graph.deterministic if n.name in names]
    if not binding.budget.reserve(*(need_of_computed(node, binding.lengths) for node in nodes)):
        return False
    if not all(binding.positions.check([n.expression], n.span) for n in nodes):
        return True
    if find_schedule(binding.graph, names, binding.evaluator, binding.report) is None:
        return True
    definitions = {node.name: (node.axes, node.expression) for node in nodes}
    axes = {n.name: n.axes for n in binding.graph.deterministic}
    found = without_recursions(definitions, binding.graph.assembled, axes, binding.evaluator)
    run = replace(
        binding.evaluator,
        values={**binding.values, **found.values},
        sizes={**binding.sizes, **found.sizes},
        definitions=found.definitions,
        memo={},
    )
    for node in nodes:
        value = run(Reference(node.name))
        _computed(binding, node, np.array(spread(value, node.axes)))
    return True


def _report_not_a_number(binding: Binding, node: Deterministic, bad: np.ndarray) -> None:
    index = first_index(bad)
    named = element_name(
        node.name, node.axes, index, binding.graph, binding.sets.known, binding.values
    )
    binding.report.add(
        "HB487",
        f"`{named}` is not a number",
        node.span,
        cause="it is computed from data alone, and there the formula has no value: a logarithm "
        "of a negative number, 0 / 0, or a standard deviation of one value",
        help="check the data that go into it, or leave such elements out",
    )
