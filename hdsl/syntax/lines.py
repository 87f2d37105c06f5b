"""Fills lines: where a long statement is broken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

MAX_COLUMNS = 100
INDENT = "    "


@dataclass(frozen=True)
class Soft:
    """A space, or the end of a line; the lowest `rank` is broken first."""

    rank: float


@dataclass(frozen=True)
class Hard:
    """A line end inside braces that are too long for one line; `flat` stands there otherwise."""

    flat: str
    change: int = 0


Piece: TypeAlias = str | Soft | Hard


def deeper(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces inside brackets."""
    return [Soft(piece.rank + 1) if isinstance(piece, Soft) else piece for piece in pieces]


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
    return "".join(
        piece if isinstance(piece, str) else " " if isinstance(piece, Soft) else piece.flat
        for piece in pieces
    )


def fill_lines(pieces: Sequence[Piece]) -> list[str]:
    """The lines of a statement, of at most 100 columns where its brackets and commas allow."""
    flat = flat_text(pieces)
    if len(flat) <= MAX_COLUMNS:
        return [flat]
    return [line for level, line in _hard_lines(pieces) for line in _fill(line, INDENT * level)]


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


def _fill(pieces: Sequence[Piece], indent: str) -> Iterator[str]:
    words, ranks = _split(pieces)
    ends = [0, *accumulate(len(word) + 1 for word in words)]
    start, prefix = 0, indent
    while start < len(words):
        limit = ends[start] + MAX_COLUMNS - len(prefix) + 1
        # At least one word, even if it is too long.
        stop = max(start + 1, bisect_right(ends, limit) - 1)
        if stop < len(words):
            # Break at the outermost place, the latest of these.
            stop = min(range(start + 1, stop + 1), key=lambda n: (ranks[n - 1], -n))
        yield prefix + " ".join(words[start:stop])
        start, prefix = stop, indent + INDENT


def _split(pieces: Sequence[Piece]) -> tuple[list[str], list[float]]:
    words, ranks = [""], [0.0]
    for piece in pieces:
        if isinstance(piece, Soft):
            ranks[-1] = piece.rank
            words.append("")
            ranks.append(0.0)
        elif isinstance(piece, str):
            words[-1] += piece
    return words, ranks
