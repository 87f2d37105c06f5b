"""The arrows' ways: level across a column, and bent between columns, where no node stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import sqrt

from hdsl.picture import style
from hdsl.picture.grid import Grid, Place
from hdsl.picture.scene import Arrow

_PORT_GAP = 8.0
_HEAD = 1.5
"""Room between the head of an arrow and the border."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A piece of one or more arrows.

    Attributes
    ----------
    points
        Its start, then two control points and an end for each cubic Bézier piece.
    has_head
        Whether an arrow ends at its end.
    arrows
        Those that it belongs to.
    """

    points: tuple[Point, ...]
    has_head: bool
    arrows: tuple[Arrow, ...]


def curves_of(
    grid: Grid,
    xs: Sequence[float],
    ys: Sequence[float],
    edges: Sequence[tuple[float, float]],
) -> list[Curve]:
    """The ways of all arrows, each link once."""
    ports = _Ports(grid, xs, ys)
    found: dict[tuple[int, int], Curve] = {}
    for arrow, route in grid.routes.items():
        for start, end in pairwise(route):
            known = found.get((start, end))
            if known is not None:
                found[start, end] = replace(known, arrows=(*known.arrows, arrow))
                continue
            points = _way(grid, ports, edges, start, end)
            has_head = grid.places[end].box is not None
            found[start, end] = Curve(points, has_head, (arrow,))
    return list(found.values())


def _way(
    grid: Grid,
    ports: _Ports,
    edges: Sequence[tuple[float, float]],
    start: int,
    end: int,
) -> tuple[Point, ...]:
    a, b = grid.places[start], grid.places[end]
    leftwards = a.column > b.column
    x0, y0 = ports.at(start, end, leaves=True)
    x3, y3 = ports.at(end, start, leaves=False)
    if b.box is not None:
        x3 += _HEAD if leftwards else -_HEAD
    # Level up to the column's edge, so that the bend keeps clear of its wider nodes.
    own = edges[a.column][0 if leftwards else 1]
    other = edges[b.column][1 if leftwards else 0]
    x1 = min(x0, own) if leftwards else max(x0, own)
    x2 = max(x3, other) if leftwards else min(x3, other)
    bend = 0.5 * (x2 - x1)
    points: list[Point] = [(x0, y0)]
    if x1 != x0:
        points += [(x0, y0), (x1, y0), (x1, y0)]
    points += [(x1 + bend, y0), (x2 - bend, y3), (x2, y3)]
    if x3 != x2:
        points += [(x2, y3), (x3, y3), (x3, y3)]
    return tuple(points)


@dataclass(frozen=True)
class _Ports:
    """Where arrows leave and reach the borders of nodes, so that they do not meet in one point."""

    grid: Grid
    xs: Sequence[float]
    ys: Sequence[float]

    @cached_property
    def _ends(self) -> dict[tuple[int, int], list[tuple[int, bool]]]:
        """For each place and side the links there: their other end, and whether they leave."""
        found: dict[tuple[int, int], list[tuple[int, bool]]] = {}
        links = dict.fromkeys(
            link for route in self.grid.routes.values() for link in pairwise(route)
        )
        for start, end in links:
            for number, other, leaves in ((start, end, True), (end, start, False)):
                ends = found.setdefault((number, self._side(number, other)), [])
                ends.append((other, leaves))
        for ends in found.values():
            ends.sort(key=lambda end: (self.ys[end[0]], end[1]))
        return found

    def _side(self, number: int, other: int) -> int:
        return 1 if self.grid.places[other].column > self.grid.places[number].column else -1

    def at(self, number: int, other: int, leaves: bool) -> Point:
        """The point at which a link leaves or reaches a place."""
        place = self.grid.places[number]
        x, y = self.xs[number], self.ys[number]
        if place.box is None:
            return x, y
        side = self._side(number, other)
        ends = self._ends[number, side]
        offset = 0.0
        # What leaves together, leaves from the middle: it is one thread.
        if not all(is_leaving for _, is_leaving in ends):
            gap = min(_PORT_GAP, place.box.height * 0.5 / max(len(ends) - 1, 1))
            offset = (ends.index((other, leaves)) - (len(ends) - 1) / 2) * gap
        return x + side * _half_width(place, offset), y + offset


def _half_width(place: Place, offset: float) -> float:
    """Half the width of a node at some height above or below its middle."""
    assert place.box is not None
    half = place.box.width / 2
    if place.box.node.kind in ("derived", "data", "factor"):
        return half
    radius = min(place.box.height / 2, half, style.ROUND)
    offset = max(abs(offset) - place.box.height / 2 + radius, 0.0)
    return half - radius + sqrt(max(radius**2 - offset**2, 0.0))
