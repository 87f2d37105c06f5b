"""The left side of a statement: its axes, its labels, and the elements that it speaks of."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.index_set import Label
from hdsl.expressions.tree import (
    Along,
    Expression,
    Position,
    Reference,
    apply,
    set_of,
)
from hdsl.model.declarations import constant
from hdsl.model.graph import Selection
from hdsl.model.names import Names, Target
from hdsl.model.reductions import refuse_domain
from hdsl.model.scope import Scope, Typed
from hdsl.model.subscripts import count_indices
from hdsl.model.translate import Translator
from hdsl.model.unknown_names import report_wrong_label
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression


@dataclass(frozen=True)
class Left:
    """A left side that has been read.

    Attributes
    ----------
    axes
        The axes of the statement's own values: those of the quantity along which it runs, or its
        selection's.
    places
        For each axis of the quantity: its label, or how the statement runs along it.
    """

    axes: tuple[str, ...]
    scope: Scope
    places: tuple[Label | Along | Reference, ...]
    selection: Selection | None = None
    slices: dict[str, Expression] = field(default_factory=dict[str, Expression])

    @property
    def is_part(self) -> bool:
        """Whether it may leave elements out."""
        return self.selection is not None or any(isinstance(p, str | float) for p in self.places)


def axes_of_targets(read: Translator, name: str, targets: Sequence[Target]) -> tuple[str, ...]:
    """The axes of a quantity, from all statements that define it."""
    first = targets[0]
    count = len(first.indices)
    for target in targets:
        if len(target.indices) != count:
            read.fail(
                "HB312",
                f"`{name}` stands with {count_indices(len(target.indices))} here and with "
                f"{count_indices(count)} elsewhere",
                target.span,
                labels=[Place(first.span, "defined here as well")],
                cause="all statements that define a quantity use the same indices",
                help="give both the same indices, or another name to one of them",
            )
    sets: list[str] = []
    for place in range(count):
        found = [(s, t) for t in targets if (s := _set_at(read.names, t, place)) is not None]
        if not found:
            _unknown_index(read, first, place)
        set_name, target = found[0]
        for other, another in found:
            if other != set_name:
                read.fail(
                    "HB312",
                    f"`{name}` is indexed by `{set_name}` in one line and by `{other}` in another",
                    another.span,
                    labels=[Place(target.span, "defined here as well")],
                    cause="all statements that define a quantity use the same indices",
                    help=f"use `{set_name}` in both, or another name for one of them",
                )
        sets.append(set_name)
    axes: list[str] = []
    for set_name in sets:
        while set_name in axes:
            set_name += "'"
        axes.append(set_name)
    return tuple(axes)


def _bound_by_for(target: Target) -> dict[str, tree.Expression]:
    return {
        c.name.text: c.domain for c in target.statement.conditions if isinstance(c, tree.Membership)
    }


def _set_at(names: Names, target: Target, place: int) -> str | None:
    """The index set of one index on the left; `None` for a label of no known set."""
    index = target.indices[place]
    if isinstance(index, tree.Name):
        domain = _bound_by_for(target).get(index.text)
        if isinstance(domain, tree.Name) and domain.text in names.sets:
            return domain.text
        base = index.text.rstrip("'")
        if base in names.sets:
            return base
        if domain is not None:
            return None
    label = index.text if isinstance(index, tree.Name) else constant(index)
    owners = [
        s.name
        for s in names.sets.values()
        if s.labels is not None and isinstance(label, str) and label in s.labels
    ]
    return owners[0] if len(owners) == 1 else None


def _domain(target: Target, name: str) -> str:
    domain = _bound_by_for(target).get(name)
    return format_expression(domain) if isinstance(domain, tree.Range) else "1..10"


def _unknown_index(read: Translator, target: Target, place: int) -> None:
    index = target.indices[place]
    text = format_expression(index)
    if isinstance(index, tree.Name):
        near = difflib.get_close_matches(text, list(read.names.sets), 1, 0.6)
        rows = read.names.data[text].axes if text in read.names.data else ()
        if rows:
            read.fail(
                "HB206",
                f"`{text}` is data, not an index set",
                index.span,
                labels=[Place(read.names.data[text].span, "declared here")],
                cause=f"`{format_expression(target.expression)}` on the left means: "
                f"for every `{text}`",
                help=f"say that its values are labels: `{text}[{', '.join(rows)}] : {text}`",
            )
        read.fail(
            "HB206",
            f"`{text}` is not an index set",
            index.span,
            cause=f"`{format_expression(target.expression)}` on the left means: for every `{text}`",
            help=f"did you mean `{near[0]}`?"
            if near
            else f"declare it: `index {text} = {_domain(target, text)}`, or index data by it: "
            f"`data y[{text}]`",
        )
    if constant(index) is None:
        read.fail(
            "HB206",
            f"`{text}` cannot index the left side",
            index.span,
            cause="on the left stand running indices and labels",
            help="name a running index and put the condition after `for`",
        )
    read.fail(
        "HB211",
        f"nothing tells which index set `{text}` belongs to",
        index.span,
        cause="a label on the left needs another line that names the index set",
        help=f"define the other elements too: `{target.name}[k] ~ … for k > 1`, with "
        "`index k = 1..10`",
    )


def read_left(read: Translator, target: Target, axes: tuple[str, ...], node: str) -> Left:
    """Read the left side of a statement about a quantity with the given axes."""
    if not target.indices:
        for condition in target.statement.conditions:
            _refuse_index(read, target, condition)
        return Left(axes, Scope(), tuple(Along(a) for a in axes))
    if len(target.indices) != len(axes):
        read.fail(
            "HB302",
            f"`{target.name}` stands with {count_indices(len(target.indices))}, but has "
            f"{len(axes) or 'none'}",
            target.span,
            labels=[Place(read.declared(target.name), "declared here")],
            cause="a statement names every index of its left side",
            help=f"write `{target.name}[{', '.join(axes)}]`" if axes else f"write `{target.name}`",
        )
    running: dict[str, Typed] = {}
    places: list[Label | Along] = []
    for axis, index in zip(axes, target.indices, strict=True):
        label = _label(read, target, index, axis)
        if label is not None:
            places.append(label)
            continue
        assert isinstance(index, tree.Name)
        if index.text in running:
            read.fail(
                "HB310",
                f"running index `{index.text}` stands twice on the left",
                index.span,
                cause="two indices over one set need two names",
                help=f"write `{index.text}'` for the second",
            )
        _check_set(read, target, index, axis)
        running[index.text] = Typed(Position(axis), member=set_of(axis), axis=axis)
        places.append(Along(axis))
    conditions = _conditions(read, target, Scope(running))
    own = tuple(p.axis for p in places if isinstance(p, Along))
    if not conditions:
        return Left(own, Scope(running), tuple(places))
    return _select(running, places, conditions, own, node, target.span)


def _label(read: Translator, target: Target, index: tree.Expression, axis: str) -> Label | None:
    if isinstance(index, tree.Name):
        bound = index.text in _bound_by_for(target) or index.text.rstrip("'") in read.names.sets
        if bound:
            return None
    label = index.text if isinstance(index, tree.Name) else constant(index)
    declared = read.names.sets[set_of(axis)]
    if label is None:
        read.fail(
            "HB206",
            f"`{format_expression(index)}` cannot index the left side",
            index.span,
            cause="on the left stand running indices and labels",
            help="name a running index and put the condition after `for`",
        )
    if declared.labels is not None and label not in declared.labels:
        report_wrong_label(read, label, declared.name, index.span)
    if isinstance(index, tree.Name) and declared.labels is None:
        read.fail(
            "HB206",
            f"`{label}` is not an index set",
            index.span,
            cause="on the left stand running indices and labels that the file declares",
            help=f"write `{target.name}[{set_of(axis)}]` for every `{set_of(axis)}`; "
            f'a label that only the data know is quoted: `"{label}"`',
        )
    return label


def _check_set(read: Translator, target: Target, index: tree.Name, axis: str) -> None:
    domain = _bound_by_for(target).get(index.text)
    if isinstance(domain, tree.Range) and index.text not in read.names.sets:
        return
    over = domain.text if isinstance(domain, tree.Name) else index.text.rstrip("'")
    if over != set_of(axis):
        found = f"not by `{over}`" if over == index.text else f"but `{index.text}` is a `{over}`"
        axes = read.axes_of(target.name, target.span)
        read.fail(
            "HB303",
            f"`{target.name}` is indexed by `{set_of(axis)}` here, {found}",
            index.span,
            labels=[Place(read.declared(target.name), f"`{target.name}` is declared here")],
            cause="each place in the brackets takes labels of one index set",
            help=f"write `{target.name}[{', '.join(axes)}]`",
        )


def _conditions(read: Translator, target: Target, scope: Scope) -> list[Expression]:
    """The conditions after ``for``, each an expression that is 1 where it holds."""
    found: list[Expression] = []
    for condition in target.statement.conditions:
        match condition:
            case tree.Name(text) if text in scope.running:
                continue
            case tree.Membership(name) if name.text not in scope.running:
                _refuse_index(read, target, condition)
            case tree.Name(text) if text.rstrip("'") in read.names.sets:
                _refuse_index(read, target, condition)
            case tree.Membership(name, tree.Range() as bounds):
                if bounds.step is not None:
                    read.refuse("`by` after `in`", bounds.span)
                lower, upper = read.numbers([bounds.lower, bounds.upper], scope)
                value = read.as_number(replace(scope.running[name.text], span=name.span))
                found.append(apply("less_equal", lower, value))
                found.append(apply("less_equal", value, upper))
            case tree.Membership(name, tree.Name(domain)) if domain in read.names.sets:
                continue
            case tree.Membership(name, domain):
                refuse_domain(read, name, domain)
            case _:
                found.append(read.condition(condition, scope))
    return found


def _refuse_index(read: Translator, target: Target, condition: tree.Condition) -> NoReturn:
    name = condition.name if isinstance(condition, tree.Membership) else condition
    index = name.text if isinstance(name, tree.Name) else "…"
    read.fail(
        "HB309",
        "`for` speaks of an index that the left side does not have",
        condition.span,
        labels=[Place(target.span, "the left side")],
        cause="after a statement, `for` says for which elements of the left side it holds",
        help=f"put the index in brackets on the left: `{target.name}[{index}]`",
    )


def _select(
    running: dict[str, Typed],
    places: Sequence[Label | Along],
    conditions: Sequence[Expression],
    own: tuple[str, ...],
    node: str,
    span: Span,
) -> Left:
    axis = f"{node}.rows"
    condition = conditions[0]
    for another in conditions[1:]:
        condition = apply("and", condition, another)
    vectors = {a: Reference(f"{axis}.{a}", (Along(axis),)) for a in own}
    selected = {
        name: Typed(vectors[typed.axis], member=typed.member)
        for name, typed in running.items()
        if typed.axis is not None
    }
    selection = Selection(axis, own, tuple(v.name for v in vectors.values()), condition, span)
    at = tuple(vectors[p.axis] if isinstance(p, Along) else p for p in places)
    return Left((axis,), Scope(selected), at, selection, dict(vectors))
