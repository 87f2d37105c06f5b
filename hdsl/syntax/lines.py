"""Fills lines: where a long statement is broken.

What is short enough stands on one line. Of what is longer, the line ends of the author are kept
where the formatter might have put them too, and lines that are still too long are broken.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TypeAlias

MAX_COLUMNS = 100
INDENT = "    "


@dataclass(frozen=True)
class Soft:
    """A space, or the end of a line; the lowest `rank` is broken first.

    `flat` stands there if no line ends; `place` is where what follows stands in the author's text.
    """

    rank: float
    place: int = -1
    flat: str = " "


@dataclass(frozen=True)
class Hard:
    """A line end inside braces that are too long for one line; `flat` stands there otherwise."""

    flat: str
    change: int = 0


Piece: TypeAlias = str | Soft | Hard


def deeper(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces inside brackets."""
    return [
        replace(piece, rank=piece.rank + 1) if isinstance(piece, Soft) else piece
        for piece in pieces
    ]


def join_pieces(parts: Sequence[Sequence[Piece]], separator: Sequence[Piece]) -> list[Piece]:
    """The parts with a separator between them."""
    joined: list[Piece] = []
    for number, part in enumerate(parts):
        if number:
            joined.extend(separator)
        joined.extend(part)
    return joined


def flat_text(pieces: Sequence[Piece]) -> str:
    """All on one line."""
    return "".join(piece if isinstance(piece, str) else piece.flat for piece in pieces)


def fill_lines(pieces: Sequence[Piece], line_starts: Set[int] = frozenset()) -> list[str]:
    """The lines of a statement, of at most 100 columns where its brackets and commas allow.

    Parameters
    ----------
    pieces
        The statement.
    line_starts
        The places at which lines of the author's text begin.
    """
    flat = flat_text(pieces)
    if len(flat) <= MAX_COLUMNS:
        return [flat]
    return [
        text
        for level, line in _hard_lines(pieces)
        for text in _fill(line, INDENT * level, line_starts)
    ]


def _hard_lines(pieces: Sequence[Piece]) -> Iterator[tuple[int, list[Piece]]]:
    level = 0
    line: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Hard):
            yield level, line
            level += piece.change
            line = []
        else:
            line.append(piece)
    yield level, line


def _fill(pieces: Sequence[Piece], indent: str, line_starts: Set[int]) -> Iterator[str]:
    words, ends = _split(pieces)
    lengths = [0, *accumulate(len(w) + len(e.flat) for w, e in zip(words, ends, strict=True))]
    kept = [n for n, end in enumerate(ends, 1) if end.place in line_starts]

    def fits(start: int, stop: int, prefix: str) -> bool:
        length = lengths[stop] - len(ends[stop - 1].flat) - lengths[start]
        return len(prefix) + length <= MAX_COLUMNS

    kept = [*kept, len(words)] if not fits(0, len(words), indent) else [len(words)]
    start, prefix = 0, indent
    while start < len(words):
        # What was broken off the author's line joins the next one, if that is no second break.
        after = kept[bisect_right(kept, start) :]
        if start and start not in kept and len(after) > 1 and fits(start, after[1], prefix):
            after = after[1:]
        # At least one word, even if it is too long.
        stop = start + 1
        while stop < after[0] and fits(start, stop + 1, prefix):
            stop += 1
        if stop < after[0]:
            # Break at the outermost place, the latest of these.
            stop = min(range(start + 1, stop + 1), key=lambda n: (ends[n - 1].rank, -n))
        line = "".join(w + e.flat for w, e in zip(words[start:stop], ends[start:stop], strict=True))
        yield prefix + line.removesuffix(ends[stop - 1].flat)
        start, prefix = stop, indent + INDENT


def _split(pieces: Sequence[Piece]) -> tuple[list[str], list[Soft]]:
    """The words, and what follows each."""
    words, ends = [""], [Soft(0, flat="")]
    for piece in pieces:
        if isinstance(piece, Soft):
            ends[-1] = piece
            words.append("")
            ends.append(Soft(0, flat=""))
        elif isinstance(piece, str):
            words[-1] += piece
    return words, ends
