"""An unknown gives way to its deviations, from which it is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hdsl.distributions.distribution import Support
from hdsl.expressions.tree import Expression
from hdsl.model.graph import Deterministic, Factor, Stochastic
from hdsl.plan.plan import Computed, Unknown
from hdsl.plan.state import Definition, State


def name_of_deviations(name: str) -> str:
    """The name under which the deviations of an unknown are sampled."""
    return f"{name}.z"


def sampled_by_deviations(
    state: State,
    node: Stochastic,
    density: Expression,
    value: Expression,
    log_scale: Expression,
    definitions: Mapping[str, Definition],
) -> State:
    """Sample what `name_of_deviations` names in place of an unknown.

    Parameters
    ----------
    density
        Log density of the deviations, summed.
    value
        The unknown, element by element.
    log_scale
        Log of the volume that a unit of deviations has in the unknown's own coordinates.
    definitions
        What these expressions speak of besides the state's own definitions.
    """
    name = node.name
    raw = Unknown(name_of_deviations(name), node.axes, Support(), node.span)
    computed = Computed(Deterministic(name, node.axes, value, node.span), log_scale)
    return replace(
        state,
        pieces={**state.pieces, name: Factor(name, density, node.span)},
        definitions={**state.definitions, **definitions, name: (node.axes, value)},
        replaced=(*state.replaced, raw),
    ).computing(computed)
