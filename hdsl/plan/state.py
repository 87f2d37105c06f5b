"""A posterior on its way through the rules."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdsl.distributions.distribution import Support
from hdsl.distributions.random import Applied
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.inline import elements_inlined, inliner
from hdsl.expressions.simplify import simplifier
from hdsl.expressions.tree import Expression, set_of
from hdsl.model.graph import Bound, Factor, ModelGraph, Stochastic
from hdsl.plan.plan import Computed, Note, Step, Unknown
from hdsl.source import NOWHERE, Span


@dataclass(frozen=True)
class Gaussian:
    """A canonical Gaussian factor, which is what a collapsed Normal layer leaves.

    Its log is the sum over `axes` of ``-precision (target - value)^2 / 2 + constant``; `target` is
    an expression of the unknowns that remain, so that a layer above can collapse onto it.
    """

    name: str
    axes: tuple[str, ...]
    target: Expression
    value: Expression
    precision: Expression
    constant: Expression
    span: Span = NOWHERE

    @property
    def names(self) -> frozenset[str]:
        """All quantities that it depends on."""
        return self.target.names | self.value.names | self.precision.names | self.constant.names


Piece: TypeAlias = Stochastic | Gaussian | Factor
Definition: TypeAlias = tuple[tuple[str, ...], Expression]  # its axes, and what it is over them
"""A factor of the posterior density."""


@dataclass(frozen=True)
class State:
    """What is left of the posterior, and what rules have done so far.

    Attributes
    ----------
    pieces
        The factors of the density by name. An unknown that is still sampled has its prior here.
    replaced
        What is sampled instead of unknowns whose coordinates were changed.
    recovery
        Steps that get back what left, in the order of execution.
    definitions
        Quantities that pieces refer to by name: deterministic ones, and what rules computed.
    spent
        Statements of which only a factor is left, with the unknown that they integrated out.
    sizes
        The lengths of axes that are known.
    bare
        Unknowns that are sampled although their prior has become part of such a factor.
    supports
        Narrower supports of unknowns than those of their priors.
    bound
        The data, where they are there.
    """

    graph: ModelGraph
    pieces: Mapping[str, Piece]
    definitions: Mapping[str, Definition]
    replaced: tuple[Unknown, ...] = ()
    recovery: tuple[Step, ...] = ()
    notes: tuple[Note, ...] = ()
    spent: Mapping[str, str] = field(default_factory=dict[str, str])
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])
    bare: Mapping[str, Stochastic] = field(default_factory=dict[str, Stochastic])
    supports: Mapping[str, Support] = field(default_factory=dict[str, Support])
    bound: Bound | None = field(default=None, compare=False, repr=False)

    @cached_property
    def unknowns(self) -> dict[str, Stochastic]:
        """The unknowns that are still sampled as they are."""
        return {
            name: piece
            for name, piece in self.pieces.items()
            if isinstance(piece, Stochastic) and not piece.is_observed
        }

    @cached_property
    def random_names(self) -> frozenset[str]:
        """All names that depend on something sampled."""
        replaced = (unknown.name for unknown in self.replaced)
        return self._closure({*self.unknowns, *self.bare, *replaced})

    @cached_property
    def _unknown_names(self) -> frozenset[str]:
        """All names that depend on an unknown, sampled or already integrated out."""
        return self._closure({*self.random_names, *self.graph.unknowns})

    def dependents(self, name: str) -> frozenset[str]:
        """An unknown, and all definitions that depend on it, directly or through others."""
        return self._closure({name})

    def _closure(self, names: set[str]) -> frozenset[str]:
        found, new = set(names), [*names]
        while new:
            users = self._users.get(new.pop(), set()) - found
            found |= users
            new += users
        return frozenset(found)

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        """The definitions in which each name occurs."""
        users: dict[str, set[str]] = {}
        for name, (_, body) in self.definitions.items():
            for used in body.names:
                users.setdefault(used, set()).add(name)
        return users

    def is_data(self, expression: Expression) -> bool:
        """Whether an expression depends on data alone."""
        return not expression.names & self._unknown_names

    def children(self, name: str) -> Iterator[Piece]:
        """The pieces, other than its own prior, that depend on an unknown."""
        dependents = self.dependents(name)
        for piece in self.pieces.values():
            if piece.name != name and piece.names & dependents:
                yield piece

    def needs_itself(self, name: str) -> bool:
        """Whether elements of an unknown depend on other elements of it."""
        return bool(self.unknowns[name].random.names & self.dependents(name))

    def evaluate(self, expression: Expression) -> NDArray[Any] | None:
        """The value of what depends on data alone, where the data are there."""
        values = {} if self.bound is None else self.bound.values
        if not expression.names <= values.keys():
            return None
        sets = {} if self.bound is None else self.bound.sets
        try:
            return np.asarray(Evaluator(numpy_arrays(), values, sets, self.sizes)(expression).array)
        except KeyError:  # without the data, not all sizes and labels are known
            return None

    def elements(self, axes: Iterable[str]) -> int | None:
        """How many elements there are over some axes, if their lengths are known."""
        lengths = [self.sizes.get(axis, self.sizes.get(set_of(axis))) for axis in axes]
        known = [length for length in lengths if length is not None]
        return math.prod(known) if len(known) == len(lengths) else None

    def seen_through(self, expression: Expression, name: str) -> Expression:
        """The expression with what depends on an unknown written out, also at single elements."""
        hidden = self.dependents(name) - {name} - self.graph.recursive
        return elements_inlined(expression, {n: self.definitions[n] for n in hidden})

    def computing(self, *steps: Computed) -> State:
        """The same with more unknowns computed, after the earlier ones and before what is drawn."""
        done = sum(1 for _ in takewhile(lambda step: isinstance(step, Computed), self.recovery))
        return replace(self, recovery=(*self.recovery[:done], *steps, *self.recovery[done:]))

    def with_sum(
        self, summed: Factor, used: Collection[str], left: Mapping[str, Factor], shown: str
    ) -> State:
        """The state with the sum over all values of an unknown in place of what it was made of.

        Parameters
        ----------
        used, left
            The pieces that the sum was made of, and what is left of them.
        shown
            The unknown's name in messages.
        """
        kept = {name: piece for name, piece in self.pieces.items() if name not in used}
        bare = {
            name: piece
            for name in used
            if isinstance(piece := self.pieces[name], Stochastic)
            and not piece.is_observed
            and not piece.random.is_discrete
        }
        return replace(
            self,
            pieces={**kept, **left, summed.name: summed},
            bare={**self.bare, **bare},
            spent={**self.spent, **dict.fromkeys(used, shown)},
        )

    def noting(self, note: Note) -> State:
        """The same with one more note."""
        return replace(self, notes=(*self.notes, note))


def initial_state(graph: ModelGraph) -> State:
    """The posterior as written: deterministic quantities inlined where that is possible."""
    # What depends on data alone was computed once, when the data were bound: it stays a name.
    random_definitions = {n: d for n, d in graph.definitions.items() if graph.roles[n] != "data"}

    # The elements of a recursion are computed in their order, so its names stay too, as do those
    # of its starting elements.
    stays = set(graph.recursive)
    for name in graph.recursive & graph.assembled.keys():
        stays.update(part.node for part in graph.assembled[name][1])
    written_out = {n: d for n, d in random_definitions.items() if n not in stays}

    written, simple = inliner(written_out), simplifier()

    def flat(expression: Expression) -> Expression:
        return simple(written(expression))

    pieces: dict[str, Piece] = {}
    for node in graph.nodes.values():
        if isinstance(node, Factor):
            pieces[node.name] = replace(node, expression=flat(node.expression))
        elif isinstance(node, Stochastic):
            pieces[node.name] = replace(node, random=node.random.map(flat))
    definitions = {n: (axes, flat(body)) for n, (axes, body) in random_definitions.items()}
    return State(graph, pieces, definitions)


def applied(piece: Piece, *names: str) -> Applied | None:
    """The distribution of a piece, if it is one of those named, and not truncated."""
    if not isinstance(piece, Stochastic) or not isinstance(piece.random, Applied):
        return None
    return piece.random if not names or piece.random.distribution.name in names else None
