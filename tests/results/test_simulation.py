"""Data and parameters from the prior."""

from __future__ import annotations

import numpy as np
import pytest

import hdsl

SCHOOLS = """
data y[school], sigma[school] = [15, 10, 16]
mu ~ Normal(3, 5)
theta[school] ~ Normal(mu, 2)
y[school] ~ Normal(theta[school], sigma[school])
"""


def test_what_is_observed_needs_no_values() -> None:
    made = hdsl.compile(SCHOOLS).simulate(seed=1, num_draws=4000)
    axes, y = made.data["y"]
    assert axes == ("school",)
    assert y.shape == (4000, 3)
    sd = np.sqrt(25 + 4 + np.array([15, 10, 16]) ** 2)
    np.testing.assert_allclose(y.mean(axis=0), 3, atol=4 * sd.max() / np.sqrt(4000))
    np.testing.assert_allclose(y.std(axis=0), sd, rtol=4 / np.sqrt(2 * 4000))
    assert set(made.parameters) == {"mu", "theta"}


def test_the_values_of_observed_data_do_not_matter() -> None:
    model = hdsl.compile(SCHOOLS)
    first = model.simulate({"y": [0, 0, 0]}, seed=2)
    second = model.simulate({"y": [1e3, -5, 7]}, seed=2)
    assert first.draw() == second.draw()
    assert first.truth() == second.truth()


def test_a_model_takes_what_it_made() -> None:
    model = hdsl.compile(SCHOOLS)
    made = model.simulate(seed=3)
    fit = model.sample(made.draw(), seed=1)
    np.testing.assert_array_equal(fit.observed_data["y"][1], made.draw()["y"])


def test_labels_are_labels_and_counts_are_whole() -> None:
    text = """
    index colour = {red, blue}
    data kind[i] : colour, n[i] = [3, 4, 5], k[i]
    w[colour] = [0.25, 0.75]
    p ~ Beta(2, 2)
    kind[i] ~ Categorical(w)
    k[i] ~ Binomial(n[i], p)
    """
    made = hdsl.compile(text).simulate(seed=4)
    assert set(made.draw()["kind"]) <= {"red", "blue"}
    assert all(isinstance(count, int) and 0 <= count <= 5 for count in made.draw()["k"])


def test_data_that_speak_of_themselves_are_taken_as_given() -> None:
    text = """
    data y[i] = [1, 2, 6]
    share ~ Beta(1, 1)
    y[i] ~ Binomial(sum(y), share)
    """
    made = hdsl.compile(text).simulate(seed=5, num_draws=2000)
    y = made.data["y"][1]
    assert y.max() <= 9
    # A Binomial whose chance is uniform is uniform itself.
    sd = np.sqrt((10**2 - 1) / 12)
    np.testing.assert_allclose(y.mean(axis=0), 4.5, atol=4 * sd / np.sqrt(2000))


@pytest.mark.parametrize(
    "text",
    [
        "data y = 1\nmu ~ Flat()\ny ~ Normal(mu, 1)",
        "data y = 1\nmu ~ Normal(0, 1)\ny ~ Normal(mu, 1)\nfactor -mu^2",
        "density Wait(t > 0 | r) = log(r) - r * t\ndata y = 1\nr ~ Gamma(1, 1)\ny ~ Wait(r)",
        "density Two(s > 0, t | r) = -r * s - t^2\ndata x = 1, y = 1\n"
        "r ~ Gamma(1, 1)\n(x, y) ~ Two(r)",
    ],
)
def test_what_has_no_draws_is_refused(text: str) -> None:
    with pytest.raises(hdsl.HdslError) as caught:
        hdsl.compile(text).simulate(seed=1)
    assert [found.code for found in caught.value.diagnostics] == ["HB507"]


def test_sizes_must_be_known() -> None:
    with pytest.raises(hdsl.HdslError):
        hdsl.compile("data y[i]\nmu ~ Normal(0, 1)\ny[i] ~ Normal(mu, 1)").simulate(seed=1)


def test_all_draws_as_a_dataset() -> None:
    made = hdsl.compile(SCHOOLS).simulate(seed=1, num_draws=5).to_xarray()
    assert made["theta"].dims == ("draw", "school")
    assert made.sizes == {"draw": 5, "school": 3}


def test_ordered_categories_of_a_set_are_labels() -> None:
    text = """
    index grade = {poor, fair, good}
    index i = 1..200
    data y[i] : grade
    b ~ Normal(0, 1)
    y[i] ~ OrderedLogistic(b, [-1, 1])
    """
    model = hdsl.compile(text)
    made = model.simulate(seed=6)
    assert set(made.draw()["y"]) == {"poor", "fair", "good"}
    model.log_density(made.draw())


def test_a_series_is_drawn_from_its_first_element_on() -> None:
    text = """
    index t = 1..3
    data y[t]
    phi ~ Uniform(0.2, 0.9)
    y[1] ~ Normal(100, 1)
    y[t] ~ Normal(phi * y[t-1], 0.01) for t > 1
    """
    made = hdsl.compile(text).simulate(seed=7, num_draws=50)
    y, phi = made.data["y"][1], made.parameters["phi"][1]
    np.testing.assert_allclose(y[:, 1:], phi[:, None] * y[:, :-1], atol=0.06)
    assert abs(y[:, 0].mean() - 100) < 4 / np.sqrt(50)


def test_what_is_no_number_is_nothing_in_json() -> None:
    text = "index i = {a, b}\nx ~ Normal(0, 1)\nl[i] = log((if i == a then 0 else 1) + 0 * x^2)"
    assert hdsl.compile(text).simulate(seed=1).truth()["l"] == [None, 0.0]
