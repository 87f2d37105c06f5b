"""What the draws themselves tell about whether they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Diagnostic
from hdsl.results.convergence import MIN_DRAWS, Statistics, assess
from hdsl.results.limits import ESS_GOOD, R_HAT_GOOD, R_HAT_POOR
from hdsl.results.lone_chains import find_lone_chains
from hdsl.results.variables import Role, Variable

if TYPE_CHECKING:
    from hdsl.results.fit import Fit

_BEARABLE = 20


@dataclass(frozen=True, eq=False)
class _Judged:
    """A family and its statistics over the chains that are still trusted."""

    variable: Variable
    statistics: Statistics

    @property
    def worst_r_hat(self) -> int:
        return _place_of_worst(self.statistics.r_hat)

    @property
    def r_hat(self) -> float:
        return float(self.statistics.r_hat[self.worst_r_hat])

    @property
    def effective(self) -> NDArray[np.float64]:
        return np.minimum(self.statistics.ess_bulk, self.statistics.ess_tail)

    @property
    def ess(self) -> float:
        return float(self.effective[self.worst_ess])

    @property
    def worst_ess(self) -> int:
        return _place_of_worst(-self.effective)


def check_finite(fit: Fit) -> Iterator[Diagnostic]:
    """HB550: draws that are NaN or infinite."""
    parameter_broken = False
    for variable in sorted(fit.variables, key=lambda variable: variable.role != "parameter"):
        if variable.role == "replicate" or variable.values.dtype.kind != "f" or not variable.size:
            continue
        bad = ~np.isfinite(variable.columns())
        bad[:, :, list(variable.absent)] = False
        is_parameter = variable.role == "parameter"
        # What is computed from a broken parameter is broken too: one message is enough.
        if bad.any() and (is_parameter or not parameter_broken):
            parameter_broken |= is_parameter
            yield _not_finite(fit, variable, bad)


def check_chains(fit: Fit) -> Iterator[Diagnostic]:
    """HB551, HB552, HB553, HB557 and HB558: chains that stand still, disagree or are too short."""
    total = fit.num_chains * fit.num_draws
    if fit.facts.direct or not fit.judged:
        return
    if fit.num_draws < MIN_DRAWS or total < ESS_GOOD:
        yield _too_few(total)
    if fit.num_draws < MIN_DRAWS:
        return
    lone = find_lone_chains(fit)
    yield from lone.diagnostics
    keep = [chain for chain in range(fit.num_chains) if chain not in lone.chains]
    if keep:
        families = _judge(fit, keep)
        yield from _check_agreement(fit, families, keep)
        if total >= ESS_GOOD:
            yield from _check_size(fit, families)


def _not_finite(fit: Fit, variable: Variable, bad: NDArray[np.bool_]) -> Diagnostic:
    worst = int(bad.sum(axis=(0, 1)).argmax())
    name = variable.label(worst, fit.coords)
    count, total = int(bad[:, :, worst].sum()), bad.shape[0] * bad.shape[1]
    return Diagnostic(
        "HB550",
        f"`{name}` is not a finite number in {count} of {total} draws",
        variable.span,
        note="NaN or infinite",
        cause="a draw that is NaN or infinite leaves the variable without a mean, and spoils what "
        "is computed from it",
        help="look on this line for a division by zero, a logarithm of something negative, or a "
        "power that grows too large",
        severity="error" if variable.role == "parameter" else "warning",
    )


def _too_few(total: int) -> Diagnostic:
    return Diagnostic(
        "HB558",
        f"{total} draw{'s are' if total != 1 else ' is'} too few to judge the chains",
        cause="whether chains agree, and how much their draws are worth, shows only after some "
        "hundred draws",
        help="sample 1000 draws a chain",
    )


def _judge(fit: Fit, keep: Sequence[int]) -> list[_Judged]:
    if len(keep) == fit.num_chains:
        return [_Judged(variable, statistics) for variable, statistics in fit.judged]
    return [
        _Judged(variable, assess(variable.columns()[list(keep)]))
        if np.nanmax(statistics.r_hat, initial=1.0) > R_HAT_GOOD
        else _Judged(variable, statistics)
        for variable, statistics in fit.judged
    ]


def _disagrees(family: _Judged) -> bool:
    # A slightly raised R-hat is what few effective draws give: then that is what must be said.
    return family.r_hat > R_HAT_POOR or (family.r_hat > R_HAT_GOOD and family.ess >= ESS_GOOD)


def _check_agreement(
    fit: Fit, families: Sequence[_Judged], keep: Sequence[int]
) -> Iterator[Diagnostic]:
    for family in _parameters_first(families, _disagrees):
        index = family.worst_r_hat
        name = family.variable.label(index, fit.coords)
        yield Diagnostic(
            "HB552",
            f"R-hat of `{name}` is {_r_hat_text(family.r_hat)}: the chains don't agree about it",
            family.variable.span,
            note=_chain_means(family.variable, index, keep),
            cause="R-hat compares the spread of all draws with that within each chain; it is below "
            f"{R_HAT_GOOD} when all chains have found the same posterior",
            help="sample longer, the warm-up too; if that doesn't help, the data can't tell some "
            "unknowns apart, and a stronger prior or a simpler model is needed",
        )


def _check_size(fit: Fit, families: Sequence[_Judged]) -> Iterator[Diagnostic]:
    agreeing = [family for family in families if not _disagrees(family)]
    for family in _parameters_first(agreeing, lambda family: family.ess < ESS_GOOD):
        index = family.worst_ess
        in_tails = family.statistics.ess_tail[index] < family.statistics.ess_bulk[index]
        name = family.variable.label(index, fit.coords)
        yield Diagnostic(
            "HB553",
            f"the draws of `{name}` are worth only {family.ess:.0f} independent ones",
            family.variable.span,
            note="in the tails" if in_tails else "",
            cause=f"neighbouring draws resemble each other; {ESS_GOOD} effective draws are wanted "
            "for means and for the ends of intervals",
            help=_size_help(family),
        )


def _size_help(family: _Judged) -> str:
    more = math.ceil(ESS_GOOD / max(family.ess, 1.0))
    if more <= _BEARABLE:
        return f"sample about {more} times as many draws (`--samples`, in Python `num_samples`)"
    return (
        "give the unknowns of this line priors that leave out what can't be, or measure them on a "
        "scale on which they are of order one"
    )


def _parameters_first(
    families: Sequence[_Judged], is_poor: Callable[[_Judged], bool]
) -> list[_Judged]:
    # A derived quantity follows its parameters: it is blamed only when none of them is.
    poor = [family for family in families if is_poor(family)]
    roles: tuple[Role, ...] = ("parameter", "derived")
    for role in roles:
        chosen = [family for family in poor if family.variable.role == role]
        if chosen:
            return chosen
    return []


def _chain_means(variable: Variable, index: int, keep: Sequence[int]) -> str:
    draws = variable.columns()[list(keep), :, index].astype(np.float64)
    means = draws.mean(axis=1)
    if len(keep) < 2 or np.ptp(means) < draws.std(axis=1).mean():
        return ""
    return f"means of the chains: {', '.join(f'{mean:.3g}' for mean in means)}"


def _r_hat_text(value: float) -> str:
    if value > 10:
        return "above 10"
    return f"{value:.3f}" if value < R_HAT_POOR else f"{value:.2f}"


def _place_of_worst(values: NDArray[np.float64]) -> int:
    """Where the largest value stands; NaN counts least."""
    return int(np.where(np.isnan(values), -np.inf, values).argmax()) if values.size else 0
