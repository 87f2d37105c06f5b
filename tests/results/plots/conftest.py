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
    return SimpleNamespace(artist=artist, N=N, BLUE=BLUE, DAYS=DAYS, MODEL=MODEL, made_up=made_up)


PROFILE = """\
data r[star], v[star]
gamma ~ Normal(0.5, 0.06)
v[star] ~ Normal(gamma * r[star], 1)
index radius = 5..20 by 5            # distance from the centre [kpc]
M[radius] = radius^(1 - gamma)       # mass within it [10^12 suns]
"""
LINE = """\
data x_obs[galaxy], y_obs[galaxy], sy[galaxy]
a ~ Normal(7, 2); b ~ Normal(1, 1); sigma ~ HalfNormal(1)
x[galaxy] ~ Normal(9, 2)
x_obs[galaxy] ~ Normal(x[galaxy], 0.1)
y[galaxy] ~ Normal(a + b * (x[galaxy] - 10), sigma)
y_obs[galaxy] ~ Normal(y[galaxy], sy[galaxy])
"""
HURDLE = """\
data x[galaxy], has[galaxy], y[galaxy]
b0 ~ Normal(0, 5); b1 ~ HalfNormal(5); g ~ Normal(0, 5)
has[galaxy] ~ Bernoulli(logistic(b0 + b1 * x[galaxy]))
y[galaxy] ~ Normal(g * x[galaxy], 1) for has[galaxy] == 1
"""
GROUPS = """\
data county[i] : county, x[i], y[i]
mu ~ Normal(0, 5); tau ~ HalfNormal(1); b ~ Normal(0, 2)
alpha[county] ~ Normal(mu, tau)
y[i] ~ Normal(alpha[county[i]] + b * x[i], 1)
"""
MIXES = """\
index factory = {NJ, TN}
index colour = {blue, red, tan}
data count[bag, colour]
share[factory] ~ Dirichlet(1)
made_in[bag] ~ Categorical(share)
theta[factory, colour] ~ Dirichlet(1)
count[bag, colour] ~ Multinomial(sum(count[bag]), theta[made_in[bag], colour])
m = sum(made_in[bag] == NJ for bag)
"""


def made_up(
    text: str,
    data: dict[str, tuple[tuple[str, ...], list[object]]],
    named: dict[str, tuple[object, ...]] | None = None,
    **draws: Variable,
) -> Fit:
    """A fit of a model with given draws."""
    arrays = {name: (dims, np.array(values)) for name, (dims, values) in data.items()}
    sizes = {
        dim: size
        for dims, values in arrays.values()
        for dim, size in zip(dims, values.shape, strict=True)
    }
    for variable in draws.values():
        sizes |= dict(zip(variable.dims, variable.values.shape[2:], strict=True))
    coords: dict[str, tuple[object, ...]] = {
        dim: tuple(range(1, size + 1)) for dim, size in sizes.items()
    }
    coords |= {"factory": ("NJ", "TN"), "colour": ("blue", "red", "tan")} if "bag" in sizes else {}
    coords |= {"radius": (5, 10, 15, 20)} if "radius" in coords else {}
    coords |= {"county": ("Aitkin", "Anoka")} if "county" in coords else {}
    coords |= {dim: labels for dim, labels in (named or {}).items() if dim in coords}
    return Fit(tuple(draws.values()), coords, {}, arrays, facts=RunFacts(model_text=text, seed=1))


@pytest.fixture(scope="session")
def models() -> SimpleNamespace:
    """Fits of models with a curve, and with regressions."""
    rng = np.random.default_rng(5)
    shape = (CHAINS, DRAWS)

    def normal(mean: float, sd: float, *sizes: int) -> np.ndarray:
        return rng.normal(mean, sd, (*shape, *sizes))

    gamma = normal(0.5, 0.06)
    mass = np.array([5.0, 10.0, 15.0, 20.0]) ** (1 - gamma[..., None])
    profile = made_up(
        PROFILE,
        {"r": (("star",), [1.0, 9.0]), "v": (("star",), [0.5, 4.0])},
        gamma=Variable("gamma", gamma),
        M=Variable(
            "M", mass, ("radius",), description="mass within it [10^12 suns]", role="derived"
        ),
    )
    x_obs = [8.0, 9.0, 10.0, 11.0]
    line = made_up(
        LINE,
        {
            "x_obs": (("galaxy",), x_obs),
            "y_obs": (("galaxy",), [5.0, 6.1, 7.0, 8.2]),
            "sy": (("galaxy",), [0.3, 0.2, 0.2, 0.1]),
        },
        a=Variable("a", normal(7, 0.1)),
        b=Variable("b", normal(1, 0.1)),
        sigma=Variable("sigma", np.abs(normal(0, 0.3))),
        x=Variable("x", np.array(x_obs) + normal(0, 0.1, 4), ("galaxy",)),
        y=Variable("y", np.array(x_obs) - 3 + normal(0, 0.1, 4), ("galaxy",)),
    )
    hurdle = made_up(
        HURDLE,
        {
            "x": (("galaxy",), [1.0, 2.0, 3.0, 4.0, 5.0]),
            "has": (("galaxy",), [0.0, 0.0, 1.0, 1.0, 1.0]),
            "y": (("galaxy",), [np.nan, np.nan, 3.1, 3.9, 5.2]),
        },
        b0=Variable("b0", normal(-5, 0.5)),
        b1=Variable("b1", np.abs(normal(2, 0.2))),
        g=Variable("g", normal(1, 0.1)),
    )
    groups = made_up(
        GROUPS,
        {
            "county": (("i",), ["Aitkin", "Aitkin", "Anoka"]),
            "x": (("i",), [0.0, 1.0, 2.0]),
            "y": (("i",), [0.3, 1.2, 2.0]),
        },
        mu=Variable("mu", normal(0, 1)),
        tau=Variable("tau", np.abs(normal(0, 1))),
        b=Variable("b", normal(1, 0.2)),
        alpha=Variable("alpha", normal(0, 1, 2), ("county",)),
    )
    made_in = (rng.random((*shape, 4)) < [0.1, 0.4, 0.6, 0.9]).astype(np.int64)
    mixes = made_up(
        MIXES,
        {"count": (("bag", "colour"), [[5, 3, 2], [4, 4, 2], [1, 5, 4], [2, 5, 3]])},
        share=Variable("share", rng.dirichlet([3, 3], shape), ("factory",)),
        made_in=Variable("made_in", made_in, ("bag",), members="factory"),
        theta=Variable("theta", rng.dirichlet([5, 3, 2], (*shape, 2)), ("factory", "colour")),
        m=Variable("m", (made_in == 0).sum(axis=-1).astype(float), role="derived"),
    )
    return SimpleNamespace(profile=profile, line=line, hurdle=hurdle, groups=groups, mixes=mixes)
