"""A curve over an index of numbers, with nested credible bands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.bands import draw_bands
from hdsl.results.plots.letters import described, symbol, verbatim
from hdsl.results.plots.points import lay_over, points_of
from hdsl.results.plots.smooth import is_yes_or_no
from hdsl.results.plots.structure import MOST_PANELS, curves, names_or
from hdsl.results.plots.style import BLUE, INK, legend, legend_below, new_figure, panels
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal
from hdsl.results.variables import Variable, label_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """A quantity along an index of numbers: 50, 75 and 95 % equal-tail bands at each place."""
    names = names_or(wishes.names, subject, suggested)
    if len(names) != 1:
        raise refusal(
            "a curve shows one quantity",
            f"named here: {len(names)}" if names else "no index of this model is used as a number",
            "name one, as in `hdsl plot RUN curve M`",
        )
    variable = subject.family(names[0])
    if len(variable.dims) == 2:
        return _panels(subject, variable, wishes)
    x = _numbers(subject, variable)
    points = points_of(wishes)
    draws = np.asarray(variable.values, float).reshape(-1, variable.size)
    title = f"{symbol(variable.name)} along {variable.dims[0]}: 50, 75 and 95 % credible bands"
    if is_yes_or_no(draws):
        title = f"The chance that {symbol(variable.name)} is 1, along {variable.dims[0]}"
    figure = new_figure(title, 10.0 if points is not None and wishes.label else 8.0, 5.2)
    axes = figure.add_subplot()
    _scale(axes, x, wishes.log)
    chosen = x > 0 if "x" in wishes.log else np.ones(x.shape, bool)
    if is_yes_or_no(draws):
        _chance(axes, x[chosen], draws[:, chosen].mean(axis=0))
    else:
        draw_bands(axes, x[chosen], draws[:, chosen])
    axes.set_xlim(float(x[chosen][0]), float(x[chosen][-1]))
    mark_places(axes, subject, wishes)
    is_long = points is not None and lay_over(axes, points, "x" in wishes.log)
    axes.set_xlabel(described(variable.dims[0], subject.described(variable.dims[0])))
    axes.set_ylabel(described(variable.name, subject.described(variable.name), 44))
    if is_long:
        entries = len(axes.get_legend_handles_labels()[0])
        figure.set_size_inches(10.0, max(5.2, 0.2 * entries + 0.4))
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right center", fontsize=8.5,
                      handlelength=1.5)  # fmt: skip
    else:
        legend(axes)
    return figure


def _chance(axes: Axes, x: np.ndarray, chance: np.ndarray) -> None:
    """What is 0 or 1 has no bands: how probable a 1 is."""
    axes.fill_between(x, chance, color=BLUE, alpha=0.2, lw=0)
    axes.plot(x, chance, color=BLUE, lw=1.8, label="chance of 1", gid="chance")
    axes.set_ylim(0, 1.03)


def _panels(subject: Subject, variable: Variable, wishes: Wishes) -> Figure:
    """A curve for each label of a second index; points come from the column of that name."""
    x = _numbers(subject, variable)
    labels = [label_text(label) for label in subject.fit.coords[variable.dims[1]]]
    if len(labels) > MOST_PANELS:
        raise refusal(
            f"`{variable.title}` has {len(labels)} curves",
            f"a figure has room for {MOST_PANELS}",
            "define the one that matters: `one[radius] = M[radius, A]`",
        )
    title = f"{symbol(variable.name)} along {variable.dims[0]}: 50, 75 and 95 % credible bands"
    figure, grid = panels(title, len(labels), 2, 5.0, 3.6)
    draws = np.asarray(variable.values, float).reshape(-1, len(x), len(labels))
    for place, (axes, label) in enumerate(zip(grid, labels, strict=True)):
        _scale(axes, x, wishes.log)
        chosen = x > 0 if "x" in wishes.log else np.ones(x.shape, bool)
        draw_bands(axes, x[chosen], draws[:, chosen, place])
        axes.set_xlim(float(x[chosen][0]), float(x[chosen][-1]))
        mark_places(axes, subject, wishes)
        column = label if wishes.points is not None and not wishes.y else wishes.y
        points = points_of(replace(wishes, y=column))
        if points is not None:
            lay_over(axes, points, "x" in wishes.log)
        axes.set_title(verbatim(label))
        axes.set_xlabel(described(variable.dims[0], subject.described(variable.dims[0])))
    grid[0].set_ylabel(described(variable.name, subject.described(variable.name), 44))
    legend_below(figure, grid)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """The quantities along an index whose labels the model uses as numbers."""
    return [(variable.name,) for variable in curves(subject)]


def mark_places(axes: Axes, subject: Subject, wishes: Wishes) -> None:
    """Dashed vertical lines: at numbers, or at the ends of data."""
    for number, place in enumerate(places(subject, wishes)):
        label = wishes.mark_label if number == 0 and wishes.mark_label else "_mark"
        axes.axvline(place, color=INK, lw=1.0, ls=(0, (5, 3)), gid="mark", zorder=3, label=label)


def places(subject: Subject, wishes: Wishes) -> list[float]:
    """The places that are to be marked.

    Raises
    ------
    HdslError
        HB588 for a name that is not of data that are numbers.
    """
    found: list[float] = []
    for mark in wishes.mark:
        if not isinstance(mark, str):
            found.append(mark)
            continue
        data = subject.data(mark)
        if data is None or data.dtype.kind not in "fiub" or not np.isfinite(data).any():
            raise refusal(
                f"`{mark}` can't be marked: it is neither a number nor data of numbers",
                "data are marked by two lines, at the least and at the largest value",
                "write numbers, or a name that stands in a `data` line of the model",
            )
        found += [float(np.nanmin(data)), float(np.nanmax(data))]
    return found


def _numbers(subject: Subject, variable: Variable) -> np.ndarray:
    labels = subject.fit.coords[variable.dims[0]] if len(variable.dims) in (1, 2) else ()
    if not labels or any(isinstance(label, str) for label in labels) or len(labels) < 2:
        raise refusal(
            f"`{variable.title}` is no curve",
            "a curve runs along one index whose labels are numbers, such as "
            "`index radius = 5..250 by 5`",
            f"draw its intervals: `hdsl plot RUN caterpillar {variable.name}`",
        )
    return np.array([float(label) for label in labels])


def _scale(axes: Axes, x: np.ndarray, log: str) -> None:
    if "x" in log:
        axes.set_xscale("log")
    elif np.array_equal(x, np.round(x)):
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    if "y" in log:
        axes.set_yscale("log")
