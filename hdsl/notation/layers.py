"""The layers of a model, as in a lecture: likelihood, prior, hyperprior."""

from __future__ import annotations

from typing import Literal, TypeAlias

from hdsl.model.drawn_together import drawn_together
from hdsl.model.graph import Factor, ModelGraph, Stochastic

Layer: TypeAlias = Literal["likelihood", "prior", "hyperprior", "prediction"]


def layers_of(graph: ModelGraph) -> dict[str, Layer]:
    """The layer of each stochastic node and of each factor, by name.

    Parameters that depend on other parameters are the prior, those that depend on none the
    hyperprior; with one layer only, that is the prior.
    """
    found: dict[str, Layer] = {}
    for name, node in graph.nodes.items():
        if isinstance(node, Factor):
            found[name] = "likelihood"
        elif isinstance(node, Stochastic):
            found[name] = _layer(graph, node)
    for factor, unknowns in drawn_together(graph).items():
        if graph.ancestors[factor] & graph.unknowns - set(unknowns):
            found |= dict.fromkeys(unknowns, "prior")
    for name in graph.assembled:
        # What is partly prior is prior: the beginning of a series belongs to the series.
        parts = [part.name for part in graph.parts_of(name) if part.name in found]
        if any(found[part] == "prior" for part in parts):
            found |= {part: "prior" for part in parts if found[part] == "hyperprior"}
    if "prior" not in found.values():
        found = {n: "prior" if layer == "hyperprior" else layer for n, layer in found.items()}
    return found


def _layer(graph: ModelGraph, node: Stochastic) -> Layer:
    if node.is_observed:
        return "likelihood"
    if graph.roles[node.name] == "prediction":
        return "prediction"
    return "prior" if graph.ancestors[node.name] & graph.unknowns else "hyperprior"
