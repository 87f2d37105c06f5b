"""What depends on itself: the strongly connected parts of a graph of names."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def components(
    names: Iterable[Name], parents: Callable[[Name], Iterable[Name]]
) -> Iterator[list[Name]]:
    """Groups of names that depend on each other, parents before children.

    A name on which nothing of itself depends is a group of its own. Tarjan 1972, SIAM Journal on
    Computing 1, without recursion, so that long chains are no problem.
    """
    number: dict[Name, int] = {}
    lowest: dict[Name, int] = {}
    open_names: list[Name] = []
    is_open: set[Name] = set()
    for start in names:
        if start in number:
            continue
        path: list[tuple[Name, Iterator[Name]]] = []
        following: Name | None = start
        while True:
            if following is not None:
                number[following] = lowest[following] = len(number)
                open_names.append(following)
                is_open.add(following)
                path.append((following, iter(parents(following))))
            if not path:
                break
            name, rest = path[-1]
            following = None
            for parent in rest:
                if parent not in number:
                    following = parent
                    break
                if parent in is_open:
                    lowest[name] = min(lowest[name], number[parent])
            if following is not None:
                continue
            path.pop()
            if path:
                above = path[-1][0]
                lowest[above] = min(lowest[above], lowest[name])
            if lowest[name] == number[name]:
                place = open_names.index(name)
                group = open_names[place:]
                del open_names[place:]
                is_open.difference_update(group)
                yield group
