"""Expressions of data alone: whether all that they speak of is there, and their values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.evaluate import Evaluator, Value, spread
from hdsl.expressions.tree import (
    At,
    Expression,
    LabelPosition,
    Lookup,
    OfWhole,
    Reduce,
    Reference,
    Scan,
    Size,
    set_of,
    walk,
)


def can_evaluate(expression: Expression, evaluator: Evaluator) -> bool:
    """Whether all that an expression speaks of has a value."""
    if not expression.names <= evaluator.values.keys():
        return False
    return all(_knows(axis, evaluator) for axis in _axes(expression, evaluator))


def _axes(expression: Expression, evaluator: Evaluator) -> set[str]:
    found: set[str] = set()
    for part in walk(expression):
        found |= part.axes
        match part:
            case Size(axis):
                found.add(axis)
            case Reduce(_, _, over):
                found.update(over)
            case Scan(axis, _, own):
                found.update((axis, *(a for axes in own for a in axes)))
            case LabelPosition(name, _) | Lookup(name, _):
                found.add(name)
            case OfWhole(_, items, _):
                found.update(*(own for _, own in items))
            case Reference(name, indices) if name in evaluator.values:
                own = [axis for axis in evaluator.values[name].axes if not axis.startswith("_")]
                at = (axis for axis, i in zip(own, indices, strict=False) if isinstance(i, At))
                found.update(at)
            case _:
                pass
    return found


def _knows(axis: str, evaluator: Evaluator) -> bool:
    # The axis of a list, `[]`, or `#1` where it is summed over, is as long as the list.
    own_set = set_of(axis)
    return axis in evaluator.sizes or own_set in evaluator.sets or own_set in ("", "[]")


def array_over(expression: Expression, axes: tuple[str, ...], evaluator: Evaluator) -> NDArray[Any]:
    """The value of an expression over all of the given axes; it may not be written to."""
    value = evaluator(expression)
    filled = spread(Value(np.asarray(value.array), value.axes), axes)
    return np.broadcast_to(filled, tuple(evaluator.size(axis) for axis in axes))
