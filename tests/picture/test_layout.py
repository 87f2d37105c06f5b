"""Nothing overlaps, nothing is cut: what must hold of every picture."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hdsl
from hdsl.picture import style
from hdsl.picture.curves import Curve, Point
from hdsl.picture.layout import Layout, PlacedNode, Rectangle, laid_out
from hdsl.picture.measure import width
from hdsl.picture.view import scene_of

from .scenes import scene

ROOT = Path(__file__).parents[2]
MODELS = sorted(
    [
        *(ROOT / "tests/cases/good").glob("*.hbm"),
        *(ROOT / "tests/reference").glob("*/*.hbm"),
        *(ROOT / "examples").glob("*/*.hbm"),
    ]
)
EPSILON = 0.01


@cache
def layout(of: Path | int) -> Layout:
    return laid_out(scene(of) if isinstance(of, int) else scene_of(hdsl.load(of).graph))


def name_of(of: Path | int) -> str:
    return f"seed {of}" if isinstance(of, int) else f"{of.parent.name}/{of.stem}"


@pytest.fixture(params=[*MODELS, *range(60)], ids=name_of, scope="module")
def drawn(request: pytest.FixtureRequest) -> Layout:
    return layout(request.param)


def meets(a: Rectangle, b: Rectangle) -> bool:
    smaller = Rectangle(b.left + EPSILON, b.top + EPSILON, b.right - EPSILON, b.bottom - EPSILON)
    return a.meets(smaller)


def test_nodes_do_not_overlap(drawn: Layout) -> None:
    nodes = list(drawn.nodes.values())
    for k, node in enumerate(nodes):
        for other in nodes[k + 1 :]:
            assert not meets(node.whole, other.whole), (node.box.node.name, other.box.node.name)


def test_plates_hold_their_nodes_and_no_others(drawn: Layout) -> None:
    for node in drawn.nodes.values():
        for plate in drawn.plates:
            if plate.plate not in node.box.node.plates:
                assert not meets(plate.box, node.whole), (plate.plate, node.box.node.name)
        for name in node.box.node.plates:
            boxes = [plate.box for plate in drawn.plates if plate.plate == name]
            assert sum(box.holds(node.whole) for box in boxes) == 1, (name, node.box.node.name)


def test_plates_without_common_nodes_do_not_overlap(drawn: Layout) -> None:
    for k, plate in enumerate(drawn.plates):
        for other in drawn.plates[k + 1 :]:
            common = any(
                plate.box.holds(node.whole) and other.box.holds(node.whole)
                for node in drawn.nodes.values()
            )
            assert common or not meets(plate.box, other.box), (plate.plate, other.plate)


def test_everything_is_on_the_sheet(drawn: Layout) -> None:
    sheet = Rectangle(0, 0, drawn.width, drawn.height)
    for node in drawn.nodes.values():
        assert sheet.holds(node.whole), node.box.node.name
    for plate in drawn.plates:
        assert sheet.holds(plate.box), plate.plate
    for curve in drawn.curves:
        for x, y in curve.points:
            assert 0 <= x <= drawn.width
            assert 0 <= y <= drawn.height
    for line in drawn.title:
        assert width(line, style.TITLE_SIZE) <= drawn.width - 2 * style.MARGIN + EPSILON


def test_nodes_stand_in_the_strip_of_their_layer(drawn: Layout) -> None:
    strips = dict(zip(drawn.scene.layers, drawn.bands, strict=True))
    for node in drawn.nodes.values():
        assert strips[node.box.node.layer].box.holds(node.whole), node.box.node.name


def test_text_fits(drawn: Layout) -> None:
    for node in drawn.nodes.values():
        box = node.box
        room = box.width - 2 * style.CHIP_SIDE
        assert width(box.node.label, style.FORMULA_SIZE) <= room
        assert box.node.kind == "data" or width(box.node.label, style.NAME_SIZE) <= room
        assert all(width(line, style.FORMULA_SIZE) <= room + EPSILON for line in box.formula)
        for chip in (*box.numbers, *box.inputs):
            assert width(chip.label, style.CHIP_SIZE) <= chip.width - style.CHIP_SIDE
    for plate in drawn.plates:
        assert width(plate.label, style.PLATE_SIZE) <= plate.box.right - plate.box.left


def test_arrows_lead_from_node_to_node(drawn: Layout) -> None:
    for arrow in drawn.scene.arrows:
        own = [curve for curve in drawn.curves if arrow in curve.arrows]
        start, end = drawn.nodes[arrow.source], drawn.nodes[arrow.target]
        assert on_border(start, own[0].points[0])
        assert on_border(end, own[-1].points[-1])
        for first, second in itertools.pairwise(own):
            assert distance(first.points[-1], second.points[0]) < EPSILON


def test_arrows_pass_by_other_nodes(drawn: Layout) -> None:
    for curve in drawn.curves:
        ends = {name for arrow in curve.arrows for name in (arrow.source, arrow.target)}
        others = [node for name, node in drawn.nodes.items() if name not in ends]
        for point in sampled(curve):
            for node in others:
                box = node.whole
                inside = box.left < point[0] < box.right and box.top < point[1] < box.bottom
                assert not inside, (node.box.node.name, curve.arrows)


def on_border(node: PlacedNode, point: Point) -> bool:
    core = node.core
    across = core.left - 3 <= point[0] <= core.right + 3
    inner = Rectangle(core.left + 27, core.top, core.right - 27, core.bottom)
    within = inner.left < point[0] < inner.right
    return across and core.top <= point[1] <= core.bottom and not within


def distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def sampled(curve: Curve) -> Iterator[Point]:
    for k in range(0, len(curve.points) - 1, 3):
        a, b, c, d = curve.points[k : k + 4]
        for step in range(21):
            t = step / 20
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            x = sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True))
            y = sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True))
            yield x, y
