"""The one compiled program of a run: some steps of one chain, warm-up or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from blackjax.mcmc import nuts
from blackjax.mcmc.hmc import HMCState
from blackjax.mcmc.metrics import Metric, gaussian_euclidean, linear_map
from blackjax.util import generate_gaussian_noise
from jax import Array
from numpy.typing import NDArray

from hdsl.density.precision import FLOAT
from hdsl.density.programs import compile_lowered
from hdsl.sampling.adaptation import (
    Adaptation,
    adapt,
    initial_adaptation,
    restart_step_size,
)
from hdsl.sampling.evaluation import (
    ValueAndGradient,
    guarded_value_and_gradient,
    to_device,
)
from hdsl.sampling.settings import LogDensity, Settings

STATISTICS: Final = (
    "lp",
    "energy",
    "acceptance_rate",
    "step_size",
    "n_steps",
    "tree_depth",
    "diverging",
)
# Named, so that a user's choice of JAX's default generator does not change the draws.
_GENERATOR: Final = "threefry2x32"


class ChainState(NamedTuple):
    """All that a chain needs to go on: arrays only, a few kilobytes.

    Attributes
    ----------
    position, log_density, gradient
        Where the chain is; position and gradient have shape (dim,).
    num_steps
        Steps taken so far, warm-up included. Randomness is the key folded with it.
    key
        Raw data of the chain's key: a key array can be neither saved nor pickled.
    adaptation
        Step size, inverse mass matrix and how they change.
    """

    position: Array
    log_density: Array
    gradient: Array
    num_steps: Array
    key: Array
    adaptation: Adaptation


def initial_state(
    position: NDArray[np.float64],
    log_density: float,
    gradient: NDArray[np.float64],
    seed: int,
    chain: int,
) -> ChainState:
    """State of a chain before its first step."""
    key = jax.random.fold_in(jax.random.key(seed, impl=_GENERATOR), chain)
    return ChainState(
        position=jnp.asarray(np.asarray(position, FLOAT)),
        log_density=jnp.asarray(np.asarray(log_density, FLOAT)),
        gradient=jnp.asarray(np.asarray(gradient, FLOAT)),
        num_steps=jnp.asarray(np.asarray(0, np.int64)),
        key=jax.random.key_data(key),
        adaptation=initial_adaptation(len(position)),
    )


def retuned(state: ChainState) -> ChainState:
    """The state before a further warm-up: its step size is tuned anew, from where it is."""
    if not state.num_steps:
        return state
    return state._replace(adaptation=restart_step_size(state.adaptation))


class ChunkResult(NamedTuple):
    """State after a chunk and what happened in it: positions (step, dim), statistics (step, 7)."""

    state: ChainState
    positions: NDArray[np.float64]
    statistics: NDArray[np.float64]


@dataclass(frozen=True)
class Chunk:
    """A compiled chunk with its data; threads may share it.

    Attributes
    ----------
    capacity
        The most steps of one call.
    """

    capacity: int
    _program: jax.stages.Compiled
    _data: Any

    def __call__(self, state: ChainState, actions: NDArray[np.int32], target: float) -> ChunkResult:
        """Take one step for each of ``actions``, at most ``capacity``.

        The step size is tuned for the acceptance rate ``target``.

        The number of steps is an argument of the program, not part of it: a short chunk costs
        only its steps and compiles nothing.
        """
        taken = len(actions)
        padded = np.zeros(self.capacity, np.int32)
        padded[:taken] = actions
        state, positions, statistics = self._program(
            state, self._data, padded, np.asarray(taken, np.int64), np.asarray(target, FLOAT)
        )
        return ChunkResult(state, np.asarray(positions)[:taken], np.asarray(statistics)[:taken])


def compile_chunk(
    log_density: LogDensity, data: Any, state: ChainState, settings: Settings
) -> Chunk:
    """Compile the chunk for states shaped like ``state``; data are arguments, never constants."""
    on_device = to_device(data)
    capacity = settings.chunk_size
    lowered = jax.jit(_chunk(log_density, settings.max_tree_depth)).lower(
        state,
        on_device,
        np.zeros(capacity, np.int32),
        np.asarray(0, np.int64),
        np.asarray(settings.target_acceptance_rate, FLOAT),
    )
    return Chunk(capacity, compile_lowered(lowered), on_device)


def _chunk(log_density: LogDensity, max_tree_depth: int) -> Callable[..., Any]:
    guarded = guarded_value_and_gradient(log_density)

    def chunk(
        state: ChainState, data: Any, actions: Array, num_steps: Array, target: Array
    ) -> tuple[ChainState, Array, Array]:
        def value_and_gradient(position: Array) -> tuple[Array, Array]:
            return guarded(position, data)

        def body(index: Array, carry: tuple[ChainState, Array, Array]) -> Any:
            state, positions, statistics = carry
            state, row = _step(value_and_gradient, state, actions[index], target, max_tree_depth)
            positions = positions.at[index].set(state.position)
            return state, positions, statistics.at[index].set(row)

        capacity = len(actions)
        positions = jnp.zeros((capacity, len(state.position)), state.position.dtype)
        statistics = jnp.zeros((capacity, len(STATISTICS)), state.position.dtype)
        return jax.lax.fori_loop(0, num_steps, body, (state, positions, statistics))

    return chunk


def _step(
    value_and_gradient: ValueAndGradient,
    state: ChainState,
    actions: Array,
    target: Array,
    max_tree_depth: int,
) -> tuple[ChainState, Array]:
    chain_key = jax.random.wrap_key_data(state.key, impl=_GENERATOR)
    metric = state.adaptation.inverse_mass_matrix
    step_size = state.adaptation.step_size
    # BlackJAX's types say float where arrays go.
    kernel: Any = nuts.build_kernel(integrator=_leapfrog(metric))
    start: Any = (state.position, state.log_density, state.gradient)
    moved, info = kernel(
        jax.random.fold_in(chain_key, state.num_steps),
        HMCState(*start),
        value_and_gradient,
        step_size,
        _euclidean(metric, state.adaptation.momentum_scale),
        max_tree_depth,
    )
    statistics = {
        "lp": moved.logdensity,
        "energy": info.energy,
        "acceptance_rate": info.acceptance_rate,
        "step_size": step_size,
        "n_steps": info.num_integration_steps,
        "tree_depth": info.num_trajectory_expansions,
        "diverging": info.is_divergent,
    }
    row = jnp.stack([jnp.asarray(statistics[name], step_size.dtype) for name in STATISTICS])
    adaptation = adapt(state.adaptation, moved.position, info.acceptance_rate, target, actions)
    state = ChainState(
        moved.position,
        moved.logdensity,
        moved.logdensity_grad,
        state.num_steps + 1,
        state.key,
        adaptation,
    )
    return state, row


def _euclidean(inverse_mass_matrix: Array, momentum_scale: Array) -> Metric:
    """BlackJAX's metric, which would factorise a dense matrix at each step."""

    def sample_momentum(key: Any, position: Any) -> Any:
        return generate_gaussian_noise(key, position, sigma=momentum_scale)

    return gaussian_euclidean(inverse_mass_matrix)._replace(sample_momentum=sample_momentum)


def _leapfrog(inverse_mass_matrix: Array) -> Callable[..., Any]:
    """BlackJAX's own integrator differentiates the density; this one takes guarded gradients."""

    def integrator(value_and_gradient: ValueAndGradient, kinetic_energy: Any) -> Callable[..., Any]:
        del kinetic_energy

        def one_step(state: Any, step_size: Array) -> Any:
            momentum = state.momentum + 0.5 * step_size * state.logdensity_grad
            position = state.position + step_size * linear_map(inverse_mass_matrix, momentum)
            value, gradient = value_and_gradient(position)
            return state._replace(
                position=position,
                momentum=momentum + 0.5 * step_size * gradient,
                logdensity=value,
                logdensity_grad=gradient,
            )

        return one_step

    return integrator
