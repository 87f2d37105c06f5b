"""Chains that stay in a mode of the posterior that weighs nothing beside the others'."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_NATS: Final = 20.0
"""A mode so much lighter holds less than one in a hundred million of the posterior."""


def find_strays(
    positions: NDArray[np.float64], log_densities: NDArray[np.float64]
) -> dict[int, int]:
    """Such chains, and for each the chain whose mode weighs most.

    A mode weighs the exponential of its mean log density and of its entropy (MacKay 2003,
    Information Theory, Inference, and Learning Algorithms, section 33.1), here that of independent
    normal coordinates. A chain that has not arrived is told apart in the same way; one that is
    caught where the density is high is not, nor one whose densities the heaviest mode has as well.

    Parameters
    ----------
    positions
        Draws, of shape (chain, draw, dim).
    log_densities
        Of shape (chain, draw).
    """
    with np.errstate(divide="ignore"):
        entropies = np.log(positions.std(axis=1)).sum(axis=1)
    weights = log_densities.mean(axis=1) + entropies
    heaviest = int(np.argmax(weights))
    lowest = log_densities[heaviest].min()
    return {
        chain: heaviest
        for chain in range(len(positions))
        if weights[chain] < weights[heaviest] - _NATS and log_densities[chain].max() < lowest
    }
