"""Arguments of a distribution from which only some elements are drawn."""

from __future__ import annotations

import numpy as np

from hdsl.distributions.distribution import Array
from hdsl.distributions.random import Evaluate
from hdsl.expressions.tree import Expression


def chosen(evaluate: Evaluate, mask: Array) -> Evaluate:
    """Arguments where `mask` holds; elsewhere those of one such element, since they are not used.

    `mask` holds somewhere and has as many axes as the draws, of length one along those of a vector
    that is drawn.
    """
    first = tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))

    def inside(expression: Expression, /, *axes: str) -> Array:
        values = evaluate(expression, *axes)
        behind = len(axes)
        lead = values.shape[: values.ndim - behind]
        if all(length == 1 for length in lead):
            return values
        at = tuple(min(i, length - 1) for i, length in zip(first, lead, strict=False))
        # What is drawn as a whole, a vector say, has its axes behind.
        kept = mask.reshape((*mask.shape[: len(lead)], *(1,) * behind))
        return np.where(kept, values, values[at])

    return inside


def among(evaluate: Evaluate, mask: Array) -> Evaluate:
    """Arguments where `mask`, of the shape of the draws, holds: one after another."""

    def flat(expression: Expression, /, *axes: str) -> Array:
        values = evaluate(expression, *axes)
        behind = values.shape[values.ndim - len(axes) :]
        return np.broadcast_to(values, (*mask.shape, *behind))[mask]

    return flat


def picked(evaluate: Evaluate, axis: str, positions: Array) -> Evaluate:
    """Arguments at a position along an axis, another for each draw.

    `positions` has as many axes as the draws, of length one along those of a vector that is drawn.
    """

    def at_position(expression: Expression, /, *axes: str) -> Array:
        if axis not in expression.axes:
            return evaluate(expression, *axes)
        values = evaluate(expression, *axes, axis)
        num_lead = values.ndim - len(axes) - 1
        values = np.moveaxis(values, -1, num_lead)
        index = positions.reshape((*positions.shape[:num_lead], *(1,) * (len(axes) + 1)))
        lead = np.broadcast_shapes(values.shape[:num_lead], index.shape[:num_lead])
        values = np.broadcast_to(values, (*lead, *values.shape[num_lead:]))
        index = np.broadcast_to(index, (*lead, *index.shape[num_lead:]))
        return np.take_along_axis(values, index, axis=num_lead).squeeze(num_lead)

    return at_position
