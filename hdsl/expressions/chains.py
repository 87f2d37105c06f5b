"""Chains of elements, found from what stands before each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def chain_order(before: NDArray[Any]) -> NDArray[np.int64]:
    """The elements of each chain, from its end to its start.

    Parameters
    ----------
    before
        For each element the position of the one before it; negative where there is none. No two
        elements may have the same one before them, and there may be no cycle.

    Returns
    -------
    Positions of shape (steps, chains), -1 beyond the start of a chain.
    """
    before = np.asarray(before).astype(np.int64)
    is_before = np.zeros(before.size, bool)
    is_before[before[before >= 0]] = True
    current = np.flatnonzero(~is_before)
    steps: list[NDArray[np.int64]] = []
    while (current >= 0).any():
        steps.append(current)
        current = np.where(current >= 0, before[current], -1)
    return np.array(steps, np.int64).reshape(len(steps), -1)


def is_chains(before: NDArray[Any]) -> bool:
    """Whether all elements lie in chains."""
    before = np.asarray(before).astype(np.int64)
    known = before[before >= 0]
    if np.unique(known).size < known.size or (known >= before.size).any():
        return False
    return bool((chain_order(before) >= 0).sum() == before.size)
