"""Functions of the file: a call is their body, written out with its arguments."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdsl.diagnostics import Label as Place
from hdsl.model.formals import given_values, scope_inside
from hdsl.model.scope import Failed, Scope, Typed
from hdsl.source import Span
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

MOST_EXPANSIONS = 5_000


def own_function(read: Translator, call: tree.Call, scope: Scope) -> Typed:
    """Read a call of a function that the file defines."""
    statement = read.names.functions[call.function]
    _refuse_for(read, call)
    values = given_values(read, call, statement.parameters, statement.name.span, scope)
    with inside(read, call, statement.name.span):
        return read.typed(statement.body, scope_inside(read, statement.parameters, values))


@contextmanager
def inside(read: Translator, call: tree.Call, defined: Span) -> Generator[None]:
    """While the body of what is called is read; it may not be called from there."""
    _check_expansion(read, call, defined)
    read.open_functions.append(call.function)
    try:
        yield
    finally:
        read.open_functions.pop()


def _refuse_for(read: Translator, call: tree.Call) -> None:
    if call.conditions:
        read.fail(
            "HB216",
            f"`{call.function}` does not take `for`",
            call.span,
            cause="`for` inside brackets goes with reductions, such as `sum(… for …)`",
            help=f"write `sum({call.function}(…) for …)`, for example",
        )


def _check_expansion(read: Translator, call: tree.Call, defined: Span) -> None:
    name = call.function
    if name in read.open_functions:
        read.fail(
            "HB220",
            f"function `{name}` calls itself",
            call.span,
            labels=[Place(defined, "defined here")],
            cause="a function cannot use itself, directly or through another",
            help="write a recursion as an array: `x[t] = f(x[t-1])`",
        )
    read.called.add(name)
    read.expansions += 1
    if read.expansions > MOST_EXPANSIONS + 1:
        raise Failed
    if read.expansions > MOST_EXPANSIONS:
        read.fail(
            "HB223",
            f"the calls of `{name}` expand too far",
            call.span,
            labels=[Place(defined, "defined here")],
            cause=f"a model may call its own functions {MOST_EXPANSIONS} times, counting the calls "
            "inside them",
            help="give the value that several calls share a name",
        )
