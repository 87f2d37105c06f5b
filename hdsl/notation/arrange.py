"""The lines of a section in rows that fit: left sides in a column, or above what is too long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from hdsl.notation.breaking import Row, broken
from hdsl.notation.document import Line
from hdsl.notation.pieces import RANGE, Mark, Run
from hdsl.notation.target import Target

_TRIED = 6
_INSIDE = 1.1
"""What a row that begins inside of brackets costs more than others."""


@dataclass(frozen=True)
class Paper:
    """What lines are written on, in the target's unit.

    Attributes
    ----------
    width
        Of a whole row.
    widest
        Of the column of left sides.
    gap
        Between the left side and the relation.
    above
        How far a left side of its own row is indented, for a width of the column.
    below
        How far what follows it is indented.
    where
        How far what belongs to a line is indented more than its right side.
    hang
        How far its other rows are indented more than its first.
    joined
        Whether a line whose left side is too wide for the column may have a row of its own, if
        all of it fits in that.
    """

    width: float
    widest: float
    gap: float
    above: Callable[[float], float]
    below: Callable[[float], float]
    where: float
    hang: float
    joined: bool


@dataclass(frozen=True)
class Placed:
    """A line in rows.

    Attributes
    ----------
    above
        The left side, where it has rows of its own.
    left
        The left side, where it stands in its column.
    start
        Where its right side begins.
    """

    line: Line
    above: tuple[Row, ...]
    left: str
    right: tuple[Row, ...]
    where: tuple[tuple[Row, ...], ...]
    start: float

    @property
    def badness(self) -> float:
        """How many rows it has, and how far it is from one that is aligned with the others."""
        rows = [*self.above, *self.right, *(row for rows in self.where for row in rows)]
        apart = 0.0 if not self.above else 0.5 if self.right else 1.0
        return len(rows) + apart + _INSIDE * sum(row.depth > 0 for row in rows)


def with_range(line: Line, between: str) -> str:
    """The right side with what it holds for, which stands beside it where there is room."""
    if not line.range:
        return line.right
    return Run([line.right, Mark(RANGE.cost, between), line.range])


def arranged(
    lines: Sequence[Line], target: Target, paper: Paper, between: str
) -> tuple[float, list[Placed]]:
    """The width of the column of left sides, and all lines in as few rows as that allows."""
    widths = {target.width(line.left) for line in lines if line.right}
    fitting = sorted(width for width in widths if width <= paper.widest)
    step = max(1, len(fitting) // _TRIED)
    tried = [*fitting[::-1][::step], 0.0]
    ways = [(column, _in_column(lines, target, paper, column, between)) for column in tried]
    return min(ways, key=lambda way: sum(placed.badness for placed in way[1]))


def _in_column(
    lines: Sequence[Line], target: Target, paper: Paper, column: float, between: str
) -> list[Placed]:
    """The lines, for a width of the column of left sides."""
    found: list[Placed] = []
    start = column + paper.gap
    for line, following in zip_longest(lines, lines[1:]):
        above: tuple[Row, ...] = ()
        left, right = line.left, with_range(line, between)
        if left:
            start = column + paper.gap
        if not right or target.width(left) > column:
            room = paper.width - paper.above(column)
            whole = target.join([left, right])
            is_last = following is None or following.left
            if paper.joined and is_last and not line.where and target.width(whole) <= room:
                left, right = whole, ""
            above, left = broken(left, target, room), ""
            start = paper.below(column)
        rows = broken(right, target, paper.width - start) if right else ()
        where = tuple(_where(inner, target, paper, start) for inner in line.where)
        found.append(Placed(line, above, left, rows, where, start))
    return found


def _where(inner: Line, target: Target, paper: Paper, start: float) -> tuple[Row, ...]:
    room = paper.width - start - paper.where
    whole = broken(said(inner, target), target, room)
    return whole if len(whole) == 1 else broken(said(inner, target), target, room - paper.hang)


def said(inner: Line, target: Target) -> str:
    """What belongs to a line, with the word that says so."""
    return target.join([target.words("where "), inner.left, inner.right])
