from __future__ import annotations

import dataclasses
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest
from arviz_stats.base import array_stats

from hdsl.sampling import Chains, Progress, Settings, find_initial_positions, sample

PRECISION = np.linalg.inv(np.array([[1.0, 2.7], [2.7, 9.0]]))
SHORT = Settings(seed=11, num_chains=2, num_warmup=60, num_samples=50, chunk_size=40)


def correlated_normal(position: Any, data: Any) -> Any:
    return -0.5 * position @ data["precision"] @ position


def standard_normal(position: Any, data: Any) -> Any:
    return -0.5 * ((position - data) ** 2).sum()


def groups(position: Any, data: Any) -> Any:
    """Normal rows in normal groups; spreads are known, so that the posterior is normal."""
    grand_mean, effects = position[0], position[1:]
    residuals = data["y"] - effects[data["group"]]
    return (
        -0.5 * (grand_mean / 10) ** 2
        - 0.5 * ((effects - grand_mean) ** 2).sum() / data["between"] ** 2
        - 0.5 * (residuals**2).sum() / data["within"] ** 2
    )


def groups_data(num_groups: int) -> dict[str, Any]:
    generator = np.random.default_rng(3)
    group = generator.integers(0, num_groups, 6 * num_groups)
    y = 2 + 0.7 * generator.normal(size=num_groups)[group] + generator.normal(size=len(group))
    return {"y": y, "group": group, "between": 0.7, "within": 1.0}


def groups_moments(data: dict[str, Any], num_groups: int) -> tuple[Any, Any]:
    between, within = data["between"] ** -2, data["within"] ** -2
    counts = np.bincount(data["group"], minlength=num_groups)
    totals = np.bincount(data["group"], data["y"], minlength=num_groups)
    precision = np.diag(np.r_[0.01 + num_groups * between, between + counts * within])
    precision[0, 1:] = precision[1:, 0] = -between
    covariance = np.linalg.inv(precision)
    return covariance @ np.r_[0.0, totals * within], np.diag(covariance)


def run(log_density: Any, data: Any, dimension: int, settings: Settings, **options: Any) -> Chains:
    start = find_initial_positions(log_density, data, dimension, settings)
    assert isinstance(start, np.ndarray)
    return sample(log_density, data, start, settings, **options)


def assert_same(first: Chains, second: Chains, num_chains: int | None = None) -> None:
    np.testing.assert_array_equal(first.positions, second.positions[:num_chains])
    for name, values in first.stats.items():
        np.testing.assert_array_equal(values, second.stats[name][:num_chains], err_msg=name)
    np.testing.assert_array_equal(
        first.inverse_mass_matrix, second.inverse_mass_matrix[:num_chains]
    )


def assert_moments(draws: Any, mean: Any, variance: Any) -> None:
    """Means and variances within four Monte Carlo standard errors."""
    for index in range(draws.shape[2]):
        values = draws[:, :, index]
        squares = (values - mean[index]) ** 2
        for found, expected in [(values, mean[index]), (squares, variance[index])]:
            size = array_stats.ess(found, chain_axis=0, draw_axis=1, method="mean")
            assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(size), index


@pytest.fixture(scope="module")
def reference() -> Chains:
    return run(correlated_normal, {"precision": PRECISION}, 2, SHORT)


def test_moments_with_a_dense_metric() -> None:
    chains = run(correlated_normal, {"precision": PRECISION}, 2, Settings(seed=1))
    assert chains.positions.shape == (4, 1000, 2)
    assert chains.inverse_mass_matrix.shape == (4, 2, 2)
    assert_moments(chains.positions, np.zeros(2), np.array([1.0, 9.0]))
    products = (chains.positions[..., 0] * chains.positions[..., 1])[..., None]
    size = array_stats.ess(products[..., 0], chain_axis=0, draw_axis=1, method="mean")
    assert abs(products.mean() - 2.7) < 4 * products.std() / np.sqrt(size)
    assert not chains.stats["diverging"].any()


def test_moments_with_a_diagonal_metric() -> None:
    data = groups_data(70)
    chains = run(groups, data, 71, Settings(seed=2))
    mean, variance = groups_moments(data, 70)
    assert chains.inverse_mass_matrix.shape == (4, 71)
    np.testing.assert_allclose(chains.inverse_mass_matrix.mean(0), variance, rtol=0.5)
    assert_moments(chains.positions, mean, variance)
    assert 0.75 < chains.stats["acceptance_rate"].mean() < 0.95


def test_statistics_have_arviz_names_and_agree_with_each_other(reference: Chains) -> None:
    stats = reference.stats
    assert set(stats) == {
        "lp", "energy", "acceptance_rate", "step_size", "n_steps", "tree_depth", "diverging"
    }  # fmt: skip
    assert {values.shape for values in stats.values()} == {(2, 50)}
    assert stats["diverging"].dtype == bool
    assert stats["n_steps"].dtype.kind == "i"
    assert (stats["n_steps"] < 2 ** stats["tree_depth"]).all()
    assert (stats["n_steps"] >= 2 ** (stats["tree_depth"] - 1)).all()
    assert (np.diff(stats["step_size"], axis=1) == 0).all()
    assert (stats["energy"] >= -stats["lp"]).all()
    x = reference.positions
    lp = -0.5 * np.einsum("cdi,ij,cdj->cd", x, PRECISION, x)
    np.testing.assert_allclose(stats["lp"], lp, rtol=1e-12, atol=1e-12)
    assert reference.num_gradients > stats["n_steps"].sum()


@pytest.mark.parametrize(
    "changes",
    [{}, {"chunk_size": 7}, {"chunk_size": 500}, {"num_threads": 1}, {"num_threads": 2}],
    ids=str,
)
def test_draws_depend_neither_on_chunks_nor_on_threads(
    reference: Chains, changes: dict[str, int]
) -> None:
    settings = dataclasses.replace(SHORT, **changes)
    assert_same(reference, run(correlated_normal, {"precision": PRECISION}, 2, settings))


def test_more_chains_leave_the_first_ones_as_they_are(reference: Chains) -> None:
    settings = dataclasses.replace(SHORT, num_chains=5)
    more = run(correlated_normal, {"precision": PRECISION}, 2, settings)
    assert_same(reference, more, num_chains=2)
    assert len(np.unique(more.positions[:, -1, 0])) == 5


def test_another_seed_gives_other_draws(reference: Chains) -> None:
    settings = dataclasses.replace(SHORT, seed=12)
    other = run(correlated_normal, {"precision": PRECISION}, 2, settings)
    assert not (other.positions == reference.positions).all(axis=-1).any()


def test_traced_once_to_start_and_once_to_run() -> None:
    traces: list[int] = []

    def counted(position: Any, data: Any) -> Any:
        traces.append(1)
        return standard_normal(position, data)

    chains = run(counted, np.zeros(3), 3, SHORT)
    assert chains.positions.shape == (2, 50, 3)
    assert len(traces) == 2


def test_data_are_arguments_and_not_constants() -> None:
    from hdsl.sampling.chunk import compile_chunk, initial_state

    state = initial_state(np.zeros(2), 0.0, np.zeros(2), seed=0, chain=0)
    chunk = compile_chunk(standard_normal, np.full(2, 0.12345678), state, SHORT)
    assert "0.12345678" not in chunk._program.as_text()


def test_nan_and_plus_infinity_count_as_impossible() -> None:
    import jax.numpy as jnp

    def half_normal(position: Any, data: Any) -> Any:
        x = position[0]
        outside = jnp.where(x < -1.0, jnp.inf, jnp.log(x))
        return jnp.where(x > 0.0, 0.0, outside) - 0.5 * (position**2).sum() * data

    chains = run(half_normal, 1.0, 2, Settings(seed=3, num_samples=2000))
    assert (chains.positions[..., 0] > 0).all()
    assert np.isfinite(chains.stats["lp"]).all()
    assert np.isfinite(chains.stats["acceptance_rate"]).all()
    mean = np.array([np.sqrt(2 / np.pi), 0.0])
    assert_moments(chains.positions, mean, np.array([1 - 2 / np.pi, 1.0]))
    assert chains.stats["diverging"].any()


def test_a_start_without_density_is_refused() -> None:
    with pytest.raises(ValueError, match="chain 1"):
        sample(standard_normal, np.zeros(1), np.array([[0.0], [np.nan]]), SHORT)


def test_progress_arrives_in_the_calling_thread_with_all_draws() -> None:
    news: list[Progress] = []
    threads: set[int] = set()

    def listen(progress: Progress) -> None:
        news.append(progress)
        threads.add(threading.get_ident())

    chains = run(standard_normal, np.zeros(2), 2, SHORT, on_progress=listen)
    assert threads == {threading.get_ident()}
    for chain in range(2):
        own = [progress for progress in news if progress.chain == chain]
        steps = [progress.step for progress in own]
        assert steps == sorted(steps)
        assert steps[-1] == own[0].num_steps == 110
        assert [p.warming_up for p in own] == [step < 60 for step in steps]
        drawn = np.concatenate([progress.positions for progress in own])
        np.testing.assert_array_equal(drawn, chains.positions[chain])
        assert own[-1].divergences == chains.stats["diverging"][chain].sum()


ENDLESS = Settings(seed=1, num_chains=3, num_warmup=100, num_samples=500_000, num_threads=2)


def test_control_c_stops_the_threads_and_is_passed_on() -> None:
    timers: list[threading.Timer] = []

    def interrupt() -> None:
        # Python may drop an interrupt that comes while it cleans up: then another one follows.
        timers.append(threading.Timer(5.0, interrupt))
        timers[-1].start()
        os.kill(os.getpid(), signal.SIGINT)

    def listen(progress: Progress) -> None:
        if not timers:
            timers.append(threading.Timer(0.3, interrupt))
            timers[-1].start()

    with pytest.raises(KeyboardInterrupt):
        run(standard_normal, np.zeros(2), 2, ENDLESS, on_progress=listen)
    timers[-1].cancel()
    assert len(timers) > 1
    assert not [t for t in threading.enumerate() if t.name.startswith("chain")]


def test_what_a_listener_raises_stops_the_run() -> None:
    def listen(progress: Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        run(standard_normal, np.zeros(2), 2, ENDLESS, on_progress=listen)


def test_what_a_worker_raises_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    from hdsl.sampling.chunk import Chunk

    original = Chunk.__call__

    def fail_late(self: Chunk, state: Any, actions: Any, target: float) -> Any:
        if int(state.num_steps) > 200:
            raise OSError("no memory left")
        return original(self, state, actions, target)

    monkeypatch.setattr(Chunk, "__call__", fail_late)
    with pytest.raises(OSError, match="no memory left"):
        run(standard_normal, np.zeros(2), 2, ENDLESS)


@pytest.mark.parametrize("dimension", [3, 9])
def test_a_resumed_chain_goes_on_bit_for_bit(dimension: int) -> None:
    import jax

    from hdsl.sampling.chunk import compile_chunk, initial_state
    from hdsl.sampling.schedule import adaptation_schedule

    settings = dataclasses.replace(SHORT, chunk_size=200)
    start = initial_state(np.ones(dimension), -0.5 * dimension, -np.ones(dimension), 7, chain=3)
    chunk = compile_chunk(standard_normal, np.zeros(dimension), start, settings)
    actions = adaptation_schedule(120, 80)
    whole = chunk(start, actions, 0.8)

    first = chunk(start, actions[:90], 0.8)
    again = compile_chunk(standard_normal, np.zeros(dimension), start, settings)
    second = again(first.state, actions[int(first.state.num_steps) :], 0.8)

    positions = np.concatenate([first.positions, second.positions])
    np.testing.assert_array_equal(positions, whole.positions)
    jax.tree.map(np.testing.assert_array_equal, second.state, whole.state)


def test_a_cliff_from_which_energies_overflow_is_not_jumped_down() -> None:
    import jax.numpy as jnp

    def cliff(position: Any, data: Any) -> Any:
        edge = jnp.exp(jnp.minimum(1e3 * (jnp.abs(position).max() - 1.0), 600.0))
        return -0.5 * (position**2).sum() * data - jnp.where(edge > 1.0, edge, 0.0)

    chains = run(cliff, 1.0, 2, Settings(seed=2, num_samples=500))
    assert np.abs(chains.positions).max() < 1.01
    assert (chains.stats["lp"] > -100).all()
