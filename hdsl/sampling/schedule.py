"""Stan's warm-up schedule: what a chain adapts at which step."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

TUNE_STEP_SIZE: Final = 1
COLLECT_POSITION: Final = 2
RENEW_METRIC: Final = 4
FREEZE_STEP_SIZE: Final = 8

_FIRST_INTERVAL: Final = 75
_FIRST_WINDOW: Final = 25
_LAST_INTERVAL: Final = 50
_SHORTEST_WITH_METRIC: Final = 20


def adaptation_schedule(num_warmup: int, num_samples: int) -> NDArray[np.int32]:
    """Actions of every step of a chain, as sums of the flags of this module.

    A first interval tunes the step size only; then windows that double in length each end in a new
    inverse mass matrix; a last interval tunes the step size to it (Stan Reference Manual, "HMC
    algorithm parameters", automatic parameter tuning). A window that would leave too little room
    for the next one is stretched to the start of the last interval.

    Returns
    -------
    Array of shape ``(num_warmup + num_samples,)``; 0 means that nothing is adapted.
    """
    actions = np.zeros(num_warmup + num_samples, np.int32)
    if num_warmup == 0:
        return actions
    actions[:num_warmup] = TUNE_STEP_SIZE
    actions[num_warmup - 1] |= FREEZE_STEP_SIZE
    for start, end in _windows(num_warmup):
        actions[start:end] |= COLLECT_POSITION
        actions[end - 1] |= RENEW_METRIC
    return actions


def _windows(num_warmup: int) -> list[tuple[int, int]]:
    if num_warmup < _SHORTEST_WITH_METRIC:
        return []
    start, length, last = _FIRST_INTERVAL, _FIRST_WINDOW, _LAST_INTERVAL
    if start + length + last > num_warmup:
        start, last = int(0.15 * num_warmup), int(0.1 * num_warmup)
        length = num_warmup - start - last
    end = num_warmup - last
    windows: list[tuple[int, int]] = []
    while start < end:
        stop = start + length if 3 * length <= end - start else end
        windows.append((start, stop))
        start, length = stop, 2 * length
    return windows
