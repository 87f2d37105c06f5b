"""Which values an expression can take, as far as that follows from its parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.functions import FUNCTIONS, Function
from hdsl.expressions.tree import (
    Apply,
    ChainOrder,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    LabelPosition,
    Lookup,
    Position,
    Reduce,
    Reference,
    Segment,
    Size,
    Stack,
    Sweep,
    WholeNumbers,
)

_INF = math.inf
_WHOLE = {
    *("floor", "ceil", "round", "sign", "missing", "undefined", "not", "and", "or"),
    *("less", "less_equal", "equal", "not_equal"),
}


@dataclass(frozen=True)
class Interval:
    """A set of numbers: an interval, or its whole numbers. An infinite end is never reached."""

    lower: float = -_INF
    upper: float = _INF
    lower_open: bool = True
    upper_open: bool = True
    integer: bool = False

    def within(self, other: Interval) -> bool:
        """Whether all these numbers are in `other`."""
        return (
            (self.integer or not other.integer)
            and (
                self.lower > other.lower
                or (self.lower == other.lower and (self.lower_open or not other.lower_open))
                or other.lower == -_INF
            )
            and (
                self.upper < other.upper
                or (self.upper == other.upper and (self.upper_open or not other.upper_open))
                or other.upper == _INF
            )
        )

    def holds(self, x: Any) -> Any:
        """Whether numbers are in it, element by element; nothing that is not finite is."""
        above = x > self.lower if self.lower_open else x >= self.lower
        below = x < self.upper if self.upper_open else x <= self.upper
        return above & below

    @property
    def some(self) -> float:
        """One of the numbers."""
        if math.isinf(self.lower):
            return 0.0 if math.isinf(self.upper) else self.upper - 1.0
        if math.isinf(self.upper):
            return self.lower + 1.0
        return self.lower if not self.lower_open else (self.lower + self.upper) / 2

    def __str__(self) -> str:
        if self.lower == self.upper:
            return f"exactly {self.lower:g}"
        if (self.lower, self.upper) == (-_INF, _INF):
            return "whole numbers" if self.integer else "all numbers"
        if self.integer and self.upper == _INF:
            return f"whole numbers from {self.lower:g}"
        if (self.lower, self.upper, self.lower_open) == (0, _INF, True):
            return "positive numbers"
        left = "(" if self.lower_open else "["
        right = ")" if self.upper_open else "]"
        kind = "whole numbers in " if self.integer else "numbers in "
        return f"{kind}{left}{self.lower:g}, {self.upper:g}{right}"


REAL = Interval()
POSITIVE = Interval(0.0, _INF, True, True)
NONNEGATIVE = Interval(0.0, _INF, False, True)
PROBABILITY = Interval(0.0, 1.0, False, False)
UNIT = Interval(0.0, 1.0, True, True)
INTEGER = Interval(integer=True)
COUNT = Interval(0.0, _INF, False, True, integer=True)
BOOLEAN = Interval(0.0, 1.0, False, False, integer=True)
_ZERO = Interval(0.0, 0.0, False, False, integer=True)
_ONE = Interval(1.0, 1.0, False, False, integer=True)


@dataclass(frozen=True)
class Range:
    """An interval that holds all values; `exact` when every part of it is known to be reached."""

    interval: Interval
    exact: bool = False


def range_of(expression: Expression, look_up: Callable[[Reference], Range]) -> Range:
    """The range of an expression, given those of the quantities in it."""
    memo: dict[Expression, Range] = {}

    def visit(e: Expression) -> Range:
        if e not in memo:
            memo[e] = _range(e, visit, look_up)
        return memo[e]

    return visit(expression)


_Visit = Callable[[Expression], Range]


def _range(e: Expression, visit: _Visit, look_up: Callable[[Reference], Range]) -> Range:
    match e:
        case Constant(value):
            whole = math.isfinite(value) and value == int(value)
            return Range(Interval(value, value, False, False, whole), True)
        case Reference():
            return look_up(e)
        case (
            Position() | LabelPosition() | Lookup() | CountsAbove() | WholeNumbers() | ChainOrder()
        ):
            return Range(COUNT)
        case Size():
            return Range(Interval(1.0, _INF, False, True, integer=True))
        case Reduce(function, body, _, where):
            return Range(_reduced(function, visit(body).interval, where is not None))
        case Segment(body):
            return Range(_reduced("sum", visit(body).interval, True))
        case Sweep(function, body):
            if function == "softmax":
                return Range(Interval(0.0, 1.0, True, False))
            return Range(_reduced("sum", visit(body).interval, False))
        case Stack(items):
            return _joined([visit(item) for item in items])
        case Concatenate(items):
            return _joined([visit(item) for item, _ in items])
        case Apply():
            return _applied(e, visit)
        case _:
            return Range(REAL)


def _joined(parts: list[Range]) -> Range:
    if not parts:
        return Range(REAL)
    union = reduce(_union, (part.interval for part in parts))
    return Range(union, all(part.exact for part in parts))


def _reduced(function: str, body: Interval, may_be_empty: bool) -> Interval:
    if may_be_empty and function in ("sum", "prod"):
        body = _union(body, _ZERO if function == "sum" else _ONE)
    match function:
        case "mean" | "min" | "max":
            return replace(body, integer=body.integer and function != "mean")
        case "sd" | "var":
            return NONNEGATIVE
        case "any" | "all":
            return BOOLEAN
        case "sum":
            lower = body.lower if body.lower >= 0 else -_INF
            upper = body.upper if body.upper <= 0 else _INF
            return _opened_at_infinity(replace(body, lower=lower, upper=upper))
        case "prod" if body.lower >= 0:
            upper = body.upper if body.upper <= 1 else _INF
            apart = body.lower > 0 or body.lower_open
            return _opened_at_infinity(replace(body, lower=0.0, upper=upper, lower_open=apart))
        case _:
            return REAL


def _opened_at_infinity(a: Interval) -> Interval:
    return replace(
        a,
        lower_open=a.lower_open or a.lower == -_INF,
        upper_open=a.upper_open or a.upper == _INF,
    )


def _union(a: Interval, b: Interval) -> Interval:
    lower = min(a.lower, b.lower)
    upper = max(a.upper, b.upper)
    return Interval(
        lower,
        upper,
        all(x.lower_open for x in (a, b) if x.lower == lower),
        all(x.upper_open for x in (a, b) if x.upper == upper),
        a.integer and b.integer,
    )


def _applied(e: Apply, visit: _Visit) -> Range:
    arguments = [visit(argument) for argument in e.arguments]
    intervals = [argument.interval for argument in arguments]
    names = [argument.names for argument in e.arguments]
    apart = len(frozenset[str]().union(*names)) == sum(len(n) for n in names)
    exact = apart and all(argument.exact for argument in arguments)
    match e.function:
        case "add":
            return Range(_added(*intervals), exact or (apart and _any_is_free(arguments)))
        case "subtract":
            difference = _added(intervals[0], _mirrored(intervals[1]))
            return Range(difference, exact or (apart and _any_is_free(arguments)))
        case "negative":
            return Range(_mirrored(intervals[0]), exact)
        case "multiply" if e.arguments[0] == e.arguments[1]:
            return Range(replace(_squared(intervals[0]), integer=intervals[0].integer), exact)
        case "multiply":
            return Range(_multiplied(*intervals), exact)
        case "divide":
            return _divided(intervals, exact)
        case "power":
            return _powered(e, intervals, exact)
        case "square":
            return Range(_squared(intervals[0]), exact)
        case "abs":
            upper = max(abs(intervals[0].lower), abs(intervals[0].upper))
            return Range(Interval(0.0, upper, False, upper == _INF, intervals[0].integer), False)
        case "where":
            reached = apart and arguments[1].exact and arguments[2].exact
            return Range(_union(intervals[1], intervals[2]), reached)
        case "max" | "min":
            return Range(_extreme(e.function, *intervals), exact)
        case name:
            return _by_table(name, intervals, exact)


def _any_is_free(terms: list[Range]) -> bool:
    """Whether a term takes all numbers: then so does the sum, whatever the other terms are."""
    return any(term.exact and term.interval == REAL for term in terms)


def _added(a: Interval, b: Interval) -> Interval:
    if math.isnan(a.lower + b.lower) or math.isnan(a.upper + b.upper):
        return REAL
    return Interval(
        a.lower + b.lower,
        a.upper + b.upper,
        a.lower_open or b.lower_open,
        a.upper_open or b.upper_open,
        a.integer and b.integer,
    )


def _mirrored(a: Interval) -> Interval:
    return Interval(-a.upper, -a.lower, a.upper_open, a.lower_open, a.integer)


def _multiplied(a: Interval, b: Interval) -> Interval:
    corners: list[tuple[float, bool]] = []
    for x, x_open in ((a.lower, a.lower_open), (a.upper, a.upper_open)):
        for y, y_open in ((b.lower, b.lower_open), (b.upper, b.upper_open)):
            if 0.0 in (x, y):
                # 0 is reached if a closed end is 0 itself; an infinite other end never gets there.
                reached = (x == 0 and not x_open) or (y == 0 and not y_open)
                corners.append((0.0, not reached))
            else:
                corners.append((x * y, x_open or y_open))
    lower = min(value for value, _ in corners)
    upper = max(value for value, _ in corners)
    return Interval(
        lower,
        upper,
        all(is_open for value, is_open in corners if value == lower),
        all(is_open for value, is_open in corners if value == upper),
        a.integer and b.integer,
    )


def _divided(intervals: list[Interval], exact: bool) -> Range:
    top, bottom = intervals
    if bottom.lower > 0 or (bottom.lower == 0 and bottom.lower_open):
        inverse = Interval(
            0.0 if bottom.upper == _INF else 1 / bottom.upper,
            _INF if bottom.lower == 0 else 1 / bottom.lower,
            bottom.upper_open,
            bottom.lower_open,
        )
        return Range(_multiplied(top, inverse), exact)
    if bottom.lower == 0 and top.lower >= 0:
        return Range(NONNEGATIVE)
    return Range(REAL)


def _squared(a: Interval) -> Interval:
    if a.lower >= 0:
        return Interval(a.lower * a.lower, a.upper * a.upper, a.lower_open, a.upper_open)
    if a.upper <= 0:
        return _squared(_mirrored(a))
    top = max(-a.lower, a.upper)
    ends_open = [a.lower_open] * (-a.lower == top) + [a.upper_open] * (a.upper == top)
    return Interval(0.0, top * top, False, all(ends_open))


def _powered(e: Apply, intervals: list[Interval], exact: bool) -> Range:
    base = intervals[0]
    if base.lower < 0:
        if isinstance(e.arguments[1], Constant) and e.arguments[1].value % 2 == 0:
            return Range(NONNEGATIVE)
        return Range(REAL)
    if isinstance(e.arguments[1], Constant) and e.arguments[1].value > 0:
        p = e.arguments[1].value
        whole = base.integer and p == int(p)
        with np.errstate(over="ignore"):
            low, high = (float(end**p) for end in np.array([base.lower, base.upper]))
        return Range(Interval(low, high, base.lower_open, base.upper_open, whole), exact)
    strictly = base.lower > 0 or base.lower_open
    return Range(POSITIVE if strictly else NONNEGATIVE)


def _extreme(function: str, a: Interval, b: Interval) -> Interval:
    pick = max if function == "max" else min
    lower, upper = pick(a.lower, b.lower), pick(a.upper, b.upper)
    # The larger of two lies above a lower end as soon as one of them does.
    lower_open, upper_open = (any, all) if function == "max" else (all, any)
    return Interval(
        lower,
        upper,
        lower_open(x.lower_open for x in (a, b) if x.lower == lower),
        upper_open(x.upper_open for x in (a, b) if x.upper == upper),
        a.integer and b.integer,
    )


def _by_table(name: str, intervals: list[Interval], exact: bool) -> Range:
    function = FUNCTIONS[name]
    low, high = function.codomain
    integer = name in _WHOLE
    closed = integer or function.monotone == 0
    codomain = Interval(low, high, not closed, not closed, integer)
    if function.monotone == 0:
        return Range(codomain)
    argument = intervals[0]
    ends = [
        _end_by_table(function, integer, argument.lower, argument.lower_open),
        _end_by_table(function, integer, argument.upper, argument.upper_open),
    ]
    if function.monotone < 0:
        ends.reverse()
    (lower, lower_open), (upper, upper_open) = ends
    if math.isnan(lower) or math.isnan(upper):
        return Range(codomain)
    inside = function.domain[0] <= argument.lower and argument.upper <= function.domain[1]
    return Range(Interval(lower, upper, lower_open, upper_open, integer), exact and inside)


def _end_by_table(
    function: Function, integer: bool, end: float, is_open: bool
) -> tuple[float, bool]:
    """The value of a monotone function at an end of its argument, and whether it is left out."""
    domain, codomain = function.domain, function.codomain
    if function.monotone < 0:
        codomain = codomain[::-1]
    if end <= domain[0]:
        value = codomain[0]
    elif end >= domain[1]:
        value = codomain[1]
    else:
        with np.errstate(all="ignore"):
            value = float(function.compute(numpy_arrays(), np.float64(end)))
    # A step function reaches its limit, and so does what goes beyond the domain.
    left_out = is_open and not integer and domain[0] <= end <= domain[1]
    return value, left_out or not math.isfinite(value)
