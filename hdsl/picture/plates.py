"""Plates: which lie within which, and in which order they follow each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from hdsl.expressions.tree import Reduce, set_of
from hdsl.model.graph import Deterministic, Factor, ModelGraph, Node, Stochastic

Plates = frozenset[str]
_MOST_PERMUTED = 6
_MOST_ORDERS = 12


@dataclass(frozen=True)
class Run:
    """Neighbouring bands, from `first` to `last`, that a plate covers with one box."""

    plate: str
    first: int
    last: int


def plates_of(graph: ModelGraph, nodes: Sequence[Node]) -> Plates:
    """The plates of a quantity that these nodes define together, or of a factor."""
    (first, *_) = nodes
    if isinstance(first, Factor):
        each = first.expression
        return frozenset(_sets(graph, each.over if isinstance(each, Reduce) else ()))
    arrays = [node for node in nodes if not isinstance(node, Factor)]
    return _plates_of_arrays(graph, arrays)


def _plates_of_arrays(graph: ModelGraph, nodes: Sequence[Stochastic | Deterministic]) -> Plates:
    random = [node for node in nodes if isinstance(node, Stochastic)]
    whole: set[str] = set()
    for node in random:
        whole.update(set_of(axis) for axis in node.random.event_axes if axis not in node.plates)
    found: set[str] = set()
    for node in random or nodes:
        axes = node.plates if isinstance(node, Stochastic) else _once(node.axes)
        found.update(_sets(graph, axes))
    return frozenset(found - (whole - found))


def _once(axes: Sequence[str]) -> list[str]:
    """The axes but those of a matrix over one set."""
    sets = [set_of(axis) for axis in axes]
    return [axis for axis in axes if sets.count(set_of(axis)) == 1]


def _sets(graph: ModelGraph, axes: Iterable[str]) -> Iterator[str]:
    """The index sets of axes; a selection has those from which it chooses."""
    for axis in axes:
        chosen = graph.selections.get(axis)
        if chosen is not None:
            yield from _sets(graph, chosen.over)
        elif set_of(axis) in graph.sets:
            yield set_of(axis)


def nested(found: Mapping[str, Plates], within: Mapping[str, tuple[Plates, str]]) -> Nesting:
    """Put plates into those of which each of their elements has one, as bags into their day.

    Parameters
    ----------
    found
        The plates of each node.
    within
        For data that tell it: their plates, and the plate in which elements lie.

    Returns
    -------
    Nesting
        Only with what still lets each plate be one box.
    """
    plates, used = dict(found), list[str]()
    for name, (inner, outer) in within.items():
        if outer not in frozenset().union(*plates.values()):
            continue
        deeper = {n: p | {outer} if inner and inner <= p else p for n, p in plates.items()}
        if _num_boxes(orders(deeper.values())[0]) <= _num_boxes(orders(plates.values())[0]):
            plates = deeper
            used.append(name)
    return Nesting(plates, frozenset(used))


@dataclass(frozen=True)
class Nesting:
    """The plates of each node, and the data that the boxes tell so that no node has to."""

    plates: Mapping[str, Plates]
    told: frozenset[str]


def orders(found: Iterable[Plates]) -> list[tuple[Plates, ...]]:
    """Orders of the distinct sets of plates in which the plates need the fewest boxes.

    Each set of plates is a band across the picture, and a plate covers the bands of all sets that
    it is in: one box where these are neighbours.
    """
    bands = list(dict.fromkeys(plates for plates in found if plates))
    if len(bands) > _MOST_PERMUTED:
        return [_inserted(bands)]
    every = list(permutations(bands))
    fewest = min(map(_num_boxes, every))
    return [order for order in every if _num_boxes(order) == fewest][:_MOST_ORDERS]


def _inserted(bands: Sequence[Plates]) -> tuple[Plates, ...]:
    """An order built by putting each band where it does best."""
    order: tuple[Plates, ...] = ()
    for band in sorted(bands, key=len, reverse=True):
        places = [(*order[:k], band, *order[k:]) for k in range(len(order) + 1)]
        order = min(places, key=_num_boxes)
    return order


def runs(order: Sequence[Plates]) -> list[Run]:
    """The boxes that the plates need in this order, the widest first."""
    found: list[Run] = []
    for plate in dict.fromkeys(plate for band in order for plate in sorted(band)):
        start: int | None = None
        for k, band in enumerate((*order, frozenset[str]())):
            if plate in band and start is None:
                start = k
            elif plate not in band and start is not None:
                found.append(Run(plate, start, k - 1))
                start = None
    return sorted(found, key=lambda run: run.first - run.last)


def _num_boxes(order: Sequence[Plates]) -> int:
    return len(runs(order))
