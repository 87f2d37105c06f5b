"""A graph meets its data: labels, values, positions, and all that data alone decide."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdsl.data.memory import available_memory
from hdsl.diagnostics import HdslError, Report
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value, spread
from hdsl.expressions.tree import Reference, set_of
from hdsl.model.alignment import Alignment
from hdsl.model.arrangement import arrange
from hdsl.model.cells import NUMBER_TYPES, typed
from hdsl.model.check import check_graph
from hdsl.model.collection import collect_supplies
from hdsl.model.combined_checks import check_combined_values
from hdsl.model.completion import (
    complete,
    completed_name,
    observers,
    of_unknown_cells,
)
from hdsl.model.element_names import element_name, first_index
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import Bound, DataDeclaration, Deterministic, Imputed, ModelGraph
from hdsl.model.index_labels import Sets, find_sets, report_unknown_sets, resolve_bounds
from hdsl.model.interpolation_checks import check_order
from hdsl.model.memory import (
    STORED_DRAWS,
    Budget,
    Need,
    Sizes,
    need_of_computed,
    need_of_data,
    need_of_selection,
    needs_of_draws,
)
from hdsl.model.missing_used import Gaps, MissingChecker, mask_name, with_masks
from hdsl.model.nested_labels import tell_labels_apart
from hdsl.model.node_expressions import all_expressions, expressions_of
from hdsl.model.observed_once import check_observed_once
from hdsl.model.parts import (
    can_place,
    part_total,
    parts_axis,
    place_parts,
    where_name,
)
from hdsl.model.positions_checked import PositionChecker
from hdsl.model.readings import drop_misfits
from hdsl.model.recursions import find_schedule, is_ready
from hdsl.model.scans import without_recursions
from hdsl.model.selections import choose
from hdsl.model.solution_checks import check_integrals, check_times
from hdsl.model.supplies import Supplies
from hdsl.model.undefined import check_used_elements
from hdsl.model.value_checks import ValueChecker
from hdsl.model.whole_arguments import check_whole_values


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
    binder = _Binder(graph, supplies, sets, report, budget, partial, num_draws)
    binder.simulated = frozenset(simulated)
    return binder.bind()


@dataclass
class _Binder:
    graph: ModelGraph
    supplies: Supplies
    sets: Sets
    report: Report
    budget: Budget
    partial: bool
    num_draws: int
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    places: dict[str, Callable[[tuple[int, ...]], str]] = field(
        default_factory=dict[str, Callable[[tuple[int, ...]], str]]
    )
    settled: set[str] = field(default_factory=set[str])
    missing: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    blank: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    waiting: dict[str, Value] = field(default_factory=dict[str, Value])
    covered: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    imputed: tuple[Imputed, ...] = ()
    simulated: frozenset[str] = frozenset()
    refused: set[str] = field(default_factory=set[str])
    joined: set[str] = field(default_factory=set[str])
    without_rows: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        self.lengths = Sizes(self.sets.known, self.sizes)
        self.evaluator = Evaluator(numpy_arrays(), self.values, self.sets.known, self.sizes)
        self.positions = PositionChecker(self.graph, self.evaluator, self.report)
        self.alignment = Alignment(self.supplies, self.sets.known, self.sets.words, self.report)
        self.used = frozenset[str]().union(*(e.names for e in all_expressions(self.graph)))

    def bind(self) -> Bound:
        self._report_unknown_sets()
        # Each step may be what another waits for: a range needs a number, data need the range.
        progress = True
        while progress and not self.budget.is_exceeded:
            progress = sum(step() for step in self._steps()) > 0 or self._complete()
        if not self.budget.is_exceeded:
            self._check_the_rest()
        self.report.raise_errors()
        return Bound(
            self.graph,
            self.sets.known,
            self.values,
            self.sizes,
            self.supplies.fingerprints,
            tuple(self.supplies.unseen),
            {name: mask for name, mask in self.missing.items() if mask.any()},
            self.imputed,
        )

    def _steps(self) -> tuple[Callable[[], bool], ...]:
        return (
            self._bind_data,
            self._bind_simulated,
            self._bind_labels,
            self._resolve_ranges,
            self._choose_elements,
            self._place_parts,
            self._compute,
            self._compute_recursions,
        )

    def _begin(self, task: str) -> bool:
        """Whether a task has still to be done; it is done once."""
        if task in self.settled:
            return False
        self.settled.add(task)
        return True

    # --- steps -----------------------------------------------------------------------------

    def _bind_data(self) -> bool:
        progress = False
        for supply in self.supplies.items.values():
            item = supply.declaration
            if (
                item.labels_of is None
                and self._knows_sets(item)
                and self._begin(f"data {item.name}")
            ):
                progress = True
                if not self.budget.reserve(need_of_data(item, self.lengths)):
                    return False
                self._bind_item(item)
        return progress

    def _knows_sets(self, item: DataDeclaration) -> bool:
        is_member = item.type is not None and item.type not in NUMBER_TYPES
        needed = [*map(set_of, item.axes), *([item.type] if is_member and item.type else [])]
        return all(name in self.sets.known for name in needed)

    def _bind_item(self, item: DataDeclaration) -> None:
        arranged = arrange(self.supplies.items[item.name], self.alignment)
        if arranged is None:
            return
        # What the model doesn't use may have missing cells or be of any kind.
        report = self.report if item.name in self.used else Report()
        value = typed(arranged, self.sets.known, self.sets.words, report)
        if mask_name(item.name) in self.used:
            self.values[mask_name(item.name)] = Value(arranged.missing * 1.0, item.axes)
        if value is None:
            return
        self.places[item.name] = arranged.place
        if item.name in self.simulated:
            self.missing[item.name] = np.ones_like(arranged.missing)
            self.blank[item.name] = arranged.missing
            self.waiting[item.name] = value
            return
        if not arranged.missing.any():
            self.values[item.name] = value
            return
        self.missing[item.name] = arranged.missing
        if arranged.has_gaps:
            self.without_rows.add(item.name)
        # What is observed is not known before its gaps are filled.
        is_observed = observers(self.graph, {item.name: value})
        (self.waiting if is_observed else self.values)[item.name] = value

    def _bind_simulated(self) -> bool:
        """Data that are to be drawn, and were not given: all that is known is how many."""
        progress = False
        for name in self.simulated - self.supplies.items.keys():
            item = self.graph.data[name]
            if self.lengths.knows(item.axes) and self._begin(f"data {name}"):
                progress = True
                shape = tuple(self.lengths.length(axis) for axis in item.axes)
                self.places[name] = lambda _: "no value was given"
                self.missing[name] = np.ones(shape, bool)
                self.waiting[name] = Value(np.zeros(shape), item.axes)
        return progress

    def _bind_labels(self) -> bool:
        progress = False
        for name, index_set in self.sets.known.items():
            wanted = f"{name}.labels"
            if wanted in self.used and index_set.is_numeric and self._begin(wanted):
                progress = True
                if not self.budget.reserve(
                    Need(wanted, index_set.size * 8, "its labels", self.graph.sets[name].span)
                ):
                    return False
                self.values[wanted] = Value(index_set.values(), (name,))
        return progress

    def _resolve_ranges(self) -> bool:
        progress = False
        for declared in self.graph.sets.values():
            waits = declared.bounds is not None and declared.labels is None
            if waits and f"range {declared.name}" not in self.settled:
                done = resolve_bounds(declared, self.evaluator, self.sets, self.report)
                if done:
                    progress = self._begin(f"range {declared.name}")
        return progress

    def _choose_elements(self) -> bool:
        progress = False
        for axis, chosen in self.graph.selections.items():
            ready = self.lengths.knows(chosen.over) and can_evaluate(
                chosen.condition, self.evaluator
            )
            if ready and self._begin(f"selection {axis}"):
                progress = True
                if not self.budget.reserve(need_of_selection(chosen, self.lengths)):
                    return False
                if self.positions.check([chosen.condition], chosen.span):
                    found, self.sizes[axis] = choose(chosen, self.evaluator)
                    self.values.update(found)
        return progress

    def _place_parts(self) -> bool:
        progress = False
        for name, (axes, parts) in self.graph.assembled.items():
            ready = can_place(axes, parts, self.graph, self.lengths, self.values)
            if ready and self._begin(f"parts {name}"):
                progress = True
                needed = self.lengths.product(axes) * 8
                if not self.budget.reserve(Need(name, needed, "its parts", parts[0].span)):
                    return False
                where = place_parts(name, self.graph, self.evaluator, self.report)
                if where is not None:
                    self.values[where_name(name)] = where
                    self.sizes[parts_axis(name)] = part_total(name, self.graph, self.lengths)
        return progress

    def _compute(self) -> bool:
        progress = False
        for name, node in self.graph.nodes.items():
            if not isinstance(node, Deterministic) or not self._can_compute(node):
                continue
            if self._begin(f"node {name}"):
                progress = True
                if not self._compute_node(node):
                    return False
        return progress

    def _can_compute(self, node: Deterministic) -> bool:
        return (
            self.graph.roles[node.name] == "data"
            and self.lengths.knows(node.axes)
            and can_evaluate(node.expression, self.evaluator)
        )

    def _compute_node(self, node: Deterministic) -> bool:
        if not self.budget.reserve(need_of_computed(node, self.lengths)):
            return False
        if not self.positions.check([node.expression], node.span):
            return True
        with np.errstate(all="ignore"):
            array = np.array(array_over(node.expression, node.axes, self.evaluator))
        self._computed(node, array)
        return True

    def _computed(self, node: Deterministic, array: np.ndarray) -> None:
        bad = np.isnan(array)
        where = self.values.get(where_name(node.name))
        if where is not None:
            missing = np.asarray(where.array) < 0
            array[missing], bad = np.nan, bad & ~missing
        self.values[node.name] = Value(array, node.axes)
        if bad.any() and node.name in self.used:
            self._report_not_a_number(node, bad)

    def _compute_recursions(self) -> bool:
        progress = False
        for names in self.graph.recursions:
            label = f"recursion {min(names)}"
            if label not in self.settled and self._can_compute_recursion(names):
                progress = self._begin(label)
                if not self._compute_recursion(names):
                    return False
        return progress

    def _can_compute_recursion(self, names: frozenset[str]) -> bool:
        outside = frozenset[str]().union(*(self.graph.nodes[name].names for name in names)) - names
        return (
            all(self.graph.roles.get(name) == "data" for name in names)
            and outside <= self.values.keys()
            and is_ready(self.graph, names, self.lengths, self.evaluator)
        )

    def _compute_recursion(self, names: frozenset[str]) -> bool:
        nodes = [n for n in self.graph.deterministic if n.name in names]
        if not self.budget.reserve(*(need_of_computed(node, self.lengths) for node in nodes)):
            return False
        if not all(self.positions.check([n.expression], n.span) for n in nodes):
            return True
        if find_schedule(self.graph, names, self.evaluator, self.report) is None:
            return True
        definitions = {node.name: (node.axes, node.expression) for node in nodes}
        axes = {n.name: n.axes for n in self.graph.deterministic}
        found = without_recursions(definitions, self.graph.assembled, axes, self.evaluator)
        run = replace(
            self.evaluator,
            values={**self.values, **found.values},
            sizes={**self.sizes, **found.sizes},
            definitions=found.definitions,
            memo={},
        )
        for node in nodes:
            value = run(Reference(node.name))
            self._computed(node, np.array(spread(value, node.axes)))
        return True

    def _complete(self) -> bool:
        """Make unknowns of the missing cells of what is observed, as soon as no step is left."""
        if not self.waiting or self.budget.is_exceeded:
            return False
        statements = observers(self.graph, self.waiting)
        evaluator = self._with(self.waiting)
        ready = [
            name
            for name, nodes in statements.items()
            if all(
                self.lengths.knows(node.axes) and node.value and can_evaluate(node.value, evaluator)
                for node in nodes
            )
        ]
        if not ready:
            return self._give_up()
        given = {name: self.waiting.pop(name) for name in ready}
        check_observed_once(self.graph, evaluator, self._with_value, self.report, given)
        found = complete(self.graph, given, self.missing, self.evaluator, self.report)
        self.values.update({**given, **found.values})
        self.sizes.update(found.sizes)
        self.covered.update(found.covered)
        self.refused |= found.refused
        self.joined |= found.joined
        self.missing.update({name: self.blank[name] for name in ready if name in self.blank})
        self.imputed = (*self.imputed, *found.imputed)
        self.graph = self.positions.graph = found.graph
        self.used |= frozenset[str]().union(*(e.names for e in all_expressions(self.graph)))
        return True

    def _give_up(self) -> bool:
        """What `for` says about data depends on their own gaps: these are no unknowns then."""
        if self.partial or self.report.errors:
            return False
        self.values.update(self.waiting)
        self.waiting.clear()
        return True

    # --- what is left ----------------------------------------------------------------------

    def _report_unknown_sets(self) -> None:
        waiting: dict[str, bool] = {}
        for declared in self.graph.sets.values():
            speaks = [
                item.name
                for item in self.graph.data.values()
                if declared.name in (item.type, item.labels_of, *map(set_of, item.axes))
            ]
            absent = any(name not in self.supplies.items for name in speaks)
            waiting[declared.name] = absent or declared.bounds is not None
        report_unknown_sets(self.graph, self.sets, waiting, self.report)

    def _check_the_rest(self) -> None:
        for set_name, span in self.graph.label_uses:
            index_set = self.sets.known.get(set_name)
            if index_set is not None and not index_set.is_numeric:
                self.report.add(
                    "HB326",
                    f"`{set_name}` stands for a number here, but its labels are texts",
                    span,
                    cause="texts have no size; the labels come from "
                    f"{self.sets.words.get(set_name, 'data')}",
                    help=f'compare it with a label, `{set_name} == "…"`, or take '
                    f"`position({set_name})`",
                )
        for node in self.graph.nodes.values():
            self.positions.check(expressions_of(node), node.span)
        check_order(self.graph, self.evaluator, self.report)
        check_times(self.graph, self.evaluator, self.report)
        check_integrals(self.graph, self.evaluator, self.report)
        self._check_simulated()
        self._check_missing()
        if not self.report.errors:
            self._check_recursions()
            check_used_elements(self.graph, self.evaluator, self.report)
        if not self.report.errors:
            check_observed_once(self.graph, self.evaluator, self._with_value, self.report)
        if not self.report.errors:
            check_combined_values(self.graph, self.evaluator, self.report)
            check_whole_values(self.graph, self.evaluator, self.report)
        if not self.report.errors:
            ValueChecker(self.graph, self.evaluator, self.places, self.report).check()
            self.budget.reserve(*needs_of_draws(self.graph, self.lengths, self.num_draws))

    def _check_simulated(self) -> None:
        """Data to be drawn whose size nothing tells."""
        if self.report.errors:
            return
        for name in sorted(self.simulated - self.values.keys()):
            item = self.graph.data[name]
            sets = [axis for axis in map(set_of, item.axes) if axis not in self.sets.known]
            self.report.add(
                "HB471",
                f"nothing tells how many values `{name}` has",
                item.span,
                cause=f"the labels of `{sets[0] if sets else name}` come from data that were not "
                "given",
                help="list them in the model, as in `index i = 1..20`, or give data of that size",
            )

    def _check_missing(self) -> None:
        formulas = {
            name: imputed.data
            for imputed in self.imputed
            if not imputed.cells
            for name in self.graph.nodes[imputed.data].names & self.missing.keys()
        }
        gaps: dict[str, Gaps] = {}
        for name, mask in self.missing.items():
            rest = mask & ~self.covered.get(name, np.zeros_like(mask))
            no_row, formula = name in self.without_rows, formulas.get(name, "")
            found = Gaps(name, mask, self.places[name], no_row, formula)
            gaps[name] = found
            gaps[completed_name(name)] = replace(found, mask=rest)
        checker = MissingChecker(self.graph, self.evaluator, gaps, self.report)
        checker.check(skipped=self.refused | self.joined)
        if self.imputed and not self.report.errors:
            check_graph(of_unknown_cells(self.graph, self.joined), self.report)

    def _with_value(self, name: str, value: Value) -> Evaluator:
        return self._with({name: value})

    def _with(self, values: Mapping[str, Value]) -> Evaluator:
        return Evaluator(numpy_arrays(), {**self.values, **values}, self.sets.known, self.sizes)

    def _check_recursions(self) -> None:
        for names in self.graph.recursions:
            if f"recursion {min(names)}" in self.settled:
                continue
            if is_ready(self.graph, names, self.lengths, self.evaluator):
                find_schedule(self.graph, names, self.evaluator, self.report)

    def _report_not_a_number(self, node: Deterministic, bad: np.ndarray) -> None:
        index = first_index(bad)
        named = element_name(node.name, node.axes, index, self.graph, self.sets.known, self.values)
        self.report.add(
            "HB487",
            f"`{named}` is not a number",
            node.span,
            cause="it is computed from data alone, and there the formula has no value: a logarithm "
            "of a negative number, 0 / 0, or a standard deviation of one value",
            help="check the data that go into it, or leave such elements out",
        )
