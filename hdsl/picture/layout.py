"""Where everything stands: the best of the possible orders, then columns from left to right."""

from __future__ import annotations

from dataclasses import dataclass

from hdsl.picture import style
from hdsl.picture.boxes import Box
from hdsl.picture.curves import Curve, curves_of
from hdsl.picture.grid import Grid, grid_of
from hdsl.picture.measure import width, wrapped
from hdsl.picture.ordering import Bands, ordered
from hdsl.picture.placement import Placement, PlateBox, is_within, placed
from hdsl.picture.plates import orders
from hdsl.picture.scene import LAYERS, Scene
from hdsl.picture.symbols import Run, Runs

_EMPTY = (320.0, 40.0)
"""Width and height where there is nothing to draw."""


@dataclass(frozen=True)
class Rectangle:
    """Left, upper, right and lower end, in pixels; y counts downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way from left to right."""
        return (self.left + self.right) / 2

    def holds(self, other: Rectangle) -> bool:
        """Whether another lies within this one."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def meets(self, other: Rectangle) -> bool:
        """Whether they have any area in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True)
class PlacedNode:
    """A node with its middle."""

    box: Box
    x: float
    y: float

    @property
    def core(self) -> Rectangle:
        """The node itself."""
        half, high = self.box.width / 2, self.box.height / 2
        return Rectangle(self.x - half, self.y - high, self.x + half, self.y + high)

    @property
    def whole(self) -> Rectangle:
        """The node with all that stands by it."""
        box = self.box
        return Rectangle(
            self.x - box.left, self.y - box.above, self.x + box.right, self.y + box.below
        )


@dataclass(frozen=True)
class PlacedPlate:
    """A plate's box with its name."""

    plate: str
    box: Rectangle
    label: Runs
    label_on_top: bool


@dataclass(frozen=True)
class Band:
    """A layer's strip with its heading."""

    heading: str
    box: Rectangle


@dataclass(frozen=True)
class Layout:
    """A scene with a place for everything; the drawing begins at the upper left, at (0, 0)."""

    scene: Scene
    title: list[Runs]
    nodes: dict[str, PlacedNode]
    plates: list[PlacedPlate]
    curves: list[Curve]
    bands: list[Band]
    width: float
    height: float


def laid_out(scene: Scene) -> Layout:
    """Find a place for everything."""
    if not scene.nodes:
        return Layout(scene, [], {}, [], [], [], *_EMPTY)
    grid = grid_of(scene)
    best: tuple[tuple[int, float], Bands, Placement] | None = None
    for order in orders(place.plates for place in grid.places):
        bands = Bands(grid, order)
        count, ordering = ordered(grid, order)
        if best is not None and count > best[0][0]:
            continue
        placement = placed(grid, bands, ordering)
        if best is None or (count, placement.cost) < best[0]:
            best = ((count, placement.cost), bands, placement)
    assert best is not None
    return _across(scene, grid, best[1], best[2])


def label_of(scene: Scene, plate: str) -> Runs:
    """A plate's name, with its size where that is known."""
    size = scene.plates[plate]
    name = (Run(plate, italic=len(plate) == 1),)
    return name if size is None else (*name, Run(f" ({size})"))


def _across(scene: Scene, grid: Grid, bands: Bands, placement: Placement) -> Layout:
    gaps = _gaps(grid, placement.heights)
    middles, edges = _columns(scene, grid, bands, gaps)
    wide = edges[-1][1] + 2 * style.MARGIN
    title = wrapped(scene.title, style.TITLE_SIZE, wide - 2 * style.MARGIN)
    head = len(title) * style.TITLE_PITCH + style.MARGIN if title else 0.0
    shift = head + style.MARGIN + style.HEADING_SIZE + 2 * style.MARGIN
    xs = [middles[place.column] for place in grid.places]
    ys = [height + shift for height in placement.heights]
    nodes = {
        place.box.node.name: PlacedNode(place.box, xs[place.number], ys[place.number])
        for place in grid.places
        if place.box is not None
    }
    plates = _plates(scene, bands, placement.boxes, nodes, shift)
    lowest = max(
        [node.whole.bottom for node in nodes.values()] + [plate.box.bottom for plate in plates]
    )
    height = lowest + style.MARGIN
    curves = curves_of(grid, xs, ys, edges)
    strips = _strips(scene, grid, edges, (head, height))
    return Layout(scene, title, nodes, plates, curves, strips, wide, height)


def _gaps(grid: Grid, heights: list[float]) -> list[float]:
    """Room right of each column: the more, the steeper the arrows are there."""
    steepest = [0.0] * grid.num_columns
    for right, left in grid.links:
        column = grid.places[left].column
        steepest[column] = max(steepest[column], abs(heights[right] - heights[left]))
    return [style.COLUMN_GAP + min(style.STEEP_GAP, 0.09 * height) for height in steepest]


def _columns(
    scene: Scene, grid: Grid, bands: Bands, gaps: list[float]
) -> tuple[list[float], list[tuple[float, float]]]:
    """Middle, and left and right end of each column."""
    middles: list[float] = []
    edges: list[tuple[float, float]] = []
    x = 2 * style.MARGIN
    for c in range(grid.num_columns):
        boxes = [p.box for p in grid.places if p.column == c and p.box is not None]
        left = max(box.left for box in boxes)
        right = max(box.right for box in boxes)
        labels = [
            width(label_of(scene, run.plate), style.PLATE_SIZE)
            for run, first, last in bands.boxes
            if first == c == last
        ]
        heading = max(labels, default=0.0)
        lacking = max(0.0, heading - left - right) / 2
        middles.append(x + left + lacking)
        edges.append((x, x + left + right + 2 * lacking))
        x = edges[-1][1] + gaps[c]
    return middles, edges


def _plates(
    scene: Scene,
    bands: Bands,
    boxes: list[PlateBox],
    nodes: dict[str, PlacedNode],
    shift: float,
) -> list[PlacedPlate]:
    found: dict[int, Rectangle] = {}
    # The widest come first, so from the back each box finds those within it.
    for k in reversed(range(len(boxes))):
        box = boxes[k]
        inside = set(bands.order[box.run.first : box.run.last + 1])
        held = [node.whole for node in nodes.values() if node.box.node.plates in inside]
        inner = [found[j] for j in found if is_within(bands, j, k)]
        pad, step = style.PLATE_PAD, style.PLATE_STEP
        left = min([r.left - pad for r in held] + [r.left - step for r in inner])
        right = max([r.right + pad for r in held] + [r.right + step for r in inner])
        for other in found.values():
            # Of boxes that overlap, the sides must not coincide.
            if other.top < box.bottom + shift and box.top + shift < other.bottom:
                left -= step * (abs(left - other.left) < step)
                right += step * (abs(right - other.right) < step)
        lacking = width(label_of(scene, box.run.plate), style.PLATE_SIZE) + 16 - (right - left)
        wider = max(0.0, lacking) / 2
        found[k] = Rectangle(left - wider, box.top + shift, right + wider, box.bottom + shift)
    return [
        PlacedPlate(box.run.plate, found[k], label_of(scene, box.run.plate), box.label_on_top)
        for k, box in enumerate(boxes)
    ]


def _strips(
    scene: Scene, grid: Grid, edges: list[tuple[float, float]], ends: tuple[float, float]
) -> list[Band]:
    """A strip for each layer, meeting its neighbours half way between columns."""
    columns = {place.column: place.box.node.layer for place in grid.places if place.box is not None}
    found: list[Band] = []
    for layer in scene.layers:
        own = [c for c, of in columns.items() if of == layer]
        first, last = min(own), max(own)
        before = (edges[first - 1][1] + edges[first][0]) / 2 if first else 0.0
        is_last = last == grid.num_columns - 1
        end = edges[last][1]
        after = end + 2 * style.MARGIN if is_last else (end + edges[last + 1][0]) / 2
        found.append(Band(LAYERS[layer], Rectangle(before, ends[0], after, ends[1])))
    return found
