"""A picture as PNG or PDF, drawn by matplotlib in the fonts that it brings along."""

from __future__ import annotations

import io
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.picture import style
from hdsl.picture.curves import Point
from hdsl.picture.measure import RISE, SMALL, run_width
from hdsl.picture.shapes import Area, Bend, Drawing, Group, Head, Shape, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PIXELS_PER_INCH = 96
_NUM_COLORS = 96
_MOVE, _LINE, _CURVE, _CLOSE = 1, 2, 4, 79
"""Codes of matplotlib's paths."""

_SCALE = 2
"""Dots of a PNG for each pixel of the picture, so that it is sharp on a slide."""
_MOST_DOTS = 50_000_000
_LONGEST_SIDE = 30_000
"""Ends of what a PNG may have; pictures of hundreds of nodes get fewer dots for each pixel."""


def raster(drawing: Drawing, form: str) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    form
        ``png`` or ``pdf``.
    """
    import matplotlib

    # Hinting would make letters wider than they were measured; type 42 keeps text as text.
    with (
        matplotlib.rc_context({"text.hinting": "none", "pdf.fonttype": 42}),
        warnings.catch_warnings(),
    ):
        # Letters that the fonts lack are shown as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        return _pdf(drawing) if form == "pdf" else _png(drawing)


def _figure(drawing: Drawing) -> Figure:
    from matplotlib.figure import Figure

    size = (drawing.width / _PIXELS_PER_INCH, drawing.height / _PIXELS_PER_INCH)
    dpi = _PIXELS_PER_INCH * _scale(drawing.width, drawing.height)
    figure = Figure(figsize=size, dpi=dpi, facecolor=style.PAPER)
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    axes.axis("off")
    for shape in drawing.shapes:
        _draw(axes, shape)
    return figure


def _scale(width: float, height: float) -> float:
    """The dots for each pixel of a picture of so many pixels."""
    return min(_SCALE, math.sqrt(_MOST_DOTS / (width * height)), _LONGEST_SIDE / max(width, height))


def _pdf(drawing: Drawing) -> bytes:
    out = io.BytesIO()
    # Without a date the same picture has the same bytes.
    _figure(drawing).savefig(out, format="pdf", metadata={"CreationDate": None})
    return out.getvalue()


def _png(drawing: Drawing) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(_figure(drawing))
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    # A picture has few colours: a palette of them makes the file a third as large.
    few = image.quantize(_NUM_COLORS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _draw(axes: Axes, shape: Shape) -> None:
    match shape:
        case Group(shapes=shapes):
            for inner in shapes:
                _draw(axes, inner)
        case Area():
            _draw_area(axes, shape)
        case Bend(points, line):
            _draw_path(axes, points, line)
        case Head(corners):
            from matplotlib.patches import Polygon

            axes.add_patch(Polygon(corners, closed=True, color=style.LINE, linewidth=0))
        case Words():
            _draw_words(axes, shape)


def _draw_area(axes: Axes, area: Area) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    patch = PathPatch(
        Path(*_rounded(area)),
        facecolor=area.fill,
        edgecolor=area.stroke or "none",
        linewidth=_points(area.line),
        linestyle=(0, (3.5, 2.5)) if area.dashed else "solid",
    )
    axes.add_patch(patch)


def _rounded(area: Area) -> tuple[list[Point], list[int]]:
    """The border of a rectangle with round corners, as points and codes of a path."""
    radius = min(area.radius, area.width / 2, area.height / 2)
    # A quarter of a circle as a cubic Bézier piece keeps within 0.03 % of it.
    pull = radius * 0.4477
    right, bottom = area.left + area.width, area.top + area.height
    corners = (
        ((right, area.top), (1, 0), (0, 1)),
        ((right, bottom), (0, 1), (-1, 0)),
        ((area.left, bottom), (-1, 0), (0, -1)),
        ((area.left, area.top), (0, -1), (1, 0)),
    )
    points: list[Point] = [(area.left + radius, area.top)]
    codes = [_MOVE]
    for (x, y), (ax, ay), (bx, by) in corners:
        points.append((x - ax * radius, y - ay * radius))
        points.append((x - ax * pull, y - ay * pull))
        points.append((x + bx * pull, y + by * pull))
        points.append((x + bx * radius, y + by * radius))
        codes += [_LINE, _CURVE, _CURVE, _CURVE]
    return [*points, points[0]], [*codes, _CLOSE]


def _draw_path(axes: Axes, points: tuple[tuple[float, float], ...], line: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    codes = [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)]
    patch = PathPatch(
        Path(points, codes), fill=False, edgecolor=style.LINE, linewidth=_points(line)
    )
    axes.add_patch(patch)


def _draw_words(axes: Axes, words: Words) -> None:
    from matplotlib.patheffects import withStroke

    x = words.x
    for run in words.runs:
        size = words.size * (SMALL if run.level else 1.0)
        drawn = axes.text(
            x,
            words.y - RISE[run.level] * words.size,
            # A dollar sign would begin mathematics of its own.
            run.text.replace("$", r"\$"),
            fontsize=_points(size),
            family=["STIXGeneral", "DejaVu Serif"],
            style="italic" if run.italic else "normal",
            weight="bold" if words.is_heading else "normal",
            color=words.color,
        )
        if words.halo:
            drawn.set_path_effects([withStroke(linewidth=_points(3), foreground=style.PAPER)])
        x += run_width(run, words.size)


def _points(pixels: float) -> float:
    return pixels * 72 / _PIXELS_PER_INCH
