"""Truncation: normalised, drawn inside, brackets as in mathematics, however unlikely the part."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from hdsl.distributions.distribution import Support
from hdsl.distributions.invert import draw_between
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.tree import Along, Constant, Expression, Reference

from .scipy_twins import TWINS, X, applied, at, is_discrete, log_prob, number


def cut(name: str, arguments: tuple[float, ...], text: str) -> Truncated:
    """``cut("Poisson", (3,), "[0, 5)")``."""
    low, high = (float(end) for end in text[1:-1].split(","))
    return Truncated(
        applied(name, *arguments),
        None if math.isinf(low) else Constant(low),
        None if math.isinf(high) else Constant(high),
        text[0] == "(",
        text[-1] == ")",
    )


CONTINUOUS = [
    ("Normal", (0.0, 1.0), "(0, inf)"),
    ("Normal", (0.0, 1.0), "(-1, 0.5)"),
    ("Normal", (3.0, 0.5), "(9, 12)"),
    ("StudentT", (3.0, 0.0, 1.0), "(0, inf)"),
    ("StudentT", (3.0, 0.0, 1.0), "(40, 90)"),
    ("Cauchy", (0.0, 1.0), "(1e6, 2e6)"),
    ("Laplace", (1.0, 2.0), "(-3, 4)"),
    ("Logistic", (0.0, 1.0), "(30, 40)"),
    ("LogNormal", (0.0, 1.0), "(-1, 2)"),
    ("Exponential", (2.0,), "(-3, 0.5)"),
    ("Exponential", (2.0,), "(400, inf)"),
    ("Gamma", (2.0, 3.0), "(-inf, 0.2)"),
    ("Gamma", (2.0, 3.0), "(20, 30)"),
    ("InverseGamma", (2.0, 3.0), "(1, 5)"),
    ("Weibull", (1.5, 2.0), "(10, 14)"),
    ("Pareto", (1.0, 2.0), "(0.5, 3)"),
    ("Beta", (2.0, 5.0), "(0.9, 1.5)"),
    ("Uniform", (0.0, 4.0), "(3, 9)"),
    ("HalfCauchy", (1.0,), "(0, 0.1)"),
    ("HalfStudentT", (4.0, 1.0), "(3, 8)"),
]


@pytest.mark.parametrize(("name", "arguments", "interval"), CONTINUOUS)
def test_continuous(name: str, arguments: tuple[float, ...], interval: str) -> None:
    random = cut(name, arguments, interval)
    low, high = _ends(random.support)
    draws = random.sample(np.random.default_rng(7), (4000,), number)
    assert low <= draws.min()
    assert draws.max() <= high

    def density(x: float) -> float:
        return float(np.exp(log_prob(random, x))[0])

    middle = sorted(np.quantile(draws, [0.001, 0.1, 0.5, 0.9, 0.99, 0.999]).tolist())
    cuts = [low, *middle, high]
    parts = [integrate.quad(density, a, b, epsabs=1e-10)[0] for a, b in pairwise(cuts)]
    assert sum(parts) == pytest.approx(1, abs=1e-7)
    at_cuts = np.concatenate([[0.0], np.cumsum(parts)])
    error = np.max(np.abs([np.mean(draws <= c) for c in cuts] - at_cuts))
    assert error < 5 * 0.5 / math.sqrt(4000)
    outside = [end for end in (low - 0.01, high + 0.01) if math.isfinite(end)]
    assert np.all(log_prob(random, outside) == -np.inf)


def _ends(support: Support) -> tuple[float, float]:
    low = -math.inf if support.lower is None else float(number(support.lower))
    high = math.inf if support.upper is None else float(number(support.upper))
    return low, high


DISCRETE = [
    ("Poisson", (3.0,), "[0, 5]", 0, 5),
    ("Poisson", (3.0,), "(0, 5)", 1, 4),
    ("Poisson", (3.0,), "(0, inf)", 1, None),
    ("Poisson", (3.0,), "(0.5, 4.5]", 1, 4),
    ("Poisson", (3.0,), "[60, 62]", 60, 62),
    ("Binomial", (20, 0.3), "[3, 20)", 3, 19),
    ("Binomial", (20, 0.3), "(-inf, 2]", 0, 2),
    ("NegativeBinomial", (4.0, 2.0), "(0, 9]", 1, 9),
    ("Geometric", (0.3,), "[200, 203]", 200, 203),
    ("DiscreteUniform", (0, 9), "(4, 20)", 5, 9),
    ("Bernoulli", (0.3,), "(0, 1]", 1, 1),
]


@pytest.mark.parametrize(("name", "arguments", "interval", "first", "last"), DISCRETE)
def test_discrete(
    name: str, arguments: tuple[float, ...], interval: str, first: int, last: int | None
) -> None:
    random = cut(name, arguments, interval)
    values = np.arange(first, (last if last is not None else 60) + 1)
    chances = np.exp(log_prob(random, values))
    assert chances.sum() == pytest.approx(1, rel=1e-9)
    assert log_prob(random, first - 1)[0] == -np.inf
    if last is not None:
        assert log_prob(random, last + 1)[0] == -np.inf
    draws = random.sample(np.random.default_rng(3), (4000,), number)
    counts = np.array([np.sum(draws == value) for value in values])
    assert counts.sum() == 4000
    error = np.sqrt(chances * (1 - chances) / 4000)
    assert np.all(np.abs(counts / 4000 - chances) <= 5 * error + 1e-9)


@pytest.mark.parametrize("distance", [8.0, 40.0, 1000.0])
def test_draws_where_rejection_is_hopeless(distance: float) -> None:
    random = cut("Normal", (0.0, 1.0), f"({distance}, inf)")
    draws = random.sample(np.random.default_rng(5), (3000,), number)
    # So far out the excess is nearly exponential with rate `distance`.
    excess = (draws - distance) * distance
    expected = 1 - 1 / distance**2
    assert excess.min() > 0
    assert excess.mean() == pytest.approx(expected, abs=5 / math.sqrt(3000) + 4 / distance**4)


def test_inverted_draws_are_those_of_the_whole() -> None:
    for name, positional, keywords, twin in TWINS:
        if name == "BetaNegativeBinomial":  # its sums are long
            continue
        draws = draw_between(
            np.random.default_rng(11),
            (400,),
            applied(name, *positional, **keywords),
            np.array(-np.inf),
            np.array(np.inf),
            number,
        )
        if is_discrete(twin):
            assert np.all(draws == np.floor(draws))
            error = math.sqrt(twin.var() / 400)
            assert abs(draws.mean() - twin.mean()) < 4.5 * error, name
        else:
            assert stats.kstest(draws, twin.cdf).pvalue > 1e-4


def test_inverting_needs_a_cdf() -> None:
    with pytest.raises(TypeError, match="Flat"):
        draw_between(
            np.random.default_rng(1),
            (2,),
            applied("Flat", 0, 4),
            np.array(0.0),
            np.array(2.0),
            number,
        )
    with pytest.raises(TypeError, match="cdf"):
        cut("Flat", (0, 4), "[0, 2]").log_prob(X)


def test_bounds_and_parameters_by_row() -> None:
    mean = np.array([0.0, 100.0, -3.0])
    low = np.array([1.0, 0.0, 20.0])
    values: dict[str, np.ndarray] = {"mean": mean, "low": low}

    def evaluate(e: Expression) -> np.ndarray:
        return values[e.name] if isinstance(e, Reference) else number(e)

    row = (Along("row"),)
    base = applied("Normal", 0, 1)
    base = type(base)(base.distribution, (("mean", Reference("mean", row)), ("sd", Constant(1.0))))
    random = Truncated(base, Reference("low", row), None)
    draws = random.sample(np.random.default_rng(1), (500, 3), evaluate)
    assert np.all(draws > low)
    assert draws[:, 1].mean() == pytest.approx(100, abs=0.3)
    assert draws[:, 2].mean() == pytest.approx(20.043, abs=0.02)


def test_a_wider_interval_changes_nothing() -> None:
    wide = cut("Beta", (2.0, 3.0), "(-1, 2)")
    assert wide.support == Support(Constant(0.0), Constant(1.0))
    assert at(wide.log_prob(X), 0.3)[0] == pytest.approx(log_prob(wide.base, 0.3)[0])
    infinite = Truncated(applied("Normal", 0, 1), Constant(-math.inf), Constant(math.inf))
    assert infinite.support == Support()
    assert at(infinite.log_prob(X), 0.3)[0] == log_prob(infinite.base, 0.3)[0]


def test_closed_ends_belong_to_it() -> None:
    closed = cut("Normal", (0.0, 1.0), "[0, 1]")
    assert np.all(np.isfinite(log_prob(closed, [0.0, 1.0])))
    opened = cut("Normal", (0.0, 1.0), "(0, 1)")
    assert np.all(log_prob(opened, [0.0, 1.0]) == -np.inf)
    assert np.isfinite(log_prob(cut("Exponential", (1.0,), "(-inf, 2)"), 0.0)[0])
