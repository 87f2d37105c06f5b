"""Plates as boxes within boxes, for programs whose boxes can't overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hdsl.picture.plates import Plates, Run, orders, runs
from hdsl.picture.scene import Drawn, Scene
from hdsl.picture.symbols import plain


@dataclass(frozen=True)
class Cluster:
    """A plate's box, the nodes right in it, and the boxes within; the outermost has no name."""

    plate: str
    nodes: tuple[Drawn, ...]
    inner: tuple[Cluster, ...]


def clusters(scene: Scene) -> Cluster:
    """The plates as a tree; of two that overlap, the one that holds less is left out."""
    order = orders(node.plates for node in scene.nodes.values())[0]
    kept: list[Run] = []
    for run in runs(order):
        if not any(_overlap(run, other) for other in kept):
            kept.append(run)
    return _cluster(scene, order, None, kept)


def _overlap(a: Run, b: Run) -> bool:
    apart = a.last < b.first or b.last < a.first
    return not (apart or _holds(a, b) or _holds(b, a))


def _holds(a: Run, b: Run) -> bool:
    return a.first <= b.first and b.last <= a.last


def _cluster(
    scene: Scene, order: tuple[Plates, ...], run: Run | None, rest: Iterable[Run]
) -> Cluster:
    bands = range(run.first, run.last + 1) if run else range(-1, len(order))
    waiting = list(rest)
    inner: list[Cluster] = []
    taken: set[int] = set()
    while waiting:
        first = waiting.pop(0)
        below = [other for other in waiting if _holds(first, other)]
        waiting = [other for other in waiting if other not in below]
        inner.append(_cluster(scene, order, first, below))
        taken.update(range(first.first, first.last + 1))
    places = {band: k for k, band in enumerate(order)}
    nodes = (n for n in scene.nodes.values() if places.get(n.plates, -1) in set(bands) - taken)
    return Cluster(run.plate if run else "", tuple(nodes), tuple(inner))


def lines_of(node: Drawn, within: frozenset[str]) -> list[str]:
    """What stands in a node: its symbol, its formula, its numbers, and plates that have no box."""
    formula = plain(node.formula)
    if node.numbers:
        formula += f"({', '.join(plain(chip.label) for chip in node.numbers)})"
    lines = [plain(node.label), formula, node.fate]
    if node.inputs:
        lines.append(f"given {', '.join(plain(chip.label) for chip in node.inputs)}")
    left = sorted(node.plates - within)
    if left:
        lines.append(f"for each {', '.join(left)}")
    return [line for line in lines if line]
