"""Short sums over discrete unknowns, written out term by term."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from functools import reduce
from itertools import product
from typing import Any

from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import along, rebuild, references, rename_axes
from hdsl.expressions.tree import Constant, Expression, Gather, OfWhole, Reduce, Stack, apply

MOST_TERMS = 8
"""Longer sums stay as they are."""

_JOINED = {
    "sum": ("add", 0.0),
    "prod": ("multiply", 1.0),
    "any": ("or", 0.0),
    "all": ("and", 1.0),
    "max": ("max", -math.inf),
    "min": ("min", math.inf),
}


def spelled_out(
    body: Expression, names: Collection[str], size: Callable[[tuple[str, ...]], int | None]
) -> Expression:
    """A body with each short sum (or the like) over elements of some quantities written out."""

    def change(e: Expression) -> Expression | None:
        match e:
            case OfWhole("matmul", ((a, (row,)), (b, (column,)))) if e.names & set(names):
                summed = Reduce("sum", a * rename_axes(b, {column: row}), (row,))
                return change(summed) or summed
            case Reduce(function, inner, over, condition) if function in (*_JOINED, "logsumexp"):
                if not any(r.axes & {*over} for n in names for r in references(inner, n)):
                    return None
                return _terms(function, rebuild(inner, change), over, condition, size(over), size)
            case _:
                return None

    return rebuild(body, change) if body.names & set(names) else body


def _terms(
    function: str,
    body: Expression,
    over: tuple[str, ...],
    condition: Expression | None,
    number: int | None,
    size: Callable[[tuple[str, ...]], int | None],
) -> Expression | None:
    if number is None or not 0 < number <= MOST_TERMS:
        return None
    join, nothing = _JOINED.get(function, ("", -math.inf))
    if condition is not None:
        body = where(condition, body, nothing)
    lengths = [size((axis,)) or 0 for axis in over]

    def at(places: tuple[int, ...]) -> Expression:
        found: Expression = body
        for axis, place in zip(over, places, strict=True):
            found = along(found, axis, Gather(Constant(float(place))))
        return found

    terms: Any = product(*map(range, lengths))
    try:
        found = tuple(map(at, terms))
        if function == "logsumexp":
            return Reduce(function, Stack(found, over[0]), over[:1])
        return reduce(lambda a, b: apply(join, a, b), found)
    except ValueError:  # an axis is made within the sum
        return None
