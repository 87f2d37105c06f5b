"""NumPy as the array module of the evaluator, with the special functions that densities need."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np


class NumpyArrays:
    """NumPy's functions, and those of `scipy.special` on first use."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name, None)
        if found is None:
            from scipy import special

            found = getattr(special, _SCIPY_NAMES.get(name, name))
        setattr(self, name, found)
        return found

    def segment_sum(self, body: np.ndarray, by: np.ndarray, size: int) -> np.ndarray:
        """Sums of the rows of `body` (its first axis) that share a value of `by`."""
        if body.ndim == 1:
            return np.bincount(by, weights=body, minlength=size)
        total = np.zeros((size, *body.shape[1:]))
        if by.size:
            order = np.argsort(by, kind="stable")
            groups = by[order]
            starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
            total[groups[starts]] = np.add.reduceat(body[order], starts, axis=0)
        return total

    def logsumexp(self, body: np.ndarray, axis: tuple[int, ...]) -> np.ndarray:
        """Log of the sum of exponentials."""
        top = np.max(body, axis=axis, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, 0.0)
        with np.errstate(divide="ignore", over="ignore"):
            total = np.log(np.sum(np.exp(body - top), axis=axis))
        return total + np.squeeze(top, axis=axis)


_SCIPY_NAMES = {"digamma": "psi"}


@cache
def numpy_arrays() -> NumpyArrays:
    """The one instance."""
    return NumpyArrays()
