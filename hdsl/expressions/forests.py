"""Expressions of data that say in which order elements which depend on each other are summed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.tree import Expression
from hdsl.expressions.tree_partition import TreePartition, forest_order, tree_partition
from hdsl.expressions.values import Array, Value, joint_axes, spread

if TYPE_CHECKING:
    from hdsl.expressions.evaluate import Evaluator


BlockPart: TypeAlias = Literal["block", "stride", "is_shared", "before", "states", "shared", "root"]


@dataclass(frozen=True, eq=False)
class Blocks(Expression):
    """Elements put into blocks that form a forest (`tree_partition`); it depends on data alone.

    Attributes
    ----------
    choices
        Over the axis `elements`: how many values each of them can have.
    links
        What stands in the same terms: for each kind of term the positions of the elements in each
        of its rows (-1 for none), the axes of the rows, and which of them count.
    part
        What is meant: over `elements` or, for all but the first three, over the axis `blocks`.
    """

    choices: Expression
    links: tuple[tuple[tuple[Expression, ...], tuple[str, ...], Expression], ...]
    elements: str
    blocks: str
    part: BlockPart

    @property
    def axis(self) -> str:
        """The axis of what is meant."""
        is_of_elements = self.part in ("block", "stride", "is_shared")
        return self.elements if is_of_elements else self.blocks

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis,))


@dataclass(frozen=True, eq=False)
class ForestOrder(Expression):
    """The elements of a forest, those farthest from its roots first.

    `before` gives for each element the position of the one before it, -1 where there is none; it
    depends on data alone. At one of the `steps` are all elements of one distance, along `slots`,
    `lag` steps later; what is left over holds -1.
    """

    before: Expression
    steps: str
    slots: str
    lag: int = 0

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.steps, self.slots))


@dataclass(frozen=True, eq=False)
class Chosen(Expression):
    """The rows for which a condition of data holds, by their number, first axis outermost."""

    condition: Expression
    rows: tuple[str, ...]
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis,))


@dataclass(frozen=True, eq=False)
class Taken(Expression):
    """The elements of `body` at some positions along its axis `axis`."""

    body: Expression
    axis: str
    positions: Expression

    @cached_property
    def axes(self) -> frozenset[str]:
        return (self.body.axes - {self.axis}) | self.positions.axes


def blocks(run: Evaluator, e: Blocks) -> Value:
    """One part of a tree partition."""
    choices = np.asarray(run(e.choices).array).reshape(-1)
    found = _partition(choices, tuple(_rows(run, e)))
    return Value(np.asarray(getattr(found, e.part)), (e.axis,))


def _rows(run: Evaluator, e: Blocks) -> Iterator[NDArray[np.int64]]:
    for elements, rows, condition in e.links:
        shape = tuple(map(run.size, rows))
        counts = _flat(run, condition, rows, shape) != 0
        places = [_flat(run, element, rows, shape).astype(np.int64) for element in elements]
        yield np.stack(places, axis=1)[counts]


def _flat(
    run: Evaluator, e: Expression, rows: tuple[str, ...], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    value = run(e)
    array = np.asarray(value.array, np.float64)
    return np.broadcast_to(spread(Value(array, value.axes), rows), shape).reshape(-1)


_REMEMBERED = 8
_partitions: OrderedDict[tuple[bytes, ...], TreePartition] = OrderedDict()


def _partition(choices: Array, links: tuple[NDArray[np.int64], ...]) -> TreePartition:
    """The same elements and rows are asked for at each stage of a run."""
    key = (
        choices.tobytes(),
        *(b for rows in links for b in (bytes(rows.shape[1]), rows.tobytes())),
    )
    if key not in _partitions:
        _partitions[key] = tree_partition(choices, links)
        while len(_partitions) > _REMEMBERED:
            _partitions.popitem(last=False)
    return _partitions[key]


def forest(run: Evaluator, e: ForestOrder) -> Value:
    """The order of a forest."""
    order = forest_order(np.asarray(run(e.before).array))
    late = np.concatenate([np.full_like(order[: e.lag], -1), order])[: len(order)]
    return Value(late, (e.steps, e.slots))


def chosen(run: Evaluator, e: Chosen) -> Value:
    """The numbers of the chosen rows."""
    shape = tuple(map(run.size, e.rows))
    return Value(np.flatnonzero(_flat(run, e.condition, e.rows, shape)), (e.axis,))


def taken(run: Evaluator, e: Taken) -> Value:
    """Elements along one axis, whatever made them."""
    body, positions = run(e.body), run(e.positions)
    if e.axis not in body.axes:
        return body
    place = body.axes.index(e.axis)
    length = body.array.shape[place]
    where = Value(run.arrays.asarray(positions.array).astype(int), positions.axes)
    others = [
        Value(run.arrays.arange(n), (axis,))
        for axis, n in zip(body.axes, body.array.shape, strict=True)
    ]
    others[place] = Value(run.arrays.clip(where.array, 0, length - 1), where.axes)
    axes = joint_axes(*others)
    return Value(body.array[tuple(spread(o, axes) for o in others)], axes)
