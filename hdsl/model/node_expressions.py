"""All expressions that a graph holds."""

from __future__ import annotations

from collections.abc import Iterator

from hdsl.expressions.tree import Expression, Reference
from hdsl.model.graph import Deterministic, Factor, ModelGraph, Node


def expressions_of(node: Node) -> Iterator[Expression]:
    """The expressions of one node; of an observation also its value."""
    match node:
        case Factor(_, expression) | Deterministic(_, _, expression):
            yield expression
        case _:
            yield from node.random.expressions_where_used
            if node.value is not None:
                yield node.value


def all_expressions(graph: ModelGraph) -> Iterator[Expression]:
    """All expressions of a graph: of nodes, selections, ranges and parts."""
    for node in graph.nodes.values():
        yield from expressions_of(node)
    for chosen in graph.selections.values():
        yield chosen.condition
    for declared in graph.sets.values():
        yield from declared.bounds or ()
    for _, parts in graph.assembled.values():
        yield from (at for part in parts for at in part.at if isinstance(at, Reference))
