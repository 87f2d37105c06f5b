"""The law that every rule obeys: density after x density of the recovery = density before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hdsl.density.density import Density
from hdsl.density.sizes import data_evaluator
from hdsl.density.streams import DRAW
from hdsl.density.written import (
    log_densities_of,
    log_density_as_written,
    magnitude_as_written,
)
from hdsl.expressions.evaluate import Value
from hdsl.plan.plan import Computed, Drawn, Plan

TOLERANCE = 1e-7
"""Of a real run, where draws lie anywhere; tests ask for more."""


def law_errors(density: Density, positions: np.ndarray, values: Mapping[str, Value]) -> np.ndarray:
    """How far the sampled density is from the model as written, at given points.

    Parameters
    ----------
    positions
        Unconstrained points of shape (draw, dimension).
    values
        All unknowns of the model at these points, with axis ``_draw``: what `recover` gives.

    Returns
    -------
    Errors of shape (draw,), relative to the sum of the sizes of all terms. NaN where the model as
    written has no finite density; infinite where it has, and the sampled density has not.
    """
    plan, bound = density.plan, density.bound
    values = {**density.constrain(positions), **values}
    before = _sum(log_density_as_written(plan.graph, bound, values), len(positions))
    scale = _sum(magnitude_as_written(plan.graph, bound, values), len(positions))
    after = density.log_densities(positions) - density.log_jacobians(positions)
    after = after + _recovery(plan, density, values, len(positions))
    with np.errstate(invalid="ignore"):
        errors = np.abs(after - before) / (scale + 1.0)
    errors[~np.isfinite(after)] = np.inf
    errors[~np.isfinite(before)] = np.nan
    return errors


def _sum(parts: Mapping[str, Value], draws: int) -> np.ndarray:
    total = np.zeros(draws)
    for value in parts.values():
        total = total + value.array
    return total


def _recovery(plan: Plan, density: Density, values: Mapping[str, Value], draws: int) -> np.ndarray:
    """Log density of what was drawn, less log Jacobians of what was computed."""
    drawn = [step.node for step in plan.recovery if isinstance(step, Drawn)]
    definitions = {**plan.graph.definitions, **plan.definitions}
    definitions = {n: d for n, d in definitions.items() if n not in values}
    total = _sum(log_densities_of(drawn, definitions, density.bound, values), draws)
    jacobians = [step.log_jacobian for step in plan.recovery if isinstance(step, Computed)]
    run = data_evaluator(density.bound, jacobians, values, definitions)
    for expression in jacobians:
        value = run(expression)
        assert value.axes in ((), (DRAW,))
        total = total - value.array
    return total
