"""Unknowns that have a density of one's own together."""

from __future__ import annotations

from collections.abc import Mapping

from hdsl.distributions.own import Joined
from hdsl.model.graph import Factor, ModelGraph


def drawn_together(graph: ModelGraph) -> Mapping[str, tuple[str, ...]]:
    """For each factor that holds the joint density of unknowns, these unknowns.

    In ``(x, v) ~ D(a)`` each of the two is a node without a parent; the factor says what they
    depend on.
    """
    joined = [n for n in graph.stochastic if not n.is_observed and isinstance(n.random, Joined)]
    found: dict[str, tuple[str, ...]] = {}
    for factor in graph.nodes.values():
        if isinstance(factor, Factor):
            start, end = factor.span.start, factor.span.end
            inside = [n.name for n in joined if start <= n.span.start and n.span.end <= end]
            if inside:
                found[factor.name] = tuple(inside)
    return found
