"""From the parser's reductions to the tree: one method for each rule of the grammar."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from hdsl.diagnostics import Diagnostic
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.habits import TYPE_WORDS, declared_type
from hdsl.syntax.statement_messages import reserved_word

Items: TypeAlias = list[Any]
"""What stands in a rule, in order: lark's tokens, nodes of the tree, and parts of nodes."""


class Misspelling(Exception):
    """A token that has the form of a number or a name, but can't be one."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


@dataclass(frozen=True)
class Part:
    """What a rule gives that is no node by itself."""

    rule: str
    value: Any
    span: Span


class Builder:
    """The callbacks of the parser: each takes the items of its rule and gives a node or a part."""

    # --- statements ---

    def start(self, items: Items) -> tree.Program:
        return tree.Program(tuple(_nodes(items)))

    def stochastic(self, items: Items) -> tree.Node:
        targets, distribution = items[0], items[2]
        for target in targets.value:
            _check_target(target)
        return tree.StochasticStatement(
            targets.value,
            distribution,
            _part(items, "for", ()),
            joint=targets.rule == "joint",
            span=_span(items),
        )

    def deterministic(self, items: Items) -> tree.Node:
        target = items[0]
        _check_target(target)
        return tree.DeterministicStatement(
            target, items[2], _part(items, "for", ()), span=_span(items)
        )

    def factor(self, items: Items) -> tree.Node:
        return tree.FactorStatement(items[1], _part(items, "for", ()), span=_span(items))

    def data(self, items: Items) -> tree.Node:
        return tree.DataStatement(
            tuple(item for item in items if isinstance(item, tree.DataItem)),
            _part(items, "file"),
            _part(items, "where"),
            span=_span(items),
        )

    def item(self, items: Items) -> tree.Node:
        name = next(item for item in items if isinstance(item, tree.Name))
        return tree.DataItem(
            name,
            _part(items, "indices", ()),
            _part(items, "column"),
            next((item for item in items if isinstance(item, tree.DataType)), None),
            _part(items, "value"),
            span=_span(items),
        )

    def type(self, items: Items) -> tree.Node:
        return tree.DataType(*_nodes(items), span=_span(items[1:]))

    def index(self, items: Items) -> tree.Node:
        return tree.IndexStatement(items[1], items[3], span=_span(items))

    def label_set(self, items: Items) -> tree.Node:
        return tree.LabelSet(tuple(_nodes(items)), span=_span(items))

    def label(self, items: Items) -> tree.Node:
        label = _nodes(items)[0]
        code = _part(items, "value")
        if isinstance(label, tree.Number):
            negative = not isinstance(items[0], tree.Node) and str(items[0]) == "-"
            text = -label.value if negative else label.value
        else:
            text = label.value if isinstance(label, tree.String) else label.text
        return tree.SetLabel(text, code, span=_span(items))

    def range(self, items: Items) -> tree.Node:
        return tree.Range(*_nodes(items), span=_span(items))

    def function(self, items: Items) -> tree.Node:
        return tree.FunctionStatement(
            items[1], _part(items, "formals", ()), items[-1], span=_span(items)
        )

    def density(self, items: Items) -> tree.Node:
        return tree.DensityStatement(
            items[1],
            _part(items, "variables", ()),
            _part(items, "parameters", ()),
            items[-1],
            span=_span(items),
        )

    # --- parts of statements ---

    def targets(self, items: Items) -> Part:
        return _list_part("targets", items)

    def joint(self, items: Items) -> Part:
        return _list_part("joint", items)

    def variables(self, items: Items) -> Part:
        return _list_part("variables", items)

    def formals(self, items: Items) -> Part:
        return _list_part("formals", items)

    def parameters(self, items: Items) -> Part:
        return Part("parameters", items[1].value, _span(items))

    def indices(self, items: Items) -> Part:
        return _list_part("indices", items)

    def column(self, items: Items) -> Part:
        return Part("column", items[0], _span(items))

    def value(self, items: Items) -> Part:
        return Part("value", items[1], _span(items))

    def file(self, items: Items) -> Part:
        return Part("file", items[1], _span(items))

    def where(self, items: Items) -> Part:
        return Part("where", items[1], _span(items))

    # --- which elements ---

    def membership(self, items: Items) -> tree.Node:
        return tree.Membership(items[0], items[2], span=_span(items))

    def pair(self, items: Items) -> tree.Node:
        return tree.Tuple(tuple(_nodes(items)), span=_span(items))

    # --- expressions ---

    def conditional(self, items: Items) -> tree.Node:
        return tree.Conditional(*_nodes(items), span=_span(items))

    def truncated(self, items: Items) -> tree.Node:
        return tree.Truncated(items[0], items[-1], span=_span(items))

    def censored_to(self, items: Items) -> tree.Node:
        return tree.CensoredTo(items[0], items[-1], span=_span(items))

    def censored_if(self, items: Items) -> tree.Node:
        return tree.CensoredIf(items[0], items[-1], span=_span(items))

    def interval(self, items: Items) -> tree.Node:
        return tree.Interval(
            items[1], items[3], str(items[0]) == "[", str(items[-1]) == "]", span=_span(items)
        )

    def binary(self, items: Items) -> tree.Node:
        return tree.Binary(str(items[1]), items[0], items[2], span=_span(items))

    def unary(self, items: Items) -> tree.Node:
        return tree.Unary(str(items[0]), items[1], span=_span(items))

    def chain(self, items: Items) -> tree.Node:
        operators = tuple(str(operator) for operator in items[1::2])
        return tree.Comparison(operators, tuple(items[::2]), span=_span(items))

    def bracketed(self, items: Items) -> tree.Node:
        return replace(items[1], span=_span(items))

    def subscript(self, items: Items) -> tree.Node:
        return tree.Subscript(items[0], items[1].value, span=_span(items))

    def call(self, items: Items) -> tree.Node:
        return tree.Call(
            unicodedata.normalize("NFC", str(items[0])),
            tuple(item for item in items if isinstance(item, tree.Argument)),
            _part(items, "for", ()),
            function_span=_span(items[:1]),
            span=_span(items),
        )

    def argument(self, items: Items) -> tree.Node:
        name = items[0].text if len(items) > 1 else None
        return tree.Argument(items[-1], name, span=_span(items))

    def list(self, items: Items) -> tree.Node:
        return tree.List(tuple(_nodes(items)), span=_span(items))

    def block(self, items: Items) -> tree.Node:
        *local_names, result = _nodes(items)
        return tree.Block(tuple(local_names), result, span=_span(items))

    def local(self, items: Items) -> tree.Node:
        return tree.Local(items[0], items[2], span=_span(items))

    # --- words ---

    def true(self, items: Items) -> tree.Node:
        return tree.Boolean(True, span=_span(items))

    def false(self, items: Items) -> tree.Node:
        return tree.Boolean(False, span=_span(items))

    def infinity(self, items: Items) -> tree.Node:
        return tree.Infinity(span=_span(items))

    def name(self, items: Items) -> tree.Node:
        return tree.Name(unicodedata.normalize("NFC", str(items[0])), span=_span(items))

    def string(self, items: Items) -> tree.Node:
        value = re.sub(r"\\(.)", r"\1", str(items[0])[1:-1])
        return tree.String(value, span=_span(items))

    def number(self, items: Items) -> tree.Node:
        text, span = str(items[0]), _span(items)
        value = float(text)
        too_small = value == 0 and re.match(r"[0.]*[1-9]", text) is not None
        if value == float("inf") or too_small:
            raise Misspelling(_out_of_range(text, span, too_small))
        return tree.Number(value, text, span=span)


def _for(_: Builder, items: Items) -> Part:
    return _list_part("for", items)


# `for` is a word of Python, so its method can't be written as the others are.
setattr(Builder, "for", _for)


def _nodes(items: Items) -> list[Any]:
    return [item for item in items if isinstance(item, tree.Node)]


def _list_part(rule: str, items: Items) -> Part:
    return Part(rule, tuple(_nodes(items)), _span(items))


def _part(items: Items, rule: str, default: Any = None) -> Any:
    for item in items:
        if isinstance(item, Part) and item.rule == rule:
            return item.value
    return default


def _span(items: Items) -> Span:
    return Span(_ends(items[0])[0], _ends(items[-1])[1])


def _ends(item: Any) -> tuple[int, int]:
    if isinstance(item, tree.Node | Part):
        return item.span.start, item.span.end
    return item.start_pos, item.end_pos


def _check_target(target: tree.Expression) -> None:
    if isinstance(target, tree.Boolean | tree.Infinity):
        word = "inf" if isinstance(target, tree.Infinity) else str(target.value).lower()
        raise Misspelling(reserved_word(word, target.span))
    # `real<lower=0> x` reads as a definition of a comparison.
    declared = target.operands[0] if isinstance(target, tree.Comparison) else None
    if isinstance(declared, tree.Name) and declared.text in TYPE_WORDS:
        raise Misspelling(declared_type(declared.text, declared.span))


def _out_of_range(text: str, span: Span, too_small: bool) -> Diagnostic:
    shown = text if len(text) <= 20 else text[:17] + "..."
    return Diagnostic(
        "HB116",
        f"the number `{shown}` is too {'small' if too_small else 'large'}",
        span,
        cause="numbers have 64 bits: from about 5e-324 to 1.8e308, and 0",
        help="write 0" if too_small else "write `inf` for infinity",
    )
