"""Pieces of a posterior as sums over rows: what each row adds to the log density."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from hdsl.expressions.functions import square, where
from hdsl.expressions.linear import terms
from hdsl.expressions.tree import Apply, Constant, Expression, Reduce, apply
from hdsl.model.graph import Factor, Stochastic
from hdsl.plan.state import Gaussian, Piece, State


@dataclass(frozen=True)
class Rows:
    """The sum of `body` over `axes`, a part of the log of the piece `name`.

    `condition` says which rows count; elsewhere `body` is 0.
    """

    name: str
    axes: tuple[str, ...]
    body: Expression
    condition: Expression | None = None


def rows_of(state: State, piece: Piece) -> tuple[Rows, ...]:
    """The log of a piece, apart by what is summed over the same axes."""
    match piece:
        case Stochastic():
            return (Rows(piece.name, piece.plates, log_prob_of(state, piece)),)
        case Gaussian():
            squares = piece.precision * square(piece.target - piece.value)
            return (Rows(piece.name, piece.axes, piece.constant - 0.5 * squares),)
        case Factor():
            return tuple(Rows(piece.name, *found) for found in _summands(piece.expression))


def log_prob_of(state: State, piece: Stochastic) -> Expression:
    """The log density of each element, minus infinity where that is not certain to be finite."""
    random, value = piece.random, piece.itself
    ends = [e for e in (random.support.lower, random.support.upper) if e is not None]
    # Data were checked against fixed ends; ends that are sampled can cut data off.
    guard = piece.is_observed and not all(state.is_data(end) for end in ends)
    return random.guarded_log_prob(value) if guard else random.log_prob(value)


_Summand: TypeAlias = tuple[tuple[str, ...], Expression, Expression | None]
"""Axes, body, and which rows count."""


def _summands(e: Expression) -> Iterator[_Summand]:
    for factor, term in terms(e):
        axes, body, condition = _opened(term)
        if not axes:
            yield (), apply("multiply", factor, term), None
            continue
        for more, inner, another in _summands(body):
            both = condition or another
            if condition is not None and another is not None:
                both = apply("and", condition, another)
            inner = inner if condition is None else where(condition, inner, 0.0)
            yield (*axes, *more), apply("multiply", factor, inner), both


def _opened(term: Expression) -> _Summand:
    """A sum, or a product with one, as its axes and its body."""
    match term:
        case Reduce("sum", body, over, condition):
            return over, body, condition
        case Apply("multiply", (a, b)):
            for one, other in ((a, b), (b, a)):
                axes, body, condition = _opened(one)
                if axes and not other.axes:
                    return axes, other * body, condition
            return (), term, None
        case _:
            return (), term, None


def total(rows: tuple[Rows, ...], keep: Callable[[Rows], bool]) -> Expression:
    """The sum of some rows."""
    result: Expression = Constant(0.0)
    for part in filter(keep, rows):
        result = result + (Reduce("sum", part.body, part.axes) if part.axes else part.body)
    return result
