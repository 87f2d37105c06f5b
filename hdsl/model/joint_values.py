"""Densities of vectors and matrices at a value: ``log_prob(MultiNormal(m, S), u)``.

The last indices that are left off in the value are the axes of a draw. All others stay: along them
there is one density beside the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from hdsl.distributions.choice import Choice
from hdsl.distributions.joint import Joint
from hdsl.distributions.mixture import IndexMixture, ListMixture
from hdsl.distributions.ordered import Ordered
from hdsl.distributions.random import Random
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Expression, Stack, set_of, walk
from hdsl.model.axes import axes_in_order
from hdsl.model.draw_ranks import RANK_WORDS, second_axis
from hdsl.model.graph import SetDeclaration
from hdsl.model.scope import LIST_AXIS, SECOND_LIST_AXIS, is_slice
from hdsl.source import Span
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def of_whole_value(
    read: Translator, found: Random, value: Expression, rank: int, written: tree.Expression
) -> tuple[Random, Expression]:
    """A distribution of vectors or matrices over the axes of a value, and the value along them."""
    if SECOND_LIST_AXIS in value.axes or (LIST_AXIS in value.axes and rank == 2):
        last = [LIST_AXIS, SECOND_LIST_AXIS]
    elif LIST_AXIS in value.axes:
        last = [LIST_AXIS]
    else:
        last = [axis for axis in axes_in_order(value) if is_slice(axis)][-rank:]
    if len(last) != rank or (rank == 2 and len({set_of(axis) for axis in last}) > 1):
        text = read.text_of(written.span)
        read.fail(
            "HB431",
            f"`{text}` is not {RANK_WORDS[rank]}, but `{found.family}` is a distribution of such",
            written.span,
            cause="the value of such a distribution is a whole array: its last "
            + ("index is" if rank == 1 else "two indices are")
            + " left off",
            help="give it an array by its name, as in `log_prob(Dirichlet(1), p)`"
            if rank == 1
            else "give it a matrix by its name, as in `log_prob(LKJ(2), R)`",
        )
    over = _set_of_list(read, found, value, written.span) if LIST_AXIS in last else set_of(last[0])
    own = tuple(read.fresh(over) for _ in last)
    value = rename_axes(value, dict(zip(last, own, strict=True)))
    return _placed(read, found, own), value


def _set_of_list(read: Translator, found: Random, value: Expression, span: Span) -> str:
    """The index set of a vector that is written as a list."""
    brought = next(sets_brought(found, set()), None)
    if brought is not None:
        return brought
    items = max(len(e.items) for e in walk(value) if isinstance(e, Stack) and e.axis == LIST_AXIS)
    name = read.text_of(span)
    declared = SetDeclaration(name, span, labels=range(1, items + 1))
    return read.names.sets.setdefault(name, declared).name


def _placed(read: Translator, found: Random, own: tuple[str, ...]) -> Random:
    """The arguments, as far as they belong to a draw, along its axes."""

    def inside(part: Random) -> Random:
        return _placed(read, part, own)

    match found:
        case Joint():
            second = second_axis(own[0], own[0]) if len(own) == 1 else ""
            joint = replace(found, over=own, second=second)
            given = {**{p.name: value for p, value in found.written}, **found.parameters}
            settled = {id(e): _along(read, joint, name, e) for name, e in given.items()}
            return joint.map(lambda value: settled[id(value)])
        case Ordered():
            return replace(found, over=own)
        case ListMixture():
            return replace(found, components=tuple(map(inside, found.components)))
        case IndexMixture():
            return replace(found, component=inside(found.component))
        case Choice():
            return replace(found, then=inside(found.then), otherwise=inside(found.otherwise))
        case _:
            return found


def _along(read: Translator, joint: Joint, name: str, value: Expression) -> Expression:
    """An argument whose slices and lists are the axes of a draw, as many as it has of them."""
    own = joint.pair[: joint.ranks[name]]
    if not own:
        return value
    lists = [axis for axis in (LIST_AXIS, SECOND_LIST_AXIS) if axis in value.axes]
    over = set_of(own[0])
    slices = [axis for axis in axes_in_order(value) if is_slice(axis) and set_of(axis) == over]
    chosen = lists if len(lists) == len(own) else slices[-len(own) :]
    if len(own) == 2 and len(chosen) < 2:
        read.fail(
            "HB431",
            f"`{name}` of `{joint.family}` is a matrix, but `{read.text_of(value.span)}` is not",
            value.span,
            cause="it has a row and a column for each element of a draw",
            help=f"give it a matrix with two indices over `{over}`, such as `eye({over})`",
        )
    return rename_axes(value, dict(zip(chosen, own, strict=False)))


def sets_brought(found: Random, plates: set[str]) -> Iterator[str]:
    """The index sets of the vectors and matrices of a distribution, those of matrices first."""
    joints = [part for part in found.walk() if isinstance(part, Joint)]
    for rank in (2, 1):
        for joint in joints:
            for name, value in joint.arguments:
                if joint.ranks[name] != rank:
                    continue
                slices = sorted(a for a in value.axes if is_slice(a) and set_of(a) != LIST_AXIS)
                over = [set_of(axis) for axis in slices if set_of(axis) not in plates]
                square = [set_of(a) for a in slices if rank == 2 and len(slices) == rank]
                yield from over or square
