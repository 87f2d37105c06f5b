"""The model's text, with its parts coloured and its lines numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hdsl.results.report.markup import Markup, join, tag

_STATEMENT = r"data|index|factor|def|density"
_WORDS = (
    "if|then|else|and|or|not|for|true|false|inf|from|where|as|by|within|in|truncated|censored|to"
)
_TOKEN = re.compile(
    rf"""
    (?P<comment>\#[^\n]*)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<number>(?<![\w.])(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<keyword>(?:(?:^|(?<=;))[ \t]*(?:{_STATEMENT})(?=[ \t]+[^\W\d"]|[ \t]+"|[ \t]+-)
      |(?<![\w.])(?:{_WORDS})(?![\w'])))
  | (?P<call>[^\W\d]\w*(?=\())
  | (?P<name>[^\W\d]\w*'*)
  | (?P<relation>[~])
    """,
    re.VERBOSE | re.MULTILINE,
)
_CLASSES = {"comment", "string", "number", "keyword", "call", "relation"}


def highlighted(text: str) -> Markup:
    """A list of lines, each with the id ``line-1``, ``line-2``, …."""
    pieces = _pieces(text.rstrip("\n"))
    lines: list[list[str]] = [[]]
    for kind, piece in pieces:
        for number, part in enumerate(piece.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(tag("span", part, class_=kind) if kind in _CLASSES else part)
    items = [
        tag("li", tag("code", *(line or ["\u200b"])), id=f"line-{number}")
        for number, line in enumerate(lines, start=1)
    ]
    return tag("ol", join(*items), class_="source")


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    for found in _TOKEN.finditer(text):
        if found.start() > place:
            yield "", text[place : found.start()]
        yield found.lastgroup or "", found[0]
        place = found.end()
    yield "", text[place:]
