"""What a statement depends on: the unknowns in it, with the indices at which they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeAlias

from hdsl.notation.scope import Scope
from hdsl.notation.statements import Equation, left_of
from hdsl.syntax import tree

Indices: TypeAlias = tuple[tree.Expression, ...]


@dataclass(frozen=True)
class Use:
    """An unknown that is used; with fewer `indices` than axes, all of the others."""

    name: str
    indices: Indices = ()

    def is_part_of(self, other: Use) -> bool:
        """Whether it is less of the same."""
        length = len(other.indices)
        return (
            self.name == other.name
            and len(self.indices) > length
            and self.indices[:length] == other.indices
        )


@dataclass
class Uses:
    """Finds the unknowns that an expression uses, also through deterministic quantities."""

    scope: Scope
    definitions: Mapping[str, Sequence[tree.DeterministicStatement]]
    open: list[str] = field(default_factory=list[str])

    def of(self, statement: Equation) -> list[Use]:
        """The unknowns on the right side of a statement, each way of using them once."""
        right = (
            statement.distribution
            if isinstance(statement, tree.StochasticStatement)
            else statement.value
        )
        found = dict.fromkeys(self._in(right, {}, frozenset()))
        return [use for use in found if not any(use.is_part_of(other) for other in found)]

    def _in(
        self, node: tree.Node, meant: Mapping[str, tree.Expression], inner: frozenset[str]
    ) -> Iterator[Use]:
        match node:
            case tree.Name(name):
                yield from self._use(name, (), meant, inner)
            case tree.Subscript(array, indices):
                # What is summed over has no value here: the slice over it is used.
                given = takewhile(
                    lambda index: not _mentions(index, inner),
                    (_substituted(index, meant) for index in indices),
                )
                yield from self._use(array.text, tuple(given), meant, inner)
                for index in indices:
                    yield from self._in(index, meant, inner)
            case tree.Call():
                bound = {c.name.text for c in node.conditions if isinstance(c, tree.Membership)}
                bound |= {c.text for c in node.conditions if isinstance(c, tree.Name)}
                yield from self._in_function(node.function)
                for child in (*node.arguments, *node.conditions):
                    yield from self._in(child, meant, inner | bound)
            case _:
                for child in tree.children(node):
                    yield from self._in(child, meant, inner)

    def _use(
        self,
        name: str,
        indices: Indices,
        meant: Mapping[str, tree.Expression],
        inner: frozenset[str],
    ) -> Iterator[Use]:
        graph = self.scope.graph
        if name in graph.data or name in inner or name in self.open:
            return
        parts = graph.parts_of(name) if name in graph.nodes else ()
        if name in graph.unknowns or any(part.name in graph.unknowns for part in parts):
            yield Use(name, indices)
            return
        if name not in self.definitions:
            yield from self._in_function(name)
            return
        self.open.append(name)
        for statement in self.definitions[name]:
            yield from self._in_definition(statement, indices)
        self.open.pop()

    def _in_function(self, name: str) -> Iterator[Use]:
        function = self.scope.names.functions.get(name)
        if function is None or name in self.open:
            return
        formals = frozenset(
            formal.text if isinstance(formal, tree.Name) else formal.array.text
            for formal in function.parameters
        )
        self.open.append(name)
        yield from self._in(function.body, {}, formals)
        self.open.pop()

    def _in_definition(
        self, statement: tree.DeterministicStatement, indices: Indices
    ) -> Iterator[Use]:
        left = left_of(statement.target)
        formal = {
            index.text: given
            for index, given in zip(left.indices, indices, strict=False)
            if isinstance(index, tree.Name)
        }
        # What is summed or left open there has no index here.
        unsaid = frozenset(i.text for i in left.indices if isinstance(i, tree.Name)) - set(formal)
        yield from self._in(statement.value, formal, unsaid)


def _substituted(
    expression: tree.Expression, meant: Mapping[str, tree.Expression]
) -> tree.Expression:
    def change(node: tree.Node) -> tree.Node:
        return meant.get(node.text, node) if isinstance(node, tree.Name) else node

    changed = tree.transform(expression, change)
    assert isinstance(changed, tree.Expression)
    return changed


def _mentions(expression: tree.Node, names: frozenset[str]) -> bool:
    return any(isinstance(n, tree.Name) and n.text in names for n in tree.walk(expression))
