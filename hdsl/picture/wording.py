"""What stands in the file about each node, as mathematics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hdsl.distributions.altered import WithEnds
from hdsl.distributions.random import Random
from hdsl.expressions.functions import LINKS
from hdsl.expressions.tree import Constant, Expression
from hdsl.model.graph import ModelGraph
from hdsl.picture.scene import Chip
from hdsl.picture.symbols import Run, Runs, formula, plain
from hdsl.syntax import tree
from hdsl.syntax.parse import parse

_MOST_NUMBERS = 4


@dataclass(frozen=True)
class Wording:
    """A statement as written: its sides, the sign between them, and all of it in one line."""

    left: str
    sign: str
    right: str
    whole: str
    labels: frozenset[str] = frozenset()

    @property
    def formula(self) -> Runs:
        """The sign and the right side, with the left side where this is a link."""
        link = self.left.split("(")[0].strip()
        before = (*formula(self.left), Run(" ")) if link in LINKS else ()
        return (*before, Run(f"{self.sign} "), *formula(self.right, self.labels))


def wordings(graph: ModelGraph) -> Mapping[int, Wording]:
    """The statements of the file by the place where a left side begins."""
    text, labels = graph.source.text, labels_of(graph)
    found: dict[int, Wording] = {}
    for statement in parse(graph.source).statements:
        match statement:
            case tree.StochasticStatement(targets=targets, distribution=right):
                sign = "∼"
            case tree.DeterministicStatement(target=target, value=right):
                targets, sign = (target,), "="
            case _:
                continue
        whole = " ".join(text[statement.span.start : statement.span.end].split())
        after = text[right.span.start : right.span.end]
        for target in targets:
            left = text[target.span.start : target.span.end]
            found[target.span.start] = Wording(left, sign, after, whole, labels)
    return found


def labels_of(graph: ModelGraph) -> frozenset[str]:
    """All labels that the file declares."""
    declared = (found.labels for found in graph.sets.values())
    return frozenset(str(label) for labels in declared for label in labels or ())


def numbers(graph: ModelGraph, random: Random) -> tuple[Chip, ...]:
    """The arguments of a distribution as written, where all are fixed numbers, and not many."""
    given = [pair for part in random.walk() for pair in getattr(part, "written", ())]
    ends = [end for part in random.walk() if isinstance(part, WithEnds) for end in _ends(part)]
    values = [value for _, value in given] + [end for end in ends if end is not None]
    if any(value.names or value.axes for value in values):
        return ()
    chips = [_chip(f"{parameter.name} = ", _written(graph, value)) for parameter, value in given]
    if ends:
        lower, upper = (
            infinite if end is None else _written(graph, end)
            for end, infinite in zip(ends[-2:], ("−∞", "∞"), strict=True)
        )
        chips.append(_chip("within ", f"({lower}, {upper})"))
    return tuple(chips) if len(chips) <= _MOST_NUMBERS else ()


def _ends(random: WithEnds) -> tuple[Expression | None, Expression | None]:
    return random.lower, random.upper


def _written(graph: ModelGraph, value: Expression) -> str:
    written = graph.source.text[value.span.start : value.span.end]
    if not written and isinstance(value, Constant):
        written = f"{value.value:g}"
    return plain(formula(written))


def _chip(meaning: str, number: str) -> Chip:
    return Chip((Run(number),), meaning + number)
