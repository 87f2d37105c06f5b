"""Densities of one's own applied: right of ``~``, and in ``log_prob``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.distributions.distribution import Support
from hdsl.distributions.own import Joined, Own
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Along, Constant, Expression, Reduce, Reference, set_of
from hdsl.model.density_heads import OwnDensity, Variable
from hdsl.model.formals import formal_name, given_values, scope_inside
from hdsl.model.own_functions import inside
from hdsl.model.scope import Scope, Typed, is_slice
from hdsl.model.subscripts import free_axes
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def own_density(read: Translator, expression: tree.Expression) -> OwnDensity | None:
    """The density of the file that an expression applies, if it applies one."""
    if isinstance(expression, tree.Call):
        return read.names.densities.get(expression.function)
    return None


def own_random(
    read: Translator, head: OwnDensity, call: tree.Call, scope: Scope, axes: tuple[str, ...] = ()
) -> Own:
    """A density of one variable; `axes` are those of the left side."""
    if len(head.variables) != 1:
        names = ", ".join(format_expression(v.formal) for v in head.variables)
        read.fail(
            "HB227",
            f"`{head.name}` is a density of {len(head.variables)} variables, not of one",
            call.span,
            labels=[Place(head.span, "defined here")],
            cause="all variables of a density stand together on the left",
            help=f"write `({names}) ~ {call.function}(…)`",
        )
    (variable,) = head.variables
    value, event = stand_in(read, head, variable, axes, call.span)
    density, bounds = applied(read, head, call, [Typed(value)], scope)
    return Own(head.name, bounds[0], density, value, event, span=call.span)


def joined(
    read: Translator,
    head: OwnDensity,
    call: tree.Call,
    values: Sequence[Typed],
    place: int,
    scope: Scope,
) -> Joined:
    """One variable of a density of several."""
    variable = head.variables[place]
    if all(end is None or _is_number(end) for end in (variable.lower, variable.upper)):
        bounds = _support(read, variable, Scope())
    else:
        _, supports = applied(read, head, call, values, scope)
        bounds = supports[place]
    return Joined(head.name, bounds, span=call.span)


def stand_in(
    read: Translator, head: OwnDensity, variable: Variable, axes: tuple[str, ...], span: Span
) -> tuple[Reference, tuple[str, ...]]:
    """What the variable is called until its value is known, and the axes of one draw on the left.

    The name is one that no quantity can have.
    """
    count = variable.num_axes
    if len(axes) < count:
        read.fail(
            "HB227",
            f"`{format_expression(variable.formal)}` of `{head.name}` is an array, but the left "
            f"side has {len(axes) or 'no'} ind{'ex' if len(axes) == 1 else 'ices'}",
            span,
            labels=[Place(head.span, "defined here")],
            cause="a density of a vector takes the last index of the left side",
            help="write it with an index, `x[k] ~ …`",
        )
    event = axes[len(axes) - count :]
    whole = tuple(Along(axis) for axis in free_axes(event))
    return Reference(f"{head.name}({variable.name})", whole, span=span), event


def applied(
    read: Translator,
    head: OwnDensity,
    call: tree.Call,
    values: Sequence[Typed],
    scope: Scope,
) -> tuple[Expression, list[Support]]:
    """The log density at some values of the variables, and their supports."""
    if call.conditions:
        read.fail(
            "HB216",
            f"`{head.name}` does not take `for`",
            call.span,
            cause="`for` stands after the whole statement",
            help="move it out of the brackets",
        )
    given = given_values(read, call, head.parameters, head.span, scope)
    with inside(read, call, head.span):
        own = scope_inside(read, head.formals, [*values, *given])
        density = read.number(head.body, own)
        supports = [_support(read, variable, own) for variable in head.variables]
    for e, written in [(density, head.body), *_ends(head, supports)]:
        if any(is_slice(axis) for axis in e.axes):
            _not_a_number(read, head, call, written)
    return density, supports


def _ends(
    head: OwnDensity, supports: Sequence[Support]
) -> list[tuple[Expression, tree.Expression]]:
    found: list[tuple[Expression, tree.Expression]] = []
    for variable, support in zip(head.variables, supports, strict=True):
        if support.lower is not None and variable.lower is not None:
            found.append((support.lower, variable.lower))
        if support.upper is not None and variable.upper is not None:
            found.append((support.upper, variable.upper))
    return found


def guarded(
    read: Translator,
    density: Expression,
    supports: Sequence[Support],
    values: Sequence[Expression],
) -> Expression:
    """The log density at any values: minus infinity outside the supports."""
    for support, value in zip(reversed(supports), reversed(values), strict=True):
        holds = Joined("", support).inside(value)
        if not isinstance(holds, Constant):
            own = {axis: read.fresh(set_of(axis)) for axis in holds.axes if is_slice(axis)}
            if own:
                holds = Reduce("all", rename_axes(holds, own), tuple(own.values()))
            density = where(holds, density, float("-inf"))
    return density


def _support(read: Translator, variable: Variable, scope: Scope) -> Support:
    def end(written: tree.Expression | None) -> Expression | None:
        if written is None:
            return None
        found = read.number(written, scope)
        infinite = isinstance(found, Constant) and found.value in (float("inf"), float("-inf"))
        return None if infinite else replace(found, span=written.span)

    return Support(
        end(variable.lower), end(variable.upper), variable.lower_open, variable.upper_open
    )


def _is_number(end: tree.Expression) -> bool:
    return isinstance(end, tree.Number) or (
        isinstance(end, tree.Unary) and isinstance(end.operand, tree.Number)
    )


def _not_a_number(
    read: Translator, head: OwnDensity, call: tree.Call, written: tree.Expression
) -> NoReturn:
    read.fail(
        "HB228",
        f"the log density of `{head.name}` is a whole array",
        written.span,
        labels=[Place(call.span, "applied here")],
        cause="a log density is one number for each draw of its variables",
        help="reduce it, `sum(… for s)`, or name the variable with its index: `v[s]`",
    )


def refuse_truncation(read: Translator, head: OwnDensity, span: Span) -> NoReturn:
    """Report the truncation of a density of one's own."""
    variable = head.variables[0]
    read.fail(
        "HB229",
        f"`{head.name}` cannot be truncated",
        span,
        labels=[Place(head.span, "defined here")],
        cause="a truncated distribution is divided by the probability of its interval, which is "
        "not known for a density of one's own",
        help=f"put the bounds into the head, `{head.name}(lo < {formal_name(variable.formal).text}"
        " < hi | …)`, and the constant into the formula",
    )
