"""Finds words for what the parser could not read.

The messages look at what was found and at what could have stood there. The first function that
knows the mistake speaks; the last one always does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from hdsl.diagnostics import Diagnostic, Label
from hdsl.source import Source, Span
from hdsl.syntax.characters import unusual_character
from hdsl.syntax.expected import unexpected_word
from hdsl.syntax.habits import FOREIGN
from hdsl.syntax.layout import MAX_BRACKETS
from hdsl.syntax.mistake import Mistake, Word, read_mistake
from hdsl.syntax.statement_messages import STATEMENTS

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

_PARTNER = {"(": ")", "[": "]", "{": "}"}


def explain_mistake(source: Source, mistake: UnexpectedInput) -> Diagnostic:
    """The diagnostic for a mistake that lark found."""
    known = read_mistake(source, mistake)
    for explain in (*_SPELLING, *FOREIGN, *_BRACKETS, *STATEMENTS):
        diagnostic = explain(known)
        if diagnostic is not None:
            return diagnostic
    if known.kind == "":
        return unusual_character(source, known.span.start)
    return unexpected_word(known)


def sign_at_line_start(source: Source, line_start: int) -> Diagnostic:
    """A line inside braces that begins with ``+`` or ``-``."""
    match = re.compile(r"[ \t]*").match(source.text, line_start)
    start = match.end() if match else line_start
    sign = source.text[start : start + 1]
    return Diagnostic(
        "HB113",
        f"a line inside braces begins with `{sign}`",
        Span(start, start + len(sign)),
        cause="inside `{ }` a line's end ends what stands on it, so this could be read in two ways",
        help=f"put `{sign}` at the end of the line above, or brackets around the whole",
    )


def too_many_brackets(source: Source, start: int) -> Diagnostic:
    """More open brackets than the parser allows."""
    return Diagnostic(
        "HB115",
        "too many brackets inside one another",
        Span(start, min(start + 1, len(source.text))),
        cause=f"at most {MAX_BRACKETS} brackets may be open at once",
        help="give names to parts of the expression",
    )


def too_deep(span: Span) -> Diagnostic:
    """An expression that is nested too deeply for the later stages."""
    return Diagnostic(
        "HB115",
        "the expression is too long or too deeply nested",
        Span(span.start, span.end),
        cause="about 200 operations may stand inside one another, and a sum of n terms counts as n",
        help="give names to parts of it, or use an array and `sum`",
    )


def bad_text(mistake: Mistake) -> Diagnostic | None:
    """A quote that is never closed, or a backslash before a character that needs none."""
    if mistake.kind != "" or mistake.found != '"':
        return None
    start = mistake.span.start
    whole = re.match(r'"(?:[^"\\\n]|\\[^\n])*+("?)', mistake.rest)
    if whole is None or not whole[1]:
        end = start + len(mistake.rest.rstrip())
        return Diagnostic(
            "HB105",
            "a text in quotes is never closed",
            Span(start, end),
            note='no `"` before the end of the line',
            cause="a text in quotes ends on the line where it began",
            help='close it with `"`',
        )
    for escape in re.finditer(r"\\(.)", whole[0]):
        if escape[1] not in '"\\':
            return Diagnostic(
                "HB106",
                f"`{escape[0]}` has no meaning in a text",
                Span(start + escape.start(), start + escape.end()),
                cause='in a text in quotes a backslash stands only before `"` or another backslash',
                help="write `\\\\` for a backslash",
            )
    return None


def bad_number(mistake: Mistake) -> Diagnostic | None:
    """``1.2.3``, ``3x``, ``1_000``."""
    if mistake.kind != "" or not re.match(r"\.?[0-9]", mistake.rest):
        return None
    match = re.match(r"(?:[0-9]|\.(?!\.)|[eE][+-](?=[0-9])|\w)+", mistake.rest)
    text = match[0] if match else mistake.found
    factor = re.fullmatch(r"([0-9.]*[0-9])([^\W\d]\w*)", text)
    advice = "write it like `12`, `0.5` or `1.5e-3`"
    if factor and not re.fullmatch(r"[eE][0-9]*|[xX][0-9a-fA-F]+|_.*", factor[2]):
        advice = f"to multiply, write `{factor[1]} * {factor[2]}`; names can't begin with a digit"
    elif "_" in text:
        advice = f"write `{text.replace('_', '')}`"
    return Diagnostic(
        "HB116",
        f"`{text}` is not a number",
        Span(mistake.span.start, mistake.span.start + len(text)),
        cause="a number has digits, at most one point, and perhaps an exponent",
        help=advice,
    )


def wrong_closer(mistake: Mistake) -> Diagnostic | None:
    """A bracket that closes nothing, or another kind of bracket."""
    if mistake.kind not in ("RPAR", "RSQB", "RBRACE"):
        return None
    if not mistake.brackets:
        return Diagnostic(
            "HB104",
            f"`{mistake.found}` closes nothing",
            mistake.span,
            note="no bracket is open here",
            cause="every closing bracket needs an opening one before it",
            help=f"delete `{mistake.found}`, or open the bracket before",
        )
    opener = mistake.brackets[-1]
    partner = _PARTNER[opener.text]
    if partner == mistake.found or mistake.wants_value:
        return None
    return Diagnostic(
        "HB104",
        f"`{mistake.found}` can't close `{opener.text}`",
        mistake.span,
        labels=(Label(opener.span, "opened here"),),
        cause="`(` is closed by `)`, `[` by `]` and `{` by `}`; only the interval after "
        "`truncated to` and `censored to` may be half open",
        help=f"write `{partner}`",
    )


def open_bracket(mistake: Mistake) -> Diagnostic | None:
    """A bracket that is never closed."""
    if not mistake.brackets:
        return None
    opener = mistake.brackets[-1]
    line_of = mistake.source.position
    later_line = line_of(opener.span.start)[0] < line_of(mistake.span.start)[0]
    new_line = later_line and mistake.first_on_line and mistake.found not in _PARTNER.values()
    closed_later = _PARTNER[opener.text] in mistake.rest
    outside = (
        mistake.kind in ("$END", "TILDE", "FROM")
        or (mistake.kind == "SEMICOLON" and not closed_later)
        or (mistake.kind == "EQUAL" and later_line)
        or (mistake.kind == "_NEWLINE" and "RBRACE" in mistake.accepts)
    )
    if not (new_line or outside):
        return None
    place, note = _where_to_close(mistake, new_line, opener)
    return Diagnostic(
        "HB103",
        f"`{opener.text}` is never closed",
        place,
        note=note,
        labels=(Label(opener.span, "opened here"),),
        cause="a statement goes on until its brackets are closed",
        help=f"close it with `{_PARTNER[opener.text]}`",
    )


def _where_to_close(mistake: Mistake, new_line: bool, opener: Word) -> tuple[Span, str]:
    previous = mistake.previous
    if previous is not None and (new_line or mistake.at_end):
        end = previous.span.end
        return Span(end, end), f"`{_PARTNER[opener.text]}` is missing here, or before"
    return mistake.span, "this can't stand inside the brackets"


_Explain = Callable[[Mistake], Diagnostic | None]
_SPELLING: tuple[_Explain, ...] = (bad_text, bad_number)
_BRACKETS: tuple[_Explain, ...] = (wrong_closer, open_bracket)
