"""What rows of a posterior say about several discrete elements at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from hdsl.expressions.functions import where
from hdsl.expressions.inline import element, elements_inlined
from hdsl.expressions.rewrite import position_at, rebuild, references
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import (
    Along,
    At,
    Concatenate,
    Constant,
    Expression,
    Gather,
    Index,
    Position,
    Reference,
    Shift,
    Size,
    apply,
    walk,
)
from hdsl.model.graph import Factor, Stochastic, whole
from hdsl.plan.chains import Definitions
from hdsl.plan.families import NEVER, Family, families_behind
from hdsl.plan.rows import Rows, rows_of, total
from hdsl.plan.spelled_out import spelled_out
from hdsl.plan.state import Piece, State
from hdsl.plan.sum_out import Refusal as Refusal
from hdsl.plan.sum_out import at_values, bound_axes, ends_of, moving_ends


@dataclass(frozen=True)
class Spoken:
    """Rows that speak of elements of families.

    Attributes
    ----------
    name
        The statement they come from.
    body
        Over the rows, and for each place over the values of the element there.
    elements
        For each place which element of its family is there, -1 for none.
    families
        For each place the family.
    values
        For each place the axis of the values.
    condition
        Which rows count.
    """

    name: str
    rows: tuple[str, ...]
    body: Expression
    elements: tuple[Expression, ...]
    families: tuple[Family, ...]
    values: tuple[str, ...]
    condition: Expression


@dataclass(frozen=True)
class Collected:
    """All that speaks of some families; the pieces it was made of, and what is left of them."""

    spoken: tuple[Spoken, ...]
    used: tuple[str, ...]
    left: Mapping[str, Factor]


def collect(
    state: State,
    families: Sequence[Family],
    hidden: Definitions,
    size: Callable[[tuple[str, ...]], int | None],
) -> Collected | Refusal:
    """Everything that the density says about the elements of some families."""
    names = {family.name: family for family in families}
    about = {n for n in hidden if families_behind(n, names, hidden)} | names.keys()
    open_names = {n: d for n, d in hidden.items() if n not in state.graph.recursive}
    spoken: list[Spoken] = [s for family in families for s in _possible(family)]
    used: list[str] = []
    left: dict[str, Factor] = {}
    for piece in state.pieces.values():
        rows = tuple(
            _inlined(r, hidden, open_names, names, size) for r in _rows(state, piece, families)
        )
        concerned = [r for r in rows if r.body.names & about]
        if not concerned:
            continue
        moved = ends_of(piece, hidden) & names.keys()
        if moved:
            return moving_ends(names[min(moved)], piece)
        for part in concerned:
            found = _spoken(part, names, hidden)
            if isinstance(found, Refusal):
                return found
            spoken.append(found)
        used.append(piece.name)
        rest = total(rows, lambda r: not r.body.names & about)
        if rest != Constant(0.0):
            left[piece.name] = Factor(piece.name, rest, piece.span)
    return Collected(tuple(spoken), tuple(used), left)


def _rows(state: State, piece: Piece, families: Sequence[Family]) -> tuple[Rows, ...]:
    """The rows of a piece; those of a discrete prior tell what is impossible too."""
    own = any(piece.name == node.name for family in families for node in family.nodes)
    if not own or not isinstance(piece, Stochastic):
        return rows_of(state, piece)
    return (Rows(piece.name, piece.plates, piece.random.guarded_log_prob(piece.itself)),)


_DEEPEST = 4
"""Through how many arrays in parts, one computed from the other, it is looked."""


def _inlined(
    rows: Rows,
    hidden: Definitions,
    open_names: Definitions,
    names: Mapping[str, Family],
    size: Callable[[tuple[str, ...]], int | None],
) -> Rows:
    body = elements_inlined(rows.body, hidden)
    for _ in range(_DEEPEST):
        body = elements_inlined(_through_parts(body, open_names), hidden)
    return Rows(rows.name, rows.axes, spelled_out(body, names, size), rows.condition)


def _through_parts(body: Expression, hidden: Definitions) -> Expression:
    """Elements of arrays that follow each other, as elements of these."""

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e.name not in hidden:
            return None
        match hidden[e.name][1], e.indices:
            case Concatenate(items), (Gather(place),):
                return _of_parts(items, place)
            case _:
                return None

    return rebuild(body, change)


def _of_parts(items: Sequence[tuple[Expression, tuple[str, ...]]], place: Expression) -> Expression:
    (part, axes), *others = items
    size = reduce(lambda n, axis: n * Size(axis), axes, Constant(1.0))
    size = simplify(size)
    is_here = apply("and", apply("less_equal", 0.0, place), apply("less", place, size))
    # An element of another part is none of this one.
    number, places = where(is_here, place, -1.0), list[Index]()
    for axis in reversed(axes):
        outer = apply("floor", number / Size(axis))
        last = axis == axes[0]
        places.insert(0, Gather(number if last else number - outer * Size(axis)))
        number = outer
    found = element(axes, part, tuple(places))
    if not others:
        return found
    return where(is_here, found, _of_parts(others, simplify(place - size)))


def _possible(family: Family) -> Iterator[Spoken]:
    """That an element cannot have the values that only others have."""
    possible, axis = family.domain.possible, family.domain.axis
    if possible is not None:
        own = flat_position(family, whole(family.name, family.axes))
        body = where(possible, 0.0, NEVER)
        yield Spoken(
            family.name, family.axes, body, (own,), (family,), (axis,), Constant(1.0)
        )  # fmt: skip


def _spoken(rows: Rows, names: Mapping[str, Family], hidden: Definitions) -> Spoken | Refusal:
    direct = (family for name, family in names.items() if name in rows.body.names)
    first = next(direct, next(iter(names.values())))
    through = sorted(rows.body.names & hidden.keys())
    if through:
        return _refused(first, rows, f"depends on it through `{through[0]}`, computed as a whole")
    body = rows.body
    elements: list[Expression] = []
    families: list[Family] = []
    axes: list[str] = []
    for family in names.values():
        found = references(rows.body, family.name)
        if any(not r.axes <= {*rows.axes} for r in found) or any(
            bound_axes(rows.body, family.name)
        ):
            return _refused(family, rows, "depends on many of its elements at once")
        for number, reference in enumerate(found):
            # What chooses an element may itself be discrete.
            if any(e.names & names.keys() for e in reference.children):
                return _refused(
                    family, rows, "takes an element of it that a discrete unknown tells"
                )
            axis = family.domain.axis + "'" * number
            body = at_values(body, family, reference, axis)
            elements.append(flat_position(family, reference))
            families.append(family)
            axes.append(axis)
    condition = rows.condition if rows.condition is not None else Constant(1.0)
    return Spoken(
        rows.name, rows.axes, body, tuple(elements), tuple(families), tuple(axes), condition
    )


def _refused(family: Family, rows: Rows, why: str) -> Refusal:
    way_out = f"let each term of the model depend on a few elements of `{family.shown}`"
    return Refusal(family, f"a term of `{rows.name}` {why}", rows.name, way_out)


def flat_position(family: Family, reference: Reference) -> Expression:
    """Which element a reference means, counted in row-major order; -1 where there is none."""
    place: Expression = Constant(0.0)
    inside: Expression | None = None
    for axis, index in zip(family.axes, reference.indices, strict=True):
        at = _position(axis, index)
        place = simplify(place * Size(axis)) + at
        if isinstance(index, Along | At):
            continue
        there = apply("and", apply("less_equal", 0.0, at), apply("less", at, Size(axis)))
        inside = there if inside is None else apply("and", inside, there)
    return place if inside is None else where(inside, place, -1.0)


def _position(axis: str, index: Index) -> Expression:
    """A position along an axis; -1 where a table that tells it is asked for what is not there."""
    positions = position_at(axis, index)
    there: Expression | None = None
    for e in walk(positions) if isinstance(index, Gather) else ():
        for inner in e.indices if isinstance(e, Reference) else ():
            match inner:
                case Shift(name, by):
                    at = Position(name) + float(by)
                    found = _both(apply("less_equal", 0.0, at), apply("less", at, Size(name)))
                case Gather(at) if not isinstance(at, Reference):
                    found = apply("less_equal", 0.0, at)
                case _:
                    continue
            there = found if there is None else _both(there, found)
    return positions if there is None else where(there, positions, -1.0)


def _both(a: Expression, b: Expression) -> Expression:
    return apply("and", a, b)
