"""Several variables drawn as one vector: ``(x[i], y[i]) ~ MultiNormal(…)``.

The variables are the elements of a vector that has no name of its own. Its last axis is the index
set that the arguments of the distribution bring, else one of the labels 1, 2, ….
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.functions import LINKS
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Reference,
    Stack,
    apply,
    set_of,
)
from hdsl.model.draw_ranks import rank_of
from hdsl.model.graph import Deterministic, SetDeclaration, Stochastic
from hdsl.model.joint_values import sets_brought
from hdsl.model.left import Left, read_left
from hdsl.model.names import Names, Target
from hdsl.model.randoms import random
from hdsl.model.scope import Failed, Scope
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.statements import Builder


@dataclass(frozen=True)
class Stacked:
    """The vector of a statement: the name of its node, and the left side of the whole."""

    node: str
    left: Left


def is_stacked(names: Names, statement: tree.Statement) -> bool:
    """Whether a statement draws several variables as one vector."""
    if not isinstance(statement, tree.StochasticStatement) or not statement.joint:
        return False
    call = statement.distribution
    if isinstance(call, tree.Call) and (
        call.function in names.densities or call.function in names.broken
    ):
        return False
    return rank_of(call) == 1


def define_stacked(
    build: Builder, target: Target, node: str, axes: tuple[str, ...], internal: bool
) -> Left:
    """Add the node of one of several unknowns, and with the first of them that of the vector."""
    statement = target.statement
    assert isinstance(statement, tree.StochasticStatement)
    if statement.span in build.failed:
        raise Failed
    vector = build.stacks.get(statement.span)
    if vector is None:
        try:
            vector = _add_vector(build, statement, target, axes)
        except Failed:
            build.failed.add(statement.span)
            raise
        build.stacks[statement.span] = vector
    own = vector.left.axes[:-1]
    place = _place(statement, target)
    indices = (*(Along(axis) for axis in own), Gather(Constant(float(place))))
    value: Expression = Reference(vector.node, indices, span=target.span)
    if target.link:
        value = apply(LINKS[target.link], value)
    description = statement.comments.description
    build.add(Deterministic(node, own, value, target.span, description, internal))
    build.vectors[node] = vector.node
    return replace(vector.left, axes=own, places=vector.left.places[:-1])


def stacked_observation(
    build: Builder, target: Target, left: Left, value: Expression
) -> tuple[Target, Left, Expression]:
    """The observation of several data, whose vector is read as a list, as one of that vector."""
    statement = target.statement
    assert isinstance(statement, tree.StochasticStatement)
    axis = _axis(build, statement, target.name, left.axes, left.scope)
    value = _with_axis(value, axis)
    places = (*left.places, Along(axis))
    return _alone(target), replace(left, axes=(*left.axes, axis), places=places), value


def listed(build: Builder, target: Target) -> Target:
    """All variables of an observation as one list of data."""
    statement = target.statement
    assert isinstance(statement, tree.StochasticStatement)
    _check_all_alike(build, statement)
    _plates(build, statement)
    text = ", ".join(format_expression(written) for written in statement.targets)
    items = tree.List(statement.targets, span=_left_span(statement))
    return Target(f"({text})", (), items, statement, observed=True)


def _with_axis(value: Expression, axis: str) -> Expression:
    assert isinstance(value, Stack)
    return replace(value, axis=axis)


def _add_vector(
    build: Builder,
    statement: tree.StochasticStatement,
    target: Target,
    axes: tuple[str, ...],
) -> Stacked:
    _check_all_alike(build, statement)
    plates = _plates(build, statement)
    name = f"({', '.join(format_expression(written) for written in statement.targets)})"
    scope = read_left(build.read, target, axes, name).scope
    axis = _axis(build, statement, name, axes, scope)
    node, number = name, 2
    while node in build.nodes:
        node, number = f"{name} ({number})", number + 1
    written = tree.Subscript(
        tree.Name(node, span=target.span),
        (*plates, tree.Name(axis, span=target.span)),
        span=_left_span(statement),
    )
    whole = replace(_alone(target), name=node, indices=written.indices, expression=written)
    left = read_left(build.read, whole, (*axes, axis), node, 1)
    found = build.random(whole, left, None)
    build.add(Stochastic(node, left.axes, found, None, whole.span, "", is_internal=True))
    places = Stack(tuple(Constant(float(k)) for k in range(len(statement.targets))), axis)
    build.add(Deterministic(f"{node} places", (axis,), places, whole.span, is_internal=True))
    if left.selection is not None:
        build.selections[left.selection.axis] = left.selection
    return Stacked(node, left)


def _alone(target: Target) -> Target:
    """The statement of a target as one about a single variable."""
    statement = target.statement
    assert isinstance(statement, tree.StochasticStatement)
    single = replace(statement, targets=(target.expression,), joint=False)
    return replace(target, statement=single, link=None)


def _axis(
    build: Builder,
    statement: tree.StochasticStatement,
    name: str,
    plates: Sequence[str],
    scope: Scope,
) -> str:
    """The axis of a vector: over the set that the arguments bring, else over one of its own."""
    count = len(statement.targets)
    found = random(build.read, statement.distribution, scope)
    over = next(sets_brought(found, {set_of(axis) for axis in plates}), None)
    if over is None:
        over = name
        build.names.sets[name] = SetDeclaration(
            name, _left_span(statement), labels=range(1, count + 1)
        )
    labels = build.names.sets[over].labels
    if labels is not None and len(labels) != count:
        build.read.fail(
            "HB433",
            f"{count} variables stand on the left, but `{over}` has {len(labels)} labels",
            _left_span(statement),
            labels=[Place(statement.distribution.span, f"draws vectors over `{over}`")],
            cause="the variables on the left are the elements of one vector, in their order",
            help=f"write {len(labels)} variables, or give the distribution vectors and matrices "
            f"of {count} rows",
        )
    axis = over
    while axis in plates:
        axis += "'"
    return axis


def _plates(build: Builder, statement: tree.StochasticStatement) -> tuple[tree.Expression, ...]:
    """The indices of the variables, which all have the same."""
    first = _indices(statement.targets[0])
    for written in statement.targets[1:]:
        texts = [format_expression(index) for index in _indices(written)]
        if texts != [format_expression(index) for index in first]:
            _refuse(
                build,
                statement,
                "the variables on the left have different indices",
                written.span,
                "one draw gives one value of each",
                "give all of them the same indices",
            )
    return first


def _indices(written: tree.Expression) -> tuple[tree.Expression, ...]:
    while isinstance(written, tree.Call) and len(written.arguments) == 1:
        written = written.arguments[0].value
    return written.indices if isinstance(written, tree.Subscript) else ()


def _name_of(written: tree.Expression) -> str:
    while isinstance(written, tree.Call) and len(written.arguments) == 1:
        written = written.arguments[0].value
    return written.array.text if isinstance(written, tree.Subscript) else format_expression(written)


def _check_all_alike(build: Builder, statement: tree.StochasticStatement) -> None:
    """Refuse data and unknowns in one vector."""
    data = [written for written in statement.targets if _is_of_data(build, statement, written)]
    unknown = [written for written in statement.targets if written not in data]
    if data and unknown:
        _refuse(
            build,
            statement,
            f"`{format_expression(data[0])}` is data, `{format_expression(unknown[0])}` is not",
            unknown[0].span,
            "variables that are drawn as one vector are all observed or all unknown",
            f"declare `{_name_of(unknown[0])}` as data too; its empty cells are unknowns",
        )


def _is_of_data(
    build: Builder, statement: tree.StochasticStatement, written: tree.Expression
) -> bool:
    name = _name_of(written)
    own = [t for t in build.names.targets.get(name, ()) if t.statement is statement]
    if not own:
        return True
    return own[0] in build.computed_observations(build.names.targets[name])


def _refuse(
    build: Builder,
    statement: tree.StochasticStatement,
    title: str,
    span: Span,
    cause: str,
    help: str,
) -> NoReturn:
    labels = [Place(statement.distribution.span, "draws all of them together")]
    build.read.fail("HB433", title, span, labels=labels, cause=cause, help=help)


def _place(statement: tree.StochasticStatement, target: Target) -> int:
    return next(k for k, written in enumerate(statement.targets) if written is target.expression)


def _left_span(statement: tree.StochasticStatement) -> Span:
    return statement.targets[0].span.to(statement.targets[-1].span)
