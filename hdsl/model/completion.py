"""Missing cells of observed data become unknowns: the graph is completed when data are bound.

An observation is split along a selection of its elements: those that were seen are observed, the
others are drawn from the same distribution. What uses the data elsewhere then means the completed
array, laid together from the given values and the unknown ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.distributions import DISTRIBUTIONS
from hdsl.distributions.censored import CensoredIf
from hdsl.distributions.random import Applied
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.rewrite import rebuild, references, sum_over
from hdsl.expressions.solve import solved_for
from hdsl.expressions.tree import (
    Along,
    Concatenate,
    Constant,
    Expression,
    Gather,
    Reference,
    map_children,
    set_of,
)
from hdsl.model.chosen_rows import chosen_rows
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import (
    Deterministic,
    Factor,
    Imputed,
    ModelGraph,
    Node,
    Part,
    Selection,
    Stochastic,
    whole,
)
from hdsl.model.order import ordered
from hdsl.model.parts import parts_axis, where_name
from hdsl.source import Span

Mask = NDArray[np.bool_]


def completed_name(data: str) -> str:
    """The name of the array in which unknowns fill the missing cells of data."""
    return f"completed {data}"


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
    joined
        The quantities in which given and unknown values follow each other.
    refused
        Statements of which a mistake was reported.
    """

    graph: ModelGraph
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    imputed: tuple[Imputed, ...] = ()
    covered: dict[str, Mask] = field(default_factory=dict[str, Mask])
    joined: set[str] = field(default_factory=set[str])
    refused: set[str] = field(default_factory=set[str])


def of_unknown_cells(graph: ModelGraph, joined: Iterable[str]) -> ModelGraph:
    """The graph, for checks of supports: completed arrays hold what is drawn for them alone.

    The values that were given are checked one by one.
    """
    nodes = dict(graph.nodes)
    for name in joined:
        pieces = nodes[name]
        if isinstance(pieces, Deterministic) and isinstance(pieces.expression, Concatenate):
            items = pieces.expression.items
            drawn = tuple(i for i in items if not _is_given(i[0], graph))
            expression = replace(pieces.expression, items=drawn)
            nodes[name] = replace(pieces, expression=expression)
    pieces_of = {parts_axis(name): name for name in graph.assembled}
    filled = {pieces_of[name] for name in joined if name in pieces_of}
    assembled = {name: found for name, found in graph.assembled.items() if name not in filled}
    return replace(graph, nodes=nodes, assembled=assembled)


def _is_given(e: Expression, graph: ModelGraph) -> bool:
    return isinstance(e, Reference) and (e.name in graph.data or graph.roles.get(e.name) == "data")


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
    assembled: dict[str, tuple[tuple[str, ...], tuple[Part, ...]]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], tuple[Part, ...]]]
    )
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
        assembled = {**self.graph.assembled, **self.assembled}
        self.out.graph = replace(
            self.graph, nodes=nodes, selections=selections, assembled=assembled
        )
        return self.out

    # --- observations ----------------------------------------------------------------------

    def _observation(self, node: Stochastic, value: Expression) -> None:
        lacking = self._lacking(node, value)
        if lacking is None or not lacking.any():
            self.nodes[node.name] = node
            return
        event = tuple(axis for axis in node.axes if axis in node.random.event_axes)
        plates = tuple(axis for axis in node.axes if axis not in event)
        inner = tuple(map(node.axes.index, event))
        any_cell = np.asarray(lacking.any(axis=inner))
        rows = np.asarray(lacking.all(axis=inner))
        if (any_cell != rows).any():
            if not _is_free(node) or not isinstance(value, Reference):
                self._report_part_of_a_row(node)
                return
            self._rows_in_part(node, value, plates, any_cell & ~rows, lacking)
        if not any_cell.all():
            self.nodes[node.name] = self._chosen(node, f"{node.name}.seen", plates, ~any_cell)
        if not rows.any():
            return
        if rows.all():
            drawn = replace(node, axes=(*plates, *event))
        else:
            drawn = self._chosen(node, f"{node.name}.missing", plates, rows)
        # Of a value that is missing not even a bound was seen.
        random = drawn.random.base if isinstance(drawn.random, CensoredIf) else drawn.random
        drawn = replace(drawn, random=random)
        unknown = replace(drawn, name=f"missing {node.name}", value=None, is_internal=True)
        self.nodes[unknown.name] = unknown
        self._tell_cells(node, drawn.value or value, unknown, rows)

    def _rows_in_part(
        self,
        node: Stochastic,
        value: Reference,
        plates: tuple[str, ...],
        rows: Mask,
        lacking: Mask,
    ) -> None:
        """Rows of which some numbers were seen: the others are unknowns, and all have one density.

        That density is a factor, so the unknown numbers have no other.
        """
        in_part = self._chosen(node, f"{node.name}.in part", plates, rows) if plates else node
        axes = (*plates, *(axis for axis in node.axes if axis not in plates))
        gaps = np.transpose(lacking, [node.axes.index(axis) for axis in axes])
        gaps = gaps & rows.reshape(rows.shape + (1,) * (gaps.ndim - rows.ndim))
        name = f"missing in rows of {node.name}"
        cells = Stochastic(name, axes, _flat(node), value, node.span, is_internal=True)
        unknown = replace(self._chosen(cells, f"{node.name}.cells", axes, gaps), value=None)
        self.nodes[name] = unknown
        self._tell_cells(cells, value, unknown, gaps)

        given = self.given[value.name]
        run = self._with({value.name: Value(_numbers(given), given.axes)})
        table = array_over(value, axes, run).copy()
        table[gaps] = given.array.size + np.arange(int(gaps.sum()))
        row_axes = (*in_part.axes[:1], *axes[len(plates) :]) if plates else axes
        full = self._joined(
            f"rows of {node.name}", whole(value.name, given.axes), given.axes,
            (self.parts[value.name][-1],), Value(table[rows] if plates else table, row_axes),
            node.span,
        )  # fmt: skip
        density = sum_over(in_part.random.log_prob(full), in_part.plates)
        self.nodes[f"{node.name} in part"] = Factor(f"{node.name} in part", density, node.span)

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
        found = chosen_rows(node, axis, plates, mask)
        self.selections[axis] = found.selection
        self.out.values.update(found.values)
        self.out.sizes[axis] = found.size
        self.nodes.update({made.name: made for made in found.wholes})
        return found.node

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
        run = self._with({name: Value(_numbers(self.given[name]), self.given[name].axes)})
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
                case _ if name in self.out.joined:
                    continue
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
        """The completed array: given cells and unknown ones are parts of one quantity."""
        full, axes, span = completed_name(name), self.given[name].axes, self.graph.data[name].span
        parts = [*self._given_cells(name), *self.parts[name]]
        pieces, size = parts_axis(full), self.missing[name].size
        where = np.full(size, -1, np.int64)
        for start, part in zip(_starts(parts), parts, strict=True):
            where[part.cells] = start + np.arange(part.cells.size)
        self.out.values[where_name(full)] = Value(where.reshape(self.missing[name].shape), axes)
        self.out.sizes[pieces] = sum(part.cells.size for part in parts)
        joined = Concatenate(tuple((whole(p.node, p.axes), p.axes) for p in parts), pieces)
        self.nodes[pieces] = Deterministic(pieces, (pieces,), joined, span, is_internal=True)
        self.out.joined.add(pieces)
        gathered = Reference(pieces, (Gather(whole(where_name(full), axes)),))
        self.nodes[full] = Deterministic(full, axes, gathered, span, is_internal=True)
        placed = [self._placed(name, part) for part in parts]
        if all(part is not None for part in placed):
            self.assembled[full] = (axes, tuple(part for part in placed if part is not None))

    def _given_cells(self, name: str) -> Iterator[_Part]:
        """The cells of data that are no unknowns, as a quantity."""
        given = self.given[name]
        cells = np.flatnonzero(~self.out.covered[name])
        if not cells.size:
            return
        node = f"given {name}"
        axis = f"{node}.rows"
        positions = np.unravel_index(cells, given.array.shape)
        at: list[Gather] = []
        for own, found in zip(given.axes, positions, strict=True):
            self.out.values[f"{axis}.{own}"] = Value(found.astype(np.int64), (axis,))
            at.append(Gather(Reference(f"{axis}.{own}", (Along(axis),))))
        self.out.sizes[axis] = cells.size
        taken = Reference(name, tuple(at))
        span = self.graph.data[name].span
        self.nodes[node] = Deterministic(node, (axis,), taken, span, is_internal=True)
        yield _Part(node, (axis,), cells)

    def _placed(self, name: str, part: _Part) -> Part | None:
        """How a part lies in the completed array, if each of its axes moves along one of them."""
        given = self.given[name]
        run = self._with({})
        shape = tuple(map(run.size, part.axes))
        at: list[str | float | Reference] = []
        for own, found in zip(
            given.axes, np.unravel_index(part.cells, given.array.shape), strict=True
        ):
            index = found.reshape(shape)
            varying = [k for k in range(index.ndim) if (index != index.take([0], axis=k)).any()]
            if not varying:
                at.append(run.sets[set_of(own)].labels[int(found[0])])
                continue
            if len(varying) > 1:
                return None
            along = varying[0]
            line = np.moveaxis(index, along, 0).reshape(shape[along], -1)[:, 0]
            vector = f"{part.node}.place.{own}"
            self.out.values[vector] = Value(line.astype(np.int64), (part.axes[along],))
            at.append(Reference(vector, (Along(part.axes[along]),)))
        return Part(part.node, tuple(at), self.graph.data[name].span)

    def _joined(
        self,
        name: str,
        given: Expression,
        axes: tuple[str, ...],
        parts: Sequence[_Part],
        where: Value,
        span: Span,
    ) -> Expression:
        """Given values and then those of parts, taken at the places that a table tells."""
        pieces, table = f"{name}.parts", f"{name}.where"
        items = [(given, axes), *((whole(part.node, part.axes), part.axes) for part in parts)]
        joined = Concatenate(tuple(items), pieces)
        self.nodes[pieces] = Deterministic(pieces, (pieces,), joined, span, is_internal=True)
        self.out.values[table] = where
        size = self.given[next(iter(given.names))].array.size
        self.out.sizes[pieces] = size + sum(part.cells.size for part in parts)
        self.out.joined.add(pieces)
        return Reference(pieces, (Gather(whole(table, where.axes)),))

    # --- the rest --------------------------------------------------------------------------

    def _with(self, values: Mapping[str, Value]) -> Evaluator:
        known = {**self.run.values, **self.out.values, **values}
        sizes = {**self.run.sizes, **self.out.sizes}
        return Evaluator(numpy_arrays(), known, self.run.sets, sizes)

    def _report_part_of_a_row(self, node: Stochastic) -> None:
        self.nodes[node.name] = node
        self.out.refused.add(node.name)
        family = node.random.family
        self.report.add(
            "HB361",
            f"some numbers of a row of `{node.name}` are missing, and others are not",
            node.span,
            cause=f"`{family}` speaks of a whole row at once, and its numbers depend on each other "
            "in a way that leaves no room for single unknowns",
            help="leave such rows out of the data with `where`, or empty the rest of the row",
        )


def _starts(parts: Sequence[_Part]) -> list[int]:
    sizes = [part.cells.size for part in parts]
    return [sum(sizes[:k]) for k in range(len(sizes))]


def _numbers(given: Value) -> NDArray[np.int64]:
    """The cells of an array, numbered in row-major order."""
    return np.arange(given.array.size).reshape(given.array.shape)


def _flat(node: Stochastic) -> Applied:
    ends = (("lower", Constant(-np.inf)), ("upper", Constant(np.inf)))
    return Applied(DISTRIBUTIONS["Flat"], ends, span=node.span)


def _is_free(node: Stochastic) -> bool:
    """Whether each number of a row may be any number, whatever the others are."""
    support = node.random.support
    ends = (support.lower, support.upper)
    return support.kind == "interval" and not support.integer and ends == (None, None)
