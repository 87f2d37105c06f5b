"""A picture in letters: the layers below each other, plates as boxes."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from hdsl.notation.unicode import columns as width
from hdsl.picture.layout import label_of
from hdsl.picture.scene import LAYERS, Drawn, Scene
from hdsl.picture.symbols import plain

_MARKS = {
    "observed": "●", "unknown": "○", "predicted": "◌", "derived": "◇", "data": "■", "factor": "◆",
}  # fmt: skip
_MEANINGS = {
    "observed": "observed", "unknown": "unknown", "predicted": "predicted", "derived": "computed",
    "data": "data given", "factor": "factor",
}  # fmt: skip


_NARROWEST = 40
_LEAST_ROOM = 12


def text(scene: Scene, columns: int = 80) -> str:
    """The picture in lines of at most so many letters, where there are 40 or more."""
    columns = max(columns, _NARROWEST)
    lines = [*wrap(scene.title, columns), ""] if scene.title else []
    for layer in reversed(scene.layers):
        lines += _layer(scene, layer, columns)
    found = {node.kind for node in scene.nodes.values()}
    found |= {"data" for node in scene.nodes.values() if node.inputs}
    kinds = [kind for kind in _MARKS if kind in found]
    meanings = [f"{_MARKS[kind]} {_MEANINGS[kind]}" for kind in kinds]
    return "\n".join([*lines, *wrap("   ".join(meanings), columns)])


def _layer(scene: Scene, layer: int, columns: int) -> Iterator[str]:
    own = [node for node in scene.nodes.values() if node.layer == layer]
    inner = list(_plates(scene, own, frozenset(), columns - 4))
    yield from _boxed(LAYERS[layer], inner, columns, "╭╮╰╯")


def _plates(
    scene: Scene, nodes: list[Drawn], within: frozenset[str], columns: int
) -> Iterator[str]:
    """Nodes without further plates, then a box for each set of plates."""
    bare = [node for node in nodes if not node.plates - within]
    for node in bare:
        yield from _node(scene, node, columns)
    rest = [node for node in nodes if node.plates - within]
    while rest:
        counts = {p: sum(p in n.plates for n in rest) for n in rest for p in n.plates - within}
        plate = max(counts, key=lambda p: (counts[p], p))
        own = [node for node in rest if plate in node.plates]
        rest = [node for node in rest if plate not in node.plates]
        inner = list(_plates(scene, own, within | {plate}, columns - 4))
        yield from _boxed(plain(label_of(scene, plate)), inner, columns, "┌┐└┘")


def _node(scene: Scene, node: Drawn, columns: int) -> Iterator[str]:
    words = plain(node.formula)
    if node.numbers:
        words += f"({', '.join(plain(chip.label) for chip in node.numbers)})"
    first = f"{_MARKS[node.kind]} {plain(node.label)} {words}".rstrip()
    if node.inputs:
        first += f"   ■ {', '.join(plain(chip.label) for chip in node.inputs)}"
    if node.fate:
        first += f"   [{node.fate}]"
    to = [plain(scene.nodes[a.target].label) for a in scene.arrows if a.source == node.name]
    to += ["itself"] if node.repeats else []
    arrow = f"→ {', '.join(to)}" if to else ""
    if width(first) + width(arrow) + 3 <= columns:
        yield f"{first}{' ' * (columns - width(first) - width(arrow))}{arrow}"
        return
    room = max(columns, _LEAST_ROOM)
    yield from wrap(first, room, subsequent_indent="    ")
    for line in wrap(arrow, max(room - 8, _LEAST_ROOM)):
        yield f"{' ' * (columns - width(line))}{line}"


def _boxed(title: str, lines: list[str], columns: int, corners: str) -> Iterator[str]:
    a, b, c, d = corners
    yield f"{a}─ {title} {'─' * (columns - width(title) - 5)}{b}"
    for line in lines:
        yield f"│ {line}{' ' * (columns - 4 - width(line))} │"
    yield f"{c}{'─' * (columns - 2)}{d}"
