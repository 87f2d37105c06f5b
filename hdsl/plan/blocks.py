"""Discrete elements that stand in the same terms, summed out block by block along a forest.

Elements are put into blocks, so that each term speaks of one block, or of one and the block before
it (`hdsl.expressions.tree_partition`). The joint values of a block are its states, and what holds
for chains holds for these: messages go from the leaves to the roots, and states are drawn back from
the roots (Pearl 1988, Probabilistic Reasoning in Intelligent Systems, section 4.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Literal

from hdsl.distributions.enumerated import Enumerated, EnumeratedChains
from hdsl.expressions.forests import BlockPart, Blocks, Chosen, ForestOrder, Taken
from hdsl.expressions.functions import where
from hdsl.expressions.inline import elements_inlined
from hdsl.expressions.rewrite import rebuild
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
    Scan,
    Segment,
    Shift,
    Size,
    WholeNumbers,
    apply,
    walk,
)
from hdsl.model.graph import Deterministic, whole
from hdsl.plan.chains import Definitions, Evaluate
from hdsl.plan.families import NEVER, Domain, Family
from hdsl.plan.together import Spoken, flat_position

Kind = Literal["none", "inner", "across"]
"""Of how many blocks a row speaks: of none (what it speaks of is known), one or two."""


@dataclass(frozen=True)
class Summed:
    """The sum over all values of all elements, and how the states of the blocks are drawn.

    Attributes
    ----------
    total
        Log of the sum, a number.
    state
        The name of the states, over the axis `blocks`.
    values
        The values of each family, given the states.
    definitions
        What these refer to by name, and the states, given the values.
    """

    total: Expression
    random: Enumerated | EnumeratedChains
    state: str
    blocks: str
    values: tuple[Deterministic, ...]
    definitions: Definitions


@dataclass(frozen=True)
class Layout:
    """Where the elements of some families are: one family after the other, in blocks."""

    name: str
    families: tuple[Family, ...]
    spoken: tuple[Spoken, ...]

    @property
    def elements(self) -> str:
        """The axis of all elements."""
        return f"{self.name}.elements"

    @property
    def blocks(self) -> str:
        """The axis of the blocks."""
        return f"{self.name}.blocks"

    def part(self, part: BlockPart) -> Expression:
        """What is known about each element or block."""
        return Blocks(self._choices, self._links, self.elements, self.blocks, part)

    @cached_property
    def states(self) -> WholeNumbers:
        """The states of the block with most of them."""
        return WholeNumbers(self.part("states") - 1.0, f"{self.name}.states")

    @cached_property
    def states_before(self) -> WholeNumbers:
        """The same for the block before."""
        return WholeNumbers(self.states.last, f"{self.states.axis}'")

    @cached_property
    def _choices(self) -> Expression:
        items = ((self._own_choices(f), f.axes) for f in self.families)
        return Concatenate(tuple(items), self.elements)

    def _own_choices(self, family: Family) -> Expression:
        number = number_of_values(family)
        if not family.given:
            return number
        return where(_over_parts(family, {n: Constant(1.0) for n in family.given}), 1.0, number)

    @cached_property
    def known(self) -> Expression:
        """For each element the number of its value, 0 where that is not known from data."""
        items: list[tuple[Expression, tuple[str, ...]]] = []
        for family in self.families:
            value: Expression = Constant(0.0)
            if family.given:
                value = where(
                    _over_parts(family, {n: Constant(1.0) for n in family.given}),
                    _over_parts(family, family.given)
                    - _data_of(family, value_at(family.domain, Constant(0.0))),
                    0.0,
                )
            items.append((value, family.axes))
        return Concatenate(tuple(items), self.elements)

    @cached_property
    def _links(self) -> tuple[tuple[tuple[Expression, ...], tuple[str, ...], Expression], ...]:
        return tuple(
            (self.places(spoken), spoken.rows, spoken.condition)
            for spoken in self.spoken
            if len(spoken.elements) > 1
        )

    def places(self, spoken: Spoken) -> tuple[Expression, ...]:
        """The elements of which rows speak, among all; -1 for none."""
        return tuple(
            self.place(family, element)
            for family, element in zip(spoken.families, spoken.elements, strict=True)
        )

    def place(self, family: Family, element: Expression) -> Expression:
        """An element of a family among all elements."""
        start: Expression = Constant(0.0)
        for other in self.families[: self.families.index(family)]:
            start = start + reduce(lambda n, axis: n * Size(axis), other.axes, Constant(1.0))
        start = simplify(start)
        if start == Constant(0.0):
            return element
        return where(apply("less_equal", 0.0, element), start + element, -1.0)

    def of(self, what: Expression, place: Expression) -> Expression:
        """What is known of the element at a place."""
        return Taken(what, self.elements, apply("max", place, 0.0))

    def block_of(self, place: Expression) -> Expression:
        """The block of the element at a place; -1 where it can have one value only."""
        return where(
            apply("less_equal", 0.0, place), self.of(self.part("block"), place), -1.0
        )  # fmt: skip

    def is_shared(self, place: Expression) -> Expression:
        """Whether the element at a place is in all blocks that hang together."""
        there = apply("less_equal", 0.0, place)
        return apply("and", there, self.of(self.part("is_shared"), place))

    def number(self, family: Family, place: Expression, state: Expression) -> Expression:
        """The number of an element's value, given the state of its block."""
        smaller = apply("floor", state / self.of(self.part("stride"), place))
        own = _modulo(smaller, number_of_values(family))
        known = where(apply("less_equal", 0.0, place), self.of(self.known, place), 0.0)
        return where(apply("less_equal", 0.0, self.block_of(place)), own, known)


def _data_of(family: Family, e: Expression) -> Expression:
    return elements_inlined(e, family.definitions)


def _over_parts(family: Family, values: Mapping[str, Expression]) -> Expression:
    """Something along the parts of a family, zero for those that are not named."""
    items = ((values.get(name, Constant(0.0)), axes) for name, (axes, _) in family.priors.items())
    return Concatenate(tuple(items), family.axes[0])


def number_of_values(family: Family) -> Expression:
    """How many values an element of a family can have."""
    domain = family.domain
    for e in walk(domain.values):
        if isinstance(e, WholeNumbers) and e.axis == domain.axis:
            last = e.last
            over = tuple(sorted(last.axes))
            return apply("max", Reduce("max", last, over) if over else last, 0.0) + 1.0
    return Size(domain.axis)


def value_at(domain: Domain, number: Expression) -> Expression:
    """The value with some number, over the elements of a family."""

    def change(e: Expression) -> Expression | None:
        is_number = isinstance(e, WholeNumbers | Position) and e.axis == domain.axis
        return number if is_number else None

    return rebuild(domain.values, change)


# --- what the rows say about the states -----------------------------------------------------------


@dataclass(frozen=True)
class _Weighing:
    """Collects what rows say about the states of blocks."""

    layout: Layout
    evaluate: Evaluate
    definitions: dict[str, tuple[tuple[str, ...], Expression]]

    def add(self, number: int, spoken: Spoken) -> dict[Kind, Expression]:
        """What some rows say, by how many blocks they speak of."""
        layout = self.layout
        table = f"{layout.name}.table {number}"
        axes = tuple(a for a in (*spoken.rows, *spoken.values) if a in spoken.body.axes)
        self.definitions[table] = axes, spoken.body
        places = layout.places(spoken)
        blocks = [layout.block_of(place) for place in places]
        deepest = reduce(lambda a, b: apply("max", a, b), blocks)
        found: dict[Kind, Expression] = {}
        own = [
            where(layout.is_shared(place), -1.0, block)
            for place, block in zip(places, blocks, strict=True)
        ]
        for kind, chosen in _kinds(spoken, own, deepest).items():
            known = self.evaluate(chosen)
            if known is not None and not known.any():
                continue
            axis = f"{layout.name}.{kind} {number}"
            rows = _Listed(Chosen(chosen, spoken.rows, axis), spoken.rows)
            entries = self._entries(table, axes, rows, spoken, deepest)
            if kind == "none":
                found[kind] = Reduce("sum", rows.along(entries), (axis,))
            else:
                to = rows.along(rows.of(deepest))
                found[kind] = Segment(entries, (axis,), to, layout.blocks)
        return found

    def _entries(
        self,
        table: str,
        axes: tuple[str, ...],
        rows: _Listed,
        spoken: Spoken,
        deepest: Expression,
    ) -> Expression:
        """The elements of the table that belong to each listed row and state."""
        layout, kind = self.layout, rows.kind
        numbers: dict[str, Expression] = {}
        places = layout.places(spoken)
        for family, place, axis in zip(spoken.families, places, spoken.values, strict=True):
            at = rows.of(place)
            state: Expression = Constant(0.0)
            if kind == "inner":
                state = layout.states
            elif kind == "across":
                is_deepest = apply("equal", rows.of(layout.block_of(place)), rows.of(deepest))
                is_here = apply("or", is_deepest, rows.of(layout.is_shared(place)))
                state = where(is_here, layout.states, layout.states_before)
            numbers[axis] = layout.number(family, at, state)
        indices = (numbers.get(axis) or rows.position(axis) for axis in axes)
        return Reference(table, tuple(map(Gather, indices)))


@dataclass(frozen=True)
class _Listed:
    """Some of the rows of a term, along an axis of their own."""

    chosen: Chosen
    rows: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.chosen.axis.split(".")[-1].split(" ")[0]

    def position(self, axis: str) -> Expression:
        """The positions of the rows along one of their axes."""
        number: Expression = self.chosen
        for inner in reversed(self.rows):
            outer = apply("floor", number / Size(inner))
            if inner == axis:
                return number if inner == self.rows[0] else number - outer * Size(inner)
            number = outer
        raise KeyError(axis)

    def of(self, e: Expression) -> Expression:
        """Something of data along all rows, at these."""
        for axis in self.rows:
            e = Taken(e, axis, self.position(axis)) if axis in e.axes else e
        return e

    def along(self, e: Expression) -> Expression:
        """The same for each of these rows, also where it is the same for all."""
        return where(apply("less_equal", 0.0, self.chosen), e, 0.0)


def _kinds(
    spoken: Spoken, blocks: Sequence[Expression], deepest: Expression
) -> dict[Kind, Expression]:
    """Which rows are of which kind."""
    touches = apply("less_equal", 0.0, deepest)
    two: Expression = Constant(0.0)
    for block in blocks:
        other = apply("and", apply("less_equal", 0.0, block), apply("less", block, deepest))
        two = apply("or", two, other) if len(blocks) > 1 else two
    counts = spoken.condition

    def both(a: Expression) -> Expression:
        return a if counts == Constant(1.0) else apply("and", counts, a)

    kinds: dict[Kind, Expression] = {
        "none": both(apply("not", touches)),
        "inner": both(apply("and", touches, apply("not", two))),
    }
    if len(blocks) > 1:
        kinds["across"] = both(two)
    return kinds


# --- the sum --------------------------------------------------------------------------------------


def in_blocks(layout: Layout, evaluate: Evaluate) -> Summed:
    """Sum over all values of all elements of some families."""
    definitions: dict[str, tuple[tuple[str, ...], Expression]] = {}
    for family in layout.families:
        definitions.update(family.definitions)
    weighing = _Weighing(layout, evaluate, definitions)
    told = [weighing.add(number, spoken) for number, spoken in enumerate(layout.spoken)]
    constant, weights, pairs = (
        reduce(lambda a, b: a + b, (t[kind] for t in told if kind in t), Constant(0.0))
        for kind in ("none", "inner", "across")
    )
    name, blocks, states = layout.name, layout.blocks, layout.states
    is_state = apply("less", states, layout.part("states"))
    weights = where(is_state, weights, NEVER)
    definitions[f"{name}.weights"] = (blocks, states.axis), weights
    random, before = _drawn(layout, pairs, evaluate, definitions)
    root = Reduce("logsumexp", random.log_weights, (states.axis,))
    if before is not None:
        root = where(apply("less", before, 0.0), root, 0.0)
    state = f"{name}.joint"
    definitions[state] = (blocks,), _state_of_values(layout)
    total = constant + Reduce("sum", root, (blocks,))
    return Summed(total, random, state, blocks, _values(layout, state), definitions)


def _modulo(number: Expression, count: Expression) -> Expression:
    return number - count * apply("floor", number / count)


def _drawn(
    layout: Layout,
    pairs: Expression,
    evaluate: Evaluate,
    definitions: dict[str, tuple[tuple[str, ...], Expression]],
) -> tuple[Enumerated | EnumeratedChains, Expression | None]:
    """How the states are drawn, and the block before each if they depend on one."""
    blocks, states, earlier = layout.blocks, layout.states, layout.states_before
    weights = whole(f"{layout.name}.weights", (blocks, states.axis))
    links = evaluate(layout.part("before"))
    if pairs == Constant(0.0) and (links is None or not (links >= 0).any()):
        return Enumerated(weights, states, states.axis), None
    table = f"{layout.name}.pairs"
    common = layout.part("shared")
    agree = apply("equal", _modulo(states, common), _modulo(earlier, common))
    pairs = where(agree, pairs, NEVER)
    definitions[table] = (blocks, states.axis, earlier.axis), pairs
    before = layout.part("before")
    steps, slots = f"{layout.name}.steps", f"{layout.name}.slots"
    messages = f"{layout.name}.messages"
    definitions[messages] = (steps, slots, states.axis), _messages(layout, before, steps, slots)
    order = ForestOrder(before, steps, slots)
    is_there = apply("less_equal", 0.0, order)

    def of_block(e: Expression) -> Gather:
        found = where(is_there, e, 0.0)
        return Gather(Segment(found, (steps, slots), apply("max", order, 0.0), blocks))

    place = (of_block(Position(steps)), of_block(Position(slots)), Along(states.axis))
    random = EnumeratedChains(
        Reference(messages, place),
        whole(table, (blocks, states.axis, earlier.axis)),
        before,
        states,
        earlier,
        blocks,
        states.axis,
        earlier.axis,
    )
    return random, before


def _messages(layout: Layout, before: Expression, steps: str, slots: str) -> Scan:
    """What is known of each state at each step: its weight, and all that comes from beyond."""
    name, states, earlier = layout.name, layout.states.axis, layout.states_before.axis
    inner = f"{slots}'"
    order = ForestOrder(before, steps, slots)
    beyond = ForestOrder(before, steps, inner, lag=1)
    is_there = apply("less_equal", 0.0, beyond)
    # In the sum a state of the block beyond runs along the axis of states before, and the other
    # way round, so that what is sent lies along the axis of the states of the block here.
    pair = Reference(f"{name}.pairs", (Gather(beyond), Along(earlier), Along(states)))
    known = Reference(f"{name}.message", (Shift(steps, -1), Along(inner), Along(earlier)))
    sent = where(is_there, Reduce("logsumexp", pair + known, (earlier,)), 0.0)
    slot_of_block = Segment(
        where(apply("less_equal", 0.0, order), Position(slots), 0.0),
        (steps, slots),
        apply("max", order, 0.0),
        layout.blocks,
    )
    parent = apply("max", Taken(before, layout.blocks, apply("max", beyond, 0.0)), 0.0)
    to = Taken(slot_of_block, layout.blocks, parent)
    arrived = Segment(sent, (inner,), to, slots)
    weights = Reference(f"{name}.weights", (Gather(order), Along(states)))
    return Scan(
        steps,
        (f"{name}.message",),
        ((slots, states),),
        (weights + arrived,),
        (Constant(0.0),),
        f"{name}.message",
    )


def _values(layout: Layout, state: str) -> tuple[Deterministic, ...]:
    """The value of each element, given the states of the blocks."""
    found: list[Deterministic] = []
    for family in layout.families:
        own = flat_position(family, whole(family.name, family.axes))
        place = layout.place(family, own)
        block = apply("max", layout.block_of(place), 0.0)
        number = layout.number(family, place, Reference(state, (Gather(block),)))
        value = value_at(family.domain, number)
        found.append(Deterministic(family.name, family.axes, value, family.span))
    return tuple(found)


def _state_of_values(layout: Layout) -> Expression:
    """The state of each block, given the values of the elements."""
    items = tuple((_numbers(family), family.axes) for family in layout.families)
    numbers = Concatenate(items, layout.elements)
    block = layout.part("block")
    varies = apply("less_equal", 0.0, block)
    part = where(varies, numbers * layout.part("stride"), 0.0)
    to, shared = apply("max", block, 0.0), layout.part("is_shared")
    own = Segment(where(shared, 0.0, part), (layout.elements,), to, layout.blocks)
    common = Segment(where(shared, part, 0.0), (layout.elements,), to, layout.blocks)
    return own + Taken(common, layout.blocks, layout.part("root"))


def _numbers(family: Family) -> Expression:
    """Which of its values each element has."""
    return whole(family.name, family.axes) - value_at(family.domain, Constant(0.0))
