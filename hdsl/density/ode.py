"""Differential equations by diffrax, an extra."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hdsl.diagnostics import Diagnostic, HdslError

if TYPE_CHECKING:
    from hdsl.expressions.solutions import Rate

RELATIVE_ERROR, ABSOLUTE_ERROR = 1e-7, 1e-9
"""Of a solution, step by step: far below what Hamiltonian trajectories notice."""
MOST_STEPS = 4096


def solve_rows(rate: Rate, initial: Any, start: Any, times: Any, inputs: tuple[Any, ...]) -> Any:
    """The states at some times, each row of the arguments on its own, as a function of JAX arrays.

    By Tsitouras' method of order 5, with steps that adapt to the error. Where the steps do not
    suffice, or a time lies before the start, the states are NaN.

    Returns
    -------
    An array of shape (row, time, …state).
    """
    import jax

    solve = _single(rate)
    if len(times) == 1:
        rows = tuple(array[0] for array in inputs)
        return solve(initial[0], start[0], times[0], rows)[None]
    return jax.vmap(solve)(initial, start, times, inputs)


def compiled_rows(rate: Rate, initial: Any, start: Any, times: Any, inputs: tuple[Any, ...]) -> Any:
    """The same, compiled; equal rates are compiled once."""
    return _compiled(_Keyed(rate))(initial, start, times, inputs)


class _Keyed:
    """A rate that is equal to another if the same program computes both."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate

    def __hash__(self) -> int:
        return hash(self.rate.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.rate.key == other.rate.key


@lru_cache(maxsize=16)
def _compiled(keyed: _Keyed) -> Callable[..., Any]:
    import jax

    return jax.jit(lambda *arguments: solve_rows(keyed.rate, *arguments))


def _single(rate: Rate) -> Callable[..., Any]:
    try:
        import diffrax
    except ImportError:
        raise HdslError([_missing()]) from None
    import jax.numpy as jnp

    from hdsl.density.arrays import jax_arrays

    arrays = jax_arrays()
    term = diffrax.ODETerm(lambda t, y, inputs: rate(arrays, t, y, inputs))
    controller = diffrax.PIDController(rtol=RELATIVE_ERROR, atol=ABSOLUTE_ERROR)

    def solve(initial: Any, start: Any, times: Any, inputs: tuple[Any, ...]) -> Any:
        order = jnp.argsort(times)
        asked = jnp.maximum(times[order], start)
        last = asked[-1]
        end = jnp.where(last > start, last, start + 1e-6 * (1.0 + jnp.abs(start)))
        solution = diffrax.diffeqsolve(
            term,
            diffrax.Tsit5(),
            t0=start,
            t1=end,
            dt0=None,
            y0=initial,
            args=inputs,
            saveat=diffrax.SaveAt(ts=asked),
            stepsize_controller=controller,
            max_steps=MOST_STEPS,
            throw=False,
        )
        assert solution.ys is not None
        found = solution.ys[jnp.argsort(order)]
        good = (solution.result == diffrax.RESULTS.successful) & (times >= start)
        return jnp.where(good.reshape((-1,) + (1,) * initial.ndim), found, jnp.nan)

    return solve


def _missing() -> Diagnostic:
    return Diagnostic(
        "HB370",
        "`ode` needs diffrax, which is not installed",
        cause="differential equations are solved by an extra of hdsl",
        help='install it: `pip install "hdsl[ode]"`',
    )
