"""Definitions that depend on themselves, made computable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from hdsl.density.arrays import host_arrays
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Expression
from hdsl.model.graph import Bound, Factor
from hdsl.model.scans import groups_in, without_recursions

Definitions = Mapping[str, tuple[tuple[str, ...], Expression]]


def resolved(
    definitions: Definitions, bound: Bound, known: Collection[str] = ()
) -> tuple[Definitions, Bound]:
    """The definitions with scans in place of recursions, and the data with what these need.

    Parameters
    ----------
    known
        Names of quantities beside the data whose values are given.
    """
    if not bound.graph.recursive:
        return definitions, bound
    if not any(True for _ in groups_in(definitions, lambda n: n in bound.values or n in known)):
        return definitions, bound
    wanted = {n: d for n, d in definitions.items() if n not in bound.values and n not in known}
    run = Evaluator(host_arrays(), bound.values, bound.sets, bound.sizes)
    nodes = bound.graph.nodes.values()
    axes = {node.name: node.axes for node in nodes if not isinstance(node, Factor)}
    found = without_recursions(wanted, bound.graph.assembled, axes, run)
    return (
        {**definitions, **found.definitions},
        replace(
            bound,
            values={**bound.values, **found.values},
            sizes={**bound.sizes, **found.sizes},
        ),
    )
