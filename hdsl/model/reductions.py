"""Reductions, and what binds the indices after their ``for``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Constant,
    Expression,
    Position,
    Reduce,
    Stack,
    Sweep,
    apply,
    set_of,
    walk,
)
from hdsl.model.free_indices import free_indices
from hdsl.model.local_arrays import local_axes
from hdsl.model.scope import LIST_AXIS, Scope, Typed, is_slice
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def reduction(
    read: Translator, expression: tree.Call, arguments: Sequence[tree.Expression], scope: Scope
) -> Expression:
    """Read ``sum(x)`` or ``sum(… for i, condition)``."""
    name = expression.function
    if len(arguments) != 1:
        read.fail(
            "HB408",
            f"`{name}` takes one expression",
            expression.span,
            cause=f"the forms are `{name}(x)` and `{name}(… for i)`",
            help=f"for several numbers write `{name}([a, b, c])`, and to run over an index "
            f"`{name}(x[i] for i)`",
        )
    if not expression.conditions:
        return _whole_reduction(read, expression, arguments[0], scope)
    inner, over, conditions = bind_conditions(read, expression.conditions, arguments[0], scope)
    if not over:
        read.fail(
            "HB307",
            f"`{name}` has nothing to run over",
            expression.span,
            cause="after `for` stands the index to run over, then conditions",
            help=f"write `{name}(… for i, condition)`",
        )
    body = read.number(arguments[0], inner)
    return Reduce(name, body, tuple(over), conditions, span=expression.span)


def _whole_reduction(
    read: Translator, expression: tree.Call, argument: tree.Expression, scope: Scope
) -> Expression:
    name = expression.function
    unbound = next(
        free_indices(read.names, argument, frozenset({*scope.running, *scope.locals})), None
    )
    if unbound is not None:
        text = format_expression(argument)
        read.fail(
            "HB301",
            f"running index `{unbound.text}` is not bound here",
            unbound.span,
            cause="a reduction names the index over which it runs after `for`",
            help=f"write `{name}({text} for {unbound.text})`",
        )
    body = read.number(argument, scope)
    over = tuple(sorted(axis for axis in body.axes if is_slice(axis)))
    if not over:
        running = sorted(set_of(axis) for axis in body.axes)
        read.fail(
            "HB307",
            f"`{name}` has nothing to run over",
            expression.span,
            cause=f"`{name}(x)` runs over the whole array `x`; this is one number"
            + (f" for each `{running[0]}`" if running else ""),
            help=f"leave the index off, or write `{name}(… for {running[0]})`"
            if running
            else f"give `{name}` an array",
        )
    own = {axis: read.fresh(axis.rstrip("*'").strip("[]")) for axis in over}
    return Reduce(name, rename_axes(body, own), tuple(own.values()), span=expression.span)


def bind_conditions(
    read: Translator,
    conditions: Sequence[tree.Condition],
    body: tree.Expression,
    scope: Scope,
) -> tuple[Scope, list[str], Expression | None]:
    """Bind the indices after ``for``: the inner scope, the axes to run over, what must hold."""
    over: list[str] = []
    where: list[Expression] = []
    for condition in conditions:
        match condition:
            case tree.Name(text) if (own := read.index_set(text, scope)) is not None:
                scope = _run_over(read, scope, condition, own, over)
            case tree.Membership(name, tree.Name(domain)) if (
                own := read.index_set(domain, scope)
            ) is not None:
                scope = _run_over(read, scope, name, own, over)
            case tree.Membership(name, tree.Range() as bounds):
                set_name = _set_of_range(read, name, body, scope)
                outside = scope
                scope = _run_over(read, scope, name, set_name, over)
                value = read.as_number(replace(scope.running[name.text], span=name.span))
                where.extend(in_range(read, bounds, value, outside))
            case tree.Membership(name, domain):
                refuse_domain(read, name, domain)
            case _:
                for index in _unbound_indices(read, condition, conditions, scope):
                    own = read.index_set(index.text, scope)
                    assert own is not None
                    scope = _run_over(read, scope, index, own, over)
                where.append(read.condition(condition, scope))
    joined: Expression | None = None
    for single in where:
        joined = single if joined is None else apply("and", joined, single)
    return scope, over, joined


def in_range(
    read: Translator, bounds: tree.Range, value: Expression, scope: Scope
) -> list[Expression]:
    """The conditions for a number to be one of ``lo..hi by step``."""
    lower, upper = read.numbers([bounds.lower, bounds.upper], scope)
    found = [apply("less_equal", lower, value), apply("less_equal", value, upper)]
    if bounds.step is not None:
        steps = (value - lower) / read.number(bounds.step, scope)
        off = apply("abs", steps - apply("round", steps))
        found.append(apply("less", off, 1e-9))
    return found


def refuse_domain(read: Translator, name: tree.Name, domain: tree.Expression) -> NoReturn:
    """Report what stands after ``in`` and is no index set and no range."""
    text = format_expression(domain)
    near: list[str] = []
    if isinstance(domain, tree.Name):
        near = difflib.get_close_matches(text, list(read.names.sets), 1, 0.6)
    read.fail(
        "HB213",
        f"`{name.text}` cannot run over `{text}`",
        domain.span,
        cause="after `in` stands an index set or a range `lo..hi`",
        help=f"did you mean `{near[0]}`?" if near else f"write `{name.text} in 1..10`, for example",
    )


def _unbound_indices(
    read: Translator,
    condition: tree.Expression,
    conditions: Sequence[tree.Condition],
    scope: Scope,
) -> Iterator[tree.Name]:
    """The running indices that a condition speaks of and nothing else binds: ``t > 1``."""
    bound = {c.name.text for c in conditions if isinstance(c, tree.Membership)}
    bound.update(c.text for c in conditions if isinstance(c, tree.Name))
    bound.update((*scope.running, *scope.locals))
    for node in tree.walk(condition):
        if isinstance(node, tree.Call) and node.conditions:
            return
        if not isinstance(node, tree.Name) or read.names.is_quantity(node.text):
            continue
        if node.text not in bound and read.index_set(node.text, scope) is not None:
            bound.add(node.text)
            yield node


def _run_over(
    read: Translator, scope: Scope, name: tree.Name, set_name: str, over: list[str]
) -> Scope:
    if name.text in scope.running:
        read.report.add(
            "HB602",
            f"the reduction's index `{name.text}` hides that of the left side",
            name.span,
            severity="warning",
            cause="the index of a reduction is its own: it runs over the whole set, whatever the "
            "left side calls its index",
            help=f"use another name: `for other in {set_name}`",
        )
    axis = read.fresh(set_name)
    over.append(axis)
    position = Position(axis) if set_name else _numbered(scope, axis)
    return scope.with_running({name.text: Typed(position, member=set_name, axis=axis)})


def _numbered(scope: Scope, axis: str) -> Expression:
    """The positions along the axis of a list, of which nothing but the list knows the length."""
    lists = (
        len(e.items)
        for local in scope.locals.values()
        for e in walk(local.expression)
        if isinstance(e, Stack) and e.axis == LIST_AXIS
    )
    return Stack(tuple(Constant(float(place)) for place in range(max(lists, default=0))), axis)


def _set_of_range(read: Translator, name: tree.Name, body: tree.Expression, scope: Scope) -> str:
    """The index set over which ``k in lo..hi`` runs: the one that `k` indexes in the body."""
    own = read.index_set(name.text, scope)
    if own is not None:
        return own
    for node in tree.walk(body):
        if isinstance(node, tree.Subscript):
            axes = _axes_in(read, node.array.text, scope)
            for axis, index in zip(axes, node.indices, strict=False):
                if isinstance(index, tree.Name) and index.text == name.text:
                    return set_of(axis)
    read.fail(
        "HB213",
        f"nothing tells which index set `{name.text}` runs over",
        name.span,
        cause="a range after `in` picks labels of the index set that the name indexes",
        help=f"declare it: `index {name.text} = …`, then `for {name.text}`",
    )


def _axes_in(read: Translator, array: str, scope: Scope) -> tuple[str, ...]:
    if array in scope.locals:
        axes = local_axes(scope.locals[array].expression)
        return tuple("" if set_of(axis) == set_of(LIST_AXIS) else axis for axis in axes)
    return read.axes_of(array) if read.names.is_quantity(array) else ()


def sweep(
    read: Translator, expression: tree.Call, arguments: Sequence[tree.Expression], scope: Scope
) -> Expression:
    """Read ``cumsum(x)`` and its siblings."""
    name = expression.function
    if len(arguments) != 1 or expression.conditions:
        read.fail(
            "HB408",
            f"`{name}` takes one array",
            expression.span,
            cause=f"the form is `{name}(x)`",
            help=f"give `{name}` one array",
        )
    body = read.number(arguments[0], scope)
    over = sorted(axis for axis in body.axes if is_slice(axis))
    if len(over) != 1:
        read.fail(
            "HB307",
            f"`{name}` needs an array along one index set",
            expression.span,
            cause=f"`{name}(x)` runs along the one index of `x` that is left off; here "
            f"{'none is' if not over else f'{len(over)} are'}",
            help="leave exactly one index off",
        )
    return Sweep(name, body, over[0], span=expression.span)
