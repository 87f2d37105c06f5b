"""Checks of a graph with its data, once all that can be known is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hdsl.expressions.tree import set_of
from hdsl.model.binding import Binding
from hdsl.model.check import check_graph
from hdsl.model.combined_checks import check_combined_values
from hdsl.model.completed import completed_name
from hdsl.model.completion import of_unknown_cells
from hdsl.model.interpolation_checks import check_order
from hdsl.model.memory import needs_of_draws
from hdsl.model.missing_used import Gaps, MissingChecker
from hdsl.model.node_expressions import expressions_of
from hdsl.model.observed_once import check_observed_once
from hdsl.model.recursions import find_schedule, is_ready
from hdsl.model.solution_checks import check_integrals, check_times
from hdsl.model.undefined import check_used_elements
from hdsl.model.value_checks import ValueChecker
from hdsl.model.whole_arguments import check_whole_values


def check_the_rest(binding: Binding) -> None:
    """Report what is wrong with data, once nothing more can be bound."""
    _check_labels(binding)
    for node in binding.graph.nodes.values():
        binding.positions.check(expressions_of(node), node.span)
    check_order(binding.graph, binding.evaluator, binding.report)
    check_times(binding.graph, binding.evaluator, binding.report)
    check_integrals(binding.graph, binding.evaluator, binding.report)
    _check_simulated(binding)
    _check_missing(binding)
    if not binding.report.errors:
        _check_recursions(binding)
        check_used_elements(binding.graph, binding.evaluator, binding.report)
    if not binding.report.errors:
        check_observed_once(binding.graph, binding.evaluator, binding.with_value, binding.report)
    if not binding.report.errors:
        check_combined_values(binding.graph, binding.evaluator, binding.report)
        check_whole_values(binding.graph, binding.evaluator, binding.report)
    if not binding.report.errors:
        ValueChecker(binding.graph, binding.evaluator, binding.places, binding.report).check()
        binding.budget.reserve(*needs_of_draws(binding.graph, binding.lengths, binding.num_draws))


def _check_labels(binding: Binding) -> None:
    """Labels that stand for numbers and are none."""
    for set_name, span in binding.graph.label_uses:
        index_set = binding.sets.known.get(set_name)
        if index_set is not None and not index_set.is_numeric:
            binding.report.add(
                "HB326",
                f"`{set_name}` stands for a number here, but its labels are texts",
                span,
                cause="texts have no size; the labels come from "
                f"{binding.sets.words.get(set_name, 'data')}",
                help=f'compare it with a label, `{set_name} == "…"`, or take '
                f"`position({set_name})`",
            )


def _check_simulated(binding: Binding) -> None:
    """Data to be drawn whose size nothing tells."""
    if binding.report.errors:
        return
    for name in sorted(binding.simulated - binding.values.keys()):
        item = binding.graph.data[name]
        sets = [axis for axis in map(set_of, item.axes) if axis not in binding.sets.known]
        binding.report.add(
            "HB471",
            f"nothing tells how many values `{name}` has",
            item.span,
            cause=f"the labels of `{sets[0] if sets else name}` come from data that were not given",
            help="list them in the model, as in `index i = 1..20`, or give data of that size",
        )


def _check_missing(binding: Binding) -> None:
    formulas = {
        name: imputed.data
        for imputed in binding.imputed
        if not imputed.cells
        for name in binding.graph.nodes[imputed.data].names & binding.missing.keys()
    }
    gaps: dict[str, Gaps] = {}
    for name, mask in binding.missing.items():
        rest = mask & ~binding.covered.get(name, np.zeros_like(mask))
        no_row, formula = name in binding.without_rows, formulas.get(name, "")
        found = Gaps(name, mask, binding.places[name], no_row, formula)
        gaps[name] = found
        gaps[completed_name(name)] = replace(found, mask=rest)
    checker = MissingChecker(binding.graph, binding.evaluator, gaps, binding.report)
    checker.check(skipped=binding.refused | binding.joined)
    if binding.imputed and not binding.report.errors:
        check_graph(of_unknown_cells(binding.graph, binding.joined), binding.report)


def _check_recursions(binding: Binding) -> None:
    for names in binding.graph.recursions:
        if f"recursion {min(names)}" in binding.settled:
            continue
        if is_ready(binding.graph, names, binding.lengths, binding.evaluator):
            find_schedule(binding.graph, names, binding.evaluator, binding.report)
