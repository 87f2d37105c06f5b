"""The syntax tree of a model: what the text says, before anything is known of its meaning.

Every node is a frozen dataclass with a ``span``, which takes no part in comparisons:
two trees are equal when they say the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeAlias, cast

from hdsl.source import NOWHERE, Span


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything in the tree."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- expressions ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(Node):
    """A number; `text` keeps its spelling."""

    value: float
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class String(Node):
    """A quoted label or column name."""

    value: str


@dataclass(frozen=True)
class Boolean(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True)
class Infinity(Node):
    """``inf``."""


@dataclass(frozen=True)
class Name(Node):
    """A name, with its primes: ``theta``, ``site'``."""

    text: str


@dataclass(frozen=True)
class Subscript(Node):
    """``theta[day[bag], NJ]``."""

    array: Name
    indices: tuple[Expression, ...]


@dataclass(frozen=True)
class Argument(Node):
    """An argument of a call: positional when `name` is None."""

    value: Expression
    name: str | None = None


@dataclass(frozen=True)
class Call(Node):
    """A function or a distribution applied: ``Beta(a, b)``, ``sum(x[i] for i, i > 1)``.

    `conditions` is what follows ``for`` inside the brackets.
    """

    function: str
    arguments: tuple[Argument, ...]
    conditions: tuple[Condition, ...] = ()
    function_span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Unary(Node):
    """``-x`` or ``not x`` (`operator` is ``-``, ``+`` or ``not``)."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Binary(Node):
    """``+ - * / ^ @``, ``and`` and ``or``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Comparison(Node):
    """A chain of comparisons: ``0 < x <= 1`` has two operators and three operands."""

    operators: tuple[str, ...]
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Conditional(Node):
    """``if c then a else b``; the branches may be distributions."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class List(Node):
    """``[a, b]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Tuple(Node):
    """``(a, b)``: several variables at once, or the ends of an open interval after ``in``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Local(Node):
    """``name = value`` inside a block."""

    name: Name
    value: Expression


@dataclass(frozen=True)
class Block(Node):
    """``{ name = expr; …; result }``."""

    locals: tuple[Local, ...]
    result: Expression


@dataclass(frozen=True)
class Interval(Node):
    """``(lo, hi)``, ``[lo, hi]`` or half open, after ``truncated to`` and ``censored to``."""

    lower: Expression
    upper: Expression
    lower_closed: bool
    upper_closed: bool


@dataclass(frozen=True)
class Truncated(Node):
    """``D truncated to (lo, hi)``."""

    distribution: Expression
    interval: Interval


@dataclass(frozen=True)
class CensoredTo(Node):
    """``D censored to [lo, hi]``."""

    distribution: Expression
    interval: Interval


@dataclass(frozen=True)
class CensoredIf(Node):
    """``D censored if c``."""

    distribution: Expression
    condition: Expression


@dataclass(frozen=True)
class Range(Node):
    """``lo..hi`` or ``lo..hi by step``: after ``in``, and in an index statement."""

    lower: Expression
    upper: Expression
    step: Expression | None = None


@dataclass(frozen=True)
class Membership(Node):
    """``k in 2..T``, ``i in site``, ``x in (lo, hi)``: binds a name in a ``for``."""

    name: Name
    domain: Expression


Expression: TypeAlias = (
    Number
    | String
    | Boolean
    | Infinity
    | Name
    | Subscript
    | Call
    | Unary
    | Binary
    | Comparison
    | Conditional
    | List
    | Tuple
    | Block
    | Truncated
    | CensoredTo
    | CensoredIf
    | Range
)
"""Whatever may stand on either side of ``~`` and ``=``."""

Condition: TypeAlias = Expression | Membership
"""One item of the list after ``for``: a bare name, a membership or a condition."""


# --- statements ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Comments:
    """The comments that belong to a statement, without their ``#``.

    `detached` holds blocks that stand above but end with an empty line: they describe nothing.
    `blank_before` says that an empty line stands before the statement (and its comments);
    `joined` that the statement stands on the line of the one before, after a ``;``.
    """

    above: tuple[str, ...] = ()
    beside: str | None = None
    blank_before: bool = False
    detached: tuple[tuple[str, ...], ...] = ()
    joined: bool = False

    @property
    def description(self) -> str:
        """The comments as one text."""
        lines = [*self.above, *([self.beside] if self.beside else [])]
        return " ".join(line.strip() for line in lines if line.strip())


@dataclass(frozen=True, kw_only=True)
class StatementNode(Node):
    """What all statements have: their comments (which take no part in comparisons)."""

    comments: Comments = field(default_factory=Comments, compare=False, repr=False)


@dataclass(frozen=True)
class SetLabel(Node):
    """One label of an index set, with the code that stands for it in data, if any."""

    label: str | float
    code: Expression | None = None


@dataclass(frozen=True)
class LabelSet(Node):
    """``{A, B}`` or ``{no = 0, yes = 1}``."""

    labels: tuple[SetLabel, ...]


@dataclass(frozen=True)
class IndexStatement(StatementNode):
    """``index s = …``."""

    name: Name
    domain: LabelSet | Range | List


@dataclass(frozen=True)
class DataType(Node):
    """``real``, ``count``, … or the name of an index set, possibly ``within`` another."""

    name: Name
    within: Name | None = None


@dataclass(frozen=True)
class DataItem(Node):
    """``"column" as x[s, t] : type = value`` (all but the name may be absent)."""

    name: Name
    indices: tuple[Expression, ...] = ()
    column: String | None = None
    type: DataType | None = None
    value: Expression | None = None


@dataclass(frozen=True)
class DataStatement(StatementNode):
    """``data …, … from "file" where condition``."""

    items: tuple[DataItem, ...]
    file: String | None = None
    where: Expression | None = None


@dataclass(frozen=True)
class StochasticStatement(StatementNode):
    """``lhs ~ D``; several targets share it; `joint` when they stand in brackets."""

    targets: tuple[Expression, ...]
    distribution: Expression
    conditions: tuple[Condition, ...] = ()
    joint: bool = False


@dataclass(frozen=True)
class DeterministicStatement(StatementNode):
    """``lhs = expr``."""

    target: Expression
    value: Expression
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class FactorStatement(StatementNode):
    """``factor expr``."""

    value: Expression
    conditions: tuple[Condition, ...] = ()


Formal: TypeAlias = Name | Subscript
"""What a ``def`` or a ``density`` calls an argument: ``x``, or ``v[s]`` for a vector."""


@dataclass(frozen=True)
class FunctionStatement(StatementNode):
    """``def f(x, v[s]) = expr``."""

    name: Name
    parameters: tuple[Formal, ...]
    body: Expression


@dataclass(frozen=True)
class DensityStatement(StatementNode):
    """``density D(x > 0, v[s] | params) = expr``."""

    name: Name
    variables: tuple[Expression, ...]
    parameters: tuple[Formal, ...]
    body: Expression


Statement: TypeAlias = (
    IndexStatement
    | DataStatement
    | StochasticStatement
    | DeterministicStatement
    | FactorStatement
    | FunctionStatement
    | DensityStatement
)


TITLED = (DataStatement, IndexStatement)
"""Above the first statement of a file, if it is one of these, a comment is the model's."""


@dataclass(frozen=True)
class Program(Node):
    """A whole model: its statements, its own comment, and the comments after the last one.

    `line_starts` are the places in the text that are the first of their line.
    """

    statements: tuple[Statement, ...]
    header: tuple[str, ...] = field(default=(), compare=False)
    footer: tuple[tuple[str, ...], ...] = field(default=(), compare=False)
    line_starts: frozenset[int] = field(default=frozenset(), compare=False, repr=False)

    @property
    def description(self) -> str:
        """The comment at the top of the file."""
        return " ".join(line.strip() for line in self.header if line.strip())


# --- walking -------------------------------------------------------------------------------


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in the order of the text."""
    for entry in fields(node):
        value: Any = getattr(node, entry.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in cast(tuple[Any, ...], value) if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, parents first."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(tuple(children(current))))


def transform(node: Node, change: Callable[[Node], Node]) -> Node:
    """Rebuild a tree from the leaves up, each node replaced by `change(node)`."""
    updates: dict[str, Any] = {}
    for entry in fields(node):
        value: Any = getattr(node, entry.name)
        if isinstance(value, Node):
            updates[entry.name] = transform(value, change)
        elif isinstance(value, tuple):
            updates[entry.name] = tuple(
                transform(item, change) if isinstance(item, Node) else item
                for item in cast(tuple[Any, ...], value)
            )
    return change(replace(node, **updates) if updates else node)
