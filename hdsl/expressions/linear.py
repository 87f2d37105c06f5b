"""Expressions as sums: the parts linear in a quantity, the terms, sums over axes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hdsl.expressions.rewrite import references
from hdsl.expressions.tree import (
    Apply,
    Constant,
    Expression,
    Reduce,
    Reference,
    Size,
    apply,
)


@dataclass(frozen=True)
class Affine:
    """``coefficient * reference + offset``, neither of which contains the reference's name."""

    reference: Reference
    coefficient: Expression
    offset: Expression


def affine(expression: Expression, name: str) -> Affine | None:
    """Write an expression as affine in one reference to `name`, if it is."""
    found = references(expression, name)
    if len(found) != 1:
        return None
    parts = _affine(expression, found[0])
    return None if parts is None else Affine(found[0], *parts)


def _affine(e: Expression, target: Reference) -> tuple[Expression, Expression] | None:
    zero, one = Constant(0.0), Constant(1.0)
    if e == target:
        return one, zero
    if target.name not in e.names:
        return zero, e
    if not isinstance(e, Apply):
        return None
    parts = [_affine(argument, target) for argument in e.arguments]
    match e.function, parts:
        case "negative", [(a, b)]:
            return _negate(a), _negate(b)
        case "add", [(a, b), (c, d)]:
            return a + c, b + d
        case "subtract", [(a, b), (c, d)]:
            return (_negate(c) if a == zero else a - c), (_negate(d) if b == zero else b - d)
        case "multiply", [(a, b), (c, d)]:
            if a == zero:
                return _times(b, c), _times(b, d)
            return (_times(a, d), _times(b, d)) if c == zero else None
        case "divide", [(a, b), (c, d)] if c == zero:
            return a / d, (zero if b == zero else b / d)
        case "where", [(a, condition), (b, c), (d, f)] if a == zero:
            return apply("where", condition, b, d), apply("where", condition, c, f)
        case _:
            return None


@dataclass(frozen=True)
class LinearTerm:
    """``sum(coefficient * reference for over)``, or the product alone where `over` is empty."""

    reference: Reference
    coefficient: Expression
    over: tuple[str, ...] = ()


def linear(expression: Expression, name: str) -> tuple[tuple[LinearTerm, ...], Expression] | None:
    """Write an expression as a sum of terms linear in references to `name`, and an offset."""
    zero = Constant(0.0)
    if isinstance(expression, Reference) and expression.name == name:
        return (LinearTerm(expression, Constant(1.0)),), zero
    if name not in expression.names:
        return (), expression
    if isinstance(expression, Reduce):
        return _linear_sum(expression, name)
    if not isinstance(expression, Apply):
        return None
    parts = [linear(argument, name) for argument in expression.arguments]
    match expression.function, parts:
        case "negative", [(terms, offset)]:
            return tuple(_scaled(term, _negate) for term in terms), _negate(offset)
        case "add", [(terms, offset), (others, more)]:
            return (*terms, *others), offset if more == zero else offset + more
        case "subtract", [(terms, offset), (others, more)]:
            less = tuple(_scaled(term, _negate) for term in others)
            return (*terms, *less), offset if more == zero else offset - more
        case "multiply", [((), factor), (terms, offset)]:
            return tuple(_scaled(t, lambda c: factor * c) for t in terms), _times(factor, offset)
        case "multiply", [(terms, offset), ((), factor)]:
            return tuple(_scaled(t, lambda c: c * factor) for t in terms), _times(offset, factor)
        case "divide", [(terms, offset), ((), factor)]:
            divided = zero if offset == zero else offset / factor
            return tuple(_scaled(t, lambda c: c / factor) for t in terms), divided
        case _:
            return None


def _scaled(term: LinearTerm, change: Callable[[Expression], Expression]) -> LinearTerm:
    return replace(term, coefficient=change(term.coefficient))


def _linear_sum(expression: Reduce, name: str) -> tuple[tuple[LinearTerm, ...], Expression] | None:
    """A sum whose references each vary along all that is summed over."""
    inner = linear(expression.body, name)
    if inner is None or expression.function != "sum" or expression.where is not None:
        return None
    terms, offset = inner
    over = expression.over
    if any(term.over or not set(over) <= term.reference.axes for term in terms):
        return None
    left = offset if offset == Constant(0.0) else replace(expression, body=offset)
    return tuple(replace(term, over=over) for term in terms), left


def _negate(e: Expression) -> Expression:
    return Constant(-e.value) if isinstance(e, Constant) else -e


def _times(a: Expression, b: Expression) -> Expression:
    zero = Constant(0.0)
    return zero if zero in (a, b) else a * b


def terms(expression: Expression) -> Iterable[tuple[float, Expression]]:
    """The terms of a sum, each with its sign or constant factor."""
    if isinstance(expression, Apply):
        match expression.function, expression.arguments:
            case "add", (a, b):
                yield from terms(a)
                yield from terms(b)
                return
            case "subtract", (a, b):
                yield from terms(a)
                yield from ((-factor, term) for factor, term in terms(b))
                return
            case "negative", (a,):
                yield from ((-factor, term) for factor, term in terms(a))
                return
            case "multiply", (Constant(value), a):
                yield from ((value * factor, term) for factor, term in terms(a))
                return
            case "multiply", (a, Constant(value)):
                yield from ((value * factor, term) for factor, term in terms(a))
                return
            case _:
                pass
    yield 1.0, expression


def sum_over(expression: Expression, axes: tuple[str, ...]) -> Expression:
    """The sum over axes, taken term by term.

    A term that does not vary along an axis is multiplied by its length instead of being repeated;
    terms over the same axes share one sum.
    """
    groups: dict[tuple[tuple[str, ...], frozenset[str]], Expression] = {}
    for factor, term in terms(expression):
        present = tuple(axis for axis in axes if axis in term.axes)
        scaled = term if factor == 1 else apply("multiply", factor, term)
        key = (present, term.names)
        groups[key] = groups[key] + scaled if key in groups else scaled
    total: Expression = Constant(0.0)
    for (present, _), body in groups.items():
        summed: Expression = Reduce("sum", body, present) if present else body
        for axis in axes:
            if axis not in present:
                summed = Size(axis) * summed
        total = total + summed
    return total
