"""The simple shapes that a picture is made of, whatever it is written as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hdsl.picture import style
from hdsl.picture.curves import Point
from hdsl.picture.symbols import Runs


@dataclass(frozen=True)
class Area:
    """A rectangle with round corners; without a `stroke` it has no border."""

    left: float
    top: float
    width: float
    height: float
    radius: float = 0.0
    fill: str = "none"
    stroke: str = ""
    line: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Bend:
    """A line of cubic Bézier pieces: a start, then two control points and an end for each."""

    points: tuple[Point, ...]
    line: float


@dataclass(frozen=True)
class Head:
    """The triangle at the end of an arrow."""

    corners: tuple[Point, Point, Point]


@dataclass(frozen=True)
class Words:
    """A line of text that begins at a point of its base line."""

    runs: Runs
    x: float
    y: float
    size: float
    color: str = style.INK
    halo: bool = False
    is_heading: bool = False


@dataclass(frozen=True)
class Group:
    """Shapes that are one thing, with its name and what is told about it."""

    name: str
    told: str
    shapes: tuple[Shape, ...]


Shape: TypeAlias = Area | Bend | Head | Words | Group


@dataclass(frozen=True)
class Drawing:
    """Shapes on a sheet."""

    width: float
    height: float
    title: str
    shapes: tuple[Shape, ...]
