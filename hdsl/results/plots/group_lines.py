"""The mean of each group: a thin line in one figure, or a panel for each of a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import plain, verbatim
from hdsl.results.plots.mean_function import MeanFunction
from hdsl.results.plots.style import GOLD, GREEN, GREY, INK, ORANGE, PINK, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_PANELS = 9
_PLACES = 60
_MOST_DRAWS = 500
_MARGIN = 0.02
_HUES = (ORANGE, GREEN, GOLD, PINK, INK)
_STRENGTH = 0.5
_MOST_COLORED, _MOST_LINES = 40, 300
_APART = 0.3


def title_of(found: MeanFunction, what: str) -> str:
    """A title that says whose mean is drawn."""
    if found.groups is None:
        typical = f",\nfor the {found.typical} of all groups" if found.has_effects else ""
        return f"{what}, with credible bands{typical}"
    each = f"{what} for each {plain(found.groups.word)},\n"
    if is_in_panels(found):
        return f"{each}with credible bands"
    return f"{each}and for their {found.typical}, with credible bands"


def is_in_panels(found: MeanFunction) -> bool:
    """Whether each group has a panel of its own."""
    return found.groups is not None and not found.is_chance and found.groups.size <= _MOST_PANELS


def colors_of(found: MeanFunction, middle: float) -> np.ndarray:
    """A pale colour for each group; those at about the same height in the middle differ.

    Of very many groups all are grey.
    """
    from matplotlib.colors import to_rgb

    assert found.groups is not None
    if found.groups.size > _MOST_COLORED:
        return np.tile(to_rgb(GREY), (found.groups.size, 1))
    heights = [np.median(_some(found, g, np.array([middle]))) for g in range(found.groups.size)]
    order = np.argsort(np.argsort(heights))
    pale = np.array([_STRENGTH * np.array(to_rgb(color)) for color in _HUES])
    pale += (1 - _STRENGTH) * np.array(to_rgb(GREY))
    return pale[order % len(pale)]


def draw_lines(
    axes: Axes, found: MeanFunction, grid: np.ndarray, colors: np.ndarray
) -> tuple[float, float]:
    """The median of each group's mean, where its data are; the lowest and the highest value."""
    assert found.groups is not None
    places = grid[np.linspace(0, len(grid) - 1, _PLACES).astype(int)]
    ranges = _ranges(found, grid)
    word = plain(found.groups.word)
    width = 0.9 if found.groups.size <= _MOST_COLORED else 0.6
    ends = (np.inf, -np.inf)
    count = found.groups.size
    shown = np.unique(np.linspace(0, count - 1, min(count, _MOST_LINES)).astype(int)).tolist()
    some = f" ({len(shown)} of {count})" if len(shown) < count else ""
    for group in shown:
        low, high = ranges[group]
        x = np.unique(np.clip(places, low, high))
        y = np.median(_some(found, group, x), axis=0)
        ends = (min(ends[0], float(y.min())), max(ends[1], float(y.max())))
        axes.plot(
            x, y, color=colors[group], lw=width, alpha=0.7,
            zorder=2.2, gid=f"group {found.groups.label(found.subject, group)}",
            label="_more" if group else f"a {word}: median{some}",
        )  # fmt: skip
    return ends


def is_two_valued(found: MeanFunction) -> bool:
    """Whether the covariate has two values, as basement and first floor."""
    return found.groups is not None and np.unique(found.x.value).size == 2


def apart(found: MeanFunction) -> np.ndarray:
    """The covariate of each datum; where it has two values only, a little apart by group."""
    x = found.x.value
    if found.groups is None or not is_two_valued(found):
        return x
    share = found.groups.of / max(1, found.groups.size - 1) - 0.5
    return x + _APART * np.ptp(x) * share


def _some(found: MeanFunction, group: int, x: np.ndarray) -> np.ndarray:
    draws = found.along_group(group, x)
    return draws[:: max(1, len(draws) // _MOST_DRAWS)]


def _ranges(found: MeanFunction, grid: np.ndarray) -> np.ndarray:
    """From where to where each group's line goes: all along where most have data all along."""
    assert found.groups is not None
    of, x = found.groups.of, found.x.value
    if is_two_valued(found):
        return np.tile([x.min(), x.max()], (found.groups.size, 1))
    low, high = np.full(found.groups.size, np.inf), np.full(found.groups.size, -np.inf)
    np.minimum.at(low, of, x)
    np.maximum.at(high, of, x)
    if np.median(high - low) >= 0.5 * np.ptp(x):
        return np.tile([grid[0], grid[-1]], (found.groups.size, 1))
    room = _MARGIN * np.ptp(x)
    return np.stack([np.maximum(low - room, grid[0]), np.minimum(high + room, grid[-1])], axis=1)


def group_panels(
    title: str, found: MeanFunction, x_label: str, y_label: str
) -> tuple[Figure, list[Axes]]:
    """A panel for each group, all with the same axes."""
    assert found.groups is not None
    count = found.groups.size
    columns = 2 if count in (2, 4) else 3
    rows = -(-count // columns)
    figure = new_figure(title, 3.1 * columns + 0.4, 2.4 * rows + 1.5)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).reshape(-1)
    for group, axes in enumerate(grid[:count]):
        axes.set_title(verbatim(found.groups.label(found.subject, group)))
        if group % columns == 0:
            axes.set_ylabel(y_label)
        if group + columns >= count:
            axes.set_xlabel(x_label)
            axes.tick_params(labelbottom=True)
    for axes in grid[count:]:
        axes.set_visible(False)
    return figure, list(grid[:count])
