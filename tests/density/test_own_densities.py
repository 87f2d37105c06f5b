"""Densities of the file's own, on one variable or several: against the formula by hand."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import hdsl


def position(dimension: int) -> np.ndarray:
    return np.linspace(-0.7, 0.9, dimension)


def values(text: str, data: dict[str, Any] | None = None) -> tuple[float, dict[str, Any]]:
    """The log density at a point, and the unknowns there."""
    density = hdsl.compile(text).log_density(data, without=["coordinates"])
    at = position(density.dimension)
    return float(density(jnp.asarray(at))), density.unravel(at)


TOUR = """
density Tracer(r > 0, v > 0 | phi0, gamma, alpha) =
    { E = phi0 / r^gamma - v^2 / 2
      if E > 0 then alpha * log(E) - gamma * log(r) else -inf }
data r[star] = [5, 12, 40], v[star] = [1.5, 0.7, 0.2]
phi0 ~ Uniform(1, 200); gamma ~ Uniform(0, 1); alpha ~ HalfNormal(3)
(r[star], v[star]) ~ Tracer(phi0, gamma, alpha)
index radius = 5..250 by 5
M[radius] = 2.325e9 * gamma * phi0 * radius^(1 - gamma)
"""


def test_a_density_of_two_data() -> None:
    found, u = values(TOUR)
    r, v = np.array([5, 12, 40]), np.array([1.5, 0.7, 0.2])
    phi0, gamma, alpha = u["phi0"], u["gamma"], u["alpha"]
    energy = phi0 / r**gamma - v**2 / 2
    expected = np.sum(alpha * np.log(energy) - gamma * np.log(r))
    share = (phi0 - 1) / 199
    expected += np.log(share * (1 - share)) + np.log(gamma * (1 - gamma))
    expected += stats.halfnorm.logpdf(alpha, scale=3) + np.log(alpha)
    assert found == pytest.approx(expected, rel=1e-12)


def test_its_variables_are_one_observation_each_and_drawn_nowhere() -> None:
    graph = hdsl.compile(TOUR).graph
    assert graph.roles["r"] == graph.roles["v"] == "observation"
    assert not graph.nodes["r"].random.is_drawable  # type: ignore[union-attr]


def test_one_variable_observed_the_other_latent() -> None:
    found, u = values(
        """
        density D(x > 0, v | a) = -a * x - (v - x)^2 / 2
        data x[i] = [1, 2, 3], w[i] = [0.5, 1.5, 4]
        a ~ Exponential(1)
        (x[i], v[i]) ~ D(a)
        w[i] ~ Normal(v[i], 0.5)
        """
    )
    x, w, a, v = np.array([1, 2, 3]), np.array([0.5, 1.5, 4]), u["a"], u["v"]
    expected = stats.expon.logpdf(a) + np.log(a) + np.sum(-a * x - (v - x) ** 2 / 2)
    expected += stats.norm.logpdf(w, v, 0.5).sum()
    assert found == pytest.approx(expected, rel=1e-12)


def test_several_unknowns_at_once() -> None:
    found, u = values(
        "density Banana(x, 0 < y < 1 | b) = -(x - b * y)^2 / 2 - y^2\n(p, q) ~ Banana(b = 2)"
    )
    p, q = u["p"], u["q"]
    assert found == pytest.approx(-((p - 2 * q) ** 2) / 2 - q**2 + np.log(q * (1 - q)), rel=1e-12)


def test_a_support_that_ends_at_another_variable() -> None:
    found, u = values(
        "density D(r > 0, v < r | a) = -a * r + v\ndata r[t] = [1, 2, 4]\n(r[t], v[t]) ~ D(3)"
    )
    r = np.array([1, 2, 4])
    assert found == pytest.approx(np.sum(-3 * r + u["v"] + np.log(r - u["v"])), rel=1e-12)


def test_a_vector_variable_and_a_vector_parameter() -> None:
    found, u = values(
        """
        density Spread(x[s] | m[s], tau) = sum(-(x[s] - m[s])^2 / (2 * tau^2) - log(tau) for s)
        index coef = {a, b}
        index i = 1..3
        tau ~ Exponential(1)
        m[coef] ~ Normal(0, 1)
        x[i, coef] ~ Spread(m, tau)
        """
    )
    expected = stats.expon.logpdf(u["tau"]) + np.log(u["tau"]) + stats.norm.logpdf(u["m"]).sum()
    expected += np.sum(-((u["x"] - u["m"]) ** 2) / 2 / u["tau"] ** 2 - np.log(u["tau"]))
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_number_and_a_vector_at_once() -> None:
    found, u = values(
        """
        density T(r > 0, v[s] | a) = -a * r - sum(v[s]^2 for s) / r
        data r[star] = [1, 2], v[star, dim] = [[1, 2, 3], [4, 5, 6]]
        a ~ Exponential(1)
        (r[star], v[star, dim]) ~ T(a)
        """
    )
    a = u["a"]
    assert found == pytest.approx(-a + np.log(a) - 3 * a - 14 - 77 / 2, rel=1e-12)


def test_conditions_choose_the_elements() -> None:
    found, u = values(
        """
        density T(r > 0, v | a) = -a * r - v^2 / r
        data r[t] = [1, 2, 4], v[t] = [1, 2, 3]
        a ~ Exponential(1)
        (r[t], v[t]) ~ T(a) for t > 1
        """
    )
    a = u["a"]
    assert found == pytest.approx(-a + np.log(a) - 6 * a - 2 - 9 / 4, rel=1e-12)


def test_a_datum_outside_the_support_is_refused() -> None:
    model = hdsl.compile(
        "density T(r > 0, v | a) = -a * r - v^2\ndata r[t], v[t]\n(r[t], v[t]) ~ T(1)"
    )
    with pytest.raises(hdsl.HdslError) as caught:
        model.log_density({"r": [1.0, -2.0], "v": [0.0, 0.0]})
    assert [d.code for d in caught.value.diagnostics] == ["HB485"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("density D(x > 0 | a) = -a * x\nz = log_prob(D(2), 3)", -6.0),
        ("density D(x > 0 | a) = -a * x\nz = log_prob(D(2), -3)", -np.inf),
        ("density D(x > 0, v[s] | a) = x + sum(v)\nz = log_prob(D(2), 3, [1, 2])", 6.0),
        ("density D(x > 0, v[s] > 1 | a) = x\nz = log_prob(D(2), 3, [1, 2])", -np.inf),
        ("z = log_prob(Normal(0, 1) truncated to (0, inf), 1)", stats.halfnorm.logpdf(1)),
        ("z = cdf(Gamma(2, 3), 0.4)", stats.gamma.cdf(0.4, 2, scale=1 / 3)),
    ],
)
def test_as_an_expression(text: str, expected: float) -> None:
    from hdsl.model.bind import bind

    found = bind(hdsl.compile(text).graph).values["z"].array
    assert float(found) == pytest.approx(expected, rel=1e-12)
