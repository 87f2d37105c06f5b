"""Draws from a part of a distribution, by inverting its cumulative probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hdsl.distributions.distribution import Array
from hdsl.distributions.random import Evaluate, Random
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Along, Constant, Expression, Reference


def draw_between(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    base: Random,
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
    columns = _Columns(shape, base.own_axes, evaluate)
    flat = base.map(columns.column)
    ends = (columns.add(lower), columns.add(upper))
    low, high = (columns.values[end.name].array for end in ends)
    whole = columns.log_mass(flat, *ends)

    def reached(x: Array) -> Array:
        return columns.log_mass(flat, ends[0], columns.add(x.reshape(shape), _AT)) >= wanted

    with np.errstate(divide="ignore"):
        wanted = whole + np.log(rng.random(whole.shape))
    drawn = _least(reached, low, high)
    return np.where(np.isfinite(whole), drawn, np.nan).reshape(shape)


_ELEMENT, _AT = "element", "at"


@dataclass
class _Columns:
    """The arguments of a distribution, a row for each draw.

    Attributes
    ----------
    own
        Axes of the arguments that the distribution sums over; they stay.
    """

    shape: tuple[int, ...]
    own: tuple[str, ...]
    evaluate: Evaluate
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])

    def column(self, argument: Expression) -> Expression:
        """A reference to the values of an argument."""
        if isinstance(argument, Constant):
            return argument
        tail = tuple(axis for axis in self.own if axis in argument.axes)
        return self.add(self.evaluate(argument, *tail), tail=tail)

    def add(self, array: Array, name: str = "", tail: tuple[str, ...] = ()) -> Reference:
        """A reference to an array, a row for each draw."""
        array = np.asarray(array, float)
        kept = array.shape[array.ndim - len(tail) :]
        rows = np.broadcast_to(array, (*self.shape, *kept)).reshape((-1, *kept))
        name = name or f"argument {len(self.values)}"
        self.values[name] = Value(rows, (_ELEMENT, *tail))
        self.sizes |= dict(zip((_ELEMENT, *tail), rows.shape, strict=True))
        return Reference(name, (Along(_ELEMENT), *map(Along, tail)))

    def log_mass(self, base: Random, lower: Expression, upper: Expression) -> Array:
        """Log probability between two ends, for each row."""
        mass = base.log_mass(lower, upper)
        if mass is None:
            raise TypeError(f"{base.family} has no formula for its cdf")
        run = Evaluator(numpy_arrays(), self.values, {}, self.sizes)
        return np.broadcast_to(run.array(mass, (_ELEMENT,)), (self.sizes[_ELEMENT],))


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
