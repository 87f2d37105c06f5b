"""Draws of labels, and those from a list of chances, which has no index set of its own."""

from __future__ import annotations

from hdsl.model.names import Target
from hdsl.syntax import tree


def branches(distribution: tree.Expression) -> tuple[tree.Expression, ...]:
    """The distributions between which another one chooses, or that it mixes."""
    match distribution:
        case tree.Conditional(_, then, otherwise):
            return then, otherwise
        case tree.Call("Mixture", (_, tree.Argument(tree.List(items)))):
            return items
        case tree.Call("Mixture", (_, tree.Argument(component))):
            return (component,)
        case _:
            return ()


def draws_label(distribution: tree.Expression) -> bool:
    """Whether a distribution is written as one of labels: ``Categorical(p)``, or made of these."""
    match distribution:
        case tree.Call("Categorical"):
            return True
        case _:
            return any(draws_label(branch) for branch in branches(distribution)[:1])


def chances_in_list(distribution: tree.Expression) -> tuple[tree.Expression, ...]:
    """The chances of ``Categorical([0.3, 0.7])``; none for other distributions.

    Of several distributions, all with a list, those of the first.
    """
    match distribution:
        case tree.Call("Categorical", (tree.Argument(tree.List(items)),)):
            return items
        case _:
            found = [chances_in_list(branch) for branch in branches(distribution)]
            return found[0] if found and all(found) else ()


def listed_chances(target: Target) -> tuple[tree.Expression, ...]:
    """The same for a statement."""
    if not isinstance(target.statement, tree.StochasticStatement):
        return ()
    return chances_in_list(target.statement.distribution)


def draws_from_itself(target: Target) -> bool:
    """``z[i, t] ~ Categorical(if t == 1 then p0 else P[z[i, t-1]])``."""
    statement = target.statement
    return (
        isinstance(statement, tree.StochasticStatement)
        and draws_label(statement.distribution)
        and any(
            isinstance(e, tree.Name) and e.text == target.name
            for e in tree.walk(statement.distribution)
        )
    )
