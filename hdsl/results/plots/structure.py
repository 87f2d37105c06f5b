"""What the model's graph says about which figures it calls for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from hdsl.expressions.tree import Constant, set_of
from hdsl.model.graph import ModelGraph, Stochastic
from hdsl.results.plots.subject import Subject
from hdsl.results.variables import Variable

_MOST_SERIES, _MOST_LABELS = 6, 30

MOST_PANELS = 12
"""Curves of one quantity that are drawn in one figure."""


def names_or(
    names: tuple[str, ...],
    subject: Subject,
    suggested: Callable[[Subject], Sequence[tuple[str, ...]]],
) -> tuple[str, ...]:
    """The names that were given, else those of the first figure that the model suggests."""
    if names:
        return names
    found = suggested(subject)
    return found[0] if found else ()


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
        and node.name not in graph.recursive
        and not _has_siblings(graph, node)
    ]


def _has_siblings(graph: ModelGraph, node: Stochastic) -> bool:
    """Whether the prior of each element depends on an unknown of its own: a regression."""
    unknowns = graph.ancestors[node.name] & graph.unknowns
    return any(set(node.axes) & set(getattr(graph.nodes[name], "axes", ())) for name in unknowns)


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


def ends_of(subject: Subject, name: str) -> tuple[float, float]:
    """Between which ends an unknown lies, where its prior gives them as numbers."""
    node = None if subject.graph is None else subject.graph.nodes.get(name)
    if not isinstance(node, Stochastic):
        return -math.inf, math.inf
    support = node.random.support
    low = support.lower.value if isinstance(support.lower, Constant) else -math.inf
    high = support.upper.value if isinstance(support.upper, Constant) else math.inf
    return low, high


def index_words(subject: Subject, name: str, dim: str) -> str:
    """What the elements are: those of an index, or of them those of which data don't tell it."""
    if not dim.endswith(".missing"):
        return dim
    item = None if subject.graph is None else subject.graph.data.get(name)
    if item is None or len(item.axes) != 1:
        return "missing cell"
    return f"{item.axes[0]} without a value"


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
        dims = variable.dims
        few = len(dims) == 1 or (len(dims) == 2 and len(subject.fit.coords[dims[1]]) <= MOST_PANELS)
        if dims and few and dims[0] in used and variable.members is None:
            labels = subject.fit.coords[dims[0]]
            if len(labels) > 2 and all(not isinstance(label, str) for label in labels):
                yield variable


def comparable(subject: Subject) -> list[tuple[str, ...]]:
    """Vectors over one index set, two or more, or one family of them with a second index."""
    graph = subject.graph
    if graph is None:
        return []
    vectors: dict[tuple[str, ...], list[str]] = {}
    for node in graph.stochastic:
        variable = subject.shown.get(node.name)
        if variable is None or variable.role != "parameter" or not node.random.event_axes:
            continue
        sizes = list(variable.values.shape[2:])
        if len(sizes) == 1 and sizes[0] <= _MOST_LABELS:
            vectors.setdefault(variable.dims, []).append(node.name)
        elif (
            len(sizes) == len(set(map(set_of, variable.dims))) == 2
            and 2 <= sizes[0] <= _MOST_SERIES
            and sizes[1] <= _MOST_LABELS
        ):
            vectors[(*variable.dims, node.name)] = [node.name]
    return [
        tuple(names[:_MOST_SERIES])
        for dims, names in vectors.items()
        if len(names) > 1 or len(dims) == 3
    ]
