"""What stands in the file about each node, as mathematics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hdsl.distributions.altered import WithEnds
from hdsl.distributions.random import Random
from hdsl.expressions.functions import LINKS
from hdsl.expressions.tree import Constant, Expression
from hdsl.model.graph import ModelGraph
from hdsl.picture.scene import Chip
from hdsl.picture.symbols import Run, Runs, formula
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

    @property
    def formula(self) -> Runs:
        """The sign and the right side, with the left side where this is a link."""
        link = self.left.split("(")[0].strip()
        before = (*formula(self.left), Run(" ")) if link in LINKS else ()
        return (*before, Run(f"{self.sign} "), *formula(self.right))


def wordings(graph: ModelGraph) -> Mapping[int, Wording]:
    """The statements of the file by the place where a left side begins."""
    text = graph.source.text
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
            found[target.span.start] = Wording(left, sign, after, whole)
    return found


def numbers(graph: ModelGraph, random: Random) -> tuple[Chip, ...]:
    """The fixed numbers in a distribution, as written; none if there are many."""
    chips = [
        _chip(parameter.name, _written(graph, value))
        for part in random.walk()
        for parameter, value in getattr(part, "written", ())
        if isinstance(value, Constant)
    ]
    for part in random.walk():
        if isinstance(part, WithEnds):
            ends = [_end(graph, part.lower, "−∞"), _end(graph, part.upper, "∞")]
            chips += [_chip("within", f"({', '.join(ends)})")] if all(ends) else []
    return tuple(chips) if len(chips) <= _MOST_NUMBERS else ()


def _end(graph: ModelGraph, end: Expression | None, infinite: str) -> str:
    """An end of an interval; nothing where it is no fixed number."""
    if end is None:
        return infinite
    return _written(graph, end) if isinstance(end, Constant) else ""


def _written(graph: ModelGraph, number: Constant) -> str:
    written = graph.source.text[number.span.start : number.span.end]
    text = written if re.fullmatch(r"[-\d.eE+]+", written) else f"{number.value:g}"
    return text.replace("-", "−")


def _chip(name: str, number: str) -> Chip:
    return Chip((Run(number),), f"{name} = {number}" if name != "within" else f"within {number}")
