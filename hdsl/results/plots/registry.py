"""All kinds of figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.results.plots import (
    bars,
    caterpillar,
    chains,
    compare,
    contour,
    curve,
    logistic,
    predictive,
    prior_posterior,
    regression,
    shrinkage,
)
from hdsl.results.plots.style import styled
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import ALWAYS, POINTS, Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    Attributes
    ----------
    shows
        What it shows, in a few words.
    names
        What is named with it; empty where nothing is.
    fits
        Where a model calls for it; empty where it is drawn on request alone.
    draw
        Makes the figure.
    takes
        Options that it has beside those of all kinds.
    suggested
        For each figure of this kind that a model calls for, the names in it.
    """

    name: str
    shows: str
    names: str
    fits: str
    draw: Callable[[Subject, Wishes], Figure]
    takes: frozenset[str] = frozenset()
    suggested: Callable[[Subject], Sequence[tuple[str, ...]]] = field(default=lambda _: [])


_ALL = (
    Kind(
        "prior_posterior",
        "prior against posterior",
        "single numbers; by default all",
        "single real unknowns, and what is computed from them",
        prior_posterior.draw,
        frozenset({"truth", "prior"}),
        prior_posterior.suggested,
    ),
    Kind(
        "caterpillar",
        "the intervals of a family, with what each one's data alone say",
        "one family",
        "families whose prior is unknown itself: `theta[day] ~ Beta(a, b)`",
        caterpillar.draw,
        frozenset({"order"}),
        caterpillar.suggested,
    ),
    Kind(
        "contour",
        "the joint density of two quantities",
        "two numbers or formulas",
        "two hyperparameters",
        contour.draw,
        frozenset({"truth"}),
        contour.suggested,
    ),
    Kind(
        "pairs",
        "every two of some quantities",
        "two to eight numbers or formulas",
        "three hyperparameters or single unknowns, or more",
        contour.draw_pairs,
        frozenset(),
        contour.suggested_pairs,
    ),
    Kind(
        "bars",
        "how probable each value of a discrete quantity is",
        "discrete quantities",
        "single discrete quantities, and labels along one index",
        bars.draw,
        frozenset({"truth", "order"}),
        bars.suggested,
    ),
    Kind(
        "curve",
        "a quantity along an index of numbers, with credible bands",
        "one quantity",
        "quantities along an index that the model uses as a number",
        curve.draw,
        POINTS | {"log", "mark", "mark_label"},
        curve.suggested,
    ),
    Kind(
        "regression",
        "data with their errors against a covariate, and the mean with bands, by groups",
        "what is observed",
        "observations whose mean is a function of one covariate, measured or not, and of groups",
        regression.draw,
        POINTS | {"log", "mark", "mark_label"},
        regression.suggested,
    ),
    Kind(
        "logistic",
        "the chance of a yes against a covariate, with the data",
        "what is observed",
        "yes-or-no data and hurdles whose chance is a function of one covariate, and of groups",
        logistic.draw,
        frozenset({"mark"}),
        logistic.suggested,
    ),
    Kind(
        "compare",
        "intervals of several families, label by label",
        "families over one index set, or one with two indices",
        "vectors over the same index set",
        compare.draw,
        suggested=compare.suggested,
    ),
    Kind(
        "shrinkage",
        "measured values against inferred ones",
        "one family that data measure",
        "families that data measure with known errors",
        shrinkage.draw,
        suggested=shrinkage.suggested,
    ),
    Kind(
        "ppc",
        "the data, and new data from the fitted model",
        "observed data; by default all",
        "observed data",
        predictive.draw,
        suggested=predictive.suggested,
    ),
    Kind(
        "ppc_groups",
        "the mean of the data of each group, and of new data",
        "observed data and a family",
        "data in groups, several for each element of a population",
        predictive.draw_groups,
        suggested=predictive.suggested_groups,
    ),
    Kind(
        "ppc_stats",
        "mean, sd and ends of the data, and of new data",
        "observed data",
        "observed numbers",
        predictive.draw_statistics,
        suggested=predictive.suggested_statistics,
    ),
    Kind(
        "trace",
        "the draws of each chain, one after the other",
        "single numbers",
        "single unknowns of runs with chains",
        chains.draw_trace,
        suggested=chains.suggested,
    ),
    Kind(
        "rank",
        "the ranks of each chain's draws among all",
        "single numbers",
        "single unknowns of runs with chains",
        chains.draw_rank,
        suggested=chains.suggested,
    ),
    Kind(
        "energy",
        "the energy of NUTS and its changes",
        "",
        "runs of NUTS",
        chains.draw_energy,
        suggested=chains.suggested_energy,
    ),
    Kind(
        "autocorrelation",
        "how long the chains remember",
        "single numbers",
        "",
        chains.draw_autocorrelation,
    ),
)
KINDS = {kind.name: kind for kind in _ALL}


def kind_of(name: str) -> Kind:
    """A kind by its name.

    Raises
    ------
    HdslError
        HB587 if there is none.
    """
    found = KINDS.get(name.replace("-", "_"))
    if found is not None:
        return found
    near = next(iter(get_close_matches(name, KINDS, 1, 0.6)), None)
    raise HdslError(
        [
            Diagnostic(
                "HB587",
                f"there is no kind of figure `{name}`",
                cause=f"the kinds are {', '.join(f'`{one}`' for one in KINDS)}",
                help=f"did you mean `{near}`?" if near else "choose one of these",
            )
        ]
    )


def make(kind: Kind, subject: Subject, wishes: Wishes) -> Figure:
    """Draw a figure.

    Raises
    ------
    HdslError
        HB574 or HB588 if it can't be drawn of this fit.
    """
    for option in wishes.given:
        if option not in kind.takes | ALWAYS:
            fitting = [one.name for one in _ALL if option in one.takes]
            raise refusal(
                f"`{kind.name}` has no option `{option}`",
                f"`{option}` is for {', '.join(f'`{name}`' for name in fitting)}",
                "leave it out",
            )
    with styled():
        figure = kind.draw(subject, wishes)
        _apply(figure, wishes)
    return figure


def suggested(subject: Subject) -> list[tuple[Kind, tuple[str, ...]]]:
    """The figures that a model calls for: kinds with names."""
    return [(kind, names) for kind in _ALL for names in kind.suggested(subject)]


def _apply(figure: Figure, wishes: Wishes) -> None:
    """What is wished of every figure."""
    if wishes.title:
        figure.suptitle(wishes.title, x=0.012, ha="left")
    if wishes.x_label:
        for axes in _alike(figure, lambda axes: axes.get_xlabel()):
            axes.set_xlabel(wishes.x_label)
    if wishes.y_label:
        for axes in _alike(figure, lambda axes: axes.get_ylabel()):
            axes.set_ylabel(wishes.y_label)
    width, height = figure.get_size_inches()
    figure.set_size_inches(wishes.width or width, wishes.height or height)


def _alike(figure: Figure, label: Callable[[Axes], str]) -> list[Axes]:
    """The first panel that has a label, and those with the same; without any, the first."""
    known = next((label(axes) for axes in figure.axes if label(axes)), "")
    return [axes for axes in figure.axes if label(axes) == known] if known else figure.axes[:1]
