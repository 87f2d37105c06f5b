"""How long chains go on: further rounds of sampling, until the draws are good or time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hdsl.sampling.chains import Chains, Progress, Sampler
from hdsl.sampling.strays import find_strays

MOST_BYTES: Final = 1_000_000_000
"""Draws are thinned so that what is computed from them takes no more than this."""

_MOST_GROWTH: Final = 4
_MARGIN: Final = 1.25
_TARGETS: Final = (0.9, 0.95, 0.99)


@dataclass(frozen=True)
class Round:
    """A stretch of sampling.

    Attributes
    ----------
    num_warmup, num_samples
        Steps of each chain with and without adaptation.
    target_acceptance_rate
        What the step size is tuned for during the warm-up.
    anew
        Whether the draws of earlier rounds are thrown away: they belong to the warm-up now.
    moved
        Chains that begin it where another one is, for where they are weighs nothing beside it.
    """

    num_warmup: int
    num_samples: int
    target_acceptance_rate: float
    anew: bool = False
    moved: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True)
class Shortfall:
    """What the draws so far lack.

    Attributes
    ----------
    disagree
        Whether chains disagree, or their draws are worth next to nothing: then what they learned
        in the warm-up is not good enough.
    diverged
        Whether there were divergent transitions.
    factor
        How many times as many draws would be needed, as far as one can tell.
    apart
        Whether a few chains stand apart from all others, so that more draws alone mend nothing.
    """

    disagree: bool
    diverged: bool
    factor: float
    apart: bool = False


@dataclass
class Rounds:
    """The rounds of one run: the draws that count, and what may follow.

    Attributes
    ----------
    max_seconds
        A round that would end later, from the first one's begin, is shortened or not begun.
    """

    sampler: Sampler
    max_seconds: float
    done: list[Round] = field(default_factory=list[Round])
    kept: list[Chains] = field(default_factory=list[Chains])
    seconds: float = 0.0

    def run(self, next_round: Round, on_progress: Callable[[Progress], None] | None) -> None:
        """Sample one more round."""
        began = time.perf_counter()
        self.sampler.move(next_round.moved)
        chains = self.sampler.advance(
            next_round.num_warmup,
            next_round.num_samples,
            next_round.target_acceptance_rate,
            on_progress,
        )
        self.seconds += time.perf_counter() - began
        self.done.append(next_round)
        self.kept = [chains] if next_round.anew else [*self.kept, chains]

    def following(self, lacking: Shortfall) -> Round | None:
        """The round that should mend it; `None` if there is no time for it.

        Draws that are merely too few are added to. Where chains disagree, all draws so far become
        part of the warm-up, a longer one follows, with smaller steps if transitions diverged. Where
        chains in a mode that weighs nothing are moved, neither is needed.
        """
        last, kept = self.done[-1], sum(chains.positions.shape[1] for chains in self.kept)
        left = self._steps_left()
        if not lacking.disagree:
            wanted = kept * min(_MOST_GROWTH, max(2.0, _MARGIN * lacking.factor)) - kept
            num_samples = min(math.ceil(wanted), left)
            if num_samples < kept / 2:
                return None
            return Round(0, num_samples, last.target_acceptance_rate)
        moved = find_strays(*self._together())
        if lacking.apart and not moved:
            return None
        num_warmup = max(r.num_warmup for r in self.done) * (1 if moved else 2)
        num_samples = min(kept if moved else 2 * kept, left - num_warmup)
        if num_samples < kept:
            return None
        target = last.target_acceptance_rate
        if lacking.diverged and not moved:
            target = next((rate for rate in _TARGETS if rate > target), target)
        return Round(num_warmup, num_samples, target, anew=True, moved=moved)

    def _together(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions and log densities that count."""
        positions = np.concatenate([chains.positions for chains in self.kept], axis=1)
        return positions, np.concatenate([chains.stats["lp"] for chains in self.kept], axis=1)

    def _steps_left(self) -> int:
        """Steps of each chain that the remaining time allows, judged by those of the last round."""
        last = self.done[-1]
        per_step = self.kept[-1].sample_seconds / (last.num_warmup + last.num_samples)
        return int((self.max_seconds - self.seconds) / max(per_step, 1e-9))

    def draws(self, bytes_per_draw: float) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """Positions of shape (chain, draw, dim) and statistics (chain, draw), thinned if large."""
        positions = np.concatenate([chains.positions for chains in self.kept], axis=1)
        total = bytes_per_draw * positions.shape[0] * positions.shape[1]
        step = max(1, math.ceil(total / MOST_BYTES)) if len(self.done) > 1 else 1
        stats = {
            name: np.concatenate([chains.stats[name] for chains in self.kept], axis=1)[:, ::step]
            for name in self.kept[0].stats
        }
        return positions[:, ::step], stats
