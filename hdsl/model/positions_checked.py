"""Whether every label that an expression asks for is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.data.mistakes import counted
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator, joint_axes
from hdsl.expressions.index_set import Label
from hdsl.expressions.tree import (
    Apply,
    At,
    Constant,
    Expression,
    Gather,
    LabelPosition,
    Lookup,
    Position,
    Reference,
    Shift,
    Stack,
    apply,
    set_of,
)
from hdsl.model.conditional import Conditions, below
from hdsl.model.element_names import (
    element_name,
    first_index,
    label_name,
    listed_labels,
    number_name,
    suggestion,
)
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import Factor, ModelGraph
from hdsl.model.parts import parts_axis
from hdsl.source import NOWHERE, Span


@dataclass
class PositionChecker:
    """Checks the positions in expressions of data, where their conditions hold (HB327)."""

    graph: ModelGraph
    evaluator: Evaluator
    report: Report
    seen: set[tuple[Expression, Conditions]] = field(
        default_factory=set[tuple[Expression, Conditions]]
    )

    @cached_property
    def _laid_together(self) -> frozenset[str]:
        """The arrays of the values of parts: where nothing is defined, nothing is taken."""
        return frozenset(parts_axis(name) for name in self.graph.assembled)

    def check(self, expressions: Iterable[Expression], span: Span = NOWHERE) -> bool:
        """Whether all labels that can be known by now are there; reports the first that is not."""
        before = len(self.report.diagnostics)
        for expression in expressions:
            self._visit(expression, (), span)
        return len(self.report.diagnostics) == before

    def _visit(self, e: Expression, conditions: Conditions, span: Span) -> None:
        if (e, conditions) in self.seen:
            return
        self.seen.add((e, conditions))
        span = e.span if e.span != NOWHERE else span
        if isinstance(e, Lookup):
            self._check_lookup(e, conditions, span)
        elif isinstance(e, LabelPosition):
            self._check_label(e.set_name, e.label, span)
        elif isinstance(e, Reference) and e.name not in self._laid_together:
            self._check_reference(e, conditions, span)
        elif isinstance(e, Stack):
            self._check_list(e, span)
        for child, more in below(e):
            self._visit(child, (*conditions, *more), span)

    def _check_lookup(self, e: Lookup, conditions: Conditions, span: Span) -> None:
        found = self._wrong(e, conditions, None)
        if found is None:
            return
        axes, index = found
        labels = array_over(e.labels, axes, self.evaluator)[index]
        index_set = self.evaluator.sets[e.set_name]
        label: Any = labels.item() if isinstance(labels, np.ndarray | np.generic) else labels
        self.report.add(
            "HB327",
            f"`{label_name(label)}` is no label of `{e.set_name}`",
            span,
            note=self._asked_by(axes, index),
            cause=f"brackets hold labels; those of `{e.set_name}` are {listed_labels(index_set)}",
            help=self._ends_apart(e) or "leave such elements out with `for`, or correct the data",
        )

    def _ends_apart(self, e: Lookup) -> str:
        """What to do where ``t-1`` or ``t+1`` leads out of the set."""
        match e.labels:
            case Apply("subtract", (Reference(), Constant(by))):
                before = by > 0
            case Apply("add", (Reference(), Constant(by))):
                before = by < 0
            case _:
                return ""
        end, sign = ("first", ">") if before else ("last", "<")
        return (
            f"define the {end} elements by a line of their own, and leave them out here: "
            f"`for {e.set_name} {sign} {end}({e.set_name})`"
        )

    def _check_label(self, set_name: str, label: Label, span: Span) -> None:
        index_set = self.evaluator.sets.get(set_name)
        if index_set is None:
            return
        try:
            index_set.position(label)
        except KeyError:
            near = suggestion(label, index_set.labels)
            self.report.add(
                "HB327",
                f"`{label_name(label)}` is no label of `{set_name}`",
                span,
                cause=f"only labels of `{set_name}` can stand here: {listed_labels(index_set)}",
                help=near or "write one of these labels",
            )

    def _check_list(self, e: Stack, span: Span) -> None:
        is_known = e.axis in self.evaluator.sizes or set_of(e.axis) in self.evaluator.sets
        if not is_known or self.evaluator.size(e.axis) == len(e.items):
            return
        size = self.evaluator.size(e.axis)
        self.report.add(
            "HB333",
            f"the list has {counted(len(e.items), 'item')}, but `{set_of(e.axis)}` has "
            f"{counted(size, 'label')}",
            span,
            cause="a list takes the axis that it meets, one item for each label, in their order",
            help=f"give the list {counted(size, 'item')}",
        )

    def _check_reference(self, e: Reference, conditions: Conditions, span: Span) -> None:
        for axis, index in zip(self._axes_of(e.name), e.indices, strict=False):
            positions: Expression | None = None
            if isinstance(index, At):
                self._check_label(set_of(axis), index.label, span)
            if isinstance(index, Gather) and not isinstance(index.positions, Lookup):
                positions = index.positions
            elif isinstance(index, Shift):
                positions = apply("add", Position(index.axis), float(index.by))
            if positions is None or not self._is_known(axis):
                continue
            found = self._wrong(positions, conditions, self.evaluator.size(axis))
            if found is None:
                continue
            axes, at = found
            value = float(array_over(positions, axes, self.evaluator)[at])
            self._report_outside(e.name, axis, value, axes, at, span)

    def _report_outside(
        self,
        name: str,
        axis: str,
        position: float,
        axes: tuple[str, ...],
        at: tuple[int, ...],
        span: Span,
    ) -> None:
        size = self.evaluator.size(axis)
        if position < 0:
            where = f"{number_name(-position)} before the first"
        else:
            where = f"{number_name(position - size + 1)} after the last"
        self.report.add(
            "HB327",
            f"`{name}` has no element {where} along `{axis.split('#')[0]}`",
            span,
            note=self._asked_by(axes, at),
            cause="a label that is not in the index set has no element",
            help="leave such elements out with `for`: `for t > first(t)`",
        )

    def _asked_by(self, axes: tuple[str, ...], index: tuple[int, ...]) -> str:
        if not axes:
            return ""
        named = element_name(
            "", axes, index, self.graph, self.evaluator.sets, self.evaluator.values
        )
        return f"asked for where {named.strip('[]').replace(', ', ' and ')}"

    def _wrong(
        self, positions: Expression, conditions: Conditions, size: int | None
    ) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
        """The first element whose position is none, with its axes."""
        if not can_evaluate(positions, self.evaluator):
            return None
        known = [c for c in conditions if can_evaluate(c, self.evaluator)]
        with np.errstate(all="ignore"):
            own = np.asarray(self.evaluator(positions).array)
            if not bool(_is_outside(own, size).any()):
                return None
            axes = joint_axes(self.evaluator(positions), *(self.evaluator(c) for c in known))
            bad = _is_outside(array_over(positions, axes, self.evaluator), size)
            for condition in known:
                bad = bad & (array_over(condition, axes, self.evaluator) != 0)
        if not bad.any():
            return None
        index = first_index(bad)
        return axes, index

    def _axes_of(self, name: str) -> tuple[str, ...]:
        if name in self.evaluator.values:
            return self.evaluator.values[name].axes
        node = self.graph.nodes.get(name)
        if node is not None and not isinstance(node, Factor):
            return node.axes
        return self.graph.data[name].axes if name in self.graph.data else ()

    def _is_known(self, axis: str) -> bool:
        return axis in self.evaluator.sizes or set_of(axis) in self.evaluator.sets


def _is_outside(positions: NDArray[Any], size: int | None) -> NDArray[np.bool_]:
    outside = positions < 0
    return outside if size is None else outside | (positions >= size)
