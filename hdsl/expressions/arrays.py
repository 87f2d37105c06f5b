"""NumPy as the array module of the evaluator, with the special functions that densities need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def iterate(self, step: Callable[[Any], Any], start: Any, count: int) -> Any:
        """A function applied a number of times."""
        for _ in range(count):
            start = step(start)
        return start

    def gamma_tails(self, a: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The regularised incomplete gamma functions P and Q; they may underflow."""
        return self.gammainc(a, x), self.gammaincc(a, x)

    def beta_tails(
        self, a: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The regularised incomplete beta function and its complement; they may underflow."""
        return self.betainc(a, b, x), self.betainc(b, a, y)

    def weighted_sum(
        self, function: Callable[[Any], Any], nodes: np.ndarray, weights: np.ndarray
    ) -> Any:
        """The sum of ``weight * function(node)``, one node at a time to save memory."""
        return sum(w * function(s) for s, w in zip(nodes.tolist(), weights.tolist(), strict=True))

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

    def stop_gradient(self, a: np.ndarray) -> np.ndarray:
        """The same values."""
        return a

    def cholesky_factor(self, a: np.ndarray) -> np.ndarray:
        """Lower triangular factors; NaN for each matrix that is not positive definite."""
        try:
            return np.linalg.cholesky(a)
        except np.linalg.LinAlgError:
            if a.ndim == 2:
                return np.full(a.shape, np.nan)
            return np.stack([self.cholesky_factor(matrix) for matrix in a])

    def solve_lower(self, factor: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Solutions of ``L x = b`` for lower triangular L; `b` is a vector or a matrix."""
        is_vector = b.ndim < factor.ndim
        return _forward(factor, b[..., None])[..., 0] if is_vector else _forward(factor, b)

    def solve_general(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Solutions of ``A x = b``; NaN for each singular matrix."""
        try:
            return np.linalg.solve(a, b)
        except np.linalg.LinAlgError:
            if a.ndim == 2:
                return np.full(b.shape, np.nan)
            lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            a = np.broadcast_to(a, (*lead, *a.shape[-2:]))
            b = np.broadcast_to(b, (*lead, *b.shape[-2:]))
            return np.stack([self.solve_general(x, y) for x, y in zip(a, b, strict=True)])

    def logsumexp(self, body: np.ndarray, axis: tuple[int, ...]) -> np.ndarray:
        """Log of the sum of exponentials."""
        top = np.max(body, axis=axis, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, 0.0)
        with np.errstate(divide="ignore", over="ignore"):
            total = np.log(np.sum(np.exp(body - top), axis=axis))
        return total + np.squeeze(top, axis=axis)

    def scan(
        self,
        step: Callable[[Any, tuple[np.ndarray, ...]], tuple[Any, tuple[np.ndarray, ...]]],
        start: Any,
        inputs: tuple[np.ndarray, ...],
        length: int,
        shapes: Sequence[tuple[int, ...]],
        reverse: bool,
    ) -> tuple[np.ndarray, ...]:
        """What the steps compute, laid together along a first axis.

        ``step(known, inputs)`` gives what the next step has to know, and the step's own arrays,
        which have the given shapes; `inputs` are those of all steps along their first axes.
        """
        found = tuple(np.empty((length, *shape)) for shape in shapes)
        known = start
        for t in reversed(range(length)) if reverse else range(length):
            known, computed = step(known, tuple(array[t] for array in inputs))
            for array, new in zip(found, computed, strict=True):
                array[t] = new
        return found

    def put_at(self, array: np.ndarray, place: int, row: np.ndarray) -> np.ndarray:
        """The array with another row at a place; it may be changed itself."""
        array[place] = row
        return array


def _forward(factor: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Forward substitution, row by row over the whole batch."""
    lead = np.broadcast_shapes(factor.shape[:-2], b.shape[:-2])
    x = np.array(np.broadcast_to(b, (*lead, *b.shape[-2:])), float)
    for row in range(factor.shape[-1]):
        known = factor[..., row, None, :row] @ x[..., :row, :]
        x[..., row, :] = (x[..., row, :] - known[..., 0, :]) / factor[..., row, row, None]
    return x


_SCIPY_NAMES = {"digamma": "psi"}


@cache
def numpy_arrays() -> NumpyArrays:
    """The one instance."""
    return NumpyArrays()
