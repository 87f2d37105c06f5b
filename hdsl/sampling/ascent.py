"""Out of where the density is absurdly small, where a chain by itself would not come out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Position = NDArray[np.float64]
Evaluate = Callable[[Position], tuple[float, NDArray[np.float64]]]

# Draws of one posterior differ in log density by about the root of their dimension.
_NATS: Final = 200.0
_NATS_PER_DIMENSION: Final = 10.0
_MOST_DIMENSIONS: Final = 100
_MOST_CLIMBS: Final = 3
_MOST_STEPS: Final = 300
_WINDOW: Final = 10
_REMEMBERED: Final = 10
_MOST_LENGTHS: Final = 30
_SHARE_OF_PROMISE: Final = 1e-4
_STILL_AS_STEEP: Final = 0.9
_MOST_SWEEPS: Final = 100
_FEW_SWEEPS: Final = 5
_WIDTH: Final = 10.0


def is_rugged(evaluate: Evaluate, candidates: Sequence[Position]) -> bool:
    """Whether the density has valleys that differ by orders of magnitude.

    From some of the candidates L-BFGS climbs to the nearest summit. Where it stops at heights that
    no draws of one posterior would have together, a chain would be caught as well. Without such
    evidence Hamiltonian steps find the way by themselves.

    Parameters
    ----------
    candidates
        Positions of finite density and gradient, the best one first.
    """
    if len(candidates) < 2 or len(candidates[0]) > _MOST_DIMENSIONS:
        return False
    much = _NATS + _NATS_PER_DIMENSION * len(candidates[0])
    if np.abs(evaluate(candidates[0])[1]).max(initial=0.0) < much:
        return False
    heights = [_climbed(evaluate, start).value for start in candidates[:_MOST_CLIMBS]]
    return max(heights) - min(heights) > much


def ascend(
    evaluate: Evaluate, candidates: Sequence[Position], generator: np.random.Generator
) -> Position:
    """A position from which no simple way leads to a density that is larger by orders.

    From some of the candidates L-BFGS climbs. Then slice sampling along one coordinate after
    another looks beyond the valleys near by, until a few sweeps gain no more (Neal 2003, Annals of
    Statistics 31, 705). The highest place counts.
    """
    reached: list[tuple[float, Position]] = []
    for start in candidates[:_MOST_CLIMBS]:
        position, value, _ = _climbed(evaluate, start)
        values = [value]
        while len(values) <= _MOST_SWEEPS:
            position, value = _swept(evaluate, position, value, generator)
            values.append(value)
            if len(values) > _FEW_SWEEPS and value - values[-1 - _FEW_SWEEPS] < len(position):
                break
        reached.append((value, position))
    return max(reached, key=lambda place: place[0])[1]


class _Place(NamedTuple):
    """A position, its log density, and the slope of the latter's inverse hyperbolic sine."""

    position: Position
    value: float
    slope: NDArray[np.float64]


def _place(evaluate: Evaluate, position: Position) -> _Place:
    value, gradient = evaluate(position)
    with np.errstate(invalid="ignore"):
        return _Place(position, value, gradient / np.hypot(1.0, value))


def _climbed(evaluate: Evaluate, start: Position) -> _Place:
    """The end of a climb by L-BFGS, which stops when ten steps gain no more than draws differ.

    Steps are those of Nocedal and Wright (2006, Numerical Optimization, algorithm 7.4), for the
    inverse hyperbolic sine of the log density, whose range fits a line search.
    """
    place = _place(evaluate, start)
    values = [place.value]
    pairs: deque[tuple[Position, Position]] = deque(maxlen=_REMEMBERED)
    while len(values) <= _MOST_STEPS:
        higher = _uphill(evaluate, place, _newton_step(place.slope, pairs))
        if higher is None:
            break
        step, change = higher.position - place.position, place.slope - higher.slope
        if step @ change > 0:
            pairs.append((step, change))
        place = higher
        values.append(place.value)
        if len(values) > _WINDOW and place.value - values[-1 - _WINDOW] < len(start):
            break
    return place


def _newton_step(slope: Position, pairs: Sequence[tuple[Position, Position]]) -> Position:
    """The way to the summit, by what steps and changes of the slope tell of the curvature."""
    if not pairs:
        return slope / max(1.0, float(np.linalg.norm(slope)))
    step, shares = slope.copy(), list[float]()
    for moved, changed in reversed(pairs):
        shares.append(float(moved @ step / (moved @ changed)))
        step -= shares[-1] * changed
    moved, changed = pairs[-1]
    step *= moved @ changed / (changed @ changed)
    for moved, changed in pairs:
        step += (shares.pop() - changed @ step / (moved @ changed)) * moved
    return step


def _uphill(evaluate: Evaluate, place: _Place, step: Position) -> _Place | None:
    """A higher place along a line: the step is halved until it climbs, or doubled while it does."""
    promised = float(step @ place.slope)
    length, found = 1.0, None
    for _ in range(_MOST_LENGTHS):
        reached = _place(evaluate, place.position + length * step)
        gain = np.arcsinh(reached.value) - np.arcsinh(place.value)
        possible = np.isfinite(gain) and np.isfinite(reached.slope).all()
        if possible and gain > _SHARE_OF_PROMISE * length * promised:
            found = reached
            if length < 1 or step @ reached.slope < _STILL_AS_STEEP * promised:
                break
            length *= 2
        elif found is not None:
            break
        else:
            length /= 2
    return found


def _swept(
    evaluate: Evaluate, position: Position, value: float, generator: np.random.Generator
) -> tuple[Position, float]:
    """The position after one step of slice sampling along each coordinate."""
    position = position.copy()
    for place in generator.permutation(len(position)):
        here = float(position[place])
        level = value - generator.exponential()
        lower = here - _WIDTH * generator.uniform()
        upper = lower + _WIDTH
        while upper - lower > 1e-9 * (1 + abs(here)):
            position[place] = generator.uniform(lower, upper)
            found, gradient = evaluate(position)
            if found >= level and np.isfinite(gradient).all():
                value = found
                break
            if position[place] < here:
                lower = position[place]
            else:
                upper = position[place]
        else:
            position[place] = here
    return position, value
