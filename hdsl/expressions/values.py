"""Arrays with named axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Array = Any


@dataclass(frozen=True)
class Value:
    """An array and the names of its axes, in order.

    Axes whose names begin with ``_`` (the draws) belong to no index set; a named quantity may
    carry them in addition to its own.
    """

    array: Array
    axes: tuple[str, ...] = ()


def spread(value: Value, axes: tuple[str, ...]) -> Array:
    """The array with its axes in the order of `axes`, of length one where it has none."""
    if value.axes == axes:
        return value.array
    if not value.axes:
        array = value.array
        return array.reshape((1,) * len(axes)) if hasattr(array, "reshape") else array
    present = [axis for axis in axes if axis in value.axes]
    if len(present) != len(value.axes):
        raise ValueError(f"axes {value.axes} do not fit into {axes}")
    order = tuple(value.axes.index(axis) for axis in present)
    array = value.array
    if order != tuple(range(len(order))):
        array = array.transpose(order)
    if len(present) == len(axes):
        return array
    return array.reshape(
        tuple(array.shape[present.index(axis)] if axis in value.axes else 1 for axis in axes)
    )


def joint_axes(*values: Value) -> tuple[str, ...]:
    """The union of the axes, draws first, in the order of the value that has most."""
    result: list[str] = []
    for value in sorted(values, key=lambda v: -len(v.axes)):
        result.extend(axis for axis in value.axes if axis not in result)
    result.sort(key=lambda axis: not axis.startswith("_"))
    return tuple(result)
