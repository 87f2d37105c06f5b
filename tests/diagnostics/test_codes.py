"""Every code of the source is explained by a page and shown by a bad model, and no other is."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.diagnostics.codes import CODES
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.source import Source
from hdsl.syntax import parse

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "bad"
PAGES = files("hdsl.diagnostics") / "pages"

WITHOUT_A_MODEL = {
    "HB126": "there is no model file",
    "HB217": "the parser refuses it: only a tree built by hand can have it",
    "HB219": "the parser refuses it: only a tree built by hand can have it",
    "HB370": "it needs a machine without diffrax",
    "HB373": "only a caller in Python can give such a function",
    "HB453": "it needs a file larger than the memory",
    "HB467": "only the caller can give such a value",
    "HB468": "the binder says HB476 first: only `Table.keep` called by hand says it",
    "HB488": "the tests install all packages",
    "HB501": "it needs a start of the sampler",
    "HB502": "it is an option of a run",
    "HB503": "it is an option of a run",
    "HB514": "it is an option of a run",
    "HB506": "only a caller in Python can give such a value",
    **dict.fromkeys(
        (
            "HB504",
            "HB507",
            "HB505",
            "HB580",
            "HB581",
            "HB582",
            "HB583",
            "HB584",
            "HB585",
            "HB590",
        ),
        "only a command says it",
    ),
    **dict.fromkeys(("HB587", "HB588"), "it is about a figure of a fit"),
    **dict.fromkeys(
        (code for code in CODES if "HB550" <= code <= "HB579"), "it is about draws or a saved fit"
    ),
    "HB900": "a mistake in hdsl, which no model should show",
}
# Pages whose examples need no data file, so that they can be tried.
TRIED = [code for code in CODES if re.match(r"HB[126]|HB30|HB31|HB40|HB41", code)]


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "hdsl").rglob("*.py"):
        if path.name != "codes.py":
            found |= set(re.findall(r'"(HB\d{3})"', path.read_text(encoding="utf-8")))
    return found


def test_the_codes_are_those_of_the_source():
    assert set(CODES) == codes_in_source()
    assert list(CODES) == sorted(CODES)


def test_the_pages_are_those_of_the_codes():
    assert {path.name for path in PAGES.iterdir()} == {f"{code}.md" for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_a_page_begins_with_the_code_and_its_meaning(code: str):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {CODES[code]}\n\n")
    assert len(page.split()) > 25


def test_every_code_has_a_bad_model_or_a_reason():
    shown = {path.stem.split("_")[0] for path in CASES.glob("*.hbm")}
    assert shown | set(WITHOUT_A_MODEL) == set(CODES)
    assert not shown & set(WITHOUT_A_MODEL)


def diagnose(text: str) -> tuple[Diagnostic, ...]:
    source = Source(text)
    try:
        graph, warnings = check(parse(source), source)
        bind(graph, partial=True)
    except HdslError as error:
        return error.diagnostics
    return warnings


@pytest.mark.parametrize("code", TRIED)
def test_the_examples_of_a_page_are_what_they_say(code: str):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    wrong, *right = re.findall(r"```hbm\n(.*?)```", page, re.DOTALL) or [None]
    if wrong is None:
        assert code in {*WITHOUT_A_MODEL, "HB114", "HB115", "HB117", "HB223"}
        return
    assert code in {diagnostic.code for diagnostic in diagnose(wrong)}
    for text in right:
        assert not [d for d in diagnose(text) if not names_what_is_not_shown(d)]


def names_what_is_not_shown(diagnostic: Diagnostic) -> bool:
    """Examples of the syntax speak of quantities that other lines of a model define."""
    return diagnostic.code in ("HB201", "HB206", "HB471", "HB603")
