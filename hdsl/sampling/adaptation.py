"""Adaptation of step size and inverse mass matrix as a flat state.

The step size follows dual averaging (Hoffman and Gelman 2014, equation 6 and algorithm 6), the
inverse mass matrix the regularised sample variance or covariance of a window, both with Stan's
constants. Flags select what is done, so one program serves warm-up and sampling.

In a covariance of many numbers from few draws most correlations are noise. Of the correlation
matrix only those eigenvalues are kept that lie beyond what independent numbers would show
(Marchenko and Pastur 1967, Math. USSR Sbornik 1, 457); the others become one. So a regression with
nearly collinear columns is sampled along its long directions, and numbers without correlations as
with a diagonal matrix.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from hdsl.density.precision import FLOAT
from hdsl.sampling.schedule import (
    COLLECT_POSITION,
    FREEZE_STEP_SIZE,
    RENEW_METRIC,
    TUNE_STEP_SIZE,
)

_INITIAL_STEP_SIZE: Final = 1.0
_SHRINKAGE: Final = 0.05
_STABILISATION: Final = 10.0
_RELAXATION: Final = 0.75
_PRIOR_DRAWS: Final = 5.0
_PRIOR_VARIANCE: Final = 1e-3
_LARGEST_DENSE_DIMENSION: Final = 64
# Draws are autocorrelated: about so many of them are worth one.
_DRAWS_PER_INDEPENDENT: Final = 2.0
_MOST_NUMBERS_PER_DRAW: Final = 0.5
_SMALLEST_EIGENVALUE: Final = 1e-9


class Adaptation(NamedTuple):
    """Step size, inverse mass matrix and all that their adaptation remembers.

    Attributes
    ----------
    step_size
        Used in the next step.
    log_step_size_average, error_average, num_updates, log_step_size_centre
        Dual averaging; the centre is what the step size is drawn towards.
    num_collected, mean, scatter
        Welford's moments of the window; ``scatter`` has the shape of the inverse mass matrix.
    inverse_mass_matrix
        Of shape (dim,), or (dim, dim) unless there are many dimensions.
    momentum_scale
        Of the same shape: times independent standard normals it gives a momentum.
    """

    step_size: Array
    log_step_size_average: Array
    error_average: Array
    num_updates: Array
    log_step_size_centre: Array
    num_collected: Array
    mean: Array
    scatter: Array
    inverse_mass_matrix: Array
    momentum_scale: Array


def initial_adaptation(dimension: int) -> Adaptation:
    """Adaptation before the first step: step size one, unit metric."""
    dense = dimension <= _LARGEST_DENSE_DIMENSION
    metric = np.eye(dimension, dtype=FLOAT) if dense else np.ones(dimension, FLOAT)
    zero = jnp.asarray(np.zeros((), FLOAT))
    return Adaptation(
        step_size=jnp.asarray(np.asarray(_INITIAL_STEP_SIZE, FLOAT)),
        log_step_size_average=zero,
        error_average=zero,
        num_updates=zero,
        log_step_size_centre=jnp.asarray(np.asarray(np.log(10 * _INITIAL_STEP_SIZE), FLOAT)),
        num_collected=zero,
        mean=jnp.asarray(np.zeros(dimension, FLOAT)),
        scatter=jnp.asarray(np.zeros_like(metric)),
        inverse_mass_matrix=jnp.asarray(metric),
        momentum_scale=jnp.asarray(metric),
    )


def adapt(
    state: Adaptation, position: Array, acceptance_rate: Array, target: Array, actions: Array
) -> Adaptation:
    """State after a step that ended at ``position``; ``actions`` are flags of the schedule."""
    tuned = _tune_step_size(state, target - acceptance_rate)
    state = _select(actions & TUNE_STEP_SIZE, tuned, state)
    state = _select(actions & COLLECT_POSITION, _collect(state, position), state)
    state = jax.lax.cond(actions & RENEW_METRIC, _renew, lambda unchanged: unchanged, state)
    frozen = state._replace(step_size=jnp.exp(state.log_step_size_average))
    return _select(actions & FREEZE_STEP_SIZE, frozen, state)


def _select(flag: Array, changed: Adaptation, unchanged: Adaptation) -> Adaptation:
    return Adaptation(
        *(
            old if new is old else jnp.where(flag != 0, new, old)
            for new, old in zip(changed, unchanged, strict=True)
        )
    )


def _tune_step_size(state: Adaptation, error: Array) -> Adaptation:
    count = state.num_updates + 1
    weight = 1 / (count + _STABILISATION)
    error_average = (1 - weight) * state.error_average + weight * error
    log_step_size = state.log_step_size_centre - jnp.sqrt(count) / _SHRINKAGE * error_average
    weight = count**-_RELAXATION
    return state._replace(
        step_size=jnp.exp(log_step_size),
        log_step_size_average=(1 - weight) * state.log_step_size_average + weight * log_step_size,
        error_average=error_average,
        num_updates=count,
    )


def _collect(state: Adaptation, position: Array) -> Adaptation:
    count = state.num_collected + 1
    before = position - state.mean
    mean = state.mean + before / count
    after = position - mean
    product = jnp.outer(after, before) if state.scatter.ndim == 2 else after * before
    return state._replace(num_collected=count, mean=mean, scatter=state.scatter + product)


def _renew(state: Adaptation) -> Adaptation:
    metric, momentum_scale = _regularised(state)
    return restart_step_size(
        state._replace(
            inverse_mass_matrix=metric,
            momentum_scale=momentum_scale,
            num_collected=jnp.zeros_like(state.num_collected),
            mean=jnp.zeros_like(state.mean),
            scatter=jnp.zeros_like(state.scatter),
        )
    )


def _regularised(state: Adaptation) -> tuple[Array, Array]:
    """The inverse mass matrix that a window gives, and the scale of momenta.

    Variances are drawn a little towards those of before, so that a chain which did not move keeps
    them, and very small ones are found within a few windows.
    """
    count, before = state.num_collected, state.inverse_mass_matrix
    covariance = state.scatter / jnp.maximum(count - 1, 1)
    dense = covariance.ndim == 2
    variance, earlier = (jnp.diag(m) if dense else m for m in (covariance, before))
    weighted = count * variance + _PRIOR_DRAWS * _PRIOR_VARIANCE * earlier
    renewed = weighted / (count + _PRIOR_DRAWS)
    scale = jnp.sqrt(renewed)
    if not dense:
        return renewed, 1 / scale
    sd = jnp.sqrt(jnp.where(variance > 0, variance, 1.0))
    values, vectors = _distinct(covariance / jnp.outer(sd, sd), count)
    long = scale[:, None] * vectors * jnp.sqrt(values)
    return long @ long.T, vectors / (scale[:, None] * jnp.sqrt(values))


def _distinct(correlation: Array, count: Array) -> tuple[Array, Array]:
    """Eigenvalues and vectors of a correlation matrix, with one for eigenvalues that are noise."""
    dimension = len(correlation)
    diagonal = jnp.eye(dimension, dtype=bool)
    values, vectors = jnp.linalg.eigh(jnp.where(diagonal, 1.0, correlation))
    ratio = dimension * _DRAWS_PER_INDEPENDENT / jnp.maximum(count, 1)
    root = jnp.sqrt(ratio)
    small = (values < jnp.square(1 - root)) & (ratio < _MOST_NUMBERS_PER_DRAW)
    kept = jnp.where(small | (values > jnp.square(1 + root)), values, 1.0)
    return jnp.maximum(kept, _SMALLEST_EIGENVALUE), vectors


def restart_step_size(state: Adaptation) -> Adaptation:
    """State whose step size is tuned anew, from the average of before."""
    step_size = jnp.exp(state.log_step_size_average)
    zero = jnp.zeros_like(step_size)
    return state._replace(
        step_size=step_size,
        log_step_size_average=zero,
        error_average=zero,
        num_updates=zero,
        log_step_size_centre=jnp.log(10 * step_size),
    )
