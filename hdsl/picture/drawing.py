"""A layout as simple shapes, in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import atan2, cos, sin

from hdsl.picture import style
from hdsl.picture.boxes import ChipBox
from hdsl.picture.curves import Point
from hdsl.picture.layout import Layout, PlacedNode, PlacedPlate
from hdsl.picture.legend import legend
from hdsl.picture.measure import shortened, width, wrapped
from hdsl.picture.shapes import Area, Bend, Drawing, Group, Head, Shape, Words
from hdsl.picture.symbols import Run


def drawing(layout: Layout, captions: bool = True) -> Drawing:
    """Draw a layout; `captions` are the nodes' descriptions, below it."""
    shapes: list[Shape] = [*_title(layout), *_strips(layout), *map(_plate, layout.plates)]
    shapes += _curves(layout)
    shapes += map(_plate_label, layout.plates)
    shapes += map(_node, layout.nodes.values())
    height, notes = _notes(layout, captions)
    shapes += notes
    title = layout.scene.title or layout.scene.name
    return Drawing(layout.width, height, title, tuple(shapes))


def _title(layout: Layout) -> Iterator[Words]:
    for k, line in enumerate(layout.title):
        y = style.MARGIN + k * style.TITLE_PITCH + style.TITLE_SIZE * 0.75
        yield Words(line, style.MARGIN, y, style.TITLE_SIZE)


def _curves(layout: Layout) -> Iterator[Shape]:
    """The arrows; a piece that several begin with is drawn once, lest it look thicker."""
    seen: set[tuple[Point, ...]] = set()
    for curve in layout.curves:
        points = curve.points
        while len(points) > 4 and points[:4] in seen:
            points = points[3:]
        seen.update(points[k : k + 4] for k in range(0, len(points) - 1, 3))
        yield Bend(points, 1.2)
        if curve.has_head:
            yield _head(curve.points)


def _strips(layout: Layout) -> Iterator[Shape]:
    for k, band in enumerate(layout.bands):
        box = band.box
        if k % 2 == 0:
            yield Area(box.left, box.top, box.right - box.left, box.bottom - box.top, 0, style.BAND)
        runs = (Run(band.heading),)
        x = box.middle - width(runs, style.HEADING_SIZE) / 2
        y = box.top + style.MARGIN + style.HEADING_SIZE
        yield Words(runs, x, y, style.HEADING_SIZE, style.SOFT_INK, is_heading=True)


def _plate(plate: PlacedPlate) -> Area:
    box = plate.box
    size = (box.right - box.left, box.bottom - box.top)
    return Area(box.left, box.top, *size, 8.0, "none", style.PLATE_LINE, 1.3)


def _plate_label(plate: PlacedPlate) -> Words:
    box = plate.box
    y = box.top + style.PLATE_LABEL - 2 if plate.label_on_top else box.bottom - 7
    x = box.right - 9 - width(plate.label, style.PLATE_SIZE)
    return Words(plate.label, x, y, style.PLATE_SIZE, style.SOFT_INK, halo=True)


def _node(node: PlacedNode) -> Group:
    drawn = node.box.node
    told = "\n".join(filter(None, (drawn.statement, drawn.description))) or drawn.name
    shapes: list[Shape] = [*_outline(node), *_words(node)]
    if drawn.repeats:
        shapes += _loop(node)
    half = node.box.height / 2
    for chip in node.box.numbers:
        start = (node.x + chip.x - chip.width / 2, node.y + chip.y)
        shapes += _arrow(start, (node.x + node.box.width / 2 + 1.5, node.y + chip.y * 0.35))
        shapes.append(_chip(node, chip, style.PAPER, style.CHIP_HEIGHT / 2))
    for chip in node.box.inputs:
        start = (node.x + chip.x, node.y + chip.y - style.CHIP_HEIGHT / 2)
        shapes += _arrow(start, (node.x + chip.x * 0.6, node.y + half + 1.5))
        shapes.append(_chip(node, chip, style.SHADE, 2.0))
    return Group(drawn.name, told, tuple(shapes))


def _outline(node: PlacedNode) -> Iterator[Area]:
    drawn, core = node.box.node, node.core
    fill, stroke = style.FATES.get(drawn.fate, (style.PAPER, style.LINE))
    if drawn.kind in ("observed", "data"):
        fill = style.SHADE
    radius = {"derived": 5.0, "data": 2.0, "factor": 2.0}.get(drawn.kind, node.box.height / 2)
    radius = min(radius, node.box.width / 2, style.ROUND)
    size = (node.box.width, node.box.height)
    dashed = drawn.kind == "predicted"
    yield Area(core.left, core.top, *size, radius, fill, stroke, 1.5, dashed)
    if drawn.kind == "derived":
        inner = (size[0] - 6, size[1] - 6)
        yield Area(core.left + 3, core.top + 3, *inner, 3.0, "none", stroke, 0.8)


def _words(node: PlacedNode) -> Iterator[Words]:
    drawn, box = node.box.node, node.box
    size = style.FORMULA_SIZE + 2 if drawn.kind == "data" else style.NAME_SIZE
    lines = [(drawn.label, size, style.INK, 0.0)]
    for k, line in enumerate(box.formula):
        pitch = style.FIRST_PITCH if k == 0 else style.LINE_PITCH
        lines.append((line, style.FORMULA_SIZE, style.INK, pitch))
    if drawn.fate:
        color = style.FATES[drawn.fate][1]
        lines.append(((Run(drawn.fate),), style.FATE_SIZE, color, style.LINE_PITCH))
    y = node.y + size * 0.32 - sum(line[3] for line in lines) / 2
    for runs, font, color, pitch in lines:
        y += pitch
        yield Words(runs, node.x - width(runs, font) / 2, y, font, color)


def _chip(node: PlacedNode, chip: ChipBox, fill: str, radius: float) -> Group:
    x, y, size = node.x + chip.x, node.y + chip.y, style.CHIP_SIZE
    area = Area(
        x - chip.width / 2, y - style.CHIP_HEIGHT / 2, chip.width, style.CHIP_HEIGHT, radius, fill,
        style.LINE, 0.9,
    )  # fmt: skip
    words = Words(chip.chip.label, x - width(chip.chip.label, size) / 2, y + size * 0.33, size)
    return Group("", chip.chip.told, (area, words))


def _arrow(start: Point, end: Point) -> tuple[Shape, ...]:
    points = (start, start, end, end)
    return Bend(points, 1.0), _head(points)


def _loop(node: PlacedNode) -> tuple[Shape, ...]:
    """An arrow from a node to itself, above it."""
    x, y = node.x, node.core.top
    points = ((x - 12, y), (x - 18, y - 20), (x + 18, y - 20), (x + 12, y - 1.5))
    return Bend(points, 1.2), _head(points)


def _head(points: Sequence[Point]) -> Head:
    """The head at the end of a line, in the direction in which it arrives."""
    x, y = points[-1]
    before = next(p for p in reversed(points) if abs(p[0] - x) + abs(p[1] - y) > 1e-6)
    angle = atan2(y - before[1], x - before[0])
    back = (x - style.HEAD_LENGTH * cos(angle), y - style.HEAD_LENGTH * sin(angle))
    side = (style.HEAD_WIDTH * sin(angle), -style.HEAD_WIDTH * cos(angle))
    left, right = (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])
    return Head(((x, y), left, right))


def _notes(layout: Layout, captions: bool) -> tuple[float, list[Shape]]:
    """What stands below the picture: the legend, and the captions; and where they end."""
    y = layout.height + style.MARGIN
    y, shapes = legend(layout.scene, style.MARGIN, y, layout.width - style.MARGIN)
    if captions:
        y, told = _captions(layout, y)
        shapes += told
    return y + style.MARGIN / 2, shapes


def _captions(layout: Layout, y: float) -> tuple[float, list[Shape]]:
    size, found = style.SMALL_SIZE, list[Shape]()
    described = [n.box.node for n in layout.nodes.values() if n.box.node.description]
    labels = [shortened(node.label, size, layout.width / 3) for node in described]
    indent = style.MARGIN + max((width(label, size) for label in labels), default=0.0) + 12
    for node, label in zip(described, labels, strict=True):
        found.append(Words(label, style.MARGIN, y + size, size))
        for line in wrapped(node.description, size, layout.width - indent - style.MARGIN):
            found.append(Words(line, indent, y + size, size, style.SOFT_INK))
            y += style.NOTE_PITCH
    return y, found
