"""Whether ranks are uniform: Neyman's smooth test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

_ORDER = 4


def p_value(places: NDArray[np.float64]) -> float:
    """How likely places from (0, 1) are to be as far from uniform, if they are uniform.

    Neyman's smooth test: the sums of the first four Legendre polynomials, which see shifts, too
    narrow and too wide posteriors, and skew ones. For 50 places and more.
    """
    shifted = 2 * np.asarray(places) - 1
    statistic = 0.0
    for degree in range(1, _ORDER + 1):
        weights = np.zeros(degree + 1)
        weights[degree] = np.sqrt(2 * degree + 1)
        statistic += np.polynomial.legendre.legval(shifted, weights).sum() ** 2 / len(shifted)
    return float(stats.chi2.sf(statistic, _ORDER))
