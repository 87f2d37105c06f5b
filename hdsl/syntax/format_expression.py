"""Expressions as canonical text, with as few brackets as the rules of precedence need."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hdsl.syntax import tree
from hdsl.syntax.lines import INDENT, MAX_COLUMNS, Hard, Piece, Soft, deeper, flat_text, join_pieces

_AnyNode = TypeVar("_AnyNode", bound=tree.Node)

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

# Where lines are broken first: lowest at the outermost place. Inside brackets, 1 is added.
_CONDITIONS, _BRANCH, _OPENED, _TERM, _FACTOR = 0, 0.2, 0.3, 0.5, 0.7


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
    return comma_pieces(nodes, expression_pieces)


def comma_pieces(
    nodes: Sequence[_AnyNode], pieces: Callable[[_AnyNode], list[Piece]]
) -> list[Piece]:
    """Nodes with commas between them, each by its own form."""
    found: list[Piece] = []
    for number, node in enumerate(nodes):
        found += [",", Soft(0, node.span.start)] if number else []
        found += pieces(node)
    return found


def index_pieces(indices: Sequence[tree.Node]) -> list[Piece]:
    """Indices in their brackets, or nothing."""
    if not indices:
        return []
    return ["[", *deeper(comma_pieces(indices, _tight)), "]"]


def condition_pieces(conditions: Sequence[tree.Node]) -> list[Piece]:
    """``for`` and its conditions, or nothing."""
    if not conditions:
        return []
    return [Soft(_CONDITIONS, conditions[0].span.start), "for ", *deeper(list_pieces(conditions))]


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
    return [
        *expression_pieces(node.left, level),
        f" {node.operator}",
        Soft(_FACTOR if level == PRODUCT else _TERM, node.right.span.start),
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
        Soft(_BRANCH, node.then.span.start),
        "then ",
        *expression_pieces(node.then, LIMITED),
        Soft(_BRANCH, node.otherwise.span.start),
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
    if node.arguments:
        arguments.insert(0, Soft(_OPENED, node.arguments[0].span.start, flat=""))
    return [node.function, "(", *deeper(arguments), ")"]


def _argument(node: tree.Argument) -> list[Piece]:
    value = expression_pieces(node.value)
    return value if node.name is None else [f"{node.name} = ", *value]


def _list(node: tree.List) -> list[Piece]:
    inside = list_pieces(node.items)
    is_matrix = len(node.items) > 1 and all(isinstance(item, tree.List) for item in node.items)
    if not is_matrix or len(flat_text(inside)) <= MAX_COLUMNS - len(INDENT):
        return ["[", *deeper(inside), "]"]
    rows = join_pieces([expression_pieces(item) for item in node.items], [",", Hard(" ")])
    return ["[", Hard("", +1), *rows, Hard("", -1), "]"]


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
    tree.List: _list,
    tree.Tuple: lambda node: ["(", *deeper(list_pieces(node.items)), ")"],
    tree.Block: _block,
    tree.Interval: _interval,
    tree.Truncated: _limited("truncated to", "interval", CONDITIONAL),
    tree.CensoredTo: _limited("censored to", "interval", CONDITIONAL),
    tree.CensoredIf: _limited("censored if", "condition", OR),
    tree.Range: _range,
    tree.Membership: _membership,
}
