"""Posterior predictive checks in numbers: what the data are like, and what new data would be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.new_data import new_data, statistics
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
    data = new_data(fit, variable)
    if data is None:
        return
    for found in statistics(data):
        low, middle, high = (float(q) for q in np.quantile(found.of_new, [0.05, 0.5, 0.95]))
        yield Check(variable.name, found.name, found.of_data, low, middle, high, found.above)
