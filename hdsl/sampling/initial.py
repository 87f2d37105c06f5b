"""Where chains start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from hdsl.sampling.settings import LogDensity, Settings

if TYPE_CHECKING:
    from hdsl.sampling.ascent import Evaluate

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
    is one, each retry draws from an interval 5 % shorter. Where valleys would hold the chains,
    they climb first (`ascend`). A chain's start depends on the seed and its number, not on the
    other chains.

    Returns
    -------
    Array of shape (chain, dim), or what was tried last.
    """
    from hdsl.sampling.ascent import ascend, is_rugged
    from hdsl.sampling.evaluation import evaluator

    evaluate = evaluator(log_density, data, dimension)
    positions = np.empty((settings.num_chains, dimension))
    rugged = False
    for chain in range(settings.num_chains):
        generator = np.random.Generator(
            np.random.Philox(np.random.SeedSequence(settings.seed, spawn_key=(chain,)))
        )
        found = _candidates(evaluate, dimension, generator, chain, attempts)
        if isinstance(found, InitialFailure):
            return found
        if chain == 0:
            rugged = is_rugged(evaluate, found)
        positions[chain] = ascend(evaluate, found, generator) if rugged else found[0]
    return positions


def _candidates(
    evaluate: Evaluate, dimension: int, generator: np.random.Generator, chain: int, attempts: int
) -> list[NDArray[np.float64]] | InitialFailure:
    """Possible positions, those of greater density first."""
    found: list[tuple[float, NDArray[np.float64]]] = []
    position, value, gradient = np.empty(dimension), np.nan, np.empty(dimension)
    retries, tried = 0, 0
    while tried < _CANDIDATES or (not found and tried < attempts):
        radius = _RADIUS * _SHRINKAGE**retries
        position = generator.uniform(-radius, radius, dimension)
        value, gradient = evaluate(position)
        tried += 1
        if np.isfinite(value) and np.isfinite(gradient).all():
            found.append((value, position))
        else:
            retries += not found
    if not found:
        return InitialFailure(chain, position, value, gradient, attempts)
    return [position for _, position in sorted(found, key=lambda one: -one[0])]
