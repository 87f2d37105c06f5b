"""Increasing vectors and categories cut from a scale."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from hdsl.distributions.ordered import Ordered, OrderedCategory
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value, spread
from hdsl.expressions.tree import Along, Expression, Reference

from .scipy_twins import applied

CUTS = np.array([-1.0, 0.5, 3.0])


def evaluator(**values: Value) -> Evaluator:
    return Evaluator(numpy_arrays(), values, {}, {"k": 3, "cut": 3})


def category(noise: str, set_name: str | None = None) -> OrderedCategory:
    return OrderedCategory(
        Reference("eta"), Reference("c", (Along("cut"),)), "cut", noise, set_name
    )


@pytest.mark.parametrize(
    ("noise", "cdf"), [("logistic", stats.logistic.cdf), ("normal", stats.norm.cdf)]
)
@pytest.mark.parametrize("eta", [-2.0, 0.3, 5.0])
def test_chances_are_differences_of_cumulative_ones(noise: str, cdf: object, eta: float) -> None:
    edges = cdf(np.array([-np.inf, *(CUTS - eta), np.inf]))  # type: ignore[operator]
    x = Value(np.array([1.0, 2.0, 3.0, 4.0]), ("_draw",))
    run = evaluator(eta=Value(np.array(eta)), c=Value(CUTS, ("cut",)), x=x)
    found = np.exp(run(category(noise).guarded_log_prob(Reference("x"))).array)
    np.testing.assert_allclose(found, np.diff(edges), rtol=1e-8)
    run = evaluator(eta=Value(np.array(eta)), c=Value(CUTS, ("cut",)), x=Value(x.array - 1, x.axes))
    labelled = np.exp(run(category(noise, "grade").guarded_log_prob(Reference("x"))).array)
    np.testing.assert_allclose(labelled, found)


def test_far_categories_keep_their_digits() -> None:
    for noise, log_tail in (("logistic", -799.5), ("normal", stats.norm.logsf(39))):
        eta = -800.0 if noise == "logistic" else -40.0
        run = evaluator(
            eta=Value(np.array(eta)),
            c=Value(np.array([-1.0, -0.5, 3.0]), ("cut",)),
            x=Value(np.array(2.0)),
        )
        found = float(run(category(noise).log_prob(Reference("x"))).array)
        expected = log_tail + math.log(-math.expm1(-0.5)) + 0.5 if noise == "logistic" else log_tail
        tolerance = 1.0 if noise == "logistic" else 1e-3
        assert found == pytest.approx(expected, abs=tolerance)


def test_drawn_categories_have_their_chances() -> None:
    for noise, cdf in (("logistic", stats.logistic.cdf), ("normal", stats.norm.cdf)):
        run = evaluator(eta=Value(np.array(0.4)), c=Value(CUTS, ("cut",)))

        def evaluate(e: Expression, /, *axes: str, run: Evaluator = run) -> np.ndarray:
            return spread(run(e), ("_draw", *axes))

        drawn = category(noise).sample(np.random.default_rng(2), (20_000,), evaluate)
        chances = np.diff(cdf(np.array([-np.inf, *(CUTS - 0.4), np.inf])))
        counts = np.bincount(drawn.astype(int), minlength=5)[1:]
        error = np.sqrt(chances * (1 - chances) * len(drawn))
        assert (np.abs(counts - chances * len(drawn)) < 4 * error).all()


def test_ordered_density_and_draws() -> None:
    random = Ordered(applied("Normal", 1.0, 2.0), ("k",))
    x = np.array([[-1.0, 0.5, 2.0], [0.5, -1.0, 2.0]])
    run = evaluator(x=Value(x, ("_draw", "k")))
    found = run(random.guarded_log_prob(Reference("x", (Along("k"),)))).array
    expected = stats.norm(1, 2).logpdf(x[0]).sum() + math.log(6)
    assert found.tolist() == [pytest.approx(expected), -np.inf]

    def evaluate(e: Expression, /, *axes: str) -> np.ndarray:
        return np.asarray(run(e).array)

    drawn = random.sample(np.random.default_rng(1), (4000, 3), evaluate)
    assert (np.diff(drawn, axis=1) > 0).all()
    middle = 1 + 2 * 0.0
    assert abs(drawn[:, 1].mean() - middle) < 4 * drawn[:, 1].std() / math.sqrt(4000)
