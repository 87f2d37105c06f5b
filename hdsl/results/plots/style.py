"""How figures look: colours, sizes, letters; and how they are made and written."""

from __future__ import annotations

import io
import logging
import math
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.diagnostics.write_file import no_such_form, write_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, PALE = "#222222", "#767676", "#d9d9d9"
BLUE, ORANGE, GREEN, PINK, SKY, GOLD = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00",
)  # fmt: skip
SERIES = (BLUE, ORANGE, GREEN, PINK, SKY, GOLD)
"""Colours that people with any colour vision tell apart (Okabe and Ito 2008)."""

BANDS = (0.95, 0.75, 0.50)
"""Probability in nested bands, the widest first."""
BAND_COLORS = ("#d6e6f2", "#a3c8e2", "#5fa2cc")
"""Fills of the nested bands, the widest first."""

FORMATS = (".png", ".svg", ".pdf")
DPI = 150
_STYLE: dict[Any, Any] = {
    "font.size": 11.0,
    "axes.titlesize": 11.0,
    "axes.labelsize": 11.0,
    "axes.titlelocation": "left",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.formatter.limits": (-4, 5),
    "axes.formatter.use_mathtext": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "figure.titlesize": 13.0,
    "figure.facecolor": "white",
    "svg.hashsalt": "hdsl",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}


@contextmanager
def styled() -> Generator[None]:
    """Within it figures get this style; matplotlib's own settings are as before afterwards."""
    from matplotlib import rc_context

    with (
        rc_context(_STYLE),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        _without_words_of("matplotlib.mathtext"),
    ):
        # A label in letters that the font lacks is shown as boxes, and draws that are infinite or
        # all the same have their verdict: no reason to complain.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        warnings.filterwarnings("ignore", message="Attempting to set identical")
        yield


@contextmanager
def _without_words_of(name: str) -> Generator[None]:
    """Within it a logger says nothing of what is no error."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def new_figure(title: str, width: float = 8.0, height: float = 4.8) -> Figure:
    """An empty figure of its own, known to no window and no list of figures."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)  # pyright: ignore
    figure.suptitle(title, x=0.012, ha="left", color=INK, wrap=True)
    return figure


def panels(
    title: str, count: int, columns: int = 3, width: float = 3.4, height: float = 2.6
) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels; one panel alone has the usual size."""
    if count == 1:
        figure = new_figure(title)
        return figure, [figure.add_subplot()]
    columns = min(columns, count) if count != 4 else 2
    rows = math.ceil(count / columns)
    figure = new_figure(title, max(width * columns, 6.0), height * rows + 0.6)
    grid = [figure.add_subplot(rows, columns, place + 1) for place in range(count)]
    return figure, grid


def legend(axes: Axes, **options: Any) -> None:
    """A legend where there is room."""
    chosen: dict[str, Any] = {"loc": "best", "handlelength": 1.6, "borderaxespad": 0.3}
    axes.legend(**(chosen | options))


def legend_below(figure: Figure, axes: Axes | Sequence[Axes]) -> None:
    """A legend under the panels, each entry once, in as few rows as there is room for."""
    found: dict[str, Any] = {}
    for one in axes if isinstance(axes, Sequence) else [axes]:
        for handle, label in zip(*one.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    columns = len(found) if len(found) <= 5 else math.ceil(len(found) / 2)
    while found:
        drawn = figure.legend(
            found.values(), found.keys(), loc="outside lower center", ncols=columns,
            handlelength=1.8, columnspacing=1.6,
        )  # fmt: skip
        if columns == 1 or drawn.get_window_extent().width < 0.97 * figure.bbox.width:
            break
        drawn.remove()
        columns -= 1


def name_places(axes: Axes, labels: Sequence[str], most: int = 90) -> bool:
    """Labels at the places 0, 1, … of the horizontal axis, upright where they need it.

    Returns
    -------
    bool
        Whether there is room for them; else the axis stays without.
    """
    if len(labels) > most:
        axes.set_xticks([])
        return False
    figure = axes.get_figure(root=True)
    width = 8.0 if figure is None else float(figure.get_size_inches()[0])
    size = 7.5 if len(labels) > 45 else 9.0
    needed = len(labels) * (max(map(len, labels), default=0) + 1) * size * 0.6 / 72
    axes.set_xticks(
        range(len(labels)), labels, rotation=90 if needed > width - 1 else 0, fontsize=size
    )
    axes.tick_params(axis="x", length=2)
    return True


def write(figure: Figure, file: Path) -> None:
    """Write a figure; the end of the name says how.

    Raises
    ------
    HdslError
        HB560 for another ending than ``.png``, ``.svg`` or ``.pdf``, HB575 where the file can't be
        written.
    """
    form = file.suffix.lower()
    if form not in FORMATS:
        raise no_such_form(file, FORMATS)
    write_file(file, image(figure, form[1:]))


def image(figure: Figure, kind: str) -> bytes:
    """A figure as the bytes of a file, without a date.

    Parameters
    ----------
    kind
        ``png``, ``svg`` or ``pdf``.
    """
    undated: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    stream = io.BytesIO()
    with styled():
        figure.savefig(stream, format=kind, dpi=DPI, metadata=undated.get(kind))
    return _with_few_colors(stream) if kind == "png" else stream.getvalue()


def _with_few_colors(drawn: io.BytesIO) -> bytes:
    """The same picture with a palette, which takes a third of the room."""
    from PIL import Image

    stream = io.BytesIO()
    with Image.open(drawn) as picture:
        whole = picture.convert("RGB")
        few = whole.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(stream, format="png", optimize=True, dpi=(DPI, DPI))
    return stream.getvalue()
