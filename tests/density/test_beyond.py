"""Beyond closed forms: integrals, interpolation, differential equations, functions from outside."""

from __future__ import annotations

import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

import hdsl
from hdsl.density import ode, ode_derivatives
from hdsl.density.density import lower
from hdsl.density.law import law_errors
from hdsl.density.recover import recover
from hdsl.model.bind import bind
from hdsl.plan.planner import make_plan
from hdsl.sampling.evaluation import guarded_value_and_gradient


def known(text: str) -> Any:
    """The quantity `z` of a model of data alone."""
    return bind(hdsl.compile(text).graph).values["z"].array


def program(density: Any) -> Any:
    """Value and gradient, compiled once for all positions."""
    return jax.jit(jax.value_and_grad(density))


def against_differences(compiled: Any, at: np.ndarray, step: float, rel: float) -> None:
    found = compiled(at)[1]
    unit = np.eye(len(at))
    high = [float(compiled(at + step * row)[0]) for row in unit]
    low = [float(compiled(at - step * row)[0]) for row in unit]
    expected = (np.array(high) - np.array(low)) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=rel, atol=rel)


@pytest.mark.parametrize(
    ("integral", "expected", "rel"),
    [
        ("integrate(x^2 for x in (0, 1))", 1 / 3, 1e-12),
        ("integrate(x^2 for x in (1, 0))", -1 / 3, 1e-12),
        ("integrate(exp(-x^2 / 2) for x in (-inf, inf))", np.sqrt(2 * np.pi), 1e-12),
        ("integrate(exp(-x) for x in (2, inf))", np.exp(-2), 1e-12),
        ("integrate(exp(-x) for x in (inf, 2))", -np.exp(-2), 1e-12),
        ("integrate(1 / (1 + x^2) for x in (-inf, 0))", np.pi / 2, 1e-10),
        ("integrate(1 / x^2 for x in (1, inf))", 1, 1e-10),
        ("integrate(log(x) for x in (0, 1))", -1, 1e-10),
        ("integrate(x^(-0.5) for x in (0, 4))", 4, 1e-6),
        ("integrate(integrate(x * y for y in (0, x)) for x in (0, 1))", 1 / 8, 1e-12),
        ("integrate(exp(log_prob(Gamma(3, 2), x)) for x in (0, inf))", 1, 1e-10),
        ("integrate(exp(log_prob(Normal(3, 0.4), x)) for x in (0, 10))", 1, 1e-8),
        ("integrate(sin(x) * exp(-x / 3) for x in (0.3, 9))",
         integrate.quad(lambda x: np.sin(x) * np.exp(-x / 3), 0.3, 9)[0], 1e-10),
    ],
)  # fmt: skip
def test_integrals(integral: str, expected: float, rel: float) -> None:
    assert float(known(f"z = {integral}")) == pytest.approx(expected, rel=rel)


def test_interpolation() -> None:
    found = known(
        "data x[i] = [-3, 0, 0.5, 2, 5, 9], a[k] = [0, 1, 5], b[k] = [1, 3, -1]\n"
        "z[i] = interpolate(x[i], a, b)"
    )
    np.testing.assert_allclose(found, np.interp([-3, 0, 0.5, 2, 5, 9], [0, 1, 5], [1, 3, -1]))
    assert float(known("z = interpolate(2.5, [1, 2, 3], [10, 20, 40])")) == 30.0


def test_integrals_and_interpolation_of_unknowns() -> None:
    density = hdsl.compile(
        """
        data b[i] = [1, 2, 3], y[i] = [0.4, 1, 2], places[k] = [0, 1, 5]
        s ~ HalfNormal(1)
        h[k] ~ Normal(0, 1)
        m[i] = integrate(exp(-s * x) for x in (0, b[i])) + interpolate(s * b[i], places, h)
        y[i] ~ Normal(m[i], 1)
        """
    ).log_density()
    at = np.array([0.3, 0.1, -0.5, 0.8])
    u, b = density.unravel(at), np.array([1, 2, 3])
    s = u["s"]
    mean = (1 - np.exp(-s * b)) / s + np.interp(s * b, [0, 1, 5], u["h"])
    expected = stats.halfnorm.logpdf(s) + np.log(s) + stats.norm.logpdf(u["h"]).sum()
    expected += stats.norm.logpdf([0.4, 1, 2], mean, 1).sum()
    compiled = program(density)
    assert float(compiled(at)[0]) == pytest.approx(expected, rel=1e-10)
    against_differences(compiled, at, 1e-6, 1e-6)


COOLING = """
k ~ HalfNormal(1); room ~ Normal(20, 5); T0 ~ Normal(80, 5)
def cooling(time, T) = -k * (T - room)
data clock[n] = [3, 1, 2, 0], y[n] = [40, 60, 50, 82]
temp[n] = ode(cooling, T0, start = 0, at = clock[n])
y[n] ~ Normal(temp[n], 2)
"""


def test_an_equation_whose_solution_is_known() -> None:
    model = hdsl.compile(COOLING)
    bound = bind(model.graph)
    density = lower(make_plan(model.graph), bound)
    at = np.array([-1.2, 18.0, 79.0])
    u = density.unravel(at)
    temp = u["room"] + (u["T0"] - u["room"]) * np.exp(-u["k"] * np.array([3, 1, 2, 0]))
    expected = stats.halfnorm.logpdf(u["k"]) + np.log(u["k"])
    expected += stats.norm.logpdf(u["room"], 20, 5) + stats.norm.logpdf(u["T0"], 80, 5)
    expected += stats.norm.logpdf([40, 60, 50, 82], temp, 2).sum()
    compiled = program(model.log_density())
    assert float(compiled(at)[0]) == pytest.approx(expected, rel=1e-6)
    against_differences(compiled, at, 1e-4, 1e-4)
    drawn = density.constrain(np.stack([at, at + 0.1]))
    found = recover(density.plan, bound, drawn, 1, 2)["temp"]
    np.testing.assert_allclose(found.array[0], temp, rtol=1e-6)


def test_a_state_with_labels_and_a_solution_for_each_plate() -> None:
    from scipy.integrate import solve_ivp

    text = """
    index species = {prey, predator}
    data rate[pond] = [0.5, 0.8], t[n] = [1, 4, 2]
    z0[species] = [10, 5]
    growth[pond] = rate[pond] + shift
    def change(time, z, r) = 0
    shift = 0
    def system(time, z) = [0.5 * z[prey] - 0.03 * z[prey] * z[predator],
                           -0.8 * z[predator] + 0.02 * z[prey] * z[predator]]
    z[n, species] = ode(system, z0, start = 0, at = t[n])
    """
    found = known(text)
    solution = solve_ivp(
        lambda _, z: [0.5 * z[0] - 0.03 * z[0] * z[1], -0.8 * z[1] + 0.02 * z[0] * z[1]],
        (0, 4), [10, 5], t_eval=[1, 2, 4], rtol=1e-10, atol=1e-10,
    )  # fmt: skip
    np.testing.assert_allclose(found, solution.y.T[[0, 2, 1]], rtol=1e-6)


def test_states_at_many_times_of_any_order() -> None:
    """Several within a step, none within others, twice the same."""
    rng = np.random.default_rng(1)
    asked = np.concatenate([rng.uniform(0, 0.3, 40), [5, 5, 0], rng.uniform(9, 9.1, 20)])
    found = known(
        f"index k = 1..2\ndata t[n] = {asked.tolist()}\n"
        "first[k] = [1, 0]\n"
        "def turn(time, v) = [v[2], -v[1]]\n"
        "z[n, k] = ode(turn, first, start = 0, at = t[n])"
    )
    expected = np.stack([np.cos(asked), -np.sin(asked)], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_a_step_into_states_without_a_rate_is_made_shorter() -> None:
    found = known(
        "data t[n] = [1, 1.9]\ndef fall(time, x) = -sqrt(x)\n"
        "z[n] = ode(fall, 1, start = 0, at = t[n])"
    )
    # An error of the root of x lasts, and x becomes as small as 0.0025.
    np.testing.assert_allclose(found, (1 - np.array([1, 1.9]) / 2) ** 2, rtol=1e-5)


def test_initial_states_and_times_of_their_own() -> None:
    found = known(
        "data start[p] = [1, 2, 3], t[p, n] = [[0, 1], [2, 1], [0.5, 3]]\n"
        "def decay(time, x) = -0.7 * x\n"
        "z[p, n] = ode(decay, start[p], start = 0, at = t[p, n])"
    )
    t = np.array([[0, 1], [2, 1], [0.5, 3]])
    expected = np.array([1, 2, 3])[:, None] * np.exp(-0.7 * t)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 65])
def test_solutions_of_any_number_of_rows(rows: int) -> None:
    """However many there are, and whatever blocks they are solved in: each is its own."""
    found = known(
        f"index p = 1..{rows}\n"
        "data t[n] = [0, 1, 3]\n"
        "def decay(time, x) = -0.7 * x\n"
        "z[p, n] = ode(decay, p, start = 0, at = t[n])"
    )
    expected = np.arange(1, rows + 1)[:, None] * np.exp(-0.7 * np.array([0, 1, 3]))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_equal_equations_are_compiled_once() -> None:
    model = hdsl.compile(COOLING)
    bound = bind(model.graph)
    density = lower(make_plan(model.graph), bound)
    at = np.array([-1.2, 18.0, 79.0]) + np.zeros((70, 1))
    ode.program_for.cache_clear()
    recovered = recover(density.plan, bound, density.constrain(at), 1, 70)
    for draws in (70, 9):
        errors = law_errors(density, at[:draws], {})
        np.testing.assert_allclose(errors, np.zeros(draws), atol=1e-9)
    assert recovered["temp"].array.shape == (70, 4)
    assert ode.program_for.cache_info().currsize == 1


def test_a_solution_that_explodes_has_no_density() -> None:
    density = hdsl.compile(
        """
        a ~ HalfNormal(1)
        def explode(time, x) = a * x^2
        data y = 3
        y ~ Normal(ode(explode, 1, start = 0, at = 1), 1)
        """
    ).log_density()
    compiled = jax.jit(guarded_value_and_gradient(lambda at, _: density(at)))
    value, gradient = compiled(np.array([-1.0]), {})
    assert np.isfinite(value)
    assert gradient != 0
    value, gradient = compiled(np.array([2.0]), {})
    assert value == -np.inf
    assert gradient == 0


ROWS = """
data x[p] = [1, 2], t[p, n] = [[0, 1], [2, 1]], y[p, n] = [[1, 0.5], [0.4, 0.8]]
k ~ HalfNormal(1); s ~ Normal(0, 1); late ~ Normal(0, 0.1); q ~ Normal(0, 1)
def decay(time, x) = -k * x + q * time
z[p, n] = ode(decay, x[p] * exp(s), start = late - 1, at = t[p, n] + q^2)
y[p, n] ~ Normal(z[p, n], 1)
"""


@pytest.mark.parametrize("most", [100, pytest.param(0, marks=pytest.mark.slow)])
def test_derivatives_by_all_that_a_solution_depends_on(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By initial state, start, times and inputs, solved for along with the state or backwards."""
    monkeypatch.setattr(ode_derivatives, "_MOST_NUMBERS", most)
    density = hdsl.compile(ROWS).log_density()
    at = np.array([-0.3, 0.2, 0.05, 0.3])
    u, t, x = density.unravel(at), np.array([[0, 1], [2, 1]]), np.array([[1], [2]])
    k, q = u["k"], u["q"]
    begin, end = u["late"] - 1, t + q**2
    # x' = -k x + q t has the particular solution q (t / k - 1 / k^2).
    moved = q * (end / k - 1 / k**2)
    first = x * np.exp(u["s"]) - q * (begin / k - 1 / k**2)
    z = moved + first * np.exp(-k * (end - begin))
    expected = stats.halfnorm.logpdf(k) + np.log(k) + stats.norm.logpdf([u["s"], q]).sum()
    expected += stats.norm.logpdf(u["late"], 0, 0.1)
    expected += stats.norm.logpdf([[1, 0.5], [0.4, 0.8]], z, 1).sum()
    compiled = program(density)
    assert float(compiled(at)[0]) == pytest.approx(expected, rel=1e-7)
    against_differences(compiled, at, 1e-5, 1e-6)


def test_equations_need_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffrax", None)
    density = hdsl.compile(COOLING).log_density()
    with pytest.raises(hdsl.HdslError) as caught:
        density(jnp.zeros(3))
    assert [d.code for d in caught.value.diagnostics] == ["HB370"]


def test_a_function_from_python() -> None:
    model = hdsl.compile(
        """
        data x[i] = [1, 2, 3], y[i] = [2, 3, 5]
        b[k] ~ Normal(0, 1)
        index k = {u, v}
        q[i, k] = profile(x[i], b[k])
        y[i] ~ Normal(q[i, u] + q[i, v], 1)
        """,
        functions={"profile": lambda x, s: jnp.exp(-x) * s},
    )
    density = model.log_density()
    at = np.array([0.1, 0.2])
    mean = np.exp(-np.array([1, 2, 3])) * 0.3
    expected = stats.norm.logpdf(at).sum() + stats.norm.logpdf([2, 3, 5], mean, 1).sum()
    compiled = program(density)
    assert float(compiled(at)[0]) == pytest.approx(expected, rel=1e-12)
    against_differences(compiled, at, 1e-6, 1e-6)


@pytest.mark.parametrize("wrong", [lambda x: 1 / 0, lambda x: jnp.zeros(7), lambda x: "text"])
def test_a_function_that_fails_is_named(wrong: Any) -> None:
    text = "b ~ Normal(0, 1)\ndata x[i] = [1, 2, 3]\nx[i] ~ Normal(p(x[i] + b), 1)"
    with pytest.raises(hdsl.HdslError) as caught:
        hdsl.compile(text, functions={"p": wrong}).log_density()(jnp.zeros(1))
    assert [d.code for d in caught.value.diagnostics] == ["HB373"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("index t = 1..9\ndata y[t] = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
         "z = sum(y[k] for k in 1..9 by 2)", 25),
        ("z = { m = [[1, 2], [3, 4]]; m[1, 2] * 10 + m[2, 1] }", 23),
        ("def trace(m[r, r']) = sum(m[r, r] for r)\nz = trace([[1, 2], [3, 4]])", 5),
        ("k = [[1, 2, 3], [4, 5, 6]]\nz = k[2, 1]", 4),
        ("data x[i, j] = [[1, 2], [3, 4]]\nz = sum(x * [[1, 10], [100, 1000]])", 4321),
    ],
)  # fmt: skip
def test_ranges_by_steps_and_lists_of_lists(text: str, expected: float) -> None:
    assert float(known(text)) == expected


def test_for_after_an_observed_formula() -> None:
    density = hdsl.compile(
        """
        index t = 1..6
        data y[t] = [1, 2, 3, 4, 5, 6], ok[t] = [1, 0, 1, 1, 0, 1]
        m ~ Normal(0, 1)
        log(y[t]) ~ Normal(m, 1) for t, ok[t] == 1
        log(y[t]) ~ Normal(m, 2) for t in 2..5 by 3
        """
    ).log_density()
    expected = stats.norm.logpdf(0.3) + stats.norm.logpdf(np.log([1, 3, 4, 6]), 0.3, 1).sum()
    expected += stats.norm.logpdf(np.log([2, 5]), 0.3, 2).sum()
    assert float(density(jnp.asarray([0.3]))) == pytest.approx(expected, rel=1e-12)
