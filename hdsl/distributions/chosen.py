"""Arguments of a distribution from which only some elements are drawn."""

from __future__ import annotations

import numpy as np

from hdsl.distributions.distribution import Array
from hdsl.distributions.random import Evaluate
from hdsl.expressions.tree import Expression


def chosen(evaluate: Evaluate, mask: Array) -> Evaluate:
    """Arguments where `mask` holds; elsewhere those of one such element, since they are not used.

    `mask` has the shape of the draws and holds somewhere.
    """
    first = tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))

    def inside(expression: Expression, /, *axes: str) -> Array:
        values = evaluate(expression, *axes)
        behind = len(axes)
        lead = values.shape[: values.ndim - behind]
        if all(length == 1 for length in lead):
            return values
        at = tuple(min(i, length - 1) for i, length in zip(first, lead, strict=True))
        kept = mask.reshape((*mask.shape, *(1,) * behind))
        return np.where(kept, values, values[at])

    return inside


def picked(evaluate: Evaluate, axis: str, positions: Array) -> Evaluate:
    """Arguments at a position along an axis, another for each draw.

    `positions` has as many axes as the draws.
    """

    def at_position(expression: Expression, /, *axes: str) -> Array:
        if axis not in expression.axes:
            return evaluate(expression, *axes)
        values = np.moveaxis(evaluate(expression, *axes, axis), -1, positions.ndim)
        index = positions.reshape((*positions.shape, *(1,) * (len(axes) + 1)))
        lead = np.broadcast_shapes(values.shape[: positions.ndim], positions.shape)
        values = np.broadcast_to(values, (*lead, *values.shape[positions.ndim :]))
        index = np.broadcast_to(index, (*lead, *index.shape[positions.ndim :]))
        return np.take_along_axis(values, index, axis=positions.ndim).squeeze(positions.ndim)

    return at_position
