"""The names of a program, and what each statement defines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hdsl.diagnostics import Report
from hdsl.model.density_heads import OwnDensity
from hdsl.model.graph import DataDeclaration, SetDeclaration
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression


@dataclass(frozen=True)
class Target:
    """What one statement defines: the left side of ``~`` or ``=``, taken apart.

    Attributes
    ----------
    name
        The quantity; for an observation of an expression of data, its text.
    link
        The function around a new name (``logit(p[i])``), if any.
    observed
        Whether the left side is data.
    """

    name: str
    indices: tuple[tree.Expression, ...]
    expression: tree.Expression
    statement: tree.StochasticStatement | tree.DeterministicStatement
    link: str | None = None
    observed: bool = False

    @property
    def is_bare_value(self) -> bool:
        """Whether it is ``name = …``, whose axes are those of its right side."""
        return not self.indices and isinstance(self.statement, tree.DeterministicStatement)

    @property
    def domains(self) -> dict[str, tree.Expression]:
        """What its indices run over, for those of which ``for`` says it: ``for k in …``."""
        conditions = self.statement.conditions
        return {c.name.text: c.domain for c in conditions if isinstance(c, tree.Membership)}

    def as_observation(self) -> Target:
        """The same as an observation of data; with a link, of an expression of data."""
        if self.link is None:
            return replace(self, observed=True)
        text = format_expression(self.expression)
        return replace(self, name=text, link=None, indices=(), observed=True)

    @property
    def span(self) -> Span:
        """The place of the left side."""
        return self.expression.span


@dataclass
class Names:
    """All names of a program.

    Attributes
    ----------
    outside
        Functions that the caller hands to the model, by name.
    joints
        Statements about several variables at once.
    ranges
        The ranges of index sets that are not known before the data.
    compared
        Names that the statements compare with a text in quotes.
    broken
        Names whose statement has a mistake that was reported: what uses them says nothing more.
    """

    report: Report
    sets: dict[str, SetDeclaration] = field(default_factory=dict[str, SetDeclaration])
    data: dict[str, DataDeclaration] = field(default_factory=dict[str, DataDeclaration])
    functions: dict[str, tree.FunctionStatement] = field(
        default_factory=dict[str, tree.FunctionStatement]
    )
    densities: dict[str, OwnDensity] = field(default_factory=dict[str, OwnDensity])
    outside: Mapping[str, Callable[..., Any]] = field(default_factory=dict[str, Any])
    joints: list[tree.StochasticStatement] = field(default_factory=list[tree.StochasticStatement])
    targets: dict[str, list[Target]] = field(default_factory=dict[str, list[Target]])
    observations: list[Target] = field(default_factory=list[Target])
    factors: list[tree.FactorStatement] = field(default_factory=list[tree.FactorStatement])
    ranges: dict[str, tree.Range] = field(default_factory=dict[str, tree.Range])
    compared: frozenset[str] = frozenset()
    broken: set[str] = field(default_factory=set[str])

    def is_quantity(self, name: str) -> bool:
        """Whether the name stands for a number or an array of numbers."""
        return name in self.targets or (name in self.data and self.data[name].labels_of is None)

    def all_names(self) -> list[str]:
        """Whatever could have been meant by a misspelt name."""
        return [*self.data, *self.targets, *self.sets, *self.labels()]

    def labels(self) -> dict[str, list[str]]:
        """Declared text labels, with the sets that have them."""
        found: dict[str, list[str]] = {}
        for declared in self.sets.values():
            if declared.labels is not None and not isinstance(declared.labels, range):
                for label in declared.labels:
                    if isinstance(label, str):
                        found.setdefault(label, []).append(declared.name)
        return found
