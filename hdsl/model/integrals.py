"""Calls of ``integrate`` and ``interpolate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.expressions.beyond import Interpolate
from hdsl.expressions.quadrature import integral, nodes
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Expression, set_of
from hdsl.model.local_arrays import local_axes
from hdsl.model.scope import LIST_AXIS, Scope, Typed
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def integrate(read: Translator, call: tree.Call, scope: Scope) -> Expression:
    """Read ``integrate(expr for x in (lo, hi))``."""
    match call.arguments, call.conditions:
        case (
            (tree.Argument(body, None),),
            (tree.Membership(name, tree.Tuple((lower, upper))),),
        ):
            pass
        case _:
            read.fail(
                "HB374",
                "`integrate` takes an expression and what runs between which ends",
                call.span,
                cause="the form is `integrate(… for x in (lo, hi))`; an end may be `inf`",
                help="for several variables write one integral in another",
            )
    ends = read.numbers([lower, upper], scope)
    for end, written in zip(ends, (lower, upper), strict=True):
        if local_axes(end):
            _whole_end(read, written)
    axis = read.fresh("[]")
    found = nodes(ends[0], ends[1], axis)
    point = replace(found.points, span=name.span)
    inner = scope.with_locals({name.text: Typed(point, span=name.span)})
    value = integral(read.number(body, inner), found, axis)
    return replace(value, span=call.span)


def _whole_end(read: Translator, written: tree.Expression) -> NoReturn:
    read.fail(
        "HB374",
        "an end of an integral is a whole array",
        written.span,
        cause="an integral goes from one number to another",
        help="write the index of the element in brackets",
    )


def interpolate(
    read: Translator, call: tree.Call, arguments: Sequence[tree.Expression], scope: Scope
) -> Expression:
    """Read ``interpolate(x, xs, ys)``."""
    if len(arguments) != 3 or call.conditions:
        read.fail(
            "HB408",
            f"`interpolate` takes 3 arguments, not {len(arguments)}",
            call.span,
            cause="the form is `interpolate(x, xs, ys)`: the value at `x` of the lines that join "
            "the points (`xs`, `ys`)",
            help="give it a number and two vectors over one index set",
        )
    x, xs, ys = read.numbers(arguments, scope)
    over = {axis for e in (xs, ys) for axis in local_axes(e)}
    sets = {set_of(axis) for axis in over if axis != LIST_AXIS}
    if len(over) == 0 or len(sets) > 1 or any(len(local_axes(e)) != 1 for e in (xs, ys)):
        read.fail(
            "HB375",
            "`interpolate` needs its points as two vectors over one index set",
            arguments[1].span.to(arguments[2].span),
            cause="the points are (`xs`, `ys`), one for each label, in the order of growing `xs`",
            help="leave the last index of both off, or give two lists of equal length",
        )
    base = next(iter(sets), set_of(LIST_AXIS))
    axis = read.fresh(f"{base}#points")
    xs, ys = (rename_axes(e, dict.fromkeys(local_axes(e), axis)) for e in (xs, ys))
    return Interpolate(x, xs, ys, axis, span=call.span)
