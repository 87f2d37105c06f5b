"""What is drawn is what the draws say: numbers in the artists, not pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from scipy import stats

from hdsl.diagnostics import HdslError
from hdsl.results import Variable
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


def test_pairs_show_a_quantity_in_one_range(fit):
    panels = {
        axes.get_subplotspec().num1: axes
        for axes in fit.plot.pairs("a", "beta", "log(a+beta)").axes
        if axes.axison
    }
    columns = [[panels[place].get_xlim() for place in down] for down in ((0, 3, 6), (4, 7))]
    assert all(len(set(limits)) == 1 for limits in columns)
    assert panels[3].get_ylim() == panels[4].get_xlim()


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


NEEDS_NAMES = ("curve", "regression", "logistic", "compare", "shrinkage", "ppc_groups", "bars")
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


# --- bars, curves, regressions --------------------------------------------------------------


def test_bars_are_the_shares_of_the_draws(fit, drawn):
    axes = fit.plot.bars("m", truth={"m": 5}).axes[0]
    draws = fit.predictions["m"].values.reshape(-1)
    bars = [one for one in axes.get_children() if one.get_gid() == "bar"]
    heights = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in bars}
    for value in np.unique(draws):
        assert heights[value] == pytest.approx(np.mean(draws == value))
    assert drawn.artist(axes, "truth").get_xdata()[0] == 5


def test_a_curve_has_the_quantiles_of_the_draws(models, drawn, tmp_path):
    fit = models.profile
    studies = tmp_path / "studies.csv"
    studies.write_text("study,r,mass,low,high\nA 2001,10,3.0,2.0,5.0\nB 2002,10,4.0,,\nC,,1,,\n")
    axes = fit.plot.curve(
        "M", points=studies, x="r", y="mass", lower="low", upper="high", label="study", mark="r",
        mark_label="data",
    ).axes[0]  # fmt: skip
    draws = fit.posterior["M"].values.reshape(-1, 4)
    for mass in (0.5, 0.75, 0.95):
        low, high = band(drawn.artist(axes, f"band {mass}"), 4)
        np.testing.assert_allclose(low, np.quantile(draws, (1 - mass) / 2, axis=0))
        np.testing.assert_allclose(high, np.quantile(draws, (1 + mass) / 2, axis=0))
    x, y = drawn.artist(axes, "median").get_data()
    np.testing.assert_allclose(x, [5, 10, 15, 20])
    np.testing.assert_allclose(y, np.median(draws, axis=0))
    points = [one.get_data() for one in axes.get_children() if one.get_gid() == "points"]
    assert [float(y[0]) for _, y in points] == [3.0, 4.0]
    # Two at one place stand beside each other.
    assert [float(x[0]) for x, _ in points] == pytest.approx([10, 10], abs=0.2)
    assert float(points[0][0][0]) < float(points[1][0][0])
    marks = [one for one in axes.get_children() if one.get_gid() == "mark"]
    assert [one.get_xdata()[0] for one in marks] == [1.0, 9.0]
    assert axes.get_ylabel() == "$M$:  mass within it [10$^{12}$ suns]"
    assert "kpc" in axes.get_xlabel()


def test_many_names_of_points_have_signs_of_their_own(models):
    size = 40
    rows = {"r": [10.0] * size, "m": [3.0] * size, "who": [f"study {n}" for n in range(size)]}
    axes = models.profile.plot.curve("M", points=rows, x="r", y="m", label="who").axes[0]
    points = [one for one in axes.lines if one.get_gid() == "points"]
    assert len({(one.get_color(), one.get_marker()) for one in points}) == size


@pytest.mark.parametrize("count", [3, 8, 13])
def test_a_legend_is_within_the_figure(count):
    from hdsl.results.plots.style import legend_below, new_figure

    figure = new_figure("a title", 6.0, 4.0)
    axes = figure.add_subplot()
    for number in range(count):
        axes.plot([0, 1], [0, number], label=f"a rather long name of line {number}")
    legend_below(figure, axes)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == count
    assert legend.get_window_extent().width < figure.bbox.width


def band(collection, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The lower and the upper edge of a filled band over so many places."""
    edge = collection.get_paths()[0].vertices
    return edge[1 : size + 1, 1], edge[size + 2 : 2 * size + 2, 1][::-1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"points": "nowhere.csv", "x": "r", "y": "m"}, "HB451"),
        ({"points": {"r": [1.0], "m": [2.0]}}, "HB588"),
        ({"points": {"r": [1.0], "m": [2.0]}, "x": "r", "y": "n"}, "HB588"),
        ({"points": {"r": [1.0], "m": ["a"]}, "x": "r", "y": "m"}, "HB588"),
        ({"x": "r"}, "HB588"),
        ({"mark": "nothing"}, "HB588"),
    ],
)
def test_points_that_cannot_be_laid_over(models, options, said):
    with pytest.raises(HdslError) as caught:
        models.profile.plot.curve("M", **options)
    assert [found.code for found in caught.value.diagnostics] == [said]


def test_a_regression_through_measured_values(models, drawn):
    fit = models.line
    axes = fit.plot.regression().axes[0]
    x, y = drawn.artist(axes, "data").get_data()
    np.testing.assert_allclose(x, fit.observed_data["x_obs"][1])
    np.testing.assert_allclose(y, fit.observed_data["y_obs"][1])
    a, b = (fit.posterior[name].values.reshape(-1) for name in ("a", "b"))
    grid, middle = drawn.artist(axes, "median").get_data()
    lines = a[:, None] + b[:, None] * (grid - 10)
    np.testing.assert_allclose(middle, np.median(lines, axis=0))
    low, _ = band(drawn.artist(axes, "band 0.95"), len(grid))
    np.testing.assert_allclose(low, np.quantile(lines, 0.025, axis=0))
    bars = [one for one in axes.collections if type(one).__name__ == "LineCollection"]
    assert len(bars) == 2  # errors in both directions
    across = np.array(bars[0].get_segments())
    np.testing.assert_allclose(np.ptp(across[:, :, 0], axis=1), 2 * 0.1, atol=1e-9)


def test_a_hurdle_has_a_band_with_its_data_and_a_line_with_its_zeros(models, drawn):
    fit = models.hurdle
    axes = fit.plot.logistic("has", mark=[0.5]).axes[0]
    x, y = drawn.artist(axes, "data").get_data()
    np.testing.assert_allclose(x, fit.observed_data["x"][1])
    np.testing.assert_array_equal(y > 0.5, fit.observed_data["has"][1] == 1)
    b0, b1 = (fit.posterior[name].values.reshape(-1) for name in ("b0", "b1"))
    assert drawn.artist(axes, "chance 0.5").get_xdata()[0] == pytest.approx(
        np.median(-b0 / b1), rel=1e-3
    )
    low, high = drawn.artist(axes, "interval 0.5").get_xdata()
    np.testing.assert_allclose((low, high), np.quantile(-b0 / b1, [0.025, 0.975]), rtol=1e-2)
    axes = fit.plot.logistic("has", mark=[0.4, 0.6]).axes[0]
    left, _ = drawn.artist(axes, "region").get_xy()
    ends = [np.median((np.log(p / (1 - p)) - b0) / b1) for p in (0.4, 0.6)]
    assert left == pytest.approx(min(ends), rel=1e-2)
    assert drawn.artist(axes, "region").get_width() == pytest.approx(np.ptp(ends), rel=1e-2)
    wide = np.median(2 * np.log(1.5) / np.abs(b1))
    assert f"from 40 to 60 %: {wide:.1f}" in drawn.artist(axes, "region").get_label()
    axes = fit.plot.regression("y").axes[0]
    zeros, _ = drawn.artist(axes, "zeros").get_data()
    np.testing.assert_allclose(zeros, [1.0, 2.0])
    x, _ = drawn.artist(axes, "data").get_data()
    np.testing.assert_allclose(x, [3.0, 4.0, 5.0])


# --- families, checks and chains ------------------------------------------------------------


def test_families_are_compared_label_by_label(fit, models, drawn):
    axes = models.mixes.plot.compare("theta").axes[0]
    theta = models.mixes.posterior["theta"].values.reshape(-1, 2, 3)
    for place, name in enumerate(("NJ", "TN")):
        median = drawn.artist(axes, f"theta[{name}] median").get_ydata()
        np.testing.assert_allclose(median, np.median(theta[:, place], axis=0))
        segments = np.array(drawn.artist(axes, f"theta[{name}] 0.95").get_segments())
        ends = np.quantile(theta[:, place], [0.025, 0.975], axis=0)
        np.testing.assert_allclose(segments[:, :, 1].T, ends)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["blue", "red", "tan"]


def test_labels_are_bars_too(models, drawn):
    axes = models.mixes.plot.bars("made_in").axes[0]
    heights = [patch.get_height() for patch in axes.patches]
    made_in = np.asarray(
        next(v for v in models.mixes.variables if v.name == "made_in").values
    ).reshape(-1, 4)
    shares = np.sort((made_in == 0).mean(axis=0))[::-1]
    np.testing.assert_allclose(heights[:4], shares)
    np.testing.assert_allclose(np.array(heights[:4]) + heights[4:], 1)


def test_measured_and_inferred(models, drawn):
    fit = models.line
    axes = fit.plot.shrinkage().axes[0]
    x, y = drawn.artist(axes, "values").get_data()
    np.testing.assert_allclose(x, fit.observed_data["x_obs"][1])
    np.testing.assert_allclose(y, fit.posterior["x"].values.mean(axis=(0, 1)))


def test_checks_of_groups_count_trials(fit, drawn):
    axes = fit.plot.ppc_groups("blue", "theta").axes[0]
    order = np.argsort(drawn.BLUE / drawn.N, kind="stable")
    np.testing.assert_allclose(
        drawn.artist(axes, "data").get_ydata(), (drawn.BLUE / drawn.N)[order]
    )
    new = fit.posterior_predictive["blue"].values.reshape(-1, 5) / drawn.N
    segments = np.array(drawn.artist(axes, "interval 0.95").get_segments())
    np.testing.assert_allclose(
        segments[:, :, 1].T, np.quantile(new[:, order], [0.025, 0.975], axis=0)
    )


def test_statistics_of_new_data(fit, drawn):
    axes = fit.plot.ppc_stats("blue").axes
    of_data = (drawn.BLUE.mean(), drawn.BLUE.std(ddof=1), drawn.BLUE.min(), drawn.BLUE.max())
    for panel, expected in zip(axes, of_data, strict=True):
        line = drawn.artist(panel, "data")
        assert line.get_xdata()[0] == pytest.approx(expected)
    means = fit.posterior_predictive["blue"].values.mean(axis=-1)
    old = drawn.BLUE.mean()
    share = np.mean(means > old) + np.mean(means == old) / 2
    assert f"({100 * share:.0f} % of" in axes[0].get_xlabel()


def test_statistics_of_whole_numbers_have_a_bar_for_each(fit):
    smallest = fit.plot.ppc_stats("blue").axes[2]
    bars = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in smallest.patches]
    new = np.min(fit.posterior_predictive["blue"].values, axis=-1)
    assert {at: height for at, height in bars if height} == {
        value: np.sum(new == value) for value in np.unique(new)
    }


def test_checks_of_positive_data_do_not_go_below_zero(drawn):
    y = np.array([0.1, 0.2, 0.4, 1.5, 3.0])
    new = np.random.default_rng(3).lognormal(-0.5, 1, (4, 100, 5))
    model = "data y[i]\nm ~ Normal(0, 1)\ny[i] ~ LogNormal(m, 1)\n"
    fit = drawn.made_up(
        model,
        {"y": (("i",), list(y))},
        m=Variable("m", np.zeros((4, 100))),
        y=Variable("y", new, ("i",), role="replicate"),
    )
    axes = fit.plot.ppc("y").axes[0]
    assert axes.get_xlim()[0] == 0
    assert all(np.min(line.get_xdata()) > 0 for line in axes.lines)
    curve = drawn.artist(axes, "data")
    assert np.trapezoid(curve.get_ydata(), curve.get_xdata()) == pytest.approx(1, abs=0.03)


def test_counts_are_those_of_the_data(fit, drawn):
    axes = fit.plot.ppc("blue").axes[0]
    assert sum(patch.get_height() for patch in axes.patches) == len(drawn.BLUE)


def test_traces_are_the_draws(fit, drawn):
    trace = fit.plot.trace("a").axes[1]
    x, y = drawn.artist(trace, "chain 2").get_data()
    np.testing.assert_array_equal(y, fit.posterior["a"].values[2][np.asarray(x) - 1])


def test_ranks_are_level_for_good_chains_and_not_for_others(fit, drawn):
    from hdsl.results import Fit, Variable

    axes = fit.plot.rank("a", "beta").axes
    assert [one.get_ylabel() for one in axes] == ["draws / expected draws", ""]
    assert [one.get_xlabel() for one in axes] == ["rank by $a$", "rank by $\\mathit{β}$"]
    level = drawn.artist(axes[0], "chain 0").get_data().values
    assert level.mean() == pytest.approx(1)
    assert np.ptp(level) < 1.5
    draws = np.random.default_rng(1).normal(size=(4, 500))
    draws[0] += 3
    bad = Fit((Variable("a", draws),))
    rising = drawn.artist(bad.plot.rank("a").axes[0], "chain 0").get_data().values
    assert rising[-1] > 3 > 0.2 > rising[0]


def test_autocorrelation_is_that_of_the_process():
    from hdsl.results.plots.chains import autocorrelation

    rng = np.random.default_rng(4)
    draws = rng.normal(size=40000)
    for t in range(1, draws.size):
        draws[t] += 0.8 * draws[t - 1]
    np.testing.assert_allclose(autocorrelation(draws)[:6], 0.8 ** np.arange(6), atol=0.03)
    np.testing.assert_array_equal(autocorrelation(np.ones(4)), [1, 0, 0, 0])


def test_energy_tells_the_fractions(fit):
    energy = fit.sample_stats["energy"]
    fractions = np.mean(np.diff(energy, axis=1) ** 2, axis=1) / np.var(energy, axis=1)
    legend = fit.plot.energy().legends[0]
    assert f"{fractions[0]:.2f}" in legend.get_texts()[-1].get_text()


# --- what the model suggests ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("profile", {("curve", ("M",)), ("regression", ("v",))}),
        ("line", {("regression", ("y_obs",)), ("shrinkage", ("x",))}),
        ("hurdle", {("logistic", ("has",)), ("regression", ("y",))}),
        (
            "groups",
            {("caterpillar", ("alpha",)), ("contour", ("mu", "tau")), ("regression", ("y",))},
        ),
        ("mixes", {("compare", ("theta",)), ("bars", ("m",)), ("bars", ("made_in",))}),
    ],
)  # fmt: skip
def test_a_model_calls_for_its_figures(models, model, expected):
    found = {(kind.name, names) for kind, names in suggested(getattr(models, model).plot.subject)}
    assert expected <= found
    special = {"curve", "regression", "logistic", "caterpillar", "shrinkage", "compare", "bars"}
    assert {one for one in found if one[0] in special} <= expected | {("shrinkage", ("y",))}


def test_a_fit_whose_model_needs_python_still_has_figures(fit):
    from dataclasses import replace

    text = fit.facts.model_text.replace("a / (a + beta)", "share(a, beta)")
    other = replace(fit, facts=replace(fit.facts, model_text=text))
    other.plot.caterpillar("theta")
    other.plot.prior_posterior("a")
    with pytest.raises(HdslError, match="HB588"):
        other.plot.contour("log(a)", "beta")


def test_what_is_0_or_1_is_drawn_as_a_chance(drawn):
    from hdsl.results import Fit, Variable

    yes = (np.random.default_rng(2).random((4, 300, 3)) < [0.2, 0.9, 0.5]).astype(float)
    fit = Fit((Variable("state", yes, ("year",)),), {"year": (1900, 1901, 1902)})
    chance = yes.mean(axis=(0, 1))
    axes = fit.plot.curve("state").axes[0]
    np.testing.assert_allclose(drawn.artist(axes, "chance").get_ydata(), chance)
    axes = fit.plot.caterpillar("state").axes[0]
    heights = [patch.get_height() for patch in axes.patches]
    np.testing.assert_allclose(heights[:3], chance)  # years have an order of their own


def test_a_second_index_of_a_curve_makes_panels(drawn):
    from hdsl.results import Fit, Variable

    values = np.random.default_rng(4).normal(size=(4, 300, 3, 2))
    coords = {"year": (1900, 1901, 1902), "animal": ("hare", "lynx")}
    fit = Fit((Variable("z", values, ("year", "animal")),), coords)
    pelts = {"year": [1900.0, 1902.0], "hare": [1.0, 2.0], "lynx": [0.5, 0.0]}
    grid = fit.plot.curve("z", points=pelts, x="year").axes
    for place, (axes, animal) in enumerate(zip(grid, coords["animal"], strict=True)):
        assert animal in (axes.get_title(), axes.get_title(loc="left"))
        middle = np.median(values[..., place].reshape(-1, 3), axis=0)
        np.testing.assert_allclose(drawn.artist(axes, "median").get_ydata(), middle)
        np.testing.assert_allclose(drawn.artist(axes, "points").get_ydata(), pelts[animal])


def test_counts_far_from_each_other_are_no_bars(drawn):
    rng = np.random.default_rng(2)
    draws = {
        "far": rng.poisson(1e12, (4, 100)).astype(float),
        "huge": 1e300 * rng.normal(2, 1, (4, 100)),
        "near": rng.poisson(1e4, (4, 100)).astype(float),
        "lost": np.where(rng.random((4, 100)) < 0.5, -np.inf, rng.normal(0, 1, (4, 100))),
    }
    fit = drawn.made_up("x ~ Normal(0, 1)", {}, **{n: Variable(n, v) for n, v in draws.items()})
    found = {q.name: q.is_whole for q in fit.plot.subject.numbers(draws)}
    assert found == {"far": False, "huge": False, "near": True, "lost": False}
    axes = fit.plot.prior_posterior("lost", "near").axes[0]
    assert "that are\ninfinite or no numbers" in axes.get_title(loc="left")
