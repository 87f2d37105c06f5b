"""Densities, cumulative probabilities and moments, against SciPy."""

from __future__ import annotations

import math
import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special, stats

from hdsl.distributions import DISTRIBUTIONS
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.tree import Constant

from .scipy_twins import (
    IDS,
    ROUGH_TAILS,
    TWINS,
    WITHOUT_MEAN,
    X,
    applied,
    at,
    is_discrete,
    log_prob,
    number,
    points,
)

every = pytest.mark.parametrize(("name", "positional", "keywords", "twin"), TWINS, ids=IDS)
Arguments = tuple[float, ...]
Keywords = dict[str, float]


def test_every_distribution_and_form_has_a_twin() -> None:
    tried = {
        (name, frozenset(p.name for p, _ in applied(name, *positional, **keywords).written))
        for name, positional, keywords, _ in TWINS
    }
    for name, distribution in DISTRIBUTIONS.items():
        if name in {"Flat", "HalfStudentT", "DiscreteWeibull", "Kumaraswamy", "LogitNormal"}:
            continue
        for form in (distribution.parameters, *(form.parameters for form in distribution.forms)):
            assert (name, frozenset(p.name for p in form)) in tried


@every
def test_log_prob(name: str, positional: Arguments, keywords: Keywords, twin: Any) -> None:
    x = points(twin)
    if name in {"VonMises", "SkewStudentT"}:  # SciPy's tails end at pi, and are inexact
        x = x[2:-2]
    expected = twin.logpmf(x) if is_discrete(twin) else twin.logpdf(x)
    kept = np.isfinite(expected)
    assert kept.sum() >= 2
    found = log_prob(applied(name, *positional, **keywords), x)
    np.testing.assert_allclose(found[kept], expected[kept], rtol=1e-10, atol=1e-11)


@every
def test_total_is_one(name: str, positional: Arguments, keywords: Keywords, twin: Any) -> None:
    random = applied(name, *positional, **keywords)
    if is_discrete(twin):
        assert np.exp(log_prob(random, points(twin))).sum() == pytest.approx(1, abs=1e-11)
        return
    cuts = twin.ppf([0.001, 0.01, 0.3, 0.7, 0.99, 0.999])
    parts = [
        integrate.quad(lambda x: float(np.exp(log_prob(random, x))[0]), a, b, epsabs=1e-10)[0]
        for a, b in pairwise(cuts)
    ]
    assert sum(parts) == pytest.approx(0.998, abs=1e-8)


@every
def test_outside_the_support(
    name: str, positional: Arguments, keywords: Keywords, twin: Any
) -> None:
    random = applied(name, *positional, **keywords)
    lower, upper = twin.support()
    outside = [end for end in (lower - 1.5, lower - 1, upper + 1, upper + 2.5) if np.isfinite(end)]
    if outside:
        assert np.all(log_prob(random, outside) == -np.inf)
    assert random.is_discrete == is_discrete(twin)


@every
def test_cdf(name: str, positional: Arguments, keywords: Keywords, twin: Any) -> None:
    random = applied(name, *positional, **keywords)
    d, parameters = random.distribution, random.parameters
    lower, upper = twin.support()
    x = np.concatenate([points(twin), points(twin)[::3] + 0.5, [max(lower, -50) - 1.5]])
    x = np.append(x, min(upper, 1e4 if name == "BetaNegativeBinomial" else 1e30) + 1)
    if name == "VonMises":  # SciPy goes on around the circle
        x = np.clip(x, -math.pi, math.pi)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        below, above = twin.cdf(x), twin.sf(x)
        log_below, log_above = np.log(below), np.log(above)
    # Elsewhere the derivative in test_gradients tells whether the tails are right.
    least = 1e-7 if name in ROUGH_TAILS else 0.0
    for found, expected in (
        (at(d.cdf(X, **parameters), x), below),
        (at(d.survival(X, **parameters), x), above),
    ):
        kept = expected >= least
        tolerance = 1e-6 if name in ROUGH_TAILS else 1e-9
        np.testing.assert_allclose(found[kept], expected[kept], rtol=tolerance, atol=2e-16)
    for found, expected in (
        (at(d.log_cdf(X, **parameters), x), log_below),
        (at(d.log_survival(X, **parameters), x), log_above),
    ):
        # SciPy loses the tail of Pareto next to its minimum.
        kept = expected > (-15 if name in {"Pareto", *ROUGH_TAILS} else -400)
        tolerance = 1e-6 if name in ROUGH_TAILS else 1e-9
        np.testing.assert_allclose(found[kept], expected[kept], rtol=tolerance, atol=1e-12)


@every
def test_log_mass(name: str, positional: Arguments, keywords: Keywords, twin: Any) -> None:
    random = applied(name, *positional, **keywords)
    d, parameters = random.distribution, random.parameters
    for low, high in [(0.001, 0.01), (0.2, 0.9), (0.6, 0.7), (0.97, 0.999)]:
        a, b = twin.ppf([low, high])
        if a == b:
            continue
        left = twin.cdf(b) - twin.cdf(a)
        found = d.log_mass(Constant(a), Constant(b), **parameters)
        assert at(found)[0] == pytest.approx(math.log(left), rel=1e-9)
    assert at(d.log_mass(None, None, **parameters))[0] == 0
    only = d.log_mass(None, Constant(twin.ppf(0.4)), **parameters)
    assert at(only)[0] == pytest.approx(twin.logcdf(twin.ppf(0.4)), rel=1e-9)


@every
def test_draws(name: str, positional: Arguments, keywords: Keywords, twin: Any) -> None:
    rng = np.random.default_rng(20260101)
    draws = applied(name, *positional, **keywords).sample(rng, (20_000,), number)
    assert draws.shape == (20_000,)
    assert draws.dtype == float
    if is_discrete(twin):
        values, counts = np.unique(draws, return_counts=True)
        chances = twin.pmf(values)
        error = np.sqrt(chances * (1 - chances) / 20_000)
        assert np.all(np.abs(counts / 20_000 - chances) < 5 * error + 1e-4)
        assert chances.sum() > 0.999
    else:
        assert stats.kstest(draws, twin.cdf).pvalue > 1e-4


@every
def test_mean(name: str, positional: Arguments, keywords: Keywords, twin: Any) -> None:
    random = applied(name, *positional, **keywords)
    mean = random.distribution.mean(**random.parameters)
    if name in WITHOUT_MEAN:
        assert mean is None
    else:
        assert at(mean)[0] == pytest.approx(twin.mean(), rel=1e-10)


@pytest.mark.parametrize("df", [0.7, 3.0, 40.0])
def test_half_student_t_is_the_size_of_student_t(df: float) -> None:
    half, scale = applied("HalfStudentT", df, 2.0), 2.0
    twin = stats.t(df, 0, scale)
    x = np.array([1e-9, 0.1, 1.0, 5.0, 1e3, 1e8])
    d, parameters = half.distribution, half.parameters
    np.testing.assert_allclose(log_prob(half, x), twin.logpdf(x) + math.log(2), rtol=1e-11)
    np.testing.assert_allclose(at(d.survival(X, **parameters), x), 2 * twin.sf(x), rtol=1e-9)
    np.testing.assert_allclose(
        at(d.cdf(X, **parameters), x[:4]), 1 - 2 * twin.sf(x[:4]), atol=1e-13
    )
    small = at(d.cdf(X, **parameters), 1e-30)[0]
    assert small == pytest.approx(2e-30 * twin.pdf(0), rel=1e-10)
    draws = half.sample(np.random.default_rng(4), (20_000,), number)
    assert stats.kstest(draws, lambda v: 2 * twin.cdf(v) - 1).pvalue > 1e-4


def test_half_student_t_mean() -> None:
    def mean(df: float) -> float:
        half = applied("HalfStudentT", df, 2.0)
        return at(half.distribution.mean(**half.parameters))[0]

    expected = 2 * integrate.quad(lambda x: x * stats.t(3.5, 0, 2.0).pdf(x), 0, np.inf)[0]
    assert mean(3.5) == pytest.approx(expected, rel=1e-7)
    assert mean(1.0) == math.inf


def test_means_that_do_not_exist() -> None:
    for name, arguments, expected in [
        ("StudentT", (1.0, 0.0, 1.0), math.nan),
        ("InverseGamma", (0.5, 2.0), math.inf),
        ("Pareto", (1.0, 1.0), math.inf),
        ("HalfCauchy", (1.0,), math.inf),
    ]:
        random = applied(name, *arguments)
        np.testing.assert_equal(at(random.distribution.mean(**random.parameters))[0], expected)


def test_flat_adds_nothing() -> None:
    whole, part = applied("Flat"), applied("Flat", 0.0, 2.0)
    assert not whole.distribution.proper
    np.testing.assert_array_equal(log_prob(whole, [-1e9, 3.0]), [0.0, 0.0])
    np.testing.assert_array_equal(log_prob(part, [-1.0, 1.0, 3.0]), [-np.inf, 0.0, -np.inf])
    assert whole.support.lower is None
    assert applied("Flat", upper=1.0).support.lower is None
    with pytest.raises(ValueError, match="no draws"):
        whole.sample(np.random.default_rng(1), (3,), number)
    draws = part.sample(np.random.default_rng(1), (100,), number)
    assert draws.min() > 0
    assert draws.max() < 2


@pytest.mark.parametrize(
    ("name", "arguments", "x", "expected"),
    [
        ("Poisson", (0.0,), [0, 1], [0.0, -np.inf]),
        ("NegativeBinomial", (0.0, 2.0), [0, 1], [0.0, -np.inf]),
        ("Binomial", (0, 0.3), [0, 1], [0.0, -np.inf]),
        ("Binomial", (3, 0.0), [0, 1, 3], [0.0, -np.inf, -np.inf]),
        ("Binomial", (3, 1.0), [3, 2, 0], [0.0, -np.inf, -np.inf]),
        ("Bernoulli", (0.0,), [0, 1], [0.0, -np.inf]),
        ("Bernoulli", (1.0,), [1, 0], [0.0, -np.inf]),
        ("BetaBinomial", (0, 0.5, 0.5), [0], [0.0]),
        ("Geometric", (1.0,), [0, 1], [0.0, -np.inf]),
        ("DiscreteUniform", (4, 4), [4, 5], [0.0, -np.inf]),
        ("Exponential", (2.0,), [0.0], [math.log(2)]),
        ("Skellam", (0.0, 0.0), [0, 1, -1], [0.0, -np.inf, -np.inf]),
        ("Skellam", (2.0, 0.0), [0, 1, -1], [-2.0, math.log(2) - 2, -np.inf]),
        ("Hypergeometric", (3, 5, 0), [3, 2], [0.0, -np.inf]),
        ("GeneralizedPareto", (1.0, 2.0, -0.5), [1.0, 5.5], [-math.log(2), -np.inf]),
        ("GeneralizedExtremeValue", (0.0, 1.0, 0.5), [-2.5], [-np.inf]),
        ("Gompertz", (2.0, 3.0), [0.0], [math.log(6)]),
        ("Rice", (0.0, 1.0), [1.0], [-0.5]),
        ("Uniform", (0.0, 2.0), [0.0, 2.0], [-math.log(2)] * 2),
        ("HalfNormal", (1.0,), [0.0], [0.5 * math.log(2 / math.pi)]),
        ("Pareto", (2.0, 1.0), [2.0], [-math.log(2)]),
    ],
)
def test_edges(name: str, arguments: Arguments, x: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(log_prob(applied(name, *arguments), x), expected, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("Poisson", (0.0,), 0),
        ("Binomial", (5, 1.0), 5),
        ("Binomial", (0, 0.5), 0),
        ("NegativeBinomial", (0.0, 1.0), 0),
        ("Geometric", (1.0,), 0),
        ("Bernoulli", (1.0,), 1),
    ],
)
def test_draws_that_are_certain(name: str, arguments: Arguments, value: float) -> None:
    draws = applied(name, *arguments).sample(np.random.default_rng(1), (50,), number)
    assert np.all(draws == value)


def test_draws_of_enormous_counts() -> None:
    rng = np.random.default_rng(1)
    draws = applied("Poisson", 1e40).sample(rng, (100,), number)
    np.testing.assert_allclose(draws, 1e40, rtol=1e-15)
    assert np.all(applied("Geometric", 1e-30).sample(rng, (100,), number) > 1e24)


FAR = 10.0 ** np.arange(8, 17)


@pytest.mark.parametrize("far", FAR)
def test_negative_binomial_becomes_poisson(far: float) -> None:
    y = np.array([0.0, 1, 5, 40, 200])
    limit = stats.poisson(30.0).logpmf(y)
    # The first term beyond the limit: ((y - mean)^2 - y) / (2 concentration).
    first = ((y - 30.0) ** 2 - y) / (2 * far)
    np.testing.assert_allclose(
        log_prob(applied("NegativeBinomial", 30.0, far), y), limit + first, rtol=2e-12
    )


@pytest.mark.parametrize("far", FAR)
def test_beta_binomial_becomes_binomial(far: float) -> None:
    y = np.array([0.0, 1, 7, 20, 40])
    found = log_prob(applied("BetaBinomial", 40, mean=0.2, concentration=far), y)
    spread = y * (y - 1) / 0.2 + (40 - y) * (39 - y) / 0.8 - 40 * 39
    limit = stats.binom(40, 0.2).logpmf(y) + spread / (2 * far)
    np.testing.assert_allclose(found, limit, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("far", FAR)
def test_student_t_becomes_normal(far: float) -> None:
    x = np.array([-8.0, -1.0, 0.0, 0.5, 3.0, 30.0])
    first = (x**4 / 4 - x**2 / 2 - 1 / 4) / far
    limit = stats.norm.logpdf(x) + first
    np.testing.assert_allclose(log_prob(applied("StudentT", far, 0, 1), x), limit, rtol=1e-10)


def test_normal_tails_to_the_end() -> None:
    # log of Phi(b) - Phi(a), computed with 50 digits.
    for a, b, expected in NORMAL_MASSES:
        random = applied("Normal", 1.0, 2.0)
        ends = (Constant(1 + 2 * a), Constant(1 + 2 * b))
        found = at(random.distribution.log_mass(*ends, **random.parameters))[0]
        assert found == pytest.approx(expected, rel=1e-9)


NORMAL_MASSES: list[tuple[float, float, float]] = [
    (-1.0, 1.0, -0.38171514630212607),
    (0.5, 0.6, -3.3730642269427959),
    (3.0, 4.0, -6.6314677865382251),
    (8.0, 9.0, -35.013618593437148),
    (-9.0, -8.0, -35.013618593437148),
    (38.0, 39.0, -726.55721601882013),
    (-100.0, -99.0, -4906.0141603877319),
    (1000.0, 1001.0, -500007.82669481218),
    (-40.0, 30.0, 0.0),
    (10.0, 10.0009765625, -57.855289336222084),
    (-3.0, -2.9990234375, -12.348945296488419),
    (-0.25, 12.0, -0.51298407540943043),
]


def test_truncated_far_away_stays_normalised() -> None:
    random = Truncated(applied("Normal", 0.0, 1.0), Constant(50.0), Constant(50.5))
    total = integrate.quad(lambda x: float(np.exp(log_prob(random, x))[0]), 50, 50.5, epsabs=0)[0]
    assert total == pytest.approx(1, rel=1e-8)


def test_discrete_weibull() -> None:
    """The chance to reach k is q^(k^shape); with shape 1 it is geometric."""
    random = applied("DiscreteWeibull", 0.8, 1.4)
    d, parameters = random.distribution, random.parameters
    k = np.arange(40.0)
    reach = 0.8 ** (np.arange(41.0) ** 1.4)
    kept = reach[:-1] > 1e-12
    np.testing.assert_allclose(np.exp(log_prob(random, k))[kept], -np.diff(reach)[kept], rtol=1e-9)
    np.testing.assert_allclose(at(d.survival(X, **parameters), k), reach[1:], rtol=1e-12)
    draws = random.sample(np.random.default_rng(5), (20_000,), number)
    for value in range(6):
        chance = -np.diff(reach)[value]
        error = math.sqrt(chance * (1 - chance) / 20_000)
        assert abs(np.mean(draws == value) - chance) < 5 * error
    plain = applied("DiscreteWeibull", 0.7, 1.0)
    np.testing.assert_allclose(log_prob(plain, k), stats.geom(0.3, loc=-1).logpmf(k), rtol=1e-10)


@pytest.mark.parametrize(
    ("name", "arguments", "to_uniform"),
    [
        ("Kumaraswamy", (2.0, 3.5), lambda x: 1 - (1 - x**2) ** 3.5),
        ("LogitNormal", (0.3, 0.8), lambda x: stats.norm(0.3, 0.8).cdf(np.log(x / (1 - x)))),
    ],
)
def test_on_the_unit_interval(name: str, arguments: Arguments, to_uniform: Any) -> None:
    random = applied(name, *arguments)
    d, parameters = random.distribution, random.parameters
    x = np.array([0.01, 0.2, 0.5, 0.77, 0.99])
    np.testing.assert_allclose(at(d.cdf(X, **parameters), x), to_uniform(x), rtol=1e-11)
    np.testing.assert_allclose(at(d.survival(X, **parameters), x), 1 - to_uniform(x), rtol=1e-9)
    slope = (to_uniform(x + 1e-6) - to_uniform(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(np.exp(log_prob(random, x)), slope, rtol=1e-6)
    np.testing.assert_array_equal(at(d.log_cdf(X, **parameters), [-1, 2]), [-np.inf, 0])
    draws = random.sample(np.random.default_rng(6), (20_000,), number)
    assert stats.kstest(draws, to_uniform).pvalue > 1e-4
    if name == "Kumaraswamy":
        mean = integrate.quad(lambda v: v * float(np.exp(log_prob(random, v))[0]), 0, 1)[0]
        assert at(d.mean(**parameters))[0] == pytest.approx(mean, rel=1e-8)


def test_tails_of_summed_counts_where_scipy_has_none() -> None:
    """Against sums of whole numbers, with a shape below 1, and beyond both ends."""
    for n, a, b in [(20, 0.3, 0.2), (300, 0.01, 5.0), (0, 1.0, 2.0)]:
        twin = stats.betabinom(n, a, b)
        p = twin.pmf(np.arange(n + 1))
        x = np.array([-1, 0, 1.5, n // 3, n - 1, n, n + 2])
        below = [p[: max(0, math.floor(v) + 1)].sum() for v in x]
        above = [p[max(0, math.floor(v) + 1) :].sum() for v in x]
        d = applied("BetaBinomial", n, a, b)
        np.testing.assert_allclose(at(d.distribution.cdf(X, **d.parameters), x), below, rtol=1e-11)
        found = at(d.distribution.survival(X, **d.parameters), x)
        np.testing.assert_allclose(found, above, rtol=1e-11)
    d = applied("Hypergeometric", 5, 7, 0)
    np.testing.assert_array_equal(at(d.distribution.cdf(X, **d.parameters), [4, 5, 6]), [0, 1, 1])


def test_far_tails_are_exact_as_logarithms() -> None:
    """Rayleigh's formula, Poisson's sum, and the von Mises density at the end of its tail."""
    rice = applied("Rice", 0, 1)
    x = np.array([2.0, 9.0, 35.0])
    found = at(rice.distribution.log_survival(X, **rice.parameters), x)
    np.testing.assert_allclose(found, -0.5 * x**2, rtol=1e-13)
    skellam = applied("Skellam", 12, 0)
    found = at(skellam.distribution.log_survival(X, **skellam.parameters), [5.0, 60.0, 150.0])
    expected = stats.poisson(12).logsf([5, 60, 150])
    np.testing.assert_allclose(found[:2], expected[:2], rtol=1e-11)
    sums = np.logaddexp.reduce(stats.poisson(12).logpmf(np.arange(151, 400)))
    assert found[2] == pytest.approx(sums, rel=1e-12)
    angle = applied("VonMises", 0.3, 800)
    t = 3.0 + np.linspace(0, math.pi - 3.0, 400_001)
    logs = -1600 * np.sin(0.5 * (t - 0.3)) ** 2
    top = logs.max()
    total = top + math.log(np.trapezoid(np.exp(logs - top), t))
    expected = total - math.log(2 * math.pi * special.ive(0, 800))
    found = at(angle.distribution.log_survival(X, **angle.parameters), 3.0)
    assert found[0] == pytest.approx(expected, rel=1e-8)


def test_heavy_tail_of_counts_beyond_the_sum() -> None:
    """The power law that continues the sum, against sums of the chances."""
    d = applied("BetaNegativeBinomial", 3, 2.5, 4)
    x = np.array([19_990.0, 19_999.0, 20_000.0, 20_010.0])
    found = at(d.distribution.survival(X, **d.parameters), x)
    chances = np.exp(log_prob(d, np.arange(19_991, 20_011)))
    np.testing.assert_allclose(found[2] - found[3], chances[10:].sum(), rtol=1e-5)
    np.testing.assert_allclose(found[0] - found[2], chances[:10].sum(), rtol=1e-3)
    far = at(d.distribution.log_survival(X, **d.parameters), [1e6, 2e6])
    assert far[0] - far[1] == pytest.approx(2.5 * math.log(2), rel=1e-5)
