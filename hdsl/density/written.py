"""The log density of a model as it is written, with no rule applied."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hdsl.density.sizes import Definitions, data_evaluator
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Expression, Reduce, apply
from hdsl.model.graph import Bound, Deterministic, Factor, ModelGraph, Stochastic


def log_density_as_written(
    graph: ModelGraph,
    bound: Bound,
    values: Mapping[str, Value],
    names: Collection[str] | None = None,
) -> dict[str, Value]:
    """Log density of each statement, in nats, at given values of the unknowns.

    Parameters
    ----------
    values
        All unknowns that the statements speak of; they may have an axis ``_draw``.
    names
        The statements that count; without it all but those of predictions.

    Returns
    -------
    Numbers by the name of the statement, with an axis ``_draw`` where the values have one. Minus
    infinity outside the supports.
    """
    return log_densities_of(_chosen(graph, names), graph.definitions, bound, values)


def magnitude_as_written(
    graph: ModelGraph,
    bound: Bound,
    values: Mapping[str, Value],
    names: Collection[str] | None = None,
) -> dict[str, Value]:
    """The same with absolute values, element by element: the scale of rounding errors."""
    return log_densities_of(_chosen(graph, names), graph.definitions, bound, values, absolute=True)


def log_densities_of(
    nodes: Collection[Stochastic | Factor],
    definitions: Definitions,
    bound: Bound,
    values: Mapping[str, Value],
    absolute: bool = False,
) -> dict[str, Value]:
    """The same for any nodes, such as the steps of a recovery."""
    expressions = {node.name: _log_density(node, absolute) for node in nodes}
    known = [*expressions.values(), *(body for _, body in definitions.values())]
    run = data_evaluator(bound, known, values, definitions)
    return {name: run(e) for name, e in expressions.items()}


def _chosen(graph: ModelGraph, names: Collection[str] | None) -> list[Stochastic | Factor]:
    roles = graph.roles
    return [
        node
        for node in graph.nodes.values()
        if not isinstance(node, Deterministic)
        and (node.name in names if names is not None else roles.get(node.name) != "prediction")
    ]


def _log_density(node: Stochastic | Factor, absolute: bool) -> Expression:
    if isinstance(node, Factor):
        body, over = node.expression, tuple(sorted(node.expression.axes))
    else:
        body, over = node.random.guarded_log_prob(node.itself), node.plates
    body = apply("abs", body) if absolute else body
    return Reduce("sum", body, over) if over else body
