from __future__ import annotations

import decimal
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from density_models import (
    SCHOOL_SIGMA,
    SCHOOL_Y,
    bags,
    eight_schools,
    regression,
    sweets,
    sweets_collapsed,
)
from scipy import special, stats

from hdsl.density.density import Density, lower
from hdsl.density.written import log_density_as_written
from hdsl.distributions.distribution import Support
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Constant
from hdsl.model.graph import whole
from hdsl.plan.plan import Term, Unknown

MODELS = [eight_schools, sweets, sweets_collapsed, regression]


def jax_value(density: Density, position: np.ndarray, data: Any = None) -> float:
    import jax

    arguments = density.arguments if data is None else data
    return float(jax.jit(density.log_density)(position, arguments))


def positions(density: Density, num: int = 5, scale: float = 1.0) -> np.ndarray:
    return np.random.default_rng(3).normal(0, scale, (num, density.dimension))


def test_eight_schools_agree_with_scipy() -> None:
    density = lower(*eight_schools())
    assert [slot.name for slot in density.layout] == ["mu", "tau", "theta"]
    assert density.dimension == 10
    for u in positions(density):
        mu, tau, theta = u[0], np.exp(u[1]), u[2:]
        expected = (
            stats.norm.logpdf(mu, 0, 5)
            + stats.halfcauchy.logpdf(tau, scale=5)
            + u[1]
            + stats.norm.logpdf(theta, mu, tau).sum()
            + stats.norm.logpdf(SCHOOL_Y, theta, SCHOOL_SIGMA).sum()
        )
        assert jax_value(density, u) == pytest.approx(expected, rel=1e-13)


def sweets_hyperprior(u: np.ndarray) -> float:
    a, b = np.exp(u[:2])
    return float(stats.gamma.logpdf([a, b], 2, scale=10).sum() + u[:2].sum())


def test_sweets_agree_with_scipy() -> None:
    density = lower(*sweets())
    data = bags()
    day, n, blue = (data[name][0] for name in ("day", "n", "blue"))
    for u in positions(density):
        theta = special.expit(u[2:])
        expected = (
            sweets_hyperprior(u)
            + stats.beta.logpdf(theta, *np.exp(u[:2])).sum()
            + np.log(theta * (1 - theta)).sum()
            + stats.binom.logpmf(blue, n, theta[day]).sum()
        )
        assert jax_value(density, u) == pytest.approx(expected, rel=1e-12)


def test_collapsed_sweets_agree_with_scipy() -> None:
    density = lower(*sweets_collapsed())
    data = bags()
    day, n, blue = (data[name][0] for name in ("day", "n", "blue"))
    s, f = (np.bincount(day, w, minlength=7) for w in (blue, n - blue))
    for u in positions(density):
        a, b = np.exp(u)
        expected = (
            sweets_hyperprior(u)
            + (special.betaln(a + s, b + f) - special.betaln(a, b)).sum()
            + np.log(special.comb(n, blue)).sum()
        )
        assert jax_value(density, u) == pytest.approx(expected, rel=1e-12)


def test_regression_agrees_with_scipy() -> None:
    plan, bound = regression()
    density = lower(plan, bound)
    x, y = bound.values["x"].array, bound.values["y"].array
    for u in positions(density):
        sigma = 0.1 + 19.9 * special.expit(u[2])
        expected = (
            stats.norm.logpdf(u[0], 0, 10)
            + stats.norm.logpdf(u[1], 0, 5)
            - np.log(19.9)
            + np.log((sigma - 0.1) * (20 - sigma) / 19.9)
            + stats.norm.logpdf(y, u[0] + u[1] * (x - x.mean()), sigma).sum()
            - 0.5 * u[1] ** 2
        )
        assert jax_value(density, u) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_gradient_is_that_of_finite_differences(model: Any) -> None:
    import jax

    density = lower(*model())
    u = positions(density)[0]
    gradient = np.asarray(jax.jit(jax.grad(density.log_density))(u, density.arguments))
    step = 1e-5
    nodes = np.concatenate([u + step * np.eye(len(u)), u - step * np.eye(len(u))])
    up, down = np.split(density.log_densities(nodes), 2)
    np.testing.assert_allclose(gradient, (up - down) / (2 * step), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_numpy_and_the_terms_agree_with_jax(model: Any) -> None:
    density = lower(*model())
    nodes = positions(density)
    values = density.log_densities(nodes)
    for u, value in zip(nodes, values, strict=True):
        assert jax_value(density, u) == pytest.approx(value, rel=1e-13)
        assert sum(density.term_values(u).values()) == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("model", [eight_schools, sweets, regression])
def test_a_plan_that_changes_nothing_is_the_model_as_written(model: Any) -> None:
    plan, bound = model()
    density = lower(plan, bound)
    nodes = positions(density, 7)
    written = log_density_as_written(plan.graph, bound, density.constrain(nodes))
    jacobians = [
        sum(v for k, v in density.term_values(u).items() if k.startswith("Jacobian")) for u in nodes
    ]
    expected = sum(value.array for value in written.values()) + np.array(jacobians)
    np.testing.assert_allclose(density.log_densities(nodes), expected, rtol=1e-12)
    for u, *row in zip(nodes, *(written[t.name].array for t in plan.terms), strict=True):
        terms = density.term_values(u)
        assert [terms[t.name] for t in plan.terms] == pytest.approx(row, rel=1e-11, abs=1e-11)


def test_the_collapsed_density_has_no_argument_as_long_as_the_rows() -> None:
    density = lower(*sweets_collapsed())
    assert all(23 not in array.shape for array in density.arguments.values())
    assert all("bag" not in axes for axes in density.folded.axes.values())
    sizes = sum(array.size for array in density.arguments.values())
    assert sizes < 10 * 161


def test_new_data_need_no_new_program() -> None:
    import jax

    first, second = lower(*sweets(0)), lower(*sweets(5))
    assert list(first.arguments) == list(second.arguments)
    traces: list[int] = []

    def traced(position: Any, data: Any) -> Any:
        traces.append(1)
        return first.log_density(position, data)

    program = jax.jit(traced)
    u = positions(first)[0]
    values = [float(program(u, d.arguments)) for d in (first, second)]
    assert len(traces) == 1
    assert values == pytest.approx(
        [first.log_densities(u[None])[0], second.log_densities(u[None])[0]]
    )
    assert values[0] != values[1]


def test_the_function_can_be_a_key() -> None:
    density = lower(*regression())
    assert {density.log_density: 1}[density.log_density] == 1


def log_of_rising(x: float | decimal.Decimal, n: int) -> decimal.Decimal:
    return sum(((decimal.Decimal(x) + k).ln() for k in range(n)), decimal.Decimal(0))


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e3, 1e6, 1e9, 1e12])
def test_sums_of_logs_hold_far_out(size: float) -> None:
    density = lower(*sweets_collapsed())
    a, b = size, 3.7 * size
    data = bags()
    day, n, blue = (data[name][0] for name in ("day", "n", "blue"))
    with decimal.localcontext(prec=50):
        exact = decimal.Decimal(0)
        for d in range(7):
            s, f = int(blue[day == d].sum()), int((n - blue)[day == d].sum())
            exact += log_of_rising(a, s) + log_of_rising(b, f)
            exact -= log_of_rising(decimal.Decimal(a) + decimal.Decimal(b), s + f)
        for trials, successes in zip(n.tolist(), blue.tolist(), strict=True):
            exact += decimal.Decimal(math.comb(trials, successes)).ln()
    values = {"a": Value(np.float64(a)), "b": Value(np.float64(b))}
    got = density.term_values(density.unconstrain(values))["blue"]
    scale = max(1.0, abs(np.log(size))) * n.sum()
    # The position itself is rounded: exp(log(a)) is a only to a relative 1e-15 or so.
    assert got == pytest.approx(float(exact), abs=1e-14 * scale)


def test_probabilities_next_to_the_ends_keep_their_logarithms() -> None:
    density = lower(*sweets())
    u = np.zeros(density.dimension)
    u[2:] = 60.0
    data = bags()
    n, blue = (data[name][0] for name in ("n", "blue"))
    expected = np.log(special.comb(n, blue)).sum() - 60.0 * (n - blue).sum()
    assert density.term_values(u)["blue"] == pytest.approx(expected, rel=1e-12)
    assert np.isfinite(jax_value(density, u))


@pytest.mark.parametrize("model", MODELS)
def test_constrained_values_and_back(model: Any) -> None:
    import jax.numpy as jnp

    density = lower(*model())
    nodes = positions(density, 6).reshape(2, 3, -1)
    values = density.constrain(nodes)
    np.testing.assert_allclose(density.unconstrain(values), nodes.reshape(6, -1), atol=1e-12)
    one = density.unravel(nodes[0, 1])
    other = density.unravel(jnp.asarray(nodes[0, 1]))
    for slot in density.layout:
        assert values[slot.name].axes == ("_draw", *slot.axes)
        np.testing.assert_allclose(one[slot.name], values[slot.name].array[1], rtol=1e-14)
        np.testing.assert_allclose(other[slot.name], one[slot.name], rtol=1e-13)


def test_a_plan_that_contradicts_itself_is_refused() -> None:
    plan, bound = regression()
    discrete = replace(plan, unknowns=(Unknown("k", (), Support(integer=True)),))
    with pytest.raises(ValueError, match="is discrete"):
        lower(discrete, bound)
    with pytest.raises(ValueError, match="`y` needs `sigma`"):
        lower(replace(plan, unknowns=plan.unknowns[:2], terms=plan.terms[3:]), bound)
    rows = replace(plan, terms=(Term("odd", whole("y", ("row",))),))
    with pytest.raises(ValueError, match="has axes"):
        lower(rows, bound)


def test_nothing_sampled() -> None:
    plan, bound = regression()
    density = lower(replace(plan, unknowns=(), terms=(Term("c", Constant(-1.5)),)), bound)
    assert density.dimension == 0
    assert jax_value(density, np.zeros(0)) == -1.5
