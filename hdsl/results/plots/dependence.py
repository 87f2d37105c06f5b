"""On what the mean of each datum depends: its covariate, and the effects of its groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hdsl.expressions.tree import (
    Along,
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
from hdsl.model.graph import Stochastic
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
    return bool(keys_of(subject, e, node)) and not set(node.axes) <= _own_axes(subject, e, node)


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


def keys_of(subject: Subject, e: Reference, node: Stochastic) -> dict[Expression, str]:
    """What gives a datum's place along the axes of an effect, and these axes."""
    own = axes_of(subject, e.name)
    found: dict[Expression, str] = {}
    for axis, index in zip(own, e.indices, strict=True):
        place = key_of(index, node)
        if place is not None:
            found[place] = axis
    return found


def key_of(index: Index, node: Stochastic) -> Expression | None:
    if isinstance(index, Gather):
        return index.positions
    return Position(index.axis) if isinstance(index, Along) and index.axis in node.axes else None


def _groupings(
    subject: Subject, node: Stochastic, effects: tuple[Reference, ...]
) -> Iterator[Groups]:
    """By all index sets together, then by each alone."""
    keys: dict[Expression, str] = {}
    for effect in effects:
        keys |= keys_of(subject, effect, node)
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
