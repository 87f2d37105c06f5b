"""Random numbers that depend on the seed and on what is drawn, on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np

from hdsl.distributions.random import Applied, Evaluate, Random
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.evaluate import Evaluator, Value, spread
from hdsl.expressions.tree import Expression

DRAW = "_draw"
"""Name of the axis of the draws."""

DRAWS_PER_STREAM = 128
"""Each so many draws of a node have a stream of their own, however they are batched."""


def stream(seed: int, purpose: str, name: str, number: int) -> np.random.Generator:
    """The generator for some draws of a node: Philox, keyed by all four."""
    digest = hashlib.sha256(f"{seed}\0{purpose}\0{name}".encode()).digest()
    key = np.frombuffer(digest[:16], np.uint64)
    counter = np.array([0, 0, 0, number], np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def draw(
    random: Random,
    axes: tuple[str, ...],
    run: Evaluator,
    draws: range,
    key: tuple[int, str, str],
) -> Value:
    """Draw from a distribution, once for each of some draws and each element of the axes.

    Parameters
    ----------
    run
        Knows the parameters, whose axis ``_draw`` is as long as `draws`.
    draws
        The numbers of the draws; the first is a multiple of `DRAWS_PER_STREAM`.
    key
        Seed, purpose, and name of the node.
    """
    shape = tuple(map(run.size, axes))
    parts: list[np.ndarray] = []
    for start in range(draws.start, draws.stop, DRAWS_PER_STREAM):
        stop = min(start + DRAWS_PER_STREAM, draws.stop)
        rows = slice(start - draws.start, stop - draws.start)
        rng = stream(*key, start // DRAWS_PER_STREAM)
        evaluate = _Rows(run, axes, rows)
        drawn = np.asarray(random.sample(rng, (stop - start, *shape), evaluate), np.float64)
        parts.append(_off_the_ends(drawn, random, evaluate))
    empty = np.zeros((0, *shape))
    return Value(np.concatenate(parts) if parts else empty, (DRAW, *axes))


def _off_the_ends(drawn: np.ndarray, random: Random, evaluate: Evaluate) -> np.ndarray:
    """Draws that rounding put on an open end of the support, moved to the next number inside."""
    support = random.support
    if support.integer or not isinstance(random, Applied | Truncated):
        return drawn
    tiny = np.finfo(np.float64).tiny
    if support.lower is not None and support.lower_open:
        lower = evaluate(support.lower)
        drawn = np.maximum(drawn, np.maximum(np.nextafter(lower, np.inf), lower + tiny))
    if support.upper is not None and support.upper_open:
        upper = evaluate(support.upper)
        drawn = np.minimum(drawn, np.minimum(np.nextafter(upper, -np.inf), upper - tiny))
    return drawn


class _Rows:
    """Gives the parameters of some draws."""

    def __init__(self, run: Evaluator, axes: tuple[str, ...], rows: slice) -> None:
        self._run, self._axes, self._rows = run, axes, rows

    def __call__(self, expression: Expression, /, *axes: str) -> np.ndarray:
        value = self._run(expression)
        value = Value(np.asarray(value.array), value.axes)
        order = (DRAW, *(axis for axis in self._axes if axis not in axes), *axes)
        array = spread(value, order)
        return array[self._rows] if DRAW in value.axes else array
