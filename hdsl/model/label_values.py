"""Values that are labels: what stands right of `=` where other parts of a quantity are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdsl.diagnostics import Label as Place
from hdsl.expressions.tree import Expression, LabelPosition, Lookup, apply
from hdsl.model.comparisons import of_the_same_set
from hdsl.model.names import Target
from hdsl.model.scope import Scope, Typed
from hdsl.model.subscripts import declared_label
from hdsl.model.unknown_names import report_unknown_label
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def label_value(
    read: Translator, expression: tree.Expression, member: str, scope: Scope, drawn: Target
) -> Expression:
    """The positions in the index set `member` of the labels that an expression gives.

    `drawn` is the part that is drawn from this set, to which messages refer.
    """
    match expression:
        case tree.Conditional(condition, then, otherwise):
            parts = (label_value(read, e, member, scope, drawn) for e in (then, otherwise))
            return apply("where", read.number(condition, scope), *parts)
        case tree.Number(value) if not _has_texts(read, member):
            label = declared_label(read, value, member, expression.span)
            return LabelPosition(member, label, span=expression.span)
        case tree.Name(text) if not read.knows(text, scope):
            report_unknown_label(read, expression, member, scope)
        case _:
            return _position(read, read.typed(expression, scope), member, drawn)


def _position(read: Translator, typed: Typed, member: str, drawn: Target) -> Expression:
    if typed.label is not None:
        typed = of_the_same_set(read, typed, Typed(typed.expression, member=member))
    if typed.member == member:
        return typed.expression
    if typed.member is None and not _has_texts(read, member):
        return Lookup(member, typed.expression, span=typed.span)
    _no_label(read, typed, member, drawn)
    raise AssertionError


def _has_texts(read: Translator, member: str) -> bool:
    labels = read.names.sets[member].labels
    return labels is not None and any(isinstance(label, str) for label in labels)


def _no_label(read: Translator, typed: Typed, member: str, drawn: Target) -> None:
    what = f"a label of `{typed.member}`" if typed.member else "a number"
    labels = read.names.sets[member].labels
    example = f", such as `{labels[0]}`" if labels else ""
    read.fail(
        "HB334",
        f"parts of `{drawn.name}` are labels of `{member}`, but this is {what}",
        typed.span,
        labels=[Place(drawn.span, f"this draws a label of `{member}`")],
        cause="if one part of a quantity is a label, all its parts are, and of one index set",
        help=f"give it a label of `{member}`{example}",
    )
