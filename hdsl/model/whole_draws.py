"""Distributions of vectors and matrices take the last indices of their left side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.distributions.joint import Joint
from hdsl.distributions.ordered import Ordered
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Constant, Expression, Position, set_of
from hdsl.model.draw_ranks import RANK_WORDS, rank_of, second_axis
from hdsl.model.left import Left
from hdsl.model.names import Target
from hdsl.model.scope import LIST_AXIS, SECOND_LIST_AXIS, Scope, Typed, is_slice
from hdsl.model.settle import settle
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def rank_of_target(target: Target) -> int:
    """The same for a statement; none for one of several variables that make up the vector."""
    statement = target.statement
    if not isinstance(statement, tree.StochasticStatement) or statement.joint:
        return 0
    return rank_of(statement.distribution)


def inside_scope(left: Left, target: Target, rank: int) -> Scope:
    """The scope of arguments: beside a running index, the primed one runs along the columns."""
    if rank != 1 or not left.axes:
        return left.scope
    axis = left.axes[-1]
    running = [name for name, typed in left.scope.running.items() if typed.axis == axis]
    more = {
        f"{name}'": Typed(Position(second), member=set_of(axis), axis=second)
        for name in running
        if (second := second_axis(axis, target.name)) and f"{name}'" not in left.scope.running
    }
    return left.scope.with_running(more)


def settle_joint(read: Translator, found: Joint, left: Left, target: Target) -> Joint:
    """Give a distribution of vectors or matrices its axes, and its arguments theirs."""
    rank = found.distribution.rank
    check_left(read, found.family, rank, left, target)
    over = left.axes[-rank:]
    second = second_axis(over[0], target.name) if rank == 1 else ""
    joint = replace(found, over=over, second=second)
    changed = {
        id(value): _argument(read, value, joint.ranks[name], joint, left, target, name)
        for name, value in {**{p.name: v for p, v in joint.written}, **joint.parameters}.items()
    }
    return joint.map(lambda value: changed[id(value)])


def check_left(read: Translator, family: str, rank: int, left: Left, target: Target) -> None:
    """Refuse a left side that has not enough indices, or labels in their place."""
    what = "index" if rank == 1 else "two indices"
    if len(left.axes) < rank:
        read.fail(
            "HB430",
            f"`{format_expression(target.expression)}` has no index for "
            f"{RANK_WORDS[rank]} of `{family}`",
            target.span,
            cause=f"`{family}` draws {RANK_WORDS[rank]} over the last {what} of its left side",
            help=f"write `{target.name}[k] ~ {family}(…)`, with an index set `k`"
            if rank == 1
            else f"write `{target.name}[k, k'] ~ {family}(…)`, with an index set `k`",
        )
    if rank == 2 and len({set_of(axis) for axis in left.axes[-2:]}) > 1:
        first, last = (set_of(axis) for axis in left.axes[-2:])
        read.fail(
            "HB430",
            f"`{family}` draws a square matrix, but `{first}` and `{last}` are two index sets",
            target.span,
            cause="the last two indices of its left side run over one index set",
            help=f"write `{target.name}[{first}, {first}'] ~ {family}(…)`",
        )


def _argument(
    read: Translator,
    value: Expression,
    rank: int,
    joint: Joint,
    left: Left,
    target: Target,
    name: str,
) -> Expression:
    """An argument whose slices lie along the axes of a draw, as far as it has such."""
    own: tuple[str, ...] = joint.pair[:rank]
    if LIST_AXIS in value.axes and rank == 1:
        value = rename_axes(value, {LIST_AXIS: own[0]})
    if {LIST_AXIS, SECOND_LIST_AXIS} <= value.axes and rank == 2:
        value = rename_axes(value, dict(zip((LIST_AXIS, SECOND_LIST_AXIS), own, strict=True)))
    value = _placed(value, own)
    others = set(joint.pair) - set(own)
    along = next(iter(sorted(value.axes & others)), None)
    if along is not None or (rank == 0 and _whole_over(value, joint, left)):
        _too_many_axes(read, value, rank, joint, target, name)
    if rank == 2 and not {*own} <= value.axes and LIST_AXIS not in value.axes:
        _no_matrix(read, value, joint, target, name)
    if rank == 1:
        _check_own_slice(read, value, joint, left, target, name)
    plates = tuple(axis for axis in left.axes if axis not in joint.over)
    return settle(read, value, replace(left, axes=(*plates, *own)), target)


def _placed(value: Expression, own: tuple[str, ...]) -> Expression:
    """The last slices over the index set of a draw become its axes."""
    if not own or value.axes & set(own[-1:]):
        return value
    slices = sorted(a for a in value.axes if is_slice(a) and set_of(a) == set_of(own[0]))
    slices.sort(key=len)
    chosen = slices[-len(own) :]
    if len(chosen) == len(own):
        return rename_axes(value, dict(zip(chosen, own, strict=True)))
    # One index of a matrix is running, the other left off.
    free = [axis for axis in own if axis not in value.axes]
    return rename_axes(value, dict(zip(chosen, free, strict=False)))


def _whole_over(value: Expression, joint: Joint, left: Left) -> bool:
    """Whether a number is a whole vector over the index set of a draw."""
    slices = {set_of(axis) for axis in value.axes if is_slice(axis)}
    plates = {set_of(axis) for axis in left.axes if axis not in joint.over}
    return bool(slices & {set_of(a) for a in joint.over} - plates) or LIST_AXIS in value.axes


def _too_many_axes(
    read: Translator, value: Expression, rank: int, joint: Joint, target: Target, name: str
) -> NoReturn:
    over = set_of(joint.over[0])
    wanted = "one number" if rank == 0 else "one vector"
    read.fail(
        "HB431",
        f"`{name}` of `{joint.family}` is {wanted} for each draw, but "
        f"`{read.text_of(value.span)}` varies over `{over}`",
        value.span,
        labels=[Place(target.span, f"each draw is {RANK_WORDS[len(joint.over)]} over `{over}`")],
        cause=f"`{joint.family}` draws all of `{over}` together",
        help=f"reduce it, for example with `sum(… for {over})`, or leave `{over}` out of its index"
        if rank == 0
        else "take one of its rows",
    )


def _no_matrix(
    read: Translator, value: Expression, joint: Joint, target: Target, name: str
) -> NoReturn:
    over = set_of(joint.over[0])
    text = read.text_of(value.span)
    if isinstance(value, Constant) or not value.axes:
        help = f"for equal and independent elements write `{text} * eye({over})`"
    elif name == "cov":
        help = f"if these are standard deviations, write `diag(square({text}))`"
    else:
        help = f"write `diag({text})` for a diagonal matrix"
    read.fail(
        "HB431",
        f"`{name}` of `{joint.family}` is a matrix, but `{text}` is not",
        value.span,
        labels=[Place(target.span, f"each draw runs over `{over}`")],
        cause=f"it has a row and a column for each `{over}`: the indices `[{over}, {over}']`",
        help=help,
    )


def _check_own_slice(
    read: Translator, value: Expression, joint: Joint, left: Left, target: Target, name: str
) -> None:
    """Refuse a vector over another index set than that of the draws."""
    over = joint.over[0]
    if over in value.axes:
        return
    plates = {set_of(axis) for axis in left.axes if axis not in joint.over}
    other = next((a for a in sorted(value.axes) if is_slice(a) and set_of(a) not in plates), None)
    if other is None:
        return
    read.fail(
        "HB431",
        f"`{read.text_of(value.span)}` runs over `{set_of(other)}`, the vectors of "
        f"`{joint.family}` over `{set_of(over)}`",
        value.span,
        labels=[Place(target.span, f"the last index is `{set_of(over)}`")],
        cause=f"`{name}` has an element for each element of a draw",
        help=f"give it a vector over `{set_of(over)}`, or put `{set_of(other)}` last on the left",
    )


def settle_ordered(read: Translator, found: Ordered, left: Left, target: Target) -> Ordered:
    """Give an ordered vector its axis, and what it is drawn from the other ones."""
    check_left(read, "Ordered", 1, left, target)
    axis = left.axes[-1]
    plates = replace(left, axes=(*left.axes[:-1], *found.own_axes))

    def settled(e: Expression) -> Expression:
        inside = {set_of(a) for a in left.axes[:-1]}
        varies = axis in e.axes or LIST_AXIS in e.axes
        if varies or any(
            is_slice(a) and set_of(a) == set_of(axis) and set_of(a) not in inside for a in e.axes
        ):
            read.fail(
                "HB437",
                f"what is put in order varies over `{set_of(axis)}`",
                e.span.or_else(found.span),
                labels=[Place(target.span, f"the order is that of `{set_of(axis)}`")],
                cause="the elements of an ordered vector are drawn alike",
                help=f"leave the index `{set_of(axis)}` out of the distribution",
            )
        return settle(read, e, plates, target)

    return replace(found.map(settled), over=(axis,))
