"""Nodes in columns, and the threads on which long arrows pass through columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from hdsl.picture.boxes import Box, box_of
from hdsl.picture.layers import ranks_of
from hdsl.picture.plates import Plates
from hdsl.picture.scene import Arrow, Scene


@dataclass(frozen=True)
class Place:
    """A place in a column: a node, or, without one, where an arrow passes."""

    number: int
    column: int
    box: Box | None = None

    @property
    def plates(self) -> Plates:
        """The plates that it stands in."""
        return self.box.node.plates if self.box is not None else frozenset()

    @property
    def above(self) -> float:
        """How far it reaches up from its middle."""
        return self.box.above if self.box is not None else 0.0

    @property
    def below(self) -> float:
        """How far it reaches down."""
        return self.box.below if self.box is not None else 0.0


@dataclass
class Grid:
    """The places of a picture and their connections.

    Attributes
    ----------
    links
        Pairs of places in neighbouring columns, the right one first.
    routes
        For each arrow the places from its source to its target.
    through
        For each thread the plates of what it connects, which it may pass through.
    """

    places: list[Place] = field(default_factory=list[Place])
    links: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    routes: dict[Arrow, tuple[int, ...]] = field(default_factory=dict[Arrow, tuple[int, ...]])
    num_columns: int = 0
    through: dict[int, set[str]] = field(default_factory=dict[int, set[str]])

    def add(self, column: int, box: Box | None = None) -> int:
        """Make a new place."""
        self.places.append(Place(len(self.places), column, box))
        return len(self.places) - 1

    def columns(self) -> list[list[int]]:
        """The places of each column, in the order in which they were made."""
        return [[p.number for p in self.places if p.column == c] for c in range(self.num_columns)]

    def neighbours(self) -> list[list[int]]:
        """For each place those that it is linked to."""
        found: list[list[int]] = [[] for _ in self.places]
        for right, left in self.links:
            found[right].append(left)
            found[left].append(right)
        return found


def grid_of(scene: Scene) -> Grid:
    """Put nodes into columns; all arrows of one source share a thread."""
    grid, ranks = Grid(), ranks_of(scene)
    grid.num_columns = 1 + max(ranks.values(), default=-1)
    places = {name: grid.add(ranks[name], box_of(node)) for name, node in scene.nodes.items()}
    threads: dict[tuple[str, int], int] = {}
    seen: set[tuple[int, int]] = set()
    for arrow in sorted(scene.arrows, key=lambda a: ranks[a.target]):
        source, target = arrow.source, arrow.target
        is_back = ranks[source] < ranks[target]
        right, left = (target, source) if is_back else (source, target)
        # A thread belongs to the source; one that runs back is its own.
        owner = f"{source} {target}" if is_back else source
        route = [places[right]]
        for column in range(ranks[right] - 1, ranks[left], -1):
            key = (owner, column)
            if key not in threads:
                threads[key] = grid.add(column)
            thread = threads[key]
            ends = scene.nodes[source].plates | scene.nodes[target].plates
            grid.through.setdefault(thread, set()).update(ends)
            route.append(thread)
        route.append(places[left])
        _link(grid, route, seen)
        grid.routes[arrow] = tuple(reversed(route)) if is_back else tuple(route)
    return grid


def _link(grid: Grid, route: Sequence[int], seen: set[tuple[int, int]]) -> None:
    for pair in itertools.pairwise(route):
        if pair not in seen:
            seen.add(pair)
            grid.links.append(pair)
