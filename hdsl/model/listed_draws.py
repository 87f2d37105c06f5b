"""Draws from a list of chances, which has no index set of its own."""

from __future__ import annotations

from hdsl.model.names import Target
from hdsl.syntax import tree


def listed_chances(target: Target) -> tuple[tree.Expression, ...]:
    """The chances of ``z ~ Categorical([0.3, 0.7])``; none for other statements."""
    match target.statement:
        case tree.StochasticStatement(
            distribution=tree.Call("Categorical", (tree.Argument(tree.List(items)),))
        ):
            return items
        case _:
            return ()
