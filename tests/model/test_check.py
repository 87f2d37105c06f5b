"""What the checker makes of a program: names, axes, roles, values, and mistakes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.expressions.text import text as expression_text
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.graph import Deterministic, Factor, ModelGraph, Stochastic
from hdsl.source import Source
from hdsl.syntax import decode, parse, tree
from tests.model.binding import bound, graph_of, under
from tests.strategies import statements

CASES = Path(__file__).parents[1] / "cases"


def values(text: str, given: Mapping[str, object] | None = None) -> dict[str, Any]:
    found = bound(text, given)
    return {name: value.array.tolist() for name, value in found.values.items() if "." not in name}


def mistakes_in(text: str) -> tuple[Diagnostic, ...]:
    source = Source(text)
    try:
        check(parse(source), source)
    except HdslError as error:
        return error.diagnostics
    return ()


def codes_in(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in mistakes_in(text)]


# --- roles and axes ------------------------------------------------------------------------------

CLASS_BY_CLASS = """
data day[bag] : day, n[bag], blue[bag]
a, b ~ Gamma(2, rate = 0.1)
theta[day] ~ Beta(a, b)
blue[bag] ~ Binomial(n[bag], theta[day[bag]])
mean_blue = a / (a + b); share = blue / n
theta_next ~ Beta(a, b)
"""


def test_roles_follow_from_the_graph():
    assert graph_of(CLASS_BY_CLASS).roles == {
        "a": "parameter",
        "b": "parameter",
        "theta": "parameter",
        "blue": "observation",
        "mean_blue": "derived",
        "share": "data",
        "theta_next": "prediction",
    }


def test_a_factor_makes_parameters():
    graph = graph_of("x, y ~ Normal(0, 1)\nfactor -x^4")
    assert graph.roles == {"x": "parameter", "y": "prediction"}
    assert [node.name for node in graph.factors] == ["factor 1"]


def axes_in(text: str) -> dict[str, tuple[str, ...]]:
    nodes = graph_of(text).nodes.values()
    return {n.name: n.axes for n in nodes if not isinstance(n, Factor)}


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("data x[i, j]\nz = (x - mean(x)) / sd(x)", ("i", "j")),
        ("data x[i], y[j]\nz = y * x", ("j", "i")),
        ("data x[i], y[j]\nz[i, j] = y[j] * x[i]", ("i", "j")),
        ("data x[i, j]\nz[i] = sum(x[i])", ("i",)),
        ("data x[i]\nz = mean(x)", ()),
        ("data K[s, s']\nz = K", ("s", "s'")),
        ("index s = {A, B}\ndata K[s, s']\nz = K[A]", ("s",)),
        ("data K[s, s']\nz[s] = max(K[s])", ("s",)),
        ("data p[s]\nz[i, j] = p[i] - p[j] for i in s, j in s", ("s", "s'")),
        ("z = [1, 2, 3]", ("z_index",)),
        ("index s = {A, B}\nz[s] = [1, 2]", ("s",)),
        ("data g[i] : s, w[s]\nz = w[g]", ("i",)),
        ("data g[i] : s\nw[s] ~ Normal(0, 1)\nz[i] = w[g[i]]", ("i",)),
        ("index s = {A, B}\np[s] = [0.5, 0.5]\ndata n[i]\nz[i] ~ Categorical(p)", ("i",)),
        ("data x[i]\nlogit(z[i]) = x[i]", ("i",)),
    ],
)
def test_axes_have_the_names_of_their_sets(text: str, axes: tuple[str, ...]):
    assert axes_in(text)["z"] == axes


def test_an_observed_expression_has_the_axes_of_its_indices():
    axes = axes_in("data y[i], n[i], m[j]\nn[i] - y[i] ~ Normal(0, 1)\nlog(m) ~ Normal(0, 1)")
    assert axes["n[i] - y[i]"] == ("i",)
    assert axes["log(m)"] == ("j",)


def test_a_link_of_a_new_name_is_an_unknown_on_the_other_scale():
    graph = graph_of("index i = 1..3\nlogit(p[i]) ~ Normal(0, 1)\nk ~ Poisson(3)")
    assert graph.roles["logit(p)"] == "prediction"
    assert graph.roles["p"] == "derived"


def test_descriptions_come_from_comments():
    graph = graph_of("# how large\nmu ~ Normal(0, 1)  # a mean\n")
    (node,) = graph.stochastic
    assert node.description == "how large a mean"


# --- values: compared with NumPy by hand --------------------------------------------------------


def test_index_sets_in_all_forms():
    found = values(
        "index f = {NJ, TN}\nindex c = {no = 0, yes = 1}\nindex t = 1..T\nindex r = 5..20 by 5\n"
        "index d = [0.5, 2, 8]\ndata T = 4, a[i] : c = [1, 0, 1]\n"
        "nf = size(f); nt = size(t)\nR[r] = r^2; D[d] = 2 * d; last = D[8]; at = R[10]\n"
        "yes_count = sum(a[i] == yes for i)\nb[c] = [10, 20]\nv[i] = b[a[i]]"
    )
    assert found["nf"] == 2
    assert found["nt"] == 4
    assert found["R"] == [25, 100, 225, 400]
    assert found["D"] == [1, 4, 16]
    assert found["last"] == 16
    assert found["at"] == 100
    assert found["yes_count"] == 2
    assert found["v"] == [20, 10, 20]


def test_gathers_slices_and_labels():
    theta = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    found = values(
        "index f = {NJ, TN}\nindex c = {r, g, b}\ndata theta[f, c], x[i], p[j] : i, q[k] : j\n"
        'v[k] = x[p[q[k]]]\nrow = theta[NJ]\none = theta[TN, b]\nquoted = theta["TN", "g"]\n'
        "total = sum(theta)\nper[f] = sum(theta[f])\nweighted = sum(theta[NJ] * [1, 10, 100])\n"
        "top = max(theta); so_far = cumsum(theta[TN])",
        {"theta": theta, "x": [10.0, 20, 30], "p": [3, 1], "q": [2, 2, 1]},
    )
    assert found["v"] == [10, 10, 30]
    assert found["row"] == [1, 2, 3]
    assert (found["one"], found["quoted"]) == (6, 5)
    assert found["total"] == 21
    assert found["per"] == [6, 15]
    assert found["weighted"] == 321
    assert found["top"] == 6
    assert found["so_far"] == [4, 9, 15]


def test_reductions_with_ranges_and_conditions():
    y = np.array([3.0, 1, 4, 1, 5])
    found = values(
        "index t = 1..5\ndata y[t], g[t] : g\n"
        "c[j] = sum(y[k] for k in 1..j) for j in t\nlate = sum(y[t] for t > 3)\n"
        "large = sum(y[t] for y[t] > 2)\ncount = sum(1 for t)\nnone = sum(y[k] for k in 1..0)\n"
        "m[g] = mean(y[t] for t, g[t] == g)\nspread = sd(y); v = var(y)\n"
        "pairs = sum(y[i] * y[j] for i in t, j in t, i < j)\nl = logsumexp(y)\n"
        "every = all(y > 0); some = any(y > 4)\nweights = softmax(y)",
        {"y": y, "g": ["a", "b", "a", "b", "b"]},
    )
    assert found["c"] == np.cumsum(y).tolist()
    assert (found["late"], found["large"]) == (6, 12)
    assert (found["count"], found["none"]) == (5, 0)
    np.testing.assert_allclose(found["m"], [3.5, 7 / 3])
    np.testing.assert_allclose([found["spread"], found["v"]], [y.std(ddof=1), y.var(ddof=1)])
    assert found["pairs"] == (y.sum() ** 2 - (y**2).sum()) / 2
    np.testing.assert_allclose(found["l"], np.log(np.exp(y).sum()))
    assert (found["every"], found["some"]) == (1, 1)
    np.testing.assert_allclose(found["weights"], np.exp(y) / np.exp(y).sum())


def test_expressions():
    found = values(
        "data x[i] = [1, 2, 3], n = 3\ndef f(a, b) = a + 2 * b\nα = -2^2; β = 2^-1; γ = pi > 3\n"
        "a = f(1, 10); whole = f(x, x)\nb = { u = 2; v = u + 1; u * v }\n"
        "inside[i] = 1 < x[i] <= 3; c[i] = if x[i] == 2 then inf else -x[i]\n"
        "d = true and not false or false\nlisted = sum([1, n, 5]); both = max(2, n)\n"
        "sqrt(w) = n; logit(p[i]) = x[i] - 2\nr[i] = i + position(i) / 10"
    )
    assert (found["α"], found["β"], found["γ"]) == (-4, 0.5, 1)
    assert (found["a"], found["b"]) == (21, 6)
    assert found["whole"] == [3, 6, 9]
    assert found["inside"] == [0, 1, 1]
    assert found["c"] == [-1, np.inf, -3]
    assert found["d"] == 1
    assert (found["listed"], found["both"]) == (9, 3)
    assert found["w"] == 9
    np.testing.assert_allclose(found["p"], 1 / (1 + np.exp([1, 0, -1])))
    np.testing.assert_allclose(found["r"], [1.1, 2.2, 3.3])


def test_two_indices_over_one_set():
    found = values(
        "index s = {A, B}\ndata K[s, s'], x[s]\nrow = K[A]\nsum_up = row + x\nZ[s, s'] = K[s]\n"
        "T[s, s'] = K[s', s]\nd[s] = K[s, s]\noff = sum(K[i, j] for i in s, j in s, i != j)",
        {"K": [[1.0, 2], [3, 4]], "x": [10.0, 20]},
    )
    assert found["sum_up"] == [11, 22]
    assert found["Z"] == [[1, 2], [3, 4]]
    assert found["T"] == [[1, 3], [2, 4]]
    assert found["d"] == [1, 4]
    assert found["off"] == 5


def test_a_slice_over_the_set_of_a_running_index_is_not_taken_for_the_diagonal():
    (mistake,) = mistakes_in("data K[s, s']\ny[s] = K[s]")
    assert mistake.code == "HB305"


def test_parts_of_a_quantity():
    found = values(
        "index t = 1..5\ndata y[t]\nd[1] = 0\nd[t] = y[t] - y[t-1] for t > 1\n"
        "e[i] = i for i in t, i != 3\ne[3] = 30\nf[j] = 2 for j in 2..4\nf[t] = 1 for t < 2\n"
        "f[5] = 3\ntotal = sum(f)",
        {"y": [1.0, 2, 4, 8, 16]},
    )
    assert found["d"] == [0, 1, 2, 4, 8]
    assert found["e"] == [1, 2, 30, 4, 5]
    assert found["f"] == [1, 2, 2, 2, 3]
    assert found["total"] == 10


def test_a_part_may_be_fixed_and_another_random():
    graph = graph_of(
        'index age = {"20-40", "60+"}\nb["20-40"] = 0\nb["60+"] ~ Normal(0, 1)\n'
        'data g[i] : age, y[i]\ny[i] ~ Normal(b[g[i]], 1)\nw[i] = if g[i] == "60+" then 1 else 0'
    )
    assert graph.roles['b["20-40"]'] == "data"
    assert graph.roles['b["60+"]'] == "parameter"
    assert graph.roles["b"] == "derived"


def test_computed_data_are_observable_in_any_order():
    for lines in (
        ["z = (y - mean(y)) / sd(y)", "z[i] ~ Normal(m, 1)"],
        ["z[i] ~ Normal(m, 1)", "z = (y - mean(y)) / sd(y)"],
    ):
        graph = graph_of("\n".join(["data y[i]", "m ~ Normal(0, 1)", *lines]))
        assert graph.roles["observed z"] == "observation"
        assert graph.roles["z"] == "data"
        assert graph.roles["m"] == "parameter"
    graph = graph_of("data y[i]\nlog(z[i]) ~ Normal(0, 1)\nz = y / 2")
    assert graph.roles["log(z[i])"] == "observation"


def test_keyword_forms_and_truncation():
    graph = graph_of(
        "data y[i]\nm ~ Normal(mean = 0, precision = 4)\n"
        "s ~ Gamma(mean = 2, sd = 1) truncated to [0.1, inf)\ny[i] ~ StudentT(4, m, s)\n"
        "k ~ Flat(0, 1)\np ~ Beta(mean = 0.2, concentration = 10)"
    )
    assert graph.roles["s"] == "parameter"
    m = graph.nodes["m"]
    assert isinstance(m, Stochastic)
    assert "sqrt" in expression_text(m.random.expressions[1]) or m.random.expressions


def test_names_of_quantities_win_over_labels_outside_brackets():
    found = values("index k = {A, B}\nmean[k] = [1, 2]\ns = mean(mean)\nA = 7\nt = A + mean[A]")
    assert found["s"] == 1.5
    assert found["t"] == 8


def test_a_factor_with_a_condition_counts_only_where_it_holds():
    graph = graph_of("data x = 2\nfactor -x for x > 3")
    (factor,) = graph.factors
    assert "where" in repr(factor.expression)


def test_a_formula_of_data_counts_as_an_observation_of_them():
    lines = "data y[t], n[t]\nm ~ Normal(0, 1)\n"
    assert codes_in(f"{lines}y[t] ~ Normal(m, 1)\nlog(y[t]) ~ Normal(m, 1)") == ["HB205"]
    assert codes_in(f"{lines}log(y) ~ Normal(m, 1)\nsqrt(y[t]) ~ Normal(m, 1)") == ["HB205"]
    assert codes_in(f"{lines}y[t] ~ Normal(m, 1)\nn[t] - y[t] ~ Normal(m, 1)") == []
    assert codes_in(f"{lines}n[t] / y[t] ~ Normal(m, 1)\nn[t] - y[t] ~ Normal(m, 1)") == []


# --- the order of statements ----------------------------------------------------------------------

MODELS = [
    CLASS_BY_CLASS,
    "index t = 1..T\ndata T = 5, y[t]\nb[1] = 0\nb[t] ~ Normal(m, s) for t > 1\n"
    "m ~ Normal(0, 1); s ~ HalfNormal(1)\ny[t] ~ Normal(b[t] + c, 1)\n"
    "c = m * sum(b[k] for k in 2..T)",
    "index f = {NJ, TN}\np[f] = [0.3, 0.7]\ndata k[bag] : f, w[bag]\nk[bag] ~ Categorical(p)\n"
    "made[bag] ~ Categorical(p)\nth[f] ~ Normal(0, 1)\nq[bag] = th[made[bag]] + w[bag]\n"
    "n = sum(made[bag] == NJ for bag)",
    "def g(a) = a * scale\nscale = 2 * base\ndata x[i], base\nz = g(x - mean(x))\n"
    "z[i] ~ Normal(mu, 1)\nmu ~ Normal(0, 1)\nlogit(p[i]) = mu + x[i]\n"
    "factor log_prob(Normal(0, 1), mu)",
    "a ~ Normal(b, 1)\nb ~ Normal(c, 1)\nc = sum(d) + 1\nd = [1, 2]\nindex k = {u, v}\n"
    "w[k] = [1, 2] * a",
]


def facts(graph: ModelGraph) -> dict[str, object]:
    """All that a graph says, without the numbers that make inner axes differ."""
    found: dict[str, object] = {}
    for node in graph.nodes.values():
        if isinstance(node, Stochastic):
            said = [*map(expression_text, node.random.expressions), repr(node.value)]
        else:
            said = [expression_text(node.expression)]
            if node.name.endswith(".parts"):
                said = sorted(said[0][1:-1].split(", "))
        axes = () if isinstance(node, Factor) else node.axes
        role = graph.roles.get(node.name)
        found[node.name] = (type(node), axes, role, re.sub(r"#\d+", "#", "; ".join(said)))
    sets = {name: (s.labels, s.codes, s.bounds is None) for name, s in graph.sets.items()}
    return {**found, "the sets": sets, "the data": {n: d.axes for n, d in graph.data.items()}}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_of_statements_means_nothing(data: st.DataObject):
    text = data.draw(st.sampled_from(MODELS))
    source = Source(text)
    program = parse(source)
    order = data.draw(st.permutations(program.statements))
    graph, _ = check(tree.Program(tuple(order)), source)
    assert facts(graph) == facts(graph_of(text))


def test_parents_stand_before_children():
    graph = graph_of("a ~ Normal(b, 1)\nb ~ Normal(c, 1)\nc = d\nd ~ Normal(0, 1)")
    assert list(graph.nodes) == ["d", "c", "b", "a"]


# --- supports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "y ~ Normal(0, half)",
        "y ~ Normal(0, exp(x))",
        "y ~ Normal(0, half + unit)",
        "y ~ Normal(0, half * unit)",
        "y ~ Normal(0, sqrt(half))",
        "y ~ Normal(0, x^2)",
        "y ~ Normal(0, abs(x))",
        "y ~ Normal(0, 1 / half)",
        "y ~ Bernoulli(unit)",
        "y ~ Bernoulli(1 - unit)",
        "y ~ Bernoulli(unit * unit2)",
        "y ~ Bernoulli(logistic(x))",
        "y ~ Bernoulli(Phi(x))",
        "y ~ Bernoulli(half / (half + half2))",
        "y ~ Bernoulli(logit = x)",
        "y ~ Poisson(exp(x))",
        "y ~ Poisson(log = x)",
        "y ~ Normal(0, cut)",
        "y ~ Beta(half, unit)",
        "w = x + 1; y ~ Normal(0, w - x)",
        "y ~ Normal(0, if x > 0 then x else 1)",
    ],
)
def test_what_may_be_right_is_not_refused(line: str):
    assert codes_in(f"{UNKNOWNS}\n{line}") == []


UNKNOWNS = (
    "x ~ Normal(0, 1); half, half2 ~ HalfNormal(1); unit, unit2 ~ Uniform(0, 1)\n"
    "cut ~ Normal(0, 1) truncated to (0, inf); cut2 ~ Normal(0, 1) truncated to (-1, inf)\n"
    "data v[i], n[i] : count"
)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("y ~ Normal(0, x)", "x"),
        ("y ~ Normal(0, cut2)", "cut2"),
        ("y ~ Normal(0, half - unit)", "half - unit"),
        ("y ~ Normal(0, log(half))", "log(half)"),
        ("y[i] ~ Normal(0, x + v[i])", "x + v[i]"),
        ("y[i] ~ Bernoulli(x * 2 + v[i])", "x * 2 + v[i]"),
        ("y ~ Bernoulli(half)", "half"),
        ("y ~ Bernoulli(2 * unit)", "2 * unit"),
        ("y ~ Binomial(half, unit)", "half"),
        ("y ~ Exponential(-1)", "-1"),
        ("w = x; y ~ Normal(0, w)", "w"),
        ("y ~ Normal(0, x) truncated to (0, 1)", "x"),
    ],
)
def test_what_is_certain_to_leave_its_range_is_refused(line: str, place: str):
    text = f"{UNKNOWNS}\n{line}"
    (mistake,) = mistakes_in(text)
    assert mistake.code == "HB401"
    assert under(text, mistake) == place
    assert mistake.help


# --- mistakes ------------------------------------------------------------------------------------


def test_independent_mistakes_are_reported_together_in_the_order_of_the_text():
    text = (
        "data y[i] : integer\nmu ~ Norml(0, 1)\nsigma ~ HalfNormal(scle)\nz = ln(y) + missng\n"
        "y[i] ~ Normal(mu[i], sigma)\nindex k = {A, A}\nd[k] = y[k]"
    )
    assert codes_in(text) == [
        *("HB222", "HB407", "HB201", "HB203", "HB201", "HB302", "HB314", "HB303")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a = b + 1\nc = a * 2\nd ~ Normal(c, a)", "HB201"),
        ("x = nothing; y = nothing + 1; z = nothing", "HB201"),
        ("theta[shool] ~ Normal(0, 1)\ny[k] ~ Normal(theta[k], 1)\nindex k = 1..3", "HB206"),
        ('data y[i+1] from "a.csv"\ny[i] ~ Normal(0, 1)\nz = mean(y)', "HB206"),
        ("(a, b) ~ MultiNormal(0, 1)\nc = a + b", "HB431"),
        ("a = b; b = c; c = a; d = a + c", "HB204"),
        ("density D(x > 0 | a) = -x\ny ~ D(1, 2)", "HB408"),
        ("def f(x) = x + lost\na = f(1)\nb = f(2)", "HB201"),
    ],
)
def test_one_mistake_gives_one_diagnostic(text: str, code: str):
    assert codes_in(text) == [code]


def test_functions_that_nothing_calls_are_read():
    assert codes_in("def f(x) = x + lost") == ["HB201"]
    assert codes_in("def f(x) = { y = 2 * x; y + x }\ndata x[i]\ndef g(i) = x[i]") == []


def test_trees_built_by_hand_are_checked():
    one, two = tree.Number(1.0), tree.Number(2.0)
    for value, code in ((tree.Tuple((one, two)), "HB217"), (tree.Range(one, two), "HB219")):
        program = tree.Program((tree.DeterministicStatement(tree.Name("x"), value),))
        with pytest.raises(HdslError) as caught:
            check(program, Source(""))
        assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


def test_long_chains_and_long_cycles():
    chain = ["a0 = 1", *(f"a{i} = a{i - 1} + 1" for i in range(1, 500)), "x ~ Normal(a499, 1)"]
    assert codes_in("\n".join(chain)) == []
    assert codes_in("\n".join(reversed(chain))) == []
    (mistake,) = mistakes_in("\n".join(f"a{i} = a{(i + 1) % 3000} + 1" for i in range(3000)))
    assert mistake.code == "HB204"
    assert len(mistake.cause) < 200


def test_functions_that_explode_are_refused():
    lines = ["def f0(x) = x * x", *(f"def f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, 40))]
    assert set(codes_in("\n".join([*lines, "y = f39(2)"]))) <= {"HB223", "HB115"}


# --- any text ------------------------------------------------------------------------------------

TOKEN = re.compile(r'"[^"\n]*"|[\w\']+|\.\.|[<>=!]=|\s+|.', re.DOTALL)
KINDS = [
    re.compile(p) for p in (r"[~=]$", r"[-+*/^<>]$", r"\d", '"', r"\w", r"[\[\](){}]", r"\s", ".")
]


def kind(token: str) -> int:
    return next(i for i, pattern in enumerate(KINDS) if pattern.match(token))


def mutated(generator: random.Random, texts: list[str]) -> str:
    """Parts of models with some tokens replaced by others of their kind."""
    lines = [line for text in generator.sample(texts, 2) for line in text.splitlines()]
    kept = [line for line in lines if generator.random() < 0.8]
    tokens = TOKEN.findall("\n".join(kept if generator.random() < 0.7 else lines))
    for _ in range(generator.randint(1, 4)):
        if tokens:
            place = generator.randrange(len(tokens))
            alike = [t for t in tokens if kind(t) == kind(tokens[place])]
            tokens[place] = generator.choice(alike)
    return "".join(tokens)


def outcome(read: Callable[[], tree.Program], source: Source) -> tuple[Diagnostic, ...]:
    """What checking and binding say; any exception but HdslError is a mistake in hdsl."""
    try:
        graph, warnings = check(read(), source)
        bind(graph, partial=True)
    except HdslError as error:
        return error.diagnostics if str(error) else ()
    return warnings


@pytest.mark.parametrize("seed", range(6))
def test_any_damaged_model_gives_a_graph_or_a_diagnostic(seed: int):
    paths = sorted(CASES.glob("*/*.hbm"))
    texts = [decode(p.read_bytes()) for p in paths if "HB114" not in p.name]
    texts = [*[t for t in texts if len(t) < 1000], *MODELS]
    generator = random.Random(seed)
    for _ in range(250):
        text = mutated(generator, texts)
        source = Source(text)
        for diagnostic in outcome(lambda source=source: parse(source), source):
            for span in (diagnostic.span, *(label.span for label in diagnostic.labels)):
                assert span is None or 0 <= span.start <= span.end <= len(text)


@given(st.lists(statements(), max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_tree_gives_a_graph_or_a_diagnostic(found: list[tree.Statement]):
    outcome(lambda: tree.Program(tuple(found)), Source(""))


def test_the_graph_of_a_good_model_has_places():
    graph = graph_of(CLASS_BY_CLASS)
    for node in graph.nodes.values():
        assert node.span.end > node.span.start
        if isinstance(node, Deterministic):
            assert node.expression.span.end > 0
