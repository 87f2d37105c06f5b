"""The statistics are those of ArviZ, which follows the same paper."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from arviz_stats.base import array_stats
from hypothesis import given, settings
from hypothesis import strategies as st

from hdsl.results.convergence import assess, energy_fraction, rank_scores

SHAPES = [(4, 1000), (2, 250), (4, 501), (3, 7), (4, 4), (4, 5), (2, 6), (8, 37), (4, 9), (4, 10)]
PHIS = [0.0, 0.5, 0.99, -0.5, -0.95]


def assert_as_arviz(draws: np.ndarray) -> None:
    columns = np.moveaxis(draws, -1, 0).astype(float)
    found = assess(draws)
    expected = {
        "r_hat": array_stats.rhat(columns),
        "ess_bulk": array_stats.ess(columns, method="bulk"),
        "ess_tail": array_stats.ess(columns, method="tail", prob=(0.05, 0.95)),
        "mcse": array_stats.mcse(columns, method="mean"),
        "mean": columns.mean(axis=(1, 2)),
        "sd": columns.std(axis=(1, 2), ddof=1),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-10, err_msg=name)
    quantiles = np.quantile(draws.astype(float), [0.05, 0.5, 0.95], axis=(0, 1))
    np.testing.assert_array_equal([found.q5, found.q50, found.q95], quantiles)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("phi", PHIS)
def test_autoregressions(fits: SimpleNamespace, shape: tuple[int, int], phi: float) -> None:
    assert_as_arviz(fits.autoregression(phi, (*shape, 5), seed=shape[1]))


@pytest.mark.parametrize("kind", ["counts", "coin", "rare", "rounded"])
def test_discrete_draws(fits: SimpleNamespace, kind: str) -> None:
    rng = np.random.default_rng(4)
    draws = {
        "counts": rng.poisson(2, size=(4, 500, 5)),
        "coin": rng.integers(0, 2, size=(4, 500, 5)),
        "rare": rng.random((4, 500, 5)) < 0.01,
        "rounded": np.round(fits.autoregression(0.97, (4, 501, 5))),
    }[kind]
    assert_as_arviz(draws)


def test_chains_that_disagree(fits: SimpleNamespace) -> None:
    shifted, scaled = fits.autoregression(0.3, (4, 500, 3)), fits.autoregression(0.3, (4, 500, 3))
    shifted[2] += 3
    scaled[1] *= 5
    assert_as_arviz(shifted)
    assert_as_arviz(scaled)
    assert assess(shifted).r_hat.min() > 1.1
    assert assess(scaled).r_hat.min() > 1.05


# ArviZ divides by zero where a chain is constant, and says so.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=40, deadline=None)
@given(
    chains=st.integers(2, 5),
    draws=st.integers(4, 60),
    phi=st.floats(-0.99, 0.99),
    digits=st.integers(0, 12),
    seed=st.integers(0, 1000),
)
def test_any_short_chains(
    fits: SimpleNamespace, chains: int, draws: int, phi: float, digits: int, seed: int
) -> None:
    values = np.round(fits.autoregression(phi, (chains, draws, 1), seed), digits)
    if np.ptp(values) > 0:
        assert_as_arviz(values)


def test_constants_need_no_verdict() -> None:
    constant = np.full((4, 100, 2), 0.1)
    constant[..., 1] = 0.3 + 1e-16 * np.arange(100)
    found = assess(constant)
    for column in (found.r_hat, found.ess_bulk, found.ess_tail):
        assert np.isnan(column).all()
    np.testing.assert_allclose(found.mean, [0.1, 0.3])
    np.testing.assert_array_equal(found.mcse, 0)


def test_small_units_are_no_constants(fits: SimpleNamespace) -> None:
    draws = fits.autoregression(0.5, (4, 500, 2))
    small, plain = assess(draws * 2.0**-100), assess(draws)
    np.testing.assert_allclose(small.r_hat, plain.r_hat)
    np.testing.assert_allclose(small.mcse, plain.mcse * 2.0**-100)


def test_a_chain_that_stands_still_is_seen(fits: SimpleNamespace) -> None:
    draws = fits.autoregression(0.0, (4, 100, 1))
    draws[1] = draws[1, 0]
    assert assess(draws).r_hat[0] > 1.05


def test_one_chain_is_compared_with_itself(fits: SimpleNamespace) -> None:
    steady = fits.autoregression(0.0, (1, 1000, 1), seed=2)
    drifting = steady + np.linspace(0, 5, 1000)[None, :, None]
    assert assess(steady).r_hat[0] < 1.01 < assess(drifting).r_hat[0]


def test_infinite_draws_count_by_their_rank(fits: SimpleNamespace) -> None:
    draws = fits.autoregression(0.3, (4, 500, 1))
    draws[1, 3], draws[2, 7] = np.inf, -np.inf
    found = assess(draws)
    huge = np.clip(draws, -1e300, 1e300)
    np.testing.assert_allclose(found.r_hat, assess(huge).r_hat)
    np.testing.assert_allclose(found.ess_bulk, assess(huge).ess_bulk)
    assert np.isnan(found.mean[0])


def test_nan_spoils_its_own_column_only(fits: SimpleNamespace) -> None:
    draws = fits.autoregression(0.3, (4, 500, 2))
    plain = assess(draws)
    draws[0, 0, 0] = np.nan
    found = assess(draws)
    assert np.isnan(found.r_hat[0])
    assert np.isnan(found.mean[0])
    assert found.r_hat[1] == plain.r_hat[1]


@pytest.mark.parametrize("shape", [(4, 3, 2), (1, 1, 2), (4, 0, 2), (4, 100, 0)])
def test_too_few_draws_give_nan(shape: tuple[int, int, int]) -> None:
    found = assess(np.arange(np.prod(shape), dtype=float).reshape(shape))
    assert found.r_hat.shape == (shape[2],)
    assert np.isnan(found.r_hat).all()
    assert np.isnan(found.ess_bulk).all()


def test_blocks_and_threads_change_nothing(fits: SimpleNamespace) -> None:
    draws = fits.autoregression(0.4, (4, 1000, 60))
    together = assess(draws)
    for column in (0, 7, 8, 59):
        alone = assess(draws[:, :, column : column + 1])
        for name in ("mean", "mcse", "ess_bulk", "ess_tail", "r_hat"):
            assert getattr(alone, name)[0] == getattr(together, name)[column]


def test_rank_scores_share_ties() -> None:
    scores = rank_scores(np.array([[3.0, 1.0, 3.0, 3.0, 2.0, 1.0]]))[0]
    assert scores[0] == scores[2] == scores[3] > scores[4] > scores[1] == scores[5]


def test_energy_fraction(fits: SimpleNamespace) -> None:
    energy = fits.autoregression(0.9, (3, 400))
    np.testing.assert_allclose(energy_fraction(energy), array_stats.bfmi(energy), rtol=1e-12)
    assert np.isnan(energy_fraction(energy[:, :1])).all()
