"""Every example of the manual, the pages of grammar/, runs and says what the manual says.

The blocks of a section run in their order, in a folder of their own:

- ``hbm``: a model. It is checked and formatted, and sampled with few draws where its data are
  there. A file name after ``hbm`` saves it; ``error=HB401`` says that it must be refused so, and
  the first lines of the message may follow in a ``text`` block.
- ``csv`` and ``json`` with a file name: data.
- ``console``: commands after ``$``, and what they print.
- ``stan``, ``bugs``, and ``python`` with the name of a package: for comparison, not run.
- ``python``: one namespace for a section. A comment after an expression is its value, exactly, or
  as ``0.197 ± 0.003``.

With ``--accept`` what the commands print and the tables of functions and distributions are
rewritten.
"""

from __future__ import annotations

import ast
import contextlib
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hdsl
from hdsl.diagnostics import HdslError
from hdsl.distributions import DISTRIBUTIONS, JOINT_DISTRIBUTIONS
from hdsl.distributions.construct import signature
from hdsl.distributions.distribution import Family, Parameter, Support
from hdsl.expressions.functions import FUNCTIONS, REDUCTIONS
from hdsl.expressions.ranges import PROBABILITY, Interval
from hdsl.expressions.text import text as expression_text
from hdsl.expressions.tree import Constant, Expression, Reference
from hdsl.model.combinators import COMBINATORS
from hdsl.model.ordered import CATEGORIES
from hdsl.plan.planner import rule_names
from hdsl.results.plots.registry import KINDS

MANUAL = Path(__file__).parents[1] / "grammar" / "README.md"
COMING_FROM = MANUAL.with_name("coming-from.md")
TEXT = MANUAL.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VALUE = re.compile(r"(-?[\d.]+) ± ([\d.]+)")


@dataclass(frozen=True)
class Block:
    language: str
    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str | None:
        return next((word for word in self.words if "=" not in word), None)

    @property
    def error(self) -> str | None:
        return next((w.partition("=")[2] for w in self.words if w.startswith("error=")), None)


def sections(text: str) -> dict[str, str]:
    """The text of each section by its title, with as many line ends before it as in the file."""
    starts = [m.start() for m in re.finditer(r"^## ", text, re.MULTILINE)]
    ends = [*starts[1:], len(text)]
    return {
        text[start + 3 : text.index("\n", start)]: "\n" * text.count("\n", 0, start)
        + text[start:end]
        for start, end in zip(starts, ends, strict=True)
    }


SECTIONS = sections(TEXT) | sections(COMING_FROM.read_text(encoding="utf-8"))


def blocks(section: str) -> Iterator[Block]:
    for found in FENCE.finditer(section):
        language, words, text = found.groups()
        yield Block(language, tuple(words.split()), text, section.count("\n", 0, found.start()) + 2)


@pytest.mark.parametrize("title", SECTIONS)
def test_section(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accept: bool) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    message = ""
    for block in blocks(SECTIONS[title]):
        match block.language:
            case "hbm":
                message = run_model(block)
            case "csv" | "json":
                assert block.file is not None
                Path(block.file).write_text(block.text, encoding="utf-8")
            case "text":
                assert message.startswith(block.text.rstrip()), message
            case "console":
                run_commands(block, accept)
            case "stan" | "bugs":
                pass
            case "python" if not block.words:
                run_python(block, namespace)
            case "python":
                assert block.words in {("pymc",), ("numpyro",)}
            case other:
                pytest.fail(f"no such block: {other}")


# --- models ---------------------------------------------------------------------------------------


def run_model(block: Block) -> str:
    """Check, plan and evaluate a model; the message if it is meant to be wrong."""
    if block.file is not None:
        Path(block.file).write_text(block.text, encoding="utf-8")
    if block.error is not None:
        with pytest.raises(HdslError) as caught:
            hdsl.compile(block.text, folder=".").sample(seed=1, num_samples=10)
        assert {found.code for found in caught.value.diagnostics} == {block.error}
        return str(caught.value)
    model = hdsl.compile(block.text, folder=".")
    text = hdsl.format(model.tree)
    assert hdsl.format(hdsl.parse(text)) == text
    waits = any(d.file is None and d.given is None for d in model.graph.data.values())
    if not waits:
        fit = model.sample(seed=1, num_warmup=100, num_samples=100)
        for variable in fit.variables:
            finite = np.isfinite(variable.values)
            # An element that no statement defines has no value in any draw.
            assert (finite.all(axis=(0, 1)) | ~finite.any(axis=(0, 1))).all()
            assert finite.any()
        assert fit.trusted or fit.sample_stats, fit.verdict  # so few draws of NUTS are too few
    return ""


# --- commands -------------------------------------------------------------------------------------


def run_commands(block: Block, accept: bool) -> None:
    shown = "".join(
        f"{line}\n{printed(line[2:].split())}"
        for line in block.text.splitlines()
        if line.startswith("$ ")
    )
    if accept and shown != block.text:
        rewrite(f"```console\n{block.text}```", f"```console\n{shown}```")
        return
    assert shown == block.text


def printed(command: list[str]) -> str:
    from hdsl.cli import main

    out = io.StringIO()
    assert command[0] == "hdsl"
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        main(command[1:])
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().rstrip("\n").splitlines())


# --- Python ---------------------------------------------------------------------------------------


def run_python(block: Block, namespace: dict[str, Any]) -> None:
    """Run a block, and compare the values that its comments tell."""
    lines = block.text.splitlines()
    for node in ast.parse(block.text).body:
        comment = lines[node.end_lineno - 1][node.end_col_offset :].partition("# ")[2]  # type: ignore[operator,misc]
        place = f"{MANUAL.name}, line {block.line + node.lineno - 1}"
        if not isinstance(node, ast.Expr):
            exec(compile(ast.Module([node], []), place, "exec"), namespace)
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            value = eval(compile(ast.Expression(node.value), place, "eval"), namespace)
        if comment:
            compare(value, comment.strip(), place)


def compare(value: Any, comment: str, place: str) -> None:
    about = VALUE.fullmatch(comment)
    if about is not None:
        expected, tolerance = map(float, about.groups())
        assert math.isclose(value, expected, abs_tol=tolerance), f"{place}: {value}"
    else:
        assert value == ast.literal_eval(comment), f"{place}: {value!r}"


# --- what is generated ----------------------------------------------------------------------------


def functions_table() -> str:
    rows = [
        (f"`{name}({', '.join(f.letters[: f.arity])})`", f.meaning)
        for name, f in FUNCTIONS.items()
        if f.public
    ]
    return table(("function", "gives"), rows)


def distributions_table() -> str:
    rows = [
        (
            ways(d),
            arguments(d),
            values(d.support(**{p.name: named(p) for p in d.parameters})),
            d.meaning,
        )
        for d in DISTRIBUTIONS.values()
    ]
    return table(HEADER, rows)


def joint_table() -> str:
    axes = ("i", "i'")
    rows = [
        (
            ways(d),
            arguments(d),
            whole(d.support(axes, **{p.name: named(p) for p in d.parameters})),
            d.meaning,
        )
        for d in JOINT_DISTRIBUTIONS.values()
    ]
    return table(HEADER, rows)


HEADER = ("written", "arguments", "values", "what it is")


def ways(family: Family) -> str:
    return ", ".join(f"`{way}`" for way in signature(family).split(" or "))


def named(parameter: Parameter) -> Expression:
    return Reference(parameter.name, ())


def arguments(family: Family) -> str:
    """What each argument must be, those of a kind together."""
    kinds: dict[str, list[str]] = {}
    for parameters in (family.parameters, *(form.parameters for form in family.forms)):
        for parameter in parameters:
            names = kinds.setdefault(needed(parameter), [])
            if f"`{parameter.name}`" not in names:
                names.append(f"`{parameter.name}`")
    given = {name for names in kinds.values() for name in names}
    order: list[str] = []
    if "`mode`" in given:
        order = ["`lower` ≤ `mode` ≤ `upper`"]
    elif {"`lower`", "`upper`"} <= given:
        order = [f"`lower` {'≤' if 'Discrete' in family.name else '<'} `upper`"]
    told = [f"{', '.join(names)} {kind}" for kind, names in kinds.items() if kind]
    return "; ".join([*told, *order])


def needed(parameter: Parameter) -> str:
    what = "vector" if parameter.rank == 1 else ""
    if parameter.rank == 1 and parameter.interval == PROBABILITY:
        what = "vector with sum 1"
    if parameter.rank == 2:
        return "correlation matrix" if parameter.name == "corr" else "positive definite matrix"
    return ", ".join(filter(None, (interval_text(parameter.interval), what)))


def interval_text(interval: Interval) -> str:
    lower, upper = interval.lower, interval.upper
    if interval.integer:
        return "whole, ≥ 0" if lower == 0 else "whole"
    if math.isinf(lower):
        return ""
    if math.isinf(upper):
        return f"{'>' if interval.lower_open else '≥'} {lower:g}"
    left, right = "(" if interval.lower_open else "[", ")" if interval.upper_open else "]"
    return f"in {left}{lower:g}, {upper:g}{right}"


def values(support: Support) -> str:
    """Where draws lie, in words."""
    lower, upper = end(support.lower), end(support.upper)
    if support.integer:
        if lower is None:
            return "whole numbers"
        return f"whole numbers from {lower}" + (f" to {upper}" if upper is not None else "")
    if lower is None:
        return "all numbers"
    if upper is None:
        return "positive numbers" if lower == "0" else f"numbers above {lower}"
    return f"between {lower} and {upper}"


def end(value: Expression | None) -> str | None:
    match value:
        case None:
            return None
        case Constant(number):
            return "-pi" if number == -math.pi else "pi" if number == math.pi else f"{number:g}"
        case _:
            return f"`{expression_text(value)}`"


def whole(support: Support) -> str:
    match support.kind:
        case "simplex":
            return "vectors of positive numbers with sum 1"
        case "correlation":
            return "correlation matrices"
        case "covariance":
            return "positive definite matrices"
        case _:
            return "vectors" if not support.integer else "vectors of whole numbers with sum `n`"


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def kinds_table() -> str:
    rows = [
        (f"`{kind.name}`", kind.shows, kind.names or "nothing", kind.fits or "on request alone")
        for kind in KINDS.values()
    ]
    return table(("kind", "shows", "named with it", "drawn by default for"), rows)


def reductions() -> str:
    return ", ".join(f"`{name}`" for name in REDUCTIONS) + "\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("functions", functions_table()),
        ("distributions", distributions_table()),
        ("joint distributions", joint_table()),
        ("reductions", reductions()),
        ("kinds of figures", kinds_table()),
    ],
)
def test_generated_text(name: str, expected: str, accept: bool) -> None:
    start = f"<!-- {name} -->\n"
    begin = TEXT.index(start) + len(start)
    end = TEXT.index("<!-- end -->", begin)
    if accept:
        rewrite(TEXT[begin - len(start) : end], start + expected)
    else:
        assert TEXT[begin:end] == expected


def rewrite(old: str, new: str) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    assert text.count(old) == 1
    MANUAL.write_text(text.replace(old, new), encoding="utf-8")


# --- what is listed -------------------------------------------------------------------------------


def test_all_combinators_are_told() -> None:
    section = SECTIONS["The distributions"]
    names = [*COMBINATORS, *CATEGORIES, "Categorical", "Ordered"]
    assert [name for name in names if f"`{name}(" not in section] == []


def test_all_rules_are_told() -> None:
    section = SECTIONS["The plan"]
    assert [name for name in rule_names() if f"`{name}`" not in section] == []


def test_links_lead_to_headings() -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in (MANUAL, COMING_FROM)}
    known: set[tuple[str, str]] = set()
    for name, text in pages.items():
        headings = re.findall(r"^##+ (.*)$", text, re.MULTILINE)
        known |= {(name, re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-")) for h in headings}
        known.add((name, ""))
    for name, text in pages.items():
        links = re.findall(r"\]\(((?:[\w-]+\.md)?)#?([^)]*)\)", text)
        links = [(page or name, anchor) for page, anchor in links if "." not in anchor]
        assert [link for link in links if link not in known] == []
