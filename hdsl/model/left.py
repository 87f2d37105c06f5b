"""The left side of a statement: its axes, its labels, and the elements that it speaks of."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from hdsl.diagnostics import Label as Place
from hdsl.expressions.index_set import Label
from hdsl.expressions.rewrite import along, rename_axes
from hdsl.expressions.tree import Along, Expression, Gather, Position, Reference, apply, set_of
from hdsl.model.graph import Selection, SetDeclaration
from hdsl.model.names import Names, Target, constant
from hdsl.model.scope import LIST_AXIS, Scope, Typed, is_slice
from hdsl.model.translate import Translator
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
                f"`{name}` stands with {len(target.indices)} indices here and with {count} elsewhere",
                target.span,
                labels=[Place(first.span, "defined here as well")],
                cause="all statements that define a quantity use the same indices",
            )
    sets: list[str] = []
    for place in range(count):
        found = [s for t in targets if (s := _set_at(read.names, t, place)) is not None]
        if not found:
            _unknown_index(read, first, place)
        if len(set(found)) > 1:
            read.fail(
                "HB312",
                f"index {place + 1} of `{name}` runs over different sets",
                targets[1].span,
                labels=[Place(first.span, "defined here as well")],
                cause=f"here it is `{found[0]}`, there `{found[1]}`",
            )
        sets.append(found[0])
    axes: list[str] = []
    for set_name in sets:
        while set_name in axes:
            set_name += "'"
        axes.append(set_name)
    return tuple(axes)


def _bound_by_for(target: Target) -> dict[str, tree.Expression]:
    return {
        c.name.text: c.domain
        for c in target.statement.conditions
        if isinstance(c, tree.Membership)
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
        if isinstance(domain, tree.Range):
            names.sets[base] = SetDeclaration(base, index.span)
            names.ranges[base] = domain
            return base
    label = index.text if isinstance(index, tree.Name) else constant(index)
    owners = [
        s.name
        for s in names.sets.values()
        if s.labels is not None and isinstance(label, str) and label in s.labels
    ]
    return owners[0] if len(owners) == 1 else None


def _unknown_index(read: Translator, target: Target, place: int) -> None:
    index = target.indices[place]
    text = format_expression(index)
    if isinstance(index, tree.Name):
        near = difflib.get_close_matches(text, list(read.names.sets), 1, 0.6)
        read.fail(
            "HB206",
            f"`{text}` is not an index set",
            index.span,
            cause=f"`{format_expression(target.expression)}` on the left means: for every `{text}`",
            help=f"did you mean `{near[0]}`?"
            if near
            else f"declare it: `index {text} = 1..10`, or index data by it: `data y[{text}]`",
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
    )


def read_left(read: Translator, target: Target, axes: tuple[str, ...], node: str) -> Left:
    """Read the left side of a statement about a quantity with the given axes."""
    if not target.indices:
        _only_left_indices(read, target, {})
        return Left(axes, Scope(), tuple(Along(a) for a in axes))
    if len(target.indices) != len(axes):
        read.fail(
            "HB302",
            f"`{target.name}` has {len(axes)} indices, but {len(target.indices)} stand on the left",
            target.span,
            cause=f"it is `{target.name}[{', '.join(axes)}]`" if axes else "it is a single number",
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
        read.wrong_label(label, declared.name, index.span)
    if isinstance(index, tree.Name) and declared.labels is None:
        read.fail(
            "HB206",
            f"`{label}` is not an index set",
            index.span,
            cause="on the left stand running indices and labels that the file declares",
            help=f'quote a label that only the data know: `["{label}"]`',
        )
    return label


def _check_set(read: Translator, target: Target, index: tree.Name, axis: str) -> None:
    domain = _bound_by_for(target).get(index.text)
    over = domain.text if isinstance(domain, tree.Name) else index.text.rstrip("'")
    if over != set_of(axis):
        read.fail(
            "HB303",
            f"`{target.name}` is indexed by `{set_of(axis)}`, but `{index.text}` runs over `{over}`",
            index.span,
            labels=[Place(read.declared(target.name), f"`{target.name}` is declared here")],
            cause="each place in the brackets takes labels of one index set",
            help=f"write `{target.name}[{set_of(axis)}]`",
        )


def _conditions(read: Translator, target: Target, scope: Scope) -> list[Expression]:
    """The conditions after ``for``, each an expression that is 1 where it holds."""
    found: list[Expression] = []
    for condition in target.statement.conditions:
        match condition:
            case tree.Name(text) if text in scope.running:
                continue
            case tree.Membership(name) if name.text not in scope.running:
                _only_left_indices(read, target, scope.running)
            case tree.Membership(name, tree.Range() as bounds):
                if read.names.ranges.get(name.text) is bounds:
                    continue
                if bounds.step is not None:
                    read.refuse("`by` after `in`", bounds.span)
                lower, upper = read.numbers([bounds.lower, bounds.upper], scope)
                value = read.as_number(scope.running[name.text])
                found.append(apply("less_equal", lower, value))
                found.append(apply("less_equal", value, upper))
            case tree.Membership():
                continue
            case _:
                found.append(read.number(condition, scope))
    return found


def _only_left_indices(read: Translator, target: Target, running: dict[str, Typed] | object) -> None:
    """Refuse a ``for`` that speaks of an index which the left side does not have."""
    known = running if isinstance(running, dict) else {}
    for condition in target.statement.conditions:
        name = condition.name if isinstance(condition, tree.Membership) else condition
        text = name.text if isinstance(name, tree.Name) else ""
        if text not in known:
            read.fail(
                "HB309",
                "`for` speaks of an index that the left side does not have",
                condition.span,
                labels=[Place(target.span, "the left side")],
                cause="after a statement, `for` says for which elements of the left side it holds",
                help="put the index in brackets on the left",
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


def settle(
    read: Translator, expression: Expression, left: Left, target: Target
) -> Expression:
    """Give the slices and lists of the right side the axes of the left."""
    for axis in sorted(expression.axes):
        if axis == LIST_AXIS:
            if len(left.axes) != 1:
                read.fail(
                    "HB308",
                    "a list stands where no single axis takes it",
                    target.statement.span,
                    cause="a list takes the axis of the left side, so there must be one",
                    help=f"write `{target.name}[k] = […]` with `index k = …`",
                )
            expression = rename_axes(expression, {LIST_AXIS: left.axes[0]})
        elif is_slice(axis):
            base = axis.removesuffix("*")
            if base in left.slices:
                expression = along(expression, axis, Gather(left.slices[base]))
            elif base in left.axes:
                expression = rename_axes(expression, {axis: base})
            else:
                missing_axis(read, base, target)
        elif axis not in left.axes:
            missing_axis(read, axis, target)
    return expression


def missing_axis(read: Translator, axis: str, target: Target) -> None:
    """Report an axis of the right side that the left side lacks."""
    inside = ", ".join(format_expression(i) for i in target.indices)
    suggestion = f"{target.name}[{inside + ', ' if inside else ''}{set_of(axis)}]"
    read.fail(
        "HB305",
        f"the right side varies over `{set_of(axis)}`, the left side does not",
        target.statement.span,
        labels=[Place(target.span, f"has no index `{set_of(axis)}`")],
        cause="axes that the right side still has must stand on the left",
        help=f"write `{suggestion}` on the left, or reduce: `sum(… for {set_of(axis)})`",
    )


