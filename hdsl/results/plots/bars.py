"""Bars: how probable each value of a discrete quantity is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import described, number, symbol, verbatim
from hdsl.results.plots.quantity import Quantity
from hdsl.results.plots.stacks import as_percent, draw_stacks, is_sortable
from hdsl.results.plots.structure import index_words, names_or
from hdsl.results.plots.style import BLUE, GREY, ORANGE, legend_below, panels
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal
from hdsl.results.variables import Variable, label_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12
_FEW = 400
_MOST = 120


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """The probability of each value; a known truth, and the middle 90 %."""
    names = names_or(wishes.names, subject, suggested)
    shown = [_label_shares(subject, name) for name in names]
    if len(names) == 1 and shown[0] is not None:
        return _labels(subject, names[0], shown[0], wishes.order)
    quantities = subject.numbers(names, MOST)
    wrong = [one for one in quantities if not one.is_whole]
    if not quantities or wrong:
        raise refusal(
            f"`{wrong[0].name}` has too many values for bars"
            if wrong
            else "there is no discrete quantity to draw",
            "bars show whole numbers, and labels of an index set",
            "draw its density: `hdsl plot RUN prior_posterior NAME`"
            if wrong
            else "name one, or an element such as `'z[3]'`",
        )
    title = "How probable each value is"
    if len(quantities) == 1:
        title = f"How probable each value of {symbol(quantities[0].name)} is"
    figure, grid = panels(title, len(quantities))
    for axes, quantity in zip(grid, quantities, strict=True):
        _bars(axes, quantity, wishes)
        axes.set_xlabel(
            described(quantity.name, quantity.description, 70 if len(grid) == 1 else 34)
        )
    legend_below(figure, grid)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Each single discrete quantity of the posterior, and labels along one index."""
    found: list[tuple[str, ...]] = []
    for variable in subject.shown.values():
        if variable.role not in ("parameter", "derived"):
            continue
        if variable.dims:
            if variable.members is not None and len(variable.dims) == 1 and variable.size <= _MOST:
                found.append((variable.name,))
            continue
        if variable.members is not None:
            found.append((variable.name,))
            continue
        quantity = subject.numbers([variable.name])[0]
        if quantity.is_whole and np.ptp(quantity.flat) > 0:
            found.append((variable.name,))
    return found[:MOST]


def _bars(axes: Axes, quantity: Quantity, wishes: Wishes) -> None:
    draws = np.round(quantity.flat).astype(np.int64)
    low, high = np.quantile(draws, [0.05, 0.95], method="inverted_cdf")
    if np.ptp(draws) > _FEW:  # a tail so long that no bar would be seen
        draws = draws[draws <= np.quantile(draws, 0.995)]
    values, counts = np.unique(draws, return_counts=True)
    share = counts / quantity.flat.size
    inner = (values >= low) & (values <= high)
    for chosen, alpha, label in ((inner, 0.9, f"90 %: {low} to {high}"), (~inner, 0.4, "")):
        if chosen.any():
            bars = axes.bar(values[chosen], share[chosen], width=0.8, color=BLUE, alpha=alpha,
                            label=label or "_outer")  # fmt: skip
            for bar in bars:
                bar.set_gid("bar")
    axes.axvline(float(quantity.flat.mean()), color=GREY, lw=1.2, ls=(0, (4, 2)), gid="mean",
                 label=f"mean {number(float(quantity.flat.mean()))}")  # fmt: skip
    if quantity.name in wishes.truth:
        truth = wishes.truth[quantity.name]
        axes.axvline(truth, color=ORANGE, lw=2, label=f"truth: {truth:g}", gid="truth", zorder=3)
    axes.set_xlim(min(values[0], wishes.truth.get(quantity.name, np.inf)) - 0.8,
                  max(values[-1], wishes.truth.get(quantity.name, -np.inf)) + 0.8)  # fmt: skip
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    as_percent(axes)


def _label_shares(subject: Subject, name: str) -> Variable | None:
    """A quantity whose values are labels, if it is one without an index or along one."""
    variable = subject.shown.get(name)
    if variable is None or variable.members is None or len(variable.dims) > 1:
        return None
    return variable


def _labels(subject: Subject, name: str, variable: Variable, order: str) -> Figure:
    """Labels: a bar for each; along an index a stack of bars for each element."""
    assert variable.members is not None
    members = [label_text(label) for label in subject.fit.coords[variable.members]]
    shares = np.asarray(variable.indicators(subject.fit.coords).columns(), float).mean(axis=(0, 1))
    shares = shares.reshape(-1, len(members))
    labels = subject.fit.coords[variable.dims[0]] if variable.dims else ()
    return draw_stacks(
        symbol(name), described(name, subject.described(name)), shares,
        [verbatim(member) for member in members], [verbatim(label_text(label)) for label in labels],
        index_words(subject, name, variable.dims[0]) if variable.dims else variable.members,
        order == "value" and is_sortable(labels),
    )  # fmt: skip
