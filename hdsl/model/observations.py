"""Observations: data, or an expression of data, left of ``~``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hdsl.diagnostics import Label as Place
from hdsl.distributions.random import Random
from hdsl.expressions.functions import LINKS
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Along, At, Expression, Gather, Index, Position, Reference, set_of
from hdsl.model.axes import axes_in_order
from hdsl.model.free_indices import free_indices
from hdsl.model.graph import Stochastic
from hdsl.model.left import Left, read_conditions, select
from hdsl.model.names import Target
from hdsl.model.scope import LIST_AXIS, Scope, Typed, is_slice
from hdsl.model.stacked import is_stacked, listed, stacked_observation
from hdsl.model.unknown_names import nearest
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.statements import Builder


def observe(build: Builder, target: Target) -> None:
    """Read ``y[i] ~ D``, or of an expression of data."""
    assert isinstance(target.statement, tree.StochasticStatement)
    if is_stacked(build.names, target.statement):
        if target.statement.span in build.observed:
            return
        build.observed.add(target.statement.span)
        target = listed(build, target)
    name = target.name
    plain = name in build.names.data or name in build.names.targets
    if plain:
        axes = build.axes_of(name)
        node = _observation_name(build, target, name)
        left = build.left(target, axes, node)
        value = _observed_value(name, left)
        if left.selection is not None:
            build.selections[left.selection.axis] = left.selection
    else:
        node = _observation_name(build, target, name)
        left, value = _observed_expression(build, target, node)
        if is_stacked(build.names, target.statement):
            target, left, value = stacked_observation(build, target, left, value)
        if left.selection is not None:
            build.selections[left.selection.axis] = left.selection
    member = build.member_of(name) if plain else None
    found = build.random(target, left, member)
    _check_member(build, target, member, found)
    description = target.statement.comments.description
    build.add(Stochastic(node, left.axes, found, value, target.span, description))


def _observation_name(build: Builder, target: Target, name: str) -> str:
    node = f"observed {name}" if name in build.names.targets else name
    earlier = build.nodes.get(node)
    if earlier is None:
        return node
    sets = build.names.sets
    limited = bool(target.statement.conditions) or any(
        not isinstance(i, tree.Name) or i.text.rstrip("'") not in sets for i in target.indices
    )
    if not limited:
        build.read.fail(
            "HB205",
            f"`{name}` is observed twice",
            target.span,
            labels=[Place(earlier.span, "observed here first")],
            cause="each datum stands on the left of one `~`",
            help="remove one of the two lines; new values to predict need a name of their own",
        )
    number = 2
    while f"{node} ({number})" in build.nodes:
        number += 1
    return f"{node} ({number})"


def _observed_expression(build: Builder, target: Target, node: str) -> tuple[Left, Expression]:
    """``log(y[i]) ~ …``: the axes are the running indices in it, then its slices."""
    _check_speaks_of_data(build, target)
    found = {index.text: index.text for index in free_indices(build.names, target.expression)}
    for name, domain in target.domains.items():
        if isinstance(domain, tree.Name) and domain.text in build.names.sets:
            axis = domain.text
            while axis in found.values():
                axis += "'"
            found.setdefault(name, axis)
    running = {
        name: Typed(Position(axis), member=set_of(axis), axis=axis) for name, axis in found.items()
    }
    conditions = read_conditions(build.read, target, Scope(running))
    own = tuple(found.values())
    along = tuple(Along(axis) for axis in own)
    left = Left(own, Scope(running), along)
    if conditions:
        left = select(running, along, conditions, own, (), node, target.span)
    value = build.read.number(target.expression, left.scope)
    if LIST_AXIS in value.axes and not is_stacked(build.names, target.statement):
        build.read.fail(
            "HB308",
            "a list stands left of `~`",
            target.span,
            cause="its items have no index that the right side could have too",
            help="give the values a name: `data y[i] = [1, 2]`, then `y[i] ~ …`",
        )
    slices = {a: a.removesuffix("*") for a in value.axes if is_slice(a) and a != LIST_AXIS}
    value = rename_axes(value, slices)
    more = tuple(a for a in axes_in_order(value) if a not in left.axes and a != LIST_AXIS)
    places = (*left.places, *(Along(a) for a in more))
    return replace(left, axes=(*left.axes, *more), places=places), value


def _check_speaks_of_data(build: Builder, target: Target) -> None:
    """Refuse a new name inside a formula: ``sigma^2 ~ …``."""
    found = [e for e in tree.walk(target.expression) if isinstance(e, tree.Name)]
    new = [name for name in found if not build.read.knows(name.text, Scope())]
    if not new or any(build.names.is_quantity(name.text) for name in found):
        return
    if nearest(build.read, new[0].text, Scope()) is not None:
        return
    build.read.fail(
        "HB208",
        f"`{target.name}` is neither data nor a new name",
        target.span,
        cause="left of `~` stands data, a formula of data, a new name, or a link of a new name: "
        + ", ".join(f"`{link}`" for link in LINKS),
        help=f"give it a name, `v ~ …`, and compute `{new[0].text}` from it: `{new[0].text} = …`",
    )


def _check_member(build: Builder, target: Target, member: str | None, found: Random) -> None:
    """Labels are drawn by `Categorical` over their set, and numbers by what is no `Categorical`."""
    drawn = found.label_set
    if drawn == member:
        return
    data = build.names.data.get(target.name)
    declared = [] if data is None else [Place(data.span, f"`{target.name}` is declared here")]
    left = format_expression(target.expression)
    if drawn is None:
        build.read.fail(
            "HB335",
            f"the values of `{left}` are labels of `{member}`, but numbers are drawn here",
            target.span,
            labels=declared,
            cause="labels can be drawn by `Categorical` alone",
            help=f"write `{left} == …` left of `~`, with one of the labels, or leave out the type "
            f"`: {member}`",
        )
    holds = f"labels of `{member}`" if member else "numbers"
    build.read.fail(
        "HB335",
        f"`Categorical` draws labels of `{drawn}`, but the values of `{left}` are {holds}",
        target.span,
        labels=declared,
        cause="what is observed are labels of the same index set as those that are drawn",
        help=f"say what the values are: `data {left} : {drawn}`"
        if data is not None
        else f"observe data of type `{drawn}`",
    )


def _observed_value(name: str, left: Left) -> Expression:
    indices: list[Index] = []
    for place in left.places:
        match place:
            case Along():
                indices.append(place)
            case Reference():
                indices.append(Gather(place))
            case _:
                indices.append(At(place))
    return Reference(name, tuple(indices))
