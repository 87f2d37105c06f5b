"""Posterior predictive checks: new data from the fitted model beside the observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.new_data import NewData, mean, new_data, statistics
from hdsl.results.plots.comparison import compare, logarithmic_axis, wants_logarithms
from hdsl.results.plots.letters import described, symbol, verbatim
from hdsl.results.plots.raw import group_positions, trials_of
from hdsl.results.plots.smooth import interval
from hdsl.results.plots.structure import names_or, populations
from hdsl.results.plots.style import (
    BAND_COLORS,
    BLUE,
    GREY,
    INK,
    ORANGE,
    legend_below,
    name_places,
    new_figure,
    panels,
)
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal
from hdsl.results.variables import Variable, label_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_BARS, _MOST_VALUES = 31, 1000
_WIDE = 30
_WORDS = {"sd": "standard deviation", "minimum": "smallest value", "maximum": "largest value"}


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """The distribution of the data, and of data that the fitted model would give."""
    names = _names(subject, wishes.names)
    figure, grid = panels("Data, and new data from the fitted model", len(names))
    for axes, name in zip(grid, names, strict=True):
        compare(axes, _compared(subject, name))
        axes.set_xlabel(described(name, subject.described(name), 70 if len(grid) == 1 else 34))
    legend_below(figure, grid)
    return figure


def draw_statistics(subject: Subject, wishes: Wishes) -> Figure:
    """Mean, sd and ends of the data, and of new data: how often these exceed them."""
    names = _names(subject, wishes.names)
    if len(names) != 1:
        raise refusal(
            "statistics are drawn of one array of data",
            f"the model observes {', '.join(f'`{name}`' for name in names)}",
            "name one of these",
        )
    found = list(statistics(_compared(subject, names[0])))
    title = f"Statistics of {symbol(names[0])}, and of sets of new data"
    figure, grid = panels(title, len(found))
    for axes, one in zip(grid, found, strict=True):
        _histogram(axes, one.of_new, one.of_data)
        word = _WORDS.get(one.name, one.name)
        axes.set_xlabel(f"{word}\n({100 * one.above:.0f} % of new data exceed it)")
    legend_below(figure, grid)
    return figure


def draw_groups(subject: Subject, wishes: Wishes) -> Figure:
    """The mean of the data of each group, and 95 % of those of new data."""
    name, family, groups = _grouped(subject, wishes.names)
    data = _compared(subject, name)
    axis = subject.family(family).dims[0]
    labels = [verbatim(label_text(label)) for label in subject.fit.coords[axis]]
    trials = trials_of(subject, name)
    word = "mean" if trials is None else "share"
    counts = np.bincount(groups, trials, len(labels)).astype(float)
    seen = np.nonzero(counts)[0]
    old, new = _group_means(data, groups, seen)
    if trials is not None:
        per_group = np.bincount(groups, minlength=len(labels))[seen] / counts[seen]
        old, new = old * per_group, new * per_group
    order = np.argsort(old, kind="stable")
    width = float(np.clip(0.145 * seen.size + 1.2, 8.0, 13.0))
    figure = new_figure(
        f"{word.capitalize()} of {symbol(name)} for each {axis}, and of new data", width, 5.0
    )
    axes = figure.add_subplot()
    at = np.arange(seen.size)
    for mass, thick, color in ((0.95, 1.6, BAND_COLORS[2]), (0.5, 4.5, BAND_COLORS[2])):
        low, high = interval(new[:, order], mass)
        axes.vlines(at, low, high, color=color, lw=thick, gid=f"interval {mass}",
                    label=f"{100 * mass:g} % of new data")  # fmt: skip
    axes.plot(at, old[order], "o", color=ORANGE, ms=4.5, mec="white", mew=0.5, ls="", gid="data",
              label="data", zorder=3)  # fmt: skip
    chosen = [labels[seen[place]] for place in order.tolist()]
    name_places(axes, chosen)
    axes.set_xlim(-0.8, seen.size - 0.2)
    axes.set_xlabel(axis)
    cut = ", cut where those of its group end" if data.is_censored else ""
    axes.set_ylabel(f"{word} of {symbol(name)}{cut}")
    legend_below(figure, axes)
    return figure


def _group_means(
    data: NewData, groups: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the data of each group, and for each draw those of new data."""
    ordered = np.argsort(groups, kind="stable")
    parts = np.split(ordered, np.searchsorted(groups[ordered], np.arange(1, seen.max() + 1)))
    means = [mean(data.only(parts[group])) for group in seen]
    return np.array([one.of_data for one in means]), np.stack([one.of_new for one in means], 1)


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """All observed arrays of which there are replicates."""
    found = tuple(_comparable(subject))
    return [found] if found else []


def suggested_statistics(subject: Subject) -> list[tuple[str, ...]]:
    """Observed arrays of numbers that are more than yes and no."""
    return [
        (name,) for name, data in _comparable(subject).items() if np.unique(data.observed).size > 2
    ]


def suggested_groups(subject: Subject) -> list[tuple[str, ...]]:
    """Data that belong to groups with several data each, of a population."""
    found: list[tuple[str, ...]] = []
    for node in populations(subject):
        for name in _comparable(subject):
            groups = group_positions(subject, node.name, name)
            if groups is not None and groups.size > np.unique(groups).size > 1:
                found.append((name, node.name))
    return found


def _names(subject: Subject, names: tuple[str, ...]) -> tuple[str, ...]:
    known = _checkable(subject)
    wrong = [name for name in names if name not in known]
    if wrong or not known:
        raise refusal(
            f"there is no new data for `{wrong[0]}`"
            if wrong
            else "there is no new data to compare",
            "checks are drawn of what the model observes and can draw anew"
            + (f": {', '.join(f'`{name}`' for name in known)}" if known else ""),
            "name observed data" if known else "this run has no replicates of its data",
        )
    return names or tuple(_comparable(subject) or known)[:6]


def _checkable(subject: Subject) -> dict[str, Variable]:
    """Observed arrays of numbers, of two data or more, of which there are replicates."""
    replicates = {v.name: v for v in subject.fit.variables if v.role == "replicate"}
    found: dict[str, Variable] = {}
    for name, (_, values) in subject.fit.observed_data.items():
        replicate = replicates.get(name)
        if replicate is None or values.dtype.kind not in "fiub" or replicate.members is not None:
            continue
        if np.isfinite(values).sum() > 1 and replicate.size > 1:
            found[name] = replicate
    return found


def _comparable(subject: Subject) -> dict[str, NewData]:
    """Those that can be compared."""
    known = {name: _new_data(subject, variable) for name, variable in _checkable(subject).items()}
    return {name: found for name, found in known.items() if found is not None}


def _new_data(subject: Subject, variable: Variable) -> NewData | None:
    key = ("new data", variable.name)
    if key not in subject.memory:
        subject.memory[key] = new_data(subject.fit, variable)
    return subject.memory[key]


def _compared(subject: Subject, name: str) -> NewData:
    """The data, and for each draw new data of the same size; what is missing is left out."""
    variable = _checkable(subject)[name]
    found = _new_data(subject, variable)
    if found is not None:
        return found
    if variable.at_least and variable.at_most:
        raise refusal(
            f"new data can't be compared with `{name}`",
            "of some of the data only a lower bound is known, of others only an upper one, and "
            "nothing tells how new data would be censored",
            "censor to limits that are known for all data: `censored to [lower, upper]`",
        )
    raise refusal(
        f"the new data for `{name}` are not finite",
        "a check compares the data with new data from the fitted model",
        "look at the verdict of the run: something overflows",
    )


def _histogram(axes: Axes, new: np.ndarray, old: float) -> None:
    from matplotlib.ticker import MaxNLocator

    new = new[np.isfinite(new)]
    logarithmic = old > 0 and new.max() > _WIDE * new.min() and wants_logarithms(new, new)
    bins = _bins(np.log(new)) if logarithmic else _bins(new)
    edges = np.exp(bins) if logarithmic else np.array(bins)
    axes.hist(new, bins=edges.tolist(), color=BLUE, alpha=0.55, label="new data")
    axes.axvline(old, color=INK, lw=1.8, label="data", gid="data")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if logarithmic:
        axes.set_xlim(min(edges[0], old / 1.1), max(edges[-1], 1.1 * old))
        logarithmic_axis(axes)
    else:
        is_whole = bool(np.all(new == np.round(new)))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=is_whole))
    axes.axhline(0, color=GREY, lw=0.8)


def _bins(new: np.ndarray) -> list[float]:
    """Edges of bars: about each of some values at even steps, or about as many of them each."""
    low, high = float(new.min()), float(new.max())
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        return np.linspace(low - 0.5, high + 0.5, _MOST_BARS + 1).tolist()
    values = np.unique(new)
    step = float(np.diff(values).min())
    steps = (values - low) / step
    if steps[-1] <= _MOST_VALUES and np.allclose(steps, np.round(steps), atol=1e-6):
        step *= -(-(round(steps[-1]) + 1) // _MOST_BARS)
        count = int((high - low) / step + 1e-6) + 1
        return (low + step * (np.arange(count + 1) - 0.5)).tolist()
    return np.linspace(low, high, _MOST_BARS + 1).tolist()


def _grouped(subject: Subject, names: tuple[str, ...]) -> tuple[str, str, np.ndarray]:
    chosen = names_or(names, subject, suggested_groups)
    for name in _checkable(subject):
        if name not in chosen:
            continue
        for node in populations(subject):
            groups = group_positions(subject, node.name, name)
            if groups is not None and (len(chosen) == 1 or node.name in chosen):
                return name, node.name, groups
    raise refusal(
        "there are no data in groups to draw",
        "it takes data whose distribution depends on a family of unknowns, an element for each "
        "group of data",
        "name the data and the family, as in `hdsl plot RUN ppc_groups y theta`",
    )
