"""Discrete elements that stand in the same terms: the law, and sums over all joint values."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from hdsl.density.arrays import jax_arrays
from hdsl.density.density import lower
from hdsl.diagnostics import HdslError
from hdsl.expressions.tree_partition import forest_order, tree_partition
from hdsl.plan.planner import make_plan

from .discrete import largest_error
from .laws import Case, plan_of

TOLERANCE = 1e-9
NAN = float("nan")

MODELS: dict[str, tuple[Case, dict[str, list[float]]]] = {}
MODELS["missing labels in two columns"] = (
    Case(
        """index k = {A, B}
index l = {C, D, E}
data y[i], z[i] : k, w[i] : l
m[k, l] ~ Normal(0, 1)
pz[k] ~ Dirichlet(1); pw[l] ~ Dirichlet(1)
z[i] ~ Categorical(pz)
w[i] ~ Categorical(pw)
y[i] ~ Normal(m[z[i], w[i]], 1)
""",
        {
            "y": [1.0, 2, 0.3, 0.4, 1.4, -1],
            "z": ["A", None, "B", None, "A", "B"],
            "w": ["C", "E", None, None, "D", "E"],
        },
    ),
    {"missing z": [0, 1], "missing w": [0, 1, 2]},
)
MODELS["missing covariates"] = (
    Case(
        """data y[i], u[i], v[i], n[i]
a, b, c, d ~ Normal(0, 1); p, q ~ Beta(1, 1)
u[i] ~ Bernoulli(p)
v[i] ~ Bernoulli(if u[i] then q else 0.3)
n[i] ~ Binomial(3, 0.4)
y[i] ~ Bernoulli(logit = a + b * u[i] + c * v[i] + d * n[i])
""",
        {
            "y": [1, 0, 1, 0, 1],
            "u": [1, NAN, 0, NAN, 1],
            "v": [0, 1, NAN, NAN, 1],
            "n": [2, 1, 0, NAN, NAN],
        },
    ),
    {"missing u": [0, 1], "missing v": [0, 1], "missing n": [0, 1, 2, 3]},
)
MODELS["a matrix of covariates"] = (
    Case(
        """index c = {one, two, three}
data y[i], x[i, c]
b[c] ~ Normal(0, 1); p[c] ~ Beta(1, 1)
x[i, c] ~ Bernoulli(p[c])
y[i] ~ Normal(sum(b[c] * x[i, c] for c), 1)
""",
        {"y": [1, 0, 1, 2], "x": [[1, 0, 1], [NAN, 0, NAN], [1, 1, 0], [NAN, NAN, NAN]]},
    ),
    {"missing x": [0, 1]},
)
MODELS["a product with a matrix"] = (
    Case(
        """index c = {one, two, three}
data y[i]
b[c] ~ Normal(0, 1)
x[i, c] ~ Bernoulli(0.4)
y[i] ~ Normal(x[i] @ b, 1)
""",
        {"y": [1, 0]},
    ),
    {"x": [0, 1]},
)
MODELS["two computed indices"] = (
    Case(
        """index i = {A, B}
index t = 1..3
data y[row], i_of[row] : i, t_of[row] : t
mu ~ Normal(0, 1); p[t] ~ Beta(1, 1)
x[i, t] ~ Bernoulli(p[t])
y[row] ~ Normal(mu * x[i_of[row], t_of[row]], 1)
""",
        {
            "y": [1, 0, 1, 2, 0.2],
            "i_of": ["A", "A", "B", "B", "A"],
            "t_of": [1, 2, 3, 3, 1],
        },
    ),
    {"x": [0, 1]},
)
MODELS["two factors"] = (
    Case(
        """index t = 1..4
data y[t]
m, n ~ Normal(0, 1); p, q ~ Beta(1, 1)
z[1] ~ Bernoulli(0.5)
w[1] ~ Bernoulli(0.3)
z[t] ~ Bernoulli(if z[t-1] == 1 then p else 0.2) for t > 1
w[t] ~ Bernoulli(if w[t-1] == 1 then q else 0.2) for t > 1
y[t] ~ Normal(m * z[t] + n * w[t], 1)
both = sum(z[t] * w[t] for t)
""",
        {"y": [1, 2, 3, 0]},
    ),
    {"z[1]": [0, 1], "z[t]": [0, 1], "w[1]": [0, 1], "w[t]": [0, 1]},
)
MODELS["coupled chains"] = (
    Case(
        """index s = {A, B, C}
index t = 1..3
data y[t], x[t], w[s]
m[s] ~ Normal(0, 1); p ~ Beta(1, 1); c ~ Normal(0, 1)
z[1] ~ Categorical(w)
u[1] ~ Bernoulli(0.5)
z[t] ~ Categorical(logit = [c * u[t-1], 0, c * (z[t-1] == B)]) for t > 1
u[t] ~ Bernoulli(if z[t-1] == C then p else 0.2) for t > 1
y[t] ~ Normal(m[z[t]], 1)
x[t] ~ Normal(u[t], 1)
""",
        {"y": [1, 2, 3], "x": [0, 1, 1], "w": [0.2, 0.3, 0.5]},
    ),
    {"z[1]": [0, 1, 2], "z[t]": [0, 1, 2], "u[1]": [0, 1], "u[t]": [0, 1]},
)
MODELS["second order"] = (
    Case(
        """index k = {A, B}
index t = 1..6
data y[t], w[k]
m[k] ~ Normal(0, 1); p[k, k'] ~ Beta(1, 1)
z[t] ~ Categorical(w) for t <= 2
z[t] ~ Categorical([p[z[t-1], z[t-2]], 1 - p[z[t-1], z[t-2]]]) for t > 2
y[t] ~ Normal(m[z[t]], 1)
""",
        {"y": [1, 2, 3, 4, 5, 0], "w": [0.2, 0.8]},
    ),
    {"z[t]": [0, 1], "z[t] (2)": [0, 1]},
)
MODELS["a tree"] = (
    Case(
        """index k = {A, B}
index node = 1..7
data parent[node] : node, y[node]
m[k] ~ Normal(0, 1)
P[k, k'] ~ Dirichlet(1)
z[1] = A
z[node] ~ Categorical(P[z[parent[node]]]) for node > 1
y[node] ~ Normal(m[z[node]], 1)
""",
        {"parent": [1, 1, 1, 2, 2, 3, 5], "y": [1, 2, 3, 4, 5, 6, 7]},
    ),
    {"z[node]": [0, 1]},
)
MODELS["a star"] = (
    Case(
        """index t = 1..5
data y[t]
z[1] ~ Bernoulli(0.5)
z[t] ~ Bernoulli(if z[1] == 1 then 0.9 else 0.2) for t > 1
y[t] ~ Normal(z[t], 1)
""",
        {"y": [1, 2, 3, 4, 5]},
    ),
    {"z[1]": [0, 1], "z[t]": [0, 1]},
)
MODELS["a mixture of chains"] = (
    Case(
        """index kind = {A, B}
index k = {one, two}
index i = {X, Y}
index t = 1..4
data y[i, t], w[k]
m[k] ~ Normal(0, 1); p[kind] ~ Beta(1, 1); v[kind] ~ Dirichlet(1)
P[kind, k, k'] ~ Dirichlet(1)
c[i] ~ Categorical(v)
z[i, 1] ~ Categorical(w)
z[i, t] ~ Categorical(P[c[i], z[i, t-1]]) for t > 1
y[i, t] ~ Normal(m[z[i, t]], 1)
""",
        {"y": [[1, 2, 3, 1], [0, 0, 1, 2]], "w": [0.3, 0.7]},
    ),
    {"c": [0, 1], "z[i, 1]": [0, 1], "z[i, t]": [0, 1]},
)
MODELS["common states"] = (
    Case(
        """index t = 1..4
data y[t], x[t]
p, q ~ Beta(1, 1); m ~ Normal(0, 1)
g ~ Bernoulli(0.4); h ~ DiscreteUniform(0, 2)
z[1] ~ Bernoulli(0.5)
z[t] ~ Bernoulli(if z[t-1] then (if g then p else 0.3) else 0.1 + 0.2 * h) for t > 1
y[t] ~ Normal(m * z[t] + g, 1)
x[t] ~ Normal(h * g, 1)
""",
        {"y": [1, 2, 3, 1], "x": [1, 1, 2, 1]},
    ),
    {"g": [0, 1], "h": [0, 1, 2], "z[1]": [0, 1], "z[t]": [0, 1]},
)
MODELS["labels of labels"] = (
    Case(
        """index c = {A, B, C}
data y[i]
m ~ Normal(0, 1); v ~ Beta(1, 1)
w[c] ~ Dirichlet(1)
big[c] ~ Bernoulli(v)
z[i] ~ Categorical(w)
y[i] ~ Normal(m * big[z[i]], 1)
""",
        {"y": [0.1, 2, 3, -1]},
    ),
    {"big": [0, 1], "z": [0, 1, 2]},
)
MODELS["computed in parts"] = (
    Case(
        """index k = {A, B}
index i = 1..2
index t = 1..4
data y[i, t], w[k]
m[k] ~ Normal(0, 1); b ~ Normal(0, 1)
P[k, k'] ~ Dirichlet(1)
z[i, 1] ~ Categorical(w)
z[i, t] ~ Categorical(P[z[i, t-1]]) for t > 1
moved[i, 1] = 0
moved[i, t] = if z[i, t] == z[i, t-1] then 0 else b for t > 1
y[i, t] ~ Normal(m[z[i, t]] + moved[i, t], 1)
""",
        {"y": [[1, 2, 3, 1], [0, 0, 1, 2]], "w": [0.3, 0.7]},
    ),
    {"z[i, 1]": [0, 1], "z[i, t]": [0, 1]},
)
MODELS["seen through parts alone"] = (
    Case(
        """index t = 1..4
data y[t]
m ~ Normal(0, 1)
z[t] ~ Bernoulli(0.3)
h[1] = 0
h[t] = m * z[t] for t > 1
y[t] ~ Normal(h[t], 1)
""",
        {"y": [1, 2, 3, 4]},
    ),
    {"z": [0, 1]},
)
MODELS["a star of chains"] = (
    Case(
        """index g = {A, B}
index t = 1..3
data y[g, t]
p, q ~ Beta(1, 1)
h ~ Bernoulli(0.4)
z[g, 1] ~ Bernoulli(if h then p else 0.2)
z[g, t] ~ Bernoulli(if z[g, t-1] then q else 0.1) for t > 1
y[g, t] ~ Normal(z[g, t], 1)
""",
        {"y": [[1, 2, 0], [0, 0, 1]]},
    ),
    {"h": [0, 1], "z[g, 1]": [0, 1], "z[g, t]": [0, 1]},
)
MODELS["an undirected loop"] = (
    Case(
        """index i = 1..5
data y[i], one[e] : i, other[e] : i
J ~ Normal(0, 1)
z[i] ~ Bernoulli(0.5)
factor J * (z[one[e]] == z[other[e]]) for e
y[i] ~ Normal(z[i], 1)
""",
        {"y": [1, 2, 0, 0.4, 1], "one": [1, 2, 3, 4], "other": [2, 3, 1, 5]},
    ),
    {"z": [0, 1]},
)
MODELS["a sum of a few"] = (
    Case(
        """index i = 1..3
data y
p ~ Beta(1, 1)
z[i] ~ Binomial(2, p)
y ~ Normal(sum(z) + max(z), 1)
""",
        {"y": 3.1},
    ),
    {"z": [0, 1, 2]},
)
MODELS["ranges of their own"] = (
    Case(
        """data y[i], n[i], later[j], at[j] : i
index i = 1..3
p ~ Beta(1, 1)
N[i] ~ Binomial(n[i], p)
y[i] ~ Normal(N[i], 1)
later[j] ~ Normal(N[at[j]] - N[1], 1)
""",
        {"y": [1, 2, 0], "n": [1, 3, 2], "later": [0.2, 1], "at": [2, 3]},
    ),
    {"N": [0, 1, 2, 3]},
)
MODELS["a common cluster"] = (
    Case(
        """index k = {A, B}
data y[i], g[i] : g, near[i] : i
index g = 1..2
index i = 1..4
m[k] ~ Normal(0, 1); p[k] ~ Dirichlet(1); P[k, k'] ~ Dirichlet(1); J ~ Normal(0, 1)
c[g] ~ Categorical(p)
z[i] ~ Categorical(P[c[g[i]]])
factor J * (z[near[i]] == z[i]) for i
y[i] ~ Normal(m[z[i]], 1)
""",
        {"y": [1, 2, 0, 0.4], "g": [1, 1, 2, 2], "near": [1, 1, 2, 3]},
    ),
    {"c": [0, 1], "z": [0, 1]},
)
MODELS["a continuous one below"] = (
    Case(
        """index t = 1..3
data y[t]
s ~ HalfNormal(1)
z[1] ~ Bernoulli(0.5); w[1] ~ Bernoulli(0.5)
z[t] ~ Bernoulli(if z[t-1] then 0.8 else 0.2) for t > 1
w[t] ~ Bernoulli(if w[t-1] then 0.7 else 0.1) for t > 1
x[t] ~ Normal(z[t] + w[t], s)
y[t] ~ Poisson(log = x[t])
""",
        {"y": [1, 2, 0]},
    ),
    {"z[1]": [0, 1], "z[t]": [0, 1], "w[1]": [0, 1], "w[t]": [0, 1]},
)


@pytest.mark.parametrize("model", MODELS)
def test_the_law_and_the_sum_over_all_values(model: str) -> None:
    case, ranges = MODELS[model]
    assert largest_error(case, ranges) <= TOLERANCE


@pytest.mark.parametrize("model", ["missing covariates", "second order", "ranges of their own"])
def test_gradients_are_finite(model: str) -> None:
    density = lower(*plan_of(MODELS[model][0]))
    jax_arrays()
    gradient = jax.jit(jax.grad(density.log_density))
    rng = np.random.default_rng(2)
    for position in rng.normal(0, 1, (3, density.dimension)):
        assert np.isfinite(gradient(position, density.arguments)).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_needs_no_data(model: str) -> None:
    graph = MODELS[model][0].graph
    assert bool(make_plan(graph).recovery) or "missing" in model or "covariates" in model


def test_what_is_seen_only_through_a_recursion_is_not_overlooked() -> None:
    case = Case(
        """index t = 1..4
data y[t]
z[t] ~ Bernoulli(0.3)
h[1] = 0
h[t] = h[t-1] + z[t] for t > 1
y[t] ~ Normal(h[t], 1)
""",
        {"y": [1, 2, 3, 4]},
    )
    with pytest.raises(HdslError, match="HB512"):
        plan_of(case)


def test_a_grid_is_too_large() -> None:
    case = Case(
        """index i = 1..30
index j = 1..30
data y[i, j]
z[i, j] ~ Bernoulli(0.5)
factor (z[i, j] == z[i - 1, j]) for i > 1, j in j
factor (z[i, j] == z[i, j - 1]) for j > 1, i in i
y[i, j] ~ Normal(z[i, j], 1)
""",
        {"y": np.zeros((30, 30))},
    )
    with pytest.raises(HdslError, match="HB520"):
        plan_of(case)


def test_blocks_are_a_forest_with_every_row_in_one_block_or_in_two_neighbours() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        number = int(rng.integers(1, 12))
        choices = rng.integers(1, 4, number)
        rows = rng.integers(-1, number, (int(rng.integers(0, 9)), 3))
        found = tree_partition(choices, [rows])
        assert ((found.block < 0) == (choices == 1)).all()
        assert (found.before < np.arange(found.before.size)).all()
        for row in rows:
            blocks = {int(found.block[e]) for e in row if e >= 0 and not found.is_shared[e]} - {-1}
            deepest = max(blocks, default=-1)
            assert not blocks or blocks <= {deepest, int(found.before[deepest])}
            roots = {int(found.root[found.block[e]]) for e in row if e >= 0 and choices[e] > 1}
            assert len(roots) <= 1
        for b in range(found.before.size):
            own = np.prod(choices[(found.block == b) & ~found.is_shared])
            assert found.states[b] == own * found.shared[b]


def test_a_chain_has_blocks_of_one_element() -> None:
    pairs = np.stack([np.arange(9), np.arange(1, 10)], axis=1)
    found = tree_partition(np.full(10, 3), [pairs])
    assert (found.states == 3).all()
    assert forest_order(found.before).shape == (10, 1)


def test_what_all_of_a_chain_depends_on_is_shared() -> None:
    rows = np.stack([np.arange(1, 10), np.arange(2, 11), np.zeros(9, int)], axis=1)
    found = tree_partition(np.full(11, 3), [rows])
    assert found.is_shared.tolist() == [True] + [False] * 10
    assert (found.states == 9).all()


def test_the_order_of_a_forest_is_from_its_leaves() -> None:
    order = forest_order(np.array([-1, 0, 0, 1, -1, 4]))
    assert order.tolist() == [[3, -1, -1], [1, 2, 5], [0, 4, -1]]
