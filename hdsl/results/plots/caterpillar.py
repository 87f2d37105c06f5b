"""Caterpillar: the intervals of a family, sorted, with what the data of each alone say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.density.streams import DRAW
from hdsl.expressions.evaluate import spread
from hdsl.model.graph import Stochastic
from hdsl.results.plots.letters import described, symbol, verbatim
from hdsl.results.plots.raw import raw_estimates
from hdsl.results.plots.smooth import interval, is_yes_or_no
from hdsl.results.plots.stacks import draw_stacks, is_sortable
from hdsl.results.plots.structure import index_words, names_or, populations
from hdsl.results.plots.style import BLUE, GREY, INK, ORANGE, legend_below, name_places, new_figure
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal
from hdsl.results.variables import Variable, label_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 2000
_LYING = 25
"""So many groups get a line each; more stand beside each other."""
_LABELLED = 90


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """50 and 95 % intervals of each element, the raw estimates, and the population's mean."""
    names = names_or(wishes.names, subject, suggested)
    if len(names) != 1:
        raise refusal(
            "a caterpillar shows one family",
            "this model has no family of unknowns with a common, unknown prior"
            if not names
            else f"{len(names)} names were given",
            "name one, as in `hdsl plot RUN caterpillar theta`",
        )
    variable = subject.family(names[0]).indicators(subject.fit.coords)
    if not variable.dims or variable.size > _MOST:
        raise refusal(
            f"`{variable.name}` is no family that can be shown so",
            f"a caterpillar has a line for each of 1 to {_MOST} elements, and it has "
            f"{variable.size if variable.dims else 'no index'}",
            "name another quantity",
        )
    if is_yes_or_no(np.asarray(variable.values)) and len(variable.dims) == 1:
        return _chances(subject, variable, wishes.order)
    return _drawn(subject, variable, wishes)


def _chances(subject: Subject, variable: Variable, order: str) -> Figure:
    """What is 0 or 1 has no interval worth a look: how probable a 1 is, instead."""
    chance = np.asarray(variable.values, float).reshape(-1, variable.size).mean(axis=0)
    labels = [_short(variable, index, subject) for index in range(variable.size)]
    return draw_stacks(
        symbol(variable.name), described(variable.name, subject.described(variable.name)),
        np.stack([chance, 1 - chance], axis=1), ["1", "0"], labels,
        index_words(subject, variable.name, variable.dims[0]),
        order == "value" and is_sortable(subject.fit.coords[variable.dims[0]]),
    )  # fmt: skip


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """The families with a common prior that is unknown, where they can be told apart."""
    names = [node.name for node in populations(subject)]
    return [(name,) for name in names if 1 < subject.shown[name].size <= _LABELLED + 30]


def _drawn(subject: Subject, variable: Variable, wishes: Wishes) -> Figure:
    draws = np.asarray(variable.values, float).reshape(-1, variable.size)
    middle = np.median(draws, axis=0)
    order = np.argsort(middle, kind="stable") if wishes.order == "value" else np.arange(len(middle))
    raw = raw_estimates(subject, variable.name) if len(variable.dims) == 1 else None
    centre = _centre(subject, variable)
    labels = [_short(variable, index, subject) for index in order.tolist()]
    lying = variable.size <= _LYING
    of = " and ".join(_groups(subject, variable))
    title = f"{symbol(variable.name)} of each {of}: 50 and 95 % intervals"
    title += ", and what its data alone say" if raw is not None else ""
    figure = _sized(title, variable.size, labels)
    axes = figure.add_subplot()
    at = np.arange(variable.size, dtype=float)
    at = at[::-1] if lying and wishes.order == "file" else at
    _intervals(axes, at, draws[:, order], lying)
    if raw is not None:
        _points(axes, raw[order], at, lying, marker="o", mfc="white", mec=ORANGE, mew=1.3, ms=4.8,
                ls="", label="from its data alone", gid="raw", zorder=4)  # fmt: skip
    _population(axes, centre, at, order, lying)
    _dress(axes, subject, variable, at, labels, lying)
    legend_below(figure, axes)
    return figure


def _groups(subject: Subject, variable: Variable) -> list[str]:
    return [verbatim(index_words(subject, variable.name, dim)) for dim in variable.dims]


def _sized(title: str, size: int, labels: list[str]) -> Figure:
    if size <= _LYING:
        return new_figure(title, 8.0, max(3.6, 0.24 * size + 1.7))
    longest = max(map(len, labels)) if size <= _LABELLED else 0
    return new_figure(title, float(np.clip(0.145 * size + 1.2, 8.0, 13.0)), 4.6 + 0.05 * longest)


def _intervals(axes: Axes, at: np.ndarray, draws: np.ndarray, lying: bool) -> None:
    for mass, width, label in ((0.95, 1.2, "95 %"), (0.5, 3.4, "50 %")):
        low, high = interval(draws, mass)
        line = axes.hlines if lying else axes.vlines
        line(at, low, high, color=BLUE, lw=width, label=f"{label} interval", gid=f"interval {mass}",
             alpha=0.65 if mass > 0.9 else 1.0)  # fmt: skip
    _points(axes, np.median(draws, axis=0), at, lying, marker="o", color=INK, ms=3.4, ls="",
            mew=0, label="median", gid="median", zorder=3)  # fmt: skip


def _points(axes: Axes, value: np.ndarray, at: np.ndarray, lying: bool, **look: Any) -> None:
    axes.plot(*((value, at) if lying else (at, value)), **look)


def _population(
    axes: Axes, centre: np.ndarray | None, at: np.ndarray, order: np.ndarray, lying: bool
) -> None:
    """The mean of the population: a line, or a mark for each group where it differs."""
    if centre is None:
        return
    if np.ptp(centre) <= 1e-9 * max(1.0, float(np.abs(centre).max())):
        line = axes.axvline if lying else axes.axhline
        line(float(centre[0]), color=GREY, lw=1.2, ls=(0, (4, 2)), zorder=1,
             label="population mean", gid="population")  # fmt: skip
    else:
        _points(axes, centre[order], at, lying, marker="|" if lying else "_", color=GREY, ms=8,
                mew=1.6, ls="", label="expected for it", gid="population")  # fmt: skip


def _dress(
    axes: Axes, subject: Subject, variable: Variable, at: np.ndarray, labels: list[str], lying: bool
) -> None:
    value = described(variable.name, subject.described(variable.name))
    group = ", ".join(_groups(subject, variable))
    edge = (-0.8, variable.size - 0.2)
    if lying:
        axes.set_yticks(at, labels)
        axes.set_ylim(*edge)
        axes.set_xlabel(value)
        axes.set_ylabel(group)
        axes.tick_params(axis="y", length=0)
        return
    axes.set_xlim(*edge)
    axes.set_ylabel(value.replace("\n", " ") if len(value) < 50 else symbol(variable.name))
    has_room = name_places(axes, labels, _LABELLED)
    axes.set_xlabel(group if has_room else f"{variable.size} elements, sorted by their medians")


def _short(variable: Variable, index: int, subject: Subject) -> str:
    """The labels of an element; names that are too long for an axis are cut."""
    place = np.unravel_index(index, variable.values.shape[2:])
    labels = [
        label_text(subject.fit.coords[dim][int(i)])
        for dim, i in zip(variable.dims, place, strict=True)
    ]
    text = ", ".join(labels)
    return verbatim(text if len(text) <= 22 else f"{text[:21]}…")


def _centre(subject: Subject, variable: Variable) -> np.ndarray | None:
    """The posterior mean of the mean of each element's prior."""
    node = None if subject.bound is None else subject.bound.graph.nodes.get(variable.name)
    mean = node.random.mean() if isinstance(node, Stochastic) else None
    if mean is None or len(variable.dims) != 1 or not isinstance(node, Stochastic):
        return None
    try:
        run = subject.evaluator((mean,), subject.draws, without=[variable.name])
        value = run(mean)
    except (KeyError, ValueError):
        return None
    if DRAW not in value.axes:
        return None
    array = np.asarray(spread(value, (DRAW, *node.axes)), float)
    return np.broadcast_to(array.mean(axis=0), (variable.size,))
