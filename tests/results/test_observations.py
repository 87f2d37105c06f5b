"""Replicates and log likelihoods stand under the labels of the data that they belong to."""

from __future__ import annotations

import pytest

import hdsl
from hdsl.results.fit import Fit


def fit(text: str) -> Fit:
    model = hdsl.compile(text)
    return model.sample(seed=1, num_chains=2, num_samples=50, log_likelihood=True)


def likelihood(found: Fit, name: str):
    return found.to_datatree()["log_likelihood"][name]


def test_what_several_lines_observe_is_one_array() -> None:
    found = fit(
        """
index g = {A, B}
data y[t, g] = [[11, 12], [21, 22], [30, 32]]
m ~ Normal(0, 0.001)
y[1, "B"] ~ Normal(m + 12, 0.01)
y[t, "A"] ~ Normal(10 * t + 1, 0.01) for t > 0
y[t, "B"] ~ Normal(10 * t + 2, 0.01) for t in 2..3
"""
    )
    replicates = found.posterior_predictive["y"]
    assert replicates.dims == ("chain", "draw", "t", "g")
    expected = 10 * replicates["t"] + (replicates["g"] == "B") + 1
    assert float(abs(replicates - expected).max()) < 0.1
    values = likelihood(found, "y")
    assert values.dims == ("chain", "draw", "t", "g")
    assert values.sel(t=3, g="A").max() < -1000 < values.where(values["t"] < 3).min()


@pytest.mark.parametrize(
    "lines", ["z[t] ~ D for t != 2", "z[4] ~ D\nz[t] ~ D for t in 3..3\nz[1] ~ D"]
)
def test_what_is_not_observed_has_no_replicate(lines: str) -> None:
    text = "data z[t] = [1, 2, 3, 4]\nm ~ Normal(0, 0.001)\n" + lines
    found = fit(text.replace("D", "Normal(m + 7, 0.01)"))
    replicates = found.posterior_predictive["z"]
    assert replicates.dims == ("chain", "draw", "z.rows")
    assert replicates["z.rows"].values.tolist() == [1, 3, 4]
    best = likelihood(found, "z").values[0, 0].argmax()
    assert best == 2  # 4 is the nearest to 7


def test_rows_of_two_indices_bear_both_labels() -> None:
    found = fit("""
index g = {A, B}
data y[t, g] = [[1, 2], [3, 4], [5, 6]], keep[t] = [1, 0, 1]
m ~ Normal(0, 1)
y[t, g] ~ Poisson(exp(m)) for keep[t] == 1, g == A
""")
    replicates = found.posterior_predictive["y"]
    assert replicates["y.rows"].values.tolist() == ["1, A", "3, A"]
    assert replicates.dtype.kind == "i"


def test_a_fit_with_such_rows_can_be_saved(tmp_path) -> None:
    found = fit("data z[t] = [1, 2, 3]\nm ~ Normal(0, 1)\nz[t] ~ Normal(m, 1) for t != 2\n")
    found.save(tmp_path / "z.run")
    assert hdsl.open(tmp_path / "z.run") == found


def test_labels_drawn_in_parts_are_shown_as_labels() -> None:
    found = fit("""
index year = 1990..1992
index t = 1..3
p[year] = [0, 1, 0]
c[1] ~ Categorical(p)
c[t] ~ Categorical(p) for t > 1
""")
    names = {row.name: row.mean for row in found.summary(all=True).rows}
    assert names["c[1] == 1991"] == 1
    assert names["c[3] == 1990"] == 0
