"""Missing cells: `missing(x)` asks for them, and any other use of one is a mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value, joint_axes
from hdsl.expressions.rewrite import rebuild
from hdsl.expressions.text import with_axes
from hdsl.expressions.tree import Apply, Constant, Expression, Reduce, Reference, apply
from hdsl.model.conditional import Conditions, below
from hdsl.model.element_names import element_name
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import DataDeclaration, ModelGraph, Stochastic
from hdsl.model.node_expressions import expressions_of
from hdsl.source import NOWHERE, Span

Mask = NDArray[np.bool_]


def mask_name(data: str) -> str:
    """The name of the array that is 1 where a cell of data is missing, else 0."""
    return f"{data}.missing"


# --- `missing(x)` -------------------------------------------------------------------------------


def with_masks(graph: ModelGraph) -> ModelGraph:
    """The graph with each `missing(x)` as a reference to data that tell which cells are missing."""

    def change(e: Expression) -> Expression | None:
        if isinstance(e, Apply) and e.function == "missing":
            return _any_missing(graph, e.arguments[0])
        return None

    def changed(e: Expression) -> Expression:
        return rebuild(e, change)

    nodes = dict(graph.nodes)
    for name, node in nodes.items():
        if isinstance(node, Stochastic):
            value = None if node.value is None else changed(node.value)
            nodes[name] = replace(node, random=node.random.map(changed), value=value)
        else:
            nodes[name] = replace(node, expression=changed(node.expression))
    selections = {
        name: replace(chosen, condition=changed(chosen.condition))
        for name, chosen in graph.selections.items()
    }
    return replace(graph, nodes=nodes, selections=selections)


def _any_missing(graph: ModelGraph, e: Expression) -> Expression:
    """1 where a cell is missing among those that a formula speaks of."""
    match e:
        case Reference(name, indices) if name in graph.data:
            return Reference(mask_name(name), indices, span=e.span)
        case Reference():
            return Constant(0.0)
        case Reduce(_, body, over, condition):
            inner = _any_missing(graph, body)
            return inner if inner == Constant(0.0) else Reduce("any", inner, over, condition)
        case _:
            found: Expression = Constant(0.0)
            for child in e.children:
                inner = _any_missing(graph, child)
                if inner != Constant(0.0):
                    found = inner if found == Constant(0.0) else apply("or", found, inner)
            return found


# --- other uses ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gaps:
    """The missing cells of one array that no unknown stands for.

    Attributes
    ----------
    data
        The name of the data.
    place
        Where a cell is, in words.
    has_no_row
        Whether the file has no row for some of them.
    formula
        The observed formula of the data that does not tell them, if there is one.
    """

    data: str
    mask: Mask
    place: Callable[[tuple[int, ...]], str]
    has_no_row: bool = False
    formula: str = ""


@dataclass
class MissingChecker:
    """Finds the missing cells that a model uses (HB360).

    Attributes
    ----------
    gaps
        By the name under which expressions speak of the array.
    """

    graph: ModelGraph
    evaluator: Evaluator
    gaps: Mapping[str, Gaps]
    report: Report
    told: set[str] = field(default_factory=set[str])
    seen: set[tuple[Expression, Conditions]] = field(
        default_factory=set[tuple[Expression, Conditions]]
    )

    def check(self, skipped: Iterable[str] = ()) -> None:
        """Check all statements but those of some names."""
        for chosen in self.graph.selections.values():
            self._visit(chosen.condition, (), chosen.span, True)
        for declared in self.graph.sets.values():
            for end in declared.bounds or ():
                self._visit(end, (), declared.span, True)
        for name, node in self.graph.nodes.items():
            if name not in skipped:
                for expression in expressions_of(node):
                    self._visit(expression, (), node.span, False)

    def _visit(self, e: Expression, conditions: Conditions, span: Span, chooses: bool) -> None:
        if not e.names & self.gaps.keys() or (e, conditions) in self.seen:
            return
        self.seen.add((e, conditions))
        span = e.span if e.span != NOWHERE else span
        if isinstance(e, Reference) and e.name in self.gaps:
            self._check(e, conditions, span, chooses)
        for child, more in below(e):
            self._visit(child, (*conditions, *more), span, chooses)

    def _check(self, e: Reference, conditions: Conditions, span: Span, chooses: bool) -> None:
        gaps = self.gaps[e.name]
        cells = self._cells_used(e, conditions)
        if not cells.size or gaps.data in self.told:
            return
        self.told.add(gaps.data)
        first = int(cells[0])
        index = tuple(int(i) for i in np.unravel_index(first, gaps.mask.shape))
        declared = self.graph.data[gaps.data]
        named = element_name(
            gaps.data, declared.axes, index, self.graph, self.evaluator.sets, self.evaluator.values
        )
        place = gaps.place(index)
        others = len(np.unique(cells)) - 1
        more = f" (and {others} more cell{'' if others == 1 else 's'})" if others else ""
        if gaps.formula:
            self._report_untold(gaps, named, span)
            return
        self.report.add(
            "HB360",
            f"`{named}` is missing, and this line uses it{more}",
            span,
            note=f"the empty cell: {place}"
            if " of " in place
            else place
            if gaps.has_no_row
            else "",
            cause="what a statement is about is settled before anything is drawn, by cells that "
            "have a value"
            if chooses
            else "missing cells become unknowns where a line says how they come about: the data "
            "stand left of its `~`; elsewhere a missing cell has no value",
            help=self._help(gaps, declared, chooses),
        )

    def _report_untold(self, gaps: Gaps, named: str, span: Span) -> None:
        self.report.add(
            "HB361",
            f"`{named}` is missing, `{gaps.formula}` doesn't tell it, and this line uses it",
            span,
            cause="where a formula of data is observed and a cell is missing, the value of the "
            "formula is an unknown; the cell follows from it only by links, sums and products",
            help=f"observe `{gaps.data}` itself, or leave out what is missing",
        )

    def _cells_used(self, e: Reference, conditions: Conditions) -> NDArray[np.int64]:
        """The missing cells that a reference asks for, where its conditions hold."""
        gaps = self.gaps[e.name]
        axes = self.graph.data[gaps.data].axes
        numbers = np.where(gaps.mask, np.arange(gaps.mask.size).reshape(gaps.mask.shape), -1)
        run = self._with(e.name, Value(numbers, axes))
        if not can_evaluate(e, run):
            # Which element it asks for is drawn: it may be any.
            return numbers[gaps.mask] if self._depends_on_unknowns(e) else np.zeros(0, np.int64)
        found = run(e)
        known = [c for c in conditions if can_evaluate(c, self.evaluator)]
        values = [self.evaluator(c) for c in known]
        joint = joint_axes(found, *values)
        cells = array_over(e, joint, run)
        used = cells >= 0
        for condition in known:
            used = used & (array_over(condition, joint, self.evaluator) != 0)
        return cells[used].astype(np.int64)

    def _depends_on_unknowns(self, e: Expression) -> bool:
        graph = self.graph
        return any(
            name in graph.unknowns or graph.ancestors.get(name, frozenset()) & graph.unknowns
            for name in e.names
        )

    def _with(self, name: str, value: Value) -> Evaluator:
        values = {**self.evaluator.values, name: value}
        return Evaluator(numpy_arrays(), values, self.evaluator.sets, self.evaluator.sizes)

    def _help(self, gaps: Gaps, declared: DataDeclaration, chooses: bool) -> str:
        if gaps.has_no_row:
            return "add the rows that are not there, with 0 if that is what a gap means"
        column = declared.column if declared.column.isidentifier() else f'"{declared.column}"'
        written = with_axes(declared.name, declared.axes)
        if chooses:
            if declared.file is not None and declared.axes:
                return f"leave such rows out: `where not missing({column})`"
            return "give the value"
        if declared.file is not None and declared.axes:
            return (
                f"leave such rows out, `where not missing({column})`, or say how the values come "
                f"about: `{written} ~ …`"
            )
        return f"give the value, or say how it comes about: `{written} ~ …`"
