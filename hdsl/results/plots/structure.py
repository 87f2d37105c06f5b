"""What the model's graph says about which figures it calls for."""

from __future__ import annotations

from collections.abc import Iterator

from hdsl.model.graph import ModelGraph, Stochastic
from hdsl.results.plots.subject import Subject
from hdsl.results.variables import Variable


def populations(subject: Subject) -> list[Stochastic]:
    """Families of unknowns with a common prior that is unknown itself: ``theta[day]``."""
    graph = subject.graph
    if graph is None:
        return []
    return [
        node
        for node in graph.stochastic
        if node.name in subject.shown
        and not node.is_observed
        and len(node.axes) == 1
        and node.plates == node.axes
        and graph.roles[node.name] == "parameter"
        and not node.random.is_discrete
        and _hyperparameters(graph, node.name)
        and _is_gathered(graph, node)
    ]


def _is_gathered(graph: ModelGraph, node: Stochastic) -> bool:
    """Whether its elements are groups, and not one for each datum that has no name of its own."""
    return node.name not in graph.recursive


def hyperparameters(subject: Subject) -> list[str]:
    """Single unknowns on which the priors of families depend, in the order of the model."""
    graph = subject.graph
    if graph is None:
        return []
    found: set[str] = set()
    for node in populations(subject):
        found |= _hyperparameters(graph, node.name)
    return [name for name in subject.shown if name in found]


def _hyperparameters(graph: ModelGraph, name: str) -> set[str]:
    unknowns = graph.ancestors[name] & graph.unknowns
    return {one for one in unknowns if not getattr(graph.nodes[one], "axes", ())}


def single_numbers(subject: Subject, *roles: str) -> list[Variable]:
    """Quantities without axes that are real numbers, of some roles."""
    return [
        variable
        for variable in subject.shown.values()
        if not variable.dims
        and variable.members is None
        and variable.role in roles
        and variable.values.dtype.kind == "f"
    ]


def curves(subject: Subject) -> Iterator[Variable]:
    """Quantities along an axis whose labels are numbers that the model computes with."""
    graph = subject.graph
    if graph is None:
        return
    used = {name for name, _ in graph.label_uses}
    for variable in subject.shown.values():
        if len(variable.dims) == 1 and variable.dims[0] in used and variable.members is None:
            labels = subject.fit.coords[variable.dims[0]]
            if len(labels) > 2 and all(not isinstance(label, str) for label in labels):
                yield variable
