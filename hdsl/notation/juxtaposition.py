"""Which factors may stand side by side without a sign."""

from __future__ import annotations

from hdsl.syntax import tree


def needs_dot(node: tree.Binary) -> bool:
    """Whether two factors side by side would be read as something else."""
    left, right = _last_factor(node.left), _first_factor(node.right)
    if isinstance(right, tree.Number):
        return True
    # `b (x - 1)` looks like a function of x - 1.
    opens = isinstance(right, tree.Binary) and right.operator in ("+", "-")
    named = isinstance(left, tree.Name | tree.Subscript | tree.Call)
    return (opens and named) or isinstance(right, tree.List | tree.Tuple) or is_truth(right)


def _last_factor(node: tree.Node) -> tree.Node:
    while isinstance(node, tree.Binary) and node.operator in ("*", "@"):
        node = node.right
    return node


def _first_factor(node: tree.Node) -> tree.Node:
    while isinstance(node, tree.Binary) and node.operator == "^":
        node = node.left
    return node


def is_truth(node: tree.Node) -> bool:
    """Whether an expression holds or does not, and is no number."""
    match node:
        case tree.Binary("and" | "or") | tree.Unary("not") | tree.Comparison():
            return True
        case _:
            return False
