"""NumPy as the array module of the evaluator, with the special functions that densities need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hdsl.diagnostics import Diagnostic, HdslError

if TYPE_CHECKING:
    from hdsl.expressions.solutions import Rate


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

    def repeat_while(
        self, goes_on: Callable[[Any], Any], step: Callable[[Any], Any], start: Any
    ) -> Any:
        """A function applied as long as a condition holds."""
        while goes_on(start):
            start = step(start)
        return start

    def with_slopes(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The values of a function that tells its own slopes, which nobody asks for here."""
        with np.errstate(all="ignore"):
            return function(self, *arguments)[0]

    def scaled_bessel(self, order: np.ndarray, z: np.ndarray) -> np.ndarray:
        """The modified Bessel function I times exp(-z); it may underflow."""
        return self.ive(order, z)

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
        """The sum of ``weight * function(node)``, one node at a time to save memory.

        Where the function gives a tuple, so is the sum.
        """
        total: Any = None
        for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
            found = function(node)
            if isinstance(found, tuple):
                parts = cast("tuple[np.ndarray, ...]", found)
                before = (0.0,) * len(parts) if total is None else total
                total = tuple(t + weight * part for t, part in zip(before, parts, strict=True))
            else:
                total = weight * found if total is None else total + weight * found
        return total

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

    def ode(
        self,
        rate: Rate,
        initial: np.ndarray,
        start: np.ndarray,
        times: np.ndarray,
        inputs: tuple[np.ndarray, ...],
    ) -> np.ndarray:
        """The states at some times, each row of the arguments on its own; NaN where it fails.

        Returns an array of shape (row, time, …state).
        """
        from scipy.integrate import solve_ivp

        shape = initial.shape[1:]
        found = np.full((*times.shape, *shape), np.nan)
        for row, asked in enumerate(times):
            own = tuple(array[row] for array in inputs)
            begin, last = start[row], max(float(asked.max(initial=start[row])), start[row])
            found[row, asked == begin] = initial[row]
            later = np.unique(asked[asked > begin])
            if not later.size:
                continue
            solution = solve_ivp(
                lambda t, y, own=own: rate(self, t, y.reshape(shape), own).ravel(),
                (begin, last),
                initial[row].ravel(),
                t_eval=later,
                rtol=RELATIVE_ERROR,
                atol=ABSOLUTE_ERROR,
            )
            if solution.success:
                known = asked > begin
                states = solution.y.T.reshape(-1, *shape)
                found[row, known] = states[np.searchsorted(later, asked[known])]
        return found

    def external(
        self,
        name: str,
        compute: Callable[..., Any],
        arguments: Sequence[np.ndarray],
        shape: tuple[int, ...],
    ) -> np.ndarray:
        """A function from outside at arrays that broadcast to the given shape."""
        return np.broadcast_to(np.asarray(called(name, compute, arguments, shape), float), shape)

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


def called(
    name: str, compute: Callable[..., Any], arguments: Sequence[Any], shape: tuple[int, ...]
) -> Any:
    """What a function from outside gives.

    Raises
    ------
    HdslError
        HB373, where it fails or gives an array of another shape.
    """
    cause = "a function from outside is called with arrays that broadcast against each other, and "
    cause += "gives an array of the shape that they have together"
    try:
        found = compute(*arguments)
        np.broadcast_shapes(found.shape, shape)
        fits = len(found.shape) <= len(shape)
    except Exception as error:
        help = f"it said {type(error).__name__}: {error}"
        title = f"function `{name}` failed"
        raise HdslError([Diagnostic("HB373", title, cause=cause, help=help)]) from error
    if not fits or np.broadcast_shapes(found.shape, shape) != shape:
        title = f"function `{name}` gave an array of shape {found.shape}, not {shape}"
        help = "make it element by element, with the functions of `jax.numpy`"
        raise HdslError([Diagnostic("HB373", title, cause=cause, help=help)])
    return found


RELATIVE_ERROR, ABSOLUTE_ERROR = 1e-8, 1e-10
"""Of the solutions of differential equations, step by step."""

_SCIPY_NAMES = {"digamma": "psi"}


@cache
def numpy_arrays() -> NumpyArrays:
    """The one instance."""
    return NumpyArrays()
