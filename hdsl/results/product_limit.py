"""The distribution of numbers of which some are known as bounds only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Shares:
    """Which shares of some numbers lie where.

    Attributes
    ----------
    values, masses
        The values that were seen, in ascending order, and the share of each.
    below, above
        The shares below the smallest and above the largest number of all, `lowest` and `highest`.
    """

    values: np.ndarray
    masses: np.ndarray
    below: float
    above: float
    lowest: float
    highest: float

    def over(self, x: np.ndarray) -> np.ndarray:
        """The share of what is larger than each `x` between the lowest and the highest."""
        more = np.append(np.cumsum(self.masses[::-1])[::-1], 0.0) + self.above
        return more[np.searchsorted(self.values, x, side="right")]

    def quantile(self, p: float) -> float:
        """The value that a share `p` does not exceed; NaN where only a bound of it is known."""
        reached = self.below + np.cumsum(self.masses)
        place = int(np.searchsorted(reached, p - 1e-12))
        return float(self.values[place]) if self.below < p and place < reached.size else np.nan

    @property
    def mean(self) -> float:
        """The mean of the numbers, those beyond the lowest and the highest moved to these."""
        seen = float(np.sum(self.masses * self.values))
        return seen + self.below * self.lowest + self.above * self.highest


def product_limit(numbers: np.ndarray, at_least: np.ndarray, at_most: np.ndarray) -> Shares:
    """The estimate of Kaplan and Meier (1958), J. Am. Stat. Assoc. 53, 457.

    Parameters
    ----------
    at_least, at_most
        Where the number is only a bound, shape of `numbers`; one of the two holds nowhere.
    """
    if at_most.any():
        turned = product_limit(-numbers, at_most, at_least)
        return Shares(
            -turned.values[::-1], turned.masses[::-1], turned.above, 0.0, -turned.highest,
            -turned.lowest,
        )  # fmt: skip
    values, seen = np.unique(numbers[~at_least], return_counts=True)
    ordered = np.sort(numbers)
    at_risk = numbers.size - np.searchsorted(ordered, values, side="left")
    left = np.cumprod(1 - seen / at_risk)
    masses = -np.diff(left, prepend=1.0)
    rest = float(left[-1]) if values.size else 1.0
    return Shares(values, masses, 0.0, rest, float(ordered[0]), float(ordered[-1]))
