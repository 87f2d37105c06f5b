"""Discrete unknowns that are summed out: their elements, and the values that these can have."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce

from hdsl.diagnostics import Report
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.random import Random
from hdsl.expressions.functions import where
from hdsl.expressions.inline import element, elements_inlined, inline
from hdsl.expressions.rewrite import rebuild
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import (
    Apply,
    Concatenate,
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Size,
    WholeNumbers,
    apply,
)
from hdsl.model.discrete import is_discrete_unknown
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic, whole
from hdsl.plan.phrases import shown
from hdsl.plan.plan import Computed
from hdsl.plan.state import State
from hdsl.source import Span

NEVER = float("-inf")


@dataclass(frozen=True)
class Domain:
    """The values that each element can have, listed along `axis`.

    Attributes
    ----------
    values
        Over `axis`, and over the axes of the elements where their ranges differ.
    first, last
        The least and the largest value.
    possible
        Where the values count: short ranges are filled up. `None`: everywhere.
    """

    axis: str
    values: Expression
    first: Expression
    last: Expression
    possible: Expression | None = None


@dataclass(frozen=True)
class Family:
    """An array of discrete unknowns.

    Attributes
    ----------
    name
        What the density calls it: the unknown, or all parts of a quantity one after the other.
    nodes
        The unknowns in it.
    priors
        By statement its axes and the log probability of each value, over these and the axis of the
        values. Several follow each other along the one axis of the family.
    computed
        How the unknowns follow from the family, where it is not one of them.
    definitions
        What `domain` refers to by name.
    linked
        The statements in which elements depend on other elements.
    given
        The values of the parts that data tell, by the names under which `priors` has them.
    """

    name: str
    axes: tuple[str, ...]
    nodes: tuple[Stochastic, ...]
    domain: Domain
    priors: Mapping[str, tuple[tuple[str, ...], Expression]]
    computed: tuple[Computed, ...] = ()
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], Expression]]
    )
    linked: frozenset[str] = frozenset()
    given: Mapping[str, Expression] = field(default_factory=dict[str, Expression])

    def log_prior(self, statements: Collection[str]) -> Expression:
        """Log probability of each value, as far as some statements tell."""
        told = {
            name: (axes, e if name in statements else Constant(0.0))
            for name, (axes, e) in self.priors.items()
        }
        if not self.computed:
            return told[self.name][1]
        return Concatenate(tuple((e, axes) for axes, e in told.values()), self.axes[0])

    @property
    def shown(self) -> str:
        """What messages call it."""
        return shown(self.name)

    @property
    def span(self) -> Span:
        """The first statement about it."""
        return self.nodes[0].span


@dataclass
class _Finder:
    """Finds families, each after those that its ends depend on."""

    state: State
    found: dict[str, Family]

    @property
    def graph(self) -> ModelGraph:
        return self.state.graph

    def flat(self, expression: Expression) -> Expression:
        """With what depends on discrete unknowns written out, down to the families."""
        return elements_inlined(expression, self.hidden)

    @cached_property
    def hidden(self) -> dict[str, tuple[tuple[str, ...], Expression]]:
        discrete = {n for n in self.graph.nodes if is_discrete_unknown(self.graph, n)}
        return hidden_definitions(
            self.state, {*discrete, *_wholes(self.graph)}, _wholes(self.graph)
        )

    def random(self, node: Stochastic) -> Random:
        """The distribution with deterministic quantities written out."""
        piece = self.state.pieces[node.name]
        assert isinstance(piece, Stochastic)
        return piece.random.map(self.flat)

    def whole(self, node: Stochastic) -> Family:
        random = self.random(node)
        domain = _domain(node.name, node.name, random, *self.ends(random))
        priors = {node.name: (node.axes, _log_prior(random, domain.values))}
        linked = frozenset([node.name]) if node.name in random.names else frozenset[str]()
        return Family(node.name, node.axes, (node,), domain, priors, linked=linked)

    def in_parts(self, joined: Deterministic, items: Iterable[_Item]) -> Family:
        """Arrays that follow each other along an axis: unknowns, and what data tell."""
        (axis,) = joined.axes
        parts = self.parts(axis, tuple(items))
        ends, definitions = _joined_ends(joined, parts)
        random = next(part.random for part in parts if part.random is not None)
        domain = _domain(shown(axis), axis, random, *ends, definitions=definitions)
        priors: dict[str, tuple[tuple[str, ...], Expression]] = {}
        given: dict[str, Expression] = {}
        computed: list[Computed] = []
        start: Expression = Constant(0.0)
        for number, part in enumerate(parts):
            at, size = _flat(part.axes)
            place = Gather(simplify(start + at))
            values = element((axis,), domain.values, (place,))
            if part.node is not None and part.random is not None:
                priors[part.node.name] = part.axes, _log_prior(part.random, values)
                value = Reference(axis, (place,))
                node = part.node
                computed.append(Computed(Deterministic(node.name, node.axes, value, node.span)))
            else:
                same = apply("equal", values, part.first)
                priors[f"given {number}"] = part.axes, where(same, 0.0, NEVER)
                given[f"given {number}"] = part.first
            start = simplify(start + size)
        unknown = tuple(part.node for part in parts if part.node is not None)
        linked = frozenset(
            p.node.name for p in parts if p.node and p.random and axis in p.random.names
        )
        return Family(
            axis, (axis,), unknown, domain, priors, tuple(computed), definitions, linked, given
        )

    def parts(self, axis: str, items: tuple[_Item, ...]) -> list[_Part]:
        """The parts; ends that depend on other elements follow from the other ends."""
        first = [self.part(item) for item in items]
        fixed = [p for p in first if axis not in p.first.names | p.last.names]
        if len(fixed) == len(first) or not fixed:
            return first
        least = simplify(reduce(partial(apply, "min"), (_overall("min", p.first) for p in fixed)))
        most = simplify(reduce(partial(apply, "max"), (_overall("max", p.last) for p in fixed)))

        def closed(e: Expression, end: Expression) -> Expression:
            """The end of an element, where the one before it is at its own end."""
            at_end = rebuild(e, lambda x: end if _is_reference(x, axis) else None)
            at_end = simplify(at_end)
            if not isinstance(end, Constant) or not isinstance(at_end, Constant):
                return at_end if at_end == end else e
            low, high = (x.value if isinstance(x, Constant) else math.nan for x in (least, most))
            return end if low <= at_end.value <= high else e

        return [replace(p, first=closed(p.first, least), last=closed(p.last, most)) for p in first]

    def part(self, item: _Item) -> _Part:
        if item.node is None:
            return _Part(None, item.axes, None, item.value, item.value)
        random = self.random(item.node)
        return _Part(item.node, item.axes, random, *self.ends(random))

    def ends(self, random: Random) -> tuple[Expression, Expression]:
        """The least and the largest value that is possible, as far as data and constants tell."""
        if isinstance(random, Categorical):
            return Constant(0.0), simplify(Size(random.set_name) - 1.0)
        support = random.support
        assert support.lower is not None
        assert support.upper is not None
        lower, upper = self.bound(support.lower, False), self.bound(support.upper, True)
        return _least(lower, support.lower_open), _largest(upper, support.upper_open)

    def bound(self, end: Expression, upper: bool) -> Expression:
        """The end with other discrete unknowns in it at their own least or largest value."""

        def change(e: Expression) -> Expression | None:
            if isinstance(e, Reference) and e.name in self.found:
                family = self.found[e.name]
                own = family.domain.last if upper else family.domain.first
                return element(family.axes, own, e.indices)
            if e.names & set(self.found) and isinstance(e, Apply) and e.function not in _GROWING:
                return e
            return None

        return rebuild(end, change)


def find_families(state: State) -> dict[str, Family]:
    """All families of a model, parents first."""
    found: dict[str, Family] = {}
    finder, graph = _Finder(state, found), state.graph
    wholes = _wholes(graph)
    in_parts = {item.node.name for items in wholes.values() for item in items if item.node}
    for name, node in graph.nodes.items():
        if name in wholes:
            assert isinstance(node, Deterministic)
            found[name] = finder.in_parts(node, wholes[name])
        elif name not in in_parts and is_discrete_unknown(graph, name):
            assert isinstance(node, Stochastic)
            found[name] = finder.whole(node)
        if name in found:
            _check_ends(state, found[name])
    return found


def _check_ends(state: State, family: Family) -> None:
    """Report ends that follow neither from data nor from those of other families (HB511)."""
    ends = [family.domain.first, family.domain.last]
    ends += [body for _, body in family.definitions.values()]
    names = frozenset[str]().union(*(e.names for e in ends)) - family.definitions.keys()
    unknown = sorted(n for n in names if not state.is_data(Reference(n)))
    if not unknown:
        return
    report = Report(state.graph.source)
    report.add(
        "HB511",
        f"the values that `{family.shown}` can have are not known",
        family.span,
        cause=f"their ends depend on `{shown(unknown[0])}`, and a discrete unknown is summed out "
        "over values that data or numbers give",
        help="give it fixed ends, with `truncated to`",
    )
    report.raise_errors()


@dataclass(frozen=True)
class _Item:
    """One of several arrays that follow each other: an unknown, or what data tell."""

    value: Expression
    axes: tuple[str, ...]
    node: Stochastic | None


@dataclass(frozen=True)
class _Part:
    """The same with its distribution, and the least and the largest value of its elements."""

    node: Stochastic | None
    axes: tuple[str, ...]
    random: Random | None
    first: Expression
    last: Expression


def _wholes(graph: ModelGraph) -> dict[str, tuple[_Item, ...]]:
    """The nodes that lay discrete unknowns one after the other, with what they lay."""
    found: dict[str, tuple[_Item, ...]] = {}
    for node in graph.deterministic:
        if isinstance(node.expression, Concatenate):
            items = tuple(_item(graph, e, axes) for e, axes in node.expression.items)
            if any(item.node is not None for item in items):
                found[node.name] = items
    return found


def _item(graph: ModelGraph, e: Expression, axes: tuple[str, ...]) -> _Item:
    name = e.name if isinstance(e, Reference) else ""
    node = graph.nodes.get(name)
    if isinstance(node, Stochastic) and is_discrete_unknown(graph, name):
        return _Item(e, axes, node)
    return _Item(e, axes, None)


def _joined_ends(
    joined: Deterministic, parts: Iterable[_Part]
) -> tuple[tuple[Expression, Expression], dict[str, tuple[tuple[str, ...], Expression]]]:
    """The ends of all parts, by name where they differ."""
    (axis,) = joined.axes
    definitions: dict[str, tuple[tuple[str, ...], Expression]] = {}

    def join(end: str, items: tuple[tuple[Expression, tuple[str, ...]], ...]) -> Expression:
        if len({e for e, _ in items}) == 1 and not items[0][0].axes:
            return items[0][0]
        definitions[f"{axis}.{end}"] = (axis,), Concatenate(items, axis)
        return whole(f"{axis}.{end}", (axis,))

    parts = tuple(parts)
    first = join("least", tuple((part.first, part.axes) for part in parts))
    last = join("most", tuple((part.last, part.axes) for part in parts))
    return (first, last), definitions


def hidden_definitions(
    state: State, names: Collection[str], but: Collection[str]
) -> dict[str, tuple[tuple[str, ...], Expression]]:
    """Definitions that depend on some quantities, but those given."""
    found, before = set(names), 0
    while len(found) > before:
        before = len(found)
        found |= {n for n, (_, e) in state.definitions.items() if e.names & found}
    return {n: d for n, d in state.definitions.items() if n in found and n not in but}


def families_behind(
    name: str, families: Collection[str], hidden: Mapping[str, tuple[tuple[str, ...], Expression]]
) -> set[str]:
    """The families on which a definition depends."""
    seen: set[str] = set()
    found: set[str] = set()
    names = [name]
    while names:
        current = names.pop()
        if current in families:
            found.add(current)
        elif current in hidden and current not in seen:
            seen.add(current)
            names.extend(hidden[current][1].names)
    return found


def _log_prior(random: Random, values: Expression) -> Expression:
    ends = (random.support.lower, random.support.upper)
    if isinstance(random, Categorical) or not any(e is not None and e.names for e in ends):
        return random.log_prob(values)
    return random.guarded_log_prob(values)


def _flat(axes: tuple[str, ...]) -> tuple[Expression, Expression]:
    """The place of each element in row-major order, and the number of elements."""
    place: Expression = Constant(0.0)
    for axis in axes:
        place = simplify(place * Size(axis)) + Position(axis)
    return place, reduce(lambda n, axis: n * Size(axis), axes, Constant(1.0))


def _domain(
    name: str,
    axis: str,
    random: Random,
    first: Expression,
    last: Expression,
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]] | None = None,
) -> Domain:
    if isinstance(random, Categorical):
        own = f"{random.set_name}#{name}.values"
        return Domain(own, Position(own), first, last)
    own = f"{name}.values"
    width = simplify(last - first)
    count = WholeNumbers(inline(width, definitions or {}), own)
    if not width.axes:
        return Domain(own, first + count, first, last)
    inside = apply("less_equal", count, width)
    return Domain(own, apply("min", first + count, last), first, last, inside)


def _overall(pick: str, end: Expression) -> Expression:
    return Reduce(pick, end, tuple(sorted(end.axes))) if end.axes else end


def _is_reference(e: Expression, name: str) -> bool:
    return isinstance(e, Reference) and e.name == name


def _least(end: Expression, is_open: bool) -> Expression:
    if isinstance(end, Reference | Size) and not is_open:
        return end
    return simplify(apply("floor", end) + 1.0 if is_open else apply("ceil", end))


def _largest(end: Expression, is_open: bool) -> Expression:
    if isinstance(end, Reference | Size) and not is_open:
        return end
    return simplify(apply("ceil", end) - 1.0 if is_open else apply("floor", end))


_GROWING = {"add", "min", "max", "floor", "ceil"}
