"""The left side of a statement: its axes, its labels, and the elements that it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.index_set import Label
from hdsl.expressions.tree import Along, Expression, Lookup, Position, Reference, apply, set_of
from hdsl.model.declarations import constant
from hdsl.model.graph import Selection
from hdsl.model.names import Target
from hdsl.model.reductions import in_range, refuse_domain
from hdsl.model.scope import Scope, Typed
from hdsl.model.subscripts import count_indices
from hdsl.model.target_axes import refuse_on_the_left, speaks_of_a_running_index
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


def read_left(
    read: Translator, target: Target, axes: tuple[str, ...], node: str, rank: int = 0
) -> Left:
    """Read the left side of a statement about a quantity with the given axes.

    The last `rank` of its indices run over whole axes, since what is drawn has these axes.
    """
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
    chosen: list[Expression] = []
    for axis, index in zip(axes, target.indices, strict=True):
        if _is_computed(read, target, index, axis):
            chosen.append(_computed(read, index, axis))
            places.append(Along(axis))
            continue
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
    _check_no_labels(read, target, places, rank)
    conditions = [*chosen, *read_conditions(read, target, Scope(running))]
    own = tuple(p.axis for p in places if isinstance(p, Along))
    if not conditions:
        return Left(own, Scope(running), tuple(places))
    drawn = own[len(own) - rank :]
    _check_whole(read, target, conditions, drawn)
    return select(running, places, conditions, own[: len(own) - rank], drawn, node, target.span)


def _is_computed(read: Translator, target: Target, index: tree.Expression, axis: str) -> bool:
    """Whether an index is neither a running index nor a label that stands there."""
    if not isinstance(index, tree.Name):
        return constant(index) is None
    declared = read.names.sets[set_of(axis)].labels
    return (
        index.text not in target.domains
        and index.text.rstrip("'") not in read.names.sets
        and (declared is None or index.text not in declared)
        and read.names.is_quantity(index.text)
    )


def _computed(read: Translator, index: tree.Expression, axis: str) -> Expression:
    """Which element an index chooses: ``x[T]``, ``x[last(t)]``."""
    if speaks_of_a_running_index(read, index):
        refuse_on_the_left(read, index)
    typed = read.typed(index, Scope())
    if typed.member == set_of(axis):
        place = typed.expression
    else:
        place = Lookup(set_of(axis), read.as_number(typed), span=index.span)
    if place.axes:
        refuse_on_the_left(read, index)
    return apply("equal", Position(axis), place, span=index.span)


def _label(read: Translator, target: Target, index: tree.Expression, axis: str) -> Label | None:
    if isinstance(index, tree.Name):
        bound = index.text in target.domains or index.text.rstrip("'") in read.names.sets
        if bound:
            return None
    label = index.text if isinstance(index, tree.Name) else constant(index)
    declared = read.names.sets[set_of(axis)]
    if label is None:
        refuse_on_the_left(read, index)
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
    domain = target.domains.get(index.text)
    if isinstance(domain, tree.Range) and index.text not in read.names.sets:
        return
    over = domain.text if isinstance(domain, tree.Name) else index.text.rstrip("'")
    if over != set_of(axis):
        found = f"not by `{over}`" if over == index.text else f"but `{index.text}` is a `{over}`"
        axes = read.axes_of(target.name)
        read.fail(
            "HB303",
            f"`{target.name}` is indexed by `{set_of(axis)}` here, {found}",
            index.span,
            labels=[Place(read.declared(target.name), f"`{target.name}` is declared here")],
            cause="each place in the brackets takes labels of one index set",
            help=f"write `{target.name}[{', '.join(axes)}]`",
        )


def read_conditions(read: Translator, target: Target, scope: Scope) -> list[Expression]:
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
                value = read.as_number(replace(scope.running[name.text], span=name.span))
                found.extend(in_range(read, bounds, value, scope))
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


def select(
    running: dict[str, Typed],
    places: Sequence[Label | Along],
    conditions: Sequence[Expression],
    own: tuple[str, ...],
    drawn: tuple[str, ...],
    node: str,
    span: Span,
) -> Left:
    """The left side as the elements for which the conditions hold."""
    axis = f"{node}.rows"
    condition = conditions[0]
    for another in conditions[1:]:
        condition = apply("and", condition, another)
    # Indices of which the conditions do not speak run over their whole set, as they are.
    chosen = tuple(a for a in own if a in condition.axes) or own
    vectors = {a: Reference(f"{axis}.{a}", (Along(axis),)) for a in chosen}
    selected = {
        name: Typed(vectors[typed.axis], member=typed.member) if typed.axis in vectors else typed
        for name, typed in running.items()
    }
    selection = Selection(axis, chosen, tuple(v.name for v in vectors.values()), condition, span)
    at = tuple(vectors.get(p.axis, p) if isinstance(p, Along) else p for p in places)
    axes = tuple(dict.fromkeys(axis if a in vectors else a for a in own))
    return Left((*axes, *drawn), Scope(selected), at, selection, dict(vectors))


def _check_no_labels(
    read: Translator, target: Target, places: Sequence[Label | Along], rank: int
) -> None:
    """Refuse a single element of what is drawn as a whole."""
    for place, index in zip(places[::-1][:rank], target.indices[::-1], strict=False):
        if isinstance(place, Along):
            continue
        read.fail(
            "HB432",
            f"`{format_expression(target.expression)}` is one element of what is drawn together",
            index.span,
            cause="a distribution of vectors draws all elements over the last index of its left",
            help="put a running index there",
        )


def _check_whole(
    read: Translator, target: Target, conditions: Sequence[Expression], drawn: tuple[str, ...]
) -> None:
    """Refuse a condition that would choose among the elements of a draw."""
    for condition in conditions:
        axis = next((axis for axis in drawn if axis in condition.axes), None)
        if axis is None:
            continue
        read.fail(
            "HB432",
            f"`for` chooses among the elements over `{axis}`, which are drawn together",
            target.statement.span,
            cause="a distribution of vectors draws all elements over the last index of its left",
            help=f"let the condition speak of the other indices, or declare an index set that has "
            f"the wanted labels of `{axis}`",
        )
