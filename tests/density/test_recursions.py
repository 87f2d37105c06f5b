"""Recursions of unknowns: the density against formulas, its gradient, draws forward."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from hdsl.density.density import Density, lower
from hdsl.density.law import law_errors
from hdsl.density.recover import recover
from hdsl.expressions.evaluate import Value
from hdsl.model.graph import Bound
from hdsl.plan.plan import Plan
from hdsl.plan.planner import Options, make_plan
from tests.model.binding import bound

Y = np.random.default_rng(3).normal(size=9)
GARCH = """
index t = 1..9
data y[t]
w, al, be, s0 ~ Exponential(1)
h[1] = s0;  h[t] = w + al * y[t-1]^2 + be * h[t-1] for t > 1
y[t] ~ Normal(0, sqrt(h[t]))
"""
WALK = """
index t = 1..9
data y[t]
phi ~ Normal(0, 1); sigma ~ Exponential(1)
x[1] ~ Normal(0, 2)
x[t] ~ Normal(phi * x[t-1], sigma) for t in 2..9
y[t] ~ Normal(x[t], 0.5)
"""
FEEDING = """
index t = 1..9
data y[t]
mu[1] = m0; m0 ~ Normal(0, 1)
mu[t] = 0.5 * x[t-1] + 0.1 * mu[t-1] for t > 1
x[t] ~ Normal(mu[t], 1)
y[t] ~ Normal(x[t], 0.5)
"""
BOUNDED = """
index t = 1..9
data y[t]
x[1] ~ Uniform(0, 4)
x[t] ~ Uniform(0, 1 + x[t-1]) for t > 1
y[t] ~ Normal(x[t], 0.5)
"""


def planned(
    text: str, data: Mapping[str, object] | None = None, as_written: bool = False
) -> tuple[Plan, Bound, Density]:
    found = bound(text, {"y": Y} if data is None else data)
    without = frozenset(("coordinates",) if as_written else ())
    plan = make_plan(found.graph, Options(without, sampler="nuts"), found)
    return plan, found, lower(plan, found)


def at(density: Density, values: Mapping[str, object]) -> float:
    given = {
        slot.name: Value(np.asarray(values[slot.name], float), slot.axes) for slot in density.layout
    }
    position = density.unconstrain(given)[None]
    total = density.log_densities(position) - density.log_jacobians(position)
    return float(total[0])


def test_garch() -> None:
    _, _, density = planned(GARCH)
    w, al, be, s0 = 0.3, 0.2, 0.5, 1.1
    h = [s0]
    for t in range(1, 9):
        h.append(w + al * Y[t - 1] ** 2 + be * h[-1])
    expected = stats.norm.logpdf(Y, 0, np.sqrt(h)).sum() - (w + al + be + s0)
    assert at(density, {"w": w, "al": al, "be": be, "s0": s0}) == pytest.approx(expected)


def test_autoregression_needs_no_loop() -> None:
    _, _, density = planned(WALK, as_written=True)
    x = np.linspace(-1, 1, 9)
    values = {"phi": 0.6, "sigma": 0.8, "x[1]": x[0], "x[t]": x[1:]}
    expected = (
        stats.norm.logpdf(0.6)
        - 0.8
        + stats.norm.logpdf(x[0], 0, 2)
        + stats.norm.logpdf(x[1:], 0.6 * x[:-1], 0.8).sum()
        + stats.norm.logpdf(Y, x, 0.5).sum()
    )
    assert at(density, values) == pytest.approx(expected)
    from jax import make_jaxpr

    jaxpr = make_jaxpr(density.log_density)(np.zeros(density.dimension), density.arguments)
    assert "scan" not in str(jaxpr)


def test_arrays_that_feed_each_other() -> None:
    _, _, density = planned(FEEDING, as_written=True)
    x, mu = np.linspace(-1, 1, 9), [0.4]
    for t in range(1, 9):
        mu.append(0.5 * x[t - 1] + 0.1 * mu[-1])
    expected = (
        stats.norm.logpdf(0.4)
        + stats.norm.logpdf(x, mu, 1).sum()
        + stats.norm.logpdf(Y, x, 0.5).sum()
    )
    assert at(density, {"m0": 0.4, "x": x}) == pytest.approx(expected)


@pytest.mark.parametrize("text", [GARCH, WALK, FEEDING, BOUNDED])
def test_gradients_and_the_law(text: str) -> None:
    plan, data, density = planned(text)
    import jax

    positions = np.random.default_rng(4).normal(size=(3, density.dimension))
    values, gradients = jax.vmap(
        jax.value_and_grad(lambda z: density.log_density(z, density.arguments))
    )(positions)
    np.testing.assert_allclose(values, density.log_densities(positions))
    for i, step in enumerate(1e-6 * np.eye(density.dimension)):
        slope = density.log_densities(positions + step) - density.log_densities(positions - step)
        np.testing.assert_allclose(gradients[:, i], slope / 2e-6, rtol=1e-4, atol=1e-5)
    found = recover(plan, data, density.constrain(positions), 1, 3)
    assert (law_errors(density, positions, found) < 1e-9).all()


def test_draws_forward() -> None:
    text = """
        index t = 1..6; index i = 1..3
        x[1] ~ Normal(0, 1)
        x[t] ~ Normal(0.5 * x[t-1], 2) for t > 1
        mu[1] = m0; mu[t] = 0.9 * w[t-1] for t > 1; m0 = 1 + x[1]
        w[t] ~ Normal(mu[t], 1)
        v[i, 6] ~ Normal(i, 1)
        v[i, t] ~ Normal(0.8 * v[i, t+1], 1) for t < 6
        h[1] = 1; h[t] = 0.5 * h[t-1] + x[t]^2 for t > 1
    """
    data = bound(text)
    plan = make_plan(data.graph, Options(), data)
    draws = 4000
    found = recover(plan, data, {}, 1, draws)
    x, v, w = found["x"].array, found["v"].array, found["w"].array
    variance = 1.0
    for t in range(6):
        assert abs(x[:, t].var() / variance - 1) < 4 * np.sqrt(2 / draws)
        variance = 0.25 * variance + 4
    innovation = x[:, 1:] - 0.5 * x[:, :-1]
    assert abs((innovation * x[:, :-1]).mean()) < 4 * np.sqrt(4 * 5.4 / draws / 5)
    expected = np.arange(1, 4)[:, None] * 0.8 ** np.arange(5, -1, -1)
    assert np.abs(v.mean(0) - expected).max() < 4.5 * np.sqrt(3 / draws)
    np.testing.assert_allclose(found["mu"].array[:, 1:], 0.9 * w[:, :-1])
    np.testing.assert_allclose(found["mu"].array[:, 0], 1 + x[:, 0])
    h = np.ones(draws)
    for t in range(1, 6):
        h = 0.5 * h + x[:, t] ** 2
        np.testing.assert_allclose(found["h"].array[:, t], h)
    half = recover(plan, data, {}, 1, draws, batch_elements=1)
    np.testing.assert_array_equal(half["x"].array, x)


def test_missing_cells_of_a_series() -> None:
    y = [0.5, None, 1.0, 0.2, None, None, -0.4, 0.1, 0.3]
    text = """
        index t = 1..9
        data y[t]
        phi ~ Normal(0, 1)
        y[1] ~ Normal(0, 1)
        y[t] ~ Normal(phi * y[t-1], 1) for t > 1
    """
    _, data, density = planned(text, {"y": y}, as_written=True)
    assert density.dimension == 4
    position = np.array([[0.3, -0.2, 0.7, 0.4]])
    known = density.constrain(position)
    filled = np.array([np.nan if cell is None else cell for cell in y])
    unknown = np.concatenate([known[s.name].array[0].reshape(-1) for s in density.layout[1:]])
    filled[np.isnan(filled)] = unknown
    phi = float(known["phi"].array[0])
    expected = (
        stats.norm.logpdf(phi)
        + stats.norm.logpdf(filled[0])
        + stats.norm.logpdf(filled[1:], phi * filled[:-1]).sum()
    )
    assert density.log_densities(position)[0] == pytest.approx(expected)
    assert data.graph.recursive


def test_elements_that_nothing_defines_have_no_value() -> None:
    data = bound("index t = 1..4\nm ~ Normal(0, 1)\nc[t] = m * t for t > 2")
    found = recover(make_plan(data.graph, Options(), data), data, {}, 1, 5)["c"].array
    assert np.isnan(found[:, :2]).all()
    assert np.isfinite(found[:, 2:]).all()
