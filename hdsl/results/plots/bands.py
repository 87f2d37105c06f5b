"""Nested credible bands of a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.smooth import interval
from hdsl.results.plots.style import BAND_COLORS, BANDS, BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_bands(axes: Axes, x: np.ndarray, draws: np.ndarray) -> None:
    """Equal-tail bands at each place, the widest first, and the median.

    Parameters
    ----------
    draws
        Shape ``(draw, place)``.
    """
    for mass, color in zip(BANDS, BAND_COLORS, strict=True):
        low, high = interval(draws, mass)
        axes.fill_between(x, low, high, color=color, lw=0, label=f"{100 * mass:g} % band",
                          gid=f"band {mass}", zorder=1.5)  # fmt: skip
    axes.plot(x, np.median(draws, axis=0), color=BLUE, lw=1.8, label="median", gid="median",
              zorder=2.5)  # fmt: skip
