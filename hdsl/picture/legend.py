"""What the shapes and colours of a picture mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hdsl.picture import style
from hdsl.picture.measure import width
from hdsl.picture.scene import Scene
from hdsl.picture.shapes import Area, Shape, Words
from hdsl.picture.symbols import Run

_SWATCH = (26.0, 15.0)
_MEANINGS = {
    "observed": "observed",
    "unknown": "unknown",
    "predicted": "predicted",
    "derived": "computed",
    "factor": "factor",
}
_FATES = {
    "sampled": "sampled",
    "integrated out": "integrated out exactly, drawn afterwards",
    "summed out": "summed out exactly, drawn afterwards",
    "drawn forward": "drawn forward from each draw",
}


def legend(scene: Scene, left: float, top: float, right: float) -> tuple[float, list[Shape]]:
    """A row of samples, or several where one is too short; with the lower end."""
    x, y = left, top
    shapes: list[Shape] = []
    high = _SWATCH[1]
    for area, text in _entries(scene):
        runs = (Run(text),)
        wide = area.width + 7 + width(runs, style.SMALL_SIZE)
        if x > left and x + wide > right:
            x, y = left, y + style.NOTE_PITCH + 5
        middle = y + (high - area.height) / 2
        shapes.append(_moved(area, x, middle))
        if text == _MEANINGS["derived"]:
            inner = Area(x + 2.5, middle + 2.5, area.width - 5, area.height - 5, 2, "none")
            shapes.append(replace(inner, stroke=style.LINE, line=0.8))
        shapes.append(Words(runs, x + area.width + 7, y + 11.5, style.SMALL_SIZE, style.SOFT_INK))
        x += wide + 22
    return y + style.NOTE_PITCH + 10, shapes


def _moved(area: Area, left: float, top: float) -> Area:
    return replace(area, left=left, top=top)


def _entries(scene: Scene) -> Iterator[tuple[Area, str]]:
    """Samples for what occurs in the picture."""
    nodes = scene.nodes.values()
    kinds = {node.kind for node in nodes}
    wide, high = _SWATCH
    fates = {node.fate for node in nodes}
    for kind, meaning in _MEANINGS.items():
        if kind not in kinds or (scene.is_planned and kind in ("unknown", "predicted")):
            continue
        radius = 3.0 if kind in ("derived", "factor") else high / 2
        fill = style.SHADE if kind == "observed" else style.PAPER
        yield Area(0, 0, wide, high, radius, fill, style.LINE, 1.3, kind == "predicted"), meaning
    for fate, meaning in _FATES.items():
        if fate in fates:
            fill, stroke = style.FATES[fate]
            dashed = fate == "drawn forward"
            yield Area(0, 0, wide, high, high / 2, fill, stroke, 1.3, dashed), meaning
    if "data" in kinds or any(node.inputs for node in nodes):
        yield Area(0, 0, high, high, 2, style.SHADE, style.LINE, 0.9), "data given"
    if any(node.numbers for node in nodes):
        yield Area(0, 0, high, high, high / 2, style.PAPER, style.LINE, 0.9), "fixed number"
