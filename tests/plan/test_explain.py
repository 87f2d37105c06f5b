"""The plan in words: every unknown that is sampled says why, and the reasons are true."""

from __future__ import annotations

import pytest

import hdsl
from hdsl.plan.explain import explain

from .laws import plan_of
from .models import MODELS


def refusals(model: str, **options: object) -> dict[str, tuple[str, ...]]:
    explanation = explain(*plan_of(MODELS[model], **options))  # pyright: ignore
    return {line.name.split("[")[0]: line.refused for line in explanation.lines if line.refused}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("sampler", ["auto", "nuts"])
def test_every_unknown_that_stays_says_why_once(model: str, sampler: str) -> None:
    explanation = explain(*plan_of(MODELS[model], sampler=sampler))
    for line in explanation.lines:
        collapse = [r for r in line.refused if r.startswith("not integrated out")]
        assert len(collapse) == (line.fate in ("sampled", "transformed"))


BY = "not integrated out (normal-normal): "
CONJUGATE = "not integrated out (conjugate): "
COULD_BE = "it could be, but other unknowns would still be sampled, and one number more costs"
REASONS = [
    ("crossed", "b", BY + "`y` depends on it, but was needed to integrate `a` out"),
    ("two indices", "p", CONJUGATE + "`y` refers to it by two computed indices at once"),
    ("mean and sd", "a", BY + "`y` depends on it in more than its mean"),
    ("two gathers", "a", BY + "the mean of `y` speaks of more than one of its elements"),
    ("factor", "a", BY + "a `factor` depends on it"),
    ("parts", "a", BY + "`y` depends on it through `a`, whose elements are computed together"),
    ("sum in child", "a", BY + "the mean of `z` adds up several of its elements"),
    ("noncentred", "u", BY + "`k` depends on it and is Binomial, not Normal"),
    ("noncentred", "a", BY + "`u` depends on it and is itself sampled"),
    ("truncated", "a", "not integrated out: no closed form is known for truncated Normal priors"),
    ("mm", "a", CONJUGATE + "Gamma is not conjugate to the Beta of `theta`"),
    ("exposure", "r", CONJUGATE + "the `rate` of `y` is computed from it"),
    ("eight", "tau", "not integrated out: no closed form is known for HalfCauchy priors"),
    ("eight", "mu", BY + COULD_BE + " little"),
]


@pytest.mark.parametrize(("model", "name", "reason"), REASONS)
def test_reasons(model: str, name: str, reason: str) -> None:
    assert reason in refusals(model)[name]


def test_a_uniform_share_could_be_a_beta() -> None:
    data = "data n = 20, y = 14\np ~ Uniform(0, 1)\n"
    assert "Beta(1, 1)" in str(hdsl.compile(data + "y ~ Binomial(n, p)").explain())
    assert "Beta(1, 1)" not in str(hdsl.compile(data + "y ~ Poisson(p)").explain())


def test_what_was_asked_is_said() -> None:
    assert refusals("scalars", sampler="nuts")["m"] == (
        BY + "it could be, but NUTS was asked for and needs something to sample",
    )
    assert refusals("radon", without=["normal-normal", "non-centring"])["a"] == (
        BY + "the rule is switched off",
        "not transformed (non-centring): the rule is switched off",
    )
    assert refusals("mm", keep=["theta"])["theta"] == ("kept as written, as asked",)


def test_the_class_by_class_model_in_words() -> None:
    plan, bound = plan_of(MODELS["mm"])
    assert (
        str(explain(plan, bound))
        == """\
model: 2 numbers sampled by NUTS, everything else follows exactly

  observed       blue[bag] (8)                               line 5
  transformed    a                                           line 3
                 beta-coordinates: parameters of the Beta population `theta`: sampled as the
                   logit of its mean a / (a + b) and the log of its concentration a + b, of
                   which the data speak separately
                 not integrated out (conjugate): Gamma is not conjugate to the Beta of `theta`
  transformed    b                                           line 3
                 beta-coordinates: together with `a`
                 not integrated out (conjugate): Gamma is not conjugate to the Beta of `theta`
  integrated out theta[day] (6)                              line 4
                 conjugate: its Beta prior is conjugate to `blue`: integrated out exactly, and
                   drawn afterwards from its conditional, which is Beta again
                 theta[day] ~ Beta(a + sum(blue[bag] for bag, day[bag] == day), b + sum(n[bag] -
                   blue[bag] for bag, day[bag] == day))
  predicted      theta_next                                  line 7
                 forward: nothing observed depends on it: drawn forward from each posterior draw
  computed       mean_blue                                   line 6"""
    )


def test_a_normal_layer_is_drawn_from_an_average_weighed_by_precisions() -> None:
    (line,) = (x for x in explain(*plan_of(MODELS["radon"])).lines if x.fate == "integrated out")
    assert line.recovery == (
        "a[county] ~ Normal(mean, 1 / sqrt(precision)), where",
        "precision = 1 / tau^2 + sum(1 for home, county[home] == county) / s^2: that of its prior "
        "and of `y`;",
        "mean = (mu / tau^2 + sum(y[home] - b * x[home] for home, county[home] == county) / s^2) / "
        "precision: what these say on average, weighed by their precisions",
    )


def test_without_data() -> None:
    text = 'data y[school], sigma[school] from "schools.csv"\n' + "\n".join(
        MODELS["eight"].text.splitlines()[1:]
    )
    explanation = hdsl.compile(text).explain()
    assert explanation.headline.startswith("2 numbers sampled by NUTS")
    assert any("schools.csv" in remark for remark in explanation.remarks)
    kept = hdsl.compile(text).explain(keep=["theta"])
    assert kept.headline == ("what is marked `sampled` or `transformed` is sampled by NUTS")


def test_direct() -> None:
    explanation = explain(*plan_of(MODELS["mixed children"]))
    assert explanation.headline == (
        "nothing is left to sample: the posterior is drawn directly and exactly"
    )
    assert [line.refused for line in explanation.lines] == [()] * 4


def test_as_json() -> None:
    facts = explain(*plan_of(MODELS["eight"])).to_dict()
    assert set(facts) == {"model", "title", "headline", "lines", "remarks"}


ALIKE = """data x[i] = [1, 2, 3], n[i] = [4, 5, 6], y[i] = [0, 2, 1]
a, b ~ Normal(0, 10)
centred[i] = x[i] - mean(x)
squared[i] = centred[i]^2
slope ~ Normal(0, 1)
y[i] ~ Binomial(n[i], 1 / (1 + exp(-a - b * centred[i] - slope * squared[i])))
"""


def test_quantities_of_which_the_same_is_said_share_an_entry() -> None:
    found = hdsl.compile(ALIKE).explain()
    assert (
        str(found).split("\n\n", 1)[1]
        == """\
  observed       y[i] (3)                                    line 6
  sampled        a, b, slope                                 lines 2 and 5
                 each: not integrated out (normal-normal): `y` depends on it and is Binomial,
                   not Normal
  data           centred[i] (3), squared[i] (3)              lines 3 and 4
                 from data alone, computed once"""
    )
    names = [line.name for line in found.lines]
    assert names == ["y[i] (3)", "a", "b", "slope", "centred[i] (3)", "squared[i] (3)"]
    each = found.wrapped(96, each=True)
    assert each.count("from data alone, computed once") == 2
    assert "  sampled        slope                                       line 5\n" in each


def test_a_long_list_of_names_ends_with_its_lines() -> None:
    names = [f"quantity_{number}" for number in range(8)]
    data = "".join(f"{name}[i, k] = x[i] + k\n" for name in names)
    found = hdsl.compile("data x[i] = [1, 2]\nindex k = 1..2\n" + data).explain()
    rows = str(found).split("\n")[2:]
    assert rows[0].startswith(
        "  data           quantity_0[i, k] (2 x 2), quantity_1[i, k] (2 x 2),"
    )
    assert rows[-2].endswith("quantity_7[i, k] (2 x 2); lines 3 to 10")
    assert rows[-1].strip() == "from data alone, computed once"
    assert all(len(row) <= 96 for row in rows)


def test_a_model_of_nothing_has_a_plan() -> None:
    assert str(hdsl.compile("data n = 3").explain()).startswith("model: ")
