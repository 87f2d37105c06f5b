from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from hdsl.sampling.schedule import (
    COLLECT_POSITION,
    FREEZE_STEP_SIZE,
    RENEW_METRIC,
    TUNE_STEP_SIZE,
    adaptation_schedule,
)

if TYPE_CHECKING:
    from hdsl.sampling.adaptation import Adaptation


def test_windows_of_a_thousand_steps_are_stans() -> None:
    actions = adaptation_schedule(1000, 10)
    assert list(np.flatnonzero(actions & RENEW_METRIC) + 1) == [100, 150, 250, 450, 950]
    assert list(np.flatnonzero(actions & FREEZE_STEP_SIZE)) == [999]
    collected = np.flatnonzero(actions & COLLECT_POSITION)
    np.testing.assert_array_equal(collected, np.arange(75, 950))
    assert not actions[1000:].any()


@pytest.mark.parametrize("num_warmup", [0, 1, 10, 20, 100, 149, 150, 333])
def test_every_length_of_warmup_has_a_schedule(num_warmup: int) -> None:
    actions = adaptation_schedule(num_warmup, 5)
    assert len(actions) == num_warmup + 5
    assert (actions[:num_warmup] & TUNE_STEP_SIZE).all()
    assert not actions[num_warmup:].any()
    assert bool((actions & RENEW_METRIC).any()) == (num_warmup >= 20)
    assert int((actions & FREEZE_STEP_SIZE > 0).sum()) == (num_warmup > 0)


def adapted(draws: NDArray[np.float64]) -> Adaptation:
    import jax
    import jax.numpy as jnp

    from hdsl.sampling.adaptation import adapt, initial_adaptation

    step = jax.jit(adapt)
    state = initial_adaptation(draws.shape[1])
    for index, draw in enumerate(draws):
        last = index == len(draws) - 1
        actions = TUNE_STEP_SIZE | COLLECT_POSITION | (RENEW_METRIC if last else 0)
        state = step(
            state, jnp.asarray(draw), jnp.asarray(0.8), jnp.asarray(0.8), jnp.int32(actions)
        )
    return state


def test_many_dimensions_get_the_regularised_variances() -> None:
    draws = np.random.default_rng(5).normal(1e3, 2.0, (30, 65))
    state = adapted(draws)
    expected = (30 * np.var(draws, axis=0, ddof=1) + 5e-3) / 35
    np.testing.assert_allclose(state.inverse_mass_matrix, expected, rtol=1e-9)
    np.testing.assert_allclose(state.momentum_scale, expected**-0.5, rtol=1e-9)
    assert float(state.num_collected) == 0
    # Acceptance was always on target: the step size goes to its centre, ten times the first.
    assert float(state.step_size) == pytest.approx(10)


def test_independent_numbers_keep_a_diagonal_metric() -> None:
    draws = np.random.default_rng(6).normal(0, [1, 2, 3, 4, 5], (100, 5))
    expected = (100 * np.var(draws, axis=0, ddof=1) + 5e-3) / 105
    np.testing.assert_allclose(adapted(draws).inverse_mass_matrix, np.diag(expected), atol=1e-9)


def test_strong_correlations_among_many_numbers_are_found() -> None:
    """Two of twelve numbers are nearly the same; the others differ in scale by a million."""
    rng = np.random.default_rng(7)
    scale = np.logspace(-1, 5, 12)
    draws = rng.normal(size=(500, 12))
    draws[:, 1] = draws[:, 0] + 0.01 * draws[:, 1]
    state = adapted(draws * scale)
    metric = np.asarray(state.inverse_mass_matrix) / np.outer(scale, scale)
    true = np.eye(12)
    true[0, 1] = true[1, 0] = 1.0
    np.testing.assert_allclose(metric, true, atol=0.25)
    # Along the short direction the variance is that of half the difference, 5e-5.
    short = np.r_[1, -1, np.zeros(10)] / np.sqrt(2)
    assert 2e-5 < short @ metric @ short < 1e-4
    factor = np.asarray(state.momentum_scale)
    product = factor @ factor.T @ np.asarray(state.inverse_mass_matrix)
    np.testing.assert_allclose(product / np.outer(1 / scale, scale), np.eye(12), atol=1e-6)


def test_importing_the_package_does_not_import_jax() -> None:
    program = (
        "import sys, hdsl.sampling; sys.exit('jax' in sys.modules or 'blackjax' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
