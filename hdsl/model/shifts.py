"""Two quantities of which the data see the sum alone: a lint."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Label, Report
from hdsl.distributions.random import Applied
from hdsl.expressions.tree import (
    Apply,
    Concatenate,
    Constant,
    Expression,
    Gather,
    Reduce,
    Reference,
)
from hdsl.model.graph import Factor, ModelGraph, Stochastic

Form = NDArray[np.float64]
"""How much a value moves when each family of unknowns is shifted by one: a number for each."""

_LOCATIONS = {
    "Normal": "mean", "StudentT": "location", "Cauchy": "location", "Laplace": "location",
    "Logistic": "location", "Gumbel": "location",
}  # fmt: skip
_ZERO = 1e-9
NARROW, NARROW_EACH = 2.5, 10.0
"""A prior of at most this spread holds one number; one for each element, their mean."""


def list_shifts(graph: ModelGraph, report: Report) -> None:
    """HB604: unknowns that can be shifted against each other without any data noticing it."""
    shifts = _Shifts(graph)
    for direction in shifts.directions():
        moved = [shifts.families[place] for place in np.flatnonzero(np.abs(direction) > _ZERO)]
        if _is_redundant(graph, moved):
            _add(graph, moved, report)


@dataclass
class _Shifts:
    graph: ModelGraph
    constraints: list[Form] = field(default_factory=list[Form])
    memo: dict[Expression, Form] = field(default_factory=dict[Expression, Form])
    open: set[str] = field(default_factory=set[str])

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The unknowns that the data inform and that may be any real number."""
        return tuple(
            node.name
            for node in self.graph.stochastic
            if self.graph.roles[node.name] == "parameter" and _is_unbounded(node)
        )

    def directions(self) -> Iterator[Form]:
        """A basis of the shifts that change nothing but priors with fixed parameters."""
        for node in (*self.graph.stochastic, *self.graph.factors):
            if isinstance(node, Factor):
                self._still(self.form(node.expression))
            elif self.graph.roles[node.name] != "prediction":
                self._constrain(node)
        if not self.families:
            return
        rows = np.array(self.constraints) if self.constraints else np.zeros((1, len(self.families)))
        yield from _null_space(rows)

    def _constrain(self, node: Stochastic) -> None:
        if not node.is_observed and _is_root(self.graph, node):
            return
        forms = {e: self.form(e) for e in node.random.expressions}
        value = self.form(node.itself)
        location = _location(node)
        if location is not None:
            self._still(value - forms[location])
            del forms[location]
        else:
            self._still(value)
        for form in forms.values():
            self._still(form)

    def _still(self, form: Form) -> None:
        if np.abs(form).max(initial=0.0) > _ZERO:
            self.constraints.append(form)

    @property
    def _nothing(self) -> Form:
        return np.zeros(len(self.families))

    def form(self, e: Expression) -> Form:
        """How a value moves; where that is no constant, it is asked not to move at all."""
        if e not in self.memo:
            self.memo[e] = self._form(e)
        return self.memo[e]

    def _form(self, e: Expression) -> Form:
        match e:
            case Reference(name):
                for index in e.indices:
                    if isinstance(index, Gather):
                        self._still(self.form(index.positions))
                return self._named(name)
            case Apply("add", (a, b)):
                return self.form(a) + self.form(b)
            case Apply("subtract", (a, b)):
                return self.form(a) - self.form(b)
            case Apply("negative", (a,)):
                return -self.form(a)
            case Apply("multiply", (Constant(value), a)) | Apply("multiply", (a, Constant(value))):
                return value * self.form(a)
            case Apply("divide", (a, Constant(value))) if value:
                return self.form(a) / value
            case Apply("where", (condition, a, b)):
                self._still(self.form(condition))
                return self._alike([a, b])
            case Reduce("mean", body, _, None):
                return self.form(body)
            case Concatenate(items):
                return self._alike([item for item, _ in items])
            case _:
                for child in e.children:
                    self._still(self.form(child))
                return self._nothing

    def _alike(self, expressions: list[Expression]) -> Form:
        first, *rest = map(self.form, expressions)
        for form in rest:
            self._still(first - form)
        return first

    def _named(self, name: str) -> Form:
        if name in self.families:
            form = self._nothing
            form[self.families.index(name)] = 1.0
            return form
        if name in self.graph.definitions and self.graph.roles[name] == "derived":
            return self._defined(name)
        return self._nothing

    def _defined(self, name: str) -> Form:
        if name in self.open:  # a recursion: how it moves is not followed
            for family in self.graph.ancestors[name].intersection(self.families):
                self._still(self._named(family))
            return self._nothing
        self.open.add(name)
        form = self.form(self.graph.definitions[name][1])
        self.open.remove(name)
        return form


def _is_unbounded(node: Stochastic) -> bool:
    support = node.random.support
    ends = (support.lower, support.upper)
    return not support.integer and all(
        end is None or (isinstance(end, Constant) and math.isinf(end.value)) for end in ends
    )


def _is_root(graph: ModelGraph, node: Stochastic) -> bool:
    """Whether its parameters depend on no unknown."""
    below = (graph.ancestors.get(name, frozenset[str]()) for name in node.random.names)
    return not graph.unknowns & node.random.names.union(*below)


def _location(node: Stochastic) -> Expression | None:
    """The parameter that moves the whole distribution, where it has one."""
    random = node.random
    if not isinstance(random, Applied) or random.family not in _LOCATIONS:
        return None
    return random.parameters[_LOCATIONS[random.family]]


def _null_space(rows: NDArray[np.float64]) -> Iterator[Form]:
    """A basis of all x with ``rows @ x = 0``, with many zeros: by elimination."""
    rows = rows.copy()
    pivots: list[int] = []
    for column in range(rows.shape[1]):
        done = len(pivots)
        if done == len(rows):
            break
        best = done + int(np.abs(rows[done:, column]).argmax())
        if abs(rows[best, column]) <= _ZERO:
            continue
        rows[[done, best]] = rows[[best, done]]
        rows[done] /= rows[done, column]
        others = np.arange(len(rows)) != done
        rows[others] -= np.outer(rows[others, column], rows[done])
        pivots.append(column)
    for free in range(rows.shape[1]):
        if free in pivots:
            continue
        direction = np.zeros(rows.shape[1])
        direction[free] = 1.0
        direction[pivots] = -rows[: len(pivots), free]
        yield direction


# --- which of them to speak of --------------------------------------------------------------------


def _is_redundant(graph: ModelGraph, names: list[str]) -> bool:
    """Whether no sensible prior holds the shift."""
    nodes = [graph.nodes[name] for name in names]
    roots = [n for n in nodes if isinstance(n, Stochastic) and _is_root(graph, n)]
    if any(isinstance(n.random, Applied) and not n.random.distribution.proper for n in roots):
        return True
    if len(roots) < 2 or any(map(_holds, roots)):
        return False
    if len(roots) < len(nodes):
        return True
    scalars = [_scale(n) for n in roots if not n.axes]
    families = [_scale(n) for n in roots if n.axes]
    if not scalars and len({n.axes for n in roots}) == len(roots):
        return min(families) > 0
    return bool(families) and min(families) >= min(scalars, default=0.0)


def _holds(node: Stochastic) -> bool:
    """Whether a prior is narrow enough to say where its unknowns are.

    A prior for each element of a family says of their mean more than of one of them.
    """
    return 0.0 < _scale(node) <= (NARROW_EACH if node.axes else NARROW)


def _scale(node: Stochastic) -> float:
    """The spread of a prior, where it is a number."""
    random = node.random
    scales = dict(random.arguments) if isinstance(random, Applied) else {}
    found = scales.get("sd", scales.get("scale"))
    return found.value if isinstance(found, Constant) else 0.0


def _add(graph: ModelGraph, names: list[str], report: Report) -> None:
    last = max((graph.nodes[name] for name in names), key=lambda node: node.span.start)
    others = [f"`{name}`" for name in names if name != last.name]
    if not others:
        report.add(
            "HB604",
            f"the data see only differences of `{last.name}`",
            last.span,
            severity="warning",
            cause="all its elements can be moved by the same amount, and no density changes",
            help="fix one of them, as in `b[1] = 0`, or give it a proper prior around 0",
        )
        return
    listed = ", ".join([f"`{last.name}`", *others[:-1]])
    report.add(
        "HB604",
        f"{listed} and {others[-1]} can be shifted against each other",
        last.span,
        severity="warning",
        labels=[
            Label(graph.nodes[name].span, "this can make up for it")
            for name in names
            if name != last.name
        ],
        cause="only the sum stands in the likelihood: what one gains the other can lose, and the "
        "data don't tell them apart",
        help="leave one of them out, or let the group effects vary around 0: `u[group] ~ "
        "Normal(0, s)`",
    )
