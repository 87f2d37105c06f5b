"""In which order places stand in their columns: few crossings, and plates that hold together.

Bands, one for each set of plates, follow each other in one order through all columns. A node stands
in its band; what has no plate, and threads, stand in a band or between two, wherever no plate is
that they do not belong to. Within this, places move towards what they are linked to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hdsl.picture.grid import Grid
from hdsl.picture.plates import Plates, Run, runs

_SWEEPS = 12

Columns = list[list[int]]


@dataclass(frozen=True)
class Bands:
    """The bands in one order, and which columns the plates' boxes cover."""

    grid: Grid
    order: tuple[Plates, ...]

    @cached_property
    def boxes(self) -> list[tuple[Run, int, int]]:
        """The boxes with their first and last column."""
        found: list[tuple[Run, int, int]] = []
        for run in runs(self.order):
            inside = set(self.order[run.first : run.last + 1])
            columns = [p.column for p in self.grid.places if p.plates in inside]
            found.append((run, min(columns), max(columns)))
        return found

    def slots(self, number: int) -> list[float]:
        """Where a place may stand: band k is at k, the gap before it at k - 1/2."""
        place = self.grid.places[number]
        if place.plates:
            return [float(self.order.index(place.plates))]
        every = [k / 2 - 0.5 for k in range(2 * len(self.order) + 1)] or [0.0]
        welcome = self.grid.through.get(number, set())
        own = [
            run
            for run, first, last in self.boxes
            if first <= place.column <= last and run.plate not in welcome
        ]
        return [s for s in every if not any(run.first <= s <= run.last for run in own)]


@dataclass
class Ordering:
    """An order of the places in each column, and the slot of each place."""

    columns: Columns
    slots: dict[int, float]

    def heights(self) -> dict[int, float]:
        """How far down each place stands, in slots."""
        found: dict[int, float] = {}
        for column in self.columns:
            for slot in {self.slots[n] for n in column}:
                own = [n for n in column if self.slots[n] == slot]
                for k, number in enumerate(own):
                    found[number] = slot + 0.5 * ((k + 0.5) / len(own) - 0.5)
        return found


def ordered(grid: Grid, order: tuple[Plates, ...]) -> tuple[int, Ordering]:
    """The best order that was found for these bands, with its number of crossings."""
    bands = Bands(grid, order)
    allowed = [bands.slots(place.number) for place in grid.places]
    middle = (len(order) - 1) / 2
    slots = {n: min(free, key=lambda s: abs(s - middle)) for n, free in enumerate(allowed)}
    columns = [sorted(column, key=lambda n: slots[n]) for column in grid.columns()]
    current = Ordering(columns, slots)
    best = (crossings(grid, current.columns), current)
    neighbours = grid.neighbours()
    for sweep in range(_SWEEPS):
        current = _swept(grid, current, allowed, neighbours, sweep)
        found = crossings(grid, current.columns)
        if found < best[0]:
            best = (found, current)
    return _swapped(grid, best)


def _swept(
    grid: Grid,
    start: Ordering,
    allowed: Sequence[list[float]],
    neighbours: Sequence[list[int]],
    sweep: int,
) -> Ordering:
    """Move the places of one column after the other towards their neighbours' middle."""
    new = Ordering([list(column) for column in start.columns], dict(start.slots))
    along = range(grid.num_columns)
    for c in along if sweep % 2 else reversed(along):
        heights = new.heights()
        # In turn only those behind the sweep count, then all.
        side = 0 if sweep % 4 > 1 else (-1 if sweep % 2 else 1)
        pull: dict[int, float] = {}
        for number in new.columns[c]:
            near = [n for n in neighbours[number] if _counts(grid, n, c, side)]
            near = near or neighbours[number] or [number]
            pull[number] = sum(heights[n] for n in near) / len(near)
            new.slots[number] = min(allowed[number], key=lambda s, n=number: abs(s - pull[n]))
        new.columns[c] = sorted(new.columns[c], key=lambda n: (new.slots[n], pull[n]))
    return new


def _counts(grid: Grid, number: int, column: int, side: int) -> bool:
    return side == 0 or (grid.places[number].column - column) * side > 0


def _swapped(grid: Grid, best: tuple[int, Ordering]) -> tuple[int, Ordering]:
    """Swap neighbours in one slot as long as that undoes crossings."""
    count, order = best
    better = True
    while better:
        better = False
        for c, column in enumerate(order.columns):
            for k in range(len(column) - 1):
                upper, lower = column[k : k + 2]
                if order.slots[upper] != order.slots[lower]:
                    continue
                columns = [list(other) for other in order.columns]
                columns[c][k : k + 2] = [lower, upper]
                found = crossings(grid, columns)
                if found < count:
                    count, order, better = found, Ordering(columns, order.slots), True
                    break
    return count, order


def crossings(grid: Grid, columns: Columns) -> int:
    """How many pairs of links cross."""
    place = {number: k for column in columns for k, number in enumerate(column)}
    total = 0
    for c in range(1, grid.num_columns):
        links = [
            (place[right], place[left])
            for right, left in grid.links
            if grid.places[right].column == c
        ]
        for k, (right, left) in enumerate(links):
            total += sum((right - r) * (left - other) < 0 for r, other in links[k + 1 :])
    return total
