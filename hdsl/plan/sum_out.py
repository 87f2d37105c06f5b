"""Summing out discrete unknowns: variable elimination along the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hdsl.distributions.enumerated import Enumerated, EnumeratedChains
from hdsl.expressions.functions import where
from hdsl.expressions.inline import element, elements_inlined
from hdsl.expressions.rewrite import rebuild, references, rename_axes
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import (
    Along,
    Concatenate,
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Segment,
)
from hdsl.model.graph import Factor, Stochastic, whole
from hdsl.plan.chains import Definitions, Evaluate, Pair, axis_before, chained
from hdsl.plan.families import NEVER, Family, families_behind, hidden_definitions
from hdsl.plan.phrases import shown
from hdsl.plan.plan import Contribution, Drawn
from hdsl.plan.rows import Rows, rows_of, total
from hdsl.plan.state import Piece, State
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
    total
        Log of the sum over all values, a number.
    random
        The elements given the rest.
    definitions
        What these two refer to by name.
    used, left
        The pieces that it was made of, and what is left of them.
    size
        Elements of the table, with the values of the unknowns that it still depends on.
    """

    family: Family
    total: Expression
    random: Enumerated | EnumeratedChains
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]]
    used: tuple[str, ...]
    left: Mapping[str, Factor]
    neighbours: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Elimination:
    """The families that are still to be summed out, and how large things are."""

    families: Mapping[str, Family]
    count: Callable[[tuple[str, ...]], int]
    evaluate: Evaluate

    def table(self, state: State, family: Family) -> Table | Refusal:
        """Collect all that depends on a family, for each of its elements and values."""
        hidden = hidden_definitions(state, self.families, self.families) | {
            step.node.name: (step.node.axes, step.node.expression)
            for other in self.families.values()
            for step in other.computed
        }
        about = {n for n in hidden if family.name in families_behind(n, self.families, hidden)}
        about.add(family.name)
        told = _Told(family)
        for piece in state.pieces.values():
            rows = tuple(
                replace(r, body=elements_inlined(r.body, hidden))
                for r in self._rows(state, piece, family, told)
            )
            concerned = [r for r in rows if r.body.names & about]
            for part in concerned:
                refusal = told.add(part, hidden)
                if refusal is not None:
                    return refusal
            if not concerned:
                continue
            if family.name in ends_of(piece, hidden):
                return moving_ends(family, piece)
            told.used.append(piece.name)
            rest = total(rows, lambda r: not r.body.names & about)
            if rest != Constant(0.0):
                told.left[piece.name] = Factor(piece.name, rest, piece.span)
        # What data fix is always told; a prior may be in the factor that another sum has left.
        spent = {node.name for node in family.nodes} - state.pieces.keys()
        weights = told.weights + family.log_prior({*family.priors} - spent - told.linked)
        if family.domain.possible is not None:
            weights = weights + where(family.domain.possible, 0.0, NEVER)
        return self._table(told, simplify(weights))

    def _rows(self, state: State, piece: Piece, family: Family, told: _Told) -> tuple[Rows, ...]:
        """The rows of a piece; a prior is told by the family, unless it links elements."""
        if piece.name not in {node.name for node in family.nodes}:
            return rows_of(state, piece)
        assert isinstance(piece, Stochastic)
        if piece.name not in family.linked:
            told.used.append(piece.name)
            return ()
        told.linked.add(piece.name)
        return (Rows(piece.name, piece.plates, piece.random.guarded_log_prob(piece.itself)),)

    def _table(self, told: _Told, weights: Expression) -> Table | Refusal:
        family = told.family
        said = [weights, *(pair.body for pair in told.pairs)]
        names = frozenset[str]().union(*(e.names for e in said))
        others = [o for o in self.families.values() if o is not family and o.name in names]
        size = self.count((*family.axes, family.domain.axis))
        size *= self.count((family.domain.axis,)) if told.pairs else 1
        for other in others:
            if told.pairs or any(bound_axes(weights, other.name)):
                return _tied(family, other, told.used[-1])
            size *= self.count((other.domain.axis,)) ** len(references(weights, other.name))
        if told.pairs:
            found = chained(family, weights, told.pairs, self.evaluate)
            if isinstance(found, str):
                way_out = f"let each element of `{family.shown}` depend on one before it"
                return Refusal(family, found, told.pairs[0].rows.name, way_out)
            definitions = {**family.definitions, **found.definitions}
            return Table(
                family,
                found.total,
                found.random,
                definitions,
                tuple(told.used),
                told.left,
                (),
                size,
            )
        axis = family.domain.axis
        body = Reduce("logsumexp", weights, (axis,))
        summed = Reduce("sum", body, family.axes) if family.axes else body
        random = Enumerated(weights, family.domain.values, axis)
        shown_names = tuple(other.shown for other in others)
        return Table(
            family,
            summed,
            random,
            family.definitions,
            tuple(told.used),
            told.left,
            shown_names,
            size,
        )


@dataclass
class _Told:
    """What has been collected about a family.

    Attributes
    ----------
    weights
        What speaks of one element at a time.
    pairs
        What speaks of two.
    linked
        The statements of the family's own priors among these.
    """

    family: Family
    weights: Expression = field(default_factory=lambda: Constant(0.0))
    pairs: list[Pair] = field(default_factory=list[Pair])
    used: list[str] = field(default_factory=list[str])
    left: dict[str, Factor] = field(default_factory=dict[str, Factor])
    linked: set[str] = field(default_factory=set[str])

    def add(self, rows: Rows, hidden: Definitions) -> Refusal | None:
        """Collect what some rows say about each element and value."""
        family, name = self.family, f"`{shown(rows.name)}`"

        def refuse(reason: str) -> Refusal:
            way_out = f"let each term of the model depend on one element of `{family.shown}`"
            return Refusal(family, reason, rows.name, way_out)

        through = sorted(rows.body.names & set(hidden))
        if through:
            return refuse(f"{name} depends on it through `{through[0]}`, computed as a whole")
        found = list(references(rows.body, family.name))
        free = all(r.axes <= {*rows.axes} for r in found)
        if not free or any(bound_axes(rows.body, family.name)):
            return refuse(f"a term of {name} depends on several of its elements")
        if len(found) > 2 or (len(found) == 2 and len(family.axes) != 1):
            return refuse(f"one term of {name} depends on more than one of its elements")
        if len(found) == 2:
            self.pairs.append(self._pair(rows, *found))
            return None
        link = Link(rows.axes, family.axes, found[0])
        if link.problem is not None:
            return refuse(f"{name} {link.problem}")
        body = at_values(rows.body, family, found[0], family.domain.axis)
        self.weights = self.weights + link.gathered(body)
        return None

    def _pair(self, rows: Rows, one: Reference, other: Reference) -> Pair:
        own = next(
            (s.node.expression for s in self.family.computed if s.node.name == rows.name), None
        )
        if own is None:
            own = whole(self.family.name, self.family.axes)
        if other == own:
            one, other = other, one
        body = at_values(rows.body, self.family, one, self.family.domain.axis)
        body = at_values(body, self.family, other, axis_before(self.family))
        return Pair(rows, one, other, body)


def ends_of(piece: Piece, hidden: Definitions) -> frozenset[str]:
    """What the ends of the support of a continuous unknown depend on."""
    if not isinstance(piece, Stochastic) or piece.is_observed or piece.random.is_discrete:
        return frozenset()
    support = piece.random.support
    ends = (end for end in (support.lower, support.upper) if end is not None)
    return frozenset[str]().union(*(elements_inlined(end, hidden).names for end in ends))


def moving_ends(family: Family, piece: Piece) -> Refusal:
    """The refusal of a family on which the ends of a continuous unknown depend."""
    return Refusal(
        family,
        f"it decides which values `{shown(piece.name)}`, which is sampled, can have",
        piece.name,
        f"give `{shown(piece.name)}` the same ends whatever `{family.shown}` is",
    )


def _tied(family: Family, other: Family, statement: str) -> Refusal:
    return Refusal(
        family,
        f"summing over it would tie the elements of `{other.shown}` together, on which the same "
        "terms depend",
        statement,
        f"let no term depend on both, or give one of `{family.shown}` and `{other.shown}` a "
        "continuous distribution",
    )


def at_values(body: Expression, family: Family, reference: Reference, axis: str) -> Expression:
    """A body with a reference to a family replaced by all its values, along an axis."""
    values = rename_axes(family.domain.values, {family.domain.axis: axis})
    values = element(family.axes, values, reference.indices)
    by_position = isinstance(values, Position)

    def change(e: Expression) -> Expression | None:
        if e == reference:
            return values
        if by_position and isinstance(e, Reference) and Gather(reference) in e.indices:
            # The values are the positions along an index set, in order: the whole axis is meant.
            indices = tuple(
                Along(axis) if index == Gather(reference) else index for index in e.indices
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
    summed = Factor(family.name, table.total, family.span)
    state = state.with_sum(summed, table.used, table.left, family.shown)
    node = replace(family.nodes[0], name=family.name, axes=family.axes, random=table.random)
    own = {node.name for node in family.nodes}
    told = tuple(Contribution(name, ()) for name in sorted(set(table.used) - own))
    return replace(
        state,
        definitions={**state.definitions, **table.definitions},
        recovery=(Drawn(node, told), *family.computed, *state.recovery),
    )
