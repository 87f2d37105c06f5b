"""Missing cells of observed data become unknowns: the graph is completed when data are bound.

An observation is split along a selection of its elements: those that were seen are observed, the
others are drawn from the same distribution. What uses the data elsewhere then means the completed
array, laid together from the given values and the unknown ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.distributions.censored import CensoredIf
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.rewrite import along, rebuild, references
from hdsl.expressions.solve import solved_for
from hdsl.expressions.tree import (
    Along,
    Concatenate,
    Expression,
    Gather,
    Reference,
    map_children,
)
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import (
    Deterministic,
    Factor,
    Imputed,
    ModelGraph,
    Node,
    Selection,
    Stochastic,
    whole,
)
from hdsl.model.order import ordered

Mask = NDArray[np.bool_]


def completed_name(data: str) -> str:
    """The name of the array in which unknowns fill the missing cells of data."""
    return f"completed {data}"


def pieces_name(data: str) -> str:
    """The name of the given and the unknown values, one after the other."""
    return f"{completed_name(data)}.parts"


@dataclass
class Completed:
    """A graph without missing cells in what is observed.

    Attributes
    ----------
    values, sizes
        Positions of the chosen elements, and the lengths of the new axes.
    imputed
        The cells that are unknowns.
    covered
        For data, which of the missing cells these are.
    """

    graph: ModelGraph
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    imputed: tuple[Imputed, ...] = ()
    covered: dict[str, Mask] = field(default_factory=dict[str, Mask])


def of_unknown_cells(graph: ModelGraph) -> ModelGraph:
    """The graph, for checks of supports: completed arrays hold what is drawn for them alone.

    The values that were given are checked one by one.
    """
    nodes = dict(graph.nodes)
    for name in graph.data:
        pieces = nodes.get(pieces_name(name))
        if isinstance(pieces, Deterministic) and isinstance(pieces.expression, Concatenate):
            drawn = replace(pieces.expression, items=pieces.expression.items[1:])
            nodes[pieces.name] = replace(pieces, expression=drawn)
    return replace(graph, nodes=nodes)


def observers(graph: ModelGraph, names: Mapping[str, object]) -> dict[str, list[Stochastic]]:
    """The observations in which data of the given names stand left of ``~``."""
    found: dict[str, list[Stochastic]] = {}
    for node in graph.stochastic:
        if node.value is not None:
            for name in sorted(node.value.names & names.keys()):
                found.setdefault(name, []).append(node)
    return found


def complete(
    graph: ModelGraph, given: Mapping[str, Value], missing: Mapping[str, Mask], run: Evaluator,
    report: Report,
) -> Completed:  # fmt: skip
    """Make unknowns of the missing cells of observed data.

    Parameters
    ----------
    given
        The observed data that have missing cells, with any values there.
    missing
        Which cells are missing, for the same data.
    run
        Evaluates what data alone decide.
    report
        Where mistakes go: HB361 missing cells that no unknown can stand for.
    """
    return _Completer(graph, given, missing, run, report).complete()


@dataclass
class _Part:
    """A node that holds values of missing cells, and which cells of the flattened data."""

    node: str
    axes: tuple[str, ...]
    cells: NDArray[np.int64]


@dataclass
class _Completer:
    graph: ModelGraph
    given: Mapping[str, Value]
    missing: Mapping[str, Mask]
    run: Evaluator
    report: Report
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    selections: dict[str, Selection] = field(default_factory=dict[str, Selection])
    parts: dict[str, list[_Part]] = field(default_factory=dict[str, list[_Part]])
    untold: list[Imputed] = field(default_factory=list[Imputed])

    def __post_init__(self) -> None:
        self.out = Completed(self.graph)
        self.masks = {
            name: Value(self.missing[name] * 1.0, value.axes) for name, value in self.given.items()
        }

    def complete(self) -> Completed:
        for node in self.graph.nodes.values():
            if isinstance(node, Stochastic) and node.value is not None:
                self._observation(node, node.value)
            else:
                self.nodes[node.name] = node
        for name, parts in self.parts.items():
            covered = np.zeros(self.missing[name].size, bool)
            for part in parts:
                covered[part.cells] = True
            self.out.covered[name] = covered.reshape(self.missing[name].shape)
        self._use_completed()
        self.out.imputed = (
            *(
                Imputed(name, tuple(p.node for p in parts), tuple(p.cells for p in parts))
                for name, parts in self.parts.items()
            ),
            *self.untold,
        )
        nodes = ordered(self.nodes, self.report)
        selections = {**self.graph.selections, **self.selections}
        self.out.graph = replace(self.graph, nodes=nodes, selections=selections)
        return self.out

    # --- observations ----------------------------------------------------------------------

    def _observation(self, node: Stochastic, value: Expression) -> None:
        lacking = self._lacking(node, value)
        if lacking is None or not lacking.any():
            self.nodes[node.name] = node
            return
        event = node.random.event_axes
        plates = tuple(axis for axis in node.axes if axis not in event)
        inner = tuple(node.axes.index(axis) for axis in node.axes if axis in event)
        rows = np.asarray(lacking.any(axis=inner))
        if inner and (lacking.all(axis=inner) != rows).any():
            self._report_part_of_a_row(node)
            self.nodes[node.name] = node
            return
        if rows.all():
            drawn = replace(node, axes=(*plates, *(a for a in node.axes if a in event)))
        else:
            self.nodes[node.name] = self._chosen(node, f"{node.name}.seen", plates, ~rows)
            drawn = self._chosen(node, f"{node.name}.missing", plates, rows)
        # Of a value that is missing not even a bound was seen.
        random = drawn.random.base if isinstance(drawn.random, CensoredIf) else drawn.random
        drawn = replace(drawn, random=random)
        unknown = replace(drawn, name=f"missing {node.name}", value=None, is_internal=True)
        self.nodes[unknown.name] = unknown
        self._tell_cells(node, drawn.value or value, unknown, rows)

    def _lacking(self, node: Stochastic, value: Expression) -> Mask | None:
        """Which elements of an observation rest on a missing cell."""
        found: Mask | None = None
        for name in sorted(value.names & self.masks.keys()):
            for reference in references(value, name):
                mask = array_over(reference, node.axes, self._with(self.masks)) != 0
                found = mask if found is None else found | mask
        return found

    def _chosen(
        self, node: Stochastic, axis: str, plates: tuple[str, ...], mask: Mask
    ) -> Stochastic:
        """The observation at some of its rows alone, along an axis of its own."""
        names = tuple(f"{axis}.{plate}" for plate in plates)
        chosen_name = f"{axis}.chosen"
        self.selections[axis] = Selection(axis, plates, names, whole(chosen_name, plates))
        self._add_value(chosen_name, Value(mask * 1.0, plates))
        for name, positions in zip(names, np.nonzero(mask), strict=True):
            self._add_value(name, Value(positions.astype(np.int64), (axis,)))
        self._add_size(axis, int(mask.sum()))

        def taken(e: Expression) -> Expression:
            try:
                return self._at(e, plates, names, axis)
            except ValueError:  # an axis is made inside: a cumulative sum, say
                own = tuple(a for a in node.axes if a in e.axes)
                own = (*own, *sorted(e.axes - set(own)))
                name = self._whole_argument(node, e, own)
                return self._at(whole(name, own), plates, names, axis)

        value = None if node.value is None else taken(node.value)
        event = tuple(a for a in node.axes if a not in plates)
        return replace(node, axes=(axis, *event), random=node.random.map(taken), value=value)

    def _at(
        self, e: Expression, plates: Sequence[str], names: Sequence[str], axis: str
    ) -> Expression:
        for plate, name in zip(plates, names, strict=True):
            e = along(e, plate, Gather(Reference(name, (Along(axis),))))
        return e

    def _whole_argument(self, node: Stochastic, e: Expression, axes: tuple[str, ...]) -> str:
        """The name of a quantity that is computed as a whole before rows of it are taken."""
        named = (f"{node.name} argument {number}" for number in count(1))
        for name in named:
            wanted = Deterministic(name, axes, e, node.span, is_internal=True)
            if self.nodes.setdefault(name, wanted) == wanted:
                return name
        raise AssertionError

    def _tell_cells(
        self, node: Stochastic, formula: Expression, drawn: Stochastic, rows: Mask
    ) -> None:
        """Which cells of data the drawn values are, or are a formula of."""
        assert node.value is not None
        name = min(node.value.names & self.masks.keys())
        found = references(node.value, name)
        target = whole(drawn.name, drawn.axes)
        solved = None
        if len(node.value.names & self.masks.keys()) == 1 and len(found) == 1:
            solved = solved_for(formula, name, target)
        if solved is None:
            self.untold.append(Imputed(node.name, (drawn.name,), ()))
            return
        part = drawn.name
        if solved != target:
            part = f"{drawn.name} of {name}"
            self.nodes[part] = Deterministic(part, drawn.axes, solved, node.span, is_internal=True)
        numbers = np.arange(self.missing[name].size).reshape(self.missing[name].shape)
        run = self._with({name: Value(numbers, self.given[name].axes)})
        plates = node.axes[: rows.ndim]
        order = (*plates, *drawn.axes[1:]) if drawn.axes != node.axes else drawn.axes
        cells = array_over(found[0], order, run)[rows]
        self.parts.setdefault(name, []).append(_Part(part, drawn.axes, cells.reshape(-1)))

    # --- what uses the data elsewhere ------------------------------------------------------

    def _use_completed(self) -> None:
        uses: set[str] = set()
        touched: dict[Reference, bool] = {}

        def change(e: Expression) -> Expression | None:
            if not isinstance(e, Reference) or e.name not in self.parts:
                return None
            if e not in touched:
                touched[e] = self._touches(e)
            if not touched[e]:
                return None
            uses.add(e.name)
            return map_children(replace(e, name=completed_name(e.name)), changed)

        def changed(e: Expression) -> Expression:
            return rebuild(e, change) if e.names & self.parts.keys() else e

        for name, node in self.nodes.items():
            match node:
                case Stochastic():
                    self.nodes[name] = replace(node, random=node.random.map(changed))
                case Factor() | Deterministic():
                    self.nodes[name] = replace(node, expression=changed(node.expression))
        for name in sorted(uses):
            self._lay_together(name)

    def _touches(self, e: Reference) -> bool:
        """Whether a reference to data asks for a cell that is an unknown now."""
        covered = self.out.covered[e.name]
        run = self._with({e.name: Value(covered * 1.0, self.given[e.name].axes)})
        if not can_evaluate(e, run):
            return True
        return bool(np.asarray(run(e).array).any())

    def _lay_together(self, name: str) -> None:
        axes, shape = self.given[name].axes, self.missing[name].shape
        full = completed_name(name)
        pieces, table = pieces_name(name), f"{full}.where"
        items: list[tuple[Expression, tuple[str, ...]]] = [(whole(name, axes), axes)]
        where = np.arange(self.missing[name].size)
        length = where.size
        for part in self.parts[name]:
            items.append((whole(part.node, part.axes), part.axes))
            where[part.cells] = length + np.arange(part.cells.size)
            length += part.cells.size
        self._add_value(table, Value(where.reshape(shape), axes))
        self._add_size(pieces, length)
        span = self.graph.data[name].span
        joined = Concatenate(tuple(items), pieces)
        self.nodes[pieces] = Deterministic(pieces, (pieces,), joined, span, is_internal=True)
        gathered = Reference(pieces, (Gather(whole(table, axes)),))
        self.nodes[full] = Deterministic(full, axes, gathered, span, is_internal=True)

    # --- the rest --------------------------------------------------------------------------

    def _with(self, values: Mapping[str, Value]) -> Evaluator:
        known = {**self.run.values, **self.out.values, **values}
        sizes = {**self.run.sizes, **self.out.sizes}
        return Evaluator(numpy_arrays(), known, self.run.sets, sizes)

    def _add_value(self, name: str, value: Value) -> None:
        self.out.values[name] = value

    def _add_size(self, axis: str, size: int) -> None:
        self.out.sizes[axis] = size

    def _report_part_of_a_row(self, node: Stochastic) -> None:
        family = node.random.family
        self.report.add(
            "HB361",
            f"some numbers of a row of `{node.name}` are missing, and others are not",
            node.span,
            cause=f"`{family}` speaks of a whole row at once; missing cells become unknowns where "
            "whole rows are missing",
            help="leave such rows out of the data with `where`, or empty the rest of the row",
        )
