"""What a ``def`` or a ``density`` calls its arguments, and the values that a call gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.expressions.tree import set_of
from hdsl.model.local_arrays import local_axes
from hdsl.model.scope import LIST_AXIS, Scope, Typed
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def formal_name(formal: tree.Formal) -> tree.Name:
    """The name of an argument: that of ``v[s]`` is ``v``."""
    return formal.array if isinstance(formal, tree.Subscript) else formal


def formal_indices(formal: tree.Formal) -> tuple[str, ...]:
    """What its indices are called inside; none for a number."""
    if isinstance(formal, tree.Name):
        return ()
    return tuple(i.text if isinstance(i, tree.Name) else "" for i in formal.indices)


def call_text(name: str, formals: Sequence[tree.Formal]) -> str:
    """A call as its definition has it."""
    return f"{name}({', '.join(format_expression(formal) for formal in formals)})"


def given_values(
    read: Translator,
    call: tree.Call,
    formals: Sequence[tree.Formal],
    defined: Span,
    scope: Scope,
) -> list[Typed]:
    """The values of the arguments of a call, in the order of the definition."""
    places = _sorted_out(read, call, formals, defined)
    values = read.all([argument.value for argument in call.arguments], scope)
    return [values[place] for place in places]


def _sorted_out(
    read: Translator, call: tree.Call, formals: Sequence[tree.Formal], defined: Span
) -> list[int]:
    """For each argument of the definition, the place of its value in the call."""
    names = [formal_name(formal).text for formal in formals]
    found: dict[str, int] = {}
    for place, argument in enumerate(call.arguments):
        name = argument.name
        if name is None and place < len(names) and len(found) == place:
            name = names[place]
        elif name is None and place < len(names):
            read.fail(
                "HB409",
                "an argument without a name stands after one with a name",
                argument.span,
                cause="arguments by place come first, then those by name",
                help="give it its name as well, or move it to the front",
            )
        if name is not None and name not in names:
            read.fail(
                "HB408",
                f"`{call.function}` takes no argument called `{name}`",
                argument.span,
                labels=[Place(defined, "defined here")],
                cause=f"its arguments are those of `{call_text(call.function, formals)}`",
                help=f"for a comparison write `{name} == …`",
            )
        if name is None or name in found:
            _wrong_number(read, call, formals, defined)
        found[name] = place
    if len(found) < len(names):
        _wrong_number(read, call, formals, defined)
    return [found[name] for name in names]


def _wrong_number(
    read: Translator, call: tree.Call, formals: Sequence[tree.Formal], defined: Span
) -> NoReturn:
    count = len(formals)
    read.fail(
        "HB408",
        f"`{call.function}` takes {count} argument{'' if count == 1 else 's'}, "
        f"not {len(call.arguments)}",
        call.span,
        labels=[Place(defined, "defined here")],
        cause="it is called with as many arguments as its definition names, each once",
        help=f"write `{call_text(call.function, formals)}`",
    )


def scope_inside(
    read: Translator, formals: Sequence[tree.Formal], values: Sequence[Typed]
) -> Scope:
    """The names that a body may use besides those of the model."""
    sets: dict[str, str] = {}
    lists: set[str] = set()
    for formal, value in zip(formals, values, strict=True):
        indices = formal_indices(formal)
        axes = local_axes(value.expression)
        if axes and indices and len(axes) != len(indices):
            _other_shape(read, formal, value, len(axes))
        for index, axis in zip(indices, axes, strict=False):
            base = index.rstrip("'")
            if set_of(axis.removesuffix("*")) in (set_of(LIST_AXIS), ""):
                lists.add(base)
            elif sets.setdefault(base, set_of(axis.removesuffix("*"))) != set_of(axis[:-1]):
                _two_sets(read, formal, value, base, sets)
    known = {**dict.fromkeys(lists, ""), **sets}
    for formal, value in zip(formals, values, strict=True):
        for index in formal_indices(formal):
            if index.rstrip("'") not in known:
                _other_shape(read, formal, value, 0)
    names = (formal_name(formal).text for formal in formals)
    return Scope(locals=dict(zip(names, values, strict=True)), indices=known)


def _other_shape(read: Translator, formal: tree.Formal, value: Typed, count: int) -> NoReturn:
    text = format_expression(formal)
    wanted = len(formal_indices(formal))
    found = "a single number" if count == 0 else f"an array with {count} indices left off"
    read.fail(
        "HB225",
        f"`{text}` is {'a vector' if wanted == 1 else 'a matrix'}, but this is {found}",
        value.span,
        labels=[Place(formal.span, f"`{formal_name(formal).text}` is named here")],
        cause="an argument that is named with an index takes an array with that index left off",
        help="give it a whole array, `x` or `x[i]` with its last index left off, or a list "
        "`[a, b]`",
    )


def _two_sets(
    read: Translator, formal: tree.Formal, value: Typed, index: str, sets: Mapping[str, str]
) -> NoReturn:
    read.fail(
        "HB225",
        f"`{read.text_of(value.span)}` does not run over `{sets[index]}`",
        value.span,
        labels=[Place(formal.span, f"`{index}` is the index of several arguments")],
        cause=f"arguments that share the index `{index}` run over one index set; another runs over "
        f"`{sets[index]}`",
        help="give it an array over that set, or another index in the definition",
    )
