"""Running indices that nothing binds, and names, in expressions of the text."""

from __future__ import annotations

from collections.abc import Iterator

from hdsl.model.names import Names
from hdsl.syntax import tree


def free_indices(
    names: Names, expression: tree.Node, bound: frozenset[str] = frozenset()
) -> Iterator[tree.Name]:
    """The names of index sets that stand as running indices, in the order of the text.

    Those in `bound`, and those that a ``for`` inside binds, are left out; one may come twice.
    """
    match expression:
        case tree.Name(text):
            known = text in bound or names.is_quantity(text)
            if not known and text.rstrip("'") in names.sets:
                yield expression
        case tree.Subscript(_, indices):
            for index in indices:
                if isinstance(index, tree.Name) and index.text not in bound:
                    if index.text.rstrip("'") in names.sets:
                        yield index
                else:
                    yield from free_indices(names, index, bound)
        case tree.Call(_, arguments, conditions):
            inner = bound | set(_bound_by(names, conditions))
            for part in (*arguments, *conditions):
                yield from free_indices(names, part, inner)
        case tree.Membership(_, domain):
            if not isinstance(domain, tree.Name):
                yield from free_indices(names, domain, bound)
        case _:
            for child in tree.children(expression):
                yield from free_indices(names, child, bound)


def _bound_by(names: Names, conditions: tuple[tree.Condition, ...]) -> Iterator[str]:
    for condition in conditions:
        match condition:
            case tree.Membership(name):
                yield name.text
            case tree.Name(text) if text.rstrip("'") in names.sets:
                yield text
            case _:
                continue
