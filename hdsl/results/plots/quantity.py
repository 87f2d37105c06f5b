"""One number of a fit, as figures take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hdsl.model.graph import Bound

_MANY = 1000
_LARGEST_WHOLE = 2.0**53
"""From here on all floating-point numbers are whole."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """One number of the model.

    Attributes
    ----------
    draws
        Shape ``(chain, draw)``.
    family
        The name of the family that it belongs to, `index` its place there; empty for a formula.
    formula
        For a formula: the graph in which it is a node, with its data.
    """

    name: str
    draws: np.ndarray
    description: str = ""
    family: str = ""
    index: int = 0
    formula: Bound | None = None

    @property
    def flat(self) -> np.ndarray:
        """The draws of all chains after each other, those alone that are numbers."""
        flat = self.draws.reshape(-1)
        return flat[np.isfinite(flat)]

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number in each draw, of few that lie close to each other."""
        flat = self.flat
        if flat.size == 0:
            return False
        whole = self.draws.dtype.kind in "iub" or bool(
            np.all((flat == np.round(flat)) & (np.abs(flat) < _LARGEST_WHOLE))
        )
        low, high = np.quantile(flat, [0.005, 0.995])
        return whole and np.unique(flat).size <= _MANY and bool(high - low <= _MANY)
