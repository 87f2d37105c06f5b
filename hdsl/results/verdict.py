"""The verdict on a fit: one to four sentences that a reader can act on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from hdsl.diagnostics import Diagnostic
from hdsl.results.checks import check_chains, check_finite
from hdsl.results.lone_chains import chain_names
from hdsl.results.sampler_checks import check_sampler
from hdsl.source import Source

if TYPE_CHECKING:
    from hdsl.results.fit import Fit

_NAMED = 2


def diagnose(fit: Fit) -> tuple[Diagnostic, ...]:
    """All that speaks against the draws of `fit`, errors first."""
    found = chain(check_finite(fit), check_chains(fit), check_sampler(fit))
    return tuple(sorted(found, key=_urgency))


def _urgency(diagnostic: Diagnostic) -> tuple[bool, bool]:
    # More draws are the cure only where nothing else is wrong.
    return diagnostic.severity != "error", diagnostic.code == "HB553"


def verdict_of(fit: Fit) -> str:
    """What can be trusted and how exactly, or what is wrong, where, and what to try.

    What was left out of the fit, and what in it is not exact, comes last.
    """
    return " ".join([_judgement(fit), *_moved(fit), *fit.facts.remarks])


def _moved(fit: Fit) -> list[str]:
    """What became of chains in a mode of no weight."""
    moved = fit.facts.moved_chains
    if not moved:
        return []
    their, modes = ("its", "a mode") if len(moved) == 1 else ("their", "modes")
    return [
        f"Before {their} draws began, {chain_names(moved)} stood in {modes} of next to no weight, "
        "and went on from where another chain was."
    ]


def _judgement(fit: Fit) -> str:
    errors = [d for d in fit.diagnostics if d.severity == "error"]
    warnings = [d for d in fit.diagnostics if d.severity == "warning"]
    if errors:
        listed = _listed(fit, errors)
        return f"The draws can't be trusted{_gone_on(fit)}: {listed}. Try this: {errors[0].help}."
    if warnings:
        opening = f"The draws can be used with care: {_listed(fit, warnings)}."
        return " ".join([opening, *_precision(fit), f"Try this: {warnings[0].help}."])
    return " ".join([*_agreement(fit), *_precision(fit)])


def _gone_on(fit: Fit) -> str:
    """What the run did by itself against too few or doubtful draws."""
    more = fit.facts.rounds[1:]
    if not more:
        return ""
    steps = sum(sum(steps) for steps in fit.facts.rounds)
    return f", though the run went on by itself to {steps} steps a chain"


def _listed(fit: Fit, diagnostics: Sequence[Diagnostic]) -> str:
    named = [_placed(fit, diagnostic) for diagnostic in diagnostics[:_NAMED]]
    rest = len(diagnostics) - len(named)
    if rest:
        return f"{', '.join(named)}, and {rest} more"
    return ", and ".join(named)


def _placed(fit: Fit, diagnostic: Diagnostic) -> str:
    if diagnostic.span is None:
        return diagnostic.title
    line, _ = Source(fit.facts.model_text, fit.facts.model_name).position(diagnostic.span.start)
    return f"{diagnostic.title} (line {line})"


def _agreement(fit: Fit) -> list[str]:
    if not fit.variables:
        return ["There is nothing to draw: the model has no unknowns, and computes nothing."]
    if not fit.judged:
        return ["Nothing in this model had to be inferred: its draws come straight from it."]
    if fit.facts.direct:
        total = fit.num_chains * fit.num_draws
        return [f"The draws can be trusted: all {total} are exact and independent of each other."]
    r_hat = fit.assessed("r_hat")
    effective = np.minimum(fit.assessed("ess_bulk"), fit.assessed("ess_tail"))
    if not np.isfinite(r_hat).any():
        return ["The draws can be trusted: nothing varies in them."]
    agree = f"all {fit.num_chains} chains agree" if fit.num_chains > 1 else "the chain is steady"
    return [
        f"The draws can be trusted: {agree} (R-hat at most {np.nanmax(r_hat):.3f}), and every "
        f"quantity has at least {np.nanmin(effective):.0f} effective draws."
    ]


def _precision(fit: Fit) -> list[str]:
    sd, mcse = fit.assessed("sd"), fit.assessed("mcse")
    varies = np.isfinite(mcse) & (sd > 0)
    if not varies.any():
        return []
    worst = 100 * float((mcse[varies] / sd[varies]).max())
    return [f"The Monte Carlo error of the means is at most {worst:.2g} % of the posterior sd."]
