"""Comparisons: of numbers, and of labels of one index set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hdsl.diagnostics import Label as Place
from hdsl.expressions.tree import Expression, LabelPosition, apply
from hdsl.model.scope import Scope, Typed
from hdsl.model.unknown_names import report_unknown_label, report_wrong_label
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

_COMPARISONS = {"<": "less", "<=": "less_equal", "==": "equal", "!=": "not_equal"}


def comparison(read: Translator, expression: tree.Comparison, scope: Scope) -> Typed:
    """Read ``a < b <= c``: each neighbouring pair is compared."""
    _check_labels(read, expression, scope)
    operands = read.all(expression.operands, scope)
    result: Expression | None = None
    for operator, left, right in zip(expression.operators, operands, operands[1:], strict=False):
        single = _compare(read, operator, left, right)
        result = single if result is None else apply("and", result, single)
    assert result is not None
    return Typed(result)


def _check_labels(read: Translator, comparison: tree.Comparison, scope: Scope) -> None:
    """A name that means nothing, compared with a label, was meant as a label."""
    for operator, left, right in zip(
        comparison.operators, comparison.operands, comparison.operands[1:], strict=False
    ):
        for name, other in ((left, right), (right, left)):
            if operator not in ("==", "!=") or not isinstance(name, tree.Name):
                continue
            if not read.knows(name.text, scope):
                member = read.typed(other, scope).member
                if member is not None:
                    report_unknown_label(read, name, member, scope)


def _compare(read: Translator, operator: str, left: Typed, right: Typed) -> Expression:
    if operator in ("==", "!="):
        left, right = of_the_same_set(read, left, right), of_the_same_set(read, right, left)
        if left.member is not None and left.member == right.member:
            parts = read.meet([left.expression, right.expression], left.span)
            return apply(_COMPARISONS[operator], *parts)
        if left.member and right.member and not _both_numeric(read, left, right):
            read.fail(
                "HB311",
                f"a label of `{left.member}` is compared with a label of `{right.member}`",
                left.span.to(right.span),
                cause="labels of different index sets are never equal",
                help="compare labels of one index set",
            )
        _check_hidden_label(read, left, right)
        _check_hidden_label(read, right, left)
    if left.member is not None and left.member == right.member:
        # The labels of a set are in order, whether they are numbers or texts.
        parts = read.meet([left.expression, right.expression], left.span)
    else:
        parts = read.meet([read.as_number(left), read.as_number(right)], left.span)
    if operator in (">", ">="):
        parts.reverse()
        operator = operator.replace(">", "<")
    return apply(_COMPARISONS[operator], *parts)


def _check_hidden_label(read: Translator, typed: Typed, other: Typed) -> None:
    """Refuse a number where a label was meant whose name a quantity has."""
    if not typed.member or other.member is not None or other.label is not None:
        return
    name = read.text_of(other.span)
    if name in (read.names.sets[typed.member].labels or ()) and read.names.is_quantity(name):
        read.fail(
            "HB306",
            f"a label of `{typed.member}` is compared with the quantity `{name}`",
            other.span,
            labels=[Place(read.declared(name), f"`{name}` is a quantity here")],
            cause="where a label and a quantity have one name, outside brackets it means the "
            "quantity",
            help=f'put the label in quotes: `"{name}"`',
        )


def _both_numeric(read: Translator, left: Typed, right: Typed) -> bool:
    for typed in (left, right):
        labels = read.names.sets[typed.member or ""].labels
        if labels is not None and any(isinstance(label, str) for label in labels):
            return False
    return True


def of_the_same_set(read: Translator, typed: Typed, other: Typed) -> Typed:
    """A bare label, as one of the set that it is compared with; what is no label as it is."""
    if typed.label is None or other.member is None or typed.member == other.member:
        if typed.label is not None and typed.member is None:
            read.fail(
                "HB211",
                f"nothing tells which index set `{typed.label}` belongs to",
                typed.span,
                cause="a label takes its set from what it is compared with or what it indexes",
                help="compare it with a running index or with data whose type is an index set",
            )
        return typed
    declared = read.names.sets[other.member]
    if declared.labels is not None and typed.label not in declared.labels:
        report_wrong_label(read, typed.label, other.member, typed.span)
    return replace(
        typed,
        expression=LabelPosition(other.member, typed.label, span=typed.span),
        member=other.member,
    )
