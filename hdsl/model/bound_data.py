"""What was given to a model becomes arrays: data, labels and ranges of index sets."""

from __future__ import annotations

import numpy as np

from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import set_of
from hdsl.model.arrangement import arrange
from hdsl.model.binding import Binding
from hdsl.model.cells import NUMBER_TYPES, typed
from hdsl.model.completion import observers
from hdsl.model.graph import DataDeclaration
from hdsl.model.index_labels import resolve_bounds
from hdsl.model.memory import Need, need_of_data
from hdsl.model.missing_used import mask_name


def bind_data(binding: Binding) -> bool:
    """Lay out the data that were given, as soon as their index sets are known."""
    progress = False
    for supply in binding.supplies.items.values():
        item = supply.declaration
        if (
            item.labels_of is None
            and _knows_sets(binding, item)
            and binding.begin(f"data {item.name}")
        ):
            progress = True
            if not binding.budget.reserve(need_of_data(item, binding.lengths)):
                return False
            _bind_item(binding, item)
    return progress


def _knows_sets(binding: Binding, item: DataDeclaration) -> bool:
    is_member = item.type is not None and item.type not in NUMBER_TYPES
    needed = [*map(set_of, item.axes), *([item.type] if is_member and item.type else [])]
    return all(name in binding.sets.known for name in needed)


def _bind_item(binding: Binding, item: DataDeclaration) -> None:
    arranged = arrange(binding.supplies.items[item.name], binding.alignment)
    if arranged is None:
        return
    # What the model doesn't use may have missing cells or be of any kind.
    report = binding.report if item.name in binding.used else Report()
    value = typed(arranged, binding.sets.known, binding.sets.words, report)
    if mask_name(item.name) in binding.used:
        binding.values[mask_name(item.name)] = Value(arranged.missing * 1.0, item.axes)
    if value is None:
        return
    binding.places[item.name] = arranged.place
    if item.name in binding.simulated:
        binding.missing[item.name] = np.ones_like(arranged.missing)
        binding.blank[item.name] = arranged.missing
        binding.waiting[item.name] = value
        return
    if not arranged.missing.any():
        binding.values[item.name] = value
        return
    binding.missing[item.name] = arranged.missing
    if arranged.has_gaps:
        binding.without_rows.add(item.name)
    # What is observed is not known before its gaps are filled.
    is_observed = observers(binding.graph, {item.name: value})
    (binding.waiting if is_observed else binding.values)[item.name] = value


def bind_simulated(binding: Binding) -> bool:
    """Data that are to be drawn, and were not given: all that is known is how many."""
    progress = False
    for name in binding.simulated - binding.supplies.items.keys():
        item = binding.graph.data[name]
        if binding.lengths.knows(item.axes) and binding.begin(f"data {name}"):
            progress = True
            shape = tuple(binding.lengths.length(axis) for axis in item.axes)
            binding.places[name] = lambda _: "no value was given"
            binding.missing[name] = np.ones(shape, bool)
            binding.waiting[name] = Value(np.zeros(shape), item.axes)
    return progress


def bind_labels(binding: Binding) -> bool:
    """The labels that formulas use as numbers."""
    progress = False
    for name, index_set in binding.sets.known.items():
        wanted = f"{name}.labels"
        if wanted in binding.used and index_set.is_numeric and binding.begin(wanted):
            progress = True
            if not binding.budget.reserve(
                Need(wanted, index_set.size * 8, "its labels", binding.graph.sets[name].span)
            ):
                return False
            binding.values[wanted] = Value(index_set.values(), (name,))
    return progress


def resolve_ranges(binding: Binding) -> bool:
    """Find the ranges of index sets that numbers in data tell."""
    progress = False
    for declared in binding.graph.sets.values():
        waits = declared.bounds is not None and declared.labels is None
        if waits and f"range {declared.name}" not in binding.settled:
            done = resolve_bounds(declared, binding.evaluator, binding.sets, binding.report)
            if done:
                progress = binding.begin(f"range {declared.name}")
    return progress
