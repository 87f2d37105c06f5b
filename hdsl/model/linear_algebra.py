"""Linear algebra: ``@``, and functions of whole matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from hdsl.expressions.matrices import MATRIX_FUNCTIONS
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Constant, Expression, OfWhole, set_of
from hdsl.model.axes import axes_in_order
from hdsl.model.scope import LIST_AXIS, Scope, is_slice
from hdsl.model.subscripts import free_axes
from hdsl.source import Span
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

LINEAR_ALGEBRA = tuple(name for name, function in MATRIX_FUNCTIONS.items() if function.meaning)
"""The functions that models may use by name."""


def product(read: Translator, expression: tree.Binary, scope: Scope) -> Expression:
    """Read ``a @ b``: a sum over the last index of `a` and the first of `b`."""
    left, right = read.numbers([expression.left, expression.right], scope)
    left, right = _lists_met(left, right)
    rows, columns = _whole_axes(left)[-2:], _whole_axes(right)[-2:]
    for side, own in ((expression.left, rows), (expression.right, columns)):
        if not own:
            _not_whole(read, "@", side.span)
    if set_of(rows[-1]) != set_of(columns[0]):
        read.fail(
            "HB436",
            f"`@` meets `{set_of(rows[-1])}` on its left and `{set_of(columns[0])}` on its right",
            expression.span,
            cause="it sums over the last index of its left and the first of its right, which must "
            "be one index set",
            help="exchange the two sides, or the indices of one of them with `transpose(…)`",
        )
    result = free_axes([set_of(axis) for axis in (*rows[:-1], *columns[1:])])
    others = (left.axes - set(rows)) | (right.axes - set(columns))
    if others & set(result):
        axis = set_of(sorted(others & set(result))[0])
        read.fail(
            "HB436",
            f"the result of `@` would have the index `{axis}` twice",
            expression.span,
            cause="matrices have two indices; what stands before them is one matrix for each",
            help=f"write the index in brackets, for each `{axis}`",
        )
    return OfWhole("matmul", ((left, rows), (right, columns)), result, span=expression.span)


def _lists_met(left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """A list takes the axis that it is summed over."""
    if LIST_AXIS in left.axes and LIST_AXIS not in right.axes and _whole_axes(right):
        left = rename_axes(left, {LIST_AXIS: _whole_axes(right)[-2:][0]})
    elif LIST_AXIS in right.axes and LIST_AXIS not in left.axes and _whole_axes(left):
        right = rename_axes(right, {LIST_AXIS: _whole_axes(left)[-1]})
    return left, right


def _whole_axes(value: Expression) -> tuple[str, ...]:
    """The axes that were left off, in the order of the text."""
    return tuple(axis for axis in axes_in_order(value) if is_slice(axis))


def matrix_function(read: Translator, expression: tree.Call, scope: Scope) -> Expression:
    """Read ``cholesky(K)`` and its siblings."""
    name = expression.function
    count = 2 if name == "solve" else 1
    arguments = [argument.value for argument in expression.arguments]
    if (
        len(arguments) != count
        or expression.conditions
        or any(argument.name for argument in expression.arguments)
    ):
        wanted = {"solve": "solve(A, b)", "eye": "eye(site)"}.get(name, f"{name}(A)")
        read.fail(
            "HB408",
            f"`{name}` takes {'2 arguments' if count == 2 else '1 argument'}",
            expression.span,
            cause=f"`{wanted}` is the {MATRIX_FUNCTIONS[name].meaning.removeprefix('the ')}",
            help=f"write `{wanted}`",
        )
    if name == "eye":
        return _eye(read, expression, arguments[0])
    values = read.numbers(arguments, scope)
    own = _whole_axes(values[0])[-2:]
    span = expression.span
    if name == "diag" and len(own) == 1:
        result = free_axes([set_of(own[0])] * 2)
        return OfWhole("diagonal matrix", ((values[0], own),), result, span=span)
    if len(own) < 2 or LIST_AXIS in own:
        _not_whole(read, name, arguments[0].span)
    if name == "transpose":
        result = free_axes([set_of(own[1]), set_of(own[0])])
        return OfWhole(name, ((values[0], own),), result, span=span)
    if set_of(own[0]) != set_of(own[1]):
        read.fail(
            "HB435",
            f"`{name}` needs a square matrix, but this one has rows over `{set_of(own[0])}` and "
            f"columns over `{set_of(own[1])}`",
            arguments[0].span,
            cause="the last two indices of a square matrix run over one index set",
            help=f"give it an array with the indices `[{set_of(own[0])}, {set_of(own[0])}']`",
        )
    if name == "solve":
        return _solve(read, expression, values[0], own, values[1])
    result = {"logdet": (), "diag": own[:1]}.get(name, own)
    return OfWhole(name, ((values[0], own),), result, span=span)


def _solve(
    read: Translator,
    expression: tree.Call,
    matrix: Expression,
    own: tuple[str, ...],
    right: Expression,
) -> Expression:
    if LIST_AXIS in right.axes:
        right = rename_axes(right, {LIST_AXIS: own[0]})
    columns = _whole_axes(right)[-2:]
    if not columns or set_of(columns[0]) != set_of(own[0]):
        read.fail(
            "HB436",
            f"the right side of `solve` does not run over `{set_of(own[0])}`",
            expression.arguments[1].span,
            cause="`solve(A, b)` is the x with A @ x = b: `b` has an element for each row of `A`",
            help=f"give it a vector over `{set_of(own[0])}`, or a matrix whose first index that is",
        )
    result = free_axes([set_of(own[1]), *(set_of(axis) for axis in columns[1:])])
    return OfWhole("solve", ((matrix, own), (right, columns)), result, span=expression.span)


def _eye(read: Translator, expression: tree.Call, argument: tree.Expression) -> Expression:
    match argument:
        case tree.Name(text) if text in read.names.sets:
            axes = free_axes([text, text])
            one = (Constant(1.0), axes[:1])
            return OfWhole("eye", (one,), axes, span=expression.span)
        case _:
            read.fail(
                "HB408",
                "`eye` takes an index set",
                expression.span,
                cause="`eye(site)` is the matrix with ones where both indices are the same `site`",
                help="write `eye(…)` with the bare name of an index set",
            )


def _not_whole(read: Translator, name: str, span: Span) -> NoReturn:
    what = "a vector or a matrix" if name == "@" else "a matrix"
    read.fail(
        "HB435",
        f"`{name}` needs {what}, but `{read.text_of(span)}` is none",
        span,
        cause="a vector is an array with its last index left off, a matrix one with its last two",
        help="leave off the indices that it works on",
    )
