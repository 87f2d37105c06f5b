"""Elements that stand in the same terms, put into blocks that form a forest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Neighbours = Sequence[set[int]]


@dataclass(frozen=True)
class TreePartition:
    """Blocks of elements; terms speak of elements of one block, or of it and of the one before it.

    Elements that are shared are in all blocks that hang together.

    Attributes
    ----------
    block
        For each element its block; -1 for those that have one value only. For a shared element
        the first of its blocks.
    stride
        For each element by how much the number of its block's joint value grows with its own.
    is_shared
        For each element whether it is shared.
    before
        For each block the one before it, which has a smaller number; -1 where there is none.
    states
        For each block how many joint values its elements have; infinite where these are too many.
    shared
        For each block how many joint values its shared elements have; the joint value of all,
        modulo this, is theirs.
    root
        For each block the first of those that hang together with it.
    """

    block: NDArray[np.int64]
    stride: NDArray[np.float64]
    is_shared: NDArray[np.bool_]
    before: NDArray[np.int64]
    states: NDArray[np.float64]
    shared: NDArray[np.float64]
    root: NDArray[np.int64]


def tree_partition(choices: NDArray[Any], links: Iterable[NDArray[Any]]) -> TreePartition:
    """Put elements into blocks.

    The elements at one distance from a first one are put together where a way leads from one to
    the other that comes no nearer to the first (a tree-partition; Halin 1991,
    doi:10.1016/0012-365X(91)90436-6). A few elements with most neighbours may be shared by all
    blocks. Of some first and shared elements those are taken that leave the fewest pairs of joint
    values.

    Parameters
    ----------
    choices
        For each element how many values it can have.
    links
        Arrays of shape (rows, places): the elements of which each row of a term speaks, -1 for
        none.
    """
    neighbours = _neighbours(choices, links)
    block = np.full(choices.size, -1, np.int64)
    stride = np.ones(choices.size)
    is_shared = np.zeros(choices.size, bool)
    before: list[int] = []
    states: list[float] = []
    shared: list[float] = []
    root: list[int] = []
    for start in np.flatnonzero(choices > 1).tolist():
        if block[start] >= 0:
            continue
        hubs, blocks = _best(start, neighbours, choices)
        first, common = len(before), 1.0
        for element in hubs:
            block[element], stride[element], is_shared[element] = first, common, True
            common *= float(choices[element])
        for members, earlier in blocks:
            number = common
            for element in members:
                block[element], stride[element] = len(before), number
                number *= float(choices[element])
            before.append(first + earlier if earlier >= 0 else -1)
            states.append(number)
            shared.append(common)
            root.append(first)
    return TreePartition(
        block,
        stride,
        is_shared,
        np.array(before, np.int64),
        np.array(states),
        np.array(shared),
        np.array(root, np.int64),
    )


def _neighbours(choices: NDArray[Any], links: Iterable[NDArray[Any]]) -> list[set[int]]:
    """For each element those with which it stands in a row, as far as they can vary."""
    found: list[set[int]] = [set() for _ in range(choices.size)]
    varies = choices > 1
    for rows in links:
        places = rows.shape[1]
        for i in range(places):
            for j in range(i):
                one, other = rows[:, i], rows[:, j]
                kept = (one >= 0) & (other >= 0) & (one != other)
                kept[kept] = varies[one[kept]] & varies[other[kept]]
                for a, b in np.unique(np.stack([one[kept], other[kept]], axis=1), axis=0).tolist():
                    found[a].add(b)
                    found[b].add(a)
    return found


_Blocks = list[tuple[list[int], int]]
"""The elements of each block, and the number of the block before it among these."""


_MOST_SHARED = 3


def _best(
    start: int, neighbours: Neighbours, choices: NDArray[Any]
) -> tuple[tuple[int, ...], _Blocks]:
    """The shared elements, and the blocks, of all that hangs together with an element."""
    together = [*_distances(start, neighbours, set())]
    by_degree = sorted(together, key=lambda e: (-len(neighbours[e]), e))[:_MOST_SHARED]
    hubs = [e for e in by_degree if len(neighbours[e]) > 2]
    found = [
        (tuple(hubs[:number]), _without(set(hubs[:number]), together, neighbours, choices))
        for number in range(len(hubs) + 1)
    ]
    return min(found, key=lambda f: (_pairs(*f, choices), len(f[0])))


def _without(
    hubs: set[int], together: Sequence[int], neighbours: Neighbours, choices: NDArray[Any]
) -> _Blocks:
    """Blocks of all but some shared elements; what hangs together by these alone is joined."""
    result: _Blocks = []
    seen = set(hubs)
    for start in together:
        if start not in seen:
            blocks = _hanging(start, neighbours, choices, hubs)
            seen.update(element for members, _ in blocks for element in members)
            size = len(result)
            joined = -1 if not result else 0
            result += [(m, size + earlier if earlier >= 0 else joined) for m, earlier in blocks]
    return result or [([], -1)]


def _hanging(
    start: int, neighbours: Neighbours, choices: NDArray[Any], without: set[int]
) -> _Blocks:
    """The blocks of all that hangs together with an element without some others."""
    away = _distances(start, neighbours, without)
    one_end = max(away, key=lambda e: (away[e], -len(neighbours[e])))
    from_there = _distances(one_end, neighbours, without)
    other_end = max(from_there, key=lambda e: (from_there[e], -len(neighbours[e])))
    fewest = min(away, key=lambda e: (len(neighbours[e]), e))
    firsts = dict.fromkeys((one_end, other_end, start, fewest))
    found = [_blocks(_distances(first, neighbours, without), neighbours) for first in firsts]
    return min(found, key=lambda blocks: _pairs((), blocks, choices))


def _pairs(hubs: tuple[int, ...], blocks: _Blocks, choices: NDArray[Any]) -> float:
    """How many pairs of joint values of neighbouring blocks there are."""
    common = float(np.prod(choices[list(hubs)], dtype=float))
    numbers = [common * float(np.prod(choices[members], dtype=float)) for members, _ in blocks]
    return sum(
        number * (numbers[earlier] if earlier >= 0 else 1.0)
        for number, (_, earlier) in zip(numbers, blocks, strict=True)
    )


def _distances(start: int, neighbours: Neighbours, without: set[int]) -> dict[int, int]:
    """How many steps each element that can be reached is away, nearest first."""
    found = {start: 0}
    layer = [start]
    while layer:
        following: list[int] = []
        for element in layer:
            for other in neighbours[element]:
                if other not in found and other not in without:
                    found[other] = found[element] + 1
                    following.append(other)
        layer = following
    return found


def _blocks(distance: Mapping[int, int], neighbours: Neighbours) -> _Blocks:
    """The elements of each distance, together where they hang together further out."""
    layers: list[list[int]] = [[] for _ in range(max(distance.values()) + 1)]
    for element, away in distance.items():
        layers[away].append(element)
    together = {element: element for element in distance}

    def leader(element: int) -> int:
        while together[element] != element:
            together[element] = together[together[element]]
            element = together[element]
        return element

    grouped: list[dict[int, list[int]]] = []
    for away in range(len(layers) - 1, -1, -1):
        for element in layers[away]:
            for other in neighbours[element]:
                if distance.get(other, -1) >= away:
                    together[leader(other)] = leader(element)
        groups: dict[int, list[int]] = {}
        for element in sorted(layers[away]):
            groups.setdefault(leader(element), []).append(element)
        grouped.append(groups)
    block: dict[int, int] = {}
    result: _Blocks = []
    for away, groups in enumerate(reversed(grouped)):
        for members in groups.values():
            near = [o for e in members for o in neighbours[e] if distance.get(o, away) < away]
            block.update(dict.fromkeys(members, len(result)))
            result.append((members, block[near[0]] if near else -1))
    return result


def forest_order(before: NDArray[Any]) -> NDArray[np.int64]:
    """The elements of a forest by their distance from its roots, the farthest first.

    Parameters
    ----------
    before
        For each element the position of the one before it; negative where there is none. There
        may be no cycle.

    Returns
    -------
    Positions of shape (steps, slots); what is left over holds -1.
    """
    before = np.asarray(before).astype(np.int64).reshape(-1)
    depth = np.full(before.size, -1)
    level = np.flatnonzero(before < 0)
    levels: list[NDArray[np.int64]] = []
    order = np.argsort(before, kind="stable")
    sorted_before = before[order]
    while level.size:
        depth[level] = len(levels)
        levels.append(level)
        low = np.searchsorted(sorted_before, level, side="left")
        high = np.searchsorted(sorted_before, level, side="right")
        level = np.concatenate([order[a:b] for a, b in zip(low, high, strict=True)] or [level[:0]])
    width = max((level.size for level in levels), default=1)
    result = np.full((max(1, len(levels)), width), -1, np.int64)
    for step, found in enumerate(reversed(levels)):
        result[step, : found.size] = found
    return result
