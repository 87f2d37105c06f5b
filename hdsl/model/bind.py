"""A graph meets its data: labels, values, positions, and all that data alone decide."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from hdsl.data.memory import available_memory
from hdsl.diagnostics import HdslError, Report
from hdsl.expressions.tree import set_of
from hdsl.model.binding import Binding
from hdsl.model.bound_data import bind_data, bind_labels, bind_simulated, resolve_ranges
from hdsl.model.collection import collect_supplies
from hdsl.model.completion import complete, observers
from hdsl.model.data_checks import check_the_rest
from hdsl.model.decided_by_data import (
    choose_elements,
    compute_quantities,
    compute_recursions,
    place_all_parts,
)
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import Bound, ModelGraph
from hdsl.model.index_labels import find_sets, report_unknown_sets
from hdsl.model.memory import STORED_DRAWS, Budget
from hdsl.model.missing_used import with_masks
from hdsl.model.nested_labels import tell_labels_apart
from hdsl.model.node_expressions import all_expressions
from hdsl.model.observed_once import check_observed_once
from hdsl.model.readings import drop_misfits

# Each step may be what another waits for: a range needs a number, data need the range.
_STEPS: tuple[Callable[[Binding], bool], ...] = (
    bind_data,
    bind_simulated,
    bind_labels,
    resolve_ranges,
    choose_elements,
    place_all_parts,
    compute_quantities,
    compute_recursions,
)


def bind(
    graph: ModelGraph,
    *,
    folder: Path | None = None,
    given: object = None,
    allow_outside: bool = False,
    partial: bool = False,
    simulated: Collection[str] = (),
    num_draws: int = STORED_DRAWS,
    available: Callable[[], int] = available_memory,
) -> Bound:
    """Give a model its data.

    Parameters
    ----------
    folder
        Where the files that the model names are looked for; `None` where it has no folder.
    given
        Values from the caller: a mapping from names of data to values, or a data frame. They
        replace what files hold.
    allow_outside
        Whether files outside the folder may be read.
    partial
        Whether files and values may be missing; then only what is there is checked and bound.
    simulated
        Names of observed data whose observed cells are unknowns, as if they were missing; they
        need no values.
    num_draws
        Draws of all chains, which must fit in memory.
    available
        Gives the bytes of memory that are free.

    Returns
    -------
    Bound
        With values as 64-bit floats, and as 64-bit whole numbers where they are positions.

    Raises
    ------
    HdslError
        With all mistakes in the data together: HB320 to HB332, HB360, HB361, HB450 to HB490.
    """
    report = Report(graph.source)
    try:
        supplies = collect_supplies(
            graph, folder=folder, given=given, allow_outside=allow_outside, partial=partial,
            report=report, optional=simulated,
        )  # fmt: skip
    except HdslError as error:
        raise HdslError(error.diagnostics, graph.source) from None
    tell_labels_apart(graph, supplies, report)
    drop_misfits(supplies, report)
    graph = with_masks(graph)
    sets = find_sets(graph, supplies, report)
    budget = Budget(report, available)
    binding = Binding(
        graph, supplies, sets, report, budget, partial, num_draws, frozenset(simulated)
    )
    return _bound(binding)


def _bound(binding: Binding) -> Bound:
    _report_unknown_sets(binding)
    progress = True
    while progress and not binding.budget.is_exceeded:
        progress = sum(step(binding) for step in _STEPS) > 0 or _complete(binding)
    if not binding.budget.is_exceeded:
        check_the_rest(binding)
    binding.report.raise_errors()
    return Bound(
        binding.graph,
        binding.sets.known,
        binding.values,
        binding.sizes,
        binding.supplies.fingerprints,
        tuple(binding.supplies.unseen),
        {name: mask for name, mask in binding.missing.items() if mask.any()},
        binding.imputed,
    )


def _complete(binding: Binding) -> bool:
    """Make unknowns of the missing cells of what is observed, as soon as no step is left."""
    if not binding.waiting or binding.budget.is_exceeded:
        return False
    statements = observers(binding.graph, binding.waiting)
    evaluator = binding.with_values(binding.waiting)
    ready = [
        name
        for name, nodes in statements.items()
        if all(
            binding.lengths.knows(node.axes) and node.value and can_evaluate(node.value, evaluator)
            for node in nodes
        )
    ]
    if not ready:
        return _give_up(binding)
    given = {name: binding.waiting.pop(name) for name in ready}
    check_observed_once(binding.graph, evaluator, binding.with_value, binding.report, given)
    found = complete(binding.graph, given, binding.missing, binding.evaluator, binding.report)
    binding.values.update({**given, **found.values})
    binding.sizes.update(found.sizes)
    binding.covered.update(found.covered)
    binding.refused |= found.refused
    binding.joined |= found.joined
    binding.missing.update({name: binding.blank[name] for name in ready if name in binding.blank})
    binding.imputed = (*binding.imputed, *found.imputed)
    binding.graph = binding.positions.graph = found.graph
    binding.used |= frozenset[str]().union(*(e.names for e in all_expressions(binding.graph)))
    return True


def _give_up(binding: Binding) -> bool:
    """What `for` says about data depends on their own gaps: these are no unknowns then."""
    if binding.partial or binding.report.errors:
        return False
    binding.values.update(binding.waiting)
    binding.waiting.clear()
    return True


def _report_unknown_sets(binding: Binding) -> None:
    waiting: dict[str, bool] = {}
    for declared in binding.graph.sets.values():
        speaks = [
            item.name
            for item in binding.graph.data.values()
            if declared.name in (item.type, item.labels_of, *map(set_of, item.axes))
        ]
        absent = any(name not in binding.supplies.items for name in speaks)
        waiting[declared.name] = absent or declared.bounds is not None
    report_unknown_sets(binding.graph, binding.sets, waiting, binding.report)
