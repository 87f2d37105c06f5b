"""Texts from outside, safe to print: nothing steers the terminal or turns the line round."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_TURN_ROUND = frozenset(
    chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)


def visible(text: str, keep: str = "") -> str:
    """The text with a replacement for what a terminal would obey instead of showing.

    Parameters
    ----------
    keep
        Control characters that stay, such as tabs.
    """
    if text.isprintable():
        return text
    return "".join(c if c in keep or not _steers(c) else _REPLACEMENT for c in text)


def _steers(character: str) -> bool:
    return character in _TURN_ROUND or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
