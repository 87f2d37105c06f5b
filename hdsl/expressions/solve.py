"""Solving a formula for one quantity in it: `log(y)` drawn, what is `y`?"""

from __future__ import annotations

from hdsl.expressions.functions import LINKS
from hdsl.expressions.tree import Apply, Constant, Expression, Reference, apply


def solved_for(formula: Expression, name: str, value: Expression) -> Expression | None:
    """What the array `name` is where a formula of it has a value; `None` where that is not told.

    The formula must refer to it once, within links, sums, differences, products and quotients.
    """
    match formula:
        case Reference(found) if found == name:
            return value
        case Apply("negative", (inner,)):
            return solved_for(inner, name, -value)
        case Apply("exp", (inner,)):
            return solved_for(inner, name, apply("log", value))
        case Apply(function, (inner,)) if function in LINKS:
            return solved_for(inner, name, apply(LINKS[function], value))
        case Apply(function, (left, right)) if (name in left.names) != (name in right.names):
            return _of_two(function, left, right, name, value)
        case _:
            return None


def _of_two(
    function: str, left: Expression, right: Expression, name: str, value: Expression
) -> Expression | None:
    is_left = name in left.names
    inner, other = (left, right) if is_left else (right, left)
    match function:
        case "add":
            return solved_for(inner, name, value - other)
        case "subtract":
            return solved_for(inner, name, value + other if is_left else other - value)
        case "multiply" if other != Constant(0.0):
            return solved_for(inner, name, value / other)
        case "divide":
            return solved_for(inner, name, value * other if is_left else other / value)
        case _:
            return None
