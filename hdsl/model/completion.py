"""Missing cells of observed data become unknowns: the graph is completed when data are bound.

An observation is split along a selection of its elements: those that were seen are observed, the
others are drawn from the same distribution. What uses the data elsewhere then means the completed
array, laid together from the given values and the unknown ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Concatenate, Expression, Reference
from hdsl.model.completed import Completed, Completion, Mask
from hdsl.model.completed_arrays import use_completed
from hdsl.model.graph import Deterministic, Imputed, ModelGraph, Stochastic
from hdsl.model.missing_cells import split_observation
from hdsl.model.order import ordered
from hdsl.model.parts import parts_axis


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
    return _completed(Completion(graph, given, missing, run, report))


def _completed(completion: Completion) -> Completed:
    for node in completion.graph.nodes.values():
        if isinstance(node, Stochastic) and node.value is not None:
            split_observation(completion, node, node.value)
        else:
            completion.nodes[node.name] = node
    for name, parts in completion.parts.items():
        covered = np.zeros(completion.missing[name].size, bool)
        for part in parts:
            covered[part.cells] = True
        completion.out.covered[name] = covered.reshape(completion.missing[name].shape)
    use_completed(completion)
    completion.out.imputed = (
        *(
            Imputed(name, tuple(p.node for p in parts), tuple(p.cells for p in parts))
            for name, parts in completion.parts.items()
        ),
        *completion.untold,
    )
    nodes = ordered(completion.nodes, completion.report)
    selections = {**completion.graph.selections, **completion.selections}
    assembled = {**completion.graph.assembled, **completion.assembled}
    completion.out.graph = replace(
        completion.graph, nodes=nodes, selections=selections, assembled=assembled
    )
    return completion.out


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
