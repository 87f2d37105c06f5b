from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.binding import bound, mistakes, one_mistake, under

OBSERVED = "data x[i]{}\nx[i] ~ Normal(0, 1)\n"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", [1, -2], 1.5),
        ("count", [0, 2], -1),
        ("bool", [0, 1], 2),
        ("positive", [0.1, 2], 0),
        ("probability", [0, 1], 1.1),
        ("positive", [0.1, 2], float("inf")),
    ],
)
def test_types_admit_what_they_say(kind: str, good: list[float], bad: float) -> None:
    text = OBSERVED.format(f" : {kind}")
    assert bound(text, {"x": good}).values["x"].array.tolist() == good
    found = one_mistake(text, {"x": [*good, bad]})
    assert found.code == "HB479"
    assert "`x[3]`" in found.title
    assert under(text, found) == kind


def test_a_simplex_adds_up_to_one() -> None:
    text = "data p[i, j] : simplex\ny[i, j] ~ Normal(p[i, j], 1)\n"
    bound(text, {"p": [[0.25, 0.75], [0.5, 0.5]]})
    found = one_mistake(text, {"p": [[0.25, 0.75], [0.5, 0.4]]})
    assert found.code == "HB484"
    assert "0.9" in found.title


def test_a_text_among_numbers_is_shown_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n12 g\n")
    text = 'data x[i] from "a.csv"\nx[i] ~ Normal(0, 1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB478"
    assert "row 3" in found.cause
    assert "12 g" in found.cause


def test_a_value_that_is_no_label_suggests_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("k,y\nplain,1\nplian,2\n")
    text = 'index k = {plain, peanut}\ndata k[i] : k, y[i] from "a.csv"\n'
    text += "m[k] ~ Normal(0, 1)\ny[i] ~ Normal(m[k[i]], 1)\n"
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB480"
    assert "row 3" in found.title
    assert "plain" in found.help


def test_an_observed_value_beyond_its_support_names_its_cell(tmp_path: Path) -> None:
    (tmp_path / "bags.csv").write_text("bag,n,blue\nx,50,11\ny,56,60\n")
    text = 'data "bag" as bag, n[bag], blue[bag] from "bags.csv"\ntheta ~ Beta(2, 8)\n'
    text += "blue[bag] ~ Binomial(n[bag], theta)\n"
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB485"
    expected = "`blue[bag=y]` = 60 is above n = 56: outside the support of Binomial"
    assert found.title == expected
    assert found.note == "row 3, column `blue` of `bags.csv`"
    assert under(text, found) == "blue[bag]"


@pytest.mark.parametrize(
    ("distribution", "value", "words"),
    [
        ("Poisson(3)", 1.5, "is not a whole number"),
        ("Poisson(3)", -1, "is below 0"),
        ("Gamma(1, 1)", 0, "is not above 0"),
        ("Beta(2, 2)", 1, "is not below 1"),
        ("Normal(0, 1)", float("inf"), "is not finite"),
    ],
)
def test_supports(distribution: str, value: float, words: str) -> None:
    found = one_mistake(f"data x\nx ~ {distribution}\n", {"x": value})
    assert found.code == "HB485"
    assert words in found.title


def test_observed_values_of_some_elements_alone_are_checked() -> None:
    text = "data x[t]\nindex t = 1..4\nx[t] ~ Gamma(2, 1) for t > 2\n"
    bound(text, {"x": [-1, -1, 1, 1]})
    found = one_mistake(text, {"x": [-1, -1, 1, -3]})
    assert "`x[t=4]` = -3" in found.title


def test_an_observed_expression_says_for_which_element() -> None:
    text = "data x[i]\nlog(x[i]) ~ Gamma(2, 1)\n"
    found = one_mistake(text, {"x": [2, 0.5]})
    assert found.code == "HB485"
    assert "`log(x[i])` where `i=2`" in found.title


def test_an_argument_that_the_distribution_does_not_allow() -> None:
    text = "data y[s], sigma[s] : real\nindex s = {A, B, C}\ny[s] ~ Normal(0, sigma[s])\n"
    found = mistakes(text, {"y": [1, 2, 3], "sigma": [1, 2, 0]})
    assert [d.code for d in found] == ["HB486"]
    assert found[0].title == "sd must be positive: `sigma[s=C]` = 0"
    assert under(text, found[0]) == "sigma[s]"


def test_an_argument_gathered_by_data_names_its_own_element() -> None:
    text = "data g[i] : g, y[i], s[g]\ny[i] ~ Normal(0, s[g[i]])\n"
    found = one_mistake(text, {"g": ["a", "b"], "y": [1, 2], "s": {"a": 1, "b": -2}})
    assert found.title == "sd must be positive: `s[g=b]` = -2"


def test_a_value_from_nowhere_says_how_to_give_it() -> None:
    found = one_mistake("data y\ny ~ Normal(0, 1)\n")
    assert found.code == "HB471"
    assert "--data y=file.csv" in found.help
