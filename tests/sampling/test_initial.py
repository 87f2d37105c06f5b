from __future__ import annotations

from typing import Any

import numpy as np

from hdsl.sampling import InitialFailure, Settings, find_initial_positions


def half_line(position: Any, data: Any) -> Any:
    import jax.numpy as jnp

    return jnp.log(data - position).sum()


def test_starts_have_finite_density_and_do_not_depend_on_other_chains() -> None:
    two = find_initial_positions(half_line, 0.0, 3, Settings(seed=4, num_chains=2))
    three = find_initial_positions(half_line, 0.0, 3, Settings(seed=4, num_chains=3))
    other = find_initial_positions(half_line, 0.0, 3, Settings(seed=5, num_chains=2))
    assert isinstance(two, np.ndarray)
    assert isinstance(three, np.ndarray)
    assert isinstance(other, np.ndarray)
    assert (two < 0).all()
    np.testing.assert_array_equal(two, three[:2])
    assert not (two == other).any()


def test_a_target_near_zero_is_reached_by_shrinking() -> None:
    def near_zero(position: Any, data: Any) -> Any:
        import jax.numpy as jnp

        return jnp.log(data - jnp.abs(position)).sum()

    found = find_initial_positions(near_zero, 0.05, 4, Settings(seed=1, num_chains=2))
    assert isinstance(found, np.ndarray)
    assert (np.abs(found) < 0.05).all()


def test_failure_is_a_value_with_the_last_position() -> None:
    def never(position: Any, data: Any) -> Any:
        return position.sum() * data

    found = find_initial_positions(never, np.nan, 2, Settings(seed=1), attempts=7)
    assert isinstance(found, InitialFailure)
    assert found.attempts == 7
    assert found.chain == 0
    assert np.isnan(found.log_density)
    assert found.position.shape == (2,)
    assert np.isfinite(found.position).all()


def test_a_gradient_that_is_not_finite_is_no_start() -> None:
    def kink(position: Any, data: Any) -> Any:
        import jax.numpy as jnp

        return jnp.sqrt(data * position).sum()

    found = find_initial_positions(kink, 0.0, 2, Settings(seed=1), attempts=3)
    assert isinstance(found, InitialFailure)
    assert np.isfinite(found.log_density)
    assert not np.isfinite(found.gradient).all()
