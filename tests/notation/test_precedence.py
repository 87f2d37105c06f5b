"""Brackets stand where they must: what is written can be read back, and is the same."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

import hdsl
from hdsl.diagnostics import Report
from hdsl.model.collect_names import collect_names
from hdsl.notation.expressions import Printer
from hdsl.notation.latex import Latex
from hdsl.notation.scope import open_scope
from hdsl.notation.unicode import Unicode
from hdsl.syntax import tree
from hdsl.syntax.tree import Binary, Comparison, Name, Number, Unary

MODEL = hdsl.compile("data x = 1; a ~ Normal(0, 1); x ~ Normal(a, 1)")
SCOPE = open_scope(
    MODEL.tree, collect_names(MODEL.tree, Report(MODEL.source)), MODEL.graph
)  # fmt: skip
_UP = {ord(up): plain for up, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}

names = st.sampled_from(["x", "y", "a", "b"]).map(Name)
numbers = st.integers(0, 30).map(lambda value: Number(float(value), str(value)))
expressions = st.recursive(
    st.one_of(names, numbers),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "^"]), inner, inner),
        st.builds(Unary, st.just("-"), inner),
    ),
    max_leaves=12,
)
comparisons = st.builds(
    Comparison,
    st.tuples(st.sampled_from(["<", "<=", "=="])),
    st.tuples(expressions, expressions),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(Unary, st.just("not"), inner),
    ),
    max_leaves=5,
)


def read(text: str) -> tree.Node:
    statement = hdsl.parse(f"z = {text}").statements[0]
    assert isinstance(statement, tree.DeterministicStatement)
    return statement.value


def from_unicode(text: str) -> str:
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"^{found[0].translate(_UP)}", text)
    for drawn, plain in {"−": "-", "·": "*", "≤": "<=", " = ": " == "}.items():
        text = text.replace(drawn, plain)
    return text


def from_latex(text: str) -> str:
    """The same for LaTeX: fractions and exponents are in brackets by their nature."""
    for drawn, plain in {
        r"\left(": "(", r"\right)": ")", r"\cdot": "*", r"\,": "*", r"\le": "<=",
        r"\text{ and }": " and ", r"\text{ or }": " or ", r"\text{not }": "not ",
    }.items():  # fmt: skip
        text = text.replace(drawn, plain)
    text = re.sub(r" = ", " == ", text)
    innermost = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}|\{([^{}]*)\}\^\{([^{}]*)\}")
    while (found := innermost.search(text)) is not None:
        one, two, base, exponent = found.groups()
        new = f"(({one})/({two}))" if base is None else f"{base}^({exponent})"
        if base is not None:
            # In TeX what is raised is the group, so it must hold together by itself.
            assert re.fullmatch(r"[\w.]+|\(.*\)", base)
        text = text[: found.start()] + new + text[found.end() :]
    return text


@given(expressions)
def test_unicode_reads_back(expression: tree.Expression) -> None:
    assert read(from_unicode(Printer(Unicode(), SCOPE).text(expression))) == expression


@given(expressions)
def test_latex_reads_back(expression: tree.Expression) -> None:
    assert read(from_latex(Printer(Latex(), SCOPE).text(expression))) == expression


@given(conditions)
def test_conditions_read_back(condition: tree.Expression) -> None:
    assert read(from_unicode(Printer(Unicode(), SCOPE).condition(condition).text)) == condition
    assert read(from_latex(Printer(Latex(), SCOPE).condition(condition).text)) == condition
