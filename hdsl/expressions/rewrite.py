"""Looking into expressions and rebuilding them: other axes, other indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import cast

from hdsl.expressions.beyond import External, Interpolate, Table
from hdsl.expressions.tree import (
    Along,
    Apply,
    At,
    Concatenate,
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
    Stack,
    Sweep,
    WholeNumbers,
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
