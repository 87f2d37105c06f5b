"""Refusal of log densities that cannot be differentiated."""

from __future__ import annotations

from collections.abc import Iterator

from hdsl.diagnostics import Report
from hdsl.expressions.tree import Apply, Expression, walk
from hdsl.model.graph import Factor, ModelGraph
from hdsl.model.names import not_yet
from hdsl.source import Span

# JAX has no derivative of the incomplete beta function in its first two arguments.
_WITHOUT_DERIVATIVE = {"incomplete_beta": 2}


def check_derivatives(graph: ModelGraph, report: Report) -> None:
    """Refuse functions of unknowns that NUTS cannot follow."""
    for expression, span in _log_densities(graph):
        for e in walk(expression):
            if isinstance(e, Apply) and e.function in _WITHOUT_DERIVATIVE:
                arguments = e.arguments[: _WITHOUT_DERIVATIVE[e.function]]
                if any(_is_random(graph, argument) for argument in arguments):
                    not_yet(
                        report,
                        "a cumulative probability of this distribution with unknown parameters",
                        span,
                    )
                    break


def _log_densities(graph: ModelGraph) -> Iterator[tuple[Expression, Span]]:
    for node in graph.nodes.values():
        if isinstance(node, Factor):
            yield node.expression, node.span
    for node in graph.stochastic:
        if graph.roles[node.name] != "prediction":
            yield node.random.log_prob(node.itself), node.span
    needed = frozenset[str]().union(
        *(graph.ancestors[n] for n, r in graph.roles.items() if r == "observation"),
        *(graph.ancestors[f.name] for f in graph.factors),
    )
    for node in graph.deterministic:
        if node.name in needed:
            yield node.expression, node.span


def _is_random(graph: ModelGraph, expression: Expression) -> bool:
    return any(
        name in graph.unknowns
        or (name not in graph.data and graph.ancestors.get(name, frozenset()) & graph.unknowns)
        for name in expression.names
    )
