"""Recursions drawn forward: one step after the other, all draws at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hdsl.density.streams import DRAW, draw
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value, broadcast, spread
from hdsl.expressions.rewrite import along
from hdsl.expressions.tree import Along, Expression, Gather, Reference
from hdsl.model.dependences import Group
from hdsl.model.graph import Bound, Factor, Node, Stochastic
from hdsl.model.recursions import group_of
from hdsl.model.schedule import Schedule, schedule


def march(
    bound: Bound, names: frozenset[str], run: Evaluator, draws: range, key: tuple[int, str]
) -> dict[str, Value]:
    """Draw the unknowns of a recursion, each element given those before it.

    Parameters
    ----------
    names
        The nodes of the recursion; those that `run` knows already stay as they are.
    run
        Knows all that the recursion starts from.
    draws
        The numbers of the draws; the first is a multiple of `DRAWS_PER_STREAM`.
    key
        Seed and purpose.
    """
    data = Evaluator(numpy_arrays(), bound.values, bound.sets, bound.sizes)
    group = group_of(bound.graph, names - run.values.keys(), data)
    steps = schedule(group)
    values = {**run.values, **_from_outside(group, run)}
    arrays = _Arrays(group, values, len(draws))
    members = [_Member(bound.graph.nodes[n], group, steps) for n in steps.order]
    for step in range(steps.num_steps):
        for member in members:
            _advance(member, step, arrays, run, draws, key)
    return {m.node.name: values[m.node.name] for m in members if isinstance(m.node, Stochastic)}


def _from_outside(group: Group, run: Evaluator) -> dict[str, Value]:
    """What the members need and what does not depend on them, computed once."""
    said = (e.names for member in group.members.values() for e in member.expressions)
    names = {part.node for view in group.views.values() for part in view.parts}.union(*said)
    inside = {*group.members, *group.views}
    return {
        name: broadcast(run, run(Reference(name)), run.definitions[name][0])
        for name in sorted(names - inside)
        if name in run.definitions and name not in run.values
    }


class _Arrays:
    """The elements that are there so far, by the names by which they are referred to."""

    def __init__(self, group: Group, values: dict[str, Value], num_draws: int) -> None:
        self.group, self.values, self.num_draws = group, values, num_draws
        for name in group.members:
            self._make(name, group.axes_of(name))
        for view in group.views.values():
            if view.name in group.members:
                continue
            self._make(view.name, view.axes)
            for part in view.parts:
                if part.node not in group.members:
                    self._lay(part.node)

    def _make(self, name: str, axes: tuple[str, ...]) -> None:
        shape = (self.num_draws, *map(self.group.run.size, axes))
        self.values[name] = Value(np.full(shape, np.nan), (DRAW, *axes))

    def _lay(self, node: str) -> None:
        """What is known of a quantity from the start."""
        group = self.group
        moving, kept = group.own_moving(node), _kept(group, node)
        known = spread(self.values[node], (DRAW, *moving, *kept))
        self._whole(node)[(slice(None), *group.coordinates(node))] = known

    def _whole(self, node: str) -> np.ndarray:
        """The quantity of a node: draws, axes along which elements follow each other, others."""
        view, part = self.group.view_of[node], self.group.part_of(node)
        moving = self.group.moving[view.name]
        lies = [view.at(part, place) for place in range(len(view.axes))]
        kept = [lies.index(Along(axis)) for axis in _kept(self.group, node)]
        order = (0, *(place + 1 for place in (*moving, *kept)))
        return self.values[view.name].array.transpose(order)

    def put(self, node: str, elements: np.ndarray, new: np.ndarray) -> None:
        """Lay the new elements (flat along the moving axes) of a member where they belong."""
        group = self.group
        axes, moving, shape = group.axes_of(node), group.own_moving(node), group.shape(node)
        order = (0, *(axes.index(axis) + 1 for axis in (*moving, *_kept(group, node))))
        own = self.values[node].array.transpose(order)
        places = np.unravel_index(elements, shape) if shape else ()
        taken = new if shape else new[:, 0]
        own[(slice(None), *places)] = taken
        if group.view_of[node].name != node:
            inside = tuple(c[places] for c in group.coordinates(node))
            self._whole(node)[(slice(None), *inside)] = taken


def _kept(group: Group, node: str) -> tuple[str, ...]:
    moving = group.own_moving(node)
    return tuple(axis for axis in group.axes_of(node) if axis not in moving)


class _Member:
    """A node of a recursion, written for the elements of one step, which lie along `axis`."""

    def __init__(self, node: Node, group: Group, steps: Schedule) -> None:
        assert not isinstance(node, Factor)
        self.node, self.axis = node, f"{node.name}.now"
        self.moving, self.shape = group.own_moving(node.name), group.shape(node.name)
        self.axes = (self.axis, *_kept(group, node.name))
        times = steps.times[node.name].reshape(-1)
        self.elements = np.argsort(times, kind="stable")
        self.bounds = np.searchsorted(times[self.elements], np.arange(steps.num_steps + 1))
        if isinstance(node, Stochastic):
            self.random = node.random.map(self._now)
        else:
            self.expression = self._now(node.expression)

    def _now(self, e: Expression) -> Expression:
        for axis in self.moving:
            e = along(e, axis, Gather(Reference(self._places(axis), (Along(self.axis),))))
        return e

    def _places(self, axis: str) -> str:
        return f"{self.axis}.{axis}"

    def at(self, step: int) -> np.ndarray:
        """The elements of a step, flat along the moving axes."""
        return self.elements[self.bounds[step] : self.bounds[step + 1]]

    def places(self, elements: np.ndarray) -> Mapping[str, Value]:
        """Where these elements lie."""
        found = np.unravel_index(elements, self.shape) if self.shape else ()
        return {
            self._places(axis): Value(positions, (self.axis,))
            for axis, positions in zip(self.moving, found, strict=True)
        }


def _advance(
    member: _Member,
    step: int,
    arrays: _Arrays,
    run: Evaluator,
    draws: range,
    key: tuple[int, str],
) -> None:
    elements = member.at(step)
    if not elements.size:
        return
    now = replace(
        run,
        values={**arrays.values, **member.places(elements)},
        sizes={**run.sizes, member.axis: elements.size},
        memo={},
    )
    name = member.node.name
    if isinstance(member.node, Stochastic):
        found = draw(member.random, member.axes, now, draws, (*key, f"{name} {step}"))
    else:
        found = broadcast(now, now(member.expression), member.axes)
    arrays.put(name, elements, spread(found, (DRAW, *member.axes)))
