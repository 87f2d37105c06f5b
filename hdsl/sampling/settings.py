"""What may be chosen about a run of the sampler."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jax import Array

LogDensity = Callable[["Array", Any], "Array"]
"""Log density of a position of shape (dim,), given the data as a pytree of arrays."""


@dataclass(frozen=True)
class Settings:
    """Settings of one run.

    Attributes
    ----------
    seed
        At least 0 and below 2**63. Together with the compiled program it fixes every draw; the
        number of chains, of threads and the chunk size do not matter.
    num_chains, num_warmup, num_samples
        Chains, and steps of each chain before and after the adaptation ends.
    target_acceptance_rate
        What the step size is tuned for, in (0, 1).
    max_tree_depth
        A trajectory has at most ``2**max_tree_depth - 1`` leapfrog steps.
    chunk_size
        The most steps a chain takes before the host looks at it. Slow chains are looked at more
        often, so that an interruption is obeyed soon.
    num_threads
        Chains that run at the same time; ``None`` takes one for each core.
    """

    seed: int
    num_chains: int = 4
    num_warmup: int = 1000
    num_samples: int = 1000
    target_acceptance_rate: float = 0.8
    max_tree_depth: int = 10
    chunk_size: int = 100
    num_threads: int | None = None

    @property
    def num_steps(self) -> int:
        """Steps of one chain, warm-up included."""
        return self.num_warmup + self.num_samples

    def threads(self) -> int:
        """Number of threads to start: never more than there are chains."""
        return max(1, min(self.num_threads or _available_cores(), self.num_chains))


def _available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
