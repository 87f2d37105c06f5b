from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from hdsl.sampling.schedule import (
    COLLECT_POSITION,
    FREEZE_STEP_SIZE,
    RENEW_METRIC,
    TUNE_STEP_SIZE,
    adaptation_schedule,
)


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


@pytest.mark.parametrize("dimension", [2, 9])
def test_a_window_gives_the_regularised_sample_covariance(dimension: int) -> None:
    import jax.numpy as jnp

    from hdsl.sampling.adaptation import adapt, initial_adaptation

    draws = np.random.default_rng(5).normal(1e3, 2.0, (30, dimension))
    state = initial_adaptation(dimension)
    for index, draw in enumerate(draws):
        actions = TUNE_STEP_SIZE | COLLECT_POSITION | (RENEW_METRIC if index == 29 else 0)
        state = adapt(
            state, jnp.asarray(draw), jnp.asarray(0.8), jnp.asarray(0.8), jnp.int32(actions)
        )
    covariance = (30 * np.cov(draws.T) + 5e-3 * np.eye(dimension)) / 35
    expected = covariance if dimension == 2 else np.diag(covariance)
    np.testing.assert_allclose(state.inverse_mass_matrix, expected, rtol=1e-9)
    assert float(state.num_collected) == 0
    # Acceptance was always on target: the step size goes to its centre, ten times the first.
    assert float(state.step_size) == pytest.approx(10)


def test_importing_the_package_does_not_import_jax() -> None:
    program = (
        "import sys, hdsl.sampling; sys.exit('jax' in sys.modules or 'blackjax' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
