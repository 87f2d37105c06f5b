"""Predictive checks of data that are censored, skewed or within bounds."""

from __future__ import annotations

import numpy as np
import pytest

from hdsl.results import Fit, Variable
from hdsl.results.plots.smooth import bounds_of, smooth
from hdsl.results.product_limit import product_limit

RNG = np.random.default_rng(11)


def of_lives(drawn, at_least: tuple[int, ...]) -> Fit:
    text = "data y[i]\nm ~ Normal(0, 1)\ny[i] ~ LogNormal(m, 1) censored if y[i] == 4\n"
    new = RNG.lognormal(0, 1, (4, 100, 8))
    return drawn.made_up(
        text,
        {"y": (("i",), [0.5, 1, 4, 4, 3, 2, 4, 1])},
        m=Variable("m", np.zeros((4, 100))),
        y=Variable("y", new, ("i",), role="replicate", at_least=at_least),
    )


def test_censored_data_are_shown_by_what_lies_above(drawn) -> None:
    fit = of_lives(drawn, (2, 3, 6))
    axes = fit.plot.ppc("y").axes[0]
    line = drawn.artist(axes, "data")
    y = np.array([0.5, 1, 4, 4, 3, 2, 4, 1])
    shares = product_limit(y, y == 4, y > 4)
    np.testing.assert_allclose(line.get_ydata(), shares.over(line.get_xdata()))
    assert line.get_ydata()[-1] == pytest.approx(3 / 8)
    assert axes.get_xlim()[1] == 4
    assert drawn.artist(axes, "censored").get_xdata().tolist() == [4]
    panels = fit.plot.ppc_stats("y").axes
    assert [panel.get_xlabel().split("\n")[0] for panel in panels] == [
        "lower quartile",
        "median",
        "mean when cut at 4",
        "share above 4",
    ]


def test_data_with_values_that_have_a_chance_of_their_own(drawn) -> None:
    new = np.minimum(RNG.normal(0, 1, (4, 100, 9)), 1)
    fit = drawn.made_up(
        "data y[i]\nm ~ Normal(0, 1)\ny[i] ~ Normal(m, 1) censored to [-inf, 1]\n",
        {"y": (("i",), [-1, 0.5, 1, 0.2, 1, 0.7, -0.2, 1, 0.1])},
        m=Variable("m", np.zeros((4, 100))),
        y=Variable("y", new, ("i",), role="replicate"),
    )
    axes = fit.plot.ppc("y").axes[0]
    assert axes.get_ylabel() == "share above"
    line = drawn.artist(axes, "data")
    assert np.interp(0.99, line.get_xdata(), line.get_ydata()) == pytest.approx(3 / 9)


@pytest.mark.parametrize(("spread", "scale"), [(0.2, "linear"), (1.5, "log")])
def test_skewed_positive_data_have_a_logarithmic_axis(drawn, spread: float, scale: str) -> None:
    y = np.exp(spread * RNG.normal(size=60))
    fit = drawn.made_up(
        "data y[i]\nm ~ Normal(0, 1)\ny[i] ~ LogNormal(m, 1)\n",
        {"y": (("i",), list(y))},
        m=Variable("m", np.zeros((4, 50))),
        y=Variable("y", np.exp(spread * RNG.normal(size=(4, 50, 60))), ("i",), role="replicate"),
    )
    axes = fit.plot.ppc("y").axes[0]
    assert axes.get_xscale() == scale
    line = drawn.artist(axes, "data")
    x = line.get_xdata() if scale == "linear" else np.log10(line.get_xdata())
    assert np.trapezoid(line.get_ydata(), x) == pytest.approx(1, abs=0.01)


def test_bounds_of_new_data_are_those_of_the_curves() -> None:
    many = np.abs(RNG.normal(size=4000)) + 2
    low, high = bounds_of(many)
    assert low == many.min()
    assert high == np.inf
    curve = smooth(many[:50], bounds=(low, high))
    assert curve.x[0] > low
    assert np.sum(curve.density) * (curve.x[1] - curve.x[0]) == pytest.approx(1, abs=0.01)
