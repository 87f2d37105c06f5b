"""Posterior predictive checks in numbers: what the data are like, and what new data would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.results.variables import Variable

if TYPE_CHECKING:
    from hdsl.results.fit import Fit


@dataclass(frozen=True)
class Check:
    """One statistic of observed data, beside that of replicates.

    Attributes
    ----------
    low, middle, high
        The 5 %, 50 % and 95 % quantiles of the statistic over the replicates.
    above
        The share of replicates whose statistic is larger; those that are equal count half.
    """

    data: str
    statistic: str
    observed: float
    low: float
    middle: float
    high: float
    above: float

    @property
    def is_far(self) -> bool:
        """Whether the data would be unusual among the replicates."""
        return not 0.01 <= self.above <= 0.99


def predictive_checks(fit: Fit) -> list[Check]:
    """The checks of all observed numbers that the fit has replicates of."""
    return [
        check
        for variable in fit.variables
        if variable.role == "replicate" and variable.members is None
        for check in _checks(fit, variable)
    ]


def _checks(fit: Fit, variable: Variable) -> Iterator[Check]:
    observed = seen_by(fit, variable)
    if observed is None or not observed.size:
        return
    columns = variable.columns().astype(float)
    replicates = columns.reshape(-1, columns.shape[2])
    replicates = replicates[:, np.isfinite(replicates).all(axis=0)]
    if replicates.shape[1] != observed.size:
        return
    for name, compute in _statistics(observed, variable).items():
        drawn = compute(replicates)
        value = float(compute(observed[None])[0])
        low, middle, high = (float(q) for q in np.quantile(drawn, [0.05, 0.5, 0.95]))
        above = float(np.mean(drawn > value) + np.mean(drawn == value) / 2)
        yield Check(variable.name, name, value, low, middle, high, above)


def _statistics(observed: np.ndarray, variable: Variable) -> Mapping[str, Callable[[Any], Any]]:
    """What is compared; each takes the last axis away."""
    if observed.size == 1:
        return {"value": lambda x: x[:, 0]}
    found: dict[str, Callable[[Any], Any]] = {"mean": lambda x: x.mean(axis=1)}
    if np.isin(observed, (0.0, 1.0)).all() and variable.values.dtype.kind in "iub":
        return found
    found["sd"] = lambda x: x.std(axis=1, ddof=1)
    found["minimum"] = lambda x: x.min(axis=1)
    found["maximum"] = lambda x: x.max(axis=1)
    if (observed == 0).any():
        found["share of zeros"] = lambda x: (x == 0).mean(axis=1)
    return found


def seen_by(fit: Fit, variable: Variable) -> np.ndarray | None:
    """The data in place of which a variable is drawn anew, flat and in its order.

    `None` where the fit doesn't tell which they are.
    """
    kept = fit.observed_data.get(variable.name)
    if kept is None or kept[1].dtype.kind not in "iufb":
        return None
    dims, values = kept
    flat = np.asarray(values, dtype=float).reshape(-1)
    if tuple(dims) == variable.dims:
        return flat
    if len(dims) == 1 and len(variable.dims) == 1:
        # Some of the data, along an axis of their own under their labels.
        place = {label: index for index, label in enumerate(fit.coords.get(dims[0], ()))}
        wanted = [place.get(label, -1) for label in fit.coords[variable.dims[0]]]
        return None if -1 in wanted else flat[wanted]
    seen = flat[np.isfinite(flat)]
    return seen if seen.size == variable.size else None
