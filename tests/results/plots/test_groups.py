"""Regressions with groups: a line for each group, or a panel, and the line of the population."""

from __future__ import annotations

import numpy as np
import pytest

from hdsl.diagnostics import HdslError
from hdsl.results import Variable
from hdsl.results.plots.mean_function import chance_functions, mean_functions
from hdsl.results.plots.registry import suggested

COUNTIES = tuple(f"county {letter}" for letter in "ABCDEFGHIJKL")
SOIL = np.linspace(-1, 1, len(COUNTIES))
HOUSES = """\
data county[i] : county, soil[i], floor[i], y[i]
level[county] ~ Normal(mu, tau)
mu ~ Normal(0, 5); tau ~ HalfNormal(1); by_soil, b ~ Normal(0, 2)
y[i] ~ Normal(level[county[i]] + by_soil * soil[i] + b * floor[i], 1)
"""


def normal(mean: float, sd: float, *sizes: int) -> np.ndarray:
    return np.random.default_rng(7).normal(mean, sd, (4, 100, *sizes))


def flat(fit, name: str) -> np.ndarray:
    values = fit.posterior[name].values
    return values.reshape(-1, *values.shape[2:])


@pytest.fixture(scope="module")
def houses(drawn):
    """Two houses in each county, on two floors; the soil is that of the county."""
    size = len(COUNTIES)
    floor = np.tile([0.0, 1.0], size)
    return drawn.made_up(
        HOUSES,
        {
            "county": (("i",), list(np.repeat(COUNTIES, 2))),
            "soil": (("i",), list(np.repeat(SOIL, 2))),
            "floor": (("i",), list(floor)),
            "y": (("i",), list(2 - floor + np.linspace(-1, 1, 2 * size))),
        },
        {"county": COUNTIES},
        mu=Variable("mu", normal(1.5, 0.1)),
        tau=Variable("tau", np.abs(normal(0.2, 0.02))),
        by_soil=Variable("by_soil", normal(0.8, 0.1)),
        b=Variable("b", normal(-0.6, 0.1)),
        level=Variable("level", normal(1.5, 0.2, size), ("county",)),
    )


def test_many_groups_have_a_line_each_beside_their_population(houses, drawn):
    figure = houses.plot.regression("y")
    (axes,) = figure.axes
    mu, by_soil, b = (flat(houses, name) for name in ("mu", "by_soil", "b"))
    level = flat(houses, "level")
    grid, middle = drawn.artist(axes, "median").get_data()
    # A covariate that is the same within each group is at its average over the groups.
    population = mu[:, None] + by_soil[:, None] * SOIL.mean() + b[:, None] * grid
    np.testing.assert_allclose(middle, np.median(population, axis=0), atol=1e-12)
    for place in (0, 11):
        x, y = drawn.artist(axes, f"group {COUNTIES[place]}").get_data()
        lines = (level[:, place] + by_soil * SOIL[place])[:, None] + b[:, None] * x
        np.testing.assert_allclose(y, np.median(lines, axis=0))
        assert (x[0], x[-1]) == (0, 1)
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"population: median", "a county: median", "its data"} <= set(said)
    assert ("regression", ("y",)) in [
        (kind.name, names) for kind, names in suggested(houses.plot.subject)
    ]


def test_points_of_two_places_stand_apart_by_group(houses, drawn):
    x, _ = np.asarray(drawn.artist(houses.plot.regression("y").axes[0], "data").get_offsets()).T
    basement = x[::2]
    assert np.all(np.diff(basement) > 0)
    assert np.abs(basement).max() < 0.25


def test_few_groups_have_a_panel_each(models, drawn):
    fit = models.groups
    figure = fit.plot.regression("y")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Aitkin", "Anoka"]
    alpha, b, mu = (flat(fit, name) for name in ("alpha", "b", "mu"))
    for group, axes in enumerate(figure.axes):
        grid, middle = drawn.artist(axes, "median").get_data()
        lines = alpha[:, [group]] + b[:, None] * grid
        np.testing.assert_allclose(middle, np.median(lines, axis=0))
        _, population = drawn.artist(axes, "population").get_data()
        np.testing.assert_allclose(population, np.median(mu[:, None] + b[:, None] * grid, axis=0))
    shown = [len(drawn.artist(axes, "data").get_xdata()) for axes in figure.axes]
    assert shown == [2, 1]


def test_names_of_the_axes_are_those_of_all_panels(models):
    figure = models.groups.plot.regression("y", x_label="dose", y_label="answer")
    assert [axes.get_xlabel() for axes in figure.axes] == ["dose", "dose"]
    assert [axes.get_ylabel() for axes in figure.axes] == ["answer", ""]


def test_data_along_two_indices(drawn):
    text = """\
    index week = 0..2
    data y[rat, week]
    alpha[rat] ~ Normal(m, 1); b ~ Normal(0, 1); m ~ Normal(0, 1)
    day[week] = 8 + 7 * week
    y[rat, week] ~ Normal(alpha[rat] + b * day[week], 1)
    """
    fit = drawn.made_up(
        text,
        {"y": (("rat", "week"), [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])},
        {"week": (0, 1, 2), "rat": ("Ada", "Bo")},
        alpha=Variable("alpha", normal(0, 1, 2), ("rat",)),
        b=Variable("b", normal(0.1, 0.02)),
        m=Variable("m", normal(0, 1)),
    )
    (found,) = mean_functions(fit.plot.subject)
    np.testing.assert_allclose(found.x.value, [8, 15, 22, 8, 15, 22])
    assert found.groups is not None
    assert found.groups.of.tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_allclose(
        found.along_group(1, np.array([10.0]))[:, 0],
        flat(fit, "alpha")[:, 1] + 10 * flat(fit, "b"),
    )


CROSSED = """\
data rat[i] : rat, food[i] : food, day[i], y[i]
u[rat] ~ Normal(m + by_kind * kind[rat], 1); by_kind, m ~ Normal(0, 1)
data kind[rat]
v[food] ~ Normal(0, 3)
b ~ Normal(0, 1)
y[i] ~ Normal(u[rat[i]] + v[food[i]] + b * day[i], 1)
"""


def test_groups_of_two_kinds(drawn):
    # Each pair of a rat and a food has one datum, so that a line belongs to a rat alone.
    fit = drawn.made_up(
        CROSSED,
        {
            "rat": (("i",), ["Ada", "Ada", "Bo", "Bo"]),
            "food": (("i",), ["corn", "peas", "corn", "peas"]),
            "day": (("i",), [1.0, 2.0, 2.0, 4.0]),
            "y": (("i",), [1.0, 2.0, 3.0, 4.0]),
            "kind": (("rat",), [0.0, 3.0]),
        },
        {"rat": ("Ada", "Bo"), "food": ("corn", "peas")},
        u=Variable("u", normal(0, 1, 2), ("rat",)),
        v=Variable("v", normal(0, 1, 2), ("food",)),
        b=Variable("b", normal(0.1, 0.02)),
        m=Variable("m", normal(0, 1)),
        by_kind=Variable("by_kind", normal(0, 1)),
    )
    (found,) = mean_functions(fit.plot.subject)
    assert found.groups is not None
    assert (found.groups.word, found.groups.size) == ("rat", 2)
    u, v, b, m, by_kind = (flat(fit, name) for name in ("u", "v", "b", "m", "by_kind"))
    at = np.array([3.0])
    # The prior of v has a known mean and sd: nothing but the average of the foods stands for all.
    average = v.mean(axis=1)
    np.testing.assert_allclose(found.along_group(0, at)[:, 0], u[:, 0] + average + 3 * b)
    np.testing.assert_allclose(found.along(at)[:, 0], m + by_kind * 1.5 + average + 3 * b)
    assert found.typical == "average"


@pytest.mark.parametrize(
    ("statements", "population"),
    [
        # Written with standard normals, or about an intercept: as if about mu.
        ("z[rat] ~ Normal(0, 1); u[rat] = m + tau * z[rat]", "m"),
        ("u[rat] ~ Normal(m, tau); z[rat] = u[rat]", "m"),
        # Nothing but the rats themselves says what a rat is like.
        ("z[rat] ~ Normal(0, 9); u[rat] = z[rat] - 1", "average"),
    ],
)
def test_the_population_of_effects(drawn, statements, population):
    text = f"""\
    data rat[i] : rat, day[i], y[i]
    {statements}
    m ~ Normal(0, 1); tau ~ HalfNormal(1)
    y[i] ~ Normal(u[rat[i]] + 2 * day[i] + 0 * (m + tau), 1)
    """
    u = normal(0, 1, 2)
    fit = drawn.made_up(
        text,
        {
            "rat": (("i",), ["Ada", "Ada", "Bo", "Bo"]),
            "day": (("i",), [1.0, 2.0, 2.0, 4.0]),
            "y": (("i",), [1.0, 2.0, 3.0, 4.0]),
        },
        {"rat": ("Ada", "Bo")},
        u=Variable("u", u, ("rat",)),
        z=Variable("z", u + 1, ("rat",)),
        m=Variable("m", normal(0, 1)),
        tau=Variable("tau", np.abs(normal(0, 1))),
    )
    (found,) = mean_functions(fit.plot.subject)
    expected = {"m": flat(fit, "m"), "average": flat(fit, "u").mean(axis=1)}[population]
    np.testing.assert_allclose(found.along(np.array([3.0]))[:, 0], expected + 6)
    assert found.typical == {"m": "population"}.get(population, population)


def test_groups_that_nobody_knows_are_not_drawn(drawn):
    text = """\
    index kind = {low, high}
    data x[i], y[i]
    of[i] ~ Categorical([0.5, 0.5])
    a[kind] ~ Normal(0, 1)
    y[i] ~ Normal(a[of[i]] + x[i], 1)
    """
    fit = drawn.made_up(
        text,
        {"x": (("i",), [1.0, 2.0]), "y": (("i",), [1.0, 2.0])},
        a=Variable("a", normal(0, 1, 2), ("kind",)),
        of=Variable("of", np.zeros((4, 100, 2), int), ("i",), members="kind"),
    )
    assert list(mean_functions(fit.plot.subject)) == []
    with pytest.raises(HdslError, match="HB588"):
        fit.plot.regression()


def test_a_chance_has_a_curve_for_each_group(drawn):
    text = """\
    data school[i] : school, x[i], passed[i]
    a[school] ~ Normal(m, 1); m ~ Normal(0, 1)
    passed[i] ~ Bernoulli(logistic(a[school[i]] + 2 * x[i]))
    """
    fit = drawn.made_up(
        text,
        {
            "school": (("i",), ["A", "A", "B", "B"]),
            "x": (("i",), [-1.0, 1.0, -1.0, 1.0]),
            "passed": (("i",), [0.0, 1.0, 0.0, 1.0]),
        },
        {"school": ("A", "B")},
        a=Variable("a", normal(0, 1, 2), ("school",)),
        m=Variable("m", normal(0, 0.3)),
    )
    (found,) = chance_functions(fit.plot.subject)
    axes = fit.plot.logistic("passed").axes[0]
    x, y = drawn.artist(axes, "group B").get_data()
    curves = 1 / (1 + np.exp(-(flat(fit, "a")[:, [1]] + 2 * x)))
    np.testing.assert_allclose(y, np.median(curves, axis=0))
    np.testing.assert_allclose(
        found.along(np.array([0.5]))[:, 0], 1 / (1 + np.exp(-(flat(fit, "m") + 1)))
    )


def test_an_empty_text_may_be_a_label(drawn) -> None:
    fit = drawn.made_up(
        "data g[i] : g, y[i]\nu[g] ~ Normal(0, 1)\ny[i] ~ Normal(u[g[i]], 1)",
        {"g": (("i",), np.array(["", "B", "B"])), "y": (("i",), [1.0, 2.0, 3.0])},
        {"g": ("", "B")},
        u=Variable("u", normal(0, 1, 2), ("g",)),
    )
    assert fit.plot.subject.bound is not None


def test_a_recursion_whose_start_is_one_number_has_no_mean_function(drawn) -> None:
    fit = drawn.made_up(
        "index t = 1..3\ndata y[t]\nx[1] ~ Normal(0, 1)\nx[t] ~ Normal(x[t-1], 1) for t > 1\n"
        "y[t] ~ Normal(x[t], 1)",
        {"y": (("t",), [1.0, 2.0, 3.0])},
        {"t": (1, 2, 3)},
        x=Variable("x", normal(0, 1, 3), ("t",)),
    )
    assert [*mean_functions(fit.plot.subject)] == []
