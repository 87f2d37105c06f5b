"""Long formulas in several lines: they fit, and are the formulas that they were."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_mathematics import EXAMPLES, SHOWN, balanced, name_of, well_formed
from test_precedence import SCOPE, expressions, from_unicode, read

import hdsl
from hdsl.diagnostics import HdslError
from hdsl.notation import latex_layout, text_layout
from hdsl.notation.breaking import broken
from hdsl.notation.document import Document, Line
from hdsl.notation.expressions import Printer
from hdsl.notation.latex import Latex
from hdsl.notation.mathml import MathML
from hdsl.notation.pieces import Box, Bracketed, Mark, Run
from hdsl.notation.target import Target
from hdsl.notation.unicode import Unicode, columns
from hdsl.notation.write import write_model
from hdsl.syntax import tree

MODELS = [*SHOWN, *EXAMPLES]
TARGETS = [Unicode(), Latex(), MathML()]


@cache
def document(path: Path, target: type[Target]) -> Document:
    try:
        mathematics = hdsl.load(path).math()
    except HdslError:
        pytest.skip("it needs something from outside")
    return write_model(target(), mathematics._scope)


def formulas(found: Document) -> Iterator[str]:
    def of(line: Line) -> Iterator[str]:
        yield from filter(None, (line.left, line.right, line.range))
        for inner in line.where:
            yield from of(inner)

    for section in found.sections:
        for line in section.lines:
            yield from of(line)


def unbroken(text: str) -> list[str]:
    """The pieces between the marks of a text."""
    found = [""]

    def visit(piece: str) -> None:
        match piece:
            case Mark():
                found.append("")
            case Run():
                for part in piece.parts:
                    visit(part)
            case Bracketed():
                found[-1] += piece.split_ends[0]
                visit(piece.inside)
                found[-1] += piece.split_ends[1]
            case _:
                found[-1] += piece

    visit(text)
    return found


def has_box(text: str) -> bool:
    match text:
        case Run():
            return any(map(has_box, text.parts))
        case Bracketed():
            return has_box(text.inside)
        case _:
            return isinstance(text, Box)


def bare(text: str) -> str:
    """What is left of a formula without what only sets it in lines."""
    text = re.sub(r"<mo form=.infix.>×</mo>|<[^>]*>|\\(?:left|right|big+[lr]|mathopen)\b", "", text)
    text = re.sub(r"\\(?:begin|end)\{\w+\}|\\q+uad|\\hspace\{\w+\}|\\times|\\[,;]|\\\\", "", text)
    return re.sub(r"[\s{}&]", "", text)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: type(target).__name__)
@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_lines_fit_and_are_the_formula(path: Path, target: Target) -> None:
    for text in formulas(document(path, type(target))):
        for room in (12, 20, 34.5, 60):
            rows = broken(text, target, room)
            joined = " ".join(row.text for row in rows)
            if has_box(text):
                # The condition of a case stands beside the first of the lines of that case.
                assert sorted(bare(joined)) == sorted(bare(text))
            else:
                assert bare(joined) == bare(text)
            if len(rows) == 1 and target.width(text) <= room:
                assert rows[0].text == text.strip()
            if not has_box(text):
                widest = max(map(target.width, unbroken(text)))
                deepest = target.indent(4)
                for row in rows:
                    wide = target.width(row.text) + target.indent(row.depth)
                    assert wide <= max(room, widest + deepest) + 1e-9
            for row in rows:
                if isinstance(target, Latex):
                    balanced(row.text)
                if isinstance(target, MathML):
                    well_formed(row.text)


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_no_line_of_text_is_too_long(path: Path) -> None:
    found = document(path, Unicode)
    for line in text_layout.as_text(found).splitlines():
        assert columns(line) <= text_layout.WIDTH


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_no_row_of_latex_is_too_long(path: Path) -> None:
    for section in document(path, Latex).sections:
        lines = latex_layout.aligned_rows(section.lines)
        cells = [re.split(r" ?& ?", row) for rows in lines for row in map(outside, rows)]
        left = max(Latex().width(row[0]) for row in cells)
        for row in cells:
            assert left + sum(map(Latex().width, row[1:])) <= latex_layout.WIDTH + 1e-9


def outside(row: str) -> str:
    """A row whose environments have no columns any more."""
    return re.sub(r"\\begin\{(\w+)\}.*\\end\{\1\}", lambda found: found[0].replace("&", ""), row)


@given(expressions, st.integers(4, 30))
def test_what_is_broken_reads_back(expression: tree.Expression, room: int) -> None:
    rows = broken(Printer(Unicode(), SCOPE).text(expression), Unicode(), room)
    assert read(from_unicode(" ".join(row.text for row in rows))) == expression


@pytest.mark.parametrize(
    ("room", "lines"),
    [
        (60, ["a + b · (x + y) − a / (b + x + y)"]),
        (30, ["a + b · (x + y)", "− a / (b + x + y)"]),
        (19, ["a + b · (x + y)", "− a / (b + x + y)"]),
        (15, ["a + b · (x + y)", "− a", "/ (b + x + y)"]),
        (10, ["a + b · (x", "+ y)", "− a", "/ (b + x", "+ y)"]),
    ],
)
def test_sums_are_broken_before_products_and_brackets(room: int, lines: list[str]) -> None:
    text = Printer(Unicode(), SCOPE).text(read("a + b * (x + y) - a / (b + x + y)"))
    assert [row.text for row in broken(text, Unicode(), room)] == lines


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ("a * (b + x + y)^2", [r"a \cdot (b + x", r"+ y)^{2}"]),
        ("a * (b + sqrt(x) + y)^2", [r"a \cdot \bigl( b + \sqrt{x}", r"+ y \bigr)^{2}"]),
    ],
)
def test_brackets_in_two_lines_do_not_stretch(given: str, lines: list[str]) -> None:
    text = Printer(Latex(), SCOPE).text(read(given))
    rows = [row.text for row in broken(text, Latex(), 6)]
    assert [re.sub(r" +", " ", row) for row in rows] == lines


def test_cases_and_fractions_have_lines_of_their_own() -> None:
    text = Printer(Latex(), SCOPE).text(read("if x > 0 then a + b + x else (a + b + x + y) / b"))
    (wide,), (narrow,), (small,) = (broken(text, Latex(), room) for room in (20, 9, 6))
    assert wide.text == text
    assert wide.text.count(r" \\ ") == 1
    assert r"a + b + x &  \\ \quad \text{if } x > 0 &  \\ \frac{a + b + x + y}{b}" in narrow.text
    assert r"\frac{\begin{aligned} & a + b + x \\ & \quad + y \end{aligned}}{b}" in small.text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no TeX")
def test_latex_sets_all_examples_within_its_margins(tmp_path: Path) -> None:
    found = [hdsl.load(path).math() for path in EXAMPLES]
    body = "\n".join(mathematics.latex for mathematics in found)
    whole = found[0].latex_document
    start = whole.index("\\section*")
    (tmp_path / "all.tex").write_text(f"{whole[:start]}{body}\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "all.tex"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = ended.stdout.decode(errors="replace")
    assert ended.returncode == 0, log
    assert "Overfull" not in log
