"""Steps along an index set, and its ends: ``prev(t)``, ``next(t)``, ``first(t)``, ``last(t)``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hdsl.expressions.tree import Constant, Size
from hdsl.model.scope import Scope, Typed
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

STEPS = {"prev": -1.0, "next": 1.0}
ENDS = ("first", "last")


def step(
    read: Translator,
    expression: tree.Call,
    arguments: Sequence[tree.Expression],
    scope: Scope,
) -> Typed:
    """Read a step from a label to its neighbour, or an end of an index set."""
    name = expression.function
    match arguments:
        case [tree.Name(text)] if name in ENDS and (found := set_meant(read, text, scope)):
            position = Constant(0.0) if name == "first" else Size(found) - 1.0
            return Typed(position, member=found)
        case [argument] if name in STEPS:
            typed = read.typed(argument, scope)
            if typed.member is not None:
                return Typed(typed.expression + STEPS[name], member=typed.member)
        case _:
            pass
    if name in ENDS:
        cause = "`first(day)` is the first label of `day`, `last(day)` the last"
        wanted = "the bare name of an index set or of a running index"
    else:
        cause = "`prev(t)` is the label before `t`, `next(t)` the one after it"
        wanted = "a running index or a label"
    read.fail(
        "HB408",
        f"`{name}` takes {wanted}",
        expression.span,
        cause=cause,
        help=f"write `{name}(…)` with {wanted}",
    )


def set_meant(read: Translator, text: str, scope: Scope) -> str | None:
    """The index set that a name stands for: that of a running index, or its own."""
    if text in scope.running:
        return scope.running[text].member
    plain = text.rstrip("'")
    return plain if plain in read.names.sets else None
