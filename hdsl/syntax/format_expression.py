"""Expressions as canonical text, with as few brackets as the rules of precedence need."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from hdsl.syntax import tree
from hdsl.syntax.lines import Hard, Piece, Soft, deeper, flat_text, join_pieces

# How tightly each form binds, in the order of the grammar.
CONDITIONAL, LIMITED, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGNED, POWER, ATOM = range(11)

_BINARY = {
    "or": OR,
    "and": AND,
    "+": SUM,
    "-": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
    "@": PRODUCT,
    "^": POWER,
}
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# A line that begins like this would go on with the statement above it.
_GOES_ON = re.compile(r"[+\-]|where(?!\w)(?!\s*[~=\[,])")

COMMA: tuple[Piece, ...] = (",", Soft(0))


def format_expression(expression: tree.Node) -> str:
    """An expression, a condition or an interval on one line, as the formatter writes it."""
    return flat_text(expression_pieces(expression))


def expression_pieces(node: tree.Node, minimum: int = CONDITIONAL) -> list[Piece]:
    """The pieces of an expression, in brackets if it binds less tightly than `minimum`."""
    pieces = _FORMS[type(node)](node)
    if _level(node) < minimum:
        return ["(", *deeper(pieces), ")"]
    return pieces


def list_pieces(nodes: Sequence[tree.Node]) -> list[Piece]:
    """Expressions or conditions with commas between them."""
    return join_pieces([expression_pieces(node) for node in nodes], COMMA)


def index_pieces(indices: Sequence[tree.Node]) -> list[Piece]:
    """Indices in their brackets, or nothing."""
    if not indices:
        return []
    return ["[", *deeper(join_pieces([_tight(index) for index in indices], COMMA)), "]"]


def condition_pieces(conditions: Sequence[tree.Node]) -> list[Piece]:
    """``for`` and its conditions, or nothing."""
    return [Soft(0), "for ", *deeper(list_pieces(conditions))] if conditions else []


def unambiguous_pieces(pieces: list[Piece]) -> list[Piece]:
    """Pieces that may begin a line: in brackets if the line above would go on with them."""
    return ["(", *deeper(pieces), ")"] if _GOES_ON.match(flat_text(pieces)) else pieces


def quote(text: str) -> str:
    """A text in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def format_number(value: float, text: str = "") -> str:
    """A number in its own spelling, if it has one that is right."""
    if text and _NUMBER.fullmatch(text) and float(text) == value:
        return text
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _level(node: tree.Node) -> int:
    match node:
        case tree.Conditional():
            return CONDITIONAL
        case tree.Truncated() | tree.CensoredTo() | tree.CensoredIf():
            return LIMITED
        case tree.Comparison():
            return COMPARISON
        case tree.Binary():
            return _BINARY[node.operator]
        case tree.Unary():
            return NOT if node.operator == "not" else SIGNED
        case tree.Number():
            return SIGNED if node.value < 0 else ATOM
        case _:
            return ATOM


def _binary(node: tree.Binary) -> list[Piece]:
    level = _BINARY[node.operator]
    if level == POWER:
        # The exponent may have a sign of its own, the base may not.
        return [*expression_pieces(node.left, ATOM), "^", *expression_pieces(node.right, SIGNED)]
    space: Piece = " " if level == PRODUCT else Soft(0.5)
    return [
        *expression_pieces(node.left, level),
        f" {node.operator}",
        space,
        *expression_pieces(node.right, level + 1),
    ]


def _unary(node: tree.Unary) -> list[Piece]:
    if node.operator == "not":
        return ["not ", *expression_pieces(node.operand, NOT)]
    return [node.operator, *expression_pieces(node.operand, SIGNED)]


def _chain(node: tree.Comparison) -> list[Piece]:
    pieces = expression_pieces(node.operands[0], SUM)
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        pieces += [f" {operator} ", *expression_pieces(operand, SUM)]
    return pieces


def _conditional(node: tree.Conditional) -> list[Piece]:
    return [
        "if ",
        *expression_pieces(node.condition, LIMITED),
        Soft(0.5),
        "then ",
        *expression_pieces(node.then, LIMITED),
        Soft(0.5),
        "else ",
        *expression_pieces(node.otherwise),
    ]


def _subscript(node: tree.Subscript) -> list[Piece]:
    return [node.array.text, *index_pieces(node.indices)]


def _tight(node: tree.Node) -> list[Piece]:
    # `t-1` in brackets and ranges stands close, as one label.
    simple = (tree.Name, tree.Number)
    if (
        isinstance(node, tree.Binary)
        and node.operator in ("+", "-")
        and isinstance(node.left, simple)
        and isinstance(node.right, simple)
        and _level(node.right) == ATOM
    ):
        return [format_expression(node.left) + node.operator + format_expression(node.right)]
    return expression_pieces(node)


def _range_end(node: tree.Node) -> list[Piece]:
    return _tight(node) if _level(node) >= SUM else expression_pieces(node, SUM)


def _range(node: tree.Range) -> list[Piece]:
    pieces = [*_range_end(node.lower), "..", *_range_end(node.upper)]
    return [*pieces, " by ", *_range_end(node.step)] if node.step is not None else pieces


def _membership(node: tree.Membership) -> list[Piece]:
    plain = isinstance(node.domain, tree.Range | tree.Tuple)
    domain = expression_pieces(node.domain, CONDITIONAL if plain else SUM)
    return [node.name.text, " in ", *domain]


def _call(node: tree.Call) -> list[Piece]:
    arguments = [*list_pieces(node.arguments), *condition_pieces(node.conditions)]
    return [node.function, "(", *deeper(arguments), ")"]


def _argument(node: tree.Argument) -> list[Piece]:
    value = expression_pieces(node.value)
    return value if node.name is None else [f"{node.name} = ", *value]


def _block(node: tree.Block) -> list[Piece]:
    if not node.locals:
        # The grammar knows no braces without local names.
        return ["(", *deeper(expression_pieces(node.result)), ")"]
    pieces: list[Piece] = ["{", Hard(" ", +1)]
    for local in node.locals:
        pieces += [f"{local.name.text} = ", *expression_pieces(local.value), Hard("; ")]
    result = unambiguous_pieces(expression_pieces(node.result))
    return [*pieces, *result, Hard(" ", -1), "}"]


def _interval(node: tree.Interval) -> list[Piece]:
    ends = deeper(list_pieces([node.lower, node.upper]))
    return ["[" if node.lower_closed else "(", *ends, "]" if node.upper_closed else ")"]


def _limited(words: str, limit: str, least: int) -> Callable[[Any], list[Piece]]:
    def pieces(node: Any) -> list[Piece]:
        bound = expression_pieces(getattr(node, limit), least)
        return [*expression_pieces(node.distribution, LIMITED), f" {words} ", *bound]

    return pieces


_FORMS: dict[type[tree.Node], Callable[[Any], list[Piece]]] = {
    tree.Number: lambda node: [format_number(node.value, node.text)],
    tree.String: lambda node: [quote(node.value)],
    tree.Boolean: lambda node: ["true" if node.value else "false"],
    tree.Infinity: lambda node: ["inf"],
    tree.Name: lambda node: [node.text],
    tree.Subscript: _subscript,
    tree.Argument: _argument,
    tree.Call: _call,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Comparison: _chain,
    tree.Conditional: _conditional,
    tree.List: lambda node: ["[", *deeper(list_pieces(node.items)), "]"],
    tree.Tuple: lambda node: ["(", *deeper(list_pieces(node.items)), ")"],
    tree.Block: _block,
    tree.Interval: _interval,
    tree.Truncated: _limited("truncated to", "interval", CONDITIONAL),
    tree.CensoredTo: _limited("censored to", "interval", CONDITIONAL),
    tree.CensoredIf: _limited("censored if", "condition", OR),
    tree.Range: _range,
    tree.Membership: _membership,
}
