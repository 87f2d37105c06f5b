"""Shrinkage of true values: what was measured against what is inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import symbol
from hdsl.results.plots.places import measurement
from hdsl.results.plots.smooth import interval
from hdsl.results.plots.structure import names_or
from hdsl.results.plots.style import BLUE, GREY, INK, legend_below, new_figure
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MASS = 0.68
_MANY = 600


def draw(subject: Subject, wishes: Wishes) -> Figure:
    """Measured values with their errors, and the inferred ones with 68 % intervals."""
    names = names_or(wishes.names, subject, suggested)
    seen = measurement(subject, names[0]) if len(names) == 1 and names[0] in subject.shown else None
    if seen is None:
        for name in names:
            subject.family(name)
        raise refusal(
            "there is no measured quantity to draw",
            "it takes a family of unknowns that data measure with known normal errors: "
            "`x_obs[i] ~ Normal(x[i], error[i])`",
            "name such a family",
        )
    measured, error = (np.asarray(part, float).reshape(-1) for part in seen[:2])
    variable = subject.family(names[0])
    draws = np.asarray(variable.values, float).reshape(-1, variable.size)
    inferred = draws.mean(axis=0)
    low, high = interval(draws, _MASS)
    figure = new_figure(f"{symbol(variable.name)}: measured and inferred", 6.4, 5.8)
    axes = figure.add_subplot()
    if measured.size <= _MANY:
        bars = np.nan_to_num(np.maximum([inferred - low, high - inferred], 0))
        axes.errorbar(measured, inferred, xerr=error, yerr=bars, fmt="none", ecolor=GREY,
                      elinewidth=0.7, alpha=0.6)  # fmt: skip
    axes.plot(measured, inferred, "o", color=BLUE, ms=4, mec="white", mew=0.5, gid="values",
              label="posterior mean, 68 % intervals", alpha=0.9)  # fmt: skip
    ends = [float(min(measured.min(), low.min())), float(max(measured.max(), high.max()))]
    axes.plot(ends, ends, color=INK, lw=1, ls=(0, (4, 2)), label="as measured", gid="equal")
    centre = float(inferred.mean())
    axes.axhline(centre, color=GREY, lw=1, ls=":", label="mean of all", gid="mean")
    axes.set_xlabel(f"{symbol(variable.name)} as measured")
    axes.set_ylabel(f"{symbol(variable.name)} as inferred")
    legend_below(figure, axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Families that data measure with known errors."""
    if subject.bound is None:
        return []
    found: list[tuple[str, ...]] = []
    for variable in subject.shown.values():
        if len(variable.dims) == 1 and variable.size > 2 and variable.role == "parameter":
            seen = measurement(subject, variable.name)
            if seen is not None and seen[2] == variable.dims:
                found.append((variable.name,))
    return found
