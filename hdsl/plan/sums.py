"""Sums over the rows of a child, collected for each element of its parent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hdsl.expressions.functions import square, where
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Along,
    Apply,
    At,
    Constant,
    Expression,
    Gather,
    LabelPosition,
    Position,
    Reduce,
    Reference,
    Segment,
    apply,
    set_of,
)


@dataclass(frozen=True)
class Link:
    """How the rows of a child refer to the elements of its parent.

    Attributes
    ----------
    rows
        The axes of the child.
    axes
        The axes of the parent.
    reference
        The child's one reference to the parent.
    """

    rows: tuple[str, ...]
    axes: tuple[str, ...]
    reference: Reference

    @property
    def problem(self) -> str | None:
        """Why sums cannot be collected along it, if so."""
        gathers = [i for i in self.reference.indices if isinstance(i, Gather)]
        alongs = [i.axis for i in self.reference.indices if isinstance(i, Along)]
        if not all(isinstance(i, Along | Gather | At) for i in self.reference.indices):
            return "takes elements of it some steps along"
        if len(gathers) > 1:
            return "refers to it by two computed indices at once"
        if len(set(alongs)) < len(alongs):
            return "refers to it by the same running index twice"
        if any(g.positions.axes & set(alongs) for g in gathers):
            return "refers to it by a computed index that varies along a running one"
        return None

    @property
    def is_one_to_one(self) -> bool:
        """Whether each element of the parent has one row."""
        return not self.summed and all(isinstance(i, Along) for i in self.reference.indices)

    @property
    def summed(self) -> tuple[str, ...]:
        """The child's axes that are summed over."""
        alongs = {i.axis for i in self.reference.indices if isinstance(i, Along)}
        return tuple(axis for axis in self.rows if axis not in alongs)

    def collect(self, body: Expression) -> Expression:
        """The sum of `body` (over the rows) for each element of the parent.

        Factors that do not vary along the summed axes are taken out of the sum.
        """
        outer, inner = split_factors(body, self.summed)
        return self.over_parent(product(outer)) * self._sum(product(inner))

    def gathered(self, body: Expression) -> Expression:
        """The same for a body that may be infinite: nothing is taken out of the sum."""
        return self._sum(body)

    def over_parent(self, expression: Expression) -> Expression:
        """An expression that is constant along the summed axes, over the parent's axes."""
        return rename_axes(expression, self._names())

    def _names(self) -> dict[str, str]:
        return {
            index.axis: axis
            for axis, index in zip(self.axes, self.reference.indices, strict=True)
            if isinstance(index, Along)
        }

    def _sum(self, body: Expression) -> Expression:
        apart = self._summed_apart()
        names = {**self._names(), **apart}
        over = tuple(apart.get(axis, axis) for axis in self.summed)
        body = rename_axes(body, names)
        total: Expression = Reduce("sum", body, over) if over else body
        for axis, index in zip(self.axes, self.reference.indices, strict=True):
            if isinstance(index, Gather):
                total = Segment(body, over, rename_axes(index.positions, names), axis)
        for axis, index in zip(self.axes, self.reference.indices, strict=True):
            if isinstance(index, At):
                here = LabelPosition(set_of(axis), index.label)
                total = where(apply("equal", Position(axis), here), total, 0.0)
        return total

    def _summed_apart(self) -> dict[str, str]:
        """Other names for summed axes that are called like axes of the parent."""
        used = {*self.rows, *self.axes}
        apart: dict[str, str] = {}
        for axis in self.summed:
            if axis in self.axes:
                fresh = axis
                while fresh in used:
                    fresh += "'"
                used.add(fresh)
                apart[axis] = fresh
        return apart

    def at_rows(self, name: str) -> Reference:
        """The element of another array like the parent that belongs to each row."""
        return Reference(name, self.reference.indices)


def factors(expression: Expression) -> Iterable[Expression]:
    """The factors of a product; a quotient counts as a product with the inverse."""
    if isinstance(expression, Apply):
        if expression.function == "multiply":
            for argument in expression.arguments:
                yield from factors(argument)
            return
        if expression.function == "divide":
            top, bottom = expression.arguments
            yield from factors(top)
            yield from (apply("divide", 1.0, part) for part in factors(bottom))
            return
        if expression.function == "square":
            yield from (square(part) for part in factors(expression.arguments[0]))
            return
    yield expression


def split_factors(
    body: Expression, summed: tuple[str, ...]
) -> tuple[list[Expression], list[Expression]]:
    """The factors of a summand that are constant along the summed axes, and the others."""
    outer: list[Expression] = []
    inner: list[Expression] = []
    for factor in factors(body):
        (inner if factor.axes & set(summed) else outer).append(factor)
    return outer, inner


def product(parts: Iterable[Expression]) -> Expression:
    """The product of expressions."""
    result: Expression = Constant(1.0)
    for part in parts:
        result = result * part
    return result


def plain_square(x: Expression) -> Expression:
    """x times x; that of a constant is a constant, that of a root is what stands under it."""
    match x:
        case Constant(value):
            return Constant(value * value)
        case Apply("sqrt", (inner,)):
            return inner
        case Apply("divide", (a, b)):
            return plain_square(a) / plain_square(b)
        case _:
            return square(x)


def total(body: Expression, axes: tuple[str, ...]) -> Expression:
    """The sum over axes, with factors that are constant along them taken out."""
    if not axes:
        return body
    outer, inner = split_factors(body, axes)
    return product(outer) * Reduce("sum", product(inner), axes)
