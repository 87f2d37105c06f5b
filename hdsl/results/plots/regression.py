"""Regression: data with their errors, and the fitted mean with nested bands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.bands import draw_bands
from hdsl.results.plots.curve import mark_places
from hdsl.results.plots.letters import described, symbol
from hdsl.results.plots.mean_function import MeanFunction, Places, mean_functions
from hdsl.results.plots.points import lay_over, points_of
from hdsl.results.plots.style import INK, legend_below, new_figure
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FEW = 600


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """What is observed against its covariate, and the mean with 50, 75 and 95 % bands."""
    found = _chosen(subject, wishes.names)
    x, y = found.x, found.y
    if not wishes.log and "LogNormal" in found.node.random.family:
        wishes = replace(wishes, log="y")
    title = f"{symbol(found.name)} against {symbol(found.covariate)}: the mean, with credible bands"
    if found.averaged:
        title += f",\nfor an average {' and '.join(found.averaged)}"
    figure = new_figure(title, 8.0, 5.4)
    axes = figure.add_subplot()
    if "x" in wishes.log:
        axes.set_xscale("log")
    if "y" in wishes.log:
        axes.set_yscale("log")
    grid = _grid(found, wishes)
    draw_bands(axes, grid, found.along(grid))
    is_zero = _zeros(found)
    _data(axes, x, y, ~is_zero)
    _bottom(axes, found, is_zero)
    _limits(axes, grid, y, ~is_zero, found, wishes)
    points = points_of(wishes)
    if points is not None:
        lay_over(axes, points, "x" in wishes.log)
    mark_places(axes, subject, wishes)
    axes.set_xlabel(described(found.covariate, subject.described(found.covariate)))
    axes.set_ylabel(described(found.name, subject.described(found.name), 50))
    legend_below(figure, axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Each observation of real numbers whose mean is a function of one covariate.

    Where groups differ, the line of their average may run through none of them.
    """
    return [(found.name,) for found in mean_functions(subject) if not found.averaged]


def _chosen(subject: Subject, names: tuple[str, ...]) -> MeanFunction:
    candidates = list(mean_functions(subject))
    for found in candidates:
        if not names or found.name == names[0]:
            return found
    known = ", ".join(f"`{found.name}`" for found in candidates)
    raise refusal(
        f"`{names[0]}` has no such mean"
        if names
        else "this model has no regression of one covariate",
        "a regression is drawn of observations whose mean is a function of one quantity that "
        "each datum has" + (f"; here: {known}" if known else ""),
        f"name {known}"
        if known
        else "draw a curve over an index of numbers, or the data with `ppc`",
    )


def _grid(found: MeanFunction, wishes: Wishes) -> np.ndarray:
    x = found.x.value
    if found.rest is not None:
        x = np.concatenate([x, found.rest.value])
    x = x[np.isfinite(x)]
    low, high = float(x.min()), float(x.max())
    if "x" in wishes.log and low > 0:
        return np.geomspace(low, high, 200)
    margin = 0.03 * (high - low or 1.0)
    return np.linspace(low - margin, high + margin, 200)


def _zeros(found: MeanFunction) -> np.ndarray:
    """Data that are zero where the mean is that of what lies above zero."""
    if "Hurdle" in found.node.random.family:
        return found.y.value == 0
    return np.zeros(found.y.value.shape, bool)


def _data(axes: Axes, x: Places, y: Places, chosen: np.ndarray) -> None:
    many = int(chosen.sum()) > _FEW
    for places, horizontal in ((x, True), (y, False)):
        if many or not np.isfinite(places.low[chosen]).any():
            continue
        bars = np.nan_to_num(
            np.maximum([places.value - places.low, places.high - places.value], 0)
        )[:, chosen]
        axes.errorbar(
            x.value[chosen], y.value[chosen], fmt="none", ecolor=INK, elinewidth=0.8, alpha=0.55,
            xerr=bars if horizontal else None, yerr=None if horizontal else bars, zorder=2,
        )  # fmt: skip
    axes.plot(
        x.value[chosen], y.value[chosen], "o", color=INK, ms=2.5 if many else 3.6, mec="white",
        mew=0.4, alpha=0.5 if many else 0.85, gid="data", label="data", zorder=3,
    )  # fmt: skip


def _bottom(axes: Axes, found: MeanFunction, is_zero: np.ndarray) -> None:
    """What is zero, or not observed, along the lower edge."""
    x = found.x.value[is_zero]
    label = f"zero: {x.size}"
    if found.rest is not None:
        x = np.concatenate([x, found.rest.value])
        label = f"without a value: {x.size}"
    if not x.size:
        return
    axes.plot(x, np.full(x.shape, 0.02), "o", mfc="none", mec=INK, mew=0.8, ms=4.5, alpha=0.7,
              transform=axes.get_xaxis_transform(), gid="zeros", label=label, zorder=3)  # fmt: skip


def _limits(
    axes: Axes,
    grid: np.ndarray,
    y: Places,
    chosen: np.ndarray,
    found: MeanFunction,
    wishes: Wishes,
) -> None:
    """The range of the data: a band or an error bar that leaves it is cut."""
    axes.set_xlim(float(grid[0]), float(grid[-1]))
    seen = y.value[chosen]
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    if "y" in wishes.log:
        if low > 0:
            axes.set_ylim(low / 2, high * 2)
        return
    middle = np.median(found.along(grid), axis=0)
    low, high = min(low, float(middle.min())), max(high, float(middle.max()))
    room = 0.06 * (high - low or 1.0)
    below = 0.12 * (high - low) if found.rest is not None or (~chosen).any() else room
    axes.set_ylim(low - below, high + room)
