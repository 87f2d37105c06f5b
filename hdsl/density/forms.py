"""The forms in which sums are computed: few operations, nothing lost, data apart from unknowns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from hdsl.density.guards import conjuncts
from hdsl.density.sizes import has_length, largest_count
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.functions import log, square, where
from hdsl.expressions.linear import terms
from hdsl.expressions.tree import (
    Apply,
    Constant,
    CountsAbove,
    Expression,
    Position,
    Reduce,
    Segment,
    Size,
    apply,
    map_children,
)

LARGEST_COUNT, SMALL_COUNT, LOGS_PER_ROW = 3000, 256, 20
"""A sum of logarithms up to a count is preferred to log-gamma functions, row by row, where the
count is small, or where it is less than the rows times what such a function costs in logarithms."""

_ZERO, _ONE, _NEVER = Constant(0.0), Constant(1.0), Constant(-math.inf)


@dataclass
class Forms:
    """Rewrites sums so that all that depends on data alone stands in sums of its own.

    Some choices depend on the data (how large a count is), none on the unknowns.

    Parameters
    ----------
    run
        Evaluates what depends on data alone.
    """

    run: Evaluator
    memo: dict[Expression, Expression] = field(default_factory=dict[Expression, Expression])
    count_axes: dict[Expression, str] = field(default_factory=dict[Expression, str])

    def __call__(self, expression: Expression) -> Expression:
        """The same number or array in a better form."""
        if expression not in self.memo:
            e = map_children(expression, self)
            match e:
                case Reduce("sum", body, over, condition) if all(map(self._has_length, over)):
                    e = self._sum(body, over, condition)
                case Segment():
                    e = self._segment(e)
                case _:
                    pass
            self.memo[expression] = e
        return self.memo[expression]

    def term(self, expression: Expression) -> Expression:
        """The same for a summand of a log density: a scalar, itself perhaps a sum of many."""
        return self._sum(self(expression), (), None)

    def is_data(self, e: Expression) -> bool:
        """Whether the value is known before sampling."""
        return all(name in self.run.values for name in e.names)

    def _has_length(self, axis: str) -> bool:
        return has_length(axis, self.run)

    def _sum(
        self, body: Expression, over: tuple[str, ...], condition: Expression | None
    ) -> Expression:
        pieces: list[Expression] = []
        together: dict[tuple[frozenset[str], bool], Expression] = {}
        for factor, term in self._terms(body):
            piece = self._special(term, over, condition)
            if piece is not None:
                pieces.append(apply("multiply", factor, piece))
                continue
            key = (term.axes & set(over), self.is_data(term))
            scaled = apply("multiply", factor, term)
            together[key] = together.get(key, _ZERO) + scaled
        pieces.extend(_plain_sum(body, over, condition) for body in together.values())
        return reduce(lambda total, piece: total + piece, pieces, _ZERO)

    def _terms(self, body: Expression) -> Iterator[tuple[float, Expression]]:
        """The terms of a sum, where guards that data alone decide are terms of their own."""
        for factor, term in terms(body):
            match term:
                case Apply("where", (condition, inside, outside)) if (
                    outside == _NEVER and factor > 0
                ):
                    known = [c for c in conjuncts(condition) if self.is_data(c)]
                    others = [c for c in conjuncts(condition) if not self.is_data(c)]
                    if not known:
                        yield factor, term
                        continue
                    yield 1.0, where(_all(known), 0.0, -math.inf)
                    rest = where(_all(others), inside, -math.inf) if others else inside
                    yield from ((factor * f, t) for f, t in self._terms(rest))
                case _:
                    yield factor, term

    def _special(
        self, term: Expression, over: tuple[str, ...], condition: Expression | None
    ) -> Expression | None:
        """The sum of a term that has a better form than being added up element by element."""
        match term:
            case Reduce("sum", inner, more, None) if (
                over
                and condition is None
                and not set(more) & set(over)
                and all(map(self._has_length, more))
            ):
                return self._sum(inner, (*over, *more), None)
            case Apply("log_rising", (x, n)) if condition is None:
                return self._sum_of_logs(x, n, over)
            case Apply(("xlogy" | "xlog1py") as function, (weight, p)) if (
                self.is_data(weight) and not self.is_data(p) and not p.axes & set(over)
            ):
                return apply(function, _plain_sum(weight, over, condition), p)
            case _:
                return self._factored(term, over, condition)

    def _factored(
        self, term: Expression, over: tuple[str, ...], condition: Expression | None
    ) -> Expression | None:
        """Factors that do not vary along the axes stand before the sum."""
        split = self._split(term, over)
        if split is None:
            return None
        outer, inner = split
        return outer * _plain_sum(inner, over, condition)

    def _split(
        self, term: Expression, over: tuple[str, ...]
    ) -> tuple[Expression, Expression] | None:
        outer = [f for f in _factors(term) if not f.axes & set(over)]
        inner = [f for f in _factors(term) if f.axes & set(over)]
        return (_product(outer), _product(inner)) if outer and inner else None

    def _sum_of_logs(
        self, x: Expression, n: Expression, over: tuple[str, ...]
    ) -> Expression | None:
        """Sum of lgamma(x + n) - lgamma(x) as sum over k of #{n > k} log(x + k)."""
        if self.is_data(x) or not self.is_data(n) or x.axes & set(over) or n.axes - set(over):
            return None
        counts = np.asarray(self.run(n).array)
        if not _are_small_counts(counts) or (x.axes and largest_count(n, self.run) > counts.size):
            return None
        axis = self.count_axes.setdefault(n, f"above({len(self.count_axes)})")
        steps = CountsAbove(n, axis) * log(x + Position(axis))
        return _repeated(
            Reduce("sum", steps, (axis,)), [other for other in over if other not in n.axes]
        )

    def _segment(self, e: Segment) -> Expression:
        if not self.is_data(e.by):
            return e
        total: Expression = _ZERO
        together: dict[bool, Expression] = {}
        for factor, term in terms(e.body):
            split = self._split(term, e.over)
            if split is None and not term.axes & set(e.over):
                split = term, _ONE
            if split is None or e.to in split[0].axes or not self.is_data(split[1]):
                key = self.is_data(term)
                together[key] = together.get(key, _ZERO) + apply("multiply", factor, term)
            else:
                outer, inner = split
                total = total + apply("multiply", factor, outer) * replace(e, body=inner)
        for body in together.values():
            total = total + replace(e, body=body)
        return total


def _all(conditions: list[Expression]) -> Expression:
    return reduce(lambda a, b: apply("and", a, b), conditions)


def _product(factors: list[Expression]) -> Expression:
    return reduce(lambda a, b: a * b, factors)


def _factors(e: Expression) -> Iterator[Expression]:
    match e:
        case Apply("multiply", (a, b)):
            yield from _factors(a)
            yield from _factors(b)
        case Apply("divide", (a, b)):
            yield from _factors(a)
            yield from (1.0 / f for f in _factors(b))
        case Apply("negative", (a,)):
            yield Constant(-1.0)
            yield from _factors(a)
        case Apply("square", (a,)):
            yield from (square(f) for f in _factors(a))
        case _:
            yield e


def _plain_sum(body: Expression, over: tuple[str, ...], condition: Expression | None) -> Expression:
    """The sum, where axes along which the body does not vary count how often it is repeated."""
    if condition is not None:
        if body.axes & set(over):
            return Reduce("sum", body, over, condition)
        return body * Reduce("sum", _ONE, over, condition)
    present = tuple(axis for axis in over if axis in body.axes)
    summed = Reduce("sum", body, present) if present else body
    return _repeated(summed, [axis for axis in over if axis not in present])


def _repeated(e: Expression, axes: list[str]) -> Expression:
    return reduce(lambda total, axis: Size(axis) * total, axes, e)


def _are_small_counts(array: np.ndarray) -> bool:
    if not array.size or not np.isfinite(array).all():
        return False
    most = min(LARGEST_COUNT, max(SMALL_COUNT, LOGS_PER_ROW * array.size))
    return bool((array >= 0).all() and array.max() <= most and (array % 1 == 0).all())
