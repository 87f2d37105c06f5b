"""Evaluation of recursions: what depends on no earlier element first, the rest step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Index,
    Position,
    Reference,
    Scan,
    Shift,
    map_children,
)
from hdsl.expressions.values import Array, Value, spread

if TYPE_CHECKING:
    from hdsl.expressions.evaluate import Evaluator


def scan(run: Evaluator, e: Scan) -> Value:
    """The value of a recursion; the other arrays that it carries are remembered too."""
    steps = _steps(run, e)
    shapes = [c.shape for c in steps.carried]
    arrays = run.arrays.scan(steps, steps.start(), steps.inputs, steps.size, shapes, e.reverse)
    for carried, array in zip(steps.carried, arrays, strict=True):
        lead = len(steps.extra)
        axes = (*steps.extra, e.axis, *carried.axes[lead:])
        found = Value(run.arrays.moveaxis(array, 0, lead), axes)
        run.memo[replace(e, result=carried.name)] = found
    return run.memo[e]


# --- what the steps need --------------------------------------------------------------------------


@dataclass
class _Bodies:
    """Makes of what an element is an expression for a single step.

    Attributes
    ----------
    inputs
        The parts that depend on no earlier element, and the names by which steps know them.
    wholes
        Names of other arrays of which a step takes elements at places that it computes.
    lags
        For each carried array how many steps back it is asked for.
    histories
        The carried arrays of which any earlier element may be asked for.
    """

    scan: Scan
    inputs: dict[Expression, str] = field(default_factory=dict[Expression, str])
    wholes: set[str] = field(default_factory=set[str])
    lags: dict[str, int] = field(default_factory=dict[str, int])
    histories: set[str] = field(default_factory=set[str])
    memo: dict[Expression, Expression] = field(default_factory=dict[Expression, Expression])

    def at_step(self, e: Expression) -> Expression:
        if e not in self.memo:
            self.memo[e] = self._at_step(e)
        return self.memo[e]

    def _at_step(self, e: Expression) -> Expression:
        if isinstance(e, Constant):
            return e
        if not e.names & set(self.scan.carried):
            return Reference(self.inputs.setdefault(e, f"input {len(self.inputs)}"))
        if isinstance(e, Reference):
            return self._earlier(e) if e.name in self.scan.carried else self._whole(e)
        return map_children(e, self.at_step)

    def _whole(self, e: Reference) -> Reference:
        self.wholes.add(e.name)
        return replace(e, indices=tuple(map(self._index, e.indices)))

    def _earlier(self, e: Reference) -> Reference:
        first, rest = e.indices[0], tuple(map(self._index, e.indices[1:]))
        match first:
            case Along():
                return Reference(_now(e.name), rest)
            case Shift(_, by) if by != 0 and (by > 0) == self.scan.reverse:
                lag = abs(by)
                self.lags[e.name] = max(lag, self.lags.get(e.name, 0))
                return Reference(_back(e.name, lag), rest)
            case Gather():
                self.histories.add(e.name)
                return Reference(_so_far(e.name), (self._index(first), *rest))
            case _:
                raise ValueError(f"`{e.name}` is asked for before it is computed")

    def _index(self, index: Index) -> Index:
        axis = self.scan.axis
        match index:
            case Along(name) if name == axis:
                return Gather(self.at_step(Position(axis)))
            case Shift(name, by) if name == axis:
                return Gather(self.at_step(Position(axis) + float(by)))
            case Gather(positions):
                return Gather(self.at_step(positions))
            case _:
                return index


def _now(name: str) -> str:
    return f"{name} now"


def _back(name: str, lag: int) -> str:
    return f"{name} {lag} back"


def _so_far(name: str) -> str:
    return f"{name} so far"


# --- the steps ------------------------------------------------------------------------------------


class _Carried(NamedTuple):
    """An array whose elements are computed: those of one step have these axes and this shape."""

    name: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    body: Expression
    before: Value
    lag: int
    is_kept: bool


def _steps(run: Evaluator, e: Scan) -> _Steps:
    bodies = _Bodies(e)
    at_step = [bodies.at_step(body) for body in e.bodies]
    parts = {name: run(part) for part, name in bodies.inputs.items()}
    if bodies.histories:
        parts[_NUMBER] = run(Position(e.axis))
    before = [run(value) for value in e.before]
    extra = _draws([*parts.values(), *before])
    fixed = {name: run(Reference(name)) for name in bodies.wholes}
    fixed |= {name: value for name, value in parts.items() if e.axis not in value.axes}
    sliced = {name: value for name, value in parts.items() if e.axis in value.axes}
    kept = {n: tuple(a for a in v.axes if a != e.axis) for n, v in sliced.items()}
    carried = [
        _Carried(
            name,
            (*extra, *own),
            (*extra.values(), *map(run.size, own)),
            body,
            value,
            bodies.lags.get(name, 0),
            name in bodies.histories,
        )
        for name, own, body, value in zip(e.carried, e.own, at_step, before, strict=True)
    ]
    inputs = tuple(spread(v, (e.axis, *kept[n])) for n, v in sliced.items())
    return _Steps(run, e.axis, run.size(e.axis), carried, fixed, kept, inputs, tuple(extra))


_NUMBER = "number of the step"


def _draws(values: list[Value]) -> dict[str, int]:
    """The axes that belong to no index set, and their lengths."""
    return {
        axis: length
        for value in values
        if value.axes
        for axis, length in zip(value.axes, value.array.shape, strict=True)
        if axis.startswith("_")
    }


@dataclass(eq=False)
class _Steps:
    """Computes the elements of one step from those of earlier ones, and from its inputs."""

    run: Evaluator
    axis: str
    size: int
    carried: list[_Carried]
    fixed: dict[str, Value]
    input_axes: dict[str, tuple[str, ...]]
    inputs: tuple[Array, ...]
    extra: tuple[str, ...]

    def start(self) -> tuple[tuple[Array, ...], ...]:
        """What is known before the first step: for each array its last values, and its history."""
        return tuple(tuple(self._start(c)) for c in self.carried)

    def _start(self, c: _Carried) -> Iterator[Array]:
        before = self._full(c, c.before)
        if c.lag:
            yield self.run.arrays.stack([before] * c.lag)
        if c.is_kept:
            yield self.run.arrays.stack([before] * self.size)

    def __call__(
        self, known: tuple[tuple[Array, ...], ...], inputs: tuple[Array, ...]
    ) -> tuple[tuple[tuple[Array, ...], ...], tuple[Array, ...]]:
        values = dict(self.fixed)
        for (name, axes), array in zip(self.input_axes.items(), inputs, strict=True):
            values[name] = Value(array, axes)
        for c, arrays in zip(self.carried, known, strict=True):
            for lag in range(1, c.lag + 1):
                values[_back(c.name, lag)] = Value(arrays[0][lag - 1], c.axes)
            if c.is_kept:
                values[_so_far(c.name)] = Value(arrays[-1], (self.axis, *c.axes))
        run = replace(self.run, values=values, memo={}, definitions={})
        found: list[Array] = []
        for c in self.carried:
            found.append(self._full(c, run(c.body)))
            values[_now(c.name)] = Value(found[-1], c.axes)
        following = tuple(
            tuple(self._next(c, arrays, new, values))
            for c, arrays, new in zip(self.carried, known, found, strict=True)
        )
        return following, tuple(found)

    def _next(
        self, c: _Carried, arrays: tuple[Array, ...], new: Array, values: dict[str, Value]
    ) -> Iterator[Array]:
        xp = self.run.arrays
        if c.lag:
            yield xp.concatenate([xp.expand_dims(new, 0), arrays[0][:-1]])
        if c.is_kept:
            yield xp.put_at(arrays[-1], values[_NUMBER].array, new)

    def _full(self, c: _Carried, value: Value) -> Array:
        array = self.run.arrays.asarray(value.array) * 1.0
        return self.run.arrays.broadcast_to(spread(Value(array, value.axes), c.axes), c.shape)
