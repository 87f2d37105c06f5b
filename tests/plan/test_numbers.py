"""Collapsed densities against other ways to the same number, and where numbers are extreme."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from hdsl.density.density import Density, lower
from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Apply, walk
from hdsl.plan.plan import Drawn

from .laws import Case, plan_of
from .models import MODELS


def density_of(case: Case, **options: object) -> Density:
    return lower(*plan_of(case, **options))  # pyright: ignore


def at(density: Density, **values: float) -> float:
    """Log density at values of the sampled unknowns, without Jacobians."""
    given = {name: Value(np.asarray(value)) for name, value in values.items()}
    position = density.unconstrain(given)[None]
    return float((density.log_densities(position) - density.log_jacobians(position))[0])


BINOMIAL = Case(
    "data k, n, a, b\np ~ Beta(a, b)\nk ~ Binomial(n, p)\n", {"k": 3, "n": 10, "a": 1.5, "b": 4.0}
)


def test_evidence_against_quadrature() -> None:
    """Each conjugate pair with several children, integrated by force."""
    mixed = density_of(MODELS["mixed children"])

    def beta(p: float) -> float:
        likelihood = (
            stats.binom.pmf([1, 2], [3, 4], p).prod() * stats.bernoulli.pmf([0, 1, 1], p).prod()
        )
        return (
            likelihood
            * stats.geom.pmf(np.array([5, 0, 2, 1]) + 1, p).prod()
            * stats.beta.pdf(p, 2, 3)
        )

    expected = math.log(integrate.quad(beta, 0, 1, epsabs=1e-18)[0])
    assert at(mixed) == pytest.approx(expected, abs=1e-9)

    def gamma(r: float) -> float:
        children = (
            stats.poisson.pmf([0, 4, 7], r).prod() * stats.expon.pdf([0.5, 2.0], scale=1 / r).prod()
        )
        return children * stats.gamma.pdf(r, 2, scale=1 / 3)

    expected = math.log(integrate.quad(gamma, 0, 40, epsabs=1e-18, limit=200)[0])
    assert at(density_of(MODELS["all gamma pairs directly"])) == pytest.approx(expected, abs=1e-8)

    def normal(m: float) -> float:
        return stats.norm.pdf([1, 2, 4], m, 2).prod() * stats.norm.pdf(m, 0, 3)

    expected = math.log(integrate.quad(normal, -40, 40, epsabs=1e-18)[0])
    assert at(density_of(MODELS["scalars"])) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("total", [1e12, 1e16])
def test_beta_binomial_becomes_binomial(total: float) -> None:
    """With log-gamma functions this is off by 0.1 at 1e12 and by hundreds at 1e16."""
    data = {**BINOMIAL.data, "a": 0.3 * total, "b": 0.7 * total}
    found = at(density_of(Case(BINOMIAL.text, data)))
    assert found == pytest.approx(stats.binom.logpmf(3, 10, 0.3), abs=1e-10)


def test_the_same_through_coordinates() -> None:
    case = MODELS["mm"]
    density = density_of(case)
    limit = stats.binom.logpmf(case.data["blue"], case.data["n"], 0.3).sum()
    sizes = []
    for total in (1e12, 1e16):
        position = np.array([math.log(0.3 / 0.7), math.log(total)])
        terms = density.term_values(position)
        sizes.append(terms["theta"] + terms["blue"])
    assert sizes == pytest.approx([limit, limit], abs=1e-9)


@pytest.mark.parametrize("model", ["mm", "mixed plated", "plated ab", "poisson"])
def test_no_raw_differences_of_log_gamma_functions(model: str) -> None:
    """What a conjugate layer leaves is written with rising factorials."""
    plan, _ = plan_of(MODELS[model])
    (drawn,) = (step.node for step in plan.recovery if isinstance(step, Drawn))
    assert isinstance(drawn.random, Applied)
    (left,) = (term for term in plan.terms if term.name == drawn.name)
    functions = {e.function for e in walk(left.expression) if isinstance(e, Apply)}
    assert "log_rising" in functions
    assert not functions & {"lgamma", "log_beta", "log_choose"}


def balanced(shift: float) -> Case:
    """Four groups of five, around a common shift."""
    rng = np.random.default_rng(4)
    y = rng.normal(size=20).round(3) + np.repeat([0.5, -1.0, 2.0, 0.0], 5) + shift
    text = """data g[i]: g, y[i]
        index g = 1..4
        mu ~ Flat(); tau, s ~ HalfNormal(1)
        a[g] ~ Normal(mu, tau)
        y[i] ~ Normal(a[g[i]], s)"""
    return Case(text, {"g": np.repeat([1, 2, 3, 4], 5), "y": y})


def one_way(y: np.ndarray, mu: float, tau: float, s: float) -> float:
    """The marginal log density of a balanced one-way layout, by its eigenvalues.

    Searle, Casella and McCulloch 1992, Variance Components, section 3.8.
    """
    groups = y.reshape(4, 5)
    means = groups.mean(axis=1)
    within = ((groups - means[:, None]) ** 2).sum() / s**2
    large = s**2 + 5 * tau**2
    between = 5 * ((means - mu) ** 2).sum() / large
    logs = 16 * math.log(s**2) + 4 * math.log(large) + 20 * math.log(2 * math.pi)
    prior = stats.halfnorm.logpdf([tau, s]).sum()
    return float(prior - 0.5 * (within + between + logs))


@pytest.mark.parametrize("tau", [1e-6, 1e-2, 1.0, 1e2, 1e6])
@pytest.mark.parametrize("s", [1e-3, 1.0, 1e3])
def test_a_grouped_effect_at_all_scales(tau: float, s: float) -> None:
    case = balanced(0.0)
    expected = one_way(np.asarray(case.data["y"]), 0.7, tau, s)
    found = at(density_of(case), mu=0.7, tau=tau, s=s)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_shift_of_all_data_costs_no_digits() -> None:
    """Expanded squares would be wrong by 0.2 at a shift of 1e6."""
    near = at(density_of(balanced(0.0)), mu=0.7, tau=0.5, s=1.0)
    far = at(density_of(balanced(1e6)), mu=0.7 + 1e6, tau=0.5, s=1.0)
    assert far == pytest.approx(near, abs=1e-7)


def test_a_one_to_one_layer_is_a_wider_normal() -> None:
    data = MODELS["eight"].data
    y, sigma = np.array(data["y"], float), np.array(data["sigma"], float)
    for mu, tau in ((1.0, 3.0), (1e6, 1e-6), (-2.0, 1e6)):
        expected = (
            stats.norm.logpdf(y, mu, np.hypot(sigma, tau)).sum()
            + stats.norm.logpdf(mu, 0, 5)
            + stats.halfcauchy.logpdf(tau, scale=5)
        )
        assert at(density_of(MODELS["eight"]), mu=mu, tau=tau) == pytest.approx(expected, rel=1e-12)
