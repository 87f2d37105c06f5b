"""Evaluation of what lies beyond closed forms; the array module does the work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hdsl.expressions.beyond import External, Interpolate, Solve, Table
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import Constant, Expression, Reference, map_children
from hdsl.expressions.values import Array, Value, joint_axes, spread

if TYPE_CHECKING:
    from hdsl.expressions.evaluate import Evaluator


@dataclass(frozen=True, eq=False)
class Rate:
    """The rate of change of one solution: a function of time, state and inputs.

    `key` tells apart what has to be compiled anew.
    """

    body: Expression
    time: str
    state: str
    state_axes: tuple[str, ...]
    inputs: tuple[tuple[str, tuple[str, ...]], ...]
    sets: Mapping[str, IndexSet] = field(repr=False)
    sizes: Mapping[str, int] = field(repr=False)

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal rates."""
        sizes = tuple(sorted(self.sizes.items()))
        return (self.body, self.state_axes, self.inputs, id(self.sets), sizes)

    def __call__(self, arrays: Any, time: Array, state: Array, inputs: tuple[Array, ...]) -> Array:
        from hdsl.expressions.evaluate import Evaluator

        known = {
            name: Value(array, axes)
            for (name, axes), array in zip(self.inputs, inputs, strict=True)
        }
        known[self.time] = Value(time)
        known[self.state] = Value(state, self.state_axes)
        run = Evaluator(arrays, known, self.sets, self.sizes)
        found = run(self.body)
        array = spread(Value(arrays.asarray(found.array), found.axes), self.state_axes)
        return arrays.broadcast_to(array * 1.0, state.shape)


def solve(run: Evaluator, e: Solve) -> Value:
    """The solution of a differential equation, for each plate on its own."""
    hidden = frozenset((e.time.name, e.state.name))
    parts: dict[Expression, str] = {}
    body = _at_a_point(e.derivative, hidden, parts)
    wholes = sorted(body.names - hidden - set(parts.values()))
    inputs = {name: run(part) for part, name in parts.items()}
    inputs |= {name: run(Reference(name)) for name in wholes}
    initial, start, at = run(e.initial), run(e.start), run(e.at)
    # What varies along other axes than the state's has a solution for each of its elements.
    free = (e.derivative.axes | e.initial.axes | e.start.axes) - set(e.state_axes)
    everything = joint_axes(initial, start, at, *inputs.values())
    plates = tuple(a for a in everything if a.startswith("_") or a in free)
    times = tuple(a for a in at.axes if a not in plates)
    lengths = _lengths(initial, start, at, *inputs.values())
    shape = tuple(lengths[axis] for axis in plates)

    def by_plate(value: Value, own: tuple[str, ...]) -> Array:
        array = spread(Value(run.arrays.asarray(value.array) * 1.0, value.axes), (*plates, *own))
        own_shape = array.shape[len(plates) :]
        array = run.arrays.broadcast_to(array, (*shape, *own_shape))
        return array.reshape((math.prod(shape), *own_shape))

    rate = Rate(
        body,
        e.time.name,
        e.state.name,
        e.state_axes,
        tuple((name, _own(value, plates)) for name, value in inputs.items()),
        run.sets,
        run.sizes,
    )
    state_shape = tuple(_state_length(run, lengths, axis) for axis in e.state_axes)
    begin = by_plate(initial, e.state_axes)
    begin = run.arrays.broadcast_to(begin, (math.prod(shape), *state_shape))
    asked = by_plate(at, times)
    time_shape = asked.shape[1:]
    found = run.arrays.ode(
        rate,
        begin,
        by_plate(start, ()),
        asked.reshape((math.prod(shape), math.prod(time_shape))),
        tuple(by_plate(value, _own(value, plates)) for value in inputs.values()),
    )
    return Value(
        found.reshape((*shape, *time_shape, *state_shape)), (*plates, *times, *e.state_axes)
    )


def _state_length(run: Evaluator, lengths: Mapping[str, int], axis: str) -> int:
    """The length of an axis of the state: that of its arrays, or of its index set."""
    return lengths[axis] if axis in lengths else run.size(axis)


def _own(value: Value, plates: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(axis for axis in value.axes if axis not in plates)


def _lengths(*values: Value) -> dict[str, int]:
    return {
        axis: length
        for value in values
        if value.axes
        for axis, length in zip(value.axes, value.array.shape, strict=True)
    }


def _at_a_point(e: Expression, hidden: frozenset[str], parts: dict[Expression, str]) -> Expression:
    """The expression with what does not depend on the hidden names as named inputs."""
    if isinstance(e, Constant):
        return e
    if not e.names & hidden:
        return Reference(parts.setdefault(e, f"input {len(parts)}"))
    return map_children(e, lambda child: _at_a_point(child, hidden, parts))


def interpolate(run: Evaluator, e: Interpolate) -> Value:
    """Straight lines between points; beyond them the first and the last value."""
    arrays = run.arrays
    x, xs, ys = run(e.x), run(e.xs), run(e.ys)
    axes = joint_axes(x, *(Value(None, _own(v, (e.axis,))) for v in (xs, ys)))
    size = next(v.array.shape[v.axes.index(e.axis)] for v in (xs, ys) if e.axis in v.axes)
    at = arrays.expand_dims(_filled(run, x, axes), -1)
    nodes, values = (_filled(run, v, (*axes, e.axis)) for v in (xs, ys))
    nodes = arrays.broadcast_to(nodes, (*nodes.shape[:-1], size))
    values = arrays.broadcast_to(values, (*values.shape[:-1], size))
    if size == 1:
        return Value(values[..., 0] + 0.0 * at[..., 0], axes)
    after = arrays.clip(arrays.sum(nodes <= at, axis=-1, keepdims=True), 1, size - 1)
    lead = after.shape[:-1]

    def taken(array: Array, place: Array) -> Array:
        shape = tuple(map(max, array.shape[:-1], lead))
        array = arrays.broadcast_to(array, (*shape, size))
        return arrays.take_along_axis(array, arrays.broadcast_to(place, (*shape, 1)), axis=-1)

    low, high = taken(nodes, after - 1), taken(nodes, after)
    first, last = taken(values, after - 1), taken(values, after)
    share = arrays.clip((at - low) / (high - low), 0.0, 1.0)
    return Value((first + share * (last - first))[..., 0], axes)


def _filled(run: Evaluator, value: Value, axes: tuple[str, ...]) -> Array:
    return spread(Value(run.arrays.asarray(value.array) * 1.0, value.axes), axes)


def table(run: Evaluator, e: Table) -> Value:
    """Numbers that stand in the expression itself."""
    return Value(run.arrays.asarray(e.numbers), (e.axis,))


def external(run: Evaluator, e: External) -> Value:
    """A function from outside, whose result has all axes of its arguments."""
    values = [run(argument) for argument in e.arguments]
    axes = joint_axes(*values)
    lengths = _lengths(*values)
    arrays = [_filled(run, value, axes) for value in values]
    shape = tuple(lengths[axis] for axis in axes)
    return Value(run.arrays.external(e.function, e.compute, arrays, shape), axes)
