"""Where parts of an expression count: below the conditions of ``if``, ``and``, ``or``, ``for``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hdsl.expressions.tree import Apply, Expression, Reduce, Reference, apply

Conditions = tuple[Expression, ...]


def below(e: Expression) -> Iterator[tuple[Expression, Conditions]]:
    """What is directly below an expression, and what must hold for it to count."""
    match e:
        case Reduce(_, body, _, condition) if condition is not None:
            yield condition, ()
            yield body, (condition,)
        case Apply("where", (condition, yes, no)):
            yield condition, ()
            yield yes, (condition,)
            yield no, (apply("not", condition),)
        case Apply("and", (left, right)):
            yield left, ()
            yield right, (left,)
        case Apply("or", (left, right)):
            yield left, ()
            yield right, (apply("not", left),)
        case _:
            for child in e.children:
                yield child, ()


def references_in(
    expressions: Iterable[Expression], names: Iterable[str]
) -> dict[Reference, set[Conditions]]:
    """The references to some names, each with the conditions under which it counts.

    It counts where all conditions of one of the tuples hold.
    """
    wanted = frozenset(names)
    found: dict[Reference, set[Conditions]] = {}
    seen: set[tuple[Expression, Conditions]] = set()
    waiting: list[tuple[Expression, Conditions]] = [(e, ()) for e in expressions]
    while waiting:
        e, conditions = waiting.pop()
        if (e, conditions) in seen or not e.names & wanted:
            continue
        seen.add((e, conditions))
        if isinstance(e, Reference) and e.name in wanted:
            found.setdefault(e, set()).add(conditions)
        waiting.extend((child, (*conditions, *more)) for child, more in below(e))
    return found
