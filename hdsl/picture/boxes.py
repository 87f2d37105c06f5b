"""How much room each node takes, with all that stands in and by it."""

from __future__ import annotations

from dataclasses import dataclass

from hdsl.picture import style
from hdsl.picture.measure import balanced, width
from hdsl.picture.scene import Chip, Drawn
from hdsl.picture.symbols import Run, Runs


@dataclass(frozen=True)
class ChipBox:
    """A chip, placed by its middle as seen from the middle of its node."""

    chip: Chip
    label: Runs
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Box:
    """A node with its room: distances from its middle.

    Attributes
    ----------
    width, height
        Of the node itself.
    right, below
        How far what stands by it reaches.
    """

    node: Drawn
    formula: tuple[Runs, ...]
    width: float
    height: float
    right: float
    below: float
    numbers: tuple[ChipBox, ...]
    inputs: tuple[ChipBox, ...]

    @property
    def left(self) -> float:
        """How far it reaches to the left."""
        half = self.width / 2
        return max([half, *(chip.width / 2 - chip.x for chip in self.inputs)])

    @property
    def above(self) -> float:
        """How far it reaches up."""
        stack = max((style.CHIP_HEIGHT / 2 - chip.y for chip in self.numbers), default=0.0)
        loop = 16.0 if self.node.repeats else 0.0
        return max(self.height / 2 + loop, stack)


def box_of(node: Drawn) -> Box:
    """Measure a node."""
    if node.kind == "data":
        inner = width(node.label, style.FORMULA_SIZE + 2)
        wide, high = max(inner + 2 * style.CHIP_SIDE + 2, 26.0), 26.0
        return Box(node, (), wide, high, wide / 2, high / 2, (), ())
    formula = balanced(node.formula, style.FORMULA_SIZE, style.WIDEST_FORMULA, style.MOST_LINES)
    lines = [width(line, style.FORMULA_SIZE) for line in formula]
    lines.append(width((Run(node.fate),), style.FATE_SIZE))
    wide = max(width(node.label, style.NAME_SIZE), *lines) + 2 * style.SIDE
    wide = max(wide, style.NARROWEST)
    below_name = len(formula) + bool(node.fate)
    high = style.SINGLE_HEIGHT + (
        style.FIRST_PITCH + style.LINE_PITCH * (below_name - 1) if below_name else 0.0
    )
    numbers = _beside(node.numbers, wide / 2)
    inputs = _below(node.inputs, high / 2)
    half = style.CHIP_HEIGHT / 2
    right = max([wide / 2, *(chip.x + chip.width / 2 for chip in (*numbers, *inputs))])
    below = max([high / 2, *(chip.y + half for chip in (*numbers, *inputs))])
    return Box(node, formula, wide, high, right, below, numbers, inputs)


def _beside(chips: tuple[Chip, ...], edge: float) -> tuple[ChipBox, ...]:
    """Chips in a column right of a node."""
    widest = max(map(_chip_width, chips), default=0.0)
    pitch = style.CHIP_HEIGHT + style.CHIP_GAP
    x = edge + style.CHIP_ARROW + widest / 2
    return tuple(
        ChipBox(chip, chip.label, x, (k - (len(chips) - 1) / 2) * pitch, widest)
        for k, chip in enumerate(chips)
    )


def _below(chips: tuple[Chip, ...], edge: float) -> tuple[ChipBox, ...]:
    """Chips in a row below a node."""
    widths = [_chip_width(chip) for chip in chips]
    x = -(sum(widths) + style.CHIP_GAP * (len(widths) - 1)) / 2
    y = edge + style.CHIP_ARROW + style.CHIP_HEIGHT / 2
    found: list[ChipBox] = []
    for chip, wide in zip(chips, widths, strict=True):
        found.append(ChipBox(chip, chip.label, x + wide / 2, y, wide))
        x += wide + style.CHIP_GAP
    return tuple(found)


def _chip_width(chip: Chip) -> float:
    return max(width(chip.label, style.CHIP_SIZE) + 2 * style.CHIP_SIDE, style.CHIP_HEIGHT)
