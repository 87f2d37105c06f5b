"""Prior against posterior."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import described, number, symbol
from hdsl.results.plots.prior import exact_prior, prior_curve, prior_range
from hdsl.results.plots.quantity import Quantity
from hdsl.results.plots.smooth import smooth
from hdsl.results.plots.structure import ends_of, names_or, single_numbers
from hdsl.results.plots.style import BLUE, GREY, INK, ORANGE, legend, legend_below, panels
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12
_FLAT = 20
"""A prior so many times as wide as the posterior looks flat, however much of it is shown."""


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """Densities of quantities before and after the data, and the posterior mean."""
    names = names_or(wishes.names, subject, suggested)
    quantities = [q for q in subject.numbers(names, MOST) if q.flat.size]
    if not quantities:
        raise refusal(
            "there is no single real number to draw",
            "a density belongs to a number, and this model has none without an index",
            "name some elements, as in `'theta[3]'`",
        )
    word = "Prior and posterior" if wishes.prior else "Posterior"
    of = f" of {symbol(quantities[0].name)}" if len(quantities) == 1 else ""
    figure, grid = panels(word + of, len(quantities))
    for axes, quantity in zip(grid, quantities, strict=True):
        if quantity.is_whole:
            _masses(axes, subject, quantity, wishes.prior, len(grid) == 1)
        else:
            _densities(axes, subject, quantity, wishes.prior, len(grid) == 1)
        axes.set_xlabel(
            described(quantity.name, quantity.description, 74 if len(grid) == 1 else 34)
        )
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        _mark_truth(axes, wishes, quantity)
    if len(grid) == 1:
        legend(grid[0])
    else:
        legend_below(figure, grid)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """All single real numbers, at most twelve."""
    names = [variable.name for variable in single_numbers(subject, "parameter", "derived")]
    found = [quantity.name for quantity in subject.numbers(names[:100]) if not quantity.is_whole]
    return [tuple(found[:MOST])] if found else []


def _densities(
    axes: Axes, subject: Subject, quantity: Quantity, with_prior: bool, alone: bool
) -> None:
    draws = quantity.flat
    posterior = smooth(draws)
    mean = float(draws.mean())
    label = _mean_label(axes, quantity, alone)
    if posterior.x.size == 1:
        axes.axvline(mean, color=BLUE, label="always this value")
        return
    low, high = (float(end) for end in posterior.x[[0, -1]])
    if with_prior:
        low, high = _widened(low, high, prior_range(subject, quantity))
    ends = ends_of(subject, quantity.family)
    low, high = max(low, ends[0]), min(high, ends[1])
    grid = np.linspace(low, high, 800)
    height = np.interp(grid, posterior.x, posterior.density, left=0.0, right=0.0)
    prior = prior_curve(subject, quantity, grid) if with_prior else None
    if prior is not None:
        axes.plot(grid, prior, color=GREY, ls=(0, (4, 2)), lw=1.8, label="prior", gid="prior")
    axes.plot(grid, height, color=BLUE, lw=2.0, label="posterior", gid="posterior")
    axes.fill_between(grid, height, color=BLUE, alpha=0.15, lw=0)
    axes.axvline(mean, color=INK, lw=1.0, label=label, gid="mean")
    known = [height, *([prior] if prior is not None else [])]
    top = max(float(np.max(line[np.isfinite(line)], initial=0.0)) for line in known)
    axes.set_ylim(0, 1.08 * min(top, 1.8 * float(height.max())))
    axes.set_xlim(low, high)


def _widened(low: float, high: float, prior: tuple[float, float] | None) -> tuple[float, float]:
    """A range that shows the prior too, as far as the posterior stays readable."""
    if prior is None:
        return low, high
    is_flat = prior[1] - prior[0] > _FLAT * (high - low)
    room = (0.5 if is_flat else 1.5) * (high - low)
    return max(min(low, prior[0]), low - room), min(max(high, prior[1]), high + room)


def _masses(
    axes: Axes, subject: Subject, quantity: Quantity, with_prior: bool, alone: bool
) -> None:
    values, counts = np.unique(quantity.flat, return_counts=True)
    share = counts / counts.sum()
    axes.bar(values, share, width=0.8, color=BLUE, alpha=0.6, label="posterior")
    prior = exact_prior(subject, quantity, values) if with_prior else None
    if prior is not None:
        axes.plot(values, prior, "o--", color=GREY, ms=3.5, label="prior", gid="prior")
    mean = float(quantity.flat.mean())
    label = _mean_label(axes, quantity, alone)
    axes.axvline(mean, color=INK, lw=1.0, label=label, gid="mean")


def _mean_label(axes: Axes, quantity: Quantity, alone: bool) -> str:
    """The mean stands in the legend of a panel alone, else above it; and what it leaves out."""
    draws = quantity.flat
    lost = 1 - draws.size / quantity.draws.size
    said = f"mean {number(float(draws.mean()))}"
    if lost:
        said += f" without the {100 * lost:.2g} % that are infinite or no numbers"
    if alone:
        return f"posterior {said}"
    axes.set_title("\n".join(textwrap.wrap(said, 40)), fontsize=10, color=GREY)
    return "posterior mean"


def _mark_truth(axes: Axes, wishes: Wishes, quantity: Quantity) -> None:
    if quantity.name in wishes.truth:
        axes.axvline(wishes.truth[quantity.name], color=ORANGE, lw=1.5, ls=":", label="truth")
