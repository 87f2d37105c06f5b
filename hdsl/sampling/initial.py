"""Where chains start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hdsl.sampling.settings import LogDensity, Settings

_RADIUS: Final = 2.0
_SHRINKAGE: Final = 0.95
_CANDIDATES: Final = 10


@dataclass(frozen=True)
class InitialFailure:
    """No start was found for a chain.

    Attributes
    ----------
    chain
        The first chain without a start.
    position
        The last position tried, of shape (dim,).
    log_density
        Its log density: NaN or infinite, or finite when only the gradient is at fault.
    gradient
        Its gradient, of shape (dim,).
    attempts
        Positions tried for this chain.
    """

    chain: int
    position: NDArray[np.float64]
    log_density: float
    gradient: NDArray[np.float64]
    attempts: int


def find_initial_positions(
    log_density: LogDensity, data: Any, dimension: int, settings: Settings, attempts: int = 100
) -> NDArray[np.float64] | InitialFailure:
    """Draw positions at which log density and gradient are finite.

    Each coordinate is uniform on (-2, 2). Of ten such positions a chain starts at the one of the
    greatest density, which leaves out absurd ones from which it would hardly come back. Until there
    is one, each retry draws from an interval 5 % shorter. A chain's start depends on the seed and
    its number, not on the other chains.

    Returns
    -------
    Array of shape (chain, dim), or what was tried last.
    """
    from hdsl.sampling.evaluation import evaluator

    evaluate = evaluator(log_density, data, dimension)
    positions = np.empty((settings.num_chains, dimension))
    for chain in range(settings.num_chains):
        generator = np.random.Generator(
            np.random.Philox(np.random.SeedSequence(settings.seed, spawn_key=(chain,)))
        )
        best, retries, tried = -np.inf, 0, 0
        position, value, gradient = positions[chain], np.nan, positions[chain]
        while tried < _CANDIDATES or (best == -np.inf and tried < attempts):
            radius = _RADIUS * _SHRINKAGE**retries
            position = generator.uniform(-radius, radius, dimension)
            value, gradient = evaluate(position)
            tried += 1
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                retries += best == -np.inf
            elif value > best:
                best, positions[chain] = value, position
        if best == -np.inf:
            return InitialFailure(chain, position, value, gradient, attempts)
    return positions
