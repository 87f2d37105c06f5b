"""What names mean where they stand: quantities, running indices, labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hdsl.model.graph import Deterministic, ModelGraph, Node, Stochastic
from hdsl.model.names import Names
from hdsl.notation.spelling import spell
from hdsl.source import Span
from hdsl.syntax import tree

# Letters that a paper gives to indices; e, l and o would be misread.
_USUAL = "ijkmnuvwabcdfghpqrstxyz"
_UNFIT = frozenset("elo")


@dataclass(frozen=True)
class Scope:
    """The names of a program and what is bound at a place.

    Attributes
    ----------
    letters
        The letter that stands for the running index of each set.
    bound
        Names that ``for`` or the head of a function binds.
    dropped
        Running names left out, since the vectors over them are meant as a whole.
    """

    program: tree.Program
    names: Names
    graph: ModelGraph
    letters: Mapping[str, str]
    bound: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    labels: frozenset[str] = field(default=frozenset())

    def binding(self, names: Iterable[str]) -> Scope:
        """The same with more names bound."""
        return replace(self, bound=self.bound.union(names))

    def is_running(self, name: str) -> bool:
        """Whether a bare name is a running index."""
        return name in self.bound or name.rstrip("'") in self.names.sets

    def is_label(self, name: str) -> bool:
        """Whether a bare name that is no quantity is a declared label."""
        return name in self.labels

    def running(self, name: str) -> str:
        """The name by which a running index is drawn."""
        bare = name.rstrip("'")
        if name in self.bound:
            return name
        return self.letters.get(bare, bare) + name[len(bare) :]

    def axes_of(self, name: str) -> tuple[str, ...]:
        """The axes of a quantity; none for what is no quantity of the model."""
        if name in self.bound:
            return ()
        if name in self.graph.data:
            return self.graph.data[name].axes
        if name in self.graph.assembled:
            return self.graph.assembled[name][0]
        return getattr(self.graph.nodes.get(name), "axes", ())

    def node_at(self, span: Span) -> Node | None:
        """The node that the left side at a place defines."""
        found = [n for n in self.graph.nodes.values() if n.span == span]
        found.sort(key=lambda node: not isinstance(node, Stochastic))
        return next(iter(found), None)

    def is_observed(self, span: Span) -> bool:
        """Whether the left side at a place is data."""
        node = self.node_at(span)
        return isinstance(node, Stochastic) and node.is_observed

    def role_at(self, span: Span) -> str:
        """What becomes of what is defined at a place."""
        node = self.node_at(span)
        return "" if node is None else self.graph.roles.get(node.name, "")

    def needed_at(self, span: Span) -> bool:
        """Whether what stands at a place leads to an observation or a factor."""
        node = self.node_at(span)
        if not isinstance(node, Deterministic):
            return False
        needed = self.graph.needed_by_data
        return node.name in needed


def open_scope(program: tree.Program, names: Names, graph: ModelGraph) -> Scope:
    """The scope at the top of a program, with a letter for each set."""
    labels = frozenset(names.labels())
    return Scope(program, names, graph, _letters(program, names), labels=labels)


def _letters(program: tree.Program, names: Names) -> dict[str, str]:
    taken = {*_letters_in_use(names), *_bound_names(program)}
    chosen = {name: name for name in names.sets if spell(name).is_letter}
    taken |= set(chosen.values())
    numbers = {
        statement.name.text
        for statement in program.statements
        if isinstance(statement, tree.IndexStatement)
        and not isinstance(statement.domain, tree.LabelSet)
    }
    for name in names.sets:
        if name in chosen:
            continue
        if name in numbers and name[0] in taken:
            chosen[name] = name  # it stands for itself, as a number
            continue
        first = [name[0]] if name[0].isalpha() and name[0] not in _UNFIT else []
        letter = next((x for x in [*first, *_USUAL] if x not in taken), name)
        chosen[name] = letter
        taken.add(letter)
    return chosen


def _letters_in_use(names: Names) -> Iterator[str]:
    for name in (*names.targets, *names.data, *names.functions):
        if name not in names.sets:
            yield spell(name).base


def _bound_names(program: tree.Program) -> Iterator[str]:
    for node in tree.walk(program):
        if isinstance(node, tree.Membership):
            yield node.name.text
        elif isinstance(node, tree.FunctionStatement):
            for formal in node.parameters:
                yield formal.text if isinstance(formal, tree.Name) else formal.array.text
        elif isinstance(node, tree.Local):
            yield node.name.text
