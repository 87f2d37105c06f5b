"""Comparison: intervals of several families, label by label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import meaning, symbol, verbatim
from hdsl.results.plots.smooth import interval
from hdsl.results.plots.structure import comparable, names_or
from hdsl.results.plots.style import INK, SERIES, legend_below, name_places, new_figure
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal
from hdsl.results.variables import label_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_SERIES, _MOST_LABELS = 6, 60


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """Two or more families over one index set, or one with two indices, beside each other."""
    names = names_or(wishes.names, subject, suggested)
    series, labels, axis = _series(subject, names)
    if not 2 <= len(series) <= _MOST_SERIES or len(labels) > _MOST_LABELS:
        raise refusal(
            f"{len(series)} series of {len(labels)} labels can't be compared in one figure",
            f"it has room for 2 to {_MOST_SERIES} series over at most {_MOST_LABELS} labels",
            "name other families",
        )
    title = f"{' and '.join(symbol(name) for name in names)} by {verbatim(axis)}: "
    figure = new_figure(f"{title}50 and 95 % intervals", max(8.0, 0.16 * len(labels) + 2), 4.8)
    axes = figure.add_subplot()
    step = 0.7 / len(series)
    for number, (name, draws) in enumerate(series.items()):
        at = np.arange(len(labels)) + (number - (len(series) - 1) / 2) * step
        color = SERIES[number]
        for mass, width in ((0.95, 1.4), (0.5, 4.0)):
            low, high = interval(draws, mass)
            axes.vlines(at, low, high, color=color, lw=width, gid=f"{name} {mass}")
        axes.plot(at, np.median(draws, axis=0), "o", color=color, ms=6, mec="white", mew=1.0,
                  label=symbol(name), gid=f"{name} median")  # fmt: skip
    for place in range(1, len(labels)):
        axes.axvline(place - 0.5, color=INK, lw=0.4, alpha=0.15)
    name_places(axes, labels)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_xlabel(verbatim(axis))
    words = meaning(subject.described(names[0]))
    axes.set_ylabel(words if 0 < len(words) < 45 else symbol(names[0]))
    legend_below(figure, axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Families of vectors over one index set, or one such family with a second index."""
    return comparable(subject)


def _series(
    subject: Subject, names: tuple[str, ...]
) -> tuple[dict[str, np.ndarray], list[str], str]:
    families = [subject.family(name) for name in names]
    coords = subject.fit.coords
    if len(families) == 1 and len(families[0].dims) == 2:
        family = families[0]
        rows, columns = family.dims
        draws = np.asarray(family.values, float)
        draws = draws.reshape(-1, *draws.shape[2:])
        series = {
            f"{family.name}[{label_text(label)}]": draws[:, place]
            for place, label in enumerate(coords[rows])
        }
        return series, [verbatim(label_text(one)) for one in coords[columns]], columns
    dims = {family.dims for family in families}
    if len(families) < 2 or len(dims) != 1 or len(families[0].dims) != 1:
        raise refusal(
            "a comparison needs families over the same index set",
            "it shows two or more families with the same single index, or one with two indices",
            "name them, as in `hdsl plot RUN compare theta_NJ theta_TN`",
        )
    series = {
        family.name: np.asarray(family.values, float).reshape(-1, family.size)
        for family in families
    }
    axis = families[0].dims[0]
    return series, [verbatim(label_text(one)) for one in coords[axis]], axis
