from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hdsl.sampling.ascent import ascend, is_rugged

Floats = NDArray[np.float64]


def candidates(dimension: int = 3) -> list[Floats]:
    return list(np.random.default_rng(8).uniform(-2, 2, (10, dimension)))


def far_away(x: Floats) -> tuple[float, Floats]:
    """A normal density of sd 0.1 about 1000."""
    return float(-50 * np.square(x - 1000).sum()), -100 * (x - 1000)


def rough(x: Floats) -> tuple[float, Floats]:
    """A slope of 1000 nats a unit towards zero, with a barrier at each whole number."""
    value = -1000 * np.abs(x) + 500 * np.cos(2 * np.pi * x)
    slope = -1000 * np.sign(x) - 1000 * np.pi * np.sin(2 * np.pi * x)
    return float(value.sum()), slope


def explosive(x: Floats) -> tuple[float, Floats]:
    with np.errstate(over="ignore", invalid="ignore"):
        value = -np.exp(500 * x).sum() - np.square(x).sum()
        return float(value), -500 * np.exp(500 * x) - 2 * x


def test_one_summit_is_not_rugged_however_far() -> None:
    assert not is_rugged(far_away, candidates())


def test_valleys_are_rugged() -> None:
    assert is_rugged(rough, candidates())


def test_overflow_on_the_way_is_no_obstacle() -> None:
    possible = [x for x in candidates() if np.isfinite(explosive(x)[0])]
    assert not is_rugged(explosive, possible)


def test_an_ordinary_start_is_not_rugged() -> None:
    assert not is_rugged(lambda x: (float(np.cos(9 * x).sum()), -9 * np.sin(9 * x)), candidates())


def test_valleys_are_crossed() -> None:
    found = ascend(rough, candidates(), np.random.default_rng(3))
    assert (np.abs(found) < 0.5).all()


def test_one_summit_is_reached() -> None:
    found = ascend(far_away, candidates(), np.random.default_rng(3))
    assert far_away(found)[0] > -20
