"""Looking into expressions and rebuilding them: substitution, affine parts, sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import cast

from hdsl.expressions.beyond import External, Interpolate, Table
from hdsl.expressions.tree import (
    Along,
    Apply,
    At,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Lookup,
    OfWhole,
    Position,
    Reduce,
    Reference,
    Scan,
    Segment,
    Shift,
    Size,
    Stack,
    Sweep,
    WholeNumbers,
    apply,
    map_children,
    set_of,
    walk,
)


def rebuild(
    expression: Expression, change: Callable[[Expression], Expression | None]
) -> Expression:
    """Replace, from the top down, each expression for which `change` gives another."""
    memo: dict[Expression, Expression] = {}

    def visit(e: Expression) -> Expression:
        if e not in memo:
            replaced = change(e)
            memo[e] = replaced if replaced is not None else map_children(e, visit)
        return memo[e]

    return visit(expression)


def references(expression: Expression, name: str) -> tuple[Reference, ...]:
    """The distinct references to a name in an expression."""
    if name not in expression.names:
        return ()
    return tuple(e for e in walk(expression) if isinstance(e, Reference) and e.name == name)


def rename_axes(expression: Expression, names: Mapping[str, str]) -> Expression:
    """The same expression along other axes: each free axis in `names` is replaced."""
    if not names or not expression.axes & set(names):
        return expression

    def change(e: Expression) -> Expression | None:
        if not e.axes & set(names):
            return e
        match e:
            case Position(axis):
                return Position(names.get(axis, axis), span=e.span)
            case Reference():
                return replace(e, indices=tuple(_renamed_index(i, names) for i in e.indices))
            case Reduce() | Segment():
                e = _with_fresh_axes(e, frozenset(names.values()))
                inner = {old: new for old, new in names.items() if old not in e.over}
                if isinstance(e, Segment):
                    e = replace(e, to=names.get(e.to, e.to))
                return map_children(e, lambda child: rename_axes(child, inner))
            case Sweep() | Stack():
                e = replace(e, axis=names.get(e.axis, e.axis))
                return map_children(e, lambda child: rename_axes(child, names))
            case CountsAbove() | WholeNumbers():
                return replace(e, axis=names.get(e.axis, e.axis))
            case Concatenate(items, axis):
                new = tuple((_renamed_but(item, names, own), own) for item, own in items)
                return replace(e, items=new, axis=names.get(axis, axis))
            case Scan():
                return _renamed_scan(e, names)
            case OfWhole():
                e = _with_fresh_own(e, frozenset(names.values()))
                new = tuple((_renamed_but(item, names, own), own) for item, own in e.items)
                return replace(e, items=new, result=tuple(names.get(a, a) for a in e.result))
            case Table():
                return replace(e, axis=names.get(e.axis, e.axis))
            case _:
                return None

    return rebuild(expression, change)


def _renamed_but(e: Expression, names: Mapping[str, str], own: tuple[str, ...]) -> Expression:
    """Renamed where the axes are not those that a list of arrays flattens."""
    inner = {old: new for old, new in names.items() if old not in own}
    if e.axes & set(inner) and set(own) & set(inner.values()):
        raise ValueError(f"an axis of {own} would be taken for another")
    return rename_axes(e, inner)


def _renamed_scan(e: Scan, names: Mapping[str, str]) -> Scan:
    """Renamed along its axis and those of its result; what is carried beside it has its own."""
    new_axis = names.get(e.axis, e.axis)
    own: list[tuple[str, ...]] = []
    bodies: list[Expression] = []
    before: list[Expression] = []
    for name, axes, body, start in zip(e.carried, e.own, e.bodies, e.before, strict=True):
        if name == e.result:
            inner = {old: new for old, new in names.items() if old in axes}
        else:
            fresh = (f"{set_of(new_axis)}#{n}" for n in count(2))
            unused = next(axis for axis in fresh if axis not in axes)
            inner = {axis: unused for axis in axes if axis == new_axis != e.axis}
        own.append(tuple(inner.get(axis, axis) for axis in axes))
        bodies.append(rename_axes(body, inner | {e.axis: new_axis}))
        before.append(rename_axes(start, inner))
    return replace(e, axis=new_axis, own=tuple(own), bodies=tuple(bodies), before=tuple(before))


def _renamed_index(index: Index, names: Mapping[str, str]) -> Index:
    match index:
        case Along(axis):
            return Along(names.get(axis, axis))
        case Shift(axis, by):
            return Shift(names.get(axis, axis), by)
        case Gather(positions):
            return Gather(rename_axes(positions, names))
        case At():
            return index


def _with_fresh_axes(e: Reduce | Segment, taken: frozenset[str]) -> Reduce | Segment:
    """The same sum with the axes that it binds renamed, where they are among `taken`."""
    clashing = [axis for axis in e.over if axis in taken]
    if not clashing:
        return e
    used = taken | frozenset(e.over) | e.axes
    fresh: dict[str, str] = {}
    for axis in clashing:
        root = set_of(axis)
        numbers = (n for n in count(2) if f"{root}#{n}" not in used | set(fresh.values()))
        fresh[axis] = f"{root}#{next(numbers)}"
    renamed = cast("Reduce | Segment", map_children(e, lambda c: rename_axes(c, fresh)))
    return replace(renamed, over=tuple(fresh.get(axis, axis) for axis in e.over))


def _with_fresh_own(e: OfWhole, taken: frozenset[str]) -> OfWhole:
    """The same function with the axes that it keeps whole renamed, where they are among `taken`."""
    if not any(taken & set(own) for _, own in e.items):
        return e
    used = taken | e.axes | frozenset[str]().union(*(i.axes | set(own) for i, own in e.items))
    items: list[tuple[Expression, tuple[str, ...]]] = []
    for item, own in e.items:
        fresh: dict[str, str] = {}
        for axis in own:
            if axis in taken:
                names = (f"{set_of(axis)}#{n}" for n in count(2))
                fresh[axis] = next(n for n in names if n not in used | set(fresh.values()))
        items.append((rename_axes(item, fresh), tuple(fresh.get(a, a) for a in own)))
    return replace(e, items=tuple(items))


def along(expression: Expression, axis: str, index: object) -> Expression:
    """The expression with its free axis `axis` taken at another index (a gather, say).

    Raises
    ------
    ValueError
        If the axis is made inside the expression (by a cumulative sum, say): then no other
        expression stands for its elements.
    """
    if axis not in expression.axes:
        return expression
    taken = cast("Index", index)
    entering = _index_axes(taken)

    def change(e: Expression) -> Expression | None:
        if axis not in e.axes:
            return e
        match e:
            case Reference():
                return replace(e, indices=tuple(_index_at(i, axis, taken) for i in e.indices))
            case Position():
                return position_at(axis, taken)
            case Reduce() | Segment() if not (isinstance(e, Segment) and e.to == axis):
                e = _with_fresh_axes(e, entering)
                return map_children(e, lambda child: along(child, axis, taken))
            case Sweep() | Stack() if e.axis != axis and e.axis not in entering:
                return None
            case OfWhole() if axis not in e.result and not entering & set(e.result):
                e = _with_fresh_own(e, entering)
                items = ((along(i, axis, taken) if axis not in o else i, o) for i, o in e.items)
                return replace(e, items=tuple(items))
            case Apply() | Lookup() | External() | Interpolate():
                return None
            case _:
                raise ValueError(f"the axis `{axis}` is made inside the expression")

    return rebuild(expression, change)


def _index_axes(index: Index) -> frozenset[str]:
    match index:
        case Along(axis) | Shift(axis):
            return frozenset((axis,))
        case Gather(positions):
            return positions.axes
        case At():
            return frozenset()


def _index_at(own: Index, axis: str, index: Index) -> Index:
    """An index of a reference, where the running index of `axis` is replaced by another."""
    match own:
        case Along(name) if name == axis:
            return index
        case Shift(name, by) if name == axis:
            if isinstance(index, Along):
                return Shift(index.axis, by)
            if isinstance(index, Shift):
                return Shift(index.axis, index.by + by)
            return Gather(position_at(axis, index) + float(by))
        case Gather(positions):
            return Gather(along(positions, axis, index))
        case _:
            return own


def position_at(axis: str, index: Index) -> Expression:
    """The position along an axis that an index of a reference asks for."""
    match index:
        case Along(name):
            return Position(name)
        case Shift(name, by):
            return Position(name) + float(by)
        case Gather(positions):
            return positions
        case At(label):
            return LabelPosition(set_of(axis), label)


def inline(
    expression: Expression, definitions: Mapping[str, tuple[tuple[str, ...], Expression]]
) -> Expression:
    """Replace references to deterministic quantities by what defines them.

    `definitions` gives for each name its axes and its expression over them. References at a label
    or a shift stay, since an expression has no elements; their quantity is evaluated apart.
    """
    return inliner(definitions)(expression)


def inliner(
    definitions: Mapping[str, tuple[tuple[str, ...], Expression]],
) -> Callable[[Expression], Expression]:
    """`inline` for many expressions: each definition is written out once."""
    bodies: dict[str, Expression] = {}

    def body_of(name: str) -> Expression:
        if name not in bodies:
            bodies[name] = visit(definitions[name][1])
        return bodies[name]

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e.name not in definitions or not e.is_plain:
            return None
        names = {
            axis: index.axis
            for axis, index in zip(definitions[e.name][0], e.indices, strict=True)
            if isinstance(index, Along) and axis != index.axis
        }
        return rename_axes(body_of(e.name), names)

    def visit(e: Expression) -> Expression:
        return e if definitions.keys().isdisjoint(e.names) else rebuild(e, change)

    return visit


def elements_inlined(
    expression: Expression, definitions: Mapping[str, tuple[tuple[str, ...], Expression]]
) -> Expression:
    """The same as `inline`, also for references at a gather, a label or a shift.

    What a definition says is then computed for each of its uses. References to elements of what
    is made as a whole (by a cumulative sum, say) stay, as do those of what depends on itself.
    """

    found: dict[Reference, Expression | None] = {}
    open_names: set[str] = set()

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e.name not in definitions:
            return None
        if e.name in open_names:
            return None
        if e not in found:
            open_names.add(e.name)
            try:
                found[e] = visit(element(*definitions[e.name], e.indices))
            except ValueError:
                found[e] = None
            open_names.remove(e.name)
        return found[e]

    def visit(e: Expression) -> Expression:
        return e if definitions.keys().isdisjoint(e.names) else rebuild(e, change)

    return visit(expression)


def element(axes: tuple[str, ...], body: Expression, indices: tuple[Index, ...]) -> Expression:
    """The elements at some indices of what a body defines over axes."""
    apart = {axis: f"{axis}#element" for axis in axes}
    body = rename_axes(body, apart)
    for axis, index in zip(apart.values(), indices, strict=True):
        if isinstance(index, Along):
            body = rename_axes(body, {axis: index.axis})
        else:
            body = along(body, axis, index)
    return body


@dataclass(frozen=True)
class Affine:
    """``coefficient * reference + offset``, neither of which contains the reference's name."""

    reference: Reference
    coefficient: Expression
    offset: Expression


def affine(expression: Expression, name: str) -> Affine | None:
    """Write an expression as affine in one reference to `name`, if it is."""
    found = references(expression, name)
    if len(found) != 1:
        return None
    parts = _affine(expression, found[0])
    return None if parts is None else Affine(found[0], *parts)


def _affine(e: Expression, target: Reference) -> tuple[Expression, Expression] | None:
    zero, one = Constant(0.0), Constant(1.0)
    if e == target:
        return one, zero
    if target.name not in e.names:
        return zero, e
    if not isinstance(e, Apply):
        return None
    parts = [_affine(argument, target) for argument in e.arguments]
    match e.function, parts:
        case "negative", [(a, b)]:
            return _negate(a), _negate(b)
        case "add", [(a, b), (c, d)]:
            return a + c, b + d
        case "subtract", [(a, b), (c, d)]:
            return (_negate(c) if a == zero else a - c), (_negate(d) if b == zero else b - d)
        case "multiply", [(a, b), (c, d)]:
            if a == zero:
                return _times(b, c), _times(b, d)
            return (_times(a, d), _times(b, d)) if c == zero else None
        case "divide", [(a, b), (c, d)] if c == zero:
            return a / d, (zero if b == zero else b / d)
        case "where", [(a, condition), (b, c), (d, f)] if a == zero:
            return apply("where", condition, b, d), apply("where", condition, c, f)
        case _:
            return None


@dataclass(frozen=True)
class LinearTerm:
    """``sum(coefficient * reference for over)``, or the product alone where `over` is empty."""

    reference: Reference
    coefficient: Expression
    over: tuple[str, ...] = ()


def linear(expression: Expression, name: str) -> tuple[tuple[LinearTerm, ...], Expression] | None:
    """Write an expression as a sum of terms linear in references to `name`, and an offset."""
    zero = Constant(0.0)
    if isinstance(expression, Reference) and expression.name == name:
        return (LinearTerm(expression, Constant(1.0)),), zero
    if name not in expression.names:
        return (), expression
    if isinstance(expression, Reduce):
        return _linear_sum(expression, name)
    if not isinstance(expression, Apply):
        return None
    parts = [linear(argument, name) for argument in expression.arguments]
    match expression.function, parts:
        case "negative", [(terms, offset)]:
            return tuple(_scaled(term, _negate) for term in terms), _negate(offset)
        case "add", [(terms, offset), (others, more)]:
            return (*terms, *others), offset if more == zero else offset + more
        case "subtract", [(terms, offset), (others, more)]:
            less = tuple(_scaled(term, _negate) for term in others)
            return (*terms, *less), offset if more == zero else offset - more
        case "multiply", [((), factor), (terms, offset)]:
            return tuple(_scaled(t, lambda c: factor * c) for t in terms), _times(factor, offset)
        case "multiply", [(terms, offset), ((), factor)]:
            return tuple(_scaled(t, lambda c: c * factor) for t in terms), _times(offset, factor)
        case "divide", [(terms, offset), ((), factor)]:
            divided = zero if offset == zero else offset / factor
            return tuple(_scaled(t, lambda c: c / factor) for t in terms), divided
        case _:
            return None


def _scaled(term: LinearTerm, change: Callable[[Expression], Expression]) -> LinearTerm:
    return replace(term, coefficient=change(term.coefficient))


def _linear_sum(expression: Reduce, name: str) -> tuple[tuple[LinearTerm, ...], Expression] | None:
    """A sum whose references each vary along all that is summed over."""
    inner = linear(expression.body, name)
    if inner is None or expression.function != "sum" or expression.where is not None:
        return None
    terms, offset = inner
    over = expression.over
    if any(term.over or not set(over) <= term.reference.axes for term in terms):
        return None
    left = offset if offset == Constant(0.0) else replace(expression, body=offset)
    return tuple(replace(term, over=over) for term in terms), left


def _negate(e: Expression) -> Expression:
    return Constant(-e.value) if isinstance(e, Constant) else -e


def _times(a: Expression, b: Expression) -> Expression:
    zero = Constant(0.0)
    return zero if zero in (a, b) else a * b


def terms(expression: Expression) -> Iterable[tuple[float, Expression]]:
    """The terms of a sum, each with its sign or constant factor."""
    if isinstance(expression, Apply):
        match expression.function, expression.arguments:
            case "add", (a, b):
                yield from terms(a)
                yield from terms(b)
                return
            case "subtract", (a, b):
                yield from terms(a)
                yield from ((-factor, term) for factor, term in terms(b))
                return
            case "negative", (a,):
                yield from ((-factor, term) for factor, term in terms(a))
                return
            case "multiply", (Constant(value), a):
                yield from ((value * factor, term) for factor, term in terms(a))
                return
            case "multiply", (a, Constant(value)):
                yield from ((value * factor, term) for factor, term in terms(a))
                return
            case _:
                pass
    yield 1.0, expression


def sum_over(expression: Expression, axes: tuple[str, ...]) -> Expression:
    """The sum over axes, taken term by term.

    A term that does not vary along an axis is multiplied by its length instead of being repeated;
    terms over the same axes share one sum.
    """
    groups: dict[tuple[tuple[str, ...], frozenset[str]], Expression] = {}
    for factor, term in terms(expression):
        present = tuple(axis for axis in axes if axis in term.axes)
        scaled = term if factor == 1 else apply("multiply", factor, term)
        key = (present, term.names)
        groups[key] = groups[key] + scaled if key in groups else scaled
    total: Expression = Constant(0.0)
    for (present, _), body in groups.items():
        summed: Expression = Reduce("sum", body, present) if present else body
        for axis in axes:
            if axis not in present:
                summed = Size(axis) * summed
        total = total + summed
    return total
