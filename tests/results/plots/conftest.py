"""A fit of a small hierarchy with known draws: a binomial share for each of some groups."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hdsl.results import Fit, RunFacts, Variable

MODEL = """\
data blue[day] : count, n[day] : count
a ~ Gamma(2, rate = 0.1)                    # hyperprior: how many blue ones were seen, so to say
beta ~ Gamma(2, rate = 0.1)
theta[day] ~ Beta(a, beta)                  # prior: the share of blue on a day
blue[day] ~ Binomial(n[day], theta[day])
m ~ Poisson(4)
mean_blue = a / (a + beta)
"""
N = np.array([10.0, 20.0, 40.0, 80.0, 5.0])
BLUE = np.array([1.0, 8.0, 10.0, 20.0, 5.0])
DAYS = ("2014-01-01", "2014-01-02", "2014-02-01", "2014-02-02", "2015-01-01")
CHAINS, DRAWS = 4, 500


def whole_fit() -> Fit:
    rng = np.random.default_rng(3)
    shape = (CHAINS, DRAWS)
    a, beta = rng.gamma(8.0, 1.0, shape), rng.gamma(24.0, 1.0, shape)
    theta = rng.beta(a[..., None] + BLUE, beta[..., None] + N - BLUE)
    variables = (
        Variable("a", a, description="hyperprior: how many blue ones were seen, so to say"),
        Variable("beta", beta),
        Variable("theta", theta, ("day",), description="prior: the share of blue on a day"),
        Variable("m", rng.poisson(4.0, shape), role="prediction"),
        Variable("mean_blue", a / (a + beta), role="derived"),
        Variable("blue", rng.binomial(N.astype(int), theta), ("day",), role="replicate"),
    )
    stats = {
        "energy": 50 + rng.normal(size=shape) * 2,
        "diverging": np.zeros(shape, bool),
        "acceptance_rate": rng.uniform(0.7, 1.0, shape),
    }
    return Fit(
        variables,
        {"day": DAYS},
        stats,
        observed_data={"blue": (("day",), BLUE)},
        constant_data={"n": (("day",), N)},
        facts=RunFacts(model_text=MODEL, model_name="days.hbm", seed=3),
    )


@pytest.fixture(scope="session")
def fit() -> Fit:
    return whole_fit()


def artist(axes, gid: str):
    """The artist of an axes that bears a name."""
    found = [one for one in axes.get_children() if one.get_gid() == gid]
    assert len(found) == 1, f"{gid}: {[one.get_gid() for one in axes.get_children()]}"
    return found[0]


@pytest.fixture(scope="session")
def drawn() -> SimpleNamespace:
    """How tests look at figures, and the numbers behind the fit."""
    return SimpleNamespace(artist=artist, N=N, BLUE=BLUE, DAYS=DAYS, MODEL=MODEL)
