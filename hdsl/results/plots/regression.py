"""Regression: data with their errors, and the fitted mean with nested bands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.bands import draw_bands
from hdsl.results.plots.curve import mark_places
from hdsl.results.plots.group_lines import (
    apart,
    colors_of,
    draw_lines,
    group_panels,
    is_in_panels,
    is_two_valued,
    title_of,
)
from hdsl.results.plots.letters import described, symbol
from hdsl.results.plots.mean_function import MeanFunction, chosen, mean_functions
from hdsl.results.plots.places import Places
from hdsl.results.plots.points import lay_over, points_of
from hdsl.results.plots.style import GREY, INK, legend_below, new_figure
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FEW = 600
_WANTED = (
    "mean that depends on one covariate",
    "a regression is drawn of observations whose mean is a function of one quantity that each "
    "datum has, and of what its groups have",
)


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """What is observed against its covariate, and the mean with 50, 75 and 95 % bands.

    Where groups of data differ, each of a few has a panel of its own; each of many a thin line
    beside that of the population.
    """
    found = chosen(mean_functions(subject), wishes.names, *_WANTED)
    if not wishes.log and "LogNormal" in found.node.random.family:
        wishes = replace(wishes, log="y")
    y = f"share of {symbol(found.name)}" if found.is_share else symbol(found.name)
    title = title_of(found, f"{y} against {symbol(found.covariate)}: the mean")
    if is_in_panels(found):
        return _in_panels(found, title, wishes)
    figure = new_figure(title, 8.0, 5.4)
    axes = figure.add_subplot()
    _scales(axes, wishes)
    grid, every = _grid(found, wishes), np.full(found.y.value.shape, True)
    heights: tuple[float, ...] = ()
    if found.groups is None:
        draw_bands(axes, grid, found.along(grid))
        _observed(axes, found, every)
    else:
        draw_bands(axes, grid, found.along(grid), f"{found.typical}: median", above=True)
        colors = colors_of(found, float(np.nanmedian(found.x.value)))
        heights = (*heights, *draw_lines(axes, found, grid, colors))
        _observed(axes, found, every, colors[found.groups.of])
    _limits(axes, grid, found, wishes, heights)
    _lay_over(axes, subject, wishes)
    x_label, y_label = _labels(found, 50)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    legend_below(figure, axes)
    return figure


def _labels(found: MeanFunction, width: int) -> tuple[str, str]:
    """The names of the axes, with what the model's comments say of them."""
    said = found.subject.described
    x = described(found.covariate, said(found.covariate), width if width < 50 else 70)
    y = described(found.name, said(found.name), width)
    return x, f"share of {y}" if found.is_share else y


def _in_panels(found: MeanFunction, title: str, wishes: Wishes) -> Figure:
    """A panel for each group, with the median of the population."""
    assert found.groups is not None
    subject = found.subject
    figure, panels = group_panels(title, found, *_labels(found, 30))
    grid = _grid(found, wishes)
    middle = np.median(found.along(grid), axis=0)
    for group, axes in enumerate(panels):
        _scales(axes, wishes)
        draw_bands(axes, grid, found.along_group(group, grid))
        axes.plot(grid, middle, color=GREY, lw=1.2, ls=(0, (4, 2)), gid="population",
                  label=f"{found.typical}: median", zorder=2.4)  # fmt: skip
        _observed(axes, found, found.groups.of == group)
        _limits(axes, grid, found, wishes)
        _lay_over(axes, subject, wishes)
    legend_below(figure, panels)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Each observation of real numbers whose mean is a function of one covariate.

    Where groups differ, the line of their population alone may run through none of them.
    """
    return [
        (found.name,)
        for found in mean_functions(subject)
        if found.groups is not None or not found.has_effects
    ]


def _scales(axes: Axes, wishes: Wishes) -> None:
    if "x" in wishes.log:
        axes.set_xscale("log")
    if "y" in wishes.log:
        axes.set_yscale("log")


def _lay_over(axes: Axes, subject: Subject, wishes: Wishes) -> None:
    points = points_of(wishes)
    if points is not None:
        lay_over(axes, points, "x" in wishes.log)
    mark_places(axes, subject, wishes)


def _grid(found: MeanFunction, wishes: Wishes) -> np.ndarray:
    x = found.x.value
    if found.rest is not None:
        x = np.concatenate([x, found.rest.value])
    x = x[np.isfinite(x)]
    low, high = float(x.min()), float(x.max())
    if "x" in wishes.log and low > 0:
        return np.geomspace(low, high, 200)
    if is_two_valued(found):
        return np.linspace(low, high, 200)
    margin = 0.03 * (high - low or 1.0)
    return np.linspace(low - margin, high + margin, 200)


def _zeros(found: MeanFunction) -> np.ndarray:
    """Data that are zero where the mean is that of what lies above zero."""
    if "Hurdle" in found.node.random.family:
        return found.y.value == 0
    return np.zeros(found.y.value.shape, bool)


def _observed(
    axes: Axes, found: MeanFunction, chosen: np.ndarray, colors: np.ndarray | None = None
) -> None:
    """Some of the data, in one colour or each in its own; what is zero along the lower edge."""
    is_zero = _zeros(found)
    _errors(axes, found.x.part(chosen & ~is_zero), found.y.part(chosen & ~is_zero))
    _data(axes, found, chosen & ~is_zero, colors)
    _bottom(axes, found, chosen & is_zero)


def _errors(axes: Axes, x: Places, y: Places) -> None:
    if x.value.size > _FEW:
        return
    for places, horizontal in ((x, True), (y, False)):
        if not np.isfinite(places.low).any():
            continue
        bars = np.maximum([places.value - places.low, places.high - places.value], 0)
        bars = np.nan_to_num(bars)
        axes.errorbar(
            x.value, y.value, fmt="none", ecolor=INK, elinewidth=0.8, alpha=0.55,
            xerr=bars if horizontal else None, yerr=None if horizontal else bars, zorder=2,
        )  # fmt: skip


def _data(axes: Axes, found: MeanFunction, chosen: np.ndarray, colors: np.ndarray | None) -> None:
    x, y = found.x.value[chosen], found.y.value[chosen]
    many = x.size > _FEW
    if found.groups is None or colors is None:
        axes.plot(
            x, y, "o", color=INK, ms=2.5 if many else 3.6, mec="white", mew=0.4,
            alpha=0.5 if many else 0.85, gid="data", label="data", zorder=3,
        )  # fmt: skip
        return
    dots = axes.scatter(
        apart(found)[chosen], y, color=colors[chosen], s=9 if many else 15,
        edgecolors="white", linewidths=0.3, alpha=0.7 if many else 0.9, zorder=2.3,
        label="its data",
    )  # fmt: skip
    dots.set_gid("data")


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
    found: MeanFunction,
    wishes: Wishes,
    heights: tuple[float, ...] = (),
) -> None:
    """The range of the data and of some heights: a band or an error bar that leaves it is cut."""
    width = float(grid[-1] - grid[0])
    room = 0.25 * width if is_two_valued(found) else 0.0
    axes.set_xlim(float(grid[0]) - room, float(grid[-1]) + room)
    if is_two_valued(found):
        axes.set_xticks(np.unique(found.x.value))
    is_zero = _zeros(found)
    seen = found.y.value[~is_zero]
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    if "y" in wishes.log:
        if low > 0:
            axes.set_ylim(low / 2, high * 2)
        return
    middle = np.median(found.along(grid), axis=0)
    low, high = min(low, float(middle.min()), *heights), max(high, float(middle.max()), *heights)
    room = 0.06 * (high - low or 1.0)
    below = 0.12 * (high - low) if found.rest is not None or is_zero.any() else room
    axes.set_ylim(low - below, high + room)
