"""Every model in `cases/good` is accepted; every one in `cases/bad` gives its golden text.

A bad model is parsed, checked, planned and bound to the data files beside it, up to the stage that
finds its mistake; where nothing is wrong, its lints count. `pytest tests/test_cases.py --accept`
rewrites the golden texts: review the difference.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.diagnostics.render import render_all
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.plan.planner import make_plan
from hdsl.source import Source
from hdsl.syntax import decode, parse

CASES = Path(__file__).parent / "cases"
GOOD = sorted((CASES / "good").glob("*.hbm"))
BAD = sorted((CASES / "bad").glob("*.hbm"))
FREE_MEMORY = 8_000_000_000  # bytes, so that a message about memory is the same everywhere


def read(path: Path) -> Source:
    return Source(decode(path.read_bytes(), path.name), path.name)


def diagnose(path: Path) -> tuple[tuple[Diagnostic, ...], str]:
    """The mistakes in a model and their drawing; its lints where there are none."""
    try:
        source = read(path)
        graph, warnings = check(parse(source), source)
        make_plan(graph)
        bind(graph, folder=path.parent, available=lambda: FREE_MEMORY)
    except HdslError as error:
        return error.diagnostics, str(error)
    return warnings, render_all(warnings, source)


def diagnostics_of(path: Path) -> list[Diagnostic]:
    """Those of a bad model that have the code in its file name."""
    return [d for d in diagnose(path)[0] if d.code == code_of(path)]


def code_of(path: Path) -> str:
    return path.stem.split("_")[0]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_model_is_accepted(path: Path) -> None:
    source = read(path)
    program = parse(source)
    check(program, source)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_model_gives_its_golden_text(path: Path, accept: bool) -> None:
    found, drawn = diagnose(path)
    assert code_of(path) in {diagnostic.code for diagnostic in found}
    golden = path.with_suffix(".expected")
    if accept:
        golden.write_text(f"{drawn}\n", encoding="utf-8")
    assert golden.exists(), "no golden text: run with --accept and review it"
    assert f"{drawn}\n" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_mistake_gives_one_diagnostic_that_helps(path: Path) -> None:
    source = read(path) if code_of(path) != "HB114" else None
    found, _ = diagnose(path)
    assert len(found) == 1
    (diagnostic,) = found
    assert diagnostic.cause
    assert not diagnostic.title.endswith(".")
    assert not diagnostic.title[0].isupper()
    if source is not None and diagnostic.span is not None:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(source.text)


def test_no_two_bad_models_show_the_same_mistake() -> None:
    signatures = Counter((d.code, shape(d)) for path in BAD for d in diagnostics_of(path)[:1])
    assert [signature for signature, count in signatures.items() if count > 1] == []


def shape(diagnostic: Diagnostic) -> str:
    """What a message says, apart from the names in it."""
    said = f"{diagnostic.title} | {diagnostic.cause} | {diagnostic.help}"
    return re.sub(r"`[^`]*`", lambda found: re.sub(r"\w[^`]*", "x", found[0]), said)


def test_every_golden_text_has_its_model() -> None:
    models = {path.stem for path in BAD}
    assert {path.stem for path in (CASES / "bad").glob("*.expected")} == models
    files = {path.stem for path in (CASES / "bad").iterdir()}
    assert files == models
