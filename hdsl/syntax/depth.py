"""Bounds how deeply a tree is nested, so that later stages may walk it by recursion."""

from __future__ import annotations

from hdsl.syntax.tree import Node, children

MAX_DEPTH = 200


def find_too_deep(root: Node, limit: int = MAX_DEPTH) -> Node | None:
    """The first node that lies more than `limit` nodes below the root, if there is one."""
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > limit:
            return node
        stack.extend((child, depth + 1) for child in children(node))
    return None
