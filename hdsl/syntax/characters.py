"""Messages for characters that the language does not use."""

from __future__ import annotations

import re
import unicodedata

from hdsl.diagnostics import Diagnostic
from hdsl.source import Source, Span

# Control characters, signs that turn the direction of the text (they can make a line look like
# another one) and halves of surrogate pairs are refused everywhere, even in comments.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)

_ADVICE = {
    "“”„‟«»": 'text stands in straight double quotes: `"St. Louis"`',
    "‘’‚‛'`": 'text stands in double quotes: `"St. Louis"`; a prime stands directly after a name',
    "′ʹ": "write a prime as a straight `'`",
    "−–—‐‑": "write minus as `-`",
    "×·⋅∙∗": "write multiplication as `*`",
    "÷∕⁄": "write division as `/`",
    "≤⩽≦": "write `<=`",
    "≥⩾≧": "write `>=`",
    "≠": "write `!=`",
    "∼～˜": "write `~`",
    "＝": "write `=`",
    "≔←": "write `=`, or `~` for a distribution",
    "∈": "write `in`",
    "∧": "write `and`",
    "∨": "write `or`",
    "¬": "write `not`",
    "∞": "write `inf`",
    "…": "write a range as `1..T`",
    "²": "write `^2`",
    "³": "write `^3`",
    "¹⁰⁴⁵⁶⁷⁸⁹⁻⁺": "write a power with `^`",
    "√": "write `sqrt(x)`",
    "∑Σ": "write `sum(expr for i)`",
    "∏": "write `prod(expr for i)`",
    "∣｜": "write `|`",
    "（）［］｛｝，；：": "write it with the plain ASCII character",
}
_ADVICE_BY_CHARACTER = {c: advice for characters, advice in _ADVICE.items() for c in characters}


def find_forbidden_character(source: Source) -> Diagnostic | None:
    """The first character that may stand nowhere in a model, as a diagnostic."""
    match = _FORBIDDEN.search(source.text)
    if match is None:
        return None
    character = match[0]
    kind = "carriage return" if character == "\r" else "control character"
    return Diagnostic(
        "HB117",
        f"{kind} {_number(character)} in the text",
        Span(match.start(), match.end()),
        note="it can't be seen in most editors",
        cause="lines end with a line feed, and no other control character but the tab may stand "
        "in a model, not even in a comment",
        help="delete this character, or save the file again as plain text",
    )


def unusual_character(source: Source, start: int) -> Diagnostic:
    """A diagnostic for a character that no word or sign of the language begins with."""
    character = source.text[start]
    span = Span(start, start + 1)
    advice = _ADVICE_BY_CHARACTER.get(character, "")
    if character.isspace() or unicodedata.category(character) in ("Cf", "Mn", "Zs", "Zl", "Zp"):
        title = f"unusual invisible character {_number(character)} ({_name(character)})"
        advice = advice or "replace it by a plain space, or delete it"
    elif character in ".'\"":
        title = f"`{character}` can't stand here"
    elif character.isascii():
        title = f"`{character}` is not a sign of the language"
    else:
        title = f"`{character}` ({_name(character)}) is not a sign of the language"
    return Diagnostic(
        "HB102",
        title,
        span,
        cause="outside quotes and comments a model is made of names, numbers and plain ASCII signs",
        help=advice,
    )


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"


def _name(character: str) -> str:
    return unicodedata.name(character, "no name").lower()
