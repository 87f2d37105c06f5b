"""JAX as the array module of the evaluator: derivatives that its own functions do not give."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from hdsl.density.arrays import jax_arrays
from hdsl.expressions.reductions import REDUCERS


@pytest.mark.parametrize("function", ["max", "min"])
def test_derivatives_of_the_largest_are_those_of_one_element(function: str) -> None:
    arrays = jax_arrays()
    rng = np.random.default_rng(5)
    speed, place = rng.uniform(1, 3, 21), rng.uniform(50, 250, 21)

    def energies(x: jax.Array) -> jax.Array:
        return (x[1:] * speed) ** 2 / 2 * place ** x[0]

    def bound(x: jax.Array) -> jax.Array:
        return REDUCERS[function](arrays, energies(x), None, (0,))

    points = rng.uniform(0.3, 0.7, (400, 22))
    found = jax.jit(jax.vmap(jax.grad(bound)))(points)
    chosen = getattr(np, f"arg{function}")(np.asarray(jax.vmap(energies)(points)), axis=1)
    slopes = jax.jit(jax.vmap(jax.jacrev(energies)))(points)
    np.testing.assert_allclose(found, slopes[np.arange(400), chosen], rtol=1e-12)


def test_the_least_of_some_axes_of_nothing_and_of_no_number() -> None:
    arrays = jax_arrays()
    a = np.arange(24.0).reshape(2, 3, 4)[::-1]
    for axis in ((0,), (1, 2), (0, 2), (0, 1, 2)):
        np.testing.assert_array_equal(arrays.min(a, axis, np.inf), a.min(axis=axis))
        np.testing.assert_array_equal(arrays.min(a, axis, 5.0), a.min(axis=axis, initial=5.0))
    np.testing.assert_array_equal(arrays.min(np.zeros((2, 0)), (1,), np.inf), [np.inf, np.inf])
    assert np.isnan(arrays.min(np.array([1.0, np.nan]), (0,), np.inf))
