"""Discrete unknowns whose elements depend on the one before: summed from the end of each chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.distributions.enumerated import EnumeratedChains
from hdsl.expressions.chains import is_chains
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import along, rename_axes
from hdsl.expressions.tree import (
    Along,
    At,
    ChainOrder,
    Constant,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Position,
    Reduce,
    Reference,
    Scan,
    Segment,
    Shift,
    apply,
    set_of,
)
from hdsl.model.graph import whole
from hdsl.plan.families import Family
from hdsl.plan.rows import Rows

Evaluate = Callable[[Expression], NDArray[Any] | None]
"""Gives the value of what depends on data alone, where the data are there."""

Definitions = Mapping[str, tuple[tuple[str, ...], Expression]]


@dataclass(frozen=True)
class Pair:
    """Rows that speak of an element and of the one before it.

    `body` is over the rows, the values of the element, and those of the one before.
    """

    rows: Rows
    element: Reference
    before: Reference
    body: Expression

    def turned(self, family: Family) -> Pair:
        """The same with the two elements in the other order."""
        axis, other = family.domain.axis, axis_before(family)
        body = rename_axes(self.body, {axis: other, other: axis})
        return Pair(self.rows, self.before, self.element, body)


@dataclass(frozen=True)
class Chains:
    """The sum over all values of all elements, and how these are drawn.

    Attributes
    ----------
    total
        Log of the sum, a number.
    definitions
        What `total` and `random` refer to by name.
    """

    total: Expression
    random: EnumeratedChains
    definitions: Definitions


def axis_before(family: Family) -> str:
    """The axis of the values of the element before."""
    return f"{family.domain.axis}'"


def position(family: Family, reference: Reference) -> Expression:
    """The element that a reference means, by its position, over the rows."""
    (axis,), (index,) = family.axes, reference.indices
    match index:
        case Along(name):
            return Position(name)
        case Shift(name, by):
            return Position(name) + float(by)
        case Gather(positions):
            return _or_none(positions)
        case At(label):
            return LabelPosition(set_of(axis), label)


def _or_none(positions: Expression) -> Expression:
    """A position that a table tells; -1 where the table is asked for what is not there."""
    if not isinstance(positions, Reference):
        return positions
    for index in positions.indices:
        if isinstance(index, Gather) and not isinstance(index.positions, Reference):
            is_there = apply("less_equal", 0.0, index.positions)
            positions = where(is_there, positions, -1.0)
    return positions


def chained(
    family: Family, weights: Expression, pairs: Sequence[Pair], evaluate: Evaluate
) -> Chains | str:
    """Sum a family out whose elements form chains.

    The message that an element sends to the one before it is ``log sum over its values of exp(its
    weights + what the pair says + the message from the element after it)``: the backward recursion
    of a hidden Markov model (Rabiner 1989, doi:10.1109/5.18626, section III), all chains at once.
    Afterwards elements are drawn from the start.

    Parameters
    ----------
    weights
        Over the elements and their values: all that speaks of one element alone.

    Returns
    -------
    The sum; or, where the elements form no chains, why not.
    """
    (elements,) = family.axes
    pairs = _aligned(pairs, family, evaluate)
    before = _before(pairs, family)
    known = evaluate(before)
    if known is not None and not _agree(known, pairs, family, evaluate):
        return "its elements do not follow each other in chains"
    name, axis, earlier = family.name, family.domain.axis, axis_before(family)
    transition = _transition(pairs, family)
    weights = weights + _of_starts(pairs, family, before, evaluate)
    definitions: dict[str, tuple[tuple[str, ...], Expression]] = {
        f"{name}.weights": ((elements, axis), weights)
    }
    if elements in transition.axes:
        table = f"{name}.transition"
        definitions[table] = (elements, earlier, axis), transition
        transition = whole(table, (elements, earlier, axis))
    steps, chains, messages = f"{name}.steps", f"{name}.chains", f"{name}.messages"
    order = ChainOrder(before, elements, steps, chains)
    definitions[messages] = (
        (steps, chains, earlier),
        _messages(name, transition, before, elements, (steps, chains, axis, earlier)),
    )
    is_there = apply("less_equal", 0.0, order)

    def of_element(e: Expression) -> Index:
        found = where(is_there, e, 0.0)
        return Gather(Segment(found, (steps, chains), apply("max", order, 0.0), elements))

    place = (of_element(Position(steps)), of_element(Position(chains)), Along(axis))
    told = Reference(messages, place)
    random = EnumeratedChains(
        told,
        transition,
        before,
        family.domain.values,
        along(rename_axes(family.domain.values, {axis: earlier}), elements, Gather(before)),
        elements,
        axis,
        earlier,
    )
    starts = where(apply("less", before, 0.0), Reduce("logsumexp", told, (axis,)), 0.0)
    return Chains(Reduce("sum", starts, (elements,)), random, definitions)


def _messages(
    name: str, transition: Expression, before: Expression, elements: str, axes: tuple[str, ...]
) -> Scan:
    """What is known of each value of the elements at each step: their weights, and all beyond."""
    steps, chains, axis, earlier = axes
    here = ChainOrder(before, elements, steps, chains)
    beyond = ChainOrder(before, elements, steps, chains, lag=1)
    message = f"{name}.message"
    known = Reference(message, (Shift(steps, -1), Along(chains), Along(axis)))
    sent = Reduce("logsumexp", along(transition, elements, Gather(beyond)) + known, (axis,))
    weights = Reference(f"{name}.weights", (Gather(here), Along(earlier)))
    is_last = apply("equal", Position(steps), 0.0)
    body = weights + where(is_last, 0.0, sent)
    start = Constant(0.0)
    return Scan(steps, (message,), ((chains, earlier),), (body,), (start,), message)


def _over_elements(body: Expression, pair: Pair, family: Family) -> Expression:
    """Something along the rows of a pair for each element, by the row that speaks of it."""
    (elements,) = family.axes
    by = position(family, pair.element)
    if by == Position(elements) and pair.rows.axes == (elements,):
        return body
    axes = pair.rows.axes
    # The rows get names of their own: one may be called like the elements.
    apart = {axis: f"{axis}#row" for axis in axes}
    body = rename_axes(body, apart)
    for axis in axes:
        number: Expression = Position(axis)
        if pair.rows.condition is not None:
            number = where(pair.rows.condition, number, 0.0)
        row = Segment(number, axes, by, elements)
        body = along(body, apart[axis], Gather(row))
    return body


def _has_row(pair: Pair, family: Family) -> Expression:
    (elements,) = family.axes
    axes = pair.rows.axes
    counts = Constant(1.0) if pair.rows.condition is None else pair.rows.condition
    return Segment(counts, axes, position(family, pair.element), elements)


def _before(pairs: Sequence[Pair], family: Family) -> Expression:
    """For each element the position of the one before; -1 where no row tells of one."""
    (elements,) = family.axes
    found: list[Expression] = []
    for pair in pairs:
        body = position(family, pair.before) + 1.0
        if pair.rows.condition is not None:
            body = where(pair.rows.condition, body, 0.0)
        by = position(family, pair.element)
        found.append(Segment(body, pair.rows.axes, by, elements) - 1.0)
    return reduce(lambda a, b: apply("max", a, b), found)


def _transition(pairs: Sequence[Pair], family: Family) -> Expression:
    """What all pairs say together, over the values and perhaps over the elements."""
    total: Expression = Constant(0.0)
    for pair in pairs:
        body = _over_elements(pair.body, pair, family)
        if len(pairs) > 1:
            body = where(apply("less", 0.0, _has_row(pair, family)), body, 0.0)
        total = total + body
    return total


def _of_starts(
    pairs: Sequence[Pair], family: Family, before: Expression, evaluate: Evaluate
) -> Expression:
    """What rows that name no element before say of one: ``if t == 1 then p0 else P[z[t-1]]``."""
    total: Expression = Constant(0.0)
    for pair in pairs:
        alone = apply("and", apply("less", before, 0.0), apply("less", 0.0, _has_row(pair, family)))
        known = evaluate(alone)
        if known is not None and not known.any():
            continue
        # There it is the same for all values of an element before, of which one is taken.
        earlier = axis_before(family)
        first = apply("equal", Position(earlier), 0.0)
        body = Reduce("sum", where(first, pair.body, 0.0), (earlier,))
        total = total + where(alone, _over_elements(body, pair, family), 0.0)
    return total


def _aligned(pairs: Sequence[Pair], family: Family, evaluate: Evaluate) -> tuple[Pair, ...]:
    """The pairs, priors first, turned around where they name the element before first."""
    ordered = sorted(pairs, key=lambda pair: pair.rows.name not in family.linked)
    found = [ordered[0]]
    for pair in ordered[1:]:
        before = evaluate(_before(found, family))
        turned = before is not None and not _follows(before, pair, family, evaluate)
        other = pair.turned(family)
        if before is not None and turned and _follows(before, other, family, evaluate):
            pair = other
        found.append(pair)
    return tuple(found)


def _follows(before: NDArray[Any], pair: Pair, family: Family, evaluate: Evaluate) -> bool:
    """Whether a pair speaks of elements and of what stands before them."""
    one, other = position(family, pair.element), position(family, pair.before)
    values = [evaluate(e) for e in (one, other, pair.rows.condition or Constant(1.0))]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return False
    first, second, counts = np.broadcast_arrays(*known)
    return not (before[first.astype(int)] != second)[counts != 0].any()


def _agree(before: NDArray[Any], pairs: Sequence[Pair], family: Family, evaluate: Evaluate) -> bool:
    """Whether all rows speak of neighbours in chains, and at most one of each kind of each."""
    if not is_chains(before):
        return False
    for pair in pairs:
        count = evaluate(_has_row(pair, family))
        if count is None or (count > 1).any() or not _follows(before, pair, family, evaluate):
            return False
    return True
