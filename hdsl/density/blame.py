"""Which arguments are at fault where a model has no density."""

from __future__ import annotations

import numpy as np

from hdsl.density.density import Density
from hdsl.density.sizes import data_evaluator
from hdsl.distributions.joint import Condition, Joint
from hdsl.model.graph import Stochastic


def wrong_arguments(density: Density, position: np.ndarray) -> dict[str, str]:
    """The statements whose matrices are wrong at a position of shape (dimension,), and how.

    What they say of numbers alone is checked elsewhere; matrices that depend on unknowns can only
    be looked at where these have values.

    Returns
    -------
    Sentences by the name of the statement.
    """
    values = density.constrain(np.asarray(position)[None])
    plan = density.plan
    definitions = {**plan.graph.definitions, **plan.definitions}
    definitions = {n: d for n, d in definitions.items() if n not in values}
    found: dict[str, str] = {}
    for node in plan.graph.stochastic:
        for condition in _about(node):
            run = data_evaluator(density.bound, [condition.holds], values, definitions)
            with np.errstate(all="ignore"):
                holds = run(condition.holds).array
            if not np.all(holds):
                number = float(np.ravel(run(condition.number).array)[0])
                found.setdefault(node.name, condition.sentence.format(f"{number:g}"))
    return found


def _about(node: Stochastic) -> list[Condition]:
    return list(node.random.about_arguments()) if isinstance(node.random, Joint) else []
