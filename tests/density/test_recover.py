from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from density_models import (
    applied,
    bags,
    bound_to,
    eight_schools,
    graph_of,
    regression,
    sweets,
    sweets_collapsed,
)
from scipy import stats

from hdsl.density.density import lower
from hdsl.density.recover import log_likelihood, recover, replicate
from hdsl.density.written import log_densities_of, log_density_as_written, magnitude_as_written
from hdsl.distributions.normal import Normal
from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import Value
from hdsl.expressions.functions import exp
from hdsl.expressions.tree import Reference
from hdsl.model.graph import Bound, Deterministic, Stochastic, whole
from hdsl.plan.plan import Computed, Drawn, Plan

DRAWS = 300


def sampled(plan: Plan, bound: Bound, draws: int = DRAWS) -> dict[str, Value]:
    density = lower(plan, bound)
    positions = np.random.default_rng(7).normal(1.0, 0.3, (draws, density.dimension))
    return density.constrain(positions)


def test_everything_comes_back_with_its_shape() -> None:
    plan, bound = sweets_collapsed()
    values = recover(plan, bound, sampled(plan, bound), 1, DRAWS)
    assert {name: (v.axes, v.array.shape) for name, v in values.items()} == {
        "a": (("_draw",), (DRAWS,)),
        "b": (("_draw",), (DRAWS,)),
        "theta": (("_draw", "day"), (DRAWS, 7)),
        "theta_next": (("_draw",), (DRAWS,)),
        "mean_blue": (("_draw",), (DRAWS,)),
    }
    a, b = values["a"].array, values["b"].array
    np.testing.assert_allclose(values["mean_blue"].array, a / (a + b))


def test_the_law() -> None:
    """Density after times density of the recovery is the density before."""
    plan, bound = sweets_collapsed()
    density = lower(plan, bound)
    positions = np.random.default_rng(0).normal(0, 3, (20, 2))
    values = recover(plan, bound, density.constrain(positions), 3, 20)
    written = log_density_as_written(plan.graph, bound, values)
    steps = [step.node for step in plan.recovery if isinstance(step, Drawn)]
    back = log_densities_of(steps, plan.graph.definitions, bound, values)["theta"].array
    jacobian = positions.sum(axis=1)
    before = sum(v.array for v in written.values())
    scale = sum(v.array for v in magnitude_as_written(plan.graph, bound, values).values())
    after = density.log_densities(positions) - jacobian
    assert np.isfinite(before).all()
    assert (np.abs(after + back - before) < 1e-12 * scale).all()


def test_draws_that_round_to_an_end_stay_inside() -> None:
    plan, bound = sweets_collapsed()
    given = {"a": Value(np.full(500, 1e-3), ("_draw",)), "b": Value(np.full(500, 1e-3), ("_draw",))}
    values = recover(plan, bound, given, 1, 500)
    drawn = values["theta_next"].array
    assert ((drawn > 0) & (drawn < 1)).all()
    # Beta(0.001, 0.001) is nearly a coin: without the rule most draws would be exactly 0 or 1.
    assert abs((drawn > 0.5).mean() - 0.5) < 5 * 0.5 / 500**0.5
    written = log_density_as_written(plan.graph, bound, values, names=("theta_next",))
    assert np.isfinite(written["theta_next"].array).all()


def test_recovered_draws_follow_their_conditional() -> None:
    plan, bound = sweets_collapsed()
    given = {"a": Value(np.full(4000, 3.0), ("_draw",)), "b": Value(np.full(4000, 9.0), ("_draw",))}
    theta = recover(plan, bound, given, 5, 4000)["theta"].array
    data = bags()
    day, n, blue = (data[name][0] for name in ("day", "n", "blue"))
    for d in range(7):
        posterior = stats.beta(3 + blue[day == d].sum(), 9 + (n - blue)[day == d].sum())
        # Five standard errors; the seed is fixed.
        assert abs(theta[:, d].mean() - posterior.mean()) < 5 * posterior.std() / 4000**0.5
        assert stats.kstest(theta[:, d], posterior.cdf).pvalue > 1e-4
    assert abs(np.corrcoef(theta[:, 0], theta[:, 1])[0, 1]) < 5 / 4000**0.5
    assert len(np.unique(theta)) == theta.size


def test_draws_do_not_depend_on_batches_or_on_company() -> None:
    plan, bound = sweets_collapsed()
    given = sampled(plan, bound)
    first = recover(plan, bound, given, 1, DRAWS)
    again = recover(plan, bound, given, 1, DRAWS, batch_elements=1)
    other = recover(plan, bound, given, 2, DRAWS)
    alone = recover(replace(plan, recovery=()), bound, given, 1, DRAWS)
    for name, value in first.items():
        np.testing.assert_array_equal(value.array, again[name].array)
    np.testing.assert_array_equal(alone["theta_next"].array, first["theta_next"].array)
    assert "theta" not in alone
    assert not (other["theta"].array == first["theta"].array).any()
    replicates = replicate(plan, bound, first, 1)[0]["blue"].array
    in_batches = replicate(plan, bound, first, 1, batch_elements=1)[0]["blue"].array
    np.testing.assert_array_equal(replicates, in_batches)


def test_computed_steps_come_first_where_others_need_them() -> None:
    eta = whole("theta_raw", ("school",))
    plan, bound = eight_schools()
    theta = Deterministic("theta", ("school",), Reference("mu") + Reference("tau") * eta)
    plan = replace(plan, recovery=(Computed(theta),))
    rng = np.random.default_rng(0)
    given = {
        "mu": Value(rng.normal(size=5), ("_draw",)),
        "tau": Value(np.exp(rng.normal(size=5)), ("_draw",)),
        "theta_raw": Value(rng.normal(size=(5, 8)), ("_draw", "school")),
    }
    values = recover(plan, bound, given, 0, 5)
    assert set(values) == {"mu", "tau", "theta", "spread"}
    wanted = given["tau"].array[:, None] * given["theta_raw"].array
    np.testing.assert_allclose(values["spread"].array, wanted, atol=1e-15)


def test_predictions_may_depend_on_predictions() -> None:
    graph = graph_of(
        Stochastic("m", (), applied(Normal(), mean=0.0, sd=1.0)),
        Stochastic("y", ("i",), applied(Normal(), mean=Reference("m"), sd=1.0), whole("d", ("i",))),
        Stochastic("next", ("i",), applied(Normal(), mean=exp(Reference("m")), sd=1e-9)),
        Deterministic("twice", ("i",), 2.0 * whole("next", ("i",))),
        Stochastic("after", ("i",), applied(Normal(), mean=whole("twice", ("i",)), sd=1e-9)),
    )
    bound = bound_to(graph, {"i": 3}, d=(np.zeros(3), ("i",)))
    plan = Plan(graph, (), (), (), ("next", "after"), (), "nuts")
    m = np.array([0.0, 1.0])
    values = recover(plan, bound, {"m": Value(m, ("_draw",))}, 0, 2)
    wanted = np.broadcast_to(2 * np.exp(m)[:, None], (2, 3))
    np.testing.assert_allclose(values["after"].array, wanted, atol=1e-7)
    assert values["after"].axes == ("_draw", "i")


def test_replicates_and_pointwise_likelihood() -> None:
    plan, bound = sweets()
    values = recover(plan, bound, sampled(plan, bound), 1, DRAWS)
    blue, left_out = replicate(plan, bound, values, 4)
    assert left_out == ()
    assert blue["blue"].array.shape == (DRAWS, 23)
    n, day = bound.values["n"].array, bound.values["day"].array
    assert (blue["blue"].array <= n).all()
    expected = values["theta"].array.mean(axis=0)[day] * n
    error = np.sqrt(n / 4 / DRAWS + 1e-9)
    assert (np.abs(blue["blue"].array.mean(axis=0) - expected) <= 5 * error).all()
    pointwise = log_likelihood(plan, bound, values)["blue"]
    assert pointwise.axes == ("_draw", "bag")
    wanted = stats.binom.logpmf(bound.values["blue"].array, n, values["theta"].array[:, day])
    np.testing.assert_allclose(pointwise.array, wanted, rtol=1e-9, atol=1e-10)


def test_observations_that_cannot_be_drawn_are_named() -> None:
    class Own(Applied):
        def sample(self, rng: object, shape: object, evaluate: object) -> np.ndarray:
            raise NotImplementedError

    plan, bound = regression()
    node = plan.graph.nodes["y"]
    assert isinstance(node, Stochastic)
    assert isinstance(node.random, Applied)
    own = replace(node, random=Own(node.random.distribution, node.random.arguments))
    graph = replace(plan.graph, nodes={**plan.graph.nodes, "y": own})
    given = sampled(plan, bound)
    assert replicate(replace(plan, graph=graph), bound, given, 1) == ({}, ("y",))


def test_as_written_says_where_the_support_ends_and_leaves_predictions_out() -> None:
    plan, bound = sweets()
    values = {
        "a": Value(np.array([1.0, -1.0]), ("_draw",)),
        "b": Value(np.float64(2.0)),
        "theta": Value(np.full(7, 0.5), ("day",)),
        "theta_next": Value(np.float64(0.25)),
    }
    written = log_density_as_written(plan.graph, bound, values)
    assert list(written) == ["a", "b", "theta", "blue"]
    assert written["a"].array[1] == -np.inf
    assert np.isfinite(written["a"].array[0])
    only = log_density_as_written(plan.graph, bound, values, names=("theta_next",))
    assert only["theta_next"].array[0] == pytest.approx(stats.beta.logpdf(0.25, 1, 2))
    sizes = magnitude_as_written(plan.graph, bound, values)
    assert sizes["blue"].array == pytest.approx(-written["blue"].array)
