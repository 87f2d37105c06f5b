"""Draws diagnostics: the one place that makes text of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hdsl.diagnostics.diagnostic import Diagnostic
from hdsl.diagnostics.visible import visible
from hdsl.source import Source, Span

_WINDOW = 160  # characters shown of a longer line
_NARROWEST = 40  # columns that a cause or help takes at least
_RESET = "\x1b[0m"
_STYLES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "frame": "\x1b[34m",
    "label": "\x1b[36m",
    "bold": "\x1b[1m",
}


@dataclass(frozen=True)
class _Mark:
    span: Span
    sign: str
    text: str
    style: str


def render(
    diagnostic: Diagnostic, source: Source | None, color: bool = False, columns: int = 100
) -> str:
    """Draw one diagnostic.

    Parameters
    ----------
    diagnostic
        What to draw.
    source
        The text that its spans point into; without it, or without a span, there is no excerpt.
    color
        Whether to use ANSI colours.
    columns
        Where a cause or help goes on in a new line.

    Returns
    -------
    str
        Lines without a line end after the last. The first is complete alone:
        ``file:line:column: error[HB201]: title``, columns counted in characters from 1.
    """
    paint = _Painter(color)
    lines = [_headline(diagnostic, source, paint)]
    width = 1
    if source is not None and diagnostic.span is not None:
        marks = _list_marks(diagnostic)
        width = max(len(str(source.position(mark.span.start)[0])) for mark in marks)
        lines += _draw_excerpts(source, marks, width, paint)
    for name, text in (("cause", diagnostic.cause), ("help", diagnostic.help)):
        if text:
            lines.append(_remark(name, text, width, columns, paint))
    return "\n".join(lines)


def render_all(
    diagnostics: Iterable[Diagnostic], source: Source | None = None, color: bool = False
) -> str:
    """Draw several diagnostics, with an empty line between them."""
    return "\n\n".join(render(diagnostic, source, color) for diagnostic in diagnostics)


def to_json(diagnostic: Diagnostic, source: Source | None) -> dict[str, Any]:
    """A diagnostic as values for JSON; lines and columns count from 1, ends are exclusive."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "title": diagnostic.title,
        "file": source.name if source is not None else None,
        "span": _span_to_json(diagnostic.span, source),
        "note": diagnostic.note,
        "labels": [
            {"span": _span_to_json(label.span, source), "text": label.text}
            for label in diagnostic.labels
        ],
        "cause": diagnostic.cause,
        "help": diagnostic.help,
    }


@dataclass(frozen=True)
class _Painter:
    color: bool

    def __call__(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self.color and text else text


def _headline(diagnostic: Diagnostic, source: Source | None, paint: _Painter) -> str:
    place = ""
    if source is not None:
        place = f"{source.name}: "
        if diagnostic.span is not None:
            line, column = source.position(diagnostic.span.start)
            place = f"{source.name}:{line}:{column}: "
    kind = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    return f"{place}{kind}: {paint('bold', visible(diagnostic.title))}"


def _list_marks(diagnostic: Diagnostic) -> list[_Mark]:
    marks = [_Mark(label.span, "-", label.text, "label") for label in diagnostic.labels]
    marks.sort(key=lambda mark: mark.span.start)
    if diagnostic.span is not None:
        marks.insert(0, _Mark(diagnostic.span, "^", diagnostic.note, diagnostic.severity))
    return marks


def _draw_excerpts(
    source: Source, marks: list[_Mark], width: int, paint: _Painter
) -> Iterator[str]:
    # One excerpt a line of the model; that of the carets comes first.
    excerpts: dict[tuple[int, int], list[_Mark]] = {}
    for mark in marks:
        line, column = source.position(mark.span.start)
        start = max(0, column - _WINDOW // 2) if len(source.line(line)) > _WINDOW else 0
        excerpts.setdefault((line, start), []).append(mark)
    bar = paint("frame", " " * width + " |")
    yield bar
    for number, ((line, start), on_line) in enumerate(excerpts.items()):
        if number:
            yield bar
        text = visible(_clip(source.line(line), start), keep="\t")
        yield f"{paint('frame', f'{line:>{width}} |')} {text}".rstrip()
        for mark in on_line:
            column = source.position(mark.span.start)[1] - 1 - start
            padding, signs = _underline(text, column, mark)
            drawn = paint(mark.style, f"{signs} {visible(mark.text)}".rstrip())
            yield f"{bar} {padding}{drawn}"
    yield bar


def _clip(line: str, start: int) -> str:
    # A part of a very long line, with dots where something is left out.
    end = start + _WINDOW
    part = line[start:end] if end >= len(line) else line[start : end - 1] + "…"
    return "…" + part[1:] if start else part


def _underline(line: str, column: int, mark: _Mark) -> tuple[str, str]:
    under = line[column : column + mark.span.end - mark.span.start]
    padding = "".join("\t" if c == "\t" else " " * _cells(c) for c in line[:column])
    # A place after the last character, or an empty one, still gets its mark.
    return padding, mark.sign * max(1, sum(_cells(c) for c in under))


def _remark(name: str, text: str, width: int, columns: int, paint: _Painter) -> str:
    frame = paint("frame", " " * width + " =")
    indent = " " * (width + 5 + len(name))
    first, *rest = _fold(visible(text, keep="\n\t"), max(columns, _NARROWEST) - len(indent))
    lines = [f"{frame} {paint('bold', name + ':')} {first}", *(indent + line for line in rest)]
    return "\n".join(lines)


def _fold(text: str, columns: int) -> Iterator[str]:
    for line in text.split("\n"):
        # Code in backquotes stays whole.
        words = re.findall(r"(?:`[^`]*`|\S)+", line) if len(line) > columns else [line]
        folded = words[0] if words else ""
        for word in words[1:]:
            if len(folded) + 1 + len(word) > columns:
                yield folded
                folded = word
            else:
                folded += f" {word}"
        yield folded


def _cells(character: str) -> int:
    character = visible(character, keep="\t")
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _span_to_json(span: Span | None, source: Source | None) -> dict[str, Any] | None:
    if span is None or source is None:
        return None
    (line, column), (end_line, end_column) = source.position(span.start), source.position(span.end)
    return {
        "start": {"line": line, "column": column},
        "end": {"line": end_line, "column": end_column},
    }
