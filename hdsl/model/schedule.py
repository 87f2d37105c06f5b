"""In which order the elements of a recursion are computed: its steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.cycles import components
from hdsl.expressions.tree import Reference, set_of
from hdsl.model.dependences import Group, Needs, Places


class Cycle(Exception):
    """An element of a recursion needs itself.

    Attributes
    ----------
    path
        Names of nodes and places of elements along their moving axes (flat); each needs the next,
        the last the first.
    """

    def __init__(self, group: Group, path: list[tuple[str, int]]) -> None:
        super().__init__("an element needs itself")
        self.group = group
        self.path = path


@dataclass(frozen=True)
class Schedule:
    """The steps in which the elements of a group can be computed.

    Attributes
    ----------
    order
        The members in the order in which they are computed within a step.
    num_steps
        How many steps there are.
    times
        For each member the step of each element along its moving axes.
    slots, widths
        Where several elements are computed in one step: the place of each among them, and how many
        places there are.
    needs
        For each member what its references take.
    """

    group: Group
    order: tuple[str, ...]
    num_steps: int
    times: Mapping[str, Places]
    slots: Mapping[str, Places]
    widths: Mapping[str, int]
    needs: Mapping[str, Mapping[Reference, Needs]]


class _Edges:
    """Pairs of elements, all numbered through: `later` needs `earlier`, `weight` steps before."""

    def __init__(self, later: Places, earlier: Places, weight: Places) -> None:
        self.later, self.earlier, self.weight = later, earlier, weight


def schedule(group: Group) -> Schedule:
    """Find the steps of a recursion.

    Raises
    ------
    Cycle
        If an element needs itself, through whatever others.
    UnknownPlace
        If an index that makes a difference is not data.
    """
    failed: Cycle | None = None
    for moving in group.choices():
        group.moving = moving
        try:
            return _scheduled(group)
        except Cycle as cycle:
            failed = cycle
    assert failed is not None
    raise failed


def _scheduled(group: Group) -> Schedule:
    needs = {name: group.needs(name) for name in group.members}
    alike = _alike(group, needs)
    order = [n for found in components(group.members, lambda n: sorted(alike[n])) for n in found]
    starts = _starts(group)
    edges = _edges(group, needs, starts, order, alike)
    times, along = _times(group, starts, edges)
    split = {name: _of(times, starts, group, name) for name in group.members}
    slots, widths = _slots(group, split, along)
    return Schedule(
        group, tuple(order), int(times.max(initial=-1)) + 1, split, slots, widths, needs
    )


def _starts(group: Group) -> dict[str, int]:
    starts: dict[str, int] = {}
    total = 0
    for name in group.members:
        starts[name] = total
        total += math.prod(group.shape(name))
    starts[""] = total
    return starts


def _of(numbers: Places, starts: Mapping[str, int], group: Group, name: str) -> Places:
    shape = group.shape(name)
    return numbers[starts[name] : starts[name] + math.prod(shape)].reshape(shape)


def _inside(group: Group, need: Needs) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """The members of which elements are needed, and where."""
    for number, part in enumerate(need.view.parts):
        if part.node in group.members:
            taken = need.part == number
            if taken.any():
                yield part.node, taken


def _alike(group: Group, needs: Mapping[str, Mapping[Reference, Needs]]) -> dict[str, set[str]]:
    """For each member the others of which it needs the very same element, and no other.

    These are computed before it in the same step. Where that leads in a circle, nothing is.
    """
    found: dict[str, set[str]] = {name: set() for name in group.members}
    for name, by_reference in needs.items():
        own = group.coordinates(name)
        sets = _moving_sets(group, group.view_of[name].name)
        for need in by_reference.values():
            if _moving_sets(group, need.view.name) != sets:
                continue
            wider = tuple(x.reshape(x.shape + (1,) * len(need.extra)) for x in own)
            same = [np.asarray(a == b) for a, b in zip(wider, need.places, strict=True)]
            equal = reduce(np.logical_and, same, np.ones(need.part.shape, bool))
            for other, taken in _inside(group, need):
                if other != name and equal[taken].all():
                    found[name].add(other)
    for together in components(group.members, lambda n: sorted(found[n])):
        if len(together) > 1:
            for name in together:
                found[name] -= set(together)
    return found


def _moving_sets(group: Group, view: str) -> tuple[str, ...]:
    return tuple(set_of(group.views[view].axes[place]) for place in group.moving[view])


def _edges(
    group: Group,
    needs: Mapping[str, Mapping[Reference, Needs]],
    starts: Mapping[str, int],
    order: list[str],
    alike: Mapping[str, set[str]],
) -> _Edges:
    later: list[Places] = [np.zeros(0, np.int64)]
    earlier, weights = list(later), list(later)
    for name, by_reference in needs.items():
        shape = group.shape(name)
        own = starts[name] + np.arange(math.prod(shape)).reshape(shape)
        for need in by_reference.values():
            wide = np.broadcast_to(own.reshape(shape + (1,) * len(need.extra)), need.part.shape)
            for other, taken in _inside(group, need):
                later.append(wide[taken])
                earlier.append(starts[other] + need.offset[taken])
                weights.append(np.full(later[-1].size, int(other not in alike[name])))
    return _Edges(np.concatenate(later), np.concatenate(earlier), np.concatenate(weights))


# --- times ----------------------------------------------------------------------------------------


def _times(group: Group, starts: Mapping[str, int], edges: _Edges) -> tuple[Places, str]:
    """The step of each element, and the index set along which steps go, if there is one."""
    sets = [_moving_sets(group, view) for view in group.views]
    for name in dict.fromkeys(sets[0]) if sets else ():
        if not all(name in others for others in sets):
            continue
        for sign in (1, -1):
            times = sign * _positions_along(group, starts, name)
            if (times[edges.later] - times[edges.earlier] >= edges.weight).all():
                return times - (times.min() if times.size else 0), name
    return _levels(group, starts, edges), ""


def _positions_along(group: Group, starts: Mapping[str, int], set_name: str) -> Places:
    times = np.zeros(starts[""], np.int64)
    for name in group.members:
        place = _moving_sets(group, group.view_of[name].name).index(set_name)
        _of(times, starts, group, name)[...] = group.coordinates(name)[place]
    return times


def _levels(group: Group, starts: Mapping[str, int], edges: _Edges) -> Places:
    """The length of the longest way to each element, wave by wave."""
    total = starts[""]
    times = np.zeros(total, np.int64)
    waiting = np.bincount(edges.later, minlength=total)
    by_earlier = np.argsort(edges.earlier, kind="stable")
    first = np.searchsorted(edges.earlier[by_earlier], np.arange(total + 1))
    ready = np.flatnonzero(waiting == 0)
    done = ready.size
    while ready.size:
        counts = first[ready + 1] - first[ready]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        used = by_earlier[np.repeat(first[ready], counts) + offsets]
        later = edges.later[used]
        np.maximum.at(times, later, times[edges.earlier[used]] + edges.weight[used])
        np.subtract.at(waiting, later, 1)
        touched = np.unique(later)
        ready = touched[waiting[touched] == 0]
        done += ready.size
    if done < total:
        raise Cycle(group, _cycle(group, starts, edges, waiting))
    return times


def _cycle(
    group: Group, starts: Mapping[str, int], edges: _Edges, waiting: Places
) -> list[tuple[str, int]]:
    """Some elements in a circle: each of those that wait needs another that waits."""
    open_edges = (waiting[edges.later] > 0) & (waiting[edges.earlier] > 0)
    needed = dict(
        zip(edges.later[open_edges].tolist(), edges.earlier[open_edges].tolist(), strict=True)
    )
    path = [min(needed)]
    while needed[path[-1]] not in path:
        path.append(needed[path[-1]])
    path = path[path.index(needed[path[-1]]) :]
    names = list(group.members)
    # A member without elements shares its start with the next one, which is found.
    bounds = np.array([starts[name] for name in names])
    found = [int(np.searchsorted(bounds, element, side="right")) - 1 for element in path]
    return [(names[i], element - starts[names[i]]) for i, element in zip(found, path, strict=True)]


# --- slots ----------------------------------------------------------------------------------------


def _slots(
    group: Group, times: Mapping[str, Places], along: str
) -> tuple[dict[str, Places], dict[str, int]]:
    """The place of each element among those of its step: the same for the same other indices."""
    slots: dict[str, Places] = {}
    widths: dict[str, int] = {}
    keys = _other_coordinates(group, along) if along else {}
    for name, own in times.items():
        if np.unique(own).size == own.size:
            slots[name] = np.zeros_like(own)
        elif along:
            slots[name] = keys[name]
        else:
            slots[name] = _rank(own)
        widths[name] = int(slots[name].max(initial=0)) + 1
    return slots, widths


def _other_coordinates(group: Group, along: str) -> dict[str, Places]:
    """A number for the indices of each element apart from those along one set."""
    found: dict[str, Places] = {}
    by_sets: dict[tuple[str, ...], list[str]] = {}
    for name in group.members:
        by_sets.setdefault(_moving_sets(group, group.view_of[name].name), []).append(name)
    for sets, names in by_sets.items():
        place = sets.index(along)
        rows = [
            np.stack(
                [c.reshape(-1) for i, c in enumerate(group.coordinates(n)) if i != place]
                or [np.zeros(math.prod(group.shape(n)), np.int64)],
                axis=1,
            )
            for n in names
        ]
        numbers = np.unique(np.concatenate(rows), axis=0, return_inverse=True)[1].reshape(-1)
        start = 0
        for n, row in zip(names, rows, strict=True):
            found[n] = numbers[start : start + len(row)].reshape(group.shape(n))
            start += len(row)
    return found


def _rank(times: Places) -> Places:
    """The place of each element among those of its step, in their order."""
    flat = times.reshape(-1)
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    begins = np.searchsorted(ordered, ordered)
    ranks = np.empty_like(flat)
    ranks[order] = np.arange(flat.size) - begins
    return ranks.reshape(times.shape)
