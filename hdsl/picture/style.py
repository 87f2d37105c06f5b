"""Sizes and colours of a picture: one place, so that all drawings look alike."""

from __future__ import annotations

NAME_SIZE, FORMULA_SIZE, CHIP_SIZE, PLATE_SIZE = 19, 12.5, 12, 12.5
HEADING_SIZE, TITLE_SIZE, FATE_SIZE, SMALL_SIZE = 14, 17, 11, 12.5
"""Sizes of the letters, in pixels."""

WIDEST_FORMULA, MOST_LINES = 190.0, 3
ROUND = 26.0
"""Largest radius of a corner."""

SINGLE_HEIGHT, FIRST_PITCH, LINE_PITCH = 34.0, 18.0, 14.0
"""Height of a node with a name alone, and how far below each line the next one stands."""
NARROWEST = 56.0
SIDE = 16.0
"""Room between text and the border of its node."""

CHIP_HEIGHT, CHIP_SIDE, CHIP_GAP, CHIP_ARROW = 19.0, 6.0, 5.0, 16.0
ROW_GAP = 18.0
COLUMN_GAP, STEEP_GAP = 58.0, 50.0
"""Room between columns, and how much more there may be for steep arrows."""

PLATE_PAD, PLATE_STEP = 12.0, 7.0
PLATE_LABEL = 17.0
THREAD_GAP = 10.0
"""Room between arrows that pass through a column, and around them."""

MARGIN = 18.0
TITLE_PITCH, NOTE_PITCH = 23.0, 17.0
HEAD_LENGTH, HEAD_WIDTH = 8.5, 3.4

INK, SOFT_INK, LINE = "#1f2937", "#4b5563", "#334155"
PAPER, BAND, SHADE, PLATE_LINE = "#ffffff", "#f5f7fa", "#d5dce6", "#8da2bb"
FATES = {
    "sampled": ("#dcebfb", "#1d5fa8"),
    "integrated out": ("#fdeecb", "#a8650b"),
    "summed out": ("#ecdffa", "#7637b5"),
    "drawn forward": ("#dcf3e3", "#1f7a44"),
}
"""Fill and border for what becomes of an unknown."""
