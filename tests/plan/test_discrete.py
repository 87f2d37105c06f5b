"""The law for discrete unknowns, and their sums against all joint values."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from hdsl.density.arrays import jax_arrays
from hdsl.density.density import lower
from hdsl.diagnostics import HdslError
from hdsl.plan.planner import Options, check_options, make_plan

from .discrete import largest_error
from .laws import Case, plan_of, recovered, sampled

TOLERANCE = 1e-9

MODELS: dict[str, tuple[Case, dict[str, list[float]]]] = {}
MODELS["factories"] = (
    Case(
        """index factory = {NJ, TN}
index colour = {red, blue}
data y[bag], p[factory]
mu[factory] ~ Normal(0,1)
made_in[bag] ~ Categorical(p)
y[bag] ~ Normal(mu[made_in[bag]], 1)
m = sum(made_in[bag] == NJ for bag)
""",
        {"y": [0.3, -1, 2.2, 0.1], "p": [0.3, 0.7]},
    ),
    {"made_in": [0, 1]},
)
MODELS["voles"] = (
    Case(
        """data y[i]
psi, p ~ Uniform(0, 1)
z[i] ~ Bernoulli(psi)
y[i] ~ Binomial(5, z[i] * p)
N = sum(z)
""",
        {"y": [0, 0, 3, 5, 0]},
    ),
    {"z": [0, 1]},
)
MODELS["gentians"] = (
    Case(
        """data y[site, visit], w[site]
a, b, c ~ Normal(0, 2)
logit(psi[site]) = a + b * w[site]
z[site] ~ Bernoulli(psi[site])
y[site, visit] ~ Bernoulli(z[site] * logistic(c))
N = sum(z)
""",
        {"y": [[0, 0, 0], [0, 1, 0], [1, 1, 1], [0, 0, 0]], "w": [0.1, 0.2, 0.3, -1]},
    ),
    {"z": [0, 1]},
)
MODELS["gathered"] = (
    Case(
        """index site = {A, B, C, D}
data site[visit]: site, y[visit]
a, c ~ Normal(0, 2)
z[site] ~ Bernoulli(logit = a)
y[visit] ~ Normal(if z[site[visit]] then c else 0, 1)
""",
        {"site": ["A", "C", "A", "D", "C"], "y": [0.1, 0.5, -1, 2, 1]},
    ),
    {"z": [0, 1]},
)
MODELS["counts"] = (
    Case(
        """data y[site, visit]
lambda ~ Gamma(2, 1); p ~ Beta(1, 1)
N[site] ~ Poisson(lambda) truncated to [0, 9]
y[site, visit] ~ Binomial(N[site], p)
""",
        {"y": [[1, 2], [0, 0], [3, 5]]},
    ),
    {"N": list(range(10))},
)
MODELS["ragged"] = (
    Case(
        """data n[i], y[i], lo[i]
p ~ Beta(1, 1); s ~ HalfNormal(1)
N[i] ~ Binomial(n[i], p)
u[i] ~ DiscreteUniform(lo[i], 4)
y[i] ~ Normal(N[i] + u[i], s)
""",
        {"n": [0, 1, 3], "y": [3.2, 4, 6], "lo": [2, 4, 3]},
    ),
    {"N": [0, 1, 2, 3], "u": [2, 3, 4]},
)
MODELS["asia"] = (
    Case(
        """index state = 1..2
data asia : state, dysp : state, pt[state, state], ps[state], plc[state, state]
data pb[state,state], px[state,state], pd[state,state,state]
smoking ~ Categorical(ps)
tub ~ Categorical(pt[asia])
lung ~ Categorical(plc[smoking])
bron ~ Categorical(pb[smoking])
either = max(tub, lung)
xray ~ Categorical(px[either])
dysp ~ Categorical(pd[either, bron])
""",
        {
            "asia": 2,
            "dysp": 2,
            "pt": [[0.99, 0.01], [0.95, 0.05]],
            "ps": [0.5, 0.5],
            "plc": [[0.99, 0.01], [0.9, 0.1]],
            "pb": [[0.7, 0.3], [0.4, 0.6]],
            "px": [[0.95, 0.05], [0.02, 0.98]],
            "pd": [[[0.9, 0.1], [0.2, 0.8]], [[0.3, 0.7], [0.1, 0.9]]],
        },
    ),
    {k: [0, 1] for k in ["smoking", "tub", "lung", "bron", "xray"] if k != "xray"},
)
MODELS["plated network"] = (
    Case(
        """data y[i], x[i, j]
a, b ~ Normal(0, 1); p ~ Beta(1, 1)
z[i] ~ Bernoulli(p)
w[i, j] ~ Bernoulli(if z[i] then 0.9 else 0.2)
g ~ Bernoulli(0.3)
x[i, j] ~ Normal(a * w[i, j] + b * z[i], 1)
y[i] ~ Normal(z[i] + g, 1)
""",
        {"y": [0.2, 1.3], "x": [[0.1, 0.2, 0.3], [1.4, -1, 2]]},
    ),
    {"z": [0, 1], "w": [0, 1], "g": [0, 1]},
)
MODELS["below"] = (
    Case(
        """index k = 1..3
data y[i], p[k]
mu[k] ~ Normal(0, 2); s ~ HalfNormal(1)
z[i] ~ Categorical(p)
x[i] ~ Normal(mu[z[i]], s)
y[i] ~ Normal(x[i], 0.5)
""",
        {"y": [0.2, 1.3], "p": [0.1, 0.4, 0.5]},
    ),
    {"z": [0, 1, 2]},
)
MODELS["below, sampled"] = (
    Case(
        """index k = 1..3
data y[i], p[k]
mu[k] ~ Normal(0, 2); s ~ HalfNormal(1)
z[i] ~ Categorical(p)
x[i] ~ Normal(mu[z[i]], s)
y[i] ~ Poisson(log = x[i])
""",
        {"y": [2, 0], "p": [0.1, 0.4, 0.5]},
    ),
    {"z": [0, 1, 2]},
)
MODELS["beta below"] = (
    Case(
        """index k = 1..2
data y[i], p[k]
a[k] ~ Gamma(2, 1)
z[i] ~ Categorical(p)
x[i] ~ Beta(a[z[i]], 2)
y[i] ~ Binomial(4, x[i])
""",
        {"y": [2, 0], "p": [0.4, 0.6]},
    ),
    {"z": [0, 1]},
)
MODELS["parts"] = (
    Case(
        """index k = 1..2
data y[i], p[k]
mu ~ Normal(0, 1)
z[1] = 1
z[i] ~ Bernoulli(0.3) for i > 1
y[i] ~ Normal(mu * z[i], 1)
""",
        {"y": [2, 0, 1], "p": [0.4, 0.6]},
    ),
    {"z[i]": [0, 1]},
)
MODELS["eyes"] = (
    Case(
        """index g = 1..2
data y[i], w, a[g]
l1 ~ Normal(0, 1); d ~ HalfNormal(3); s ~ HalfNormal(1); p ~ Beta(1, 1)
P[g] = if g == 1 then p else 1 - p
lambda[g] = if g == 1 then l1 else l1 + d
T[1] ~ Categorical(P); T[3] ~ Categorical(a)
T[i] ~ Categorical(P) for i == 2 or i > 3
y[i] ~ Normal(lambda[T[i]], s)
for2 = sum(T[i] == 2 for i)
""",
        {"y": [2, 0, 1, 4, -1], "w": 1, "a": [0.2, 0.8]},
    ),
    {"T[1]": [0, 1], "T[3]": [0, 1], "T[i]": [0, 1]},
)
MODELS["parts counts"] = (
    Case(
        """data y[i], n[i]
index i = 1..4
p ~ Beta(1, 1)
N[1] ~ DiscreteUniform(2, 4); N[2] = 3
N[i] ~ Binomial(n[i], p) for i > 2
y[i] ~ Normal(N[i], 1) for i != 3
z ~ Normal(N[3] * p, 1)
data z = 2
""",
        {"y": [2, 0, 1, 4], "n": [3, 2, 3, 1]},
    ),
    {"N[1]": [2, 3, 4], "N[i]": [0, 1, 2, 3]},
)
MODELS["empty"] = (
    Case(
        """data y[i], n[j]
mu ~ Normal(0, 1)
z[j] ~ Binomial(n[j], 0.3)
y[i] ~ Normal(mu, 1)
w ~ Bernoulli(0.4)
factor if w then mu else 0
q ~ Normal(mu + sum(z), 1)
""",
        {"y": [], "n": []},
    ),
    {"w": [0, 1]},
)

MODELS["two factories"] = (
    Case(
        """index factory = {NJ, TN}
index colour = {brown, yellow, red}
data count[bag, colour], belief[factory, colour]
share[factory] ~ Dirichlet(1)
made_in[bag] ~ Categorical(share)
theta[factory, colour] ~ Dirichlet(belief[factory, colour])
count[bag, colour] ~ Multinomial(sum(count[bag]), theta[made_in[bag], colour])
m = sum(made_in[bag] == NJ for bag)
""",
        {
            "count": [[3, 2, 0], [1, 5, 2], [0, 0, 7], [4, 1, 1]],
            "belief": [[1, 2, 3], [2, 2, 0.5]],
        },
    ),
    {"made_in": [0, 1]},
)
MODELS["chain"] = (
    Case(
        """index state = 1..2
index t = 1..5
data y[t], p0[state]
mu[state] ~ Normal(0, 1); p ~ Beta(1, 1); q ~ Beta(1, 1)
stay[state] = if state == 1 then p else q
P[state, state'] = if state == state' then stay[state] else 1 - stay[state]
z[1] ~ Categorical(p0)
z[t] ~ Categorical(P[z[t-1]]) for t > 1
y[t] ~ Normal(mu[z[t]], 1)
twos = sum(z[t] == 2 for t)
""",
        {"y": [1, 2, -1, 0.5, 3], "p0": [0.3, 0.7]},
    ),
    {"z[1]": [0, 1], "z[t]": [0, 1]},
)
MODELS["impossible steps"] = (
    Case(
        """index state = {A, B, C}
index t = 1..4
data y[t], p0[state], P[state, state']
mu[state] ~ Normal(0, 1)
z[1] ~ Categorical(p0)
z[t] ~ Categorical(P[z[t-1]]) for t > 1
y[t] ~ Normal(mu[z[t]], 1)
""",
        {
            "y": [1, 2, -1, 0.5],
            "p0": [1, 0, 0],
            "P": [[0.5, 0.5, 0], [0, 0.4, 0.6], [0, 0, 1]],
        },
    ),
    {"z[1]": [0, 1, 2], "z[t]": [0, 1, 2]},
)
MODELS["chains of groups"] = (
    Case(
        """index state = {A, B}
index t = 1..3
index g = 1..2
data y[g, t], p0[state], P[t, state, state'], more[visit], of[visit] : g, at[visit] : t
mu[state] ~ Normal(0, 1); b ~ Normal(0, 1)
z[g, 1] ~ Categorical(p0)
z[g, t] ~ Categorical(P[t, z[g, t-1]]) for t > 1
y[g, t] ~ Normal(mu[z[g, t]], 1)
more[visit] ~ Normal(b * (z[of[visit], at[visit]] == B), 0.5)
""",
        {
            "y": [[1, 2, -1], [0.5, 3, 0]],
            "p0": [0.3, 0.7],
            "P": [[[0.1, 0.9], [0.2, 0.8]], [[0.3, 0.7], [0.4, 0.6]], [[0.5, 0.5], [0.6, 0.4]]],
            "more": [0.1, 1, 0.4],
            "of": [1, 2, 2],
            "at": [2, 3, 3],
        },
    ),
    {"z[g, 1]": [0, 1], "z[g, t]": [0, 1]},
)
MODELS["restarts"] = (
    Case(
        """index state = {A, B}
index i = 1..6
data y[i], p0[state], P[state, state'], starts[i]
mu[state] ~ Normal(0, 1); jump ~ Normal(0, 1)
z[i] ~ Categorical(p0) for starts[i] == 1
z[i] ~ Categorical(P[z[i-1]]) for starts[i] == 0
y[i] ~ Normal(mu[z[i]], 1)
factor if z[i] == z[i-1] then jump else 0 for i > 1, starts[i] == 0
""",
        {
            "y": [1, 2, -1, 0, 4, 0.1],
            "p0": [0.3, 0.7],
            "P": [[0.1, 0.9], [0.2, 0.8]],
            "starts": [1, 0, 0, 1, 0, 1],
        },
    ),
    {"z[i]": [0, 1], "z[i] (2)": [0, 1]},
)
MODELS["counts in a chain"] = (
    Case(
        """index t = 1..4
data y[t]
phi, s ~ Beta(2, 2)
N[1] ~ DiscreteUniform(1, 4)
N[t] ~ Binomial(N[t-1], phi) for t > 1
y[t] ~ Normal(N[t], s)
""",
        {"y": [4, 2, 1.5, 0.5]},
    ),
    {"N[1]": [1, 2, 3, 4], "N[t]": [0, 1, 2, 3, 4]},
)
MODELS["neighbours"] = (
    Case(
        """data y[t], later[u]
index u = 2..5
index t = 1..5
J ~ Normal(0, 1)
z[t] ~ Bernoulli(0.4)
c[t] ~ Bernoulli(0.3 + 0.4 * z[t])
y[t] ~ Normal(z[t] + c[t], 1)
later[u] ~ Normal(J * z[u] * z[u-1], 1)
""",
        {"y": [4, 2, 1.5, 0.5, 0], "later": [1, 2, 3, 0]},
    ),
    {"z": [0, 1], "c": [0, 1]},
)
MODELS["backwards"] = (
    Case(
        """index t = 1..4
data y[t]
a ~ Normal(0, 1)
z[4] ~ Bernoulli(0.4)
z[t] ~ Bernoulli(if z[t+1] then 0.8 else 0.1) for t < 4
y[t] ~ Normal(a * z[t], 1)
""",
        {"y": [4, 2, 1.5, 0.5]},
    ),
    {"z[4]": [0, 1], "z[t]": [0, 1]},
)

MODELS["fixed start"] = (
    Case(
        """index state = {A, B, C}
index t = 1..4
data y[t], w[t], P[state, state']
mu[state] ~ Normal(0, 1)
z[1] = B; z[3] = if w[2] > 1 then A else C
z[t] ~ Categorical(P[z[t-1]]) for t == 2 or t > 3
y[t] ~ Normal(mu[z[t]], 1)
""",
        {
            "y": [1, 2, -1, 0.5],
            "w": [1, 2, -1, 0.5],
            "P": [[0.5, 0.3, 0.2], [0.2, 0.4, 0.4], [0.1, 0.3, 0.6]],
        },
    ),
    {"z[t]": [0, 1, 2]},
)
MODELS["known labels"] = (
    Case(
        """index kind = {A, B, C}
data y[i], known[i], kind[i] : kind, w[kind]
mu[kind] ~ Normal(0, 1); s ~ HalfNormal(1)
z[i] = kind[i] for known[i] == 1
z[i] ~ Categorical(w) for known[i] == 0
y[i] ~ Normal(mu[z[i]], s)
""",
        {
            "y": [1, 2, -1, 0.5],
            "known": [1, 0, 1, 0],
            "kind": ["A", "C", "C", "B"],
            "w": [0.2, 0.3, 0.5],
        },
    ),
    {"z[i] (2)": [0, 1, 2]},
)
MODELS["a number for a label"] = (
    Case(
        """index kind = 1990..1991
data y[i], w[kind], first[i]
mu[kind] ~ Normal(0, 1)
z[1] = 1991
z[i] = first[i] for i == 2
z[i] ~ Categorical(w) for i > 2
y[i] ~ Normal(mu[z[i]], 1)
""",
        {"y": [1, 2, -1, 0.5], "w": [0.4, 0.6], "first": [1990, 1991, 1990, 1990]},
    ),
    {"z[i] (3)": [0, 1]},
)

MODELS["chosen and mixed chances"] = (
    Case(
        """index s = {A, B}
data y[i], late[i], p[s, s']
a ~ Beta(1, 1); w[s] ~ Dirichlet(1); m ~ Normal(0, 1)
z[i] ~ if late[i] == 1 then Categorical([0.2, 0.8]) else Categorical([0.5, 0.5])
u[i] ~ Mixture([a, 1 - a], [Categorical([0.2, 0.8]), Categorical([0.6, 0.4])])
v[i] ~ Mixture(w[s], Categorical(p[s]) for s)
y[i] ~ Normal(m * (z[i] == 1) + (u[i] == 2) - (v[i] == B), 1)
""",
        {"y": [1, 2, 0.4], "late": [0, 1, 1], "p": [[0.3, 0.7], [0.9, 0.1]]},
    ),
    {"z": [0, 1], "u": [0, 1], "v": [0, 1]},
)


@pytest.mark.parametrize("model", MODELS)
def test_the_law_and_the_sum_over_all_values(model: str) -> None:
    case, ranges = MODELS[model]
    assert largest_error(case, ranges) <= TOLERANCE


@pytest.mark.parametrize("model", ["voles", "counts", "impossible steps", "counts in a chain"])
def test_gradients_are_finite(model: str) -> None:
    """Also where some values are impossible: log 0, and what follows from it."""
    density = lower(*plan_of(MODELS[model][0]))
    jax_arrays()
    gradient = jax.jit(jax.grad(density.log_density))
    rng = np.random.default_rng(2)
    for position in rng.normal(0, 1, (3, density.dimension)):
        assert np.isfinite(gradient(position, density.arguments)).all()


def test_what_is_continuous_below_leaves_first() -> None:
    assert sampled(plan_of(MODELS["below"][0])[0]) == {"mu", "s"}
    assert recovered(plan_of(MODELS["beta below"][0])[0]) >= {"x", "z"}
    assert "x" in sampled(plan_of(MODELS["below, sampled"][0])[0])


def test_networks_are_drawn_directly() -> None:
    assert plan_of(MODELS["asia"][0])[0].sampler == "direct"


def test_a_plan_needs_no_data() -> None:
    for case, _ in MODELS.values():
        assert make_plan(case.graph).recovery


def test_a_discrete_unknown_is_not_kept() -> None:
    case = MODELS["voles"][0]
    with pytest.raises(HdslError, match="HB514"):
        check_options(case.graph, Options(keep=frozenset({"z"})))


def test_effects_of_groups_of_which_some_are_missing() -> None:
    """What the rows tell an effect is counted where their groups are data alone."""
    case = Case(
        """index g = 1..2
data y[i], group[i] : g
w[g] ~ Dirichlet(1); mu ~ Normal(0, 1); tau ~ HalfNormal(1)
m[g] ~ Normal(mu, tau)
group[i] ~ Categorical(w)
y[i] ~ Normal(m[group[i]], 1)
""",
        {"y": [1, 2, 3, 4], "group": [1, None, 2, None]},
    )
    assert largest_error(case, {"missing group": [0, 1]}) < TOLERANCE
