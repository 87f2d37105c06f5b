"""Parameters and data from the prior, with all that is internal to a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import hdsl
from hdsl.density.recover import recover
from hdsl.density.streams import DRAW
from hdsl.expressions.evaluate import Value
from hdsl.model.bind import bind
from hdsl.model.completion import observers
from hdsl.plan.plan import Plan


@dataclass(frozen=True)
class Truths:
    """Draws of parameters, each with data made from them.

    Attributes
    ----------
    data
        For each draw the observed data by name.
    values
        The unknowns by name, those behind families in parts included, with axis ``_draw``.
    """

    data: tuple[dict[str, Any], ...]
    values: Mapping[str, Value]


def truths(model: hdsl.Model, seed: int, number: int) -> Truths:
    """Draw them."""
    made = model.simulate(seed=seed, num_draws=number)
    graph = model.graph
    bound = bind(graph, simulated=frozenset(observers(graph, graph.data)))
    drawn = bound.graph
    unknowns = tuple(node.name for node in drawn.stochastic if not node.is_observed)
    # The same seed gives the same draws.
    plan = Plan(drawn, (), (), (), unknowns, (), "direct")
    values = recover(plan, bound, {}, seed, number)
    for name, (_, array) in made.parameters.items():
        if array.dtype != object:
            np.testing.assert_array_equal(np.asarray(values[name].array), array)
    return Truths(tuple(made.draw(i) for i in range(number)), values)


def one(values: Mapping[str, Value], number: int) -> dict[str, Value]:
    """The values of one draw, with an axis ``_draw`` of length 1."""
    return {
        name: Value(np.asarray(v.array)[number : number + 1], v.axes) if DRAW in v.axes else v
        for name, v in values.items()
    }
