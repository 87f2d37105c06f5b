"""The chance of a yes against a covariate, with the data and the places of given chances."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.bands import draw_bands
from hdsl.results.plots.group_lines import colors_of, draw_lines, title_of
from hdsl.results.plots.letters import described, symbol
from hdsl.results.plots.mean_function import MeanFunction, chance_functions, chosen
from hdsl.results.plots.smooth import interval
from hdsl.results.plots.style import GREEN, GREY, INK, ORANGE, PINK, legend_below, new_figure
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CHANCES = (0.1, 0.5, 0.9)
_COLORS = (GREEN, ORANGE, PINK)
_WANTED = (
    "chance that depends on one covariate",
    "the band is drawn of data with a Bernoulli distribution whose chance is a function of one "
    "quantity that each datum has, and of what its groups have",
)


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """The chance of a yes with bands, the 0/1 data, and where the chance is 10, 50 and 90 %.

    The region from the first of these places to the last is grey.
    """
    found = chosen(chance_functions(subject), wishes.names, *_WANTED)
    x, y = found.x.value, found.y.value
    what = "1" if found.node.random.family == "Bernoulli" else "above 0"
    title = f"The chance that {symbol(found.name)} is {what}, against {symbol(found.covariate)}"
    if found.has_effects:
        title = title_of(found, f"{title},")
    figure = new_figure(title, 8.0, 5.2)
    axes = figure.add_subplot()
    margin = 0.03 * (np.ptp(x) or 1.0)
    grid = np.linspace(x.min() - margin, x.max() + margin, 300)
    if found.groups is None:
        draw_bands(axes, grid, found.along(grid))
    else:
        draw_bands(axes, grid, found.along(grid), f"{found.typical}: median", above=True)
        draw_lines(axes, found, grid, colors_of(found, float(np.median(x))))
    _yes_and_no(axes, x, y)
    _chances(axes, found, grid, _wanted(wishes))
    axes.set_xlim(float(grid[0]), float(grid[-1]))
    axes.set_ylim(-0.09, 1.09)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.set_xlabel(described(found.covariate, subject.described(found.covariate)))
    axes.set_ylabel(f"chance that {symbol(found.name)} is {what}")
    legend_below(figure, axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Yes-or-no observations, and hurdles, whose chance is a function of one covariate."""
    return [(found.name,) for found in chance_functions(subject)]


def _wanted(wishes: Wishes) -> tuple[float, ...]:
    marks = tuple(mark for mark in wishes.mark if not isinstance(mark, str)) or _CHANCES
    if not all(0 < mark < 1 for mark in marks) or len(marks) != len(wishes.mark or marks):
        raise refusal(
            "chances are numbers between 0 and 1",
            "`mark` tells the chances whose places are marked",
            "write them as in `--mark 0.1,0.5,0.9`",
        )
    return marks


def _yes_and_no(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """The data, a little scattered so that they do not hide each other."""
    scatter = np.random.default_rng(0).uniform(-0.035, 0.035, x.size)
    height = np.where(y > 0.5, 1.035, -0.035) + scatter
    label = f"data: {int((y > 0.5).sum())} yes, {int((y <= 0.5).sum())} no"
    axes.plot(x, height, "o", color=INK, ms=4, alpha=0.55, mec="white", mew=0.4, gid="data",
              label=label, zorder=4)  # fmt: skip


def _chances(axes: Axes, found: MeanFunction, grid: np.ndarray, chances: tuple[float, ...]) -> None:
    width = grid[-1] - grid[0]
    wide = np.linspace(grid[0] - 2 * width, grid[-1] + 2 * width, 2500)
    curves = found.along(wide)
    places = {chance: crossings(wide, curves, chance) for chance in chances}
    _region(axes, places)
    for number, (chance, at) in enumerate(places.items()):
        if not _is_known(at):
            continue
        low, middle, high = _middle_and_ends(at)
        color = _COLORS[number % len(_COLORS)]
        label = f"{100 * chance:g} % at {rounded(middle, low, high)}"
        axes.plot([low, high], [chance, chance], color=color, lw=2.2, zorder=5,
                  gid=f"interval {chance}")  # fmt: skip
        axes.plot([middle], [chance], "D", color=color, ms=6.5, mec="white", mew=0.8, ls="",
                  label=label, zorder=6, gid=f"chance {chance}")  # fmt: skip


def _region(axes: Axes, places: dict[float, np.ndarray]) -> None:
    """How far it is from the place of the smallest chance to that of the greatest."""
    first, last = min(places), max(places)
    wide = np.abs(places[last] - places[first])
    if first == last or not _is_known(wide):
        return
    low, middle, high = _middle_and_ends(wide)
    ends = sorted(_middle_and_ends(places[chance])[1] for chance in (first, last))
    label = f"from {100 * first:g} to {100 * last:g} %: {rounded(middle, low, high)}"
    axes.axvspan(*ends, color=GREY, alpha=0.12, lw=0, zorder=0, gid="region", label=label)


def _is_known(at: np.ndarray) -> bool:
    """Whether half of the curves or more pass the height."""
    return np.isfinite(at).sum() >= at.size / 2


def _middle_and_ends(at: np.ndarray) -> tuple[float, float, float]:
    known = at[np.isfinite(at)]
    low, high = map(float, interval(known, 0.95))
    return low, float(np.median(known)), high


def crossings(grid: np.ndarray, curves: np.ndarray, chance: float) -> np.ndarray:
    """For each curve the first place where it passes a height; NaN where it doesn't."""
    above = curves >= chance
    passed = above[:, 1:] != above[:, :-1]
    place = np.argmax(passed, axis=1)
    rows = np.arange(len(curves))
    left, right = curves[rows, place], curves[rows, place + 1]
    with np.errstate(all="ignore"):
        share = (chance - left) / (right - left)
    found = grid[place] + share * (grid[place + 1] - grid[place])
    return np.where(passed.any(axis=1), found, np.nan)


def rounded(middle: float, low: float, high: float) -> str:
    """A value with an interval, in digits that the interval's width makes worth telling."""
    digits = 2 - math.floor(math.log10(high - low)) if high > low else 3
    texts = (f"{round(one, digits):.{max(0, digits)}f}" for one in (middle, low, high))
    shown = [text.replace("-", "\N{MINUS SIGN}") for text in texts]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"
