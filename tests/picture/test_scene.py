"""What a picture shows of a model."""

from __future__ import annotations

import hdsl
from hdsl.picture.plates import orders, runs
from hdsl.picture.scene import Drawn, Scene
from hdsl.picture.symbols import plain
from hdsl.picture.view import scene_of

BAGS = """
# How much blue is there?  It varies. And so on.

data day[bag] : day, n[bag], blue[bag] from "bags.csv"
a, b ~ Gamma(2, rate = 0.1)      # for each of the two
theta[day] ~ Beta(a, b)          # the share on a day
blue[bag] ~ Binomial(n[bag], theta[day[bag]])
mean_blue = a / (a + b)
theta_next ~ Beta(a, b)
"""


def scene(text: str) -> Scene:
    return scene_of(hdsl.compile(text).graph)


def parents(found: Scene, name: str) -> set[str]:
    return {arrow.source for arrow in found.arrows if arrow.target == name}


def shown(node: Drawn) -> tuple[str, ...]:
    chips = (*node.numbers, *node.inputs)
    return (plain(node.label), plain(node.formula), *(plain(chip.label) for chip in chips))


def test_a_hierarchy_is_shown_in_its_layers() -> None:
    found = scene(BAGS)
    assert found.title == "How much blue is there?"
    assert {name: (node.kind, node.layer) for name, node in found.nodes.items()} == {
        "a": ("unknown", 2),
        "b": ("unknown", 2),
        "theta": ("unknown", 1),
        "mean_blue": ("derived", 1),
        "theta_next": ("predicted", 1),
        "blue": ("observed", 0),
    }
    assert shown(found.nodes["a"]) == ("a", "∼ Gamma", "2", "0.1")
    assert shown(found.nodes["theta"]) == ("θ", "∼ Beta(a, b)")
    assert shown(found.nodes["blue"]) == ("blue", "∼ Binomial(n, θ)", "n")
    assert [chip.told for chip in found.nodes["a"].numbers] == ["shape = 2", "rate = 0.1"]
    assert found.nodes["theta"].description == "the share on a day"
    assert found.nodes["theta"].statement == "theta[day] ~ Beta(a, b)"
    assert {name: parents(found, name) for name in found.nodes} == {
        "a": set(), "b": set(), "theta": {"a", "b"}, "mean_blue": {"a", "b"},
        "theta_next": {"a", "b"}, "blue": {"theta"},
    }  # fmt: skip


def test_bags_lie_within_their_day() -> None:
    found = scene(BAGS)
    assert found.nodes["blue"].plates == {"bag", "day"}
    assert found.nodes["theta"].plates == {"day"}
    assert found.plates == {"day": None, "bag": None}
    sized = hdsl.compile(BAGS).picture({"day": ["A", "A", "B"], "n": [9, 9, 9], "blue": [1, 2, 3]})
    assert sized.scene.plates == {"day": 2, "bag": 3}


def test_with_one_layer_it_is_the_prior() -> None:
    found = scene("data n = 56, blue = 11\ntheta ~ Beta(2, 8)\nblue ~ Binomial(n, theta)")
    assert found.nodes["theta"].layer == 1
    assert found.layers == (0, 1)
    assert shown(found.nodes["blue"])[-1] == "n = 56"


def test_plates_that_cross() -> None:
    found = scene("""
data y[rat, week], x[week]
a[rat] ~ Normal(m, s); m ~ Normal(0, 1); s ~ HalfNormal(1)
y[rat, week] ~ Normal(a[rat] * x[week], 1)
""")
    assert found.nodes["y"].plates == {"rat", "week"}
    # What varies less than its user is a node of its own.
    assert (found.nodes["x"].kind, found.nodes["x"].plates) == ("data", {"week"})
    (order, *_) = orders(node.plates for node in found.nodes.values())
    assert sorted((run.plate, run.last - run.first) for run in runs(order)) == [
        ("rat", 1), ("week", 1),
    ]  # fmt: skip


def test_three_plates_that_all_cross_need_more_boxes_than_plates() -> None:
    pairs = [frozenset("ab"), frozenset("bc"), frozenset("ca")]
    assert len(runs(orders(pairs)[0])) == 4
    single = [frozenset("a"), frozenset("b"), frozenset("c"), frozenset("abc")]
    assert len(runs(orders(single)[0])) == 4


def test_elements_of_a_vector_are_no_plate() -> None:
    found = scene("""
data c[bag, colour]
theta[bag, colour] ~ Dirichlet(1)
c[bag, colour] ~ Multinomial(20, theta[bag, colour])
""")
    assert found.nodes["theta"].plates == {"bag"}


def test_parts_of_a_quantity_are_one_node() -> None:
    found = scene("""
index t = 1..9
data y[t]
x[1] ~ Normal(0, 1)
x[t] ~ Normal(phi * x[t-1], 1) for t > 1
phi ~ Uniform(-1, 1)
y[t] ~ Normal(x[t], 1)
""")
    assert list(found.nodes) == ["x", "phi", "y"]
    node = found.nodes["x"]
    assert (node.repeats, node.plates, parents(found, "x")) == (True, {"t"}, {"phi"})
    assert node.statement == "x[1] ~ Normal(0, 1)\nx[t] ~ Normal(phi * x[t-1], 1) for t > 1"
    assert shown(found.nodes["phi"]) == ("φ", "∼ Uniform", "−1", "1")


def test_a_link_and_what_it_links_are_one_node() -> None:
    found = scene("""
data y[i]
logit(p[i]) ~ Normal(m, 1); m ~ Normal(0, 1)
y[i] ~ Bernoulli(p[i])
""")
    assert list(found.nodes) == ["m", "p", "y"]
    assert shown(found.nodes["p"]) == ("p", "logit(p) ∼ Normal(m, 1)")


def test_several_observed_together_are_one_node() -> None:
    found = scene("""
density Both(u, v | s) = -(u - v)^2 / s
data r[i], v_t[i]
s ~ HalfNormal(1)
(r[i], v_t[i]) ~ Both(s)
""")
    assert shown(found.nodes["r"]) == ("(r, v_t)", "∼ Both(s)")
    assert not found.nodes["r"].repeats


def test_numbers_are_shown_only_where_all_are_fixed() -> None:
    found = scene("""
data y, k
a ~ Normal(0.5, 2e-3) truncated to (0, inf); b ~ Normal(0, k); c ~ Normal(log(20), 1)
y ~ Normal(a + b + c, 1)
""")
    assert shown(found.nodes["a"]) == ("a", "∼ truncated Normal", "0.5", "2e−3", "(0, ∞)")
    assert shown(found.nodes["b"]) == ("b", "∼ Normal(0, k)", "k")
    assert shown(found.nodes["c"]) == ("c", "∼ Normal", "log(20)", "1")


def test_a_plan_tells_what_becomes_of_each() -> None:
    fates = {n.name: n.fate for n in hdsl.compile(BAGS).picture(plan=True).scene.nodes.values()}
    assert fates == {
        "a": "sampled", "b": "sampled", "theta": "integrated out", "mean_blue": "",
        "theta_next": "drawn forward", "blue": "",
    }  # fmt: skip
    kept = hdsl.compile(BAGS).picture(plan=True, keep=["theta"]).scene.nodes["theta"]
    assert kept.fate == "sampled"


def test_factors_and_data_that_several_use() -> None:
    found = scene("""
data y[i], x[i], z[i]
m ~ Normal(0, 1)
p[i] = m * x[i]
y[i] ~ Normal(p[i] + x[i], 1)
factor -m^4
""")
    assert found.nodes["x"].kind == "data"
    assert "z" not in found.nodes
    assert shown(found.nodes["factor 1"]) == ("factor", "−m^4")


def test_an_observation_of_computed_data_bears_their_name() -> None:
    found = scene("""
data y[i]
z_y[i] = y[i] - mean(y)
m ~ Normal(0, 1)
z_y[i] ~ Normal(m, 1)
""")
    assert [plain(node.label) for node in found.nodes.values()] == ["m", "z_y"]


def test_a_factor_for_each_element_stands_in_their_plate() -> None:
    found = scene("data y[i]\nm ~ Normal(0, 1)\nfactor -(y[i] - m)^2 for i")
    assert found.nodes["factor 1"].plates == {"i"}
    assert plain(found.nodes["factor 1"].formula).startswith("−(y − m)^2")


def test_unknowns_drawn_together_are_one_node_with_the_parents_of_their_density() -> None:
    found = scene("""
density D(x, v > 0 | a) = -a * (x^2 + v^2)
data y[i] = [1.0, 2.0]
a ~ Exponential(1)
(x[i], v[i]) ~ D(a)
y[i] ~ Normal(x[i], v[i])
""")
    assert {(arrow.source, arrow.target) for arrow in found.arrows} == {("x", "y"), ("a", "x")}
    assert found.nodes["x"].kind == "unknown"
    assert not found.nodes["x"].repeats
    assert [found.nodes[name].layer for name in ("y", "x", "a")] == [0, 1, 2]
