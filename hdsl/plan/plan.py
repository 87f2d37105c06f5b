"""The plan: what is sampled, with which density, and how everything else is got back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hdsl.distributions.distribution import Support
from hdsl.expressions.tree import Constant, Expression, Reference
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic
from hdsl.source import NOWHERE, Span


@dataclass(frozen=True)
class Unknown:
    """A quantity that is sampled: its axes, and where its density is positive.

    The support's ends may depend on unknowns that stand before it.
    """

    name: str
    axes: tuple[str, ...]
    support: Support
    span: Span = NOWHERE


@dataclass(frozen=True)
class Term:
    """A summand of the log density: a scalar expression, and the statement that it comes from."""

    name: str
    expression: Expression
    span: Span = NOWHERE


@dataclass(frozen=True)
class Contribution:
    """What a statement adds to the parameters of the distribution that an unknown is drawn from.

    Attributes
    ----------
    by
        Name of the statement.
    added
        Summands of the prior's parameters; of a normal prior: of its ``precision`` and of its
        ``moment``, the precision times the mean.
    where
        What stands in these for longer expressions.
    """

    by: str
    added: tuple[tuple[str, Expression], ...]
    where: tuple[tuple[Reference, Expression], ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A recovery step: draw the node, given everything that is known by then.

    `told` tells a reader how its distribution comes about, where it is known by parts.
    """

    node: Stochastic
    told: tuple[Contribution, ...] = ()


@dataclass(frozen=True)
class Computed:
    """A recovery step: compute the node from what is sampled.

    It changes variables: `log_jacobian` is the log absolute determinant of the derivative of the
    node (or of the group of nodes that ends with it) with respect to what replaced it.
    """

    node: Deterministic
    log_jacobian: Expression = field(default_factory=lambda: Constant(0.0))


Step: TypeAlias = Drawn | Computed


@dataclass(frozen=True)
class Note:
    """What a rule did with some unknowns, or why it did not, in a sentence.

    `group` is the rule's: ``forward``, ``collapse``, ``coordinates``, or ``keep``.
    """

    rule: str
    names: tuple[str, ...]
    fired: bool
    reason: str
    span: Span = NOWHERE
    group: str = ""


@dataclass(frozen=True)
class Plan:
    """How a posterior is computed.

    Attributes
    ----------
    graph
        The model as written.
    unknowns
        What is sampled, parents before children in their supports.
    terms
        The log density on the constrained space; deterministic quantities are inlined.
    recovery
        From what is sampled to all parameters of the model, in the order of execution.
    predictions
        Names of the nodes that are drawn forward afterwards.
    definitions
        Deterministic quantities that the terms refer to at single elements.
    """

    graph: ModelGraph
    unknowns: tuple[Unknown, ...]
    terms: tuple[Term, ...]
    recovery: tuple[Step, ...]
    predictions: tuple[str, ...]
    notes: tuple[Note, ...]
    sampler: Literal["direct", "nuts"]
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], Expression]]
    )
