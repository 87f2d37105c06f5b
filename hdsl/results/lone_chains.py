"""Chains that stand still or apart: one of them spoils every statistic, so it is named first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Diagnostic
from hdsl.results.convergence import assess
from hdsl.results.limits import CHAIN_APART_SD, R_HAT_POOR
from hdsl.results.variables import Array, Variable

if TYPE_CHECKING:
    from hdsl.results.fit import Fit

_MOST_ELEMENTS = 20


@dataclass(frozen=True)
class LoneChains:
    """The chains that are best left out, and what is said about them."""

    chains: frozenset[int]
    diagnostics: tuple[Diagnostic, ...]


def find_lone_chains(fit: Fit) -> LoneChains:
    """HB551 for chains that never moved, HB557 for a few that disagree with all others."""
    found: list[Diagnostic] = []
    stuck, stuck_at = _stuck_chains(fit)
    if stuck_at is not None:
        found.append(_stuck(stuck, stuck_at))
    rest = [chain for chain in range(fit.num_chains) if chain not in stuck]
    apart = _chains_apart(fit, rest)
    if apart is not None:
        found.append(apart.diagnostic(fit))
    return LoneChains(frozenset((*stuck, *(apart.chains if apart else ()))), tuple(found))


def chain_names(chains: Sequence[int]) -> str:
    """Chains as a reader counts them: ``chain 3``, ``chains 1 and 4``."""
    numbers = [str(chain + 1) for chain in chains]
    if len(numbers) == 1:
        return f"chain {numbers[0]}"
    return f"chains {', '.join(numbers[:-1])} and {numbers[-1]}"


@dataclass(frozen=True)
class _Apart:
    chains: tuple[int, ...]
    distance: float
    variable: Variable
    index: int
    means: tuple[float, ...]

    def diagnostic(self, fit: Fit) -> Diagnostic:
        name = self.variable.label(self.index, fit.coords)
        others = [mean for chain, mean in enumerate(self.means) if chain not in self.chains]
        here = ", ".join(f"{self.means[chain]:.3g}" for chain in self.chains)
        stand = "stand" if len(self.chains) > 1 else "stands"
        return Diagnostic(
            "HB557",
            f"{chain_names(self.chains)} {stand} apart from the others at `{name}`",
            self.variable.span,
            note=f"mean {here} there, about {np.median(others):.3g} in the others",
            cause="chains of one model must find the same posterior; a chain that stays elsewhere "
            "sits in a mode of its own, or hasn't arrived yet",
            help="run with another seed and a longer warm-up; if a chain goes there again, the "
            "posterior has several modes, and the model must say which one is meant",
        )


def _stuck_chains(fit: Fit) -> tuple[list[int], Variable | None]:
    """Chains in which some continuous parameter stayed the same, though it is no constant.

    One family is enough: what is recovered from the sampled parameters moves in any case.
    """
    for variable in fit.variables:
        if variable.role == "parameter" and variable.values.dtype.kind == "f":
            still = _still_chains(variable.columns())
            if still:
                return still, variable
    return [], None


def _still_chains(columns: Array) -> list[int]:
    varies = (columns != columns[:1, :1]).any(axis=(0, 1))
    if not varies.any():
        return []
    moving = columns[:, :, varies]
    return np.flatnonzero((moving == moving[:, :1]).all(axis=(1, 2))).tolist()


def _stuck(chains: Sequence[int], variable: Variable) -> Diagnostic:
    return Diagnostic(
        "HB551",
        f"{chain_names(chains)} never moved",
        variable.span,
        note=f"all draws of `{variable.name}` are the same there",
        cause="every proposal was refused, so all draws of the chain are its first point: the "
        "density there is far higher than around it, or its gradient is wrong or not finite",
        help="run with another seed; if a chain stands still again, look for a hard bound or a "
        "jump in the model that a distribution with a support would express",
    )


def _chains_apart(fit: Fit, chains: Sequence[int]) -> _Apart | None:
    """The few chains whose means lie more than a posterior sd from where all others agree."""
    found = (
        apart
        for variable, statistics in fit.judged
        for index in _most_disputed(statistics.r_hat)
        if (apart := _apart_at(variable, index, chains)) is not None
    )
    return max(found, key=lambda apart: apart.distance, default=None)


def _most_disputed(r_hat: NDArray[np.float64]) -> Iterator[int]:
    order = np.argsort(-r_hat)[:_MOST_ELEMENTS]
    return (int(index) for index in order if r_hat[index] > R_HAT_POOR)


def _apart_at(variable: Variable, index: int, chains: Sequence[int]) -> _Apart | None:
    draws = variable.columns()[:, :, index].astype(np.float64)
    means = draws.mean(axis=1)
    if len(chains) < 3:
        return None
    within = float(np.sqrt(draws[chains].var(axis=1, ddof=1).mean()))
    distance = np.abs(means - np.median(means[chains]))
    far = [chain for chain in chains if distance[chain] > CHAIN_APART_SD * within > 0]
    others = [chain for chain in chains if chain not in far]
    if not far or len(far) >= len(others) or not _agree(draws[others]):
        return None
    most = max(float(distance[chain]) for chain in far) / within
    return _Apart(tuple(far), most, variable, index, tuple(means.tolist()))


def _agree(draws: NDArray[np.float64]) -> bool:
    return not assess(draws[:, :, None]).r_hat[0] > R_HAT_POOR
