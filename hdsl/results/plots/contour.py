"""Contours of two quantities, and pairs of several."""

from __future__ import annotations

from functools import partial
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import described, symbol
from hdsl.results.plots.quantity import Quantity
from hdsl.results.plots.smooth import Surface, levels, smooth, smooth_pair
from hdsl.results.plots.structure import hyperparameters, names_or, single_numbers
from hdsl.results.plots.style import (
    BAND_COLORS,
    BANDS,
    BLUE,
    INK,
    ORANGE,
    legend,
    new_figure,
)
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PAIRS = 8


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """The joint density of two quantities: regions that hold 50, 75 and 95 % of it."""
    names = names_or(wishes.names, subject, suggested)
    quantities = subject.numbers(names)
    if len(quantities) != 2:
        raise refusal(
            "contours show two quantities",
            f"named here: {len(quantities)}" if names else "the model does not suggest two",
            "name two, as in `hdsl plot RUN contour 'log(a/b)' 'log(a+b)'`",
        )
    first, second = quantities
    figure = new_figure(f"{symbol(first.name)} and {symbol(second.name)}", 6.4, 5.4)
    axes = figure.add_subplot()
    _regions(axes, first, second, labelled=True)
    axes.set_xlabel(described(first.name, first.description, 55))
    axes.set_ylabel(described(second.name, second.description, 45))
    if first.name in wishes.truth and second.name in wishes.truth:
        x, y = wishes.truth[first.name], wishes.truth[second.name]
        axes.plot([x], [y], "*", color=ORANGE, ms=13, mec="white", label="truth", ls="")
    legend(axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """The two hyperparameters, where there are two."""
    found = hyperparameters(subject)
    return [(found[0], found[1])] if len(found) == 2 else []


def draw_pairs(subject: Subject, wishes: Wishes) -> Figure:
    """Every two of some quantities below the diagonal, each one's density on it."""
    names = names_or(wishes.names, subject, partial(suggested_pairs, at_least=2))
    quantities = subject.numbers(names, MOST_PAIRS)
    if len(quantities) < 2:
        raise refusal(
            "pairs show two quantities or more",
            "this model has fewer single numbers",
            "name some, as in `hdsl plot RUN pairs a b 'log(a+b)'`",
        )
    size = len(quantities)
    side = float(np.clip(2.1 * size, 5.0, 11.0))
    figure = new_figure(f"Pairs of {', '.join(symbol(q.name) for q in quantities)}", side, side)
    grid = figure.subplots(size, size, squeeze=False)
    for column, row in combinations(range(size), 2):
        _regions(grid[row][column], quantities[column], quantities[row], labelled=False)
        grid[column][row].set_axis_off()
    for place, quantity in enumerate(quantities):
        _diagonal(grid[place][place], quantity)
    _tie(grid, quantities)
    return figure


def suggested_pairs(subject: Subject, at_least: int = 3) -> list[tuple[str, ...]]:
    """The hyperparameters, or all single unknowns, where they are three or more."""
    found = hyperparameters(subject)
    if len(found) < at_least:
        found = [variable.name for variable in single_numbers(subject, "parameter")]
    return [tuple(found[:6])] if len(found) >= at_least else []


def _regions(axes: Axes, first: Quantity, second: Quantity, labelled: bool) -> None:
    both = np.isfinite(first.draws.reshape(-1)) & np.isfinite(second.draws.reshape(-1))
    x, y = first.draws.reshape(-1)[both], second.draws.reshape(-1)[both]
    surface = smooth_pair(x.astype(float), y.astype(float))
    heights = levels(surface.density, BANDS)
    top = float(surface.density.max()) * 1.0001
    steps = [*heights, top]
    if all(a < b for a, b in pairwise(steps)):
        filled = axes.contourf(
            surface.x, surface.y, surface.density.T, levels=steps, colors=BAND_COLORS
        )
        filled.set_gid("regions")
        axes.contour(
            surface.x, surface.y, surface.density.T, levels=heights, colors=[BLUE], linewidths=0.9
        )
    _outside(axes, surface, x, y, heights[0])
    shown = (surface.density * 12 >= heights[0]).T
    columns, rows = np.nonzero(shown.any(axis=0))[0], np.nonzero(shown.any(axis=1))[0]
    axes.set_xlim(float(surface.x[columns[0]]), float(surface.x[columns[-1]]))
    axes.set_ylim(float(surface.y[rows[0]]), float(surface.y[rows[-1]]))
    axes.plot([x.mean()], [y.mean()], "+", color=INK, ms=9, mew=1.4, ls="", gid="mean",
              label="posterior mean" if labelled else None)  # fmt: skip
    if labelled:
        for mass, color in zip(reversed(BANDS), reversed(BAND_COLORS), strict=True):
            axes.fill_between([], [], color=color, label=f"{mass:.0%}".replace("%", " %"))


def _outside(axes: Axes, surface: Surface, x: np.ndarray, y: np.ndarray, height: float) -> None:
    """Single draws, where they lie outside the widest region."""
    columns = np.clip(np.searchsorted(surface.x, x), 0, surface.x.size - 1)
    rows = np.clip(np.searchsorted(surface.y, y), 0, surface.y.size - 1)
    out = np.nonzero(surface.density[columns, rows] < height)[0]
    out = out[:: max(1, out.size // 400)]
    axes.plot(x[out], y[out], ".", color=BLUE, ms=3, alpha=0.45, mew=0, zorder=0.5, gid="draws")


def _diagonal(axes: Axes, quantity: Quantity) -> None:
    curve = smooth(quantity.flat.astype(float))
    if curve.x.size > 1:
        axes.plot(curve.x, curve.density, color=BLUE, lw=1.6)
        axes.fill_between(curve.x, curve.density, color=BLUE, alpha=0.15, lw=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _tie(grid: np.ndarray, quantities: list[Quantity]) -> None:
    """Labels and numbers at the left and lower edges alone; one range for each quantity."""
    size = len(quantities)
    for place in range(size):
        across = [grid[row][place] for row in range(place + 1, size)]
        along = [grid[place][column] for column in range(place)]
        ends = [*(a.get_xlim() for a in across), *(a.get_ylim() for a in along)]
        shown = min(lower for lower, _ in ends), max(upper for _, upper in ends)
        for axes in (*across, grid[place][place]):
            axes.set_xlim(*shown)
        for axes in along:
            axes.set_ylim(*shown)
    for row in range(size):
        for column in range(row + 1):
            axes: Axes = grid[row][column]
            axes.locator_params(axis="x", nbins=4)
            if row > column:
                axes.locator_params(axis="y", nbins=4)
            if row == size - 1:
                axes.set_xlabel(symbol(quantities[column].name))
            else:
                axes.set_xticklabels([])
            if column == 0 and row > 0:
                axes.set_ylabel(symbol(quantities[row].name))
            elif row > column:
                axes.set_yticklabels([])
