"""Mixtures, zeros, censoring and choices: densities against formulas, and draws against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special, stats

from hdsl.density.density import Density, lower
from hdsl.density.recover import log_likelihood, recover, replicate
from hdsl.density.sizes import data_evaluator
from hdsl.distributions.random import Random
from hdsl.expressions.evaluate import Value, spread
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.graph import Bound, Stochastic
from hdsl.plan.plan import Plan
from hdsl.plan.planner import make_plan
from hdsl.source import Source
from hdsl.syntax.parse import parse

NORMAL, LOGNORMAL, GAMMA = stats.norm, stats.lognorm, stats.gamma
Y = np.array([0.0, 0.0, 0.5, 2.0, 3.0])


@dataclass(frozen=True)
class Case:
    """An observation `y`, values of the unknowns, and its log density, row by row."""

    line: str
    expected: Callable[[np.ndarray], Any]
    y: np.ndarray = field(default_factory=lambda: Y)
    also: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def text(self) -> str:
        priors = "m ~ Normal(0, 3); s, r ~ HalfNormal(3); p ~ Beta(1, 1)"
        return f"data y[i]\n{self.also}\n{priors}\ny[i] ~ {self.line}\n"


UNKNOWNS = {"m": 0.4, "s": 1.3, "r": 1.7, "p": 0.35}
M, S, R, P = UNKNOWNS.values()


def mixed(*pairs: tuple[Any, Any]) -> Any:
    weights, logs = zip(*pairs, strict=True)
    return special.logsumexp(np.stack(np.broadcast_arrays(*logs)), axis=0, b=_columns(weights))


def _columns(weights: Any) -> np.ndarray:
    return np.stack(np.broadcast_arrays(*weights)).reshape(len(weights), -1)


def hurdle(y: np.ndarray, p: Any, log_above: Any) -> Any:
    return np.where(y == 0, np.log1p(-p), np.log(p) + log_above)


def inflated(y: np.ndarray) -> Any:
    zero = np.log(1 - P + P * np.exp(-R))
    return np.where(y == 0, zero, np.log(P) + stats.poisson(R).logpmf(y))


COUNTS = np.array([0.0, 0.0, 1.0, 2.0, 7.0])
THREE = "index k = 1..3\ndata w[k] = [0.2, 0, 0.8], c[k] = [-2, 0, 3]"
LOST = "data lost[i] : bool = [0, 1, 0, 1, 1]"
N = NORMAL(M, S)
TOP = N.cdf(2.5) - N.cdf(-1)

CASES = {
    "a list": Case(
        "Mixture([p, 1 - p], [Normal(m, s), Cauchy(0, r)])",
        lambda y: mixed((P, N.logpdf(y)), (1 - P, stats.cauchy(0, R).logpdf(y))),
    ),
    "components far apart": Case(
        "Mixture([p, 1 - p], [Normal(m - 1e4, s), Normal(m + 1e4, s)])",
        lambda y: mixed((P, NORMAL(M - 1e4, S).logpdf(y)), (1 - P, NORMAL(M + 1e4, S).logpdf(y))),
    ),
    "an index, one chance zero": Case(
        "Mixture(w[k], Normal(m + c[k], s) for k)",
        lambda y: mixed((0.2, NORMAL(M - 2, S).logpdf(y)), (0.8, NORMAL(M + 3, S).logpdf(y))),
        also=THREE,
    ),
    "a vector of chances": Case(
        "Mixture(w, [Normal(m, s), Cauchy(0, 1), StudentT(4, m, s)])",
        lambda y: mixed((0.2, N.logpdf(y)), (0.8, stats.t(4, M, S).logpdf(y))),
        also=THREE,
    ),
    "a range of an index": Case(
        "Mixture(1 / 2, Normal(m + c[k], s) for k in 2..3)",
        lambda y: mixed((0.5, N.logpdf(y)), (0.5, NORMAL(M + 3, S).logpdf(y))),
        also=THREE,
    ),
    "a condition by row": Case(
        "Mixture(1 / n[i], Normal(m + c[k], s) for k, k <= n[i])",
        lambda y: np.where(
            [1, 0, 0, 1, 0],
            NORMAL(M - 2, S).logpdf(y),
            mixed((0.5, NORMAL(M - 2, S).logpdf(y)), (0.5, N.logpdf(y))),
        ),
        also=f"{THREE}\ndata n[i] = [1, 2, 2, 1, 2]",
    ),
    "other supports": Case(
        "Mixture([p, 1 - p], [Gamma(2, r), Normal(m, s)])",
        lambda y: mixed((P, GAMMA(2, scale=1 / R).logpdf(y)), (1 - P, N.logpdf(y))),
        y=Y - 1,
    ),
    "counts": Case(
        "Mixture([p, 1 - p], [Poisson(r), Geometric(p)])",
        lambda y: mixed((P, stats.poisson(R).logpmf(y)), (1 - P, stats.geom(P, loc=-1).logpmf(y))),
        y=COUNTS,
    ),
    "mixture of mixtures": Case(
        "Mixture([p, 1 - p], [Mixture(w[k], Normal(c[k], s) for k), Normal(m, s)])",
        lambda y: mixed(
            (P * 0.2, NORMAL(-2, S).logpdf(y)),
            (P * 0.8, NORMAL(3, S).logpdf(y)),
            (1 - P, N.logpdf(y)),
        ),
        also=THREE,
    ),
    "extra zeros of counts": Case("ZeroInflated(p, Poisson(r))", inflated, y=COUNTS),
    "extra zeros": Case(
        "ZeroInflated(p, Gamma(2, r))", lambda y: hurdle(y, P, GAMMA(2, scale=1 / R).logpdf(y))
    ),
    "hurdle of positive numbers": Case(
        "Hurdle(p, LogNormal(m, s))",
        lambda y: hurdle(y, P, LOGNORMAL(S, scale=np.exp(M)).logpdf(y)),
    ),
    "hurdle of numbers": Case(
        "Hurdle(p, Normal(m, s))", lambda y: hurdle(y, P, N.logpdf(y) - N.logsf(0))
    ),
    "hurdle of counts": Case(
        "Hurdle(p, Poisson(r))",
        lambda y: hurdle(y, P, stats.poisson(R).logpmf(y) - np.log(-np.expm1(-R))),
        y=COUNTS,
    ),
    "hurdle of a mixture": Case(
        "Hurdle(p, Mixture([p, 1 - p], [Normal(m, s), Exponential(r)]))",
        lambda y: hurdle(
            y,
            P,
            mixed((P, N.logpdf(y)), (1 - P, stats.expon(scale=1 / R).logpdf(y)))
            - np.log(P * N.sf(0) + 1 - P),
        ),
    ),
    "censored to": Case(
        "Normal(m, s) censored to [0, 3]",
        lambda y: np.select([y == 0, y == 3], [N.logcdf(0), N.logsf(3)], N.logpdf(y)),
    ),
    "censored to bounds by row": Case(
        "Normal(m, s) censored to [-inf, top[i]]",
        lambda y: np.where([1, 0, 0, 1, 0], N.logsf(y), N.logpdf(y)),
        also="data top[i]",
        data={"top": [0, 1, np.inf, 2, np.inf]},
    ),
    "counts censored to": Case(
        "Poisson(r) censored to [1, 4]",
        lambda y: np.select(
            [y == 1, y == 4],
            [stats.poisson(R).logcdf(1), stats.poisson(R).logsf(3)],
            stats.poisson(R).logpmf(y),
        ),
        y=np.array([1.0, 1, 2, 3, 4]),
    ),
    "censored if": Case(
        "Weibull(s, r) censored if lost[i]",
        lambda y: np.where(
            [0, 1, 0, 1, 1],
            stats.weibull_min(S, scale=R).logsf(y),
            stats.weibull_min(S, scale=R).logpdf(y),
        ),
        y=np.array([0.2, 0.0, 0.5, 2, 3]),
        also=LOST,
    ),
    "counts censored if": Case(
        "Geometric(p) censored if lost[i] and y[i] > 0",
        lambda y: np.where(
            [0, 0, 0, 1, 1], stats.geom(P, loc=-1).logsf(y - 1), stats.geom(P, loc=-1).logpmf(y)
        ),
        y=COUNTS,
        also=LOST,
    ),
    "truncated, then censored": Case(
        "Normal(m, s) truncated to (-1, inf) censored to [-inf, 3]",
        lambda y: np.where(y == 3, N.logsf(3), N.logpdf(y)) - N.logsf(-1),
    ),
    "mixture, censored": Case(
        "Mixture([p, 1 - p], [Exponential(r), LogNormal(m, s)]) censored if lost[i]",
        lambda y: np.where(
            [0, 1, 0, 1, 1],
            mixed(
                (P, stats.expon(scale=1 / R).logsf(y)),
                (1 - P, LOGNORMAL(S, scale=np.exp(M)).logsf(y)),
            ),
            mixed(
                (P, stats.expon(scale=1 / R).logpdf(y)),
                (1 - P, LOGNORMAL(S, scale=np.exp(M)).logpdf(y)),
            ),
        ),
        y=Y + 0.1,
        also=LOST,
    ),
    "if": Case(
        "if lost[i] then Normal(m, s) else Cauchy(m, r)",
        lambda y: np.where([0, 1, 0, 1, 1], N.logpdf(y), stats.cauchy(M, R).logpdf(y)),
        also=LOST,
    ),
    "if, where the other cannot be": Case(
        "if y[i] > 0 then Gamma(2, y[i] * r) else Normal(m, s)",
        lambda y: (
            np.where(y > 0, GAMMA(2, scale=1 / (np.maximum(y, 1) * R)).logpdf(y), 0)
            if False
            else np.where(
                y > 0,
                GAMMA(2, scale=1 / (np.where(y > 0, y, 1) * R)).logpdf(np.where(y > 0, y, 1)),
                N.logpdf(y),
            )
        ),
        y=Y - 0.5 * (Y == 0),
    ),
    "truncated twice": Case(
        "Normal(m, s) truncated to (-1, 9) truncated to (-inf, 2.5)",
        lambda y: N.logpdf(y) - np.log(TOP),
        y=Y - 0.6,
    ),
    "truncated mixture, ends by row": Case(
        "Mixture([p, 1 - p], [Normal(m, s), Cauchy(0, 1)]) truncated to [low[i], inf)",
        lambda y: (
            mixed((P, N.logpdf(y)), (1 - P, stats.cauchy.logpdf(y)))
            - np.log(P * N.sf(_LOW) + (1 - P) * stats.cauchy.sf(_LOW))
        ),
        also="data low[i]",
        data={"low": [0, -np.inf, 0, 1, -np.inf]},
    ),
    "truncated extra zeros": Case(
        "ZeroInflated(p, Poisson(r)) truncated to [0, 7]",
        lambda y: inflated(y) - np.log(1 - P * stats.poisson(R).sf(7)),
        y=COUNTS,
    ),
}
_LOW = np.array([0, -np.inf, 0, 1, -np.inf])
every = pytest.mark.parametrize("name", CASES)


def planned(case: Case) -> tuple[Plan, Bound]:
    source = Source(case.text)
    graph, _ = check(parse(source), source)
    bound = bind(graph, given={"y": case.y, **case.data})
    return make_plan(graph, None, bound), bound


def observed(plan: Plan) -> Random:
    node = plan.graph.nodes["y"]
    assert isinstance(node, Stochastic)
    return node.random


def drawn(num: int = 1) -> dict[str, Value]:
    return {n: Value(np.full(num, v), ("_draw",)) for n, v in UNKNOWNS.items()}


@every
def test_log_density_of_each_value(name: str) -> None:
    case = CASES[name]
    plan, bound = planned(case)
    found = log_likelihood(plan, bound, drawn())["y"].array[0]
    expected = np.broadcast_to(case.expected(case.y), found.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize(
    "name",
    [
        *("an index, one chance zero", "other supports", "hurdle of counts", "hurdle of numbers"),
        *("censored to bounds by row", "mixture, censored", "if, where the other cannot be"),
        *("components far apart", "truncated mixture, ends by row"),
    ],
)
def test_gradient(name: str) -> None:
    """What is sampled has the derivative that small steps give."""
    jax = pytest.importorskip("jax")
    case = CASES[name]
    plan, bound = planned(case)
    density = lower(plan, bound)
    values = {k: v for k, v in drawn().items() if k in {u.name for u in plan.unknowns}}
    position = density.unconstrain(values)[0]
    data = density.arguments
    value, gradient = jax.jit(jax.value_and_grad(density.log_density))(position, data)
    assert value == pytest.approx(density.log_densities(position[None])[0], rel=1e-10)
    rounding = 2e-6 + 1e-10 * abs(float(value))
    np.testing.assert_allclose(gradient, _by_steps(density, position), rtol=2e-6, atol=rounding)


def _by_steps(density: Density, position: np.ndarray) -> np.ndarray:
    steps = 1e-5 * np.eye(len(position))
    ends = density.log_densities(np.concatenate([position + steps, position - steps]))
    above, below = ends.reshape(2, -1)
    return (above - below) / 2e-5


@pytest.mark.parametrize("name", [name for name in CASES if "censored" not in name])
def test_draws_follow_the_cumulative_probability(name: str) -> None:
    """The share of replicates that are at most the value, in each row, is as its cdf says."""
    case = CASES[name]
    plan, bound = planned(case)
    num = 4000
    draws = replicate(plan, bound, drawn(num), 3)[0]["y"].array
    source = Source(case.text.replace("y[i] ~", f"below[i] = cdf({case.line}, y[i])\ny[i] ~"))
    graph, _ = check(parse(source), source)
    again = bind(graph, given={"y": case.y, **case.data})
    plan = make_plan(graph, None, again)
    below = recover(plan, again, drawn(), 1, 1)["below"].array[0]
    share = (draws <= case.y).mean(axis=0)
    error = np.sqrt(np.maximum(below * (1 - below), 1 / num) / num)
    assert (np.abs(share - below) <= 4 * error).all()


@pytest.mark.parametrize(
    "name", ["a list", "other supports", "truncated twice", "hurdle of counts"]
)
def test_the_whole_is_one(name: str) -> None:
    case = CASES[name]
    if name == "hurdle of counts":
        x = np.arange(0.0, 80)
        total = np.exp(case.expected(x)).sum()
    else:
        cuts = [-1, 0, 2.5] if name == "truncated twice" else [-np.inf, 0, np.inf]
        total = sum(
            integrate.quad(lambda x: float(np.exp(case.expected(np.array([x]))).item()), a, b)[0]
            for a, b in pairwise(cuts)
        )
    assert total == pytest.approx(1, abs=1e-7)


def test_replicates_of_censored_values() -> None:
    plan, bound = planned(CASES["censored to"])
    draws = replicate(plan, bound, drawn(2000), 3)[0]["y"].array
    assert (draws.min(), draws.max()) == (0, 3)
    assert (draws == 0).mean() == pytest.approx(N.cdf(0), abs=4 * np.sqrt(0.25 / draws.size))
    plan, bound = planned(CASES["censored if"])
    draws = replicate(plan, bound, drawn(2000), 3)[0]["y"].array
    twin = stats.weibull_min(S, scale=R)
    assert draws.mean() == pytest.approx(twin.mean(), abs=4 * twin.std() / np.sqrt(draws.size))


@pytest.mark.parametrize(
    "name",
    ["a condition by row", "a vector of chances", "extra zeros", "hurdle of counts", "if"],
)
def test_mean(name: str) -> None:
    case = CASES[name]
    case = replace(case, line=case.line.replace("Cauchy", "Laplace"))
    plan, bound = planned(case)
    mean = observed(plan).mean()
    assert mean is not None
    expected = data_evaluator(bound, [mean], drawn())(mean)
    draws = replicate(plan, bound, drawn(4000), 5)[0]["y"].array
    error = draws.std(axis=0) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - spread(expected, ("_draw", "i"))) <= 4 * error).all()


VECTORS = """index k = 1..2
index c = 1..2
data y[i, c], m[k, c] = [[0, 1], [4, -2]]
s ~ HalfNormal(1); w ~ Beta(1, 1); v[c, c'] = if c == c' then s ^ 2 else 0
"""


@pytest.mark.parametrize(
    "line",
    [
        "Mixture(if k == 1 then w else 1 - w, MultiNormal(m[k, c], s ^ 2 * eye(c)) for k)",
        "Mixture([w, 1 - w], [MultiNormal(m[1], cov = v), MultiNormal(m[2], cov = v)])",
    ],
)
def test_vectors(line: str) -> None:
    y = np.array([[0.0, 1], [3, 0], [-1, 2]])
    source = Source(f"{VECTORS}y[i, c] ~ {line}\n")
    graph, _ = check(parse(source), source)
    bound = bind(graph, given={"y": y})
    plan = make_plan(graph, None, bound)
    values = {"s": Value(np.full(4000, S), ("_draw",)), "w": Value(np.full(4000, P), ("_draw",))}
    found = log_likelihood(plan, bound, {n: Value(v.array[:1], v.axes) for n, v in values.items()})
    each = [stats.multivariate_normal(mean, S**2).logpdf(y) for mean in ([0, 1], [4, -2])]
    expected = mixed((P, each[0]), (1 - P, each[1]))
    np.testing.assert_allclose(found["y"].array[0], expected, rtol=1e-10)

    draws = replicate(plan, bound, values, 3)[0]["y"].array
    error = draws.std(axis=0) / np.sqrt(len(draws))
    centre = P * np.array([0, 1]) + (1 - P) * np.array([4, -2])
    assert (np.abs(draws.mean(axis=0) - centre) <= 4 * error).all()
    # Both elements of a vector come from one component.
    between = -12 * P * (1 - P)
    assert np.cov(draws[:, 0].T)[0, 1] == pytest.approx(between, abs=4 * 6 / np.sqrt(len(draws)))
