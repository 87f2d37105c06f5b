"""``Ordered(D)``, ``OrderedLogistic`` and ``OrderedProbit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from hdsl.distributions.ordered import Ordered, OrderedCategory
from hdsl.distributions.random import Random
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import set_of
from hdsl.model.scope import LIST_AXIS, Scope, is_slice
from hdsl.source import Span
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

CATEGORIES = {"OrderedLogistic": "logistic", "OrderedProbit": "normal"}


def ordered(
    read: Translator, expression: tree.Call, scope: Scope, random: Callable[..., Random]
) -> Ordered:
    """Read ``Ordered(D)``."""
    match expression.arguments:
        case (tree.Argument(base, None),) if not expression.conditions:
            found = random(read, base, scope)
        case _:
            read.fail(
                "HB402",
                "`Ordered` takes one distribution",
                expression.span,
                cause="`Ordered(D)` draws the elements of a vector from D and puts them in order",
                help="write `Ordered(Normal(0, 1))`, for example",
            )
    if found.event_axes or found.has_atoms or found.is_discrete or not found.is_drawable:
        read.fail(
            "HB437",
            f"`{found.family}` cannot be put in order",
            expression.span,
            cause="the elements are single numbers, no two of which are equal",
            help="take a continuous distribution of one number",
        )
    return Ordered(found, span=expression.span)


def categories(
    read: Translator, expression: tree.Call, scope: Scope, member: str | None
) -> OrderedCategory:
    """Read ``OrderedLogistic(eta, cuts)``."""
    name = expression.function
    given: dict[str, tree.Expression] = {}
    for argument, own in zip(expression.arguments, ("eta", "cuts"), strict=False):
        given[argument.name or own] = argument.value
    if given.keys() != {"eta", "cuts"} or len(expression.arguments) != 2 or expression.conditions:
        read.fail(
            "HB402",
            f"`{name}` takes a number and a vector",
            expression.span,
            cause=f"it is `{name}(eta, cuts)`: `cuts` are the places that divide the categories",
            help=f"write `{name}(eta[i], cuts)`, for example",
        )
    eta, cuts = read.numbers([given["eta"], given["cuts"]], scope)
    over = [axis for axis in sorted(cuts.axes) if is_slice(axis)]
    if len(over) != 1:
        _no_cuts(read, name, given["cuts"].span)
    own = f"{set_of(over[0])}#cuts" if over[0] != LIST_AXIS else read.fresh("")
    noise = CATEGORIES[name]
    moved = rename_axes(cuts, {over[0]: own})
    return OrderedCategory(eta, moved, own, noise, member, span=expression.span)


def _no_cuts(read: Translator, name: str, span: Span) -> NoReturn:
    read.fail(
        "HB437",
        f"the cuts of `{name}` are no vector",
        span,
        cause="they are the increasing places that divide one category from the next",
        help="declare them with `c[cut] ~ Ordered(Normal(0, 5))`, and write `c`",
    )
