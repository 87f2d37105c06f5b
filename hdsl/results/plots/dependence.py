"""On what the mean of each datum depends: its covariate, and the effects of its groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hdsl.expressions.rewrite import element, rebuild
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Index,
    Position,
    Reduce,
    Reference,
    Segment,
    Shift,
    set_of,
)
from hdsl.model.graph import Deterministic, Stochastic
from hdsl.results.plots.places import along_data, axes_of, is_known
from hdsl.results.plots.subject import Subject
from hdsl.results.variables import label_text


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups to which data belong, as the effects in their mean tell them.

    Attributes
    ----------
    sets
        For each way of grouping the index set, and in `keys` what gives a datum's place there.
    places
        The place of each group in these sets, shape ``(group, set)``.
    of
        The group of each datum.
    """

    keys: tuple[Expression, ...]
    sets: tuple[str, ...]
    places: np.ndarray
    of: np.ndarray

    @property
    def size(self) -> int:
        """How many groups have data."""
        return len(self.places)

    @property
    def word(self) -> str:
        """What a group is, in a word or a few."""
        return " and ".join(dict.fromkeys(map(set_of, self.sets)))

    def label(self, subject: Subject, group: int) -> str:
        """The name of a group."""
        places = zip(self.sets, self.places[group].tolist(), strict=True)
        return ", ".join(_label(subject, set_of(name), place) for name, place in places)


def _label(subject: Subject, name: str, place: int) -> str:
    known = subject.model.sets.get(name)
    return str(place + 1) if known is None else label_text(known.labels[place])


@dataclass(frozen=True, eq=False)
class Dependence:
    """What the mean of an observation holds for each datum.

    Attributes
    ----------
    covariate
        The one quantity that each datum has.
    effects
        Unknowns of the groups to which a datum belongs.
    fixed
        Other data, which are the same within each group, with the value of each datum.
    groups
        `None` where nothing groups the data, or where a group has but one value of the covariate.
    """

    covariate: Reference
    effects: tuple[Reference, ...]
    fixed: Mapping[Reference, np.ndarray]
    groups: Groups | None


def dependence(subject: Subject, node: Stochastic, mean: Expression) -> Dependence | None:
    """What a mean depends on; `None` where that is not one covariate, and effects of groups.

    Raises
    ------
    ValueError, KeyError
        Where the elements depend on each other, or groups on unknowns.
    """
    uses = list(dict.fromkeys(_uses(mean, frozenset(node.axes))))
    known = [use for use in uses if is_known(subject, use)]
    effects = tuple(u for u in uses if u not in known and _is_effect(subject, u, node))
    covariates = [use for use in uses if use not in effects]
    if len(covariates) == 0:
        return None
    for groups in _groupings(subject, node, effects):
        values = {use: along_data(subject, node, use) for use in known}
        fixed = {use: v for use, v in values.items() if _is_constant(v, groups)}
        left = [use for use in covariates if use not in fixed]
        if len(left) == 1:
            return Dependence(left[0], effects, fixed, groups)
    return Dependence(covariates[0], effects, {}, None) if len(covariates) == 1 else None


def _uses(e: Expression, axes: frozenset[str]) -> Iterator[Reference]:
    """The references that have a value of its own for each element along some axes."""
    if not axes & e.axes:
        return
    if isinstance(e, Reference):
        if any(isinstance(index, Shift) for index in e.indices):
            raise ValueError("an element depends on others of its axis")
        yield e
        return
    if isinstance(e, Reduce | Segment) and axes & set(e.over):
        axes -= set(e.over)
    elif not e.children:
        raise ValueError("the place itself is used")
    for child in e.children:
        yield from _uses(child, axes)


def _is_effect(subject: Subject, e: Reference, node: Stochastic) -> bool:
    """Whether an unknown is that of a group to which a datum belongs."""
    return bool(_keys(subject, e, node)) and not set(node.axes) <= _own_axes(subject, e, node)


def _own_axes(subject: Subject, e: Reference, node: Stochastic) -> set[str]:
    """The axes of the data along which a reference takes the element of each datum."""
    found = {index.axis for index in e.indices if isinstance(index, Along)}
    gathered = [index.positions for index in e.indices if isinstance(index, Gather)]
    found |= {one.axis for one in gathered if isinstance(one, Position)}
    names = {one.name for one in gathered if isinstance(one, Reference)}
    for axis in node.axes:
        chosen = subject.model.graph.selections.get(axis)
        if chosen is not None and names.issuperset(chosen.positions):
            found.add(axis)
    return found


def _keys(subject: Subject, e: Reference, node: Stochastic) -> dict[Expression, str]:
    """What gives a datum's place along the axes of an effect, and these axes."""
    own = axes_of(subject, e.name)
    found: dict[Expression, str] = {}
    for axis, index in zip(own, e.indices, strict=True):
        place = _key(index, node)
        if place is not None:
            found[place] = axis
    return found


def _key(index: Index, node: Stochastic) -> Expression | None:
    if isinstance(index, Gather):
        return index.positions
    return Position(index.axis) if isinstance(index, Along) and index.axis in node.axes else None


def _groupings(
    subject: Subject, node: Stochastic, effects: tuple[Reference, ...]
) -> Iterator[Groups]:
    """By all index sets together, then by each alone."""
    keys: dict[Expression, str] = {}
    for effect in effects:
        keys |= _keys(subject, effect, node)
    if any(not is_known(subject, key) for key in keys):
        raise KeyError("to which group a datum belongs is unknown")
    every = list(keys.items())
    for chosen in [every, *([one] for one in every if len(every) > 1)]:
        if chosen:
            found = _grouped(subject, node, dict(chosen))
            if 1 < found.size < found.of.size:
                yield found


def _grouped(subject: Subject, node: Stochastic, keys: dict[Expression, str]) -> Groups:
    places = np.stack([along_data(subject, node, key) for key in keys], axis=1).astype(int)
    distinct, of = np.unique(places, axis=0, return_inverse=True)
    return Groups(tuple(keys), tuple(keys.values()), distinct, of.reshape(-1))


def _is_constant(values: np.ndarray, groups: Groups) -> bool:
    low, high = np.full(groups.size, np.inf), np.full(groups.size, -np.inf)
    np.minimum.at(low, groups.of, values)
    np.maximum.at(high, groups.of, values)
    return bool(np.all(high <= low))


# --- the mean of one group, and of the population ------------------------------------------------


def mean_of_group(
    subject: Subject, node: Stochastic, mean: Expression, found: Dependence, group: int
) -> Expression:
    """The mean of the data of one group, a function of the covariate."""
    groups = found.groups
    assert groups is not None
    first = int(np.argmax(groups.of == group))
    places = dict(zip(groups.keys, groups.places[group].tolist(), strict=True))

    def index_of(index: Index) -> Index:
        key = _key(index, node)
        return index if key is None else Gather(Constant(places[key]))

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference):
            return None
        if e in found.fixed:
            return Constant(float(found.fixed[e][first]))
        if e not in found.effects:
            return None
        if not _keys(subject, e, node).keys() <= places.keys():
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
        is_grouped = _key(index, node) is not None
        indices.append(Along(axis) if is_grouped else index)
        if is_grouped:
            over.append(axis)
    return Reduce("mean", Reference(e.name, tuple(indices)), tuple(over))
