"""Second pass: expressions of the text become expressions of the graph."""

from __future__ import annotations

import difflib
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
    LabelPosition,
    Reference,
    Stack,
    apply,
    set_of,
    walk,
)
from hdsl.model.graph import SetDeclaration
from hdsl.model.names import Names, not_yet
from hdsl.model.scope import LIST_AXIS, Failed, Scope, Typed, is_slice
from hdsl.source import Span
from hdsl.syntax import tree

_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "power"}
_COMPARISONS = {"<": "less", "<=": "less_equal", "==": "equal", "!=": "not_equal"}


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
    axes_of: Callable[[str, Span], tuple[str, ...]]
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

    def refuse(self, what: str, span: Span) -> NoReturn:
        """Report something that is not supported yet."""
        not_yet(self.report, what, span)
        raise Failed

    def text_of(self, span: Span) -> str:
        """What the model says at a place."""
        return self.report.source.excerpt(span) if self.report.source is not None else "…"

    def fresh(self, base: str) -> str:
        """A new axis over an index set."""
        self._fresh += 1
        return f"{base}#{self._fresh}"

    # --- entry points ---------------------------------------------------------------------------

    def number(self, expression: tree.Expression, scope: Scope) -> Expression:
        """The value of an expression as a number; a numeric label counts as its number."""
        return self.as_number(self.typed(expression, scope))

    def numbers(self, expressions: Sequence[tree.Expression], scope: Scope) -> list[Expression]:
        """Several numbers; all mistakes in them are reported."""
        return [self.as_number(typed) for typed in self.all(expressions, scope)]

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
        from hdsl.model.calls import call

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
                from hdsl.model.subscripts import subscript

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
            case tree.Binary(operator, left, right):
                return self._binary(operator, left, right, expression.span, scope)
            case tree.Comparison():
                return self._comparison(expression, scope)
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
            case tree.Truncated() | tree.CensoredTo() | tree.CensoredIf():
                self.fail(
                    "HB215",
                    "a distribution stands where a number is needed",
                    expression.span,
                    cause="distributions stand right of `~`, and in `log_prob(D, x)` and `cdf(D, x)`",
                    help="write it in a line of its own, `x ~ …`, and use `x`",
                )

    # --- names ------------------------------------------------------------------------------------

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
        self.unknown(name, scope)

    def whole(self, name: str, span: Span) -> Typed:
        """A bare name: the whole array, its axes kept apart from running indices."""
        from hdsl.model.subscripts import free_axes

        indices = tuple(Along(axis) for axis in free_axes(self.axes_of(name, span)))
        return Typed(Reference(name, indices, span=span), member=self.member_of(name))

    def unknown(self, name: tree.Name, scope: Scope) -> NoReturn:
        """Report a name that means nothing here."""
        text = name.text
        if text in self.names.sets:
            self.fail(
                "HB301",
                f"running index `{text}` is not bound here",
                name.span,
                labels=[Place(self.names.sets[text].span, f"`{text}` is an index set")],
                cause="a running index must stand on the left of the statement, or after `for`",
                help=f"write `[{text}]` on the left, or reduce: `sum(… for {text})`",
            )
        if text in self.names.broken:
            raise Failed
        self.names.broken.add(text)
        near = self.near(text, scope)
        declared = self.declared(near) if near is not None else tree.NOWHERE
        self.fail(
            "HB201",
            f"unknown name `{text}`",
            name.span,
            labels=[Place(declared, f"`{near}` is declared here")] if declared.end else [],
            cause="every name is data, an index, or stands left of `~` or `=` somewhere in the model",
            help=f"did you mean `{near}`?"
            if near is not None
            else f"define it: `{text} ~ …`, `{text} = …` or `data {text}`",
        )

    def near(self, text: str, scope: Scope) -> str | None:
        """The known name that is most like one that is not known."""
        known = [*scope.locals, *scope.running, *self.names.all_names()]
        return next(iter(difflib.get_close_matches(text, known, 1, 0.6)), None)

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

    def unknown_label(self, name: tree.Name, set_name: str, scope: Scope) -> NoReturn:
        """Report a name that means nothing, where a label of an index set would do."""
        declared = self.names.sets[set_name]
        labels = [str(label) for label in declared.labels or ()][:200]
        if difflib.get_close_matches(name.text, labels, 1, 0.5):
            self.wrong_label(name.text, set_name, name.span)
        if self.near(name.text, scope) is not None:
            self.unknown(name, scope)
        if declared.labels is not None:
            self.wrong_label(name.text, set_name, name.span)
        self.fail(
            "HB201",
            f"unknown name `{name.text}`",
            name.span,
            cause="a bare name is an index, a label that the file declares, or a quantity",
            help=f'if it is a label of `{set_name}` that only the data know, quote it: `"{name.text}"`',
        )

    def declared(self, name: str) -> Span:
        if name in self.names.data:
            return self.names.data[name].span
        if name in self.names.targets:
            return self.names.targets[name][0].span
        if name in self.names.sets:
            return self.names.sets[name].span
        return tree.NOWHERE

    # --- numbers and labels -------------------------------------------------------------------------

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
        declared = self.names.sets[typed.member]
        texts = [label for label in declared.labels or () if isinstance(label, str)]
        if texts:
            self.fail(
                "HB306",
                f"labels of `{typed.member}` are texts, not numbers",
                typed.span,
                labels=[Place(declared.span, "the labels are listed here")],
                cause="outside brackets a running index of labels is a label",
                help=f"compare it with a label: `{self.text_of(typed.span)} == {texts[0]}`",
            )
        self.label_uses.append((typed.member, typed.span))
        index = Along(typed.axis) if typed.axis is not None else Gather(typed.expression)
        return Reference(f"{typed.member}.labels", (index,), span=typed.span)

    # --- operations --------------------------------------------------------------------------------

    def combine(self, function: str, parts: Sequence[tree.Expression], scope: Scope) -> Expression:
        """Apply a function to numbers, lists taking the axis that they meet."""
        return apply(
            function, *self.meet(self.numbers(parts, scope), parts[0].span.to(parts[-1].span))
        )

    def meet(self, values: Sequence[Expression], span: Span) -> list[Expression]:
        """Give each list the one axis that the other values bring."""
        if not any(LIST_AXIS in value.axes for value in values):
            return list(values)
        others = frozenset[str]().union(*(value.axes for value in values)) - {LIST_AXIS}
        if not others:
            return list(values)
        if len(others) > 1:
            slices = [axis for axis in others if is_slice(axis)]
            if len(slices) != 1:
                self.fail(
                    "HB308",
                    "a list meets several axes",
                    span,
                    cause="a list takes the axis of what it meets, so there must be one",
                    help=f"the axes here are {', '.join(f'`{set_of(a)}`' for a in sorted(others))}; give the list a name with an index: `w[k] = […]`",
                )
            others = frozenset(slices)
        (axis,) = others
        return [rename_axes(value, {LIST_AXIS: axis}) for value in values]

    def _binary(
        self, operator: str, left: tree.Expression, right: tree.Expression, span: Span, scope: Scope
    ) -> Typed:
        if operator == "@":
            self.refuse("matrix multiplication `@`", span)
        if operator in ("and", "or"):
            return Typed(self.combine(operator, [left, right], scope))
        return Typed(self.combine(_ARITHMETIC[operator], [left, right], scope))

    def _comparison(self, comparison: tree.Comparison, scope: Scope) -> Typed:
        self._check_labels(comparison, scope)
        operands = self.all(comparison.operands, scope)
        result: Expression | None = None
        for operator, left, right in zip(
            comparison.operators, operands, operands[1:], strict=False
        ):
            single = self._compare(operator, left, right)
            result = single if result is None else apply("and", result, single)
        assert result is not None
        return Typed(result)

    def _check_labels(self, comparison: tree.Comparison, scope: Scope) -> None:
        """A name that means nothing, compared with a label, was meant as a label."""
        for operator, left, right in zip(
            comparison.operators, comparison.operands, comparison.operands[1:], strict=False
        ):
            for name, other in ((left, right), (right, left)):
                if operator not in ("==", "!=") or not isinstance(name, tree.Name):
                    continue
                if not self.knows(name.text, scope):
                    member = self.typed(other, scope).member
                    if member is not None:
                        self.unknown_label(name, member, scope)

    def _compare(self, operator: str, left: Typed, right: Typed) -> Expression:
        if operator in ("==", "!="):
            left, right = self._same_set(left, right), self._same_set(right, left)
            if left.member is not None and left.member == right.member:
                parts = self.meet([left.expression, right.expression], left.span)
                return apply(_COMPARISONS[operator], *parts)
            if left.member and right.member and not self._both_numeric(left, right):
                self.fail(
                    "HB311",
                    f"a label of `{left.member}` is compared with a label of `{right.member}`",
                    left.span.to(right.span),
                    cause="labels of different index sets are never equal",
                    help="compare labels of one index set",
                )
        parts = self.meet([self.as_number(left), self.as_number(right)], left.span)
        if operator in (">", ">="):
            parts.reverse()
            operator = operator.replace(">", "<")
        return apply(_COMPARISONS[operator], *parts)

    def _both_numeric(self, left: Typed, right: Typed) -> bool:
        for typed in (left, right):
            labels = self.names.sets[typed.member or ""].labels
            if labels is not None and any(isinstance(label, str) for label in labels):
                return False
        return True

    def _same_set(self, typed: Typed, other: Typed) -> Typed:
        """A bare label, as one of the set that it is compared with."""
        if typed.label is None or other.member is None or typed.member == other.member:
            if typed.label is not None and typed.member is None:
                self.fail(
                    "HB211",
                    f"nothing tells which index set `{typed.label}` belongs to",
                    typed.span,
                    cause="a label takes its set from what it is compared with or what it indexes",
                    help="compare it with a running index or with data whose type is an index set",
                )
            return typed
        declared = self.names.sets[other.member]
        if declared.labels is not None and typed.label not in declared.labels:
            self.wrong_label(typed.label, other.member, typed.span)
        return replace(
            typed,
            expression=LabelPosition(other.member, typed.label, span=typed.span),
            member=other.member,
        )

    def wrong_label(self, label: str | float, set_name: str, span: Span) -> NoReturn:
        """Report a label that its index set does not have."""
        declared = self.names.sets[set_name]
        known = [str(x) for x in declared.labels or () if isinstance(label, str)][:200]
        near = difflib.get_close_matches(str(label), known, 1, 0.5)
        near = near or [x for x in known if x.casefold() == str(label).casefold()]
        shown = f"{label:g}" if isinstance(label, float) else label
        self.fail(
            "HB304",
            f"`{shown}` is not a label of `{set_name}`",
            span,
            labels=[Place(declared.span, "its labels are listed here")],
            cause="an element is named by its label, never by its position"
            if isinstance(label, float)
            else f"only a label of `{set_name}` can stand here",
            help=f"did you mean `{near[0]}`?" if near else f"choose one of {_listed(declared)}",
        )

    def _list(self, items: Sequence[tree.Expression], scope: Scope) -> Expression:
        values = self.numbers(items, scope)
        if any(LIST_AXIS in value.axes for value in values):
            self.refuse("a list of lists", items[0].span)
        if not values:
            self.refuse("an empty list", tree.NOWHERE)
        return Stack(tuple(values), LIST_AXIS)


def _array_along(axis: str, expression: Expression) -> str:
    arrays = (e.name for e in walk(expression) if isinstance(e, Reference) and axis in e.axes)
    return next(arrays, "w")


def _listed(declared: SetDeclaration) -> str:
    labels = declared.labels or ()
    shown = [f"`{x:g}`" if isinstance(x, float | int) else f"`{x}`" for x in labels[:8]]
    return ", ".join(shown) + (", …" if len(labels) > 8 else "")
