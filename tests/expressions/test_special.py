"""Special functions against numbers made with mpmath at 60 digits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.functions import FUNCTIONS, LINKS

# fmt: off
LOG_RISING: list[tuple[float, float, float]] = [
    (1e-06, 3.0, -13.122361877404954),
    (0.3, 1.0, -1.203972804325936),
    (0.5, 0.5, -0.57236494292470009),
    (2.5, 0.5, 0.40846431008702615),
    (2.5, 40.0, 115.61538759994161),
    (7.0, 1000000.0, 12815594.698491305),
    (1.5, 1000000000000.0, 26631021115957.219),
    (3.0, 1e+16, 3.584136148790474e+17),
    (1000.0, 0.5, 3.4537526394962769),
    (1000000.0, 17.0, 234.86381548464467),
    (1000000.0, 1000000.0, 14201804.572510533),
    (1000000000000.0, 1.0, 27.631021115928548),
    (1000000000000.0, 250.0, 6907.7552790132621),
    (1000000000000.0, 1000000000000.0, 28017315477048.092),
    (500000000000.0, 0.5, 13.468936967684051),
    (1e+16, 3.0, 110.52408446371419),
    (1e+16, 10000.0, 368413.61487905231),
    (1e+16, 1e+16, 3.7227655849024622e+17),
    (250.0, 2.6, 14.364095182312624),
    (900.0, 8.9, 60.580253543210633),
]
LOG_BETA: list[tuple[float, float, float]] = [
    (0.01, 0.02, 5.0103133506979858),
    (0.5, 0.5, 1.1447298858494002),
    (1.0, 1.0, 0.0),
    (2.0, 5.0, -3.4011973816621554),
    (9.9, 10.1, -13.735177544346377),
    (10.0, 10.0, -13.736229227036555),
    (1e-06, 1000000.0, 13.815496165239374),
    (3.0, 1000000000000.0, -82.199916167228699),
    (50.0, 1000000000000.0, -1236.9853118513075),
    (1000000000000.0, 1000000000000.0, -1386294361132.4406),
    (1e+16, 1000.0, -30936.1410646956),
    (1e+16, 1e+16, -13862943611198923.0),
    (1000000.0, 2000000.0, -1909548.290968533),
]
LOG_CHOOSE: list[tuple[float, float, float]] = [
    (0.0, 0.0, 0.0),
    (5.0, 2.0, 2.3025850929940457),
    (40.0, 20.0, 25.649406793250425),
    (1000.0, 3.0, 18.9285038647141),
    (1000000.0, 400000.0, 673004.55387335818),
    (1000000000000.0, 7.0, 184.89198645041342),
    (1000000000000.0, 500000000000.0, 693147180545.90401),
    (1000000000000000.0, 1000000000000000.0, 0.0),
]
LOGSUBEXP: list[tuple[float, float, float]] = [
    (0.0, -1.0, -0.45867514538708189),
    (0.0, -1e-10, -23.025850929990457),
    (0.0, -50.0, -1.9287498479639178e-22),
    (-800.0, -801.0, -800.45867514538708),
    (-100000.0, -100000.1, -100002.35216846099),
    (700.0, 3.0, 700.0),
]
# fmt: on


def compute(name: str, *arguments: Any) -> np.ndarray:
    with np.errstate(all="ignore"):
        values = [np.asarray(a, float) for a in arguments]
        return np.asarray(FUNCTIONS[name].compute(numpy_arrays(), *values))


@pytest.mark.parametrize(("x", "n", "expected"), LOG_RISING)
def test_log_rising(x: float, n: float, expected: float) -> None:
    assert compute("log_rising", x, n) == pytest.approx(expected, rel=4e-14, abs=1e-14)


@pytest.mark.parametrize(("a", "b", "expected"), LOG_BETA)
def test_log_beta(a: float, b: float, expected: float) -> None:
    assert compute("log_beta", a, b) == pytest.approx(expected, rel=1e-13, abs=1e-13)
    assert compute("log_beta", b, a) == pytest.approx(expected, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize(("n", "k", "expected"), LOG_CHOOSE)
def test_log_choose(n: float, k: float, expected: float) -> None:
    assert compute("log_choose", n, k) == pytest.approx(expected, rel=1e-13, abs=2e-14)


def test_log_choose_outside() -> None:
    np.testing.assert_array_equal(compute("log_choose", [3, 3, 0], [4, -1, 1]), [-np.inf] * 3)


@pytest.mark.parametrize(("x", "y", "expected"), LOGSUBEXP)
def test_logsubexp(x: float, y: float, expected: float) -> None:
    assert compute("logsubexp", x, y) == pytest.approx(expected, rel=1e-14)


def test_logsubexp_of_nothing() -> None:
    np.testing.assert_array_equal(
        compute("logsubexp", [2.0, -np.inf, 1.0], [-np.inf, -np.inf, 1.0]), [2.0, -np.inf, -np.inf]
    )


def test_log_rising_of_no_step_is_zero() -> None:
    x = 10.0 ** np.arange(-12.0, 17.0)
    assert np.all(compute("log_rising", x, 0.0) == 0)


def test_log_rising_is_a_sum_of_logs() -> None:
    for x in (0.003, 0.7, 4.0, 1e5):
        for n in (1, 2, 9, 10, 11, 150):
            expected = np.log(x + np.arange(n)).sum()
            assert compute("log_rising", x, n) == pytest.approx(expected, rel=1e-13)


def test_zero_times_log_zero() -> None:
    np.testing.assert_array_equal(compute("xlogy", [0.0, 0.0, 2.0], [0.0, 3.0, 1.0]), [0, 0, 0])
    np.testing.assert_array_equal(compute("xlog1py", [0.0, 1.0], [-1.0, -1.0]), [0, -np.inf])
    assert compute("xlogy", 2.0, 0.0) == -np.inf


@pytest.mark.parametrize(
    ("base", "exponent"),
    [(-3.0, 2.0), (-3.0, 3.0), (2.0, 4.0), (4.0, 0.5), (4.0, -1.0), (0.0, 0.0), (2.0, math.inf)],
)
def test_power(base: float, exponent: float) -> None:
    found = FUNCTIONS["power"].compute(numpy_arrays(), np.float64(base), exponent)
    assert found == np.float64(base) ** exponent


@pytest.mark.parametrize("link", list(LINKS))
def test_links_and_their_inverses(link: str) -> None:
    p = np.array([1e-9, 0.1, 0.5, 0.99])
    np.testing.assert_allclose(compute(LINKS[link], compute(link, p)), p, rtol=1e-9)


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if f.monotone])
def test_what_is_called_monotone_is(name: str) -> None:
    function = FUNCTIONS[name]
    low, high = max(function.domain[0], -6.0), min(function.domain[1], 6.0)
    x = np.linspace(low, high, 301)[1:-1]
    steps = np.diff(compute(name, x)) * function.monotone
    assert np.all(steps >= 0)
    assert steps.sum() > 0


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_values_lie_in_the_codomain(name: str) -> None:
    function = FUNCTIONS[name]
    rng = np.random.default_rng(3)
    low, high = max(function.domain[0], -8.0), min(function.domain[1], 8.0)
    arguments = [rng.uniform(low, high, 200) for _ in range(function.arity)]
    if name in {"incomplete_beta", "incomplete_gamma", "upper_incomplete_gamma"}:
        arguments = [np.abs(a) + 0.01 for a in arguments]
        arguments[-1] = arguments[-1] / 9
    if name in {"log_sum_below", "log_sum_above"}:
        arguments = [np.ceil(np.abs(argument)) for argument in arguments]
    values = compute(name, *arguments)
    values = values[~np.isnan(values)]
    assert np.all((values >= function.codomain[0]) & (values <= function.codomain[1]))


def test_all_that_models_may_use_is_explained() -> None:
    assert all(function.meaning for function in FUNCTIONS.values() if function.public)
