"""What is drawn is what the draws say: numbers in the artists, not pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from scipy import stats

from hdsl.diagnostics import HdslError
from hdsl.results.plots.registry import KINDS, suggested
from hdsl.results.plots.smooth import levels, smooth, smooth_pair
from hdsl.results.plots.style import image


def test_prior_and_posterior(fit, drawn):
    axes = fit.plot.prior_posterior("a").axes[0]
    x, prior = drawn.artist(axes, "prior").get_data()
    np.testing.assert_allclose(prior, stats.gamma(2, scale=10).pdf(x), rtol=1e-9, atol=1e-12)
    x, posterior = drawn.artist(axes, "posterior").get_data()
    np.testing.assert_allclose(np.trapezoid(posterior, x), 1, atol=0.01)
    draws = fit.posterior["a"].values.reshape(-1)
    assert drawn.artist(axes, "mean").get_xdata()[0] == pytest.approx(draws.mean())
    # The kernel's density is that of the truth, up to 5 % of its height.
    height = stats.gamma(8).pdf(x)
    assert np.abs(posterior - height).max() < 0.1 * height.max()


def test_the_prior_of_a_derived_quantity_is_drawn(fit, drawn):
    axes = fit.plot.prior_posterior("mean_blue").axes[0]
    x, prior = drawn.artist(axes, "prior").get_data()
    # a / (a + b) of two equal gammas is Beta(2, 2).
    inner = (x > 0.1) & (x < 0.9)
    expected = stats.beta(2, 2).pdf(x[inner])
    np.testing.assert_allclose(prior[inner], expected, rtol=0.12, atol=0.08)
    axes = fit.plot.prior_posterior("mean_blue", prior=False).axes[0]
    assert all(one.get_gid() != "prior" for one in axes.get_children())


def test_caterpillar(fit, drawn):
    axes = fit.plot.caterpillar("theta").axes[0]
    theta = fit.posterior["theta"].values.reshape(-1, 5)
    order = np.argsort(np.median(theta, axis=0))
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [drawn.DAYS[i] for i in order]
    np.testing.assert_allclose(
        drawn.artist(axes, "median").get_xdata(), np.median(theta, axis=0)[order]
    )
    raw = drawn.artist(axes, "raw").get_xdata()
    np.testing.assert_allclose(raw, (drawn.BLUE / drawn.N)[order], atol=2e-4)
    for mass in (0.5, 0.95):
        segments = np.array(drawn.artist(axes, f"interval {mass}").get_segments())
        ends = np.quantile(theta, [(1 - mass) / 2, (1 + mass) / 2], axis=0)[:, order]
        np.testing.assert_allclose(segments[:, :, 0].T, ends)
    a, beta = (fit.posterior[name].values for name in ("a", "beta"))
    population = drawn.artist(axes, "population").get_xdata()[0]
    assert population == pytest.approx(float((a / (a + beta)).mean()))


def test_contours_of_formulas(fit, drawn):
    figure = fit.plot.contour("log(a/beta)", "log(a+beta)")
    axes = figure.axes[0]
    a, beta = (fit.posterior[name].values.reshape(-1) for name in ("a", "beta"))
    x, y = drawn.artist(axes, "mean").get_data()
    assert (x[0], y[0]) == (
        pytest.approx(np.log(a / beta).mean()),
        pytest.approx(np.log(a + beta).mean()),
    )
    assert axes.get_xlabel() == "log(a/β)"


def test_regions_hold_what_they_say():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 20000))
    y = 0.95 * x + np.sqrt(1 - 0.95**2) * noise
    surface = smooth_pair(x, y)
    cell = (surface.x[1] - surface.x[0]) * (surface.y[1] - surface.y[0])
    assert surface.density.sum() * cell == pytest.approx(1)
    density = stats.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]]).pdf(np.stack([x, y], -1))
    for mass, height in zip((0.5, 0.95), levels(surface.density, (0.5, 0.95)), strict=True):
        # The kernel widens the region by n^(-1/3) of the variance.
        inside = density > np.quantile(density, 1 - mass)
        columns = np.searchsorted(surface.x, x).clip(0, len(surface.x) - 1)
        rows = np.searchsorted(surface.y, y).clip(0, len(surface.y) - 1)
        assert np.mean((surface.density[columns, rows] > height) == inside) > 0.95


def test_a_density_at_a_bound_does_not_sink():
    draws = np.random.default_rng(2).uniform(size=20000)
    curve = smooth(draws)
    np.testing.assert_allclose(curve.density, 1, atol=0.12)


@pytest.mark.parametrize(
    ("kind", "names", "options", "code"),
    [
        ("caterpilar", (), {}, "HB587"),
        ("caterpillar", ("thta",), {}, "HB574"),
        ("caterpillar", ("a",), {}, "HB588"),
        ("contour", ("a",), {}, "HB588"),
        ("contour", ("a", "log(nothing)"), {}, "HB588"),
        ("contour", ("a", "theta + 1"), {}, "HB588"),
        ("contour", ("a", "beta"), {"mark": [1]}, "HB588"),
        ("contour", ("a", "beta"), {"colour": "red"}, "HB588"),
        ("contour", ("a", "beta"), {"width": "wide"}, "HB588"),
    ],
)
def test_what_cannot_be_drawn_is_a_diagnostic(fit, kind, names, options, code):
    with pytest.raises(HdslError) as caught:
        getattr(fit.plot, kind)(*names, **options)
    assert [found.code for found in caught.value.diagnostics] == [code]


def test_the_model_suggests_figures(fit):
    found = [(kind.name, names) for kind, names in suggested(fit.plot.subject)]
    assert ("caterpillar", ("theta",)) in found
    assert ("contour", ("a", "beta")) in found


NEEDS_NAMES = ()
"""Kinds that this model suggests nothing for."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NEEDS_NAMES])
def test_every_kind_is_drawn_without_names(fit, kind):
    figure = getattr(fit.plot, kind)(title="A title", width=6, height=4)
    assert tuple(figure.get_size_inches()) == (6, 4)
    assert figure.get_suptitle() == "A title"
    assert image(figure, "png")[:4] == b"\x89PNG"


@pytest.mark.parametrize("kind", NEEDS_NAMES)
def test_a_kind_that_does_not_fit_the_model_says_so(fit, kind):
    with pytest.raises(HdslError, match="HB588"):
        getattr(fit.plot, kind)()


def test_a_fit_from_a_file_draws_the_same(fit, tmp_path):
    from hdsl.results import open_fit

    again = open_fit(fit.save(tmp_path))
    assert image(again.plot.caterpillar(), "svg") == image(fit.plot.caterpillar(), "svg")


def test_no_window_and_no_setting_is_touched(fit):
    import matplotlib

    before = dict(matplotlib.rcParams)
    fit.plot.caterpillar().savefig(io.BytesIO())
    assert dict(matplotlib.rcParams) == before
