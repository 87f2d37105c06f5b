"""Posterior predictive checks: new data from the fitted model beside the observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import described, symbol, verbatim
from hdsl.results.plots.raw import group_positions, trials_of
from hdsl.results.plots.smooth import interval, smooth
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
from hdsl.results.variables import label_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINES = 50
_FEW_COUNTS, _MOST_BINS, _MOST_BARS = 100, 25, 31
_STATISTICS = (
    ("mean", lambda y: np.mean(y, axis=-1)),
    ("standard deviation", lambda y: np.std(y, axis=-1, ddof=1)),
    ("smallest value", lambda y: np.min(y, axis=-1)),
    ("largest value", lambda y: np.max(y, axis=-1)),
)


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """The distribution of the data, and of data that the fitted model would give."""
    names = _names(subject, wishes.names)
    figure, grid = panels("Data, and new data from the fitted model", len(names))
    for axes, name in zip(grid, names, strict=True):
        observed, replicated = _pair(subject, name)
        if _is_count(subject, name) and np.ptp(observed) <= _FEW_COUNTS:
            _counts(axes, observed, replicated)
        else:
            _densities(axes, observed, replicated)
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
    observed, replicated = _pair(subject, names[0])
    title = f"Statistics of {symbol(names[0])}, and of sets of new data"
    figure, grid = panels(title, len(_STATISTICS))
    for axes, (word, statistic) in zip(grid, _STATISTICS, strict=True):
        new, old = statistic(replicated), float(statistic(observed))
        _histogram(axes, new, old)
        share = float(np.mean(new > old) + np.mean(new == old) / 2)
        axes.set_xlabel(f"{word}\n({100 * share:.0f} % of new data exceed it)")
    legend_below(figure, grid)
    return figure


def draw_groups(subject: Subject, wishes: Wishes) -> Figure:
    """The mean of the data of each group, and 95 % of those of new data."""
    name, family, groups = _grouped(subject, wishes.names)
    observed, replicated = _pair(subject, name)
    axis = subject.family(family).dims[0]
    labels = [verbatim(label_text(label)) for label in subject.fit.coords[axis]]
    trials = trials_of(subject, name)
    word = "mean" if trials is None else "share"
    counts = np.bincount(groups, trials, len(labels)).astype(float)
    seen = np.nonzero(counts)[0]
    sums = np.zeros((len(replicated), len(labels)))
    np.add.at(sums.T, groups, replicated.T)
    new = sums[:, seen] / counts[seen]
    old = np.bincount(groups, observed, len(labels))[seen] / counts[seen]
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
    axes.set_ylabel(f"{word} of {symbol(name)}")
    legend_below(figure, axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """All observed arrays of which there are replicates."""
    found = tuple(_checkable(subject))
    return [found] if found else []


def suggested_statistics(subject: Subject) -> list[tuple[str, ...]]:
    """Observed arrays of numbers that are more than yes and no."""
    return [(name,) for name in _checkable(subject) if np.unique(_pair(subject, name)[0]).size > 2]


def suggested_groups(subject: Subject) -> list[tuple[str, ...]]:
    """Data that belong to groups with several data each, of a population."""
    found: list[tuple[str, ...]] = []
    for node in populations(subject):
        for name in _checkable(subject):
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
    return names or tuple(known)[:6]


def _checkable(subject: Subject) -> dict[str, None]:
    """Observed arrays of numbers, of two data or more, of which there are replicates."""
    replicates = {v.name: v for v in subject.fit.variables if v.role == "replicate"}
    found: dict[str, None] = {}
    for name, (_, values) in subject.fit.observed_data.items():
        replicate = replicates.get(name)
        if replicate is None or values.dtype.kind not in "fiub" or replicate.members is not None:
            continue
        if np.isfinite(values).sum() > 1 and replicate.size > 1:
            found[name] = None
    return found


def _pair(subject: Subject, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The data, and for each draw new data of the same size; what is missing is left out."""
    observed = np.asarray(subject.fit.observed_data[name][1], float).reshape(-1)
    variable = next(v for v in subject.fit.variables if v.role == "replicate" and v.name == name)
    replicated = np.asarray(variable.values, float).reshape(-1, variable.size)
    known = np.isfinite(observed)
    if replicated.shape[1] != observed.size:  # the rows that are observed, alone
        return _finite(name, observed[known], replicated)
    return _finite(name, observed[known], replicated[:, known])


def _finite(
    name: str, observed: np.ndarray, replicated: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The data with those of the new data that are numbers."""
    kept = replicated[np.isfinite(replicated).all(axis=1)]
    if not kept.size:
        raise refusal(
            f"the new data for `{name}` are not finite",
            "a check compares the data with new data from the fitted model",
            "look at the verdict of the run: something overflows",
        )
    return observed, kept


def _is_count(subject: Subject, name: str) -> bool:
    return any(
        v.name == name and v.role == "replicate" and v.values.dtype.kind in "iub"
        for v in subject.fit.variables
    )


def _densities(axes: Axes, observed: np.ndarray, replicated: np.ndarray) -> None:
    lowest = 0.0 if min(observed.min(), replicated.min()) >= 0 else -np.inf
    rows = np.linspace(0, len(replicated) - 1, min(_LINES, len(replicated))).astype(int)
    for number, row in enumerate(rows):
        if np.ptp(replicated[row]) > 0:
            curve = smooth(replicated[row], mirrored=False, lowest=lowest)
            label = "_more" if number else "new data"
            axes.plot(curve.x, curve.density, color=BLUE, lw=0.6, alpha=0.35, label=label)
    if np.ptp(observed) > 0:
        curve = smooth(observed, mirrored=False, lowest=lowest)
        axes.plot(curve.x, curve.density, color=INK, lw=2, label="data", gid="data")
        room = 0.6 * float(np.ptp(observed))
        low, high = np.quantile(replicated[rows], [0.001, 0.999])
        left = np.clip(low, observed.min() - room, curve.x[0])
        axes.set_xlim(
            lowest if left < lowest + 0.1 * room else left,
            np.clip(high, curve.x[-1], observed.max() + room),
        )
    axes.set_yticks([])
    axes.set_ylim(0, None)
    axes.spines["left"].set_visible(False)


def _counts(axes: Axes, observed: np.ndarray, replicated: np.ndarray) -> None:
    """How often each whole number occurs, or each of a few ranges of them."""
    from matplotlib.ticker import MaxNLocator

    low = int(min(observed.min(), np.quantile(replicated, 0.001)))
    high = int(max(observed.max(), np.quantile(replicated, 0.999)))
    step = max(1, -(-(high - low + 1) // _MOST_BINS))
    edges = np.arange(low, high + step + 1, step) - 0.5
    middle = (edges[:-1] + edges[1:]) / 2
    seen, _ = np.histogram(observed, edges)
    rows = replicated[:: max(1, len(replicated) // 1000)]
    new = np.stack([np.histogram(row, edges)[0] for row in rows])
    axes.bar(middle, seen, width=0.85 * step, color="#c9c9c9", label="data", gid="data")
    for mass, thick in ((0.95, 1.4), (0.5, 4.0)):
        ends = interval(new, mass)
        axes.vlines(middle, *ends, color=BLUE, lw=thick, label=f"{100 * mass:g} % of new data")
    axes.plot(middle, np.median(new, axis=0), "o", color="white", ms=3.5, mec=BLUE, mew=0.8, ls="",
              label="median of new data")  # fmt: skip
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if middle.size <= 2:
        axes.set_xticks(middle)
    axes.set_ylabel("number of data" if step == 1 else f"number of data in steps of {step}")


def _histogram(axes: Axes, new: np.ndarray, old: float) -> None:
    from matplotlib.ticker import MaxNLocator

    new = new[np.isfinite(new)]
    axes.hist(new, bins=_bins(new), color=BLUE, alpha=0.55, label="new data")
    axes.axvline(old, color=INK, lw=1.8, label="data", gid="data")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    is_whole = bool(np.all(new == np.round(new)))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=is_whole))
    axes.axhline(0, color=GREY, lw=0.8)


def _bins(new: np.ndarray) -> list[float]:
    """Edges of bars: about each whole number, if they are few; one bar for always the same."""
    low, high = float(new.min()), float(new.max())
    if high - low <= _MOST_BARS and np.all(new == np.round(new)):
        return (np.arange(low, high + 2) - 0.5).tolist()
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        high, low = high + 0.5, low - 0.5
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
