"""Differential equations by diffrax, an extra."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.diagnostics import Diagnostic, HdslError

if TYPE_CHECKING:
    from hdsl.expressions.solutions import Rate

RELATIVE_ERROR, ABSOLUTE_ERROR = 1e-7, 1e-9
"""Of a solution, step by step: far below what Hamiltonian trajectories notice."""
MOST_STEPS = 4096
SHORTEST_STEP = 1e-14
"""A share of the whole time; a solution that needs shorter steps runs away."""
_FEW_ROWS, _ROWS_AT_ONCE = 8, 64
"""From the first on, rows are solved in blocks, which one program serves, whatever their number."""


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


def compiled_rows(
    rate: Rate,
    initial: np.ndarray,
    start: np.ndarray,
    times: np.ndarray,
    inputs: tuple[np.ndarray, ...],
) -> np.ndarray:
    """The same, compiled; equal rates are compiled once, however many rows there are."""
    rows = len(times)
    if not rows:
        return np.zeros((*times.shape, *initial.shape[1:]))
    arguments = (initial, start, times, *inputs)
    block = rows if rows < _FEW_ROWS else _ROWS_AT_ONCE
    shapes = tuple(((block, *array.shape[1:]), array.dtype) for array in arguments)
    program = program_for(Keyed(rate), shapes)
    found: list[np.ndarray] = []
    for first in range(0, rows, block):
        # The last row once more where a block is not full.
        taken = np.minimum(np.arange(first, first + block), rows - 1)
        found.append(np.asarray(program(*(array[taken] for array in arguments))))
    return np.concatenate(found)[:rows]


class Keyed:
    """A rate that is equal to another if the same program computes both."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate

    def __hash__(self) -> int:
        return hash(self.rate.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyed) and self.rate.key == other.rate.key


@lru_cache(maxsize=16)
def program_for(keyed: Keyed, shapes: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]) -> Any:
    """The program that solves as many rows as the shapes say; the last sixteen are kept."""
    import jax

    from hdsl.density.programs import compile_lowered

    def rows(initial: Any, start: Any, times: Any, *inputs: Any) -> Any:
        return solve_rows(keyed.rate, initial, start, times, inputs)

    given = (jax.ShapeDtypeStruct(*shape) for shape in shapes)
    return compile_lowered(jax.jit(rows).lower(*given))


def _single(rate: Rate) -> Callable[..., Any]:
    """One solution as a function of initial state, start, times and inputs."""
    from hdsl.density.arrays import jax_arrays
    from hdsl.density.ode_derivatives import differentiable

    arrays = jax_arrays()

    def change(time: Any, state: Any, inputs: Any) -> Any:
        return rate(arrays, time, state, inputs)

    return differentiable(change, integrate, states)


def integrate(
    change: Callable[..., Any],
    initial: Any,
    start: Any,
    times: Any,
    inputs: Any,
    measured: Callable[[Any], Any] = lambda state: state,
) -> Any:
    """The states at some times; arrays, or a structure of arrays as `initial` is.

    Parameters
    ----------
    change
        A function of time, state and inputs.
    measured
        The part of the state whose error decides about the steps.
    """
    diffrax = _diffrax()
    import jax
    import jax.numpy as jnp

    order = jnp.argsort(times)
    asked = jnp.maximum(times[order], start)
    last = asked[-1]
    end = jnp.where(last > start, last, start + 1e-6 * (1.0 + jnp.abs(start)))
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(change),
        diffrax.Tsit5(),
        t0=start,
        t1=end,
        dt0=None,
        y0=initial,
        args=inputs,
        saveat=diffrax.SaveAt(ts=asked),
        stepsize_controller=diffrax.PIDController(
            rtol=RELATIVE_ERROR,
            atol=ABSOLUTE_ERROR,
            norm=lambda error: jnp.sqrt(jnp.mean(measured(error) ** 2)),
            dtmin=SHORTEST_STEP * (end - start),
            force_dtmin=False,
        ),
        max_steps=MOST_STEPS,
        throw=False,
    )
    good = (solution.result == diffrax.RESULTS.successful) & (times >= start)
    places = jnp.argsort(order)

    def found(array: Any) -> Any:
        kept = good.reshape((-1,) + (1,) * (array.ndim - 1))
        return jnp.where(kept, array[places], jnp.nan)

    return jax.tree.map(found, solution.ys)


def states(
    change: Callable[..., Any],
    initial: Any,
    start: Any,
    times: Any,
    inputs: Any,
    measured: Callable[[Any], Any] = lambda state: state,
) -> Any:
    """The same in a third of the time, but without derivatives."""
    _diffrax()
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    from hdsl.density.ode_steps import Control, follow

    flat, structured = ravel_pytree(initial)
    order = jnp.argsort(times)
    asked = jnp.maximum(times[order], start)
    control = Control(
        RELATIVE_ERROR, ABSOLUTE_ERROR, MOST_STEPS, SHORTEST_STEP * (asked[-1] - start)
    )
    found, done = follow(
        lambda time, state: ravel_pytree(change(time, structured(state), inputs))[0],
        flat,
        start,
        asked,
        lambda state: ravel_pytree(measured(structured(state)))[0],
        control,
    )
    good = done & (times >= start)
    kept = jnp.where(good[:, None], found[jnp.argsort(order)], jnp.nan)
    return jax.vmap(structured)(kept)


def _diffrax() -> Any:
    try:
        import diffrax
    except ImportError:
        raise HdslError([_missing()]) from None
    return diffrax


def _missing() -> Diagnostic:
    return Diagnostic(
        "HB370",
        "`ode` needs diffrax, which is not installed",
        cause="differential equations are solved by an extra of hdsl",
        help='install it: `pip install "hdsl[ode]"`',
    )
