"""Second pass: expressions of the text become expressions of the graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Reference,
    Stack,
    apply,
    set_of,
    walk,
)
from hdsl.model.axes import axes_in_order
from hdsl.model.calls import call
from hdsl.model.comparisons import comparison
from hdsl.model.linear_algebra import product
from hdsl.model.names import Names
from hdsl.model.scope import LIST_AXIS, SECOND_LIST_AXIS, Failed, Scope, Typed, is_slice
from hdsl.model.subscripts import free_axes, index_of, subscript
from hdsl.model.unknown_names import report_unknown
from hdsl.source import Span
from hdsl.syntax import tree

_OPERATORS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "power",
    "and": "and", "or": "or",
}  # fmt: skip


@dataclass
class Translator:
    """Reads expressions, given the names of the program.

    Attributes
    ----------
    axes_of
        Gives the axes of a quantity; raises `Failed` where they cannot be known.
    member_of
        Gives the index set whose positions a quantity holds, if any.
    label_uses
        Filled with the sets whose labels are used as numbers.
    open_functions, called, expansions
        The functions of the file that are being read, those that are called, and how often any was.
    """

    names: Names
    axes_of: Callable[[str], tuple[str, ...]]
    member_of: Callable[[str], str | None]
    label_uses: list[tuple[str, Span]] = field(default_factory=list[tuple[str, Span]])
    open_functions: list[str] = field(default_factory=list[str])
    called: set[str] = field(default_factory=set[str])
    expansions: int = 0
    _fresh: int = 0

    @property
    def report(self) -> Report:
        """Where mistakes go."""
        return self.names.report

    def fail(
        self,
        code: str,
        title: str,
        span: Span,
        *,
        labels: Iterable[Place] = (),
        cause: str = "",
        help: str = "",
    ) -> NoReturn:
        """Report a mistake and give up on what contains it."""
        self.report.add(code, title, span, labels=labels, cause=cause, help=help)
        raise Failed

    def text_of(self, span: Span) -> str:
        """What the model says at a place."""
        return self.report.source.excerpt(span) if self.report.source is not None else "…"

    def fresh(self, base: str) -> str:
        """A new axis over an index set."""
        self._fresh += 1
        return f"{base}#{self._fresh}"

    # --- entry points ----------------------------------------------------------------------------

    def number(self, expression: tree.Expression, scope: Scope) -> Expression:
        """The value of an expression as a number; a numeric label counts as its number."""
        return self.as_number(self.typed(expression, scope))

    def numbers(self, expressions: Sequence[tree.Expression], scope: Scope) -> list[Expression]:
        """Several numbers; all mistakes in them are reported."""
        return [self.as_number(typed) for typed in self.all(expressions, scope)]

    def index_of(
        self, index: tree.Expression, axis: str, whole: tree.Subscript, scope: Scope
    ) -> Index:
        """What stands in one place of the brackets of an array."""
        return index_of(self, index, axis, whole, scope)

    def index_set(self, text: str, scope: Scope) -> str | None:
        """The index set over which a bare name can run; ``""`` for the items of a list."""
        base = text.rstrip("'")
        if base in scope.indices:
            return scope.indices[base]
        return base if base in self.names.sets else None

    def condition(self, expression: tree.Expression, scope: Scope) -> Expression:
        """A condition after ``for``: it holds or not for each element, so it is no whole array."""
        found = self.number(expression, scope)
        for axis in sorted(found.axes):
            if is_slice(axis):
                self.fail(
                    "HB305",
                    "a condition after `for` is a whole array",
                    expression.span,
                    cause="the condition holds or does not hold for each element",
                    help=f"write its index in brackets: `{_array_along(axis, found)}[…]`",
                )
        return found

    def all(self, expressions: Sequence[tree.Expression], scope: Scope) -> list[Typed]:
        """Read several expressions; one that fails does not keep the others from being read."""
        found: list[Typed] = []
        failed = False
        for expression in expressions:
            try:
                found.append(self.typed(expression, scope))
            except Failed:
                failed = True
        if failed:
            raise Failed
        return found

    def typed(self, expression: tree.Expression, scope: Scope) -> Typed:
        """Read an expression."""
        found = self._typed(expression, scope)
        value = found.expression
        if value.span == tree.NOWHERE:
            value = replace(value, span=expression.span)
        return replace(found, expression=value, span=expression.span)

    def _typed(self, expression: tree.Expression, scope: Scope) -> Typed:
        match expression:
            case tree.Number(value):
                return Typed(Constant(value))
            case tree.Boolean(value):
                return Typed(Constant(1.0 if value else 0.0))
            case tree.Infinity():
                return Typed(Constant(math.inf))
            case tree.String(value):
                return Typed(Constant(math.nan), label=value)
            case tree.Name():
                return self._name(expression, scope)
            case tree.Subscript():
                return subscript(self, expression, scope)
            case tree.Call():
                return call(self, expression, scope)
            case tree.Unary(operator, operand):
                value = self.number(operand, scope)
                if operator == "+":
                    return Typed(value)
                if operator == "-" and isinstance(value, Constant):
                    return Typed(Constant(-value.value))
                return Typed(apply("negative" if operator == "-" else "not", value))
            case tree.Binary():
                return Typed(self._binary(expression, scope))
            case tree.Comparison():
                return comparison(self, expression, scope)
            case tree.Conditional(condition, then, otherwise):
                return Typed(self.combine("where", [condition, then, otherwise], scope))
            case tree.List(items):
                return Typed(self._list(items, scope))
            case tree.Block(locals, result):
                inner = scope
                for local in locals:
                    value = self.typed(local.value, inner)
                    inner = inner.with_locals({local.name.text: value})
                return self.typed(result, inner)
            case _:
                self._not_a_value(expression)

    def _not_a_value(self, expression: tree.Expression) -> NoReturn:
        match expression:
            case tree.Tuple():
                self.fail(
                    "HB217",
                    "`(a, b)` is not a value",
                    expression.span,
                    cause="several names in brackets stand on the left of `~` only",
                    help="for a list write `[a, b]`",
                )
            case tree.Range():
                self.fail(
                    "HB219",
                    "a range is not a value",
                    expression.span,
                    cause="`lo..hi` stands after `in` and in an index line",
                    help="declare it: `index k = 1..10`",
                )
            case _:
                self.fail(
                    "HB215",
                    "a distribution stands where a number is needed",
                    expression.span,
                    cause="distributions stand right of `~`, and in `log_prob(D, x)` and "
                    "`cdf(D, x)`",
                    help="give it a line of its own, with `~`: `x ~ …`",
                )

    # --- names -----------------------------------------------------------------------------------

    def _name(self, name: tree.Name, scope: Scope) -> Typed:
        text = name.text
        if text in scope.locals:
            return scope.locals[text]
        if text in scope.running:
            return scope.running[text]
        if self.names.is_quantity(text):
            return self.whole(text, name.span)
        owners = self.names.labels().get(text)
        if owners is not None:
            single = owners[0] if len(owners) == 1 else None
            value = LabelPosition(single, text) if single else Constant(math.nan)
            return Typed(value, member=single, label=text)
        if text == "pi":
            return Typed(Constant(math.pi))
        report_unknown(self, name, scope)

    def whole(self, name: str, span: Span) -> Typed:
        """A bare name: the whole array, its axes kept apart from running indices."""
        indices = tuple(Along(axis) for axis in free_axes(self.axes_of(name)))
        return Typed(Reference(name, indices, span=span), member=self.member_of(name))

    def knows(self, text: str, scope: Scope) -> bool:
        """Whether a bare name means anything."""
        return (
            text in scope.locals
            or text in scope.running
            or text in self.names.sets
            or text in self.names.broken
            or text == "pi"
            or self.names.is_quantity(text)
            or text in self.names.labels()
        )

    def declared(self, name: str) -> Span:
        """Where a name gets its meaning."""
        if name in self.names.data:
            return self.names.data[name].span
        if name in self.names.targets:
            return self.names.targets[name][0].span
        if name in self.names.sets:
            return self.names.sets[name].span
        return tree.NOWHERE

    # --- numbers and labels ----------------------------------------------------------------------

    def as_number(self, typed: Typed) -> Expression:
        """A value as a number: a label of a numeric set is its number."""
        if isinstance(typed.label, str):
            self.fail(
                "HB306",
                f"label `{typed.label}` is used as a number",
                typed.span,
                cause=f"a label can be compared (`== {typed.label}`) and can index "
                f"(`theta[{typed.label}]`)",
                help="compare it, or put it in the brackets of an array",
            )
        if typed.member is None:
            return typed.expression
        if typed.member == "":
            return typed.expression + 1.0
        declared = self.names.sets[typed.member]
        texts = [label for label in declared.labels or () if isinstance(label, str)]
        if texts:
            self.fail(
                "HB306",
                f"labels of `{typed.member}` are texts, not numbers",
                typed.span,
                labels=[Place(declared.span, "the labels are listed here")],
                cause="outside brackets a running index of labels is a label",
                help=f"compare it with a label: `{self.text_of(typed.span)} == {texts[0]}`; the "
                f"label before is `prev({self.text_of(typed.span)})`",
            )
        self.label_uses.append((typed.member, typed.span))
        index = Along(typed.axis) if typed.axis is not None else Gather(typed.expression)
        return Reference(f"{typed.member}.labels", (index,), span=typed.span)

    # --- operations ------------------------------------------------------------------------------

    def combine(self, function: str, parts: Sequence[tree.Expression], scope: Scope) -> Expression:
        """Apply a function to numbers, lists taking the axis that they meet."""
        return apply(
            function, *self.meet(self.numbers(parts, scope), parts[0].span.to(parts[-1].span))
        )

    def meet(self, values: Sequence[Expression], span: Span) -> list[Expression]:
        """Give each list the one axis that the other values bring."""
        if not any(LIST_AXIS in value.axes for value in values):
            return list(values)
        lists = {LIST_AXIS, SECOND_LIST_AXIS}
        others = frozenset[str]().union(*(value.axes for value in values)) - lists
        if not others:
            return list(values)
        if any(SECOND_LIST_AXIS in value.axes for value in values):
            return self._meet_matrix(values, span)
        if len(others) > 1:
            slices = [axis for axis in others if is_slice(axis)]
            if len(slices) != 1:
                self.fail(
                    "HB308",
                    "a list meets several axes",
                    span,
                    cause="a list takes the axis of what it meets, so there must be one",
                    help=f"here are {', '.join(f'`{set_of(a)}`' for a in sorted(others))}: give "
                    "the list a name with an index, `w[k] = […]`",
                )
            others = frozenset(slices)
        (axis,) = others
        return [rename_axes(value, {LIST_AXIS: axis}) for value in values]

    def _meet_matrix(self, values: Sequence[Expression], span: Span) -> list[Expression]:
        """Give a list of lists the two axes that are left off in the others, in their order."""
        slices: dict[str, None] = {}
        for value in values:
            own = (axis for axis in axes_in_order(value) if is_slice(axis))
            slices.update(dict.fromkeys(axis for axis in own if set_of(axis) != LIST_AXIS))
        if len(slices) != 2:
            self.fail(
                "HB308",
                f"a list of lists meets {len(slices)} ind{'ex' if len(slices) == 1 else 'ices'}",
                span,
                cause="a list of lists takes the two indices that are left off in what it meets",
                help="give the list a name with its indices: `k[i, j] = [[…], […]]`",
            )
        first, second = slices
        names = {LIST_AXIS: first, SECOND_LIST_AXIS: second}
        return [rename_axes(value, names) for value in values]

    def _binary(self, expression: tree.Binary, scope: Scope) -> Expression:
        if expression.operator == "@":
            return product(self, expression, scope)
        function = _OPERATORS[expression.operator]
        return self.combine(function, [expression.left, expression.right], scope)

    def _list(self, items: Sequence[tree.Expression], scope: Scope) -> Expression:
        values = self.numbers(items, scope)
        if any(SECOND_LIST_AXIS in value.axes for value in values):
            self.fail(
                "HB231",
                "lists stand in one another three deep",
                items[0].span,
                cause="a list of numbers is a vector, and a list of lists a matrix, row by row",
                help="give arrays of more indices as data: `data x[i, j, k]`",
            )
        lengths = {
            len(value.items)
            for value in values
            if isinstance(value, Stack) and value.axis == LIST_AXIS
        }
        if len(lengths) > 1:
            self.fail(
                "HB232",
                "the rows of a list of lists have different lengths",
                items[0].span.to(items[-1].span),
                cause="a list of lists is a matrix, row by row",
                help="give each row as many items as the others have",
            )
        # The rows of a matrix are the items of the outer list.
        rows = (rename_axes(value, {LIST_AXIS: SECOND_LIST_AXIS}) for value in values)
        return Stack(tuple(rows), LIST_AXIS)


def _array_along(axis: str, expression: Expression) -> str:
    arrays = (e.name for e in walk(expression) if isinstance(e, Reference) and axis in e.axes)
    return next(arrays, "w")
