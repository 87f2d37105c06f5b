"""Distributions: what stands right of ``~``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.distributions import FAMILIES, JOINT_DISTRIBUTIONS
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.construct import Problem, construct
from hdsl.distributions.joint import Joint
from hdsl.distributions.random import Applied, Random
from hdsl.expressions.functions import FUNCTIONS, REDUCTIONS, SWEEPS
from hdsl.expressions.tree import Expression, Sweep, set_of
from hdsl.model.combinators import choice, mixture, with_zeros
from hdsl.model.intervals import censored_if, censored_to, truncated
from hdsl.model.listed_draws import branches, chances_in_list, draws_label
from hdsl.model.ordered import CATEGORIES, categories, ordered
from hdsl.model.own_densities import own_density, own_random, refuse_truncation
from hdsl.model.scope import LIST_AXIS, Failed, Scope, is_slice
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

_CODES = {
    "missing argument": "HB402",
    "too many arguments": "HB403",
    "unknown keyword": "HB404",
    "argument given twice": "HB405",
    "mixed forms": "HB406",
    "unknown distribution": "HB407",
}


def random(
    read: Translator, expression: tree.Expression, scope: Scope, member: str | None = None
) -> Random:
    """Read a distribution; `member` is the index set of the value, where that is known."""
    own = own_density(read, expression)
    if own is not None:
        assert isinstance(expression, tree.Call)
        return own_random(read, own, expression, scope)
    match expression:
        case tree.Truncated(base, interval):
            if (cut := own_density(read, base)) is not None:
                refuse_truncation(read, cut, expression.span)
            return truncated(read, random(read, base, scope), interval, expression, scope)
        case tree.CensoredTo(base):
            return censored_to(read, random(read, base, scope), expression, scope)
        case tree.CensoredIf(base):
            return censored_if(read, random(read, base, scope), expression, scope)
        case tree.Conditional():
            told = member or _label_set(read, expression, scope)
            return choice(read, expression, scope, lambda r, e, s: random(r, e, s, told))
        case tree.Call("Mixture") if "Mixture" not in read.names.broken:
            told = member or _label_set(read, expression, scope)
            return mixture(read, expression, scope, lambda r, e, s: random(r, e, s, told))
        case tree.Call("ZeroInflated" | "Hurdle" as name) if name not in read.names.broken:
            return with_zeros(read, expression, scope, random)
        case tree.Call(name) if name in read.names.broken:
            raise Failed
        case tree.Call("Ordered"):
            return ordered(read, expression, scope, random)
        case tree.Call(name) if name in CATEGORIES:
            return categories(read, expression, scope, member)
        case tree.Call("Categorical"):
            return _categorical(read, expression, scope, member)
        case tree.Call(name) if name in FAMILIES or not _is_value(read, name):
            return _applied(read, expression, scope)
        case _:
            _not_a_distribution(read, expression)


def _label_set(read: Translator, expression: tree.Expression, scope: Scope) -> str | None:
    """The index set from which one branch draws, for a list of chances in another."""
    found = branches(expression)
    if not any(map(chances_in_list, found)):
        return None
    drawn = [branch for branch in found if draws_label(branch) and not chances_in_list(branch)]
    first = random(read, drawn[0], scope) if drawn else None
    return first.set_name if isinstance(first, Categorical) else None


def _is_value(read: Translator, name: str) -> bool:
    return name in FUNCTIONS or name in REDUCTIONS or name in SWEEPS or name in read.names.functions


def _not_a_distribution(read: Translator, expression: tree.Expression) -> NoReturn:
    text = format_expression(expression)
    help = f"if it is computed, write `=`: `… = {text}`"
    if isinstance(expression, tree.Name) and expression.text in FAMILIES:
        help = f"write its arguments in brackets: `{expression.text}(…)`"
    elif meant := _almost_a_call(text):
        help = f"write `{meant}`"
    elif isinstance(expression, tree.Binary):
        help = f"say how it varies about that, `Normal({text}, s)`; if it is computed, write `=`"
    read.fail(
        "HB221",
        f"`{text}` is not a distribution",
        expression.span,
        cause="right of `~` stands a distribution, such as `Normal(mean, sd)`",
        help=help,
    )


def _almost_a_call(text: str) -> str:
    """What ``uniform[0, 1]`` and ``Half-Normal(1)`` stand for."""
    name, bracket, rest = text.replace(" - ", "").replace("[", "(", 1).partition("(")
    known = {other.lower(): other for other in FAMILIES}.get(name.lower())
    return f"{known}({rest[:-1]})" if known and bracket else ""


def _applied(read: Translator, expression: tree.Call, scope: Scope) -> Applied | Joint:
    if expression.conditions:
        read.fail(
            "HB216",
            f"`{expression.function}` does not take `for`",
            expression.span,
            cause="`for` stands after the whole statement",
            help="move it out of the brackets",
        )
    values = read.numbers([a.value for a in expression.arguments], scope)
    if expression.function not in JOINT_DISTRIBUTIONS:
        values = read.meet(values, expression.span)
    positional, keywords = _sorted_out(read, expression, values)
    places = {a.name: a.span for a in expression.arguments if a.name is not None}
    found = construct(expression.function, positional, keywords, expression.span, places)
    if isinstance(found, Problem):
        span = found.span
        if found.kind == "unknown distribution" and expression.function_span != tree.NOWHERE:
            span = expression.function_span
        help = _keyword_habit(expression, span) or found.help
        read.fail(_CODES[found.kind], found.title, span, cause=found.cause, help=help)
    return replace(found, span=expression.span)


def _sorted_out(
    read: Translator, expression: tree.Call, values: Sequence[Expression]
) -> tuple[list[Expression], dict[str, Expression]]:
    """The arguments by place, and those by name."""
    positional: list[Expression] = []
    keywords: dict[str, Expression] = {}
    for argument, value in zip(expression.arguments, values, strict=True):
        if argument.name is None:
            if keywords:
                read.fail(
                    "HB409",
                    "an argument without a name stands after one with a name",
                    argument.span,
                    cause="arguments by place come first, then those by name",
                    help="give it its name as well, or move it to the front",
                )
            positional.append(value)
        elif argument.name in keywords:
            read.fail(
                "HB405",
                f"`{argument.name}` of `{expression.function}` is given twice",
                argument.span,
                cause="each argument is given once",
                help="leave one of the two out",
            )
        else:
            keywords[argument.name] = value
    return positional, keywords


_KEYWORDS = {
    "loc": "mean", "mu": "mean", "sigma": "sd", "std": "sd", "scale": "sd", "tau": "precision",
    "prec": "precision", "prob": "p", "size": "n", "alpha": "a", "beta": "b", "lam": "rate",
}  # fmt: skip
"""What arguments are called elsewhere, and here."""


def _keyword_habit(expression: tree.Call, span: Span) -> str:
    """Help where an argument has its name from another language."""
    argument = next((a for a in expression.arguments if a.name and a.span == span), None)
    if argument is None:
        return ""
    name = argument.name
    distribution = FAMILIES.get(expression.function)
    forms = () if distribution is None else (form.parameters for form in distribution.forms)
    own = () if distribution is None else distribution.parameters
    known = [p.name for parameters in (own, *forms) for p in parameters]
    if name in ("var", "variance", "sigma2"):
        text = format_expression(argument.value)
        if expression.function == "Normal":
            return f"write `variance = {text}`"
        return f"give the standard deviation: `sd = sqrt({text})`" if "sd" in known else ""
    meant = _KEYWORDS.get(name or "")
    return f"write `{meant} = …`" if meant in known and name not in known else ""


def _categorical(
    read: Translator, expression: tree.Call, scope: Scope, member: str | None
) -> Categorical:
    match expression.arguments:
        case (tree.Argument(value, None | "p" | "logit" as keyword),):
            weights = read.number(value, scope)
        case _:
            read.fail(
                "HB402",
                "`Categorical` takes one vector",
                expression.span,
                cause="the form is `Categorical(p)` or `Categorical(logit = …)`",
                help="give it the probabilities: an array with its last index left off",
            )
    over = sorted(axis for axis in weights.axes if is_slice(axis))
    if len(over) != 1 or (over[0] == LIST_AXIS and member is None):
        read.fail(
            "HB318",
            "nothing tells which index set `Categorical` draws from",
            expression.span,
            cause="its argument is a vector over the index set: an array with its last index left "
            "off",
            help="leave one index off, the last"
            if len(over) > 1
            else "give the probabilities a name with an index: `p[kind] = …`, then "
            "`Categorical(p)`",
        )
    set_name = member if over[0] == LIST_AXIS and member is not None else set_of(over[0])
    if keyword == "logit":
        weights = Sweep("softmax", weights, over[0])
    return Categorical(weights, over[0], set_name, span=expression.span)
