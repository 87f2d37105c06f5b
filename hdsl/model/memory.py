"""Whether a model fits in memory, estimated before anything large is built."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hdsl.data.memory import available_memory
from hdsl.diagnostics import Report
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import set_of, walk
from hdsl.model.graph import DataDeclaration, Deterministic, Factor, ModelGraph, Selection
from hdsl.source import Span

BYTES = 8
STORED_DRAWS = 4 * 1000
NEGLIGIBLE = 2**20


@dataclass(frozen=True)
class Need:
    """What one quantity takes: so many bytes, and for what."""

    name: str
    bytes: int
    what: str
    span: Span | None = None


@dataclass(frozen=True)
class Sizes:
    """Lengths of axes, as far as they are known."""

    sets: Mapping[str, IndexSet]
    others: Mapping[str, int]

    def knows(self, axes: Iterable[str]) -> bool:
        """Whether the length of each axis is known."""
        return all(axis in self.others or set_of(axis) in self.sets for axis in axes)

    def length(self, axis: str) -> int:
        """Length of one axis."""
        return self.others[axis] if axis in self.others else self.sets[set_of(axis)].size

    def product(self, axes: Iterable[str]) -> int:
        """Number of elements of an array; exact, however large."""
        return math.prod(self.length(axis) for axis in axes)


def need_of_data(item: DataDeclaration, sizes: Sizes) -> Need:
    """The array of one data item."""
    return Need(item.name, sizes.product(item.axes) * BYTES, "its values", item.span)


def need_of_selection(chosen: Selection, sizes: Sizes) -> Need:
    """The mask from which the elements of a selection are chosen."""
    elements = sizes.product(chosen.over)
    return Need(chosen.axis, elements * BYTES, "the elements that `for` chooses from", chosen.span)


def need_of_computed(node: Deterministic, sizes: Sizes) -> Need:
    """The largest array on the way to a quantity computed from data."""
    known = [e.axes for e in walk(node.expression) if sizes.knows(e.axes)]
    elements = max((sizes.product(axes) for axes in (node.axes, *known)), default=0)
    return Need(node.name, elements * BYTES, "the arrays it is computed from", node.span)


def needs_of_draws(
    graph: ModelGraph, sizes: Sizes, stored_draws: int = STORED_DRAWS
) -> Iterator[Need]:
    """The draws that are kept of unknowns and of what the model computes from them."""
    for name, node in graph.nodes.items():
        if isinstance(node, Factor) or graph.roles[name] in ("data", "observation"):
            continue
        if sizes.knows(node.axes):
            internal = isinstance(node, Deterministic) and node.is_internal
            draws = 1 if internal else stored_draws
            bytes_needed = sizes.product(node.axes) * BYTES * draws
            yield Need(name, bytes_needed, f"{draws} draws", node.span)


@dataclass
class Budget:
    """The memory that a model may take, and what has been asked for.

    Attributes
    ----------
    available
        Gives the bytes that are free; asked once, when something large is wanted.
    """

    report: Report
    available: Callable[[], int] = available_memory
    reserved: int = 0
    is_exceeded: bool = False
    _limit: int | None = None

    def reserve(self, *needs: Need) -> bool:
        """Whether there is room for all; the first refusal is reported (HB490)."""
        total = self.reserved + sum(need.bytes for need in needs)
        if total < NEGLIGIBLE:
            self.reserved = total
            return True
        if self._limit is None:
            self._limit = self.available()
        if total <= self._limit:
            self.reserved = total
            return True
        if not self.is_exceeded:
            self._refuse(total, max(needs, key=lambda need: need.bytes), self._limit)
        self.is_exceeded = True
        return False

    def _refuse(self, total: int, largest: Need, limit: int) -> None:
        self.report.add(
            "HB490",
            f"this model needs {size_text(total)} of memory, and {size_text(limit)} are free",
            largest.span,
            note=f"`{largest.name}` alone takes {size_text(largest.bytes)}: {largest.what}",
            cause="a model that would not fit in memory is refused before it is built",
            help="check the sizes of its index sets: is one of them larger than you meant?",
        )


def size_text(number: int) -> str:
    """A number of bytes with its unit."""
    for unit, digits in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= digits:
            return f"{number / digits:.3g} {unit}"
    return f"{number} bytes"
