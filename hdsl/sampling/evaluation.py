"""Values and gradients of a log density.

Importing this module imports JAX; the rest of the package does so inside functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from hdsl.density.precision import FLOAT
from hdsl.density.programs import compile_lowered
from hdsl.sampling.settings import LogDensity

ValueAndGradient = Callable[[Array], tuple[Array, Array]]
ValueAndGradientGivenData = Callable[[Array, Any], tuple[Array, Array]]


_LARGEST = 1e60
"""Beyond it the kinetic energy of a next step could overflow, and with it any comparison."""


def to_device(data: Any) -> Any:
    """Data as a pytree of arrays that JAX may trace."""
    return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)), data)


def guarded_value_and_gradient(log_density: LogDensity) -> ValueAndGradientGivenData:
    """Value and gradient that are never NaN and never plus infinity.

    Where the log density is not a number, plus infinity or of no sensible size it becomes minus
    infinity. What is not finite in a gradient, or as large, becomes zero: a leapfrog step with any
    fixed vector field in place of the gradient keeps volume and can be reversed, so the draws stay
    exact.
    """

    def guarded(position: Array, data: Any) -> tuple[Array, Array]:
        value, gradient = jax.value_and_grad(log_density)(position, data)
        # A comparison with what is not a number does not hold.
        possible = jnp.abs(value) < _LARGEST
        usable = possible & (jnp.abs(gradient) < _LARGEST)
        return jnp.where(possible, value, -jnp.inf), jnp.where(usable, gradient, 0.0)

    # The loops around it are traced several times; this one is then found in JAX's cache.
    return jax.jit(guarded, inline=True)


def evaluator(
    log_density: LogDensity, data: Any, dimension: int
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    """Compiled value and gradient as they are, not guarded, of a position of shape (dim,).

    The program is compiled once for a log density and shapes of data, however often this is called.
    """
    on_device = to_device(data)
    leaves, structure = jax.tree.flatten(on_device)
    shapes = tuple((leaf.shape, leaf.dtype) for leaf in leaves)
    program = _compile_evaluation(log_density, structure, shapes, dimension)

    def evaluate(position: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = program(np.asarray(position, FLOAT), on_device)
        return float(value), np.asarray(gradient)

    return evaluate


@lru_cache(maxsize=4)
def _compile_evaluation(
    log_density: LogDensity,
    structure: Any,
    shapes: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...],
    dimension: int,
) -> jax.stages.Compiled:
    data = jax.tree.unflatten(structure, [jax.ShapeDtypeStruct(*shape) for shape in shapes])
    position = jax.ShapeDtypeStruct((dimension,), FLOAT)
    lowered = jax.jit(jax.value_and_grad(log_density)).lower(position, data)
    return compile_lowered(lowered, brief=True)
