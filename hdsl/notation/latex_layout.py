"""Sections and lines as LaTeX and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hdsl.notation.arrange import Paper, Placed, arranged
from hdsl.notation.document import Document, Line, Section
from hdsl.notation.latex import Latex, escaped, indented
from hdsl.notation.pieces import RANGE, Mark, Run

WIDTH = 33.5
"""Of the text of an article, in sizes of the font, less what the estimate may be wrong."""
_GAP = 2.0
_BESIDE = 16.0
"""How wide a note is that still stands beside its line."""
_PAIR, _BETWEEN = " && ", r" \qquad "
_TARGET = Latex()
_PAPER = Paper(
    width=WIDTH,
    widest=12,
    gap=0,
    above=lambda column: column,
    below=lambda column: column + 1,
    where=1,
    hang=0,
    joined=True,
)

_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\begin{document}
"""


def as_latex(document: Document) -> str:
    """The body of a LaTeX document: a heading and an aligned display for each section."""
    return "".join(
        f"\\paragraph{{{escaped(section.title)}}}\n{_display(section)}\n"
        for section in document.sections
    )


def _display(section: Section) -> str:
    """A display that pages may break, unlike ``aligned``."""
    lines = aligned_rows(section.lines)
    pairs = max(row.count(_PAIR) for rows in lines for row in rows) + 1
    kind, columns = ("align*", "") if pairs == 1 else ("alignat*", f"{{{pairs}}}")
    # With a star the page is not broken there.
    rows = " \\\\\n".join(" \\\\*\n".join(rows) for rows in lines)
    return f"\\begin{{{kind}}}{columns}\n{rows}\n\\end{{{kind}}}"


def as_latex_document(document: Document, title: str) -> str:
    """A whole LaTeX document."""
    first, *others = re.split(r"(?<=\.)\s+(?=[A-Z])", title, maxsplit=1)
    heading = f"\\section*{{\\raggedright {escaped(first)}}}\n"
    heading += "".join(f"{escaped(rest)}\n\n" for rest in others)
    return f"{_PREAMBLE}{heading}{as_latex(document)}\\end{{document}}\n"


def as_markdown(document: Document) -> str:
    """Headings and displays, as GitHub and notebooks show them."""
    parts = [f"{_escaped_markdown(document.title)}\n"] if document.title else []
    for section in document.sections:
        rows = " \\\\\n".join(row for rows in aligned_rows(section.lines) for row in rows)
        display = f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"
        parts.append(f"**{section.title}**\n\n$$\n{display}\n$$\n")
    return "\n".join(parts)


def aligned_rows(lines: Sequence[Line]) -> list[list[str]]:
    """The rows of each line, aligned at the relations, with columns or without."""
    return _in_columns(lines) or _in_rows([_noted(line) for line in lines])


def _noted(line: Line) -> Line:
    """A line whose note stands in its last row where there is room."""
    note = _text(line.note)
    if not note or line.where or _TARGET.width(note) > _BESIDE:
        return line
    if not line.range:
        return replace(line, range=note, note="")
    return replace(line, range=Run([line.range, Mark(RANGE.cost, _BETWEEN), note]), note="")


def _in_columns(lines: Sequence[Line]) -> list[list[str]]:
    """Each line in one row, with columns for ranges and notes; nothing if they are too wide."""
    ranged = any(line.range for line in lines)
    columns = [
        [line.left, line.right, *([line.range] if ranged else []), _text(line.note)]
        for line in lines
    ]
    widths = [max(map(_TARGET.width, column)) for column in zip(*columns, strict=True)]
    total = sum(widths) + _GAP * sum(width > 0 for width in widths[2:])
    if total > WIDTH or any(line.where or not line.right for line in lines):
        return []
    return [[_cells(line, others)] for line, (_, _, *others) in zip(lines, columns, strict=True)]


def _cells(line: Line, others: Sequence[str]) -> str:
    row = f"{line.left} & {line.right}".strip()
    while others and not others[-1]:
        others = others[:-1]
    return _PAIR.join([row, *(r"\quad " * bool(other) + other for other in others)]).rstrip()


def _in_rows(lines: Sequence[Line]) -> list[list[str]]:
    """Lines with ranges and notes behind their right sides or below them."""
    column, placed = arranged(lines, _TARGET, _PAPER, _BETWEEN)
    return [list(_rows(line, column)) for line in placed]


def _rows(placed: Placed, column: float) -> Iterator[str]:
    for row in placed.above:
        yield f"& {indented(row)}"
    deeper = r"\quad " if placed.start > column else ""
    for place, row in enumerate(placed.right):
        left = "" if place else f"{placed.left} ".lstrip()
        yield f"{left}& {deeper}{indented(row)}"
    for rows in placed.where:
        for row in rows:
            yield rf"& {deeper}\quad {indented(row)}"
    if placed.line.note:
        room = WIDTH - placed.start - _PAPER.where
        for part in _folded(placed.line.note, room):
            yield rf"& {deeper}\quad {part}"


def _folded(note: str, room: float) -> list[str]:
    """A text in lines."""
    lines = [""]
    for word in note.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and _TARGET.width(_text(longer)) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [_text(line) for line in lines]


def _text(text: str) -> str:
    return rf"\textit{{{escaped(text)}}}" if text else ""


def _escaped_markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$" else c for c in text)
