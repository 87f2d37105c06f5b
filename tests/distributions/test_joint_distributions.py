"""Distributions of vectors and matrices: densities against SciPy, draws against means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from hdsl.distributions import JOINT_DISTRIBUTIONS
from hdsl.distributions.joint import Joint
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value, spread
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import Along, Expression, Reference

OVER = {0: (), 1: ("k",), 2: ("k", "k'")}
COLUMNS = "k#columns"
COV = np.array([[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]])
SD = np.sqrt(np.diag(COV))
CORR = COV / np.outer(SD, SD)
MEAN = np.array([0.5, -1.0, 2.0])
ALPHA = np.array([0.7, 2.0, 5.5])
P = np.array([0.2, 0.3, 0.5])
INVERSE = np.linalg.inv(COV)
NORMAL = stats.multivariate_normal(MEAN, COV)
STUDENT = stats.multivariate_t(MEAN, COV, 5.5)
COUNTS = stats.dirichlet_multinomial(ALPHA, 7)

T = {"df": 5.5, "location": MEAN}

CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("Dirichlet", {"concentration": ALPHA}, stats.dirichlet(ALPHA)),
    ("Multinomial", {"n": 7, "p": P}, stats.multinomial(7, P)),
    ("Multinomial", {"n": 7, "logit": np.log(P) + 3}, stats.multinomial(7, P)),
    ("DirichletMultinomial", {"n": 7, "concentration": ALPHA}, COUNTS),
    ("MultiNormal", {"mean": MEAN, "cov": COV}, NORMAL),
    ("MultiNormal", {"mean": MEAN, "precision": INVERSE}, NORMAL),
    ("MultiNormal", {"mean": MEAN, "sd": SD, "corr": CORR}, NORMAL),
    ("MultiStudentT", {**T, "cov": COV}, STUDENT),
    ("MultiStudentT", {**T, "precision": INVERSE}, STUDENT),
    ("MultiStudentT", {**T, "sd": SD, "corr": CORR}, STUDENT),
    ("Wishart", {"df": 6.5, "scale": COV}, stats.wishart(6.5, COV)),
    ("Wishart", {"df": 6.5, "inverse_scale": INVERSE}, stats.wishart(6.5, COV)),
    ("InverseWishart", {"df": 9.5, "scale": COV}, stats.invwishart(9.5, COV)),
]  # fmt: skip
IDS = [f"{name}({', '.join(arguments)})" for name, arguments, _ in CASES]
every = pytest.mark.parametrize(("name", "arguments", "twin"), CASES, ids=IDS)


def joint(name: str, arguments: dict[str, Any]) -> tuple[Joint, dict[str, Value]]:
    """A distribution whose arguments are named arrays."""
    distribution = JOINT_DISTRIBUTIONS[name]
    over = OVER[distribution.rank]
    random = Joint(distribution, (), over=over, second=COLUMNS if len(over) == 1 else "")
    values: dict[str, Value] = {}
    expressions: list[tuple[str, Expression]] = []
    for argument, array in arguments.items():
        axes = random.pair[: np.ndim(array)]
        values[argument] = Value(np.asarray(array, float), axes)
        expressions.append((argument, Reference(argument, tuple(map(Along, axes)))))
    return Joint(distribution, tuple(expressions), over=over, second=random.second), values


def evaluator(values: dict[str, Value], arrays: Any = None) -> Evaluator:
    labels = IndexSet("k", tuple(range(1, 4)))
    return Evaluator(arrays or numpy_arrays(), values, {"k": labels}, {COLUMNS: 3, "_draw": 5})


def log_prob(random: Joint, values: dict[str, Value], x: np.ndarray) -> np.ndarray:
    """At draws along the first axis."""
    run = evaluator({**values, "x": Value(x, ("_draw", *random.over))})
    return run(random.guarded_log_prob(Reference("x", tuple(map(Along, random.over))))).array


def draws(random: Joint, values: dict[str, Value], count: int) -> np.ndarray:
    run = evaluator(values)

    def evaluate(e: Expression, /, *axes: str) -> np.ndarray:
        value = run(e)
        return spread(Value(np.asarray(value.array), value.axes), ("_draw", *axes))

    rng = np.random.default_rng(5)
    return random.sample(rng, (count, *(3 for _ in random.over)), evaluate)


def test_every_form_is_tried() -> None:
    tried = {(name, frozenset(arguments)) for name, arguments, _ in CASES}
    for name, distribution in JOINT_DISTRIBUTIONS.items():
        for form in (distribution.parameters, *(form.parameters for form in distribution.forms)):
            assert name == "LKJ" or (name, frozenset(p.name for p in form)) in tried


@every
def test_log_prob(name: str, arguments: dict[str, Any], twin: Any) -> None:
    random, values = joint(name, arguments)
    x = draws(random, values, 5)
    density = getattr(twin, "logpdf", None) or twin.logpmf
    expected = [density(row) for row in x]
    np.testing.assert_allclose(log_prob(random, values, x), expected, rtol=1e-9)


@every
def test_draws_have_the_mean(name: str, arguments: dict[str, Any], twin: Any) -> None:
    random, values = joint(name, arguments)
    x = draws(random, values, 20_000)
    mean = random.distribution.mean(random.pair, **random.parameters)
    if mean is None:
        expected = MEAN if name == "MultiStudentT" else twin.mean()
    else:
        run = evaluator(values)
        value = run(mean)
        expected = np.broadcast_to(spread(value, random.over), x.shape[1:])
    off = np.abs(x.mean(axis=0) - expected) / (x.std(axis=0) / np.sqrt(len(x)))
    assert off.max() < 4


@pytest.mark.parametrize("name", ["MultiNormal", "MultiStudentT"])
def test_draws_have_the_covariance(name: str) -> None:
    for other in ({"cov": COV}, {"precision": INVERSE}, {"sd": SD, "corr": CORR}):
        first = {"mean": MEAN} if name == "MultiNormal" else {"df": 8.0, "location": MEAN}
        random, values = joint(name, {**first, **other})
        x = draws(random, values, 40_000)
        products = (x - MEAN)[:, :, None] * (x - MEAN)[:, None, :]
        expected = COV if name == "MultiNormal" else COV * 8 / 6
        error = products.std(axis=0) / np.sqrt(len(x))
        assert (np.abs(products.mean(axis=0) - expected) / error).max() < 4


@pytest.mark.parametrize("eta", [0.6, 1.0, 3.5])
def test_lkj_is_normalised(eta: float) -> None:
    """For two rows it is the beta density of (r + 1) / 2, halved."""
    random, values = joint("LKJ", {"eta": eta})
    run = evaluator({**values})
    run.sets = {"k": IndexSet("k", (1, 2))}
    for r in (-0.9, 0.1, 0.7):
        run.values = {**values, "x": Value(np.array([[1.0, r], [r, 1.0]]), random.over)}
        run.memo.clear()
        found = run(random.log_prob(Reference("x", tuple(map(Along, random.over))))).array
        assert found == pytest.approx(stats.beta(eta, eta).logpdf((r + 1) / 2) - np.log(2))


@pytest.mark.parametrize("eta", [0.6, 2.0])
def test_lkj_of_three_rows_integrates_to_one(eta: float) -> None:
    random, values = joint("LKJ", {"eta": eta})

    # With the third correlation through its partial one, which is free of the others; all three
    # by their angles.
    nodes, weights = np.polynomial.legendre.leggauss(24)
    angles, weights = np.pi / 2 * nodes, np.pi / 2 * weights * np.cos(np.pi / 2 * nodes)
    a, b, z = (grid.reshape(-1) for grid in np.meshgrid(*[np.sin(angles)] * 3))
    width = np.sqrt((1 - a * a) * (1 - b * b))
    c, one = a * b + z * width, np.ones_like(a)
    x = np.array([[one, a, b], [a, one, c], [b, c, one]]).transpose(2, 0, 1)
    weight = np.prod(np.meshgrid(*[weights] * 3), axis=0).reshape(-1)
    total = (weight * width * np.exp(log_prob(random, values, x))).sum()
    assert total == pytest.approx(1, abs=1e-3)


def test_lkj_draws_have_beta_margins() -> None:
    eta = 1.5
    random, values = joint("LKJ", {"eta": eta})
    x = draws(random, values, 4000)
    margin = stats.beta(eta + 0.5, eta + 0.5)
    for row, column in ((1, 0), (2, 0), (2, 1)):
        assert stats.kstest((x[:, row, column] + 1) / 2, margin.cdf).pvalue > 1e-3
    assert (np.linalg.eigvalsh(x) > 0).all()


@every
def test_gradients_are_finite(name: str, arguments: dict[str, Any], twin: Any) -> None:
    import jax
    import jax.numpy as jnp

    from hdsl.density.arrays import jax_arrays

    random, values = joint(name, arguments)
    x = draws(random, values, 1)[0]

    def density(given: dict[str, Any]) -> Any:
        known = {
            n: Value(a, {**values, "x": Value(x, random.over)}[n].axes) for n, a in given.items()
        }
        run = evaluator(known, jax_arrays())
        return run(random.log_prob(Reference("x", tuple(map(Along, random.over))))).array

    given = {n: jnp.asarray(v.array) for n, v in values.items()} | {"x": jnp.asarray(x)}
    for gradient in jax.grad(density)(given).values():
        assert jnp.isfinite(gradient).all()


def test_density_is_never_nan() -> None:
    """Where a matrix is not positive definite, nothing is possible."""
    broken = np.array([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    for arguments in ({"cov": broken}, {"precision": broken}, {"sd": SD, "corr": broken}):
        random, values = joint("MultiNormal", {"mean": MEAN, **arguments})
        assert (log_prob(random, values, np.zeros((2, 3))) == -np.inf).all()


def test_values_off_the_support_have_no_density() -> None:
    random, values = joint("Dirichlet", {"concentration": ALPHA})
    x = np.array([[0.2, 0.3, 0.4], [0.2, -0.1, 0.9], [0.2, 0.3, 0.5]])
    assert np.isfinite(log_prob(random, values, x)).tolist() == [False, False, True]
    random, values = joint("Multinomial", {"n": 7, "p": P})
    x = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 4.0]])
    assert np.isfinite(log_prob(random, values, x)).tolist() == [False, True]


def test_small_concentrations_are_drawn_without_loss() -> None:
    random, values = joint("Dirichlet", {"concentration": np.full(3, 0.01)})
    x = draws(random, values, 2000)
    assert np.isfinite(x).all()
    np.testing.assert_allclose(x.sum(axis=1), 1)
