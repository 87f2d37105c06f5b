"""Sections and lines as HTML with MathML.

Browsers don't break MathML, so a long formula is written for three widths of the page, each time
in as many lines as it needs there; the page's style shows one of them.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from hdsl.notation.arrange import Paper, Placed, arranged, said
from hdsl.notation.breaking import Row, broken
from hdsl.notation.document import Document, Line, Section
from hdsl.notation.mathml import MathML

Rows: TypeAlias = tuple[Row, ...]

_STACKED = {"narrow": 17.0, "middle": 37.0}
"""Room where the sides of a line stand below each other, in sizes of the font: phones, paper."""
_WIDTH = 60.0
"""Room where they stand in columns."""
_SHOWN = "middle"
"""What a page without style shows."""
_GAP = 1.3
_LEAST = 24.0
"""Room that right sides need at least beside other columns."""
_LETTER = 0.42
"""Of a note, which is smaller."""
_TARGET = MathML()


def as_html(document: Document) -> str:
    """A section with a heading and a table of formulas for each part."""
    return "\n".join(_section(section) for section in document.sections)


def _section(section: Section) -> str:
    columns = _columns(section.lines)
    rows = "\n".join(
        row
        for line, placed in zip(section.lines, columns.placed, strict=True)
        for row in _rows(line, placed, columns)
    )
    return (
        f'<section class="formulas"><h3>{html.escape(section.title)}</h3>\n'
        f'<div class="lines">\n{rows}\n</div></section>'
    )


# --- columns --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Columns:
    """How a section stands where there is room for columns.

    Attributes
    ----------
    ranges, notes
        Whether they have columns; else they stand below.
    """

    placed: tuple[Placed, ...]
    ranges: bool
    notes: bool


def _columns(lines: Sequence[Line]) -> _Columns:
    """As many columns as leave the right sides enough room."""
    ranges = max(_TARGET.width(line.range) for line in lines) + _GAP
    notes = max(len(line.note) for line in lines) * _LETTER + _GAP
    for wanted, beside in (("ranges and notes", ranges + notes), ("ranges", ranges), ("", 0.0)):
        shown = [replace(line, range="") for line in lines] if wanted else lines
        column, placed = arranged(shown, _TARGET, _paper(_WIDTH - beside), _BETWEEN)
        cramped = _WIDTH - beside - column - _GAP < _LEAST
        in_one_row = all(len(line.right) <= 1 and not line.where for line in placed)
        if in_one_row or not wanted or (wanted == "ranges" and not cramped):
            return _Columns(tuple(placed), bool(wanted), "notes" in wanted)
    raise AssertionError("the last way always holds")


_BETWEEN = f'<mspace width="{_GAP}em"/>'


def _paper(width: float) -> Paper:
    return Paper(
        width=width,
        widest=20,
        gap=_GAP,
        above=lambda _: 0,
        below=lambda column: column + _GAP,
        where=1,
        hang=0,
        joined=False,
    )


# --- rows -----------------------------------------------------------------------------------------


def _rows(line: Line, placed: Placed, columns: _Columns) -> Iterator[str]:
    """A line, what belongs to it, and its note if that stands below."""
    in_place: Rows = (Row(-1, placed.left),) if placed.left else ()
    cells = [
        _cell("left", placed.above or in_place, _stacked(line.left)),
        _cell("right", placed.right, _stacked(line.right)),
    ]
    below_range = () if not columns.ranges else (Row(-1, line.range),)
    if line.range:
        cells.append(_cell("range", below_range, _stacked(line.range)))
    if line.note and columns.notes:
        cells.append(_note(line))
    yield _line("wide" if placed.above else "", cells)
    for inner, rows in zip(line.where, placed.where, strict=True):
        yield _line("inner", [_cell("right", rows, _stacked(said(inner, _TARGET), 1.0))])
    if line.note and not columns.notes:
        yield _line("noted", [_note(line)])


def _line(kind: str, cells: Sequence[str]) -> str:
    return f'<div class="{f"line {kind}".strip()}">{"".join(cells)}</div>'


def _note(line: Line) -> str:
    return f'<div class="note">{html.escape(line.note)}</div>'


def _stacked(text: str, indent: float = 0.0) -> dict[str, Rows]:
    """A piece for the widths at which sides stand below each other."""
    if not text:
        return dict.fromkeys(_STACKED, ())
    return {name: broken(text, _TARGET, room - indent) for name, room in _STACKED.items()}


def _cell(name: str, in_columns: Rows, stacked: dict[str, Rows]) -> str:
    """A piece for each width; once, where it is the same for all."""
    widths: dict[Rows, list[str]] = {}
    for width, rows in {"spacious": in_columns, **stacked}.items():
        widths.setdefault(rows, []).append(width)
    if len(widths) == 1:
        inside = _formula(in_columns)
    else:
        inside = "".join(_shown_at(shown, rows) for rows, shown in widths.items())
    return f'<div class="{name}">{inside}</div>'


def _shown_at(widths: Sequence[str], rows: Rows) -> str:
    hidden = "" if _SHOWN in widths else ' hidden=""'
    return f'<div class="at {" ".join(widths)}"{hidden}>{_formula(rows)}</div>'


def _formula(rows: Rows) -> str:
    if len(rows) <= 1:
        return "".join(_math(row.text) for row in rows)
    return "".join(
        f'<div class="row" style="padding-left: {_TARGET.indent(row.depth):g}em">'
        f"{_math(row.text)}</div>"
        for row in rows
    )


def _math(inside: str) -> str:
    return f'<math display="block"><mrow>{inside}</mrow></math>' if inside else ""
