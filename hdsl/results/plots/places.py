"""Values with their errors: what is measured, and how well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import spread
from hdsl.expressions.tree import Expression, Reference
from hdsl.model.graph import Stochastic
from hdsl.results.plots.subject import Subject


@dataclass(frozen=True, eq=False)
class Places:
    """Values with their errors; `low` and `high` are NaN where there are none.

    `measured` says that the errors are those of a measurement; else they are what the posterior
    says.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    measured: bool = True

    def part(self, chosen: np.ndarray) -> Places:
        """Some of them."""
        return Places(self.value[chosen], self.low[chosen], self.high[chosen], self.measured)


def without_errors(value: np.ndarray) -> Places:
    """Values that are known, or whose errors are not."""
    nothing = np.full(value.shape, np.nan)
    return Places(value, nothing, nothing)


def is_known(subject: Subject, e: Expression) -> bool:
    """Whether a value depends on data alone."""
    graph = subject.model.graph
    below = e.names.union(*(graph.ancestors.get(name, frozenset[str]()) for name in e.names))
    return not below & graph.unknowns


def along_data(subject: Subject, node: Stochastic, e: Expression) -> np.ndarray:
    """The value of an expression of data for each datum of an observation, flat."""
    run = subject.evaluator((e,), {})
    shape = tuple(run.size(axis) for axis in node.axes)
    array = np.asarray(spread(run(e), node.axes), float)
    return np.broadcast_to(array, shape).reshape(-1).astype(float)


def axes_of(subject: Subject, name: str) -> tuple[str, ...]:
    """The axes of data or of a quantity of the model."""
    bound = subject.model
    if name in bound.values:
        return bound.values[name].axes
    return getattr(bound.graph.nodes[name], "axes", ())


def measurement(
    subject: Subject, name: str
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]] | None:
    """Data that measure a family with known normal errors, the errors, and the axes."""
    for node in subject.model.graph.stochastic:
        random = node.random
        if not node.is_observed or not isinstance(random, Applied) or random.family != "Normal":
            continue
        mean, sd = random.parameters["mean"], random.parameters["sd"]
        is_it = isinstance(mean, Reference) and mean.name == name and mean.is_plain
        if not is_it or not isinstance(mean, Reference) or node.value is None:
            continue
        if not is_known(subject, sd) or set(mean.axes) != set(node.axes):
            continue
        run = subject.evaluator((node.value, sd), {})
        shape = tuple(run.size(axis) for axis in node.axes)
        data, error = (
            np.broadcast_to(np.asarray(spread(run(e), node.axes), float), shape)
            for e in (node.value, sd)
        )
        return data, error, node.axes
    return None
