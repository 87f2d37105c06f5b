"""Elements of arrays: what stands in the brackets of ``theta[day[bag]]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.tree import Along, At, Gather, Index, Lookup, Reference, set_of
from hdsl.model.local_arrays import local_element
from hdsl.model.scope import Scope, Typed, slice_axis
from hdsl.model.unknown_names import report_unknown, report_unknown_label, report_wrong_label
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def subscript(read: Translator, expression: tree.Subscript, scope: Scope) -> Typed:
    """Read ``array[indices]``; trailing indices that are left off take the whole slice."""
    name = expression.array.text
    if name in scope.locals:
        return local_element(read, expression, scope)
    if not read.names.is_quantity(name):
        if name in scope.running or name in read.names.sets:
            read.fail(
                "HB210",
                f"`{name}` is an index set, not an array",
                expression.array.span,
                cause=f"only data whose type is `{name}` may be indexed under this name",
                help=f"declare which `{name}` each row belongs to: `data {name}[row] : {name}`",
            )
        report_unknown(read, expression.array, scope)
    axes = read.axes_of(name)
    if len(expression.indices) > len(axes):
        _too_many(read, expression, axes)
    indices: list[Index] = []
    for axis, index in zip(axes, expression.indices, strict=False):
        indices.append(index_of(read, index, axis, expression, scope))
    indices.extend(Along(axis) for axis in free_axes(axes[len(indices) :]))
    reference = Reference(name, tuple(indices), span=expression.span)
    return Typed(reference, member=read.member_of(name))


def _too_many(read: Translator, expression: tree.Subscript, axes: tuple[str, ...]) -> NoReturn:
    name = expression.array.text
    if not axes:
        read.fail(
            "HB302",
            f"`{name}` is a single number, but stands with an index",
            expression.span,
            labels=[Place(read.declared(name), "defined here, without an index")],
            cause="only what is defined with an index has elements",
            help=f"write `{name}`",
        )
    read.fail(
        "HB302",
        f"`{name}` stands with {count_indices(len(expression.indices))}, but has {len(axes)}",
        expression.span,
        labels=[Place(read.declared(name), "defined here")],
        cause=f"in brackets stands one label for each index of `{name}[{', '.join(axes)}]`",
        help="leave out what is too much",
    )


def count_indices(number: int) -> str:
    """A number of indices in words."""
    return "1 index" if number == 1 else f"{number} indices"


def free_axes(axes: Sequence[str]) -> tuple[str, ...]:
    """The axes of a slice; of several over one set the first is plain, the next primed."""
    free: list[str] = []
    for axis in axes:
        name = set_of(axis)
        while slice_axis(name) in free:
            name += "'"
        free.append(slice_axis(name))
    return tuple(free)


def index_of(
    read: Translator, index: tree.Expression, axis: str, whole: tree.Subscript, scope: Scope
) -> Index:
    """Read what stands in one place of the brackets of an array."""
    set_name = set_of(axis)
    match index:
        case tree.Number(value):
            return At(declared_label(read, value, set_name, index.span))
        case tree.Unary("-", tree.Number(value)):
            return At(declared_label(read, -value, set_name, index.span))
        case tree.String(value):
            return At(declared_label(read, value, set_name, index.span))
        case tree.Name(text) if _is_label_here(read, text, set_name, scope):
            return At(text)
        case tree.Name(text) if _is_unbound_member(read, text, scope):
            _unbound_member(read, index, whole)
        case _:
            return _computed(read, index, axis, whole, scope)


def _is_unbound_member(read: Translator, text: str, scope: Scope) -> bool:
    """Whether a bare index is one that nothing binds, and data with its name could be meant."""
    is_free = text not in scope.running and text not in scope.locals
    return is_free and text in read.names.sets and text in read.names.data


def _unbound_member(read: Translator, index: tree.Name, whole: tree.Subscript) -> NoReturn:
    name, text = whole.array.text, index.text
    rows = ", ".join(read.names.data[text].axes)
    read.fail(
        "HB301",
        f"running index `{text}` is not bound here",
        index.span,
        labels=[Place(read.names.data[text].span, f"`{text}` is an index set, and data")],
        cause="in brackets a bare name is the running index, which must stand on the left of the "
        "statement or after `for`",
        help=f"for the `{text}` of each row write `{name}[{text}[{rows}]]`",
    )


def _is_label_here(read: Translator, text: str, set_name: str, scope: Scope) -> bool:
    if text in scope.running or text in scope.locals:
        return False
    labels = read.names.sets[set_name].labels
    return labels is not None and not isinstance(labels, range) and text in labels


def declared_label(read: Translator, label: str | float, set_name: str, span: Span) -> str | float:
    """A label of an index set; reports one that the file does not list."""
    declared = read.names.sets[set_name]
    if declared.labels is not None and label not in declared.labels:
        report_wrong_label(read, label, set_name, span)
    return label


def _computed(
    read: Translator, index: tree.Expression, axis: str, whole: tree.Subscript, scope: Scope
) -> Index:
    set_name = set_of(axis)
    if isinstance(index, tree.Name) and not read.knows(index.text, scope):
        report_unknown_label(read, index, set_name, scope)
    typed = read.typed(index, scope)
    if typed.member == set_name:
        return Along(typed.axis) if typed.axis is not None else Gather(typed.expression)
    if typed.member is None and typed.label is None:
        return Gather(Lookup(set_name, typed.expression, span=index.span))
    if typed.label is not None and typed.member is None:
        return At(declared_label(read, typed.label, set_name, index.span))
    if typed.member is not None and _ranges(read, set_name, typed.member):
        return Gather(Lookup(set_name, read.as_number(typed), span=index.span))
    _other_set(read, typed, index, set_name, whole)


def _ranges(read: Translator, *names: str) -> bool:
    """Whether the file declares all these sets as numbers, so that one may index the other."""
    for name in names:
        declared = read.names.sets[name]
        numbers = declared.labels is not None and not any(
            isinstance(x, str) for x in declared.labels
        )
        if not numbers and name not in read.names.ranges:
            return False
    return True


def _other_set(
    read: Translator, typed: Typed, index: tree.Expression, set_name: str, whole: tree.Subscript
) -> NoReturn:
    name = whole.array.text
    text = format_expression(index)
    link = next(
        (d for d in read.names.data.values() if d.type == set_name and d.axes == (typed.member,)),
        None,
    )
    help = (
        f"write `{name}[{link.name}[{text}]]`: the `{set_name}` of each `{typed.member}`"
        if link is not None
        else f"data must say which belongs to which: `data {set_name}[{typed.member}] : "
        f"{set_name}`, then `{name}[{set_name}[{text}]]`"
    )
    if link is None and typed.member is not None and _ranges(read, typed.member):
        declared = read.names.sets[set_name]
        if declared.labels is None and set_name not in read.names.ranges:
            help = (
                f"if `{text}` is a number of `{set_name}`, declare its labels as numbers too: "
                f"`index {set_name} = 1..10`"
            )
    found = f"not by `{text}`" if text == typed.member else f"but `{text}` is a `{typed.member}`"
    read.fail(
        "HB303",
        f"`{name}` is indexed by `{set_name}`, {found}",
        index.span,
        labels=[Place(read.declared(name), f"`{name}` is defined here")],
        cause="each pair of brackets takes labels of one index set",
        help=help,
    )
