from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.sampling import Sampler, Settings
from hdsl.sampling.strays import find_strays

Floats = NDArray[np.float64]


def chains_at(*places: tuple[float, float, float]) -> tuple[Floats, Floats]:
    """Normal chains of two dimensions: for each, its mean, its sd and its greatest log density."""
    noise = np.random.default_rng(2).normal(size=(len(places), 500, 2))
    mean, sd, top = (np.array(column)[:, None] for column in zip(*places, strict=True))
    return mean[..., None] + sd[..., None] * noise, top - 0.5 * np.square(noise).sum(axis=-1)


def test_a_mode_without_weight_is_left_for_the_heaviest() -> None:
    assert find_strays(*chains_at((0, 1, -5), (9, 1, -60), (0, 1, -5.1))) == {1: 0}


def test_modes_that_could_weigh_something_stay() -> None:
    assert find_strays(*chains_at((0, 1, -5), (9, 1, -22))) == {}


def test_a_wide_mode_weighs_more_than_its_density_tells() -> None:
    assert find_strays(*chains_at((0, 1e-8, 0), (0, 1, -30))) == {}


def test_a_chain_caught_at_high_density_stays() -> None:
    assert find_strays(*chains_at((0, 1, -5), (0, 1e-20, 40))) == {}


def test_chains_go_on_from_where_they_were_moved() -> None:
    def two_modes(position: Any, data: Any) -> Any:
        import jax.numpy as jnp

        near = -0.5 * ((position - 20) ** 2).sum()
        return jnp.logaddexp(near, -100 - 0.5 * (position**2).sum()) * data

    settings = Settings(seed=1, num_chains=2, num_warmup=100, num_samples=50)
    sampler = Sampler.begin(two_modes, 1.0, np.array([[20.0], [0.0]]), settings)
    before = sampler.advance(100, 50)
    strays = find_strays(before.positions, before.stats["lp"])
    assert strays == {1: 0}
    sampler.move(strays)
    after = sampler.advance(100, 50).positions
    assert (after[1] > 10).all()
    assert not (after[0] == after[1]).any()
