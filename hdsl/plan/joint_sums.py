"""Families of discrete unknowns that leave together, in blocks of elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from hdsl.expressions.cycles import components
from hdsl.model.graph import Factor
from hdsl.plan.blocks import Layout, Summed, in_blocks
from hdsl.plan.chains import Definitions, Evaluate
from hdsl.plan.families import Family, families_behind, hidden_definitions
from hdsl.plan.phrases import listed
from hdsl.plan.plan import Computed, Drawn, Note
from hdsl.plan.state import State
from hdsl.plan.sum_out import Refusal
from hdsl.plan.together import Collected, collect

Count = Callable[[tuple[str, ...]], int]


@dataclass(frozen=True)
class TooLarge:
    """Families whose elements have too many joint values.

    Attributes
    ----------
    elements
        How many elements must be summed over together; 0 where one term speaks of too many.
    size
        How many numbers the largest table would have.
    statement
        One that ties them together.
    """

    families: tuple[Family, ...]
    elements: int
    size: float
    statement: str


def sum_out_together(
    state: State, families: Mapping[str, Family], count: Count, evaluate: Evaluate, largest: int
) -> State | Refusal | TooLarge:
    """Sum families out that cannot leave one after the other."""
    hidden = _hidden(state, families)
    for group in _groups(state, families, hidden):
        found = collect(state, group, hidden, count)
        if isinstance(found, Refusal):
            return found
        layout = Layout(f"{group[0].name}.together", group, found.spoken)
        size = _sizes_of(layout, count, evaluate)
        if size.table > largest or size.joint > largest:
            return _too_large(layout, size)
        summed = in_blocks(layout, evaluate)
        state = _without(state, layout, found, summed)
        for family in group:
            state = state.noting(_note(family, group, count, size))
    return state


@dataclass(frozen=True)
class _Sizes:
    """How large the tables are.

    Attributes
    ----------
    table
        Numbers in the largest table of a term.
    joint
        Numbers in the table of joint values; 0 where the data are not there.
    elements
        Elements in the block with most joint values.
    blocks, states
        How many blocks there are, and most joint values of one; 0 where that is not known.
    """

    table: float
    joint: float
    elements: int
    blocks: int
    states: float

    @property
    def total(self) -> float:
        """Numbers in the largest table of all."""
        return max(self.table, self.joint)


def _sizes_of(layout: Layout, count: Count, evaluate: Evaluate) -> _Sizes:
    table = max((float(count((*s.rows, *s.values))) for s in layout.spoken), default=0.0)
    states, before = evaluate(layout.part("states")), evaluate(layout.part("before"))
    block, shared = evaluate(layout.part("block")), evaluate(layout.part("is_shared"))
    root = evaluate(layout.part("root"))
    if states is None or before is None or block is None or not states.size:
        return _Sizes(table, 0.0, 0, 0, 0.0)
    most = float(states.max())
    pairs = most if (before >= 0).any() else 1.0
    largest = int(states.argmax())
    elements = int((block == largest).sum())
    if shared is not None and root is not None and root[largest] != largest:
        elements += int((shared & (block == root[largest])).sum())
    return _Sizes(table, states.size * most * pairs, elements, states.size, most)


def _too_large(layout: Layout, size: _Sizes) -> TooLarge:
    tie = max(layout.spoken, key=lambda s: len(s.elements))
    elements = size.elements if size.joint > size.table else 0
    return TooLarge(layout.families, elements, size.total, tie.name)


def _hidden(state: State, families: Mapping[str, Family]) -> Definitions:
    return hidden_definitions(state, families, families) | {
        step.node.name: (step.node.axes, step.node.expression)
        for family in families.values()
        for step in family.computed
    }


def _groups(
    state: State, families: Mapping[str, Family], hidden: Definitions
) -> Iterator[tuple[Family, ...]]:
    """Families that stand in the same pieces, directly or through others."""
    beside: dict[str, set[str]] = {name: set() for name in families}
    whose = {name: families_behind(name, families, hidden) for name in hidden} | {
        name: {name} for name in families
    }
    for piece in state.pieces.values():
        names = set[str]().union(*(whose[n] for n in piece.names | {piece.name} if n in whose))
        for name in names:
            beside[name] |= names
    for group in components(families, lambda name: sorted(beside[name])):
        yield tuple(family for name, family in families.items() if name in group)


def _without(state: State, layout: Layout, found: Collected, summed: Summed) -> State:
    """The state without some families, which are drawn afterwards."""
    first = layout.families[0]
    total = Factor(first.name, summed.total, first.span)
    state = state.with_sum(total, found.used, found.left, first.shown)
    drawn = replace(
        first.nodes[0], name=summed.state, axes=(summed.blocks,), random=summed.random,
        is_internal=True,
    )  # fmt: skip
    computed = [Computed(node) for node in summed.values]
    parts = [step for family in layout.families for step in family.computed]
    return replace(
        state,
        definitions={**state.definitions, **summed.definitions},
        recovery=(Drawn(drawn), *computed, *parts, *state.recovery),
    )


def _note(family: Family, group: tuple[Family, ...], count: Count, size: _Sizes) -> Note:
    number = count((family.domain.axis,))
    others = [other.name for other in group if other is not family]
    beside = f" and of {listed(others)}" if others else ""
    way = f"jointly over the values of its elements{beside} that stand in the same terms"
    if size.blocks:
        most = f"at most {size.states:,.0f} joint values" if size.elements > 1 else "its values"
        way += (
            f" ({size.elements} together, with {most}, and a table of {size.total:,.0f} numbers)"
            if size.elements > 1
            else f" (a table of {size.total:,.0f} numbers)"
        )
    reason = f"discrete, with {number} values: summed out exactly, {way}, and drawn afterwards"
    names = tuple(node.name for node in family.nodes)
    return Note("sum out", names, True, reason, family.span, "sum out")
