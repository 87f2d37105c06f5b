"""Checks of censored data compare what such data tell, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import hdsl
from hdsl.results.fit import Fit
from hdsl.results.new_data import NewData, new_data, statistics
from hdsl.results.predictive import predictive_checks
from hdsl.results.product_limit import product_limit

RNG = np.random.default_rng(7)
TIMES = np.round(RNG.weibull(1.5, 300) * 20, 1)
ENDS = np.round(RNG.uniform(2, 30, 300), 1)
SEEN = np.minimum(TIMES, ENDS)
IS_CUT = TIMES > ENDS
NONE = np.zeros(300, bool)


def test_the_product_limit_estimate_is_that_of_scipy() -> None:
    shares = product_limit(SEEN, IS_CUT, NONE)
    data = stats.CensoredData(uncensored=SEEN[~IS_CUT], right=SEEN[IS_CUT])
    expected = stats.ecdf(data).sf
    at = np.linspace(0, SEEN.max(), 200)
    np.testing.assert_allclose(shares.over(at), expected.evaluate(at), atol=1e-12)
    mirrored = product_limit(-SEEN, NONE, IS_CUT)
    between = at + 0.0123
    np.testing.assert_allclose(1 - mirrored.over(-between), shares.over(between), atol=1e-12)
    assert mirrored.mean == pytest.approx(-shares.mean)
    assert mirrored.quantile(0.25) == -shares.quantile(0.75)
    assert shares.over(np.array([shares.quantile(0.5)])) <= 0.5


def test_without_bounds_it_is_the_data_themselves() -> None:
    shares = product_limit(TIMES, NONE, NONE)
    assert shares.mean == pytest.approx(TIMES.mean())
    assert shares.over(np.array([5.0])) == pytest.approx(np.mean(TIMES > 5))
    assert shares.quantile(0.5) == np.quantile(TIMES, 0.5, method="inverted_cdf")
    assert shares.above == pytest.approx(0, abs=1e-12)


def test_statistics_of_censored_data_are_not_biased() -> None:
    replicated = RNG.weibull(1.5, (400, 300)) * 20
    data = NewData("t", SEEN, replicated, IS_CUT, NONE, is_whole=False)
    found = {one.name: one for one in statistics(data)}
    assert list(found) == [
        "lower quartile",
        "median",
        "upper quartile",
        f"mean when cut at {SEEN.max():g}",
        f"share above {SEEN.max():g}",
    ]
    for one in found.values():
        # A third of the data is cut: as plain numbers their mean is ten errors too low.
        error = 2 * np.std(one.of_new)
        assert one.of_data == pytest.approx(np.mean(one.of_new), abs=4 * error)
    assert SEEN.mean() < np.quantile(replicated.mean(axis=1), 1e-6)


def sampled(line: str, **data: list[float]) -> Fit:
    names = ", ".join(f"{name}[i]" for name in data)
    text = f"data {names}\nm ~ Normal(1, 0.001)\n{line}\n"
    return hdsl.compile(text).sample(data=data, seed=1, num_chains=2, num_samples=500)


def new_y(fit: Fit) -> NewData:
    found = new_data(fit, next(v for v in fit.variables if v.role == "replicate"))
    assert found is not None
    return found


def test_limits_of_all_data_are_those_of_new_data() -> None:
    fit = sampled("y[i] ~ Normal(m, 1) censored to [0, top[i]]", y=[0, 2, 1.5], top=[2, 2, 3])
    data = new_y(fit)
    assert not data.is_censored
    assert data.replicated.min() == 0
    assert data.replicated.max(axis=0).tolist() == [2, 2, 3]
    names = {check.statistic for check in predictive_checks(fit)}
    assert names == {"mean", "sd", "share at 2", "share of zeros"}


@pytest.mark.parametrize(
    ("line", "bounds"),
    [
        ("y[i] ~ Normal(m, 1) censored if cut[i] == 1", {}),
        ("y[i] ~ Normal(m, 1) censored to [-inf, top[i]]", {"top": [1, np.inf, 2, np.inf]}),
        (
            "y[i] ~ if cut[i] == 1 then Normal(m, 1) censored if y[i] > 0 else Normal(m, 1)",
            {},
        ),
        (
            "y[i] ~ Normal(m, 1) censored if cut[i] == 1 for i <= 2\n"
            "y[i] ~ Normal(m, 1) censored if cut[i] > 0 for i > 2",
            {},
        ),
    ],
)
def test_limits_of_censored_data_alone_are_not_those_of_new_data(line, bounds, tmp_path) -> None:
    fit = sampled(line, y=[1, 0.5, 2, 0.2], cut=[1, 0, 1, 0], **bounds)
    data = new_y(fit)
    assert data.at_least.tolist() == [True, False, True, False]
    assert not data.at_most.any()
    assert (data.replicated.max(axis=0) > 3).all()
    fit.save(tmp_path / "y.run")
    assert hdsl.open(tmp_path / "y.run") == fit


def test_a_limit_of_detection() -> None:
    line = "y[i] ~ Normal(m, 1) censored to [low[i], inf]"
    data = new_y(sampled(line, y=[0.5, 2, 0.8], low=[0.5, -np.inf, 0.8]))
    assert data.at_most.tolist() == [True, False, True]
    assert data.replicated.min() < 0
    assert [one.name for one in statistics(data)] == [
        "upper quartile",
        "mean when cut at 0.5",
        "share below 0.5",
    ]


def test_unknown_limits_on_both_sides_leave_nothing_to_compare() -> None:
    line = "y[i] ~ Normal(m, 1) censored to [low[i], top[i]]"
    inf = np.inf
    fit = sampled(line, y=[0.5, 2, 0.8], low=[0.5, -inf, -inf], top=[inf, inf, 0.8])
    assert predictive_checks(fit) == []
    with pytest.raises(hdsl.HdslError, match="HB588"):
        fit.plot.ppc("y")


def test_a_whole_number_that_is_at_least_3_may_be_3() -> None:
    y = np.array([3.0, 3.0, 1.0, 5.0])
    at_least = np.array([True, False, False, False])
    data = NewData("y", y, np.ones((2, 4)), at_least, np.zeros(4, bool), is_whole=True)
    np.testing.assert_allclose(data.shares.over(np.array([1, 3, 4])), [3 / 4, 3 / 8, 3 / 8])
