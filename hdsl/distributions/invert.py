"""Draws from a part of a distribution, by inverting its cumulative probability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hdsl.distributions.distribution import Array
from hdsl.distributions.random import Applied, Evaluate
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Along, Expression, Reference


def draw_between(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    base: Applied,
    lower: Array,
    upper: Array,
    evaluate: Evaluate,
) -> Array:
    """Draws of `base` above `lower` and at most `upper`, however unlikely these are.

    Parameters
    ----------
    shape
        Shape of the draws, to which the bounds and the parameters broadcast.
    lower, upper
        Bounds; infinite ones are allowed.
    evaluate
        Gives the values of the parameters of `base`.

    Raises
    ------
    TypeError
        If the distribution has no formula for its cumulative probability.
    """
    given = {name: evaluate(value) for name, value in base.arguments}
    given |= {_LOWER: np.asarray(lower, float), _UPPER: np.asarray(upper, float)}
    flat = {name: np.broadcast_to(value, shape).reshape(-1) for name, value in given.items()}
    ends = (_column(_LOWER), _column(_UPPER))
    whole = _log_mass(base, ends[0], ends[1], flat)
    part = _log_mass_at(base, flat)
    with np.errstate(divide="ignore"):
        wanted = whole + np.log(rng.random(whole.shape))
    drawn = _least(lambda x: part(x) >= wanted, flat[_LOWER], flat[_UPPER])
    return np.where(np.isfinite(whole), drawn, np.nan).reshape(shape)


_ELEMENT, _LOWER, _UPPER, _AT = "element", " lower", " upper", " at"
"""Names that no parameter has."""


def _column(name: str) -> Expression:
    return Reference(name, (Along(_ELEMENT),))


def _log_mass(
    base: Applied, lower: Expression, upper: Expression, columns: dict[str, Array]
) -> Array:
    parameters = {name: _column(name) for name, _ in base.arguments}
    mass = base.distribution.log_mass(lower, upper, **parameters)
    if mass is None:
        raise TypeError(f"{base.distribution.name} has no formula for its cdf")
    size = len(columns[_LOWER])
    values = {name: Value(column, (_ELEMENT,)) for name, column in columns.items()}
    run = Evaluator(numpy_arrays(), values, {}, {_ELEMENT: size})
    return np.broadcast_to(run.array(mass, (_ELEMENT,)), (size,))


def _log_mass_at(base: Applied, columns: dict[str, Array]) -> Callable[[Array], Array]:
    def at(x: Array) -> Array:
        return _log_mass(base, _column(_LOWER), _column(_AT), {**columns, _AT: x})

    return at


def _least(holds: Callable[[Array], Array], lower: Array, upper: Array) -> Array:
    """The least number in (lower, upper] for which a condition holds that holds ever after.

    The numbers of the machine are halved by their count, so 64 steps reach the exact one, with
    infinite bounds too.
    """
    low, high = _rank(lower), _rank(upper)
    for _ in range(64):
        # Neither sum nor difference of two ranks need fit into 64 bits.
        middle = (low >> 1) + (high >> 1) + (low & high & 1)
        found = holds(_unrank(middle))
        high = np.where(found, middle, high)
        low = np.where(found, low, np.maximum(middle, low))
    return _unrank(high)


_SIGN = np.int64(np.iinfo(np.int64).max)


def _rank(x: Array) -> Array:
    """Whole numbers in the order of the floats."""
    bits = np.asarray(x, np.float64).view(np.int64)
    return np.where(bits < 0, bits ^ _SIGN, bits)


def _unrank(rank: Array) -> Array:
    return np.where(rank < 0, rank ^ _SIGN, rank).view(np.float64)
