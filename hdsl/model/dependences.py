"""Which elements of some arrays need which others: the graph behind a recursion.

Only the indices that make a difference are looked at (`Group.moving`): in ``x[i, t]``, computed
from ``x[i, t-1]``, those along ``t``. Along the others elements are computed together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.evaluate import Evaluator, Value, joint_axes, spread
from hdsl.expressions.index_set import Label
from hdsl.expressions.tree import Along, At, Expression, Gather, Index, Reference, Shift, set_of
from hdsl.model.conditional import Conditions, references_in
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import Part

Places = NDArray[np.int64]


class UnknownPlace(Exception):
    """An index of a recursion is not known before the draws."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(f"an index of `{reference.name}` is not data")
        self.reference = reference


@dataclass(frozen=True)
class Member:
    """A node whose elements are computed or drawn: its axes, and all that says how."""

    name: str
    axes: tuple[str, ...]
    expressions: tuple[Expression, ...]


class View(NamedTuple):
    """A name by which elements are referred to, and the nodes that hold them."""

    name: str
    axes: tuple[str, ...]
    parts: tuple[Part, ...]

    def at(self, part: Part, place: int) -> Label | Along | Reference:
        """How a part lies along an axis of the whole."""
        return part.at[place]


class Table(NamedTuple):
    """For each element along the moving axes of a view: its part (-1: none), its place there."""

    part: Places
    offset: Places


class Needs(NamedTuple):
    """The elements that one reference takes, for each element of what refers to them.

    Attributes
    ----------
    extra
        Further axes along which the places vary, after the moving ones of the member.
    part, offset
        Where an element lies; the part is -1 where none is needed or none is there.
    counts
        Where the reference counts, since its conditions hold.
    places
        The positions along the moving axes of the view.
    """

    view: View
    extra: tuple[str, ...]
    part: Places
    offset: Places
    counts: NDArray[np.bool_]
    places: tuple[Places, ...]


@dataclass
class Group:
    """Arrays that refer to each other.

    Parameters
    ----------
    members
        The nodes whose elements depend on each other.
    others
        The axes of the nodes that hold other elements of the same quantities.
    assembled
        The quantities that are defined in parts.
    run
        Evaluates data.
    moving
        For each view the places of its axes along which elements follow each other.
    """

    members: Mapping[str, Member]
    others: Mapping[str, tuple[str, ...]]
    assembled: Mapping[str, tuple[tuple[str, ...], tuple[Part, ...]]]
    run: Evaluator
    moving: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])

    @cached_property
    def views(self) -> dict[str, View]:
        """The names by which elements of the members are referred to."""
        found: dict[str, View] = {}
        for name, (axes, parts) in self.assembled.items():
            if any(part.node in self.members for part in parts):
                found[name] = View(name, axes, parts)
        inside = {part.node for view in found.values() for part in view.parts}
        for name, member in self.members.items():
            if name not in inside:
                own = Part(name, tuple(Along(axis) for axis in member.axes))
                found[name] = View(name, member.axes, (own,))
        return found

    @cached_property
    def view_of(self) -> dict[str, View]:
        """The view that shows a node."""
        return {part.node: view for view in self.views.values() for part in view.parts}

    @cached_property
    def references(self) -> dict[str, dict[Reference, set[Conditions]]]:
        """The references of each member to the group, and the conditions under which they count."""
        names = tuple(self.views)
        return {n: references_in(m.expressions, names) for n, m in self.members.items()}

    def part_of(self, name: str) -> Part:
        """How a node lies in its quantity."""
        return next(part for part in self.view_of[name].parts if part.node == name)

    def axes_of(self, name: str) -> tuple[str, ...]:
        """The axes of a node."""
        if name in self.members:
            return self.members[name].axes
        # The name of observed data means the data, not the statement about them.
        return self.run.values[name].axes if name in self.run.values else self.others[name]

    # --- what moves ------------------------------------------------------------------------------

    def choices(self) -> Iterator[dict[str, tuple[int, ...]]]:
        """What may be looked at: first what must be, then the axes over one set, then all."""
        forced = {
            name: tuple(
                place
                for place in range(len(view.axes))
                if not all(isinstance(view.at(part, place), Along) for part in view.parts)
            )
            for name, view in self.views.items()
        }
        if all(forced.values()):
            yield forced
        sets = dict.fromkeys(set_of(axis) for view in self.views.values() for axis in view.axes)
        for name in sets:
            found = {
                v.name: tuple(
                    place
                    for place, axis in enumerate(v.axes)
                    if place in forced[v.name] or set_of(axis) == name
                )
                for v in self.views.values()
            }
            if all(found.values()) and found != forced:
                yield found
        yield {name: tuple(range(len(view.axes))) for name, view in self.views.items()}

    def own_moving(self, name: str) -> tuple[str, ...]:
        """The axes of a node along which elements follow each other."""
        part, view = self.part_of(name), self.view_of[name]
        found: set[str] = set()
        for place in self.moving[view.name]:
            at = view.at(part, place)
            if isinstance(at, Along):
                found.add(at.axis)
            elif isinstance(at, Reference):
                found |= at.axes
        return tuple(axis for axis in self.axes_of(name) if axis in found)

    def shape(self, name: str) -> tuple[int, ...]:
        """The lengths of those axes."""
        return tuple(map(self.run.size, self.own_moving(name)))

    def coordinates(self, name: str) -> tuple[Places, ...]:
        """For each element of a node its positions along the moving axes of its view."""
        own, part, view = self.own_moving(name), self.part_of(name), self.view_of[name]
        return tuple(
            np.broadcast_to(self._along(view, part, place, own), self.shape(name))
            for place in self.moving[view.name]
        )

    def _along(self, view: View, part: Part, place: int, own: tuple[str, ...]) -> Places:
        at = view.at(part, place)
        if isinstance(at, Along):
            value = Value(np.arange(self.run.size(at.axis)), (at.axis,))
        elif isinstance(at, Reference):
            value = self.run(at)
        else:
            value = Value(np.array(self.run.sets[set_of(view.axes[place])].position(at)))
        return np.asarray(spread(value, own))

    # --- who needs whom --------------------------------------------------------------------------

    def table(self, view: View) -> Table:
        """Where the elements of a view are held."""
        shape = tuple(self.run.size(view.axes[place]) for place in self.moving[view.name])
        part, offset = np.full(shape, -1), np.zeros(shape, np.int64)
        for number, one in enumerate(view.parts):
            places, own = self.coordinates(one.node), self.shape(one.node)
            part[places] = number
            offset[places] = np.arange(math.prod(own)).reshape(own)
        return Table(part, offset)

    def needs(self, name: str) -> dict[Reference, Needs]:
        """What the references of a member take."""
        tables = {view.name: self.table(view) for view in self.views.values()}
        own = self.own_moving(name)
        return {
            reference: taken(
                reference,
                contexts,
                self.views[reference.name],
                self.moving[reference.name],
                tables[reference.name],
                own,
                self.run,
            )
            for reference, contexts in self.references[name].items()
        }


def taken(
    reference: Reference,
    contexts: set[Conditions],
    view: View,
    moving: tuple[int, ...],
    table: Table,
    own: tuple[str, ...],
    run: Evaluator,
) -> Needs:
    """What a reference takes, for each element along some axes of what refers.

    Parameters
    ----------
    contexts
        The conditions under which it counts.
    moving
        The places of the axes of the view that are looked at; `table` is over these.
    own
        The axes of what refers.
    """
    places = [_position(reference, view, place, run) for place in moving]
    extra = tuple(axis for axis in joint_axes(*places) if axis not in own)
    axes = (*own, *extra)
    shape = tuple(map(run.size, axes))
    found = tuple(np.broadcast_to(spread(p, axes), shape) for p in places)
    there = np.ones(shape, bool)
    for place, positions in zip(moving, found, strict=True):
        there &= (positions >= 0) & (positions < run.size(view.axes[place]))
    inside = tuple(np.where(there, positions, 0) for positions in found)
    counts = there & _counts(contexts, axes, shape, run)
    return Needs(
        view, extra, np.where(counts, table.part[inside], -1), table.offset[inside], counts, found
    )


def _position(reference: Reference, view: View, place: int, run: Evaluator) -> Value:
    index: Index = reference.indices[place]
    match index:
        case Along(axis):
            return Value(np.arange(run.size(axis)), (axis,))
        case Shift(axis, by):
            return Value(np.arange(run.size(axis)) + by, (axis,))
        case At(label):
            return Value(np.array(run.sets[set_of(view.axes[place])].position(label)))
        case Gather(positions):
            if not can_evaluate(positions, run):
                raise UnknownPlace(reference)
            value = run(positions)
            return Value(np.asarray(value.array).astype(np.int64), value.axes)


def _counts(
    contexts: set[Conditions], axes: tuple[str, ...], shape: tuple[int, ...], run: Evaluator
) -> NDArray[np.bool_]:
    found = np.zeros(shape, bool)
    for conditions in contexts:
        holds = np.ones(shape, bool)
        for condition in conditions:
            if can_evaluate(condition, run):
                holds &= _holds(run(condition), axes, shape)
        found |= holds
    return found


def _holds(value: Value, axes: tuple[str, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where a condition holds, for any of the elements along axes that are not asked about."""
    holds: NDArray[Any] = np.asarray(value.array) != 0
    others = tuple(i for i, axis in enumerate(value.axes) if axis not in axes)
    kept = tuple(axis for axis in value.axes if axis in axes)
    return np.broadcast_to(spread(Value(holds.any(axis=others), kept), axes), shape)
