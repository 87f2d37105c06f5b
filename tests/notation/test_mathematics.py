"""Models in the notation of a paper: what is written, and that each target can read it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import hdsl
from hdsl.diagnostics import HdslError
from hdsl.notation.factorise import terms_of
from hdsl.notation.layers import layers_of
from hdsl.notation.mathematics import Mathematics
from hdsl.notation.statements import targets_of
from hdsl.syntax import tree

ROOT = Path(__file__).parents[2]
GOLDENS = Path(__file__).parent / "goldens"
SHOWN = sorted((ROOT / "tests" / "cases" / "good").glob("*.hbm"))
EXAMPLES = sorted((ROOT / "examples").glob("*/*.hbm"))
REFERENCE = sorted((ROOT / "tests" / "reference").glob("**/*.hbm"))


def mathematics(text: str) -> Mathematics:
    return hdsl.compile(text).math()


def section(text: str, title: str) -> list[str]:
    """The lines of a section of the Unicode text, without the blanks around them."""
    found = re.search(rf"^{title}\n(.*?)(?:\n\n|\Z)", mathematics(text).unicode, re.M | re.S)
    assert found is not None
    return [line.strip() for line in found[1].splitlines()]


def name_of(path: Path) -> str:
    return path.parent.name if path.stem == "model" else path.stem


@pytest.mark.parametrize("path", SHOWN, ids=name_of)
def test_the_text_is_as_it_was_looked_at(path: Path, accept: bool) -> None:
    golden = GOLDENS / f"{name_of(path)}.txt"
    written = hdsl.load(path).math().unicode
    if accept:
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["class_by_class", "two_factories", "hidden_markov_chain"])
def test_the_latex_is_as_it_was_looked_at(name: str, accept: bool) -> None:
    path = next(path for path in SHOWN if name_of(path) == name)
    golden = GOLDENS / f"{name}.tex"
    written = hdsl.load(path).math().latex
    if accept:
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


def test_goldens_are_of_models_that_are_there() -> None:
    assert {path.stem for path in GOLDENS.glob("*.txt")} == {name_of(path) for path in SHOWN}


@pytest.mark.parametrize("path", [*SHOWN, *EXAMPLES, *REFERENCE], ids=name_of)
def test_every_target_can_be_read(path: Path) -> None:
    try:
        found = hdsl.load(path).math()
    except HdslError:
        pytest.skip("it needs something from outside")
    balanced(found.latex)
    balanced(found.markdown)
    balanced(found.latex_document)
    well_formed(found.html)


@pytest.mark.parametrize("path", [*SHOWN, *EXAMPLES, *REFERENCE], ids=name_of)
def test_no_statement_is_left_out(path: Path) -> None:
    try:
        model = hdsl.load(path)
    except HdslError:
        pytest.skip("it needs something from outside")
    random = (tree.StochasticStatement, tree.FactorStatement)
    written = [s for s in model.tree.statements if isinstance(s, random)]
    terms = terms_of(model.math()._scope, layers_of(model.graph))
    found = [target for term in terms for target in term.targets]
    assert [s for s in written if not any(term.statement is s for term in terms)] == []
    assert sum(len(targets_of(s)) for s in written) == len(found)


def test_observations_of_one_vector_are_written_together() -> None:
    text = """
        data x[i] = [1, 2], y[i] = [3, 4]; m ~ Normal(0, 1)
        (x[i], y[i]) ~ MultiNormal([m, m], [[1, 0], [0, 1]])
    """
    assert section(text, "Factors")[0] == "p(x, y ∣ m) = ∏_i p(x[i], y[i] ∣ m)"
    assert section(text, "Likelihood") == [
        "(x[i], y[i]) ∼ MultiNormal((m, m), [1, 0; 0, 1])   for each i"
    ]


def balanced(latex: str) -> None:
    """Braces, environments and stretching brackets match; no `&` stands outside of a table."""
    depth = 0
    open_environments: list[str] = []
    for token in re.findall(r"\\(?:begin|end)\{\w+\}|\\left\b|\\right\b|\\.|[{}$]", latex):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            assert depth >= 0
        elif token.startswith(r"\begin"):
            open_environments.append(token[7:-1])
        elif token.startswith(r"\end"):
            assert open_environments.pop() == token[5:-1]
    assert depth == 0
    assert open_environments == []
    assert len(re.findall(r"\\left\b", latex)) == len(re.findall(r"\\right\b", latex))


def well_formed(html: str) -> None:
    """It is XML, and MathML's elements have as many children as they need."""
    tree = ElementTree.fromstring(f"<div>{html.replace('&nbsp;', ' ')}</div>")
    wanted = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2}
    wanted |= {"munderover": 3, "msubsup": 3}
    for element in tree.iter():
        if element.tag in wanted:
            assert len(element) == wanted[element.tag]


def test_the_checks_see_what_is_wrong() -> None:
    with pytest.raises(AssertionError):
        balanced(r"\frac{1}{2")
    with pytest.raises(AssertionError):
        balanced(r"\left( x )")
    with pytest.raises(AssertionError):
        balanced(r"\begin{aligned} x \end{cases}")
    with pytest.raises(AssertionError):
        well_formed("<math><mfrac><mi>x</mi></mfrac></math>")


def test_the_posterior_by_layers() -> None:
    text = """
        data y[group] = [1, 2, 3], e[group] = [1, 1, 1]
        mu ~ Normal(0, 5); tau ~ HalfNormal(1)
        theta[group] ~ Normal(mu, tau)
        y[group] ~ Normal(theta[group], e[group])
    """
    assert section(text, "Posterior") == [
        "p(θ, μ, τ ∣ y) ∝ p(y ∣ θ)      likelihood",
        "× p(θ ∣ μ, τ)   prior",
        "× p(μ, τ)       hyperprior",
    ]
    assert section(text, "Factors") == [
        "p(y ∣ θ) = ∏_g p(y[g] ∣ θ[g])",
        "p(θ ∣ μ, τ) = ∏_g p(θ[g] ∣ μ, τ)",
        "p(μ, τ) = p(μ) · p(τ)",
    ]
    assert r"p(\boldsymbol{\theta},\; \mu,\; \tau \mid \boldsymbol{y})" in mathematics(text).latex


def test_unknowns_behind_definitions_keep_their_indices() -> None:
    text = """
        data y[i] = [0, 1, 1], g[i] : group = ["a", "b", "a"], x[i] = [1, 2, 3]
        u[group] ~ Normal(0, s); s ~ HalfNormal(1); b ~ Normal(0, 1)
        logit(p[i]) = b * x[i] + u[g[i]]
        y[i] ~ Bernoulli(p[i])
    """
    assert section(text, "Factors")[0] == "p(y ∣ b, u) = ∏_i p(y[i] ∣ b, u[g[i]])"


def test_behind_a_sum_the_other_indices_are_kept() -> None:
    text = """
        data y[i] = [0, 1], x[i, k] = [[1, 2], [3, 4]]
        a[i] ~ Normal(0, 1); b[i, k] ~ Normal(0, 1)
        m[i, k] = a[i] * x[i, k] + b[i, k]
        y[i] ~ Normal(sum(m[i, k] for k) + b[i, 1], 1)
    """
    assert section(text, "Factors")[0] == "p(y ∣ a, b) = ∏_i p(y[i] ∣ a[i], b[i])"


def test_vectors_that_are_listed_are_written_whole() -> None:
    text = """
        index k = {one, two}; data y = 1, n = 2
        a ~ Normal(0, 1); y ~ Normal(a, n)
        v[k] = [a, 2]; M[k, k'] = [[1, a], [a, 1]]
    """
    assert section(text, "Quantities of interest") == [
        "v = (a, 2)",
        "M = [1, a; a, 1]",
    ]


def test_a_comment_on_several_statements_stands_once() -> None:
    text = "data y = 1\ny ~ Normal(a + b, 1)\na ~ Normal(0, 1); b ~ Normal(0, 2)  # both small"
    assert section(text, "Prior") == ["a ∼ Normal(0, 1)", "b ∼ Normal(0, 2)   both small"]


def test_a_constraint_is_written_as_one() -> None:
    text = """
        data y = 1; a, b ~ Normal(0, 1); y ~ Normal(a + b, 1)
        factor if a > b then 0 else -inf
    """
    assert section(text, "Likelihood")[-1] == "factor [a > b]"


def test_a_factor_multiplies_the_posterior() -> None:
    text = "data y = 1\na ~ Normal(0, 1)\ny ~ Normal(a, 1)\nfactor -a^4 / 2"
    assert section(text, "Factors") == ["p(y ∣ a) = p(y ∣ a)", "× exp(−a⁴ / 2)"]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("y ~ Normal(a, 1) truncated to [0, inf)", "y ∼ Normal(a, 1) truncated to [0, ∞)"),
        ("y ~ Exponential(1 / a) censored to [0, 9]", "y ∼ Exponential(1 / a) censored to [0, 9]"),
        ("y ~ Exponential(1) censored if n == 2", "y ∼ Exponential(1) censored if n = 2"),
        (
            "y ~ Mixture([0.3, 0.7], [Normal(a, 1), Normal(0, a)])",
            "y ∼ 0.3 · Normal(a, 1) + 0.7 · Normal(0, a)",
        ),
        (
            "y ~ Mixture(w[k], Normal(m[k], 1) for k)",
            "y ∼ ∑_k w[k] · Normal(m[k], 1)",
        ),
        ("y ~ ZeroInflated(0.2, Exponential(a))", "y ∼ 0.2 · Exponential(a) + (1 − 0.2) · δ₀"),
        (
            "y ~ Hurdle(0.2, LogNormal(0, a))",
            "y ∼ 0.2 · (LogNormal(0, a) ∣ > 0) + (1 − 0.2) · δ₀",
        ),
        (
            "y ~ if n > 1 then Normal(a, 1) else Normal(0, a)",
            "y ∼ { Normal(a, 1) if n > 1; Normal(0, a) otherwise }",
        ),
    ],
)
def test_distributions_made_of_others(line: str, written: str) -> None:
    text = f"""
        data y = 1, n = 2; index k = {{one, two}}
        a ~ HalfNormal(1); w[k] ~ Dirichlet(1); m[k] ~ Normal(0, 1)
        {line}
    """
    assert section(text, "Likelihood") == [written]


@pytest.mark.parametrize(
    ("right", "written"),
    [
        ("sum(x)", "∑_i x[i]"),
        ("sum(x[i]^2 for i, x[i] > 1)", "∑_{i: x[i] > 1} x[i]²"),
        ("sum(x[j] for j in 1..3) - 1", "(∑_{j = 1}^3 x[j]) − 1"),
        ("1 + sum(x[j] + 1 for j in i)", "1 + ∑_{j ∈ i} (x[j] + 1)"),
        ("prod(2 * x)", "prod(2 · x)"),
        ("mean(x) + sd(x)", "mean(x) + sd(x)"),
        ("logsumexp(x)", "log ∑_i exp(x[i])"),
        ("max(x[i] for i)", "max_i (x[i])"),
        ("sum(x[i] > 1 for i)", "∑_i [x[i] > 1]"),
        ("if x[1] > 2 then a else 3", "{ a if x[1] > 2; 3 otherwise }"),
        ("if a > 2 then a else if a > 1 then 2 else 3", "{ a if a > 2; 2 if a > 1; 3 otherwise }"),
        ("sqrt(a + 1) / 2", "√(a + 1) / 2"),
        ("logistic(a)", "logit⁻¹(a)"),
        ("Phi(a)^2", "(Φ(a))²"),
        ("a^-0.5", "a^(−0.5)"),
        ("abs(a - 1) * 2", "|a − 1| · 2"),
        ("integrate(exp(-z) for z in (0, a))", "∫_0^a exp(−z) dz"),
        ("log_prob(Normal(0, 1), a)", "log Normal(a ∣ 0, 1)"),
        ("2.5e-3 * a", "2.5 × 10⁻³ · a"),
        ("1e6 * a", "10⁶ · a"),
    ],
)  # fmt: skip
def test_expressions(right: str, written: str) -> None:
    text = f"data x[i] = [1, 2, 3], y = 1; a ~ HalfNormal(1); y ~ Normal(a, 1); q = {right}"
    title = "Quantities of interest" if "a" in re.findall(r"\w+", right) else "Computed from data"
    assert section(text, title) == [f"q = {written}"]


def test_ranges_of_statements() -> None:
    text = """
        index t = 1..4; data y[t] = [1, 2, 3, 4], g[t] = [1, 0, 1, 0]
        x[1] ~ Normal(0, 1)
        x[t] ~ Normal(x[t-1], 1) for t in 2..4
        y[t] ~ Normal(x[t], 1) for g[t] == 1
    """
    assert section(text, "Prior") == [
        "x[1] ∼ Normal(0, 1)",
        "x[t] ∼ Normal(x[t − 1], 1)   for t = 2, …, 4",
    ]
    assert section(text, "Likelihood") == ["y[t] ∼ Normal(x[t], 1)   for each t with g[t] = 1"]
    assert section(text, "Factors")[0] == "p(y ∣ x) = ∏_{t: g[t] = 1} p(y[t] ∣ x[t])"


def test_letters_of_indices_do_not_meet_quantities() -> None:
    text = """
        data y[bag] = [1, 2]; b ~ Normal(0, 1); i ~ Normal(0, 1)
        y[bag] ~ Normal(b + i, 1)
    """
    assert section(text, "Likelihood") == ["y[j] ∼ Normal(b + i, 1)   for each bag j"]


def test_labels_and_texts_are_escaped() -> None:
    found = mathematics(
        '# 5 % of A & B_c, {x} <b>\n\ndata x[i] = [1, 2], k[i] : k = ["<i>", "a_b$&"]\n'
        'u[k] ~ Normal(0, 1)  # 100 % & more_ <script>\nx[i] ~ Normal(u["a_b$&"] + u["<i>"], 1)'
    )
    balanced(found.latex_document)
    well_formed(found.html)
    assert r"\text{a\_b\$\&}" in found.latex
    assert r"5 \% of A \& B\_c" in found.latex_document
    assert "&lt;script&gt;" in found.html
    assert "<script>" not in found.html


def test_names_are_drawn_as_letters() -> None:
    found = mathematics(
        "data y = 1; mu_x, phi0, slope, theta_hat, Sigma ~ Normal(0, 1); some_name ~ Normal(0, 1)\n"
        "y ~ Normal(mu_x + phi0 + slope + theta_hat + Sigma + some_name, 1)"
    )
    for letter in (r"\mu_{\mathrm{x}}", r"\phi_{0}", r"\mathrm{slope}", r"\hat{\theta}", r"\Sigma"):
        assert letter in found.latex
    assert r"\mathrm{some\_name}" in found.latex
    assert "μ_x, φ₀, slope, θ̂, Σ ∼ Normal(0, 1)" in found.unicode


def test_a_notebook_shows_it() -> None:
    found = mathematics("data y = 1; a ~ Normal(0, 1); y ~ Normal(a, 1)")
    assert found._repr_latex_() == found.latex
    assert found._repr_markdown_().count("$$") % 2 == 0
    assert repr(found) == found.unicode == found.text == str(found)
