"""Long formulas in several lines, as a careful author breaks them.

Of all ways to break a formula the best is taken: lines that fit, as few as possible, that end
before relations, sums and products sooner than inside of brackets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count, pairwise, zip_longest
from typing import Protocol

from hdsl.notation.pieces import Box, Bracketed, Mark, Run

_DEEPER = 4.0
"""How much more a line that ends inside of brackets disturbs."""
_LINE = 1.0
"""What a line more costs."""
_OVERFULL = 1000.0
"""What a line costs that is too wide."""
_SHORT, _RAGGED = 1.0, 0.5
"""What a last line costs that is short, and another that is nearly empty."""


class Measure(Protocol):
    """Abstract: how wide a notation is, in a unit of its own."""

    @abstractmethod
    def width(self, text: str) -> float:
        """The width of a piece."""

    @abstractmethod
    def indent(self, depth: int) -> float:
        """How far a line is indented that begins inside of so many brackets; 0 for the first."""


@dataclass(frozen=True)
class Row:
    """One line of a formula.

    Attributes
    ----------
    depth
        Inside of how many brackets it begins; -1 for the first line.
    """

    depth: int
    text: str


def broken(text: str, measure: Measure, room: float) -> tuple[Row, ...]:
    """A formula in lines no wider than `room`, but for what can't be broken."""
    if measure.width(text) <= room:
        return (Row(-1, text.strip()),)
    segments = [_narrowed(segment, measure, room) for segment in _segments(text)]
    return _rows(segments, _starts(segments, measure, room))


# --- what is never broken -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    """A text.

    Attributes
    ----------
    split
        The text if a line ends between the two tokens of this `group`.
    """

    text: str
    split: str = ""
    group: int = -1


@dataclass(frozen=True)
class _Segment:
    """What stands between two marks, with the mark before it."""

    mark: Mark
    depth: int
    tokens: tuple[_Token, ...]


def _segments(text: str) -> list[_Segment]:
    found: list[_Segment] = []
    mark, outside, tokens = Mark(0), -1, list[_Token]()
    for piece, depth in _pieces(text, 0, count()):
        if isinstance(piece, Mark):
            found.append(_Segment(mark, outside, tuple(tokens)))
            mark, outside, tokens = piece, depth, []
        else:
            tokens.append(piece)
    return [*found, _Segment(mark, outside, tuple(tokens))]


def _pieces(text: str, depth: int, groups: Iterator[int]) -> Iterator[tuple[Mark | _Token, int]]:
    """Marks and tokens, with the number of brackets around each."""
    match text:
        case Mark():
            yield text, depth
        case Run():
            for part in text.parts:
                yield from _pieces(part, depth, groups)
        case Bracketed():
            group = next(groups)
            yield _Token(text.ends[0], text.split_ends[0], group), depth
            yield from _pieces(text.inside, depth + text.deeper, groups)
            yield _Token(text.ends[1], text.split_ends[1], group), depth
        case _:
            yield _Token(text), depth


def _narrowed(segment: _Segment, measure: Measure, room: float) -> _Segment:
    """The segment with its boxes so narrow that it fits, if they can be."""
    left = room - measure.indent(segment.depth)
    left -= sum(measure.width(token.text) for token in segment.tokens)
    if left >= 0:
        return segment
    tokens = [
        replace(token, text=token.text.narrow(measure.width(token.text) + left))
        if isinstance(token.text, Box)
        else token
        for token in segment.tokens
    ]
    return replace(segment, tokens=tuple(tokens))


# --- where lines end ------------------------------------------------------------------------------


def _starts(segments: Sequence[_Segment], measure: Measure, room: float) -> list[int]:
    """The segments with which lines begin: the cheapest way through the formula."""
    widths = [_width(segment, measure) for segment in segments]
    to = [0.0, *accumulate(map(sum, widths))]
    begins = [_begin(segment, measure) - widths[n][0] for n, segment in enumerate(segments)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(segments) + 1):
        after = segments[end] if end < len(segments) else None
        best.append(
            min(
                (best[start][0] + _cost(to[end] - to[start] + begins[start], room, after), start)
                for start in range(end)
            )
        )
    starts = [best[-1][1]]
    while starts[0] > 0:
        starts.insert(0, best[starts[0]][1])
    return starts


def _width(segment: _Segment, measure: Measure) -> tuple[float, float]:
    """The widths of the mark, where no line ends, and of what follows it."""
    inside = sum(measure.width(token.text) for token in segment.tokens)
    return measure.width(segment.mark), inside


def _begin(segment: _Segment, measure: Measure) -> float:
    """How far a line that begins here is shifted, less the blank that it doesn't begin with."""
    first = segment.tokens[0].text if segment.tokens else ""
    blank = measure.width(first) - measure.width(first.lstrip())
    return measure.indent(segment.depth) + measure.width(segment.mark.begin) - blank


def _cost(wide: float, room: float, after: _Segment | None) -> float:
    """What a line costs, with the mark at its end."""
    cost = _LINE
    if wide > room:
        # Two pieces that are too wide are better apart, so this must grow faster than the width.
        cost += _OVERFULL * (wide / room) ** 2
    if after is None:
        return cost + (_SHORT if wide < room / 6 else 0)
    ragged = _RAGGED * max(0.0, 1 - wide / room) ** 2
    return cost + ragged + after.mark.cost * _DEEPER**after.depth


# --- lines ----------------------------------------------------------------------------------------


def _rows(segments: Sequence[_Segment], starts: Sequence[int]) -> tuple[Row, ...]:
    lines = [segments[start:end] for start, end in pairwise([*starts, len(segments)])]
    split = _split(lines)
    return tuple(Row(line[0].depth, _text(line, split).strip()) for line in lines)


def _text(line: Sequence[_Segment], split: set[int]) -> str:
    texts = [line[0].mark.begin]
    for place, segment in enumerate(line):
        texts += [segment.mark] if place else []
        texts += [t.split if t.group in split else t.text for t in segment.tokens]
    return "".join(texts)


def _split(lines: Sequence[Sequence[_Segment]]) -> set[int]:
    """The groups in which lines end."""
    ends = [Counter(token.group for segment in line for token in segment.tokens) for line in lines]
    return {group for line in ends for group, count in line.items() if group >= 0 and count == 1}


# --- cases ----------------------------------------------------------------------------------------


def case_rows(
    cases: Sequence[tuple[str, str]], measure: Measure, room: float
) -> list[tuple[Row, Row]]:
    """The lines of cases: of the values, and of the conditions beside or below them."""
    wanted = max(measure.width(condition) for _, condition in cases)
    conditions = min(wanted, max(room / 3, room - max(measure.width(v) for v, _ in cases)))
    nothing = Row(-1, "")
    beside = [
        cells
        for value, condition in cases
        for cells in zip_longest(
            broken(value, measure, room - conditions),
            broken(condition, measure, conditions),
            fillvalue=nothing,
        )
    ]
    if all(
        _fits(a, measure, room - conditions) and _fits(b, measure, conditions) for a, b in beside
    ):
        return beside
    return [
        (row, nothing)
        for value, condition in cases
        for row in (
            *broken(value, measure, room),
            *(
                Row(row.depth + 1, row.text)
                for row in broken(condition, measure, room - measure.indent(0))
            ),
        )
    ]


def _fits(row: Row, measure: Measure, room: float) -> bool:
    return measure.indent(row.depth) + measure.width(row.text) <= room
