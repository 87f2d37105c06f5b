"""The mean of the data of one group, and that of the population of groups."""

from __future__ import annotations

import numpy as np

from hdsl.expressions.inline import element
from hdsl.expressions.rewrite import rebuild
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Index,
    Reduce,
    Reference,
)
from hdsl.model.graph import Deterministic, Stochastic
from hdsl.results.plots.dependence import Dependence, key_of, keys_of
from hdsl.results.plots.places import axes_of, is_known
from hdsl.results.plots.subject import Subject


def mean_of_group(
    subject: Subject, node: Stochastic, mean: Expression, found: Dependence, group: int
) -> Expression:
    """The mean of the data of one group, a function of the covariate."""
    groups = found.groups
    assert groups is not None
    first = int(np.argmax(groups.of == group))
    places = dict(zip(groups.keys, groups.places[group].tolist(), strict=True))

    def index_of(index: Index) -> Index:
        key = key_of(index, node)
        return index if key is None else Gather(Constant(places[key]))

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference):
            return None
        if e in found.fixed:
            return Constant(float(found.fixed[e][first]))
        if e not in found.effects:
            return None
        if not keys_of(subject, e, node).keys() <= places.keys():
            return _typical(subject, node, e, ())
        return Reference(e.name, tuple(map(index_of, e.indices)))

    return rebuild(mean, change)


def mean_of_population(
    subject: Subject, node: Stochastic, mean: Expression, found: Dependence
) -> Expression:
    """The mean with each effect at the mean of its prior, if that is unknown; else at its average.

    Other data of the groups are at their average over the groups.
    """

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference):
            return None
        if e in found.fixed:
            assert found.groups is not None
            _, first = np.unique(found.groups.of, return_index=True)
            return Constant(float(np.mean(found.fixed[e][first])))
        return _typical(subject, node, e, ()) if e in found.effects else None

    return rebuild(mean, change)


def _typical(
    subject: Subject, node: Stochastic, e: Reference, within: tuple[str, ...]
) -> Expression:
    """An effect without its group."""
    inside = any(_is_shared(subject, name) for name in within)
    body = None if e.name in within else _what_defines(subject, e, inside)
    if body is None:
        return _average(subject, node, e)
    inner = (*within, e.name)

    def change(part: Expression) -> Expression | None:
        if not isinstance(part, Reference) or not part.axes & frozenset(node.axes):
            return None
        if is_known(subject, part):
            return _average(subject, node, part)
        return _typical(subject, node, part, inner)

    return rebuild(body, change)


def _what_defines(subject: Subject, e: Reference, inside: bool) -> Expression | None:
    """The definition of a computed effect; of one with a prior that is unknown, its mean.

    The same of an effect `inside` a definition that holds unknowns of all groups, as `z` in
    ``mu + tau * z[group]``.
    """
    graph = subject.model.graph
    node = graph.nodes.get(e.name)
    if not isinstance(node, Deterministic | Stochastic) or e.name in graph.recursive:
        return None
    is_hierarchical = inside or bool(graph.ancestors[e.name] & graph.unknowns)
    if isinstance(node, Deterministic):
        body = node.expression
    else:
        body = node.random.mean() if is_hierarchical else None
    if body is None:
        return None
    try:
        return element(node.axes, body, e.indices)
    except ValueError:  # made as a whole, by a cumulative sum for example
        return None


def _is_shared(subject: Subject, name: str) -> bool:
    """Whether an unknown without an index stands behind a computed quantity."""
    graph = subject.model.graph
    unknowns = graph.ancestors.get(name, frozenset[str]()) & graph.unknowns
    computed = isinstance(graph.nodes.get(name), Deterministic)
    return computed and any(not axes_of(subject, one) for one in unknowns)


def _average(subject: Subject, node: Stochastic, e: Reference) -> Expression:
    """The average of a quantity over all groups."""
    over: list[str] = []
    indices: list[Index] = []
    for axis, index in zip(axes_of(subject, e.name), e.indices, strict=True):
        is_grouped = key_of(index, node) is not None
        indices.append(Along(axis) if is_grouped else index)
        if is_grouped:
            over.append(axis)
    return Reduce("mean", Reference(e.name, tuple(indices)), tuple(over))
