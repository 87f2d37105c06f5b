"""Calls of ``ode``: a function of the file as the right side of a differential equation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.beyond import Solve
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Along, Expression, Reference, set_of
from hdsl.model.formals import scope_inside
from hdsl.model.local_arrays import local_axes
from hdsl.model.own_functions import inside
from hdsl.model.scope import LIST_AXIS, Scope, Typed, is_slice
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

_ARGUMENTS = ("f", "initial", "start", "at")


def ode(read: Translator, call: tree.Call, scope: Scope) -> Solve:
    """Read ``ode(f, initial, start = …, at = …)``."""
    arguments = _sorted_out(read, call)
    function, statement = _function(read, arguments[0])
    initial, start, at = read.numbers(arguments[1:], scope)
    for value, name, argument in ((initial, "initial", 1), (start, "start", 2)):
        count = len(local_axes(value))
        if count > (name == "initial"):
            _wrong_shape(read, arguments[argument], name, count)
    number = read.fresh("ode")
    axes = local_axes(initial)
    state = Reference(f"{number}.state", tuple(Along(axis) for axis in axes))
    time = Reference(f"{number}.time")
    values = [Typed(time, span=call.span), Typed(state, span=call.span)]
    inner = tree.Call(function.text, (), span=call.span)
    with inside(read, inner, statement.name.span):
        rate = read.number(statement.body, scope_inside(read, statement.parameters, values))
    rate = _along_the_state(read, call, statement, rate, axes)
    return Solve(rate, time, state, initial, start, at, span=call.span)


def _sorted_out(read: Translator, call: tree.Call) -> list[tree.Expression]:
    """The four arguments in their order."""
    found: dict[str, tree.Expression] = {}
    for place, argument in enumerate(call.arguments):
        name = argument.name or (_ARGUMENTS[place] if place < len(_ARGUMENTS) else "")
        if name not in _ARGUMENTS or name in found:
            _wrong_call(read, call)
        found[name] = argument.value
    if len(found) < len(_ARGUMENTS) or call.conditions:
        _wrong_call(read, call)
    return [found[name] for name in _ARGUMENTS]


def _wrong_call(read: Translator, call: tree.Call) -> NoReturn:
    read.fail(
        "HB371",
        "`ode` takes a function, the initial state, its time and the times that are asked for",
        call.span,
        cause="the form is `ode(f, initial, start = …, at = …)`",
        help="write `ode(f, z0, start = 0, at = t[i])`, for example",
    )


def _function(
    read: Translator, argument: tree.Expression
) -> tuple[tree.Name, tree.FunctionStatement]:
    name = argument if isinstance(argument, tree.Name) else None
    statement = None if name is None else read.names.functions.get(name.text)
    if name is None or statement is None:
        read.fail(
            "HB371",
            f"`{read.text_of(argument.span)}` is not the name of a function of the file",
            argument.span,
            cause="`ode` takes the bare name of a `def`, which gives the rate of change",
            help="define it: `def f(time, state) = …`, and write `ode(f, …)`",
        )
    if len(statement.parameters) != 2:
        read.fail(
            "HB371",
            f"`{name.text}` takes {len(statement.parameters)} "
            f"argument{'' if len(statement.parameters) == 1 else 's'}, not time and state",
            argument.span,
            labels=[Place(statement.name.span, "defined here")],
            cause="`ode` calls the function with the time and the state",
            help=f"write `def {name.text}(time, state) = …`; the body may use the model's names",
        )
    return name, statement


def _wrong_shape(read: Translator, argument: tree.Expression, name: str, count: int) -> NoReturn:
    wanted = "a number, or a vector" if name == "initial" else "one number"
    read.fail(
        "HB372",
        f"`{name}` of `ode` is {wanted}, but this is an array with {count} indices left off"
        if count > 1
        else f"`{name}` of `ode` is {wanted}, but this is a vector",
        argument.span,
        cause="the state is a number, or a vector over one index set, and starts at one time",
        help="write the other indices in brackets, and the same on the left",
    )


def _along_the_state(
    read: Translator,
    call: tree.Call,
    statement: tree.FunctionStatement,
    rate: Expression,
    axes: tuple[str, ...],
) -> Expression:
    """The rate with the axes of the state: a list takes that of the state."""
    if LIST_AXIS in rate.axes and axes and LIST_AXIS not in axes:
        rate = rename_axes(rate, {LIST_AXIS: axes[0]})
    other = sorted(axis for axis in rate.axes if is_slice(axis) and axis not in axes)
    if other:
        what = "a list" if other[0] == LIST_AXIS else f"an array over `{set_of(other[0])}`"
        state = f"a vector over `{set_of(axes[0])}`" if axes else "a number"
        read.fail(
            "HB372",
            f"`{statement.name.text}` gives {what}, but the state is {state}",
            statement.body.span,
            labels=[Place(call.span, "solved here")],
            cause="the rate of change has the shape of the state, which is that of `initial`",
            help="give the rate of each element of the state, in the order of its labels",
        )
    return rate
