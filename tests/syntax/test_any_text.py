"""Any text gives a tree, or a diagnostic whose places lie inside the text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdsl.diagnostics import HdslError
from hdsl.diagnostics.codes import CODES
from hdsl.source import Source
from hdsl.syntax import decode, format_program, parse

CASES = Path(__file__).parents[1] / "cases"
MODELS = [path.read_bytes() for path in sorted(CASES.glob("*/*.hbm"))]
WORDS = [
    "data",
    "index",
    "factor",
    "def",
    "density",
    "from",
    "where",
    "as",
    "to",
    "by",
    "within",
    "in",
    "truncated",
    "censored",
    "if",
    "then",
    "else",
    "and",
    "or",
    "not",
    "for",
    "true",
    "false",
    "inf",
    "x",
    "y",
    "Normal",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ",",
    ";",
    ":",
    "|",
    "~",
    "=",
    "==",
    "<",
    "-",
    "+",
    "*",
    "/",
    "^",
    "@",
    "..",
    ".",
    "1",
    "2.5",
    '"a"',
    '"',
    "#",
    "\n",
    "\n",
    "\t",
    "θ",
    "'",
    "&",
    "\r\n",
]


def check_text(text: str, source: Source | None = None) -> None:
    source = source or Source(text)
    try:
        program = parse(source)
    except HdslError as error:
        check_error(error, len(text))
    else:
        assert parse(Source(format_program(program))) == program


def check_error(error: HdslError, length: int) -> None:
    assert str(error)
    for diagnostic in error.diagnostics:
        assert diagnostic.code in CODES
        for span in (diagnostic.span, *(label.span for label in diagnostic.labels)):
            assert span is None or 0 <= span.start <= span.end <= length


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_characters(text: str):
    check_text(text)


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.sampled_from(["", " "]))
@settings(max_examples=400, deadline=None)
def test_any_words(words: list[str], separator: str):
    check_text(separator.join(words))


@pytest.mark.parametrize("seed", range(8))
def test_damaged_models(seed: int):
    generator = random.Random(seed)
    for _ in range(60):
        data = bytearray(generator.choice(MODELS)[:1500])
        for _ in range(generator.randint(1, 3)):
            damage(data, generator)
        try:
            text = decode(bytes(data))
        except HdslError as error:
            check_error(error, len(data))
        else:
            check_text(text)


def damage(data: bytearray, generator: random.Random) -> None:
    place = generator.randrange(len(data) + 1)
    kind = generator.randrange(4)
    if kind == 0:
        del data[place:]
    elif kind == 1:
        del data[place : place + generator.randint(1, 5)]
    elif kind == 2:
        data[place:place] = generator.choice(WORDS).encode()
    else:
        data[place : place + 1] = bytes([generator.randrange(256)])
