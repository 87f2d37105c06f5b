"""A plan in words, as values and as text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

WIDTH = 96
INDENT = 17
# Columns for names, before the line's number.
_NAMES = 44
_SPEAKS_OF_ONE = re.compile(r"\bits?\b")
_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Line:
    """What becomes of one quantity.

    Attributes
    ----------
    fate
        ``observed``, ``sampled``, ``summed out``, ``integrated out``, ``transformed``,
        ``predicted``, ``computed`` or ``data``.
    rule
        The rule that decided it, if one did.
    recovery
        How it is got back, and what the names in there mean, a sentence each.
    refused
        Reasons for which other rules did not apply.
    """

    fate: str
    name: str
    line: int
    rule: str = ""
    reason: str = ""
    recovery: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def folds_with(self, other: Line) -> bool:
        """Whether both say the same, and something, of two quantities."""
        said = bool(self.rule or self.reason or self.recovery or self.refused)
        return said and replace(self, name="", line=0) == replace(other, name="", line=0)


@dataclass(frozen=True, repr=False)
class Explanation:
    """A plan in words."""

    model: str
    title: str
    headline: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """The same facts for JSON, each quantity by itself."""
        return asdict(self)

    def __repr__(self) -> str:
        return self.wrapped(WIDTH)

    def wrapped(self, width: int, *, each: bool = False) -> str:
        """The text, in lines of at most `width` columns where words allow.

        Quantities that follow each other and of which the same is to be said share an entry,
        unless `each` is set.
        """
        title = textwrap.wrap(self.title, width)
        out = [*title, f"{self.model}: {self.headline}", ""]
        for entry in [(line,) for line in self.lines] if each else _folded(self.lines):
            out += _entry(entry, width)
        for remark in self.remarks:
            out += ["", *textwrap.wrap(remark, width)]
        return "\n".join(out)


def _folded(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Runs of lines that say the same."""
    starts = [n for n, line in enumerate(lines) if not n or not line.folds_with(lines[n - 1])]
    for start, stop in pairwise([*starts, len(lines)]):
        yield tuple(lines[start:stop])


def _entry(lines: Sequence[Line], width: int) -> Iterator[str]:
    first = lines[0]
    place = _place(sorted({line.line for line in lines if line.line}))
    names = ", ".join(line.name for line in lines)
    if len(lines) == 1 or len(names) < _NAMES:
        rows = [f"{names:<{_NAMES - 1}} {place}".rstrip()]
    else:
        rows = _wrapped_names(lines, place, width)
    yield f"  {first.fate:<{INDENT - 2}}{rows[0]}"
    yield from (f"{'':{INDENT}}{row}" for row in rows[1:])
    reason = f"{first.rule}: {first.reason}" if first.rule else first.reason
    each = "each: " if len(lines) > 1 else ""
    for sentence in filter(None, (reason, *first.recovery, *first.refused)):
        yield from _wrapped(f"{each if _SPEAKS_OF_ONE.search(sentence) else ''}{sentence}", width)


def _place(numbers: Sequence[int]) -> str:
    match numbers:
        case []:
            return ""
        case [number]:
            return f"line {number}"
        case [number, other]:
            return f"lines {number} and {other}"
        case _:
            return f"lines {numbers[0]} to {numbers[-1]}"


def _wrapped_names(lines: Sequence[Line], place: str, width: int) -> list[str]:
    # Rows end between names, not within `r[gc, axis] (32 x 3)`.
    names = ", ".join(line.name.replace(" ", _NO_BREAK) for line in lines)
    held = f"{names}; {place.replace(' ', _NO_BREAK)}"
    columns = max(width, 60) - INDENT
    rows = textwrap.wrap(held, columns, break_long_words=False, break_on_hyphens=False)
    return [row.replace(_NO_BREAK, " ") for row in rows]


def _wrapped(words: str, width: int) -> list[str]:
    indent = " " * INDENT
    return textwrap.wrap(
        words, max(width, 40), initial_indent=indent, subsequent_indent=f"{indent}  "
    )
