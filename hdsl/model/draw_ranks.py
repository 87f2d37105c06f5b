"""How many axes a draw has."""

from __future__ import annotations

from hdsl.distributions import JOINT_DISTRIBUTIONS
from hdsl.expressions.tree import set_of
from hdsl.syntax import tree

RANK_WORDS = {1: "a vector", 2: "a matrix"}


def rank_of(expression: tree.Expression) -> int:
    """How many of the last indices of the left side a distribution takes."""
    match expression:
        case tree.Call("Ordered"):
            return 1
        case tree.Call(name) if name in JOINT_DISTRIBUTIONS:
            return JOINT_DISTRIBUTIONS[name].rank
        case tree.Truncated(base) | tree.CensoredTo(base) | tree.CensoredIf(base):
            return rank_of(base)
        case tree.Conditional(_, then, otherwise):
            return max(rank_of(then), rank_of(otherwise))
        case tree.Call(_, arguments):
            return max((rank_of(argument.value) for argument in arguments), default=0)
        case tree.List(items):
            return max(map(rank_of, items), default=0)
        case _:
            return 0


def second_axis(axis: str, name: str) -> str:
    """The axis along which matrices that belong to the vectors over `axis` have their columns."""
    return f"{set_of(axis)}#columns of {name}"
