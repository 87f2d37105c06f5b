"""Summing out discrete unknowns: variable elimination along the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from hdsl.distributions.enumerated import Enumerated
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import element, elements_inlined, rebuild, references
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import (
    Along,
    Concatenate,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Segment,
)
from hdsl.model.graph import Factor, Stochastic
from hdsl.plan.families import NEVER, Family, hidden_definitions
from hdsl.plan.phrases import shown
from hdsl.plan.plan import Drawn
from hdsl.plan.rows import Rows, rows_of, total
from hdsl.plan.state import State
from hdsl.plan.sums import Link


@dataclass(frozen=True)
class Refusal:
    """Why a family cannot be summed out (yet), the statement that stops it, and a way out."""

    family: Family
    reason: str
    statement: str
    help: str


@dataclass(frozen=True)
class Table:
    """What the density says about each value of each element of a family.

    Attributes
    ----------
    log_weights
        Over the axes of the family and of its values.
    used, left
        The pieces that it was made of, and what is left of them.
    size
        Elements of the table, with the values of the unknowns that it still depends on.
    """

    family: Family
    log_weights: Expression
    used: tuple[str, ...]
    left: Mapping[str, Factor]
    neighbours: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Elimination:
    """The families that are still to be summed out, and how large things are."""

    families: Mapping[str, Family]
    count: Callable[[tuple[str, ...]], int]

    def table(self, state: State, family: Family) -> Table | Refusal:
        """Collect all that depends on a family, for each of its elements and values."""
        hidden = hidden_definitions(state, self.families, self.families) | {
            step.node.name: (step.node.axes, step.node.expression)
            for other in self.families.values()
            for step in other.computed
        }
        unknown = {node.name for node in family.nodes}
        # What data fix is always told; a prior may be in the factor that another sum has left.
        weights = family.log_prior({*family.priors} - (unknown - state.pieces.keys()))
        used: list[str] = []
        left: dict[str, Factor] = {}
        for piece in state.pieces.values():
            if piece.name in unknown:
                used.append(piece.name)
                continue
            rows = tuple(
                replace(r, body=elements_inlined(r.body, hidden)) for r in rows_of(state, piece)
            )
            concerned = [r for r in rows if family.name in r.body.names]
            if not concerned:
                continue
            for part in concerned:
                collected = _collected(family, part, hidden)
                if isinstance(collected, Refusal):
                    return collected
                weights = weights + collected
            used.append(piece.name)
            rest = total(rows, lambda r: family.name not in r.body.names)
            if rest.names:
                left[piece.name] = Factor(piece.name, rest, piece.span)
        if family.domain.possible is not None:
            weights = weights + where(family.domain.possible, 0.0, NEVER)
        return self._table(family, simplify(weights), tuple(used), left)

    def _table(
        self, family: Family, weights: Expression, used: tuple[str, ...], left: Mapping[str, Factor]
    ) -> Table | Refusal:
        others = [o for o in self.families.values() if o is not family and o.name in weights.names]
        size = self.count((*family.axes, family.domain.axis))
        for other in others:
            if any(bound_axes(weights, other.name)):
                reason = (
                    f"summing over it would tie the elements of `{other.shown}` together, "
                    "on which the same terms depend"
                )
                way_out = (
                    f"let no term depend on both, or give one of `{family.shown}` and "
                    f"`{other.shown}` a continuous distribution"
                )
                return Refusal(family, reason, used[-1], way_out)
            size *= self.count((other.domain.axis,)) ** len(references(weights, other.name))
        names = tuple(other.shown for other in others)
        return Table(family, weights, used, left, names, size)


def _collected(family: Family, rows: Rows, hidden: Collection[str]) -> Expression | Refusal:
    """What some rows say about each element and value."""

    def refuse(reason: str) -> Refusal:
        way_out = f"let each term of the model depend on one element of `{family.shown}`"
        return Refusal(family, reason, rows.name, way_out)

    name = f"`{shown(rows.name)}`"
    through = sorted(rows.body.names & set(hidden))
    if through:
        return refuse(f"{name} depends on it through `{through[0]}`, computed as a whole")
    found = list(references(rows.body, family.name))
    if any(bound_axes(rows.body, family.name)) or any(not r.axes <= {*rows.axes} for r in found):
        return refuse(f"a term of {name} depends on several of its elements")
    if len(found) > 1:
        return refuse(f"one term of {name} depends on more than one of its elements")
    reference = found[0]
    link = Link(rows.axes, family.axes, reference)
    if link.problem is not None:
        return refuse(f"{name} {link.problem}")
    return link.gathered(at_values(rows.body, family, reference))


def at_values(body: Expression, family: Family, reference: Reference) -> Expression:
    """A body with a reference to a family replaced by all values that it can have."""
    values = element(family.axes, family.domain.values, reference.indices)
    by_position = isinstance(values, Position)

    def change(e: Expression) -> Expression | None:
        if e == reference:
            return values
        if by_position and isinstance(e, Reference) and Gather(reference) in e.indices:
            # The values are the positions along an index set, in order: the whole axis is meant.
            indices = tuple(
                Along(family.domain.axis) if index == Gather(reference) else index
                for index in e.indices
            )
            return rebuild(replace(e, indices=indices), change)
        return None

    return simplify(rebuild(body, change))


def bound_axes(expression: Expression, name: str) -> Iterator[str]:
    """Axes of references to a name over which a sum (or the like) around them runs."""
    if name not in expression.names:
        return
    match expression:
        case Reference() if expression.name == name:
            return
        case Reduce(_, _, over) | Segment(_, over):
            own = set(over)
        case Concatenate(items):
            own = {axis for _, axes in items for axis in axes}
        case _:
            own = set[str]()
    for child in expression.children:
        if own:
            for reference in references(child, name):
                yield from reference.axes & own
        yield from bound_axes(child, name)


def summed_out(state: State, table: Table) -> State:
    """The state without a family, which is drawn afterwards."""
    family = table.family
    axis = family.domain.axis
    pieces = {n: p for n, p in state.pieces.items() if n not in table.used}
    pieces |= table.left
    body = Reduce("logsumexp", table.log_weights, (axis,))
    summed = Reduce("sum", body, family.axes) if family.axes else body
    pieces[family.name] = Factor(family.name, summed, family.span)
    bare = {
        name: piece
        for name in table.used
        if isinstance(piece := state.pieces[name], Stochastic)
        and not piece.is_observed
        and not piece.random.is_discrete
    }
    random = Enumerated(table.log_weights, family.domain.values, axis)
    node = replace(family.nodes[0], name=family.name, axes=family.axes, random=random)
    return replace(
        state,
        pieces=pieces,
        bare={**state.bare, **bare},
        definitions={**state.definitions, **family.definitions},
        spent={**state.spent, **dict.fromkeys(table.used, family.shown)},
        recovery=(Drawn(node), *family.computed, *state.recovery),
    )
