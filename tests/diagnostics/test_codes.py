"""Every code has a page; every code of the syntax has a bad model."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from hdsl.diagnostics import HdslError
from hdsl.diagnostics.codes import CODES
from hdsl.source import Source
from hdsl.syntax import parse

CASES = Path(__file__).parents[1] / "cases" / "bad"
PAGES = files("hdsl.diagnostics") / "pages"
SYNTAX = [code for code in CODES if code.startswith("HB1")]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page(code: str):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {CODES[code]}\n")


@pytest.mark.parametrize("code", SYNTAX)
def test_every_code_has_a_bad_model(code: str):
    assert list(CASES.glob(f"{code}_*.hbm"))


@pytest.mark.parametrize("code", SYNTAX)
def test_the_examples_of_a_page_are_what_they_say(code: str):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    examples = re.findall(r"```hbm\n(.*?)```", page, re.DOTALL)
    for wrong in examples[:1]:
        with pytest.raises(HdslError) as caught:
            parse(Source(wrong))
        assert caught.value.diagnostics[0].code == code
    for right in examples[1:]:
        parse(Source(right))
