"""Expressions of the model graph.

An expression stands for a whole array with named axes, never for an element. The set of its
axes is computed, not declared. All expressions are immutable and hashable, so that equal ones
are evaluated once; the span takes no part in comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, TypeAlias, cast

from hdsl.source import NOWHERE, Span


@dataclass(frozen=True, kw_only=True, eq=False)
class Expression:
    """Abstract: anything that has a value."""

    span: Span = field(default=NOWHERE, repr=False)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What makes this expression equal to another: its class and fields, without the span."""
        return (
            type(self),
            *(getattr(self, f.name) for f in fields(self) if f.name != "span"),
        )

    @cached_property
    def _hash(self) -> int:
        return hash(self.key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Expression) or self._hash != other._hash:
            return False
        return self.key == other.key

    @cached_property
    def children(self) -> tuple[Expression, ...]:
        """The expressions directly below this one."""
        return tuple(_parts(self))

    @cached_property
    def axes(self) -> frozenset[str]:
        """The names of the axes that the value has."""
        return frozenset[str]().union(*(child.axes for child in self.children))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all quantities that the value depends on."""
        return frozenset[str]().union(*(child.names for child in self.children))

    def __add__(self, other: Operand) -> Expression:
        return apply("add", self, other)

    def __radd__(self, other: Operand) -> Expression:
        return apply("add", other, self)

    def __sub__(self, other: Operand) -> Expression:
        return apply("subtract", self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return apply("subtract", other, self)

    def __mul__(self, other: Operand) -> Expression:
        return apply("multiply", self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return apply("multiply", other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return apply("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return apply("divide", other, self)

    def __pow__(self, other: Operand) -> Expression:
        return apply("power", self, other)

    def __neg__(self) -> Expression:
        return apply("negative", self)


Operand: TypeAlias = Expression | float


@dataclass(frozen=True, eq=False)
class Constant(Expression):
    """A number that stands in the model or in a formula."""

    value: float


@dataclass(frozen=True, eq=False)
class Position(Expression):
    """The positions 0, 1, … along an axis."""

    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis,))


@dataclass(frozen=True, eq=False)
class Size(Expression):
    """The number of elements along an axis."""

    axis: str


@dataclass(frozen=True, eq=False)
class LabelPosition(Expression):
    """The position of a label in its index set."""

    set_name: str
    label: str | float


@dataclass(frozen=True, eq=False)
class Lookup(Expression):
    """The positions in an index set of the labels that an expression gives."""

    set_name: str
    labels: Expression


# --- references: the four ways to take an element along one axis -------------------------------


@dataclass(frozen=True)
class Along:
    """The same plate: ``theta[day]``."""

    axis: str


@dataclass(frozen=True)
class At:
    """One label: ``theta[NJ]``."""

    label: str | float


@dataclass(frozen=True)
class Gather:
    """The element at a computed position: ``theta[day[bag]]``."""

    positions: Expression


@dataclass(frozen=True)
class Shift:
    """The element some steps along: ``y[t-1]`` is ``Shift("t", -1)``."""

    axis: str
    by: int


Index: TypeAlias = Along | At | Gather | Shift


@dataclass(frozen=True, eq=False)
class Reference(Expression):
    """A named array, with one index for each of its axes."""

    name: str
    indices: tuple[Index, ...] = ()

    @cached_property
    def axes(self) -> frozenset[str]:
        found: set[str] = set()
        for index in self.indices:
            if isinstance(index, Along | Shift):
                found.add(index.axis)
            elif isinstance(index, Gather):
                found |= index.positions.axes
        return frozenset(found)

    @cached_property
    def names(self) -> frozenset[str]:
        return super().names | {self.name}

    @property
    def is_plain(self) -> bool:
        """Whether the whole array is meant, axis by axis."""
        return all(isinstance(index, Along) for index in self.indices)


# --- operations ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Apply(Expression):
    """A function of `hdsl.expressions.functions`, element by element."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Reduce(Expression):
    """``sum(body for axes)`` and its siblings; `where` keeps the elements for which it holds."""

    function: str
    body: Expression
    over: tuple[str, ...]
    where: Expression | None = None

    @cached_property
    def axes(self) -> frozenset[str]:
        return super().axes - set(self.over)


@dataclass(frozen=True, eq=False)
class Sweep(Expression):
    """A function along one axis that keeps it: ``cumsum``, ``softmax``."""

    function: str
    body: Expression
    axis: str


@dataclass(frozen=True, eq=False)
class Segment(Expression):
    """The adjoint of a gather: the sum of `body` over `over`, per element of the axis `to`.

    `by` gives the position along `to` to which each element belongs.
    """

    body: Expression
    over: tuple[str, ...]
    by: Expression
    to: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return (super().axes - set(self.over)) | {self.to}


@dataclass(frozen=True, eq=False)
class CountsAbove(Expression):
    """How many elements of `counts` exceed k, for k = 0, 1, … along a new axis.

    `counts` holds whole numbers and depends on data alone; the axis is as long as their maximum.
    """

    counts: Expression
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis,))


@dataclass(frozen=True, eq=False)
class WholeNumbers(Expression):
    """The numbers 0, 1, … up to the largest of `last` along a new axis.

    `last` depends on data alone.
    """

    last: Expression
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis,))


@dataclass(frozen=True, eq=False)
class ChainOrder(Expression):
    """Elements in the order of the chains that they form, each chain from its end to its start.

    `before` gives over `elements` the position of the element before each, -1 where there is none;
    it depends on data alone. Along `chains` there is one chain beside the other, along `steps` are
    their elements, `lag` steps later; what is left over holds -1.
    """

    before: Expression
    elements: str
    steps: str
    chains: str
    lag: int = 0

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.steps, self.chains))


@dataclass(frozen=True, eq=False)
class Stack(Expression):
    """A list ``[a, b]`` along an axis."""

    items: tuple[Expression, ...]
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        return super().axes | {self.axis}


@dataclass(frozen=True, eq=False)
class Concatenate(Expression):
    """Arrays laid one after the other along the axis `axis`.

    Each item is an expression with its axes: it is repeated along those that it does not have,
    flattened over them, last axis fastest, and joined to the others. The axis is as long as the
    items together.
    """

    items: tuple[tuple[Expression, tuple[str, ...]], ...]
    axis: str

    @cached_property
    def axes(self) -> frozenset[str]:
        kept = (item.axes - set(own) for item, own in self.items)
        return frozenset((self.axis,)).union(*kept)


@dataclass(frozen=True, eq=False)
class Scan(Expression):
    """Arrays along one axis, each element computed from earlier ones: ``h[t] = w + b * h[t-1]``.

    Attributes
    ----------
    axis
        The axis along which the elements are computed one after the other, from its start, or
        from its end where `reverse` says so.
    carried
        The names of the arrays. They mean something only within `bodies`.
    own
        For each array its further axes; a step computes its elements along these at once.
    bodies
        For each array what an element is, over `axis` and its own axes. It may refer to the
        arrays; the first index is then ``Shift(axis, -k)`` (``+k`` in reverse) for the element k
        steps before, ``Along(axis)`` for an array that stands before this one, or a ``Gather`` of
        positions along `axis` that have been computed by then. The others are along own axes.
    before
        For each array its value, over its own axes, where a shift leads off the axis.
    result
        The array that is meant.
    """

    axis: str
    carried: tuple[str, ...]
    own: tuple[tuple[str, ...], ...]
    bodies: tuple[Expression, ...]
    before: tuple[Expression, ...]
    result: str
    reverse: bool = False

    @cached_property
    def axes(self) -> frozenset[str]:
        return frozenset((self.axis, *self.own[self.carried.index(self.result)]))

    @cached_property
    def names(self) -> frozenset[str]:
        return super().names - set(self.carried)


@dataclass(frozen=True, eq=False)
class OfWhole(Expression):
    """A function of whole vectors and matrices, of `hdsl.expressions.matrices`.

    Each item is an expression with the axes over which it stays whole, in order; it is repeated
    along those that it does not have. Along all other axes the function acts on each element
    alone. `result` are the axes of what the function makes.
    """

    function: str
    items: tuple[tuple[Expression, tuple[str, ...]], ...]
    result: tuple[str, ...] = ()

    @cached_property
    def axes(self) -> frozenset[str]:
        kept = (item.axes - set(own) for item, own in self.items)
        return frozenset(self.result).union(*kept)


def _parts(expression: Expression) -> Iterator[Expression]:
    for entry in fields(expression):
        yield from _expressions_in(getattr(expression, entry.name))


def _expressions_in(value: object) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, Gather):
        yield value.positions
    elif isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from _expressions_in(item)


def lift(value: Operand) -> Expression:
    """A number as an expression; an expression as it is."""
    return value if isinstance(value, Expression) else Constant(float(value))


_IDENTITIES: dict[str, tuple[float | None, float | None]] = {
    "add": (0.0, 0.0),
    "subtract": (None, 0.0),
    "multiply": (1.0, 1.0),
    "divide": (None, 1.0),
    "power": (None, 1.0),
}


def apply(function: str, *arguments: Operand, span: Span = NOWHERE) -> Expression:
    """Apply a function; adding zero and multiplying by one change nothing and leave no trace."""
    lifted = tuple(lift(argument) for argument in arguments)
    if function in _IDENTITIES:
        left, right = lifted
        neutral_left, neutral_right = _IDENTITIES[function]
        if isinstance(left, Constant) and left.value == neutral_left:
            return right
        if isinstance(right, Constant) and right.value == neutral_right:
            return left
    return Apply(function, lifted, span=span)


def map_children(expression: Expression, change: Any) -> Expression:
    """The same expression with each child replaced by `change(child)`."""
    updates: dict[str, Any] = {}
    for entry in fields(expression):
        value = getattr(expression, entry.name)
        if isinstance(value, Expression):
            updates[entry.name] = change(value)
        elif isinstance(value, tuple):
            updates[entry.name] = _map_item(value, change)
    if all(updates[name] is getattr(expression, name) for name in updates):
        return expression
    return replace(expression, **updates)


def _map_item(item: object, change: Any) -> object:
    if isinstance(item, Expression):
        return change(item)
    if isinstance(item, Gather):
        positions = change(item.positions)
        return item if positions is item.positions else Gather(positions)
    if isinstance(item, tuple):
        old = cast("tuple[object, ...]", item)
        new = tuple(_map_item(part, change) for part in old)
        return old if all(a is b for a, b in zip(old, new, strict=True)) else new
    return item


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all below it, each distinct one once."""
    seen: set[Expression] = set()
    stack = [expression]
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            yield current
            stack.extend(current.children)


def set_of(axis: str) -> str:
    """The index set of an axis: ``site'``, ``site#2`` and the slice ``site*`` run over ``site``."""
    return axis.split("#")[0].rstrip("'*")
