"""Quantities defined in parts become nodes: one for each part, one that lays them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.tree import Concatenate, Expression, Gather, Reference
from hdsl.model.graph import Deterministic, Part, whole
from hdsl.model.names import Target
from hdsl.model.parts import parts_axis, where_name
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.statements import Builder


def assemble(build: Builder, name: str, axes: tuple[str, ...], targets: Sequence[Target]) -> None:
    """A quantity defined in parts: a node for each, and one that lays them together."""
    full = [t for t in targets if not build.left(t, axes).is_part]
    if full and len(targets) > 1:
        _defined_twice(build, full, targets)
    _check_members(build, name, targets)
    parts: list[Part] = []
    items: list[tuple[Expression, tuple[str, ...]]] = []
    for number, target in enumerate(targets, 1):
        node = format_expression(target.expression)
        node = node if node not in build.nodes else f"{node} ({number})"
        left = build.define(target, node, axes, internal=True)
        parts.append(Part(node, left.places, target.span))
        items.append((whole(node, left.axes), left.axes))
    place, table = parts_axis(name), where_name(name)
    build.add(
        Deterministic(
            place, (place,), Concatenate(tuple(items), place), targets[0].span, is_internal=True
        )
    )
    gathered = Reference(place, (Gather(whole(table, axes)),))
    description = " ".join(t.statement.comments.description for t in targets).strip()
    build.add(Deterministic(name, axes, gathered, targets[0].span, description))
    build.assembled[name] = (axes, tuple(parts))


def _check_members(build: Builder, name: str, targets: Sequence[Target]) -> None:
    """Refuse labels of an index set beside what is none: the whole would hold both."""
    member = build.member_of(name)
    if member is None:
        return
    random = [t for t in targets if isinstance(t.statement, tree.StochasticStatement)]
    other = next((t for t in random if build.categorical_set(t) != member), None)
    if other is None:
        return
    drawn = next(t for t in random if build.categorical_set(t) == member)
    build.read.fail(
        "HB334",
        f"parts of `{name}` are labels of `{member}`, but not this one",
        other.span,
        labels=[Place(drawn.span, f"this draws a label of `{member}`")],
        cause="if one part of a quantity is a label, all its parts are, and of one index set",
        help=f"draw this part from `Categorical` over `{member}` too, or give it another name",
    )


def _defined_twice(build: Builder, full: Sequence[Target], targets: Sequence[Target]) -> NoReturn:
    if len(full) > 1:
        build.read.fail(
            "HB202",
            f"`{full[0].name}` is defined twice",
            full[1].span,
            labels=[Place(full[0].span, "defined here first")],
            cause="each name is defined once",
            help=_way_out(full[1]),
        )
    part = next(t for t in targets if t is not full[0])
    build.read.fail(
        "HB202",
        f"`{format_expression(part.expression)}` is defined twice",
        part.span,
        labels=[Place(full[0].span, "this defines every element")],
        cause="each element is defined once; parts of a quantity may not overlap",
        help=f"say for which elements the other line holds: `{_restricted(full[0], part)}`",
    )


def _way_out(second: Target) -> str:
    if second.link is None or isinstance(second.statement, tree.DeterministicStatement):
        return "remove one of the two lines, or give it another name"
    left = format_expression(second.expression)
    return (
        f"`{left} ~ …` says from what `{second.name}` is drawn; a further term for it is "
        f"`factor log_prob(…, {left})`"
    )


def _restricted(full: Target, part: Target) -> str:
    """A statement about every element, as one about the others."""
    sign = "~" if isinstance(full.statement, tree.StochasticStatement) else "="
    others = [
        f"{format_expression(index)} != {format_expression(label)}"
        for index, label in zip(full.indices, part.indices, strict=False)
        if index != label
    ]
    condition = others[0] if len(others) == 1 and not part.statement.conditions else "…"
    return f"{format_expression(full.expression)} {sign} … for {condition}"
