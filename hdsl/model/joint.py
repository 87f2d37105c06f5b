"""Several variables at once: ``(r[star], v[star]) ~ Tracer(…)``.

The density stands whole with the first of the variables that is data; if none is, it is a factor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.distributions import DISTRIBUTIONS
from hdsl.distributions.own import Own
from hdsl.distributions.random import Random
from hdsl.expressions.tree import Along, Index, Reduce, Reference
from hdsl.model.density_heads import OwnDensity
from hdsl.model.graph import Factor
from hdsl.model.left import Left
from hdsl.model.names import Target
from hdsl.model.own_densities import applied, joined, own_density, stand_in
from hdsl.model.scope import Failed, Typed
from hdsl.model.settle import settle
from hdsl.model.subscripts import free_axes
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.statements import Builder


def joint_random(build: Builder, target: Target, left: Left) -> Random:
    """What one variable of a statement about several is drawn from."""
    statement = target.statement
    assert isinstance(statement, tree.StochasticStatement)
    head, call = _read_statement(build, statement)
    place = _place(statement, target)
    if target is not _carrier(build, statement):
        values = [_value(build, head, statement, k, left) for k in range(len(statement.targets))]
        return joined(build.read, head, call, values, place, left.scope)
    value, event = stand_in(build.read, head, head.variables[place], left.axes, call.span)
    values = [
        Typed(value) if k == place else _value(build, head, statement, k, left)
        for k in range(len(statement.targets))
    ]
    density, supports = applied(build.read, head, call, values, left.scope)
    return Own(head.name, supports[place], density, value, event, span=call.span)


def joint_factor(build: Builder, statement: tree.StochasticStatement) -> None:
    """The density of several unknowns, of which none is data."""
    head, call = _read_statement(build, statement)
    found = [target for target in _targets(build, statement) if not target.observed]
    if len(found) < len(statement.targets):
        return
    first, number = found[0], head.variables[0].num_axes
    left = build.left(first, build.axes_of(first.name))
    values = [_value(build, head, statement, k, left) for k in range(len(statement.targets))]
    density, _ = applied(build.read, head, call, values, left.scope)
    density = settle(build.read, density, left, first)
    over = left.axes[: len(left.axes) - number]
    if over:
        density = Reduce("sum", density, over, span=statement.span)
    text = ", ".join(format_expression(target) for target in statement.targets)
    build.add(Factor(f"({text})", density, _left_span(statement), statement.comments.description))


def _targets(build: Builder, statement: tree.StochasticStatement) -> list[Target]:
    every = [t for targets in build.names.targets.values() for t in targets]
    known = [*every, *build.names.observations]
    found = [t for t in known if t.statement is statement]
    return sorted(found, key=lambda target: _place(statement, target))


def _carrier(build: Builder, statement: tree.StochasticStatement) -> Target | None:
    return next((t for t in _targets(build, statement) if t.observed), None)


def _place(statement: tree.StochasticStatement, target: Target) -> int:
    return next(k for k, written in enumerate(statement.targets) if written is target.expression)


def _left_span(statement: tree.StochasticStatement) -> Span:
    return statement.targets[0].span.to(statement.targets[-1].span)


def _read_statement(
    build: Builder, statement: tree.StochasticStatement
) -> tuple[OwnDensity, tree.Call]:
    """The density that a statement applies; its mistakes are reported once."""
    head = own_density(build.read, statement.distribution)
    if head is None:
        _not_joint(build, statement)
    assert isinstance(statement.distribution, tree.Call)
    if len(head.variables) != len(statement.targets):
        _fail_once(
            build,
            statement,
            "HB227",
            f"`{head.name}` is a density of {len(head.variables)} "
            f"variable{'' if len(head.variables) == 1 else 's'}, "
            f"but {len(statement.targets)} stand on the left",
            head,
            "the variables on the left are those before the bar in its head, in their order",
            f"write them as in `{head.text}`",
        )
    plates = [_plates(head, k, written) for k, written in enumerate(statement.targets)]
    if any(indices != plates[0] for indices in plates):
        _fail_once(
            build,
            statement,
            "HB227",
            "the variables on the left have different indices",
            head,
            "one draw of a density of several variables gives one value of each",
            "give all of them the same indices",
        )
    return head, statement.distribution


def _plates(head: OwnDensity, place: int, written: tree.Expression) -> tuple[str, ...]:
    """The indices of one variable on the left, without those of one draw."""
    while isinstance(written, tree.Call) and len(written.arguments) == 1:
        written = written.arguments[0].value
    if not isinstance(written, tree.Subscript):
        return ()
    texts = tuple(format_expression(index) for index in written.indices)
    return texts[: len(texts) - head.variables[place].num_axes]


def _fail_once(
    build: Builder,
    statement: tree.StochasticStatement,
    code: str,
    title: str,
    head: OwnDensity,
    cause: str,
    help: str,
) -> NoReturn:
    if statement.span in build.failed:
        raise Failed
    build.failed.add(statement.span)
    build.read.fail(
        code,
        title,
        _left_span(statement),
        labels=[Place(head.span, "defined here")],
        cause=cause,
        help=help,
    )


def _not_joint(build: Builder, statement: tree.StochasticStatement) -> NoReturn:
    call = statement.distribution
    if statement.span in build.failed:
        raise Failed
    build.failed.add(statement.span)
    if isinstance(call, tree.Call) and call.function in build.names.broken:
        raise Failed
    text = ", ".join(format_expression(target) for target in statement.targets)
    name = call.function if isinstance(call, tree.Call) else format_expression(call)
    known = isinstance(call, tree.Call) and call.function in DISTRIBUTIONS
    build.read.fail(
        "HB227",
        f"`{name}` is no density of several variables",
        call.span,
        labels=[Place(_left_span(statement), "several variables at once")],
        cause="several names in brackets left of `~` are the elements of one vector, or the "
        "variables of a density of the file's own: `density D(x, y | …) = …`",
        help=f"for independent ones leave the brackets out: `{text} ~ {name}(…)`"
        if known
        else "for a vector use a name with an index: `x[k] ~ …`",
    )


def _value(
    build: Builder,
    head: OwnDensity,
    statement: tree.StochasticStatement,
    place: int,
    left: Left,
) -> Typed:
    """A variable as an expression in the scope of a left side, its own axes left off."""
    written, count = statement.targets[place], head.variables[place].num_axes
    if isinstance(written, tree.Name):
        axes = build.axes_of(written.text) if build.names.is_quantity(written.text) else ()
        plates, own = axes[: len(axes) - count], free_axes(axes[len(axes) - count :])
        indices: tuple[Index, ...] = tuple(Along(axis) for axis in (*plates, *own))
        return Typed(Reference(written.text, indices, span=written.span), span=written.span)
    if isinstance(written, tree.Subscript) and count:
        kept = written.indices[: len(written.indices) - count]
        array = written.array
        short = tree.Subscript(array, kept, span=written.span) if kept else array
        return build.read.typed(short, left.scope)
    return build.read.typed(written, left.scope)
