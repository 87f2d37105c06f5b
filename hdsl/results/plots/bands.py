"""Nested credible bands of a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.smooth import interval
from hdsl.results.plots.style import BAND_COLORS, BANDS, BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_bands(
    axes: Axes, x: np.ndarray, draws: np.ndarray, median: str = "median", above: bool = False
) -> None:
    """Equal-tail bands at each place, the widest first, and the median.

    Parameters
    ----------
    draws
        Shape ``(draw, place)``.
    median
        What the legend calls the median.
    above
        Whether they lie, a little transparent, above what else is drawn.
    """
    for mass, color in zip(BANDS, BAND_COLORS, strict=True):
        low, high = interval(draws, mass)
        axes.fill_between(x, low, high, color=color, lw=0, label=f"{100 * mass:g} % band",
                          gid=f"band {mass}", zorder=2.25 if above else 1.5,
                          alpha=0.85 if above else 1)  # fmt: skip
    axes.plot(x, np.median(draws, axis=0), color=BLUE, lw=1.8, label=median, gid="median",
              zorder=2.5)  # fmt: skip
