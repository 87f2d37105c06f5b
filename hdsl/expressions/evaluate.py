"""The one evaluator of expressions: arrays with named axes, the array module handed in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from hdsl.expressions.beyond import External, Interpolate, Solve, Table
from hdsl.expressions.chains import chain_order
from hdsl.expressions.forests import (
    Blocks,
    Chosen,
    ForestOrder,
    Taken,
    blocks,
    chosen,
    forest,
    taken,
)
from hdsl.expressions.functions import FUNCTIONS
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.matrices import MATRIX_FUNCTIONS
from hdsl.expressions.reductions import REDUCERS
from hdsl.expressions.scan import scan
from hdsl.expressions.solutions import external, interpolate, solve, table
from hdsl.expressions.tree import (
    Along,
    Apply,
    At,
    ChainOrder,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    Gather,
    LabelPosition,
    Lookup,
    OfWhole,
    Position,
    Reduce,
    Reference,
    Scan,
    Segment,
    Shift,
    Size,
    Stack,
    Sweep,
    WholeNumbers,
    set_of,
)
from hdsl.expressions.values import Array, Value, joint_axes, spread

__all__ = ["Array", "Evaluator", "Value", "broadcast", "joint_axes", "spread"]


@dataclass
class Evaluator:
    """Evaluates expressions over named arrays, each distinct expression once.

    Parameters
    ----------
    arrays
        The array module: `hdsl.expressions.arrays.numpy_arrays()` or JAX's.
    values
        The named arrays.
    sets
        Index sets by name, for sizes and labels.
    sizes
        Lengths of axes that belong to no index set.
    definitions
        Axes and expression of quantities that are computed, once, where they are referred to and
        `values` does not have them.
    """

    arrays: Any
    values: Mapping[str, Value]
    sets: Mapping[str, IndexSet]
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])
    memo: dict[Expression, Value] = field(default_factory=dict[Expression, Value])
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], Expression]]
    )

    def size(self, axis: str) -> int:
        """Length of an axis."""
        if axis in self.sizes:
            return self.sizes[axis]
        return self.sets[set_of(axis)].size

    def __call__(self, expression: Expression) -> Value:
        """The value of an expression."""
        found = self.memo.get(expression)
        if found is None:
            # Branches that `where` discards may divide by zero, and tails may overflow.
            with np.errstate(all="ignore"):
                found = _EVALUATE[type(expression)](self, expression)
            self.memo[expression] = found
        return found

    def array(self, expression: Expression, axes: tuple[str, ...]) -> Array:
        """The value as an array over the given axes, of length one where it does not vary."""
        value = self(expression)
        if not value.axes:
            value = Value(self.arrays.asarray(value.array))
        return spread(value, axes)


def _constant(run: Evaluator, e: Constant) -> Value:
    return Value(e.value)


def _position(run: Evaluator, e: Position) -> Value:
    return Value(run.arrays.arange(run.size(e.axis)), (e.axis,))


def _size(run: Evaluator, e: Size) -> Value:
    return Value(float(run.size(e.axis)))


def _label_position(run: Evaluator, e: LabelPosition) -> Value:
    return Value(run.sets[e.set_name].position(e.label))


def _lookup(run: Evaluator, e: Lookup) -> Value:
    labels = run(e.labels)
    return Value(run.sets[e.set_name].positions(labels.array), labels.axes)


def _reference(run: Evaluator, e: Reference) -> Value:
    if not e.indices:
        return run.values[e.name] if e.name in run.values else _defined(run, e.name)
    value = run(Reference(e.name))
    own = [axis for axis in value.axes if not axis.startswith("_")]
    extra = tuple(axis for axis in value.axes if axis.startswith("_"))
    if len(own) != len(e.indices):
        raise ValueError(f"`{e.name}` has axes {own}, indexed by {len(e.indices)}")
    renamed = tuple(index.axis for index in e.indices if isinstance(index, Along))
    if e.is_plain and len(set(renamed)) == len(renamed):
        return Value(spread(value, (*extra, *own)), (*extra, *renamed))
    array = spread(value, (*extra, *own))
    return _take(run, array, extra, own, e)


def _defined(run: Evaluator, name: str) -> Value:
    axes, expression = run.definitions[name]
    return broadcast(run, run(expression), axes)


def broadcast(run: Evaluator, value: Value, axes: tuple[str, ...]) -> Value:
    """The value at full length along the given axes, after those of the draws."""
    extra = tuple(axis for axis in value.axes if axis.startswith("_") and axis not in axes)
    shape = (*(value.array.shape[value.axes.index(axis)] for axis in extra), *map(run.size, axes))
    full = (*extra, *axes)
    return Value(run.arrays.broadcast_to(spread(value, full), shape), full)


def _take(
    run: Evaluator, array: Array, extra: tuple[str, ...], own: list[str], e: Reference
) -> Value:
    """Elements at computed positions: one `take` for one computed index, else a joint gather."""
    lengths = array.shape[len(extra) :]
    positions = [
        _index_positions(run, axis, length, index)
        for axis, length, index in zip(own, lengths, e.indices, strict=True)
    ]
    computed = [i for i, index in enumerate(e.indices) if not isinstance(index, Along)]
    if len(computed) == 1:
        place = computed[0]
        where = positions[place]
        kept = [cast("Along", index).axis for i, index in enumerate(e.indices) if i != place]
        distinct = len({*kept, *extra, *where.axes}) == len(kept) + len(extra) + len(where.axes)
        if len(where.axes) <= 1 and distinct:
            axis = len(extra) + place
            taken = run.arrays.take(array, where.array, axis=axis, mode="clip")
            names = [*extra, *kept]
            names[axis:axis] = where.axes
            return Value(taken, tuple(names))
    own_draws = [Value(run.arrays.arange(array.shape[i]), (axis,)) for i, axis in enumerate(extra)]
    axes = joint_axes(*own_draws, *positions)
    index = tuple(
        spread(Value(run.arrays.clip(p.array, 0, length - 1), p.axes), axes)
        for p, length in zip((*own_draws, *positions), array.shape, strict=True)
    )
    return Value(array[index], axes)


def _index_positions(
    run: Evaluator, axis: str, length: int, index: Along | At | Gather | Shift
) -> Value:
    match index:
        case Along(name):
            return Value(run.arrays.arange(length), (name,))
        case At(label):
            return Value(run.arrays.asarray(run.sets[set_of(axis)].position(label)))
        case Shift(name, by):
            return Value(run.arrays.arange(run.size(name)) + by, (name,))
        case Gather(positions):
            return _whole(run, run(positions))


def _whole(run: Evaluator, value: Value) -> Value:
    array = run.arrays.asarray(value.array)
    return Value(array if array.dtype.kind in "iu" else array.astype(int), value.axes)


def _apply(run: Evaluator, e: Apply) -> Value:
    arguments = [run(argument) for argument in e.arguments]
    axes = joint_axes(*arguments)
    compute = FUNCTIONS[e.function].compute
    spreads = (spread(a, axes) if a.axes else a.array for a in arguments)
    return Value(compute(run.arrays, *spreads), axes)


def _reduce(run: Evaluator, e: Reduce) -> Value:
    body = run(e.body)
    where = run(e.where) if e.where is not None else None
    axes = joint_axes(body, *([where] if where else []))
    missing = tuple(axis for axis in e.over if axis not in axes)
    if missing and e.function == "sum" and where is None:
        factor = math.prod(run.size(axis) for axis in missing)
        return _reduce_present(run, e, Value(body.array * float(factor), body.axes), None)
    full = (*axes, *missing)
    shape = tuple(
        run.size(axis) if axis in missing else _length(axis, body, where) for axis in full
    )
    filled = Value(run.arrays.broadcast_to(spread(body, full), shape), full)
    kept = Value(run.arrays.broadcast_to(spread(where, full), shape), full) if where else None
    return _reduce_present(run, e, filled, kept)


def _length(axis: str, body: Value, where: Value | None) -> int:
    for value in (body, where):
        if value is not None and axis in value.axes:
            return value.array.shape[value.axes.index(axis)]
    raise KeyError(axis)


def _reduce_present(run: Evaluator, e: Reduce, body: Value, where: Value | None) -> Value:
    places = tuple(i for i, axis in enumerate(body.axes) if axis in e.over)
    rest = tuple(axis for axis in body.axes if axis not in e.over)
    if not places:
        return body
    reduce = REDUCERS[e.function]
    mask = None if where is None else where.array != 0
    return Value(reduce(run.arrays, body.array, mask, places), rest)


def _sweep(run: Evaluator, e: Sweep) -> Value:
    body = run(e.body)
    if e.axis not in body.axes:
        full = (*body.axes, e.axis)
        shape = (*getattr(body.array, "shape", ()), run.size(e.axis))
        body = Value(run.arrays.broadcast_to(spread(body, full) * 1.0, shape), full)
    place = body.axes.index(e.axis)
    if e.function == "cumsum":
        return Value(run.arrays.cumsum(body.array, axis=place), body.axes)
    top = run.arrays.expand_dims(run.arrays.logsumexp(body.array, axis=(place,)), (place,))
    return Value(run.arrays.exp(body.array - top), body.axes)


def _segment(run: Evaluator, e: Segment) -> Value:
    body, by = run(e.body), _whole(run, run(e.by))
    # Where the grouping itself varies (by draw, say), each of its variants has groups of its own.
    variants = tuple(axis for axis in by.axes if axis not in e.over)
    rest = tuple(axis for axis in body.axes if axis not in (*e.over, *variants))
    row_axes = (*e.over, *variants)
    full = (*row_axes, *rest)
    lengths = {axis: run.size(axis) for axis in e.over}
    shape = tuple(lengths[a] if a in lengths else _length(a, body, by) for a in full)
    array = run.arrays.broadcast_to(spread(body, full) * 1.0, shape)
    row_shape, rest_shape = shape[: len(row_axes)], shape[len(row_axes) :]
    variant_shape = row_shape[len(e.over) :]
    rows, copies, size = math.prod(row_shape), math.prod(variant_shape), run.size(e.to)
    groups = run.arrays.broadcast_to(spread(by, row_axes), row_shape)
    if variants:
        groups = groups + size * run.arrays.arange(copies).reshape(variant_shape)
    total = run.arrays.segment_sum(
        array.reshape((rows, *rest_shape)), groups.reshape(rows), size * copies
    )
    return Value(total.reshape((*variant_shape, size, *rest_shape)), (*variants, e.to, *rest))


def _counts_above(run: Evaluator, e: CountsAbove) -> Value:
    counts = run.arrays.asarray(run(e.counts).array).reshape(-1).astype(int)
    size = run.size(e.axis)
    histogram = run.arrays.bincount(counts, minlength=size + 1)
    return Value((counts.size - run.arrays.cumsum(histogram))[:size] * 1.0, (e.axis,))


def _whole_numbers(run: Evaluator, e: WholeNumbers) -> Value:
    return Value(run.arrays.arange(run.size(e.axis)), (e.axis,))


def _chain_order(run: Evaluator, e: ChainOrder) -> Value:
    order = chain_order(np.asarray(run(e.before).array))
    late = np.concatenate([np.full_like(order[: e.lag], -1), order])[: len(order)]
    return Value(late, (e.steps, e.chains))


def _stack(run: Evaluator, e: Stack) -> Value:
    items = [run(item) for item in e.items]
    axes = joint_axes(*items)
    shape = tuple(max(_maybe_length(axis, item) for item in items) for axis in axes)
    rows = [
        run.arrays.broadcast_to(
            spread(i, axes) if i.axes else run.arrays.asarray(i.array * 1.0), shape
        )
        for i in items
    ]
    return Value(run.arrays.stack(rows, axis=-1), (*axes, e.axis))


def _maybe_length(axis: str, value: Value) -> int:
    return value.array.shape[value.axes.index(axis)] if axis in value.axes else 1


def _concatenate(run: Evaluator, e: Concatenate) -> Value:
    items = [(run(item), own) for item, own in e.items]
    rest = joint_axes(*(Value(None, tuple(a for a in v.axes if a not in own)) for v, own in items))
    lengths = {a: n for v, _ in items if v.axes for a, n in zip(v.axes, v.array.shape, strict=True)}
    kept = tuple(lengths[axis] for axis in rest)
    rows: list[Array] = []
    for value, own in items:
        shape = tuple(map(run.size, own))
        array = run.arrays.broadcast_to(spread(value, (*rest, *own)), (*kept, *shape))
        rows.append(array.reshape((*kept, math.prod(shape))))
    return Value(run.arrays.concatenate(rows, axis=-1), (*rest, e.axis))


def _of_whole(run: Evaluator, e: OfWhole) -> Value:
    items = [(run(item), own) for item, own in e.items]
    rest = joint_axes(*(Value(None, tuple(a for a in v.axes if a not in own)) for v, own in items))
    if e.function == "matmul":
        return _product(run, items, rest, e.result)
    arrays: list[Array] = []
    for value, own in items:
        array = spread(value, (*rest, *own)) if value.axes else run.arrays.asarray(value.array)
        lead = array.shape[: len(rest)] if value.axes else (1,) * len(rest)
        arrays.append(run.arrays.broadcast_to(array, (*lead, *map(run.size, own))) * 1.0)
    return Value(MATRIX_FUNCTIONS[e.function].compute(run.arrays, *arrays), (*rest, *e.result))


def _product(
    run: Evaluator,
    items: list[tuple[Value, tuple[str, ...]]],
    rest: tuple[str, ...],
    result: tuple[str, ...],
) -> Value:
    """Sum of products over the last axis of the left and the first of the right."""
    (left, rows), (right, columns) = items
    letters = {axis: i for i, axis in enumerate(rest)}
    inner = len(rest)
    free = iter(range(inner + 1, inner + 3))
    own_left = [*(next(free) for _ in rows[:-1]), inner]
    own_right = [inner, *(next(free) for _ in columns[1:])]
    operands: list[Any] = []
    for value, axes, own in ((left, rows, own_left), (right, columns, own_right)):
        others = tuple(axis for axis in rest if axis in value.axes)
        full = (*others, *axes)
        lengths = (_maybe_length(axis, value) for axis in others)
        shape = (*lengths, *map(run.size, axes))
        array = run.arrays.asarray(value.array) * 1.0
        array = run.arrays.broadcast_to(spread(Value(array, value.axes), full), shape)
        operands += [array, [*(letters[axis] for axis in others), *own]]
    made = [*(i for i in letters.values()), *own_left[:-1], *own_right[1:]]
    return Value(run.arrays.einsum(*operands, made), (*rest, *result))


_EVALUATE: dict[type[Expression], Callable[..., Value]] = {
    Constant: _constant,
    Position: _position,
    Size: _size,
    LabelPosition: _label_position,
    Lookup: _lookup,
    Reference: _reference,
    Apply: _apply,
    Reduce: _reduce,
    Sweep: _sweep,
    Segment: _segment,
    CountsAbove: _counts_above,
    WholeNumbers: _whole_numbers,
    ChainOrder: _chain_order,
    Stack: _stack,
    Concatenate: _concatenate,
    Scan: scan,
    OfWhole: _of_whole,
    Solve: solve,
    Interpolate: interpolate,
    Table: table,
    External: external,
    Blocks: blocks,
    ForestOrder: forest,
    Chosen: chosen,
    Taken: taken,
}
