"""Recursions as expressions: arrays that are defined by their own elements become scans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.cycles import components
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import along, rebuild
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Index,
    Reference,
    Scan,
    Shift,
)
from hdsl.model.dependences import Group, Member, Needs
from hdsl.model.graph import Part
from hdsl.model.parts import parts_axis
from hdsl.model.schedule import Schedule, schedule

MOST_LAGS = 8
"""So many different numbers of steps back are told apart; beyond them all elements are kept."""

_BEFORE = Constant(0.5)  # within the domain of most functions; no element depends on it

Definitions = Mapping[str, tuple[tuple[str, ...], Expression]]
Assembled = Mapping[str, tuple[tuple[str, ...], tuple[Part, ...]]]


class Resolved(NamedTuple):
    """Definitions none of which depends on itself, and the data that they need beyond the model's.

    Attributes
    ----------
    values
        Positions of elements, by name.
    sizes
        Lengths of the axes along which steps go.
    """

    definitions: dict[str, tuple[tuple[str, ...], Expression]]
    values: dict[str, Value]
    sizes: dict[str, int]


def groups_in(definitions: Definitions, known: Callable[[str], bool]) -> Iterator[frozenset[str]]:
    """The groups of definitions that depend on each other."""

    def parents(name: str) -> list[str]:
        return [n for n in definitions[name][1].names if n in definitions and not known(n)]

    for group in components((n for n in definitions if not known(n)), parents):
        if len(group) > 1 or group[0] in parents(group[0]):
            yield frozenset(group)


def without_recursions(
    definitions: Definitions,
    assembled: Assembled,
    others: Mapping[str, tuple[str, ...]],
    run: Evaluator,
) -> Resolved:
    """The definitions with scans in place of recursions.

    Parameters
    ----------
    assembled
        The quantities that are defined in parts.
    others
        The axes of nodes that are known or sampled.
    run
        Evaluates data.

    Raises
    ------
    Cycle
        If an element needs itself.
    UnknownPlace
        If an index that makes a difference is not data.
    """
    resolved = Resolved(dict(definitions), {}, {})
    axes = {**others, **{name: own for name, (own, _) in definitions.items()}}
    for names in groups_in(definitions, lambda name: name in run.values):
        found = as_group(names, {n: (definitions[n][0], (definitions[n][1],)) for n in names},
                         assembled, axes, run)  # fmt: skip
        made = _Scans(schedule(found), {n: definitions[n][1] for n in found.members}).resolved()
        resolved.definitions.update(made.definitions)
        resolved.values.update(made.values)
        resolved.sizes.update(made.sizes)
    return resolved


def as_group(
    names: frozenset[str],
    nodes: Mapping[str, tuple[tuple[str, ...], tuple[Expression, ...]]],
    assembled: Assembled,
    axes: Mapping[str, tuple[str, ...]],
    run: Evaluator,
) -> Group:
    """The members of a group of names: what only lays parts together is none."""
    laid = {name for name in names if name in assembled}
    laid |= {parts_axis(name) for name in laid}
    members = {name: Member(name, *nodes[name]) for name in sorted(names - laid)}
    return Group(members, axes, {n: assembled[n] for n in laid & assembled.keys()}, run)


class _Cells(NamedTuple):
    """The elements of a member as steps compute them.

    Attributes
    ----------
    axes
        Those of the steps, and of the slots where there are several.
    own
        The axes of what a step computes: its slots, and those along which nothing moves.
    elements
        For each step and slot the element (flat) along the moving axes.
    """

    name: str
    axes: tuple[str, ...]
    own: tuple[str, ...]
    kept: tuple[str, ...]
    elements: NDArray[np.int64]


@dataclass
class _Scans:
    steps: Schedule
    bodies: Mapping[str, Expression]
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self.group = self.steps.group
        self.label = min(self.group.views)
        self.axis = f"{self.label}.steps"
        self.sizes[self.axis] = self.steps.num_steps
        filled = [name for name in self.steps.order if self.steps.times[name].size]
        self.cells = {name: self._cells(name) for name in filled}

    def resolved(self) -> Resolved:
        """The definitions of the members, by scans."""
        cells = list(self.cells.values())
        carried = tuple(c.name for c in cells)
        own = tuple(c.own for c in cells)
        bodies = tuple(self._body(name) for name in self.cells)
        definitions: dict[str, tuple[tuple[str, ...], Expression]] = {}
        for name in self.group.members:
            axes = self.group.axes_of(name)
            if name not in self.cells:
                definitions[name] = (axes, Constant(0.0))
                continue
            cell, whole = self.cells[name], f"{name}.steps"
            before = (_BEFORE,) * len(cells)
            scan = Scan(self.axis, carried, own, bodies, before, cell.name)
            definitions[whole] = ((self.axis, *cell.own), scan)
            definitions[name] = (axes, Reference(whole, self._places(name)))
        return Resolved(definitions, self.values, self.sizes)

    def _places(self, name: str) -> tuple[Index, ...]:
        moving, cell = self.group.own_moving(name), self.cells[name]
        places: list[Index] = [Gather(self._table(self.steps.times[name], moving))]
        if len(cell.axes) > 1:
            places.append(Gather(self._table(self.steps.slots[name], moving)))
        return (*places, *(Along(axis) for axis in cell.kept))

    # --- cells -----------------------------------------------------------------------------------

    def _cells(self, name: str) -> _Cells:
        width = self.steps.widths[name]
        times, slots = self.steps.times[name].reshape(-1), self.steps.slots[name].reshape(-1)
        # What no element needs is computed too, as a copy of the first element.
        elements = np.full((self.steps.num_steps, width), int(np.argmin(times)))
        elements[times, slots] = np.arange(times.size)
        moving = self.group.own_moving(name)
        kept = tuple(axis for axis in self.group.axes_of(name) if axis not in moving)
        slot_axes: tuple[str, ...] = ()
        if width > 1:
            slot_axes = (f"{self.label}.slots({width})",)
            self.sizes[slot_axes[0]] = width
        else:
            elements = elements[:, 0]
        axes = (self.axis, *slot_axes)
        return _Cells(f"{name}.step", axes, (*slot_axes, *kept), kept, elements)

    def _table(self, array: NDArray[np.generic], axes: Sequence[str]) -> Expression:
        """Data over some axes, by a name of its own; a number where all are equal."""
        array = np.asarray(array)
        if array.size and (array == array.flat[0]).all():
            return Constant(float(array.flat[0]))
        name = f"{self.label}.places({len(self.values) + 1})"
        self.values[name] = Value(array, tuple(axes))
        return Reference(name, tuple(Along(axis) for axis in axes))

    # --- bodies ----------------------------------------------------------------------------------

    def _body(self, name: str) -> Expression:
        """What an element of a member is, over the cells."""
        needs = self.steps.needs[name]

        def change(e: Expression) -> Expression | None:
            if isinstance(e, Reference) and e in needs:
                return self._taken(name, e, needs[e])
            return None

        body = rebuild(self.bodies[name], change)
        cell, shape = self.cells[name], self.group.shape(name)
        places = np.unravel_index(cell.elements, shape) if shape else ()
        for axis, positions in zip(self.group.own_moving(name), places, strict=True):
            body = along(body, axis, Gather(self._table(positions, cell.axes)))
        return body

    def _taken(self, name: str, reference: Reference, need: Needs) -> Expression:
        """The elements that a reference takes, over the cells of a member."""
        rest = need.part.shape[len(self.group.shape(name)) :]
        flat = (self.steps.times[name].size, *rest)
        part, offset = need.part.reshape(flat), need.offset.reshape(flat)
        used = np.unique(part[part >= 0])
        found: Expression | None = None
        for number in used:
            source = need.view.parts[number]
            here = part == number
            # Where another part is taken, or none, any element of this one will do.
            offset_here = np.where(here, offset, offset[here][0])
            look = self._inside if source.node in self.cells else self._outside
            taken = look(_Use(name, reference, need, source, here, offset_here))
            if found is None:
                found = taken
            else:
                found = where(self._over_cells(name, here, need.extra), taken, found)
        return _BEFORE if found is None else found

    def _over_cells(
        self, name: str, array: NDArray[np.generic], extra: Sequence[str]
    ) -> Expression:
        cell = self.cells[name]
        return self._table(np.asarray(array[cell.elements], np.int64), (*cell.axes, *extra))

    def _inside(self, use: _Use) -> Expression:
        source = self.cells[use.source.node]
        own_times = self.steps.times[use.member].reshape(-1)
        times = self.steps.times[use.source.node].reshape(-1)[use.offset]
        lags = own_times.reshape((-1,) + (1,) * (times.ndim - 1)) - times
        lags = np.where(use.here, lags, lags[use.here][0])
        rest = (*self._slot(use), *self._kept(use, self.group.axes_of(use.source.node)))
        distinct = np.unique(lags)
        if distinct.size > MOST_LAGS:
            step = self._over_cells(use.member, times, use.need.extra)
            return Reference(source.name, (Gather(step), *rest))
        found: Expression | None = None
        for lag in distinct.tolist():
            index = Shift(self.axis, -lag) if lag else Along(self.axis)
            taken = Reference(source.name, (index, *rest))
            if found is None:
                found = taken
            else:
                found = where(
                    self._over_cells(use.member, lags == lag, use.need.extra), taken, found
                )
        assert found is not None
        return found

    def _slot(self, use: _Use) -> tuple[Index, ...]:
        cell, source = self.cells[use.member], self.cells[use.source.node]
        if len(source.axes) == 1:
            return ()
        slots = self.steps.slots[use.source.node].reshape(-1)[use.offset]
        own = self.steps.slots[use.member].reshape((-1,) + (1,) * (slots.ndim - 1))
        if cell.axes == source.axes and ((slots == own) | ~use.here).all():
            return (Along(cell.axes[1]),)
        return (Gather(self._over_cells(use.member, slots, use.need.extra)),)

    def _outside(self, use: _Use) -> Expression:
        node = use.source.node
        moving, shape = self.group.own_moving(node), self.group.shape(node)
        places = np.unravel_index(use.offset, shape) if shape else ()
        at: dict[str, Index] = {
            axis: Gather(self._over_cells(use.member, positions, use.need.extra))
            for axis, positions in zip(moving, places, strict=True)
        }
        axes = self.group.axes_of(node)
        kept = iter(self._kept(use, axes))
        return Reference(node, tuple(at[a] if a in at else next(kept) for a in axes))

    def _kept(self, use: _Use, axes: Sequence[str]) -> tuple[Index, ...]:
        """The indices along the axes of a node along which nothing moves."""
        moving = self.group.own_moving(use.source.node)
        lies = [use.need.view.at(use.source, place) for place in range(len(use.need.view.axes))]
        return tuple(
            use.reference.indices[lies.index(Along(axis))] for axis in axes if axis not in moving
        )


class _Use(NamedTuple):
    """A reference of a member to one part of a quantity: where it takes it, and which elements."""

    member: str
    reference: Reference
    need: Needs
    source: Part
    here: NDArray[np.bool_]
    offset: NDArray[np.int64]
