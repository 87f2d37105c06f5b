"""What the sampler noticed on its way: divergences, trees at their limit, slow energy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Diagnostic
from hdsl.results.convergence import energy_fraction, rank_scores
from hdsl.results.limits import (
    DIVERGENT_COUNT,
    DIVERGENT_SHARE,
    ENERGY_FRACTION,
    SATURATED_SHARE,
)
from hdsl.results.lone_chains import chain_names
from hdsl.results.variables import Array, Variable

if TYPE_CHECKING:
    from hdsl.results.fit import Fit

_ENOUGH_TO_LOCATE = 5
_CLEAR = 5.0
_MOST_ELEMENTS = 2000


def check_sampler(fit: Fit) -> Iterator[Diagnostic]:
    """HB554, HB555 and HB556; nothing for what the sampler didn't record."""
    if "diverging" in fit.sample_stats:
        yield from _check_divergences(fit, fit.sample_stats["diverging"])
    if "tree_depth" in fit.sample_stats:
        yield from _check_depth(fit, fit.sample_stats["tree_depth"])
    if "energy" in fit.sample_stats:
        yield from _check_energy(fit.sample_stats["energy"])


_SMALLER_STEPS = (
    "run with smaller steps (`--target-accept 0.95`, in Python `target_acceptance_rate=0.95`)"
)


@dataclass(frozen=True)
class _Gathering:
    variable: Variable
    name: str
    side: str


def _check_divergences(fit: Fit, diverging: Array) -> Iterator[Diagnostic]:
    count, total = int(np.count_nonzero(diverging)), diverging.size
    if not count:
        return
    many = count > max(DIVERGENT_COUNT, DIVERGENT_SHARE * total)
    place = _gathering(fit, diverging.astype(np.bool_)) if count >= _ENOUGH_TO_LOCATE else None
    where = f"; they gather at {place.side} values of `{place.name}`" if place else ""
    yield Diagnostic(
        "HB554",
        f"{count} of {total} transitions diverged{where}",
        place.variable.span if place else None,
        note=f"the divergences lie at {place.side} values of this" if place else "",
        cause="where the posterior curves more sharply than the sampler's steps can follow, "
        "a transition fails, and a region around that place may be missing from the draws"
        + ("" if many else "; a few isolated ones among thousands seldom matter"),
        help=_divergence_help(place) if many else "compare with a run with another seed",
        severity="error" if many else "warning",
    )


def _divergence_help(place: _Gathering | None) -> str:
    if place and place.side == "small":
        return (
            f"{_SMALLER_STEPS}; if that doesn't help, give `{place.variable.name}` a prior that "
            "keeps it away from where the divergences are"
        )
    return (
        f"{_SMALLER_STEPS}; if that doesn't help, look for a prior that is far wider than what can "
        "be, or for unknowns that the data can't tell apart"
    )


def _gathering(fit: Fit, diverging: NDArray[np.bool_]) -> _Gathering | None:
    """The parameter whose draws at divergences are most clearly not like its other draws."""
    where = np.flatnonzero(diverging.reshape(-1))
    best, found = _CLEAR, None
    for variable in fit.variables:
        if variable.role != "parameter" or variable.values.dtype.kind != "f":
            continue
        columns = variable.columns()[:, :, :_MOST_ELEMENTS]
        flat = np.moveaxis(columns, -1, 0).reshape(columns.shape[2], diverging.size)
        # A mean of k normal scores has the standard deviation 1 / sqrt(k).
        scores = rank_scores(flat)[:, where].mean(axis=1) * np.sqrt(where.size)
        if scores.size and np.abs(scores).max() > best:
            index = int(np.abs(scores).argmax())
            best = float(np.abs(scores[index]))
            side = "small" if scores[index] < 0 else "large"
            found = _Gathering(variable, variable.label(index, fit.coords), side)
    return found


def _check_depth(fit: Fit, depth: Array) -> Iterator[Diagnostic]:
    limit = fit.facts.max_tree_depth
    share = float(np.mean(depth.astype(np.int64) >= limit))
    if share > SATURATED_SHARE:
        yield Diagnostic(
            "HB555",
            f"{100 * share:.0f} % of the transitions reached the greatest tree depth, {limit}",
            cause="the sampler wanted to go further before it turned back; its draws are right, "
            "but each is worth less, and costs more, than it could",
            help="measure the unknowns on scales on which they are of order one, or look for two "
            "of them of which the data know only the sum",
            severity="warning",
        )


def _check_energy(energy: Array) -> Iterator[Diagnostic]:
    fractions = energy_fraction(energy)
    low = [int(chain) for chain in np.flatnonzero(fractions < ENERGY_FRACTION)]
    if low:
        who = "the chains" if len(low) == fractions.size > 1 else chain_names(low)
        explore = "explore" if len(low) > 1 else "explores"
        yield Diagnostic(
            "HB556",
            f"{who} {explore} the tails slowly (E-BFMI {fractions[low].min():.2f})",
            cause="the energy of a chain should change freely from draw to draw; where E-BFMI is "
            f"below {ENERGY_FRACTION} the tails of the posterior are heavier than the steps reach",
            help="look for a prior with very heavy tails, or a scale that may come close to zero, "
            "and make it narrower if what you know allows it",
            severity="warning",
        )
