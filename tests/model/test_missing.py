"""Missing cells: unknowns where the data are observed, mistakes where they are used otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hdsl
from tests.model.binding import bound, mistakes, one_mistake

NAN = float("nan")
LINE = """
data x[i], y[i]
a, b ~ Normal(0, 3)
s ~ HalfNormal(2)
y[i] ~ Normal(a + b * x[i], s)
"""


def density_of(text: str, data: dict[str, Any]) -> hdsl.LogDensity:
    # As written: what the planner does to it is tested elsewhere.
    return hdsl.compile(text).log_density(data, without=["collapse", "coordinates"])


def assert_same_density(one: hdsl.LogDensity, other: hdsl.LogDensity) -> None:
    assert one.dimension == other.dimension
    for position in np.random.default_rng(1).normal(size=(5, one.dimension)):
        np.testing.assert_allclose(float(one(position)), float(other(position)), rtol=1e-12)


def test_missing_observations_are_predicted_and_leave_the_density_alone() -> None:
    seen = density_of(LINE, {"x": [1, 2, 4], "y": [0.5, 1, 2]})
    all_rows = density_of(LINE, {"x": [1, 2, 3, 4], "y": [0.5, 1, None, 2]})
    assert_same_density(seen, all_rows)
    found = bound(LINE, {"x": [1, 2, 3, 4], "y": [0.5, 1, None, 2]})
    assert found.graph.roles["missing y"] == "prediction"
    assert [imputed.data for imputed in found.imputed] == ["y"]
    assert found.imputed[0].cells[0].tolist() == [2]


def test_missing_covariates_with_a_distribution_are_parameters() -> None:
    text = f"{LINE}x[i] ~ Normal(1, 2)\n"
    found = density_of(text, {"x": [1, NAN, 3, NAN], "y": [0.5, 1, 4, 2]})
    written = """
data x1, x3, y[i]
a, b ~ Normal(0, 3)
s ~ HalfNormal(2)
u[j] ~ Normal(1, 2)
index j = 1..2
y[i] ~ Normal(a + b * (if i == 1 then x1 else if i == 3 then x3 else u[round(i / 2)]), s)
x1 ~ Normal(1, 2)
x3 ~ Normal(1, 2)
"""
    assert_same_density(found, density_of(written, {"x1": 1, "x3": 3, "y": [0.5, 1, 4, 2]}))


def test_an_autoregression_with_a_hole() -> None:
    text = """
index t = 1..5
data y[t]
phi ~ Normal(0, 1)
y[1] ~ Normal(0, 2)
y[t] ~ Normal(phi * y[t-1], 0.5) for t > 1
"""
    found = density_of(text, {"y": [1, 0.4, None, 0.3, -0.2]})
    position = np.array([0.7, 0.25])
    phi, hole = position
    y = [1, 0.4, hole, 0.3, -0.2]

    def log_normal(x: float, mean: float, sd: float) -> float:
        return -0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi)

    wanted = log_normal(phi, 0, 1) + log_normal(y[0], 0, 2)
    wanted += sum(log_normal(y[k], phi * y[k - 1], 0.5) for k in range(1, 5))
    np.testing.assert_allclose(float(found(position)), wanted, rtol=1e-12)


def test_an_autoregression_with_several_holes_in_a_row() -> None:
    text = """
index t = 1..6
data y[t]
phi ~ Normal(0, 1)
y[1] ~ Normal(0, 2)
y[t] ~ Normal(phi * y[t-1], 0.5) for t > 1
"""
    data = {"y": [1, None, None, 0.3, None, None]}
    found = density_of(text, data)
    phi, *holes = position = np.array([0.7, 0.25, 0.4, -0.1, 0.6])
    y = np.array([1, *holes[:2], 0.3, *holes[2:]])
    squares = phi**2 + (y[0] / 2) ** 2 + (((y[1:] - phi * y[:-1]) / 0.5) ** 2).sum()
    constant = np.log(2) + 5 * np.log(0.5) + 3.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(float(found(position)), -0.5 * squares - constant, rtol=1e-12)


def test_an_autoregression_that_begins_with_holes() -> None:
    text = """
index t = 1..5
index k = {u, v}
data y[t, k]
phi ~ Normal(0, 1)
y[1, k] ~ Normal(0, 2)
y[t, k] ~ Normal(phi * y[t-1, k], 0.5) for t > 1
"""
    given = np.array([[None, None], [None, 0.2], [0.4, 0.1], [0.3, 0.5], [-0.2, -0.6]], float)
    found = density_of(text, {"y": given})
    phi, first_u, first_v, second_u = position = np.array([0.7, 0.25, 0.4, -0.1])
    y = given.copy()
    y[0] = first_u, first_v
    y[1, 0] = second_u
    squares = phi**2 + ((y[0] / 2) ** 2).sum() + (((y[1:] - phi * y[:-1]) / 0.5) ** 2).sum()
    constant = 2 * np.log(2) + 8 * np.log(0.5) + 5.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(float(found(position)), -0.5 * squares - constant, rtol=1e-12)


def test_two_indices_and_a_link() -> None:
    text = """
index c = {A, B}
data w[i, c], z[i]
m[c] ~ Normal(0, 1)
log(w[i, c]) ~ Normal(m[c], 1)
z[i] ~ Normal(w[i, A] + w[i, B], 1)
"""
    found = density_of(text, {"w": [[1, 2], [None, 4], [5, 6]], "z": [3, 7, 11]})
    m_a, m_b, u = position = np.array([0.2, 0.4, 0.9])
    logs = np.log([[1, 2], [np.exp(u), 4], [5, 6]])
    sums = np.exp(logs).sum(axis=1)
    squares = m_a**2 + m_b**2 + ((logs - [m_a, m_b]) ** 2).sum() + ((sums - [3, 7, 11]) ** 2).sum()
    np.testing.assert_allclose(
        float(found(position)), -0.5 * squares - 0.5 * 11 * np.log(2 * np.pi), rtol=1e-12
    )


ROWS = """
index c = {A, B}
data y[i, c]
mu[c] ~ Normal(0, 3)
S[c, c'] = if c == c' then 1 else 0.5
y[i, c] ~ MultiNormal(mu, S)
"""


def test_a_row_missing_as_a_whole_is_predicted() -> None:
    seen = density_of(ROWS, {"y": [[1, 2], [0, 1]]})
    assert_same_density(seen, density_of(ROWS, {"y": [[1, 2], [NAN, NAN], [0, 1]]}))


def test_the_missing_numbers_of_a_row_follow_the_seen_ones() -> None:
    from scipy.stats import multivariate_normal, norm

    found = density_of(ROWS, {"y": [[1, 2], [NAN, 3], [NAN, NAN]]})
    assert found.dimension == 3
    mu_a, mu_b, cell = position = np.array([0.3, -0.4, 0.8])
    normal = multivariate_normal([mu_a, mu_b], [[1, 0.5], [0.5, 1]])
    wanted = (
        normal.logpdf([1, 2]) + normal.logpdf([cell, 3]) + norm(0, 3).logpdf([mu_a, mu_b]).sum()
    )
    np.testing.assert_allclose(float(found(position)), wanted, rtol=1e-10)
    fit = hdsl.compile(ROWS).sample({"y": [[1, 2], [NAN, 3], [NAN, NAN]]}, seed=1, num_samples=50)
    assert fit.posterior["y.missing"].values.tolist() == ["2, A", "3, A", "3, B"]


def test_a_row_of_counts_is_missing_as_a_whole_or_not_at_all() -> None:
    text = "index c = {A, B, C}\ndata y[i, c], n[i]\np[c] ~ Dirichlet(1)\n"
    text += "y[i, c] ~ Multinomial(n[i], p)\n"
    data = {"n": [3, 4], "y": [[1, 2, 0], [NAN, NAN, NAN]]}
    assert bound(text, data).graph.roles["missing y"] == "prediction"
    data["y"][1] = [NAN, 2, 1]
    assert one_mistake(text, data).code == "HB361"


def test_the_cells_of_several_statements_are_one_family() -> None:
    text = """
data y[i], kind[i]
m ~ Normal(0, 1)
y[i] ~ Normal(m, 1) for kind[i] == 0
y[i] ~ Normal(-m, 2) for kind[i] == 1
"""
    data = {"y": [1, None, 2, None, None], "kind": [0, 1, 0, 0, 1]}
    fit = hdsl.compile(text).sample(data, seed=1, num_samples=50)
    assert fit.predictions["y"].dims == ("chain", "draw", "y.missing")
    assert fit.predictions["y.missing"].values.tolist() == [2, 4, 5]
    assert fit.posterior_predictive["y.rows"].values.tolist() == [1, 3]
    np.testing.assert_array_equal(fit.dataset("observed_data")["y"], [1, NAN, 2, NAN, NAN])
    assert "3 of the 5 cells of `y` are missing" in fit.plan
    assert "y[4]" in str(fit.summary())


def test_missing_labels_are_labels() -> None:
    text = """
index c = {A, B}
data k[i] : c
p[c] = if c == A then 0.25 else 0.75
k[i] ~ Categorical(p)
"""
    fit = hdsl.compile(text).sample({"k": ["A", None, "B"]}, seed=1, num_samples=200)
    drawn = next(v for v in fit.variables if v.name == "k" and v.role == "prediction")
    assert drawn.members == "c"
    assert drawn.values.dtype == np.int64
    # 800 draws: the standard error of their mean is 0.015
    assert abs(drawn.values.mean() - 0.75) < 0.06


def test_counts_with_missing_cells_stay_counts(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,k\n10,3\n20,NA\n30,9\n")
    text = 'data n[i] : count, k[i] : count from "a.csv"\nk[i] ~ Binomial(n[i], 0.5)\n'
    fit = hdsl.compile(text, folder=tmp_path).sample(seed=1, num_samples=20)
    assert fit.predictions["k"].dtype == np.int64
    assert fit.predictions["k"].max() <= 20


def test_all_cells_missing_is_a_prior_predictive() -> None:
    text = "data y[i], n\nmu ~ Normal(0, 1)\ny[i] ~ Normal(mu, n)\n"
    found = bound(text, {"y": [None, None], "n": 3})
    assert not any(node.is_observed for node in found.graph.stochastic)
    fit = hdsl.compile(text).sample({"y": [None, None], "n": 3}, seed=1, num_samples=20)
    assert fit.predictions["y"].dims == ("chain", "draw", "i")


def test_a_missing_number() -> None:
    fit = hdsl.compile("data y\nmu ~ Normal(0, 1)\ny ~ Normal(mu, 1)\n").sample(
        {"y": None}, seed=1, num_samples=20
    )
    assert fit.predictions["y"].dims == ("chain", "draw")


@pytest.mark.parametrize(
    "use",
    [
        "if missing(t[i]) then c[i] else t[i]",
        "if not missing(t[i]) then t[i] else c[i]",
        "if c[i] > 1 and not missing(t[i]) then t[i] else c[i]",
        "sum(t[j] for j in i, not missing(t[j]))",
    ],
)
def test_what_is_not_asked_for_may_be_missing(use: str) -> None:
    text = f"data c[i], t[i], y[i]\nb ~ Normal(0, 1)\ny[i] ~ Normal(b * ({use}), 1)\n"
    data = {"c": [1, 2, 3], "t": [NAN, 5, NAN], "y": [1, 2, 3]}
    assert mistakes(text, data) == ()
    value = float(density_of(text, data)(np.array([0.3])))
    assert np.isfinite(value)


def test_no_gradient_comes_from_what_is_missing() -> None:
    import jax

    text = "data t[i], y[i]\nb ~ Normal(0, 1)\n"
    text += "y[i] ~ Normal(if missing(t[i]) then 0 else exp(b * t[i]), 1)\n"
    found = density_of(text, {"t": [NAN, 1], "y": [1, 2]})
    assert np.isfinite(jax.grad(found)(np.array([0.1]))).all()


def test_a_missing_label_is_asked_for_by_missing() -> None:
    text = "data k[i] : c, y[i]\nm[c] ~ Normal(0, 1)\n"
    text += "y[i] ~ Normal(if missing(k[i]) then 0 else m[k[i]], 1)\n"
    assert mistakes(text, {"k": ["A", None, "B"], "y": [1, 2, 3]}) == ()
    assert one_mistake(text.replace("missing(k[i])", "y[i] > 2"), {
        "k": ["A", None, "B"], "y": [1, 2, 3]
    }).code == "HB360"  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("y[i] ~ Normal(mu + x[i], 1)", "x[i=2]"),
        ("y[i] ~ Normal(mu, 1) for x[i] > 0", "x[i=2]"),
        ("z = mean(x)\ny[i] ~ Normal(z, 1)", "x[i=2]"),
        ("y[i] ~ Normal(mu + x[4 - i], 1)", "x[i=2]"),
        ("y[i] ~ Normal(mu, 1)\nx[i] ~ Normal(0, 1) for i != 2\nw = sum(x)", "x[i=2]"),
    ],
)
def test_missing_cells_are_refused_where_they_are_used(
    tmp_path: Path, statement: str, place: str
) -> None:
    (tmp_path / "a.csv").write_text("x,y,unused\n1,1,\n,3,\n2,4,5\n")
    text = f'data x[i], y[i], unused[i] from "a.csv"\nmu ~ Normal(0, 1)\n{statement}\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB360"
    assert place in found.title
    assert found.note == "the empty cell: row 3, column `x` of `a.csv`"


def test_a_row_left_out_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,1\n,3\n2,4\n")
    text = 'data x[i], y[i] from "a.csv" where not missing(x)\nmu ~ Normal(0, 1)\n'
    assert bound(f"{text}y[i] ~ Normal(mu + x[i], 1)\n", folder=tmp_path).imputed == ()


def test_a_missing_value_must_be_possible_where_it_is_used() -> None:
    text = "data s[i], y[i]\nmu ~ Normal(0, 1)\ns[i] ~ Normal(1, 1)\ny[i] ~ Normal(mu, s[i])\n"
    assert mistakes(text, {"s": [1, 2], "y": [1, 2]}) == ()
    assert one_mistake(text, {"s": [1, None], "y": [1, 2]}).code == "HB401"


def test_a_formula_that_tells_no_cell_is_predicted_itself() -> None:
    text = "data y[i]\nm ~ Normal(0, 1)\ny[i]^2 ~ Normal(m, 1)\n"
    fit = hdsl.compile(text).sample({"y": [1, 2, None]}, seed=1, num_samples=20)
    assert "y[i]^2[3]" in str(fit.summary())


def test_missing_cells_observed_twice_are_refused() -> None:
    text = "data y[i]\nm ~ Normal(0, 1)\ny[i] ~ Normal(m, 1)\ny[i] ~ Normal(m, 2) for i > 1\n"
    assert one_mistake(text, {"y": [1, None, 3]}).code == "HB205"


@pytest.mark.parametrize("kind", ["masked", "pandas", "polars", "xarray", "json"])
def test_every_kind_of_missing_cell_counts(kind: str, tmp_path: Path) -> None:
    assert bound(LINE, _given(kind, tmp_path)).imputed[0].cells[0].tolist() == [1]


def _given(kind: str, folder: Path) -> Any:
    x, y = [1.0, 2.0, 3.0], [4.0, None, 6.0]
    match kind:
        case "masked":
            return {"x": x, "y": np.ma.MaskedArray([4, 5, 6], [False, True, False])}
        case "pandas":
            import pandas

            return pandas.DataFrame({"x": x, "y": pandas.array([4, None, 6], dtype="Int64")})
        case "polars":
            polars = pytest.importorskip("polars")
            return polars.DataFrame({"x": x, "y": y})
        case "xarray":
            import xarray

            return xarray.Dataset({"x": ("i", x), "y": ("i", [4, NAN, 6])})
        case _:
            from hdsl.data import read_table

            (folder / "a.json").write_text('{"x": [1, 2, 3], "y": [4, null, 6]}')
            return read_table(folder / "a.json")
