"""Which statements of a model are one node of its picture."""

from __future__ import annotations

from collections.abc import Mapping

from hdsl.distributions.own import Joined
from hdsl.expressions.functions import LINKS
from hdsl.model.drawn_together import drawn_together
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic


def canonical(graph: ModelGraph) -> Mapping[str, str]:
    """For each node of the graph the one that stands for it in the picture.

    The parts of a quantity are one, and so are ``p`` and ``logit(p)``, and the variables of a
    joint observation, or of unknowns that have a density together.
    """
    found = {name: name for name in graph.nodes}
    for whole, (_, parts) in graph.assembled.items():
        inner = {part.node for part in parts}
        for node in graph.deterministic:
            if node.is_internal and node.names & inner:
                found[node.name] = whole
        found.update(dict.fromkeys(inner, whole))
    for node in graph.deterministic:
        for link in LINKS:
            if f"{link}({node.name})" in graph.unknowns:
                found[f"{link}({node.name})"] = node.name
    found.update(_followers(graph))
    for factor, unknowns in drawn_together(graph).items():
        found.update(dict.fromkeys([*unknowns, factor], unknowns[0]))
    return {name: _end(found, name) for name in found}


def _end(found: Mapping[str, str], name: str) -> str:
    while found[name] != name:
        name = found[name]
    return name


def _followers(graph: ModelGraph) -> Mapping[str, str]:
    observed = [node for node in graph.stochastic if node.is_observed]
    carriers = {
        node.random.span: node.name for node in observed if not isinstance(node.random, Joined)
    }
    return {
        node.name: carriers[node.random.span]
        for node in observed
        if isinstance(node.random, Joined) and node.random.span in carriers
    }


def members(graph: ModelGraph, merged: Mapping[str, str]) -> dict[str, list[str]]:
    """For each node of the picture the nodes of the graph that it stands for, in order."""
    found: dict[str, list[str]] = {}
    for name in graph.nodes:
        found.setdefault(merged[name], []).append(name)
    return found


def is_written(graph: ModelGraph, name: str) -> bool:
    """Whether a node is a statement of the file, and not what assembles its parts."""
    node = graph.nodes[name]
    if isinstance(node, Deterministic):
        assembles = name in graph.assembled or name.endswith(".parts")
        links = any(f"{link}({name})" in graph.unknowns for link in LINKS)
        return not (assembles or links)
    return isinstance(node, Stochastic) or not name.startswith("missing ")
