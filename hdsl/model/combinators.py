"""Distributions made of others: mixtures, extra zeros, and choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from hdsl.diagnostics import Label as Place
from hdsl.distributions import FAMILIES
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.choice import Choice
from hdsl.distributions.mixture import IndexMixture, ListMixture
from hdsl.distributions.random import Random
from hdsl.distributions.weights import adds_up, element
from hdsl.distributions.zeros import Hurdle, ZeroInflated
from hdsl.expressions.tree import Constant, Expression, Stack, set_of
from hdsl.model.component_checks import check_one_kind, check_part
from hdsl.model.mixed_labels import chosen_labels, draw_labels, mixed_labels, mixed_over
from hdsl.model.reductions import bind_conditions
from hdsl.model.scope import LIST_AXIS, Failed, Scope, is_slice
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

COMBINATORS = ("Mixture", "ZeroInflated", "Hurdle")

Read: TypeAlias = "Callable[[Translator, tree.Expression, Scope], Random]"
"""Reads a distribution."""

_MIXTURE = (
    "the forms are `Mixture(w, [D1, D2])` and `Mixture(w[k], D(mu[k]) for k)`, with a chance for "
    "each distribution"
)


def mixture(read: Translator, expression: tree.Call, scope: Scope, inner: Read) -> Random:
    """Read ``Mixture(w, [D1, D2])`` or ``Mixture(w[k], D(mu[k]) for k)``."""
    arguments = [a.value for a in expression.arguments if a.name is None]
    if len(arguments) != 2 or len(expression.arguments) != 2:
        read.fail(
            "HB402",
            "`Mixture` takes chances, and distributions",
            expression.span,
            cause=_MIXTURE,
            help="put the distributions in square brackets, after the chances: "
            "`Mixture([w, 1 - w], [D1, D2])`",
        )
    weights, second = arguments
    if expression.conditions:
        return _over_index(read, expression, weights, second, scope, inner)
    if not isinstance(second, tree.List):
        read.fail(
            "HB402",
            "`Mixture` has neither a list of distributions nor an index to run over",
            second.span,
            cause=_MIXTURE,
            help="put the distributions in square brackets, or write `for` and the index after "
            "them",
        )
    return _over_list(read, expression, weights, second.items, scope, inner)


def _over_index(
    read: Translator,
    expression: tree.Call,
    weights: tree.Expression,
    second: tree.Expression,
    scope: Scope,
    inner: Read,
) -> IndexMixture | Categorical:
    body = tree.List((weights, second), span=expression.span)
    within, over, condition = bind_conditions(read, expression.conditions, body, scope)
    if len(over) != 1:
        read.fail(
            "HB420",
            f"`Mixture` runs over {len(over) or 'no'} {'index' if not over else 'indices'}",
            expression.span,
            cause="after `for` stands the one index that tells the components apart",
            help="write `for k`, then conditions; several indices are mixtures of mixtures",
        )
    weight = read.number(weights, within)
    component = inner(read, second, within)
    if not isinstance(component, Categorical):
        _check_components(read, [component], [second])
    if over[0] not in weight.axes and condition is None and not isinstance(weight, Constant):
        text = format_expression(weights)
        read.fail(
            "HB420",
            f"`{text}` is the same for every component",
            weights.span,
            cause="each component has its chance, and all of them add up to 1",
            help=f"write its index: `{text}[…]`",
        )
    if isinstance(component, Categorical):
        return replace(mixed_over(weight, component, over[0], condition), span=expression.span)
    return IndexMixture(weight, component, over[0], condition, span=expression.span)


def _over_list(
    read: Translator,
    expression: tree.Call,
    weights: tree.Expression,
    items: Sequence[tree.Expression],
    scope: Scope,
    inner: Read,
) -> ListMixture | Categorical:
    components: list[Random] = []
    failed = not items
    for item in items:
        try:
            components.append(inner(read, item, scope))
        except Failed:
            failed = True
    vector = read.number(weights, scope)
    if failed:
        if not items:
            _no_components(read, expression)
        raise Failed
    if not draw_labels(read, components, items):
        _check_components(read, components, items)
    axis = _axis_of(read, weights, vector)
    count = _length(read, vector, axis)
    if count is not None and count != len(items):
        _wrong_number(read, weights, count, items)
    each = tuple(element(vector, axis, number) for number in range(len(items)))
    labels = [part for part in components if isinstance(part, Categorical)]
    if labels:
        return replace(mixed_labels(each, labels), span=expression.span)
    over = None if axis == LIST_AXIS else set_of(axis)
    proven = adds_up(vector, axis)
    return ListMixture(each, tuple(components), proven, over, span=expression.span)


def _no_components(read: Translator, expression: tree.Call) -> None:
    read.fail(
        "HB420",
        "`Mixture` has no components",
        expression.span,
        cause=_MIXTURE,
        help="list the distributions: `[Normal(0, 1), Normal(5, 1)]`",
    )


def _axis_of(read: Translator, weights: tree.Expression, vector: Expression) -> str:
    """The axis of a vector of weights."""
    slices = [axis for axis in sorted(vector.axes) if is_slice(axis)]
    if len(slices) == 1:
        return slices[0]
    text = format_expression(weights)
    read.fail(
        "HB420",
        f"`{text}` is {'one number' if not slices else 'no vector'}, not a chance for each "
        "component",
        weights.span,
        cause="the chances are a list, or an array whose last index is left off; they add up to 1",
        help=f"write `[{text}, 1 - {text}]` for two components"
        if not slices
        else "leave exactly one index off",
    )


def _length(read: Translator, vector: Expression, axis: str) -> int | None:
    """How many weights there are, as far as the file tells."""
    if isinstance(vector, Stack) and vector.axis == axis:
        return len(vector.items)
    declared = read.names.sets.get(set_of(axis))
    return len(declared.labels) if declared is not None and declared.labels is not None else None


def _wrong_number(
    read: Translator, weights: tree.Expression, count: int, items: Sequence[tree.Expression]
) -> None:
    read.fail(
        "HB420",
        f"`Mixture` has {count} chance{'' if count == 1 else 's'}, but {len(items)} "
        f"distribution{'' if len(items) == 1 else 's'}",
        weights.span,
        labels=[Place(items[0].span.to(items[-1].span), "the distributions")],
        cause="each distribution has its chance",
        help="give as many chances as distributions",
    )


def _check_components(
    read: Translator, components: Sequence[Random], texts: Sequence[tree.Expression]
) -> None:
    for part, text in zip(components, texts, strict=True):
        check_part(read, part, text, "a mixture")
    check_one_kind(read, components, texts)


# --- extra zeros ---------------------------------------------------------------------------------


def with_zeros(read: Translator, expression: tree.Call, scope: Scope, inner: Read) -> Random:
    """Read ``ZeroInflated(p, D)`` or ``Hurdle(p, D)``."""
    name = expression.function
    match expression.arguments:
        case (tree.Argument(chance, None | "p"), tree.Argument(base, None)) if (
            not expression.conditions
        ):
            pass
        case _:
            read.fail(
                "HB402",
                f"`{name}` takes a chance and a distribution",
                expression.span,
                cause=f"the form is `{name}(p, D)`: with chance `p` "
                + ("from `D`, else zero" if name == "ZeroInflated" else "above zero, as `D` there"),
                help=f"write `{name}(p, Poisson(rate))`, for example",
            )
    if isinstance(chance, tree.Call) and chance.function in FAMILIES:
        read.fail(
            "HB402",
            f"`{name}` takes the chance first",
            expression.span,
            cause=f"the form is `{name}(p, D)`",
            help=f"exchange the two: `{name}({read.text_of(base.span)}, "
            f"{read.text_of(chance.span)})`",
        )
    found = inner(read, base, scope)
    p = read.number(chance, scope)
    check_part(read, found, base, f"`{name}`")
    if found.event_axes or found.has_atoms:
        what = "a vector" if found.event_axes else "zeros already"
        read.fail(
            "HB423",
            f"`{found.family}` cannot stand in `{name}`",
            base.span,
            cause=f"`{name}` adds zeros to a distribution of one number; this one has {what}",
            help="give it a distribution of one number, such as `Poisson(rate)`",
        )
    if name == "ZeroInflated":
        return ZeroInflated(p, found, span=expression.span)
    upper = found.support.upper
    if isinstance(upper, Constant) and upper.value <= 0:
        read.fail(
            "HB423",
            f"`{found.family}` is never above zero",
            base.span,
            cause="`Hurdle(p, D)` draws from `D` given that it is above zero",
            help="give it a distribution of positive numbers",
        )
    if found.log_mass(Constant(0.0), None) is None:
        from hdsl.model.intervals import no_cdf

        no_cdf(read, found, base.span, "to know how often it is above zero")
    return Hurdle(p, found, span=expression.span)


# --- choices -------------------------------------------------------------------------------------


def choice(
    read: Translator, expression: tree.Conditional, scope: Scope, inner: Read
) -> Choice | Categorical:
    """Read ``if c then D1 else D2``; a choice of two vectors of chances is one of them."""
    texts = (expression.then, expression.otherwise)
    parts: list[Random] = []
    for text in texts:
        try:
            parts.append(inner(read, text, scope))
        except Failed:
            continue
    condition = read.number(expression.condition, scope)
    if len(parts) < len(texts):
        raise Failed
    if draw_labels(read, parts, texts):
        one, other = (part for part in parts if isinstance(part, Categorical))
        return replace(chosen_labels(condition, one, other), span=expression.span)
    check_one_kind(read, parts, texts)
    return Choice(condition, parts[0], parts[1], span=expression.span)
