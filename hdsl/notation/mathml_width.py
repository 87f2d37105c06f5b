"""How wide MathML is: an estimate in sizes of the font."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from hdsl.notation.widths import letters_width

_TOKEN = re.compile(r"<(/?)(\w+)([^>]*?)(/?)>|([^<]+)")
_SMALL = 0.71
_STRETCHED = 0.65
"""A bracket that is higher than a letter."""
_FONTS = 1.04
"""Fonts for mathematics are so much wider than Times."""
_RELATIONS = "=∼∝≤≥≠∈<>∣"
_OPERATORS = "+−·×"
_SIGNS = {"·": 0.28, "∑": 1.3, "∏": 1.3, "∫": 0.8, "∣": 0.28, "\u2061": 0.0}


@lru_cache(maxsize=4096)
def mathml_width(text: str) -> float:
    """The width of a piece, whose elements need not be closed."""
    open_elements: list[tuple[str, str, list[float]]] = [("mrow", "", [])]
    for closing, name, attributes, empty, letters in _TOKEN.findall(text):
        if letters:
            kind, given, children = open_elements[-1]
            children.append(_letters(kind, given, html.unescape(letters)))
        elif empty:
            open_elements[-1][2].append(_space(attributes))
        elif not closing:
            open_elements.append((name, attributes, []))
        elif len(open_elements) > 1 and open_elements[-1][0] == name:
            _close(open_elements)
    while len(open_elements) > 1:
        _close(open_elements)
    return _FONTS * sum(open_elements[0][2])


def _close(open_elements: list[tuple[str, str, list[float]]]) -> None:
    kind, _, children = open_elements.pop()
    if kind == "mtr":
        # The cells of a row are wanted by the table.
        open_elements[-1][2].append(sum(children) + 1.2 * len(children))
        return
    open_elements[-1][2].append(_COMBINED.get(kind, sum)(children))


def _scripts(children: Sequence[float]) -> float:
    base, *others = children or [0.0]
    return base + _SMALL * max(others, default=0) + 0.05


def _limits(children: Sequence[float]) -> float:
    base, *others = children or [0.0]
    return max(base, _SMALL * max(others, default=0))


_COMBINED: dict[str, Callable[[Sequence[float]], float]] = {
    "mfrac": lambda children: max(children, default=0) + 0.2,
    "msub": _scripts,
    "msup": _scripts,
    "msubsup": _scripts,
    "munder": _limits,
    "mover": _limits,
    "munderover": _limits,
    "msqrt": lambda children: sum(children) + 0.9,
    "mtable": lambda children: max(children, default=0),
}


def _letters(kind: str, attributes: str, text: str) -> float:
    if kind == "mi":
        return letters_width(text, italic=len(text) == 1 and "normal" not in attributes)
    if kind != "mo":
        return letters_width(text)
    if "fence" in attributes and "stretchy" not in attributes:
        return _STRETCHED
    own = sum(_SIGNS.get(letter) or letters_width(letter) for letter in text if letter != "\u2061")
    if "prefix" in attributes or "postfix" in attributes:
        return own
    if "separator" in attributes:
        return own + 0.17
    apart = 0.56 if text in _RELATIONS else 0.45 if text in _OPERATORS else 0.0
    return own + apart


def _space(attributes: str) -> float:
    found = re.search(r'width="([0-9.]+)em"', attributes)
    return float(found[1]) if found else 0.0
