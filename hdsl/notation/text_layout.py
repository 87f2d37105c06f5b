"""Sections and lines as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from hdsl.notation.arrange import Paper, Placed, arranged
from hdsl.notation.breaking import Row
from hdsl.notation.document import Document, Section
from hdsl.notation.unicode import Unicode, columns

WIDTH = 88
_MARGIN = 2
_TARGET = Unicode()
_PAPER = Paper(
    width=WIDTH - _MARGIN,
    widest=30,
    gap=1,
    above=lambda _: 0,
    below=lambda column: max(column + 1, 4),
    where=2,
    hang=4,
    joined=True,
)


def as_text(document: Document) -> str:
    """Plain text: lines aligned at their relations, notes beside them where there is room."""
    parts = ["\n".join(textwrap.wrap(document.title, WIDTH))] if document.title else []
    for section in document.sections:
        parts.append("\n".join([section.title, *_lines(section)]))
    return "\n\n".join(parts) + "\n"


def _lines(section: Section) -> list[str]:
    column, placed = arranged(section.lines, _TARGET, _PAPER, "   ")
    bodies = [list(_body(line, int(column))) for line in placed]
    width = _note_column(placed, bodies)
    lines: list[str] = []
    for body, line in zip(bodies, placed, strict=True):
        note = line.line.note
        if _stands_beside(line, body, width):
            body[-1] += " " * (width - columns(body[-1])) + f"   {note}"
        elif note:
            start = " " * (_MARGIN + int(line.start) + 2)
            body += textwrap.wrap(note, WIDTH, initial_indent=start, subsequent_indent=start)
        lines += body
    return [line.rstrip() for line in lines]


def _note_column(placed: Sequence[Placed], bodies: Sequence[Sequence[str]]) -> int:
    """Where notes stand beside most lines; 0 if that is none or few."""
    pairs = list(zip(placed, bodies, strict=True))
    noted = [body for line, body in pairs if line.line.note]
    counts = {
        width: sum(_stands_beside(line, body, width) for line, body in pairs)
        for width in sorted(columns(body[-1]) for body in noted)
    }
    best = max(counts, key=lambda width: counts[width], default=0)
    return best if 2 * counts.get(best, 0) >= len(noted) else 0


def _stands_beside(placed: Placed, body: Sequence[str], width: int) -> bool:
    """Whether a note stands beside a line, which must have one row for that."""
    note = placed.line.note
    if not note or len(placed.right) > 1 or placed.where:
        return False
    return columns(body[-1]) <= width and width + 3 + columns(note) <= WIDTH


def _body(placed: Placed, column: int) -> Iterator[str]:
    margin = " " * _MARGIN
    for row in placed.above:
        yield margin + _indented(row)
    start = int(placed.start)
    for place, row in enumerate(placed.right):
        left = "" if place else " " * (column - columns(placed.left)) + placed.left
        yield margin + left + " " * (start - columns(left)) + _indented(row)
    for rows in placed.where:
        for row in rows:
            further = int(_PAPER.hang) if row.depth >= 0 else 0
            yield " " * (_MARGIN + start + int(_PAPER.where) + further) + _indented(row)


def _indented(row: Row) -> str:
    return " " * int(_TARGET.indent(row.depth)) + row.text
