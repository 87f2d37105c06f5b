"""Sections and lines as LaTeX, Markdown, text and HTML."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence

from hdsl.notation.document import Document, Line, Section
from hdsl.notation.latex import escaped

_BESIDE = 48
"""Characters of a note that still stands beside its line."""
_WIDTH = 100

_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\begin{document}
"""


# --- LaTeX ----------------------------------------------------------------------------------------


def as_latex(document: Document) -> str:
    """The body of a LaTeX document: a heading and an aligned display for each section."""
    parts = [
        f"\\paragraph{{{escaped(section.title)}}}\n\\[\n{aligned(section)}\n\\]"
        for section in document.sections
    ]
    return "\n".join(parts) + "\n"


def as_latex_document(document: Document, title: str) -> str:
    """A whole LaTeX document."""
    heading = f"\\section*{{{escaped(title)}}}\n"
    return f"{_PREAMBLE}{heading}{as_latex(document)}\\end{{document}}\n"


def as_markdown(document: Document) -> str:
    """Headings and displays, as GitHub and notebooks show them."""
    parts = [f"{_escaped_markdown(document.title)}\n"] if document.title else []
    parts += [f"**{s.title}**\n\n$$\n{aligned(s)}\n$$\n" for s in document.sections]
    return "\n".join(parts)


def aligned(section: Section) -> str:
    """The lines of a section, aligned at their relations."""
    ranged = any(line.range for line in section.lines)
    rows = [row for line in section.lines for row in _latex_rows(line, ranged)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _latex_rows(line: Line, ranged: bool) -> list[str]:
    left, lead = line.left, ""
    if line.inner:
        left, lead = "", rf"\quad \text{{where }} {line.left} \,"
    above = [rf"& {left}"] if line.wide else []
    row = f"{'' if line.wide else left} & {lead}{line.right}".strip()
    columns = [line.range] if ranged else []
    if line.note and len(line.note) <= _BESIDE:
        columns.append(rf"\text{{{escaped(line.note)}}}")
        return [*above, f"{row} && {' && '.join(columns)}"]
    rows = [*above, f"{row} && {line.range}" if line.range else row]
    if line.note:
        # `\rlap` takes no room, so that long notes leave the columns as they are.
        folded = textwrap.wrap(line.note, 80)
        rows += [rf"& \rlap{{\quad\text{{{escaped(part)}}}}}" for part in folded]
    return rows


def _escaped_markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$" else c for c in text)


# --- text -----------------------------------------------------------------------------------------


def as_text(document: Document) -> str:
    """Plain text: lines aligned at their relations, notes beside them where there is room."""
    parts = ["\n".join(textwrap.wrap(document.title, _WIDTH))] if document.title else []
    for section in document.sections:
        parts.append("\n".join([section.title, *_text_lines(section)]))
    return "\n\n".join(parts) + "\n"


def _text_lines(section: Section) -> list[str]:
    lefts = [
        len(line.left) for line in section.lines if not line.inner and not line.wide and line.right
    ]
    left_width = min(max(lefts, default=0), _WIDTH // 2)
    bodies = [_body(line, left_width) for line in section.lines]
    noted = [len(b) for b, line in zip(bodies, section.lines, strict=True) if line.note]
    width = max(noted, default=0)
    lines: list[str] = []
    for body, line in zip(bodies, section.lines, strict=True):
        if line.wide:
            lines.append(f"  {line.left}")
        if not line.note:
            lines.append(body)
        elif width + 3 + len(line.note) <= _WIDTH:
            lines.append(f"{body:<{width}}   {line.note}")
        else:
            indent = " " * (left_width + 5)
            lines += [body, *textwrap.wrap(line.note, _WIDTH, initial_indent=indent,
                                           subsequent_indent=indent)]  # fmt: skip
    return [line.rstrip() for line in lines]


def _body(line: Line, width: int) -> str:
    if line.inner:
        pad = " " * (width + 5)
        return f"{pad}where {line.left} {line.right.strip()}"
    right = line.right.strip()
    if line.wide:
        return f"  {'':>{width}} {right}"
    left = f"{line.left:>{width}}" if right or not line.left else line.left
    body = f"  {left} {right}".rstrip()
    return f"{body}   {line.range}" if line.range else body


# --- HTML -----------------------------------------------------------------------------------------


def as_html(document: Document) -> str:
    """A section with a heading and a table of formulas for each part."""
    return "\n".join(_html_section(section) for section in document.sections)


def _html_section(section: Section) -> str:
    rows = "\n".join(_html_row(line) for line in section.lines)
    return (
        f'<section class="formulas"><h3>{html.escape(section.title)}</h3>\n'
        f'<div class="lines">\n{rows}\n</div></section>'
    )


def _html_row(line: Line) -> str:
    if line.inner:
        where = _math(f"<mtext>where&nbsp;</mtext>{line.left}{line.right}")
        cells: Sequence[str] = ("", where, "", "")
    else:
        cells = (_math(line.left), _math(line.right), _math(line.range), html.escape(line.note))
    names = ("left", "right", "range", "note")
    inside = "".join(
        f'<div class="{name}">{cell}</div>' for name, cell in zip(names, cells, strict=True)
    )
    kind = " inner" if line.inner else " wide" if line.wide else ""
    kind += " noted" if len(line.note) > _BESIDE else ""
    return f'<div class="line{kind}">{inside}</div>'


def _math(inside: str) -> str:
    return f'<math display="block"><mrow>{inside}</mrow></math>' if inside else ""
