"""How far down each place stands: the shortest arrows that the order allows.

A linear programme, solved by HiGHS through SciPy. Its unknowns are the middles of the places and
the upper and lower ends of the plates' boxes; its constraints keep everything apart; its objective
is the length of all links downwards, and how far nodes are from the middle of their neighbours.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from hdsl.picture import style
from hdsl.picture.grid import Grid
from hdsl.picture.ordering import Bands, Ordering
from hdsl.picture.plates import Run

_STRAIGHT, _HALF_STRAIGHT, _PLAIN, _CENTRED, _COMPACT = 4.0, 2.0, 1.0, 0.3, 0.02
"""Weights: links between threads, to a thread, between nodes; middles; the boxes' heights."""


@dataclass
class _Programme:
    """Rows ``sum(coefficient * variable) >= bound``, and a cost for each variable."""

    cost: list[float] = field(default_factory=list[float])
    rows: list[dict[int, float]] = field(default_factory=list[dict[int, float]])
    bounds: list[float] = field(default_factory=list[float])

    def variable(self, cost: float = 0.0) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def at_least(self, row: dict[int, float], bound: float) -> None:
        self.rows.append(row)
        self.bounds.append(bound)

    def apart(self, upper: int, lower: int, gap: float) -> None:
        """`lower` stands at least `gap` below `upper`."""
        self.at_least({lower: 1.0, upper: -1.0}, gap)

    def pull(self, difference: dict[int, float], weight: float) -> None:
        """Make a difference small."""
        size = self.variable(weight)
        self.at_least({size: 1.0} | {k: -v for k, v in difference.items()}, 0.0)
        self.at_least({size: 1.0} | difference, 0.0)

    def solve(self) -> tuple[float, list[float]]:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array

        entries = [(r, c, v) for r, row in enumerate(self.rows) for c, v in row.items()]
        rows, columns, values = zip(*entries, strict=True)
        shape = (len(self.rows), len(self.cost))
        matrix = csr_array((-np.array(values), (rows, columns)), shape=shape)
        limits = -np.array(self.bounds)
        found = linprog(self.cost, A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs-ds")
        if found.x is None:
            raise ArithmeticError(f"no place for everything: {found.message}")
        return float(found.fun), [float(x) for x in found.x]


@dataclass(frozen=True)
class PlateBox:
    """Upper and lower end of a plate's box, and whether its name stands at the top."""

    run: Run
    first_column: int
    last_column: int
    top: float
    bottom: float
    label_on_top: bool


@dataclass(frozen=True)
class Placement:
    """Heights of all places, from the top down, and of the plates' boxes."""

    cost: float
    heights: list[float]
    boxes: list[PlateBox]


def placed(grid: Grid, bands: Bands, ordering: Ordering) -> Placement:
    """Find the heights."""
    programme = _Programme()
    heights = [programme.variable() for _ in grid.places]
    ends = [(programme.variable(-_COMPACT), programme.variable(_COMPACT)) for _ in bands.boxes]
    _keep_columns(programme, grid, ordering)
    on_top = [_label_on_top(bands, k) for k in range(len(ends))]
    for k, (top, bottom) in enumerate(ends):
        _hold_and_keep_out(programme, grid, bands, ordering, k, (top, bottom), on_top)
    _keep_boxes(programme, bands, ends, on_top)
    _pull_together(programme, grid)
    lowest = programme.variable(_COMPACT)
    for place in grid.places:
        programme.at_least({heights[place.number]: 1.0}, place.above)
        programme.apart(heights[place.number], lowest, place.below)
    cost, values = programme.solve()
    boxes = [
        PlateBox(run, first, last, values[top], values[bottom], label)
        for (run, first, last), (top, bottom), label in zip(bands.boxes, ends, on_top, strict=True)
    ]
    return Placement(cost, values[: len(heights)], boxes)


def _keep_columns(programme: _Programme, grid: Grid, ordering: Ordering) -> None:
    for column in ordering.columns:
        for upper, lower in itertools.pairwise(column):
            a, b = grid.places[upper], grid.places[lower]
            gap = style.ROW_GAP if a.box and b.box else style.THREAD_GAP
            programme.apart(upper, lower, a.below + b.above + gap)


def _label_on_top(bands: Bands, k: int) -> bool:
    """A plate's name stands below, but for one whose lower end lies within another."""
    run = bands.boxes[k][0]
    others = (other for other, _, _ in bands.boxes if other is not run)
    return any(run.first < other.first <= run.last < other.last for other in others)


def _room(on_top: bool) -> tuple[float, float]:
    """Room between a box and what it holds, above and below."""
    label = style.PLATE_LABEL
    return (style.PLATE_PAD + label * on_top, style.PLATE_PAD + label * (not on_top))


def _hold_and_keep_out(
    programme: _Programme,
    grid: Grid,
    bands: Bands,
    ordering: Ordering,
    k: int,
    ends: tuple[int, int],
    on_top: list[bool],
) -> None:
    """Places within the box that belong there, and all others that its columns hold, outside."""
    run, first, last = bands.boxes[k]
    top, bottom = ends
    over, under = _room(on_top[k])
    for place in grid.places:
        slot = ordering.slots[place.number]
        if not first <= place.column <= last:
            continue
        if slot < run.first:
            programme.apart(place.number, top, place.below + style.PLATE_PAD)
        elif slot > run.last:
            programme.apart(bottom, place.number, place.above + style.PLATE_PAD)
        else:
            programme.apart(top, place.number, place.above + over)
            programme.apart(place.number, bottom, place.below + under)


def _keep_boxes(
    programme: _Programme, bands: Bands, ends: list[tuple[int, int]], on_top: list[bool]
) -> None:
    """Boxes within each other, and apart from each other."""
    for j, (outer, first, last) in enumerate(bands.boxes):
        for k, (inner, start, end) in enumerate(bands.boxes):
            if j == k or start > last or first > end:
                continue
            if inner.first > outer.last:
                programme.apart(ends[j][1], ends[k][0], style.PLATE_PAD)
            elif is_within(bands, k, j):
                over, under = _room(on_top[j])
                programme.apart(ends[j][0], ends[k][0], over - 2)
                programme.apart(ends[k][1], ends[j][1], under - 2)


def is_within(bands: Bands, inner: int, outer: int) -> bool:
    """Whether a box lies within another; of two alike the later one does."""
    a, b = bands.boxes[inner][0], bands.boxes[outer][0]
    if inner == outer or not (b.first <= a.first and a.last <= b.last):
        return False
    return (a.first, a.last) != (b.first, b.last) or inner > outer


def _pull_together(programme: _Programme, grid: Grid) -> None:
    for right, left in grid.links:
        threads = sum(grid.places[n].box is None for n in (right, left))
        programme.pull({right: 1.0, left: -1.0}, (_PLAIN, _HALF_STRAIGHT, _STRAIGHT)[threads])
    for number, near in enumerate(grid.neighbours()):
        for side in (-1, 1):
            own = grid.places[number]
            beside = [n for n in near if (grid.places[n].column - own.column) * side > 0]
            if len(beside) > 1:
                share = {n: -1.0 / len(beside) for n in beside}
                programme.pull({number: 1.0} | share, _CENTRED)
