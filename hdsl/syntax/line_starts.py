"""Where the author of a text began its lines."""

from __future__ import annotations

import re

_LEAD = re.compile(r"\n(?:[\s(\[{+\-*/@]|(?:from|where|for|then|else|and|or|not)\b)*")


def find_line_starts(text: str) -> frozenset[int]:
    """The places at which an expression is the first on its line.

    What may stand before it on the line is no expression: brackets that open, operators and words
    such as ``where``.
    """
    return frozenset(
        place
        for match in _LEAD.finditer(text)
        for place in range(match.start() + 1, match.end() + 1)
    )
