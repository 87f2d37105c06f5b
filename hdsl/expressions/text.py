"""Expressions of the graph as text, in the notation of the language where it has one."""

from __future__ import annotations

from collections.abc import Sequence

from hdsl.expressions.forests import ForestOrder
from hdsl.expressions.tree import (
    Along,
    Apply,
    At,
    ChainOrder,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Lookup,
    OfWhole,
    Position,
    Reduce,
    Reference,
    Scan,
    Segment,
    Shift,
    Size,
    Stack,
    Sweep,
    WholeNumbers,
    set_of,
)

_OPERATORS: dict[str, tuple[str, int]] = {
    "or": ("or", 1),
    "and": ("and", 2),
    "less": ("<", 4),
    "less_equal": ("<=", 4),
    "equal": ("==", 4),
    "not_equal": ("!=", 4),
    "add": ("+", 5),
    "subtract": ("-", 5),
    "multiply": ("*", 6),
    "divide": ("/", 6),
    "power": ("^", 8),
}


def text(expression: Expression) -> str:
    """An expression as text."""
    return _text(expression)[0]


def with_axes(name: str, axes: Sequence[str]) -> str:
    """A quantity with its axes: ``theta[day]``; ``log(y[i])`` has them already."""
    return f"{name}[{', '.join(axes)}]" if axes and "[" not in name else name


def _text(e: Expression) -> tuple[str, int]:
    """The text and how tightly it binds."""
    match e:
        case Constant(value):
            return f"{value:.12g}", 9 if value >= 0 else 7
        case Position(axis):
            return f"position({_axis(axis)})", 9
        case Size(axis):
            return f"size({_axis(axis)})", 9
        case LabelPosition(_, label):
            return label if isinstance(label, str) else f"{label:g}", 9
        case Lookup(_, labels):
            return text(labels), 9
        case Reference(name, (index,)) if name.endswith(".labels"):
            return _index(index), 9
        case Reference(name, indices):
            inside = ", ".join(_index(index) for index in indices)
            return (f"{name}[{inside}]" if indices else name), 9
        case Apply():
            return _apply(e)
        case Reduce(function, body, over, where):
            axes = ", ".join(_axis(axis) for axis in over)
            condition = f", {text(where)}" if where is not None else ""
            return f"{function}({text(body)} for {axes}{condition})", 9
        case Segment(body, over, by, to):
            axes = ", ".join(_axis(axis) for axis in over)
            return f"sum({text(body)} for {axes}, {text(by)} == {_axis(to)})", 9
        case Sweep(function, body):
            return f"{function}({text(body)})", 9
        case CountsAbove(counts, axis):
            return f"count({text(counts)} > {_axis(axis)})", 9
        case WholeNumbers(last):
            return f"0..{text(last)}", 9
        case ChainOrder() | ForestOrder():
            return "order of the chains", 9
        case Stack(items):
            return f"[{', '.join(text(item) for item in items)}]", 9
        case Concatenate(items):
            return f"[{', '.join(text(item) for item, _ in items)}]", 9
        case Scan(axis, carried, own, bodies):
            lines = (
                f"{with_axes(name, [_axis(a) for a in (axis, *axes)])} = {text(body)}"
                for name, axes, body in zip(carried, own, bodies, strict=True)
            )
            return f"{{ {'; '.join(lines)} }}", 9
        case OfWhole("matmul", ((a, _), (b, _))):
            return f"{_inside(a, 6)} @ {_inside(b, 7)}", 6
        case OfWhole(function, items):
            return f"{function}({', '.join(_whole(*item) for item in items)})", 9
        case _:
            return type(e).__name__, 9


def _whole(item: Expression, own: tuple[str, ...]) -> str:
    """An array that a function takes as a whole: a bare name, if it has no other axes."""
    match item:
        case Reference(name, indices) if indices == tuple(map(Along, own)):
            return name
        case _:
            return text(item)


def _axis(axis: str) -> str:
    return set_of(axis) + "'" * axis.count("'")


def _index(index: Index) -> str:
    match index:
        case Along(axis):
            return _axis(axis)
        case At(label):
            return label if isinstance(label, str) else f"{label:g}"
        case Gather(positions):
            return text(positions)
        case Shift(axis, by):
            return f"{_axis(axis)}{by:+d}"


def _apply(e: Apply) -> tuple[str, int]:
    match e.function, e.arguments:
        case "negative", (a,):
            return f"-{_inside(a, 7)}", 7
        case "not", (a,):
            return f"not {_inside(a, 3)}", 3
        case function, (Position(axis), LabelPosition() as label) if function in _OPERATORS:
            symbol, level = _OPERATORS[function]
            return f"{_axis(axis)} {symbol} {text(label)}", level
        case "square", (a,):
            return f"{_inside(a, 9)}^2", 8
        case "where", (c, a, b):
            return f"(if {text(c)} then {text(a)} else {text(b)})", 9
        case function, (a, b) if function in _OPERATORS:
            symbol, level = _OPERATORS[function]
            left = _inside(a, level + (function == "power"))
            right = _inside(b, level + (function in ("subtract", "divide")))
            return f"{left} {symbol} {right}" if level < 8 else f"{left}^{right}", level
        case function, arguments:
            return f"{function}({', '.join(text(argument) for argument in arguments)})", 9


def _inside(e: Expression, level: int) -> str:
    inner, own = _text(e)
    return inner if own >= level else f"({inner})"
