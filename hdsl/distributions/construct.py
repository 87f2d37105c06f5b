"""From a call in the text, ``Gamma(mean = m, sd = s)``, to a distribution with its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hdsl.distributions.distribution import Distribution, Family, Parameter
from hdsl.distributions.joint import Joint, JointDistribution
from hdsl.distributions.names import beginnings, elsewhere, near, nearly_elsewhere
from hdsl.distributions.random import Applied
from hdsl.distributions.registry import FAMILIES
from hdsl.expressions.tree import Constant, Expression
from hdsl.source import NOWHERE, Span

Kind = Literal[
    "unknown distribution",
    "missing argument",
    "too many arguments",
    "unknown keyword",
    "argument given twice",
    "mixed forms",
]


@dataclass(frozen=True)
class Problem:
    """Why a call is no distribution, in the words of a diagnostic.

    `span` is the argument at fault where there is one, else the call.
    """

    kind: Kind
    title: str
    cause: str = ""
    help: str = ""
    span: Span = NOWHERE


def signature(distribution: Family) -> str:
    """How a distribution may be called: ``Gamma(shape, rate) or Gamma(mean =, sd =)``."""
    canonical = [parameter.name for parameter in distribution.parameters]
    if distribution.defaults and set(canonical) <= set(distribution.defaults):
        ways = [f"{distribution.name}()", _call(distribution.name, canonical)]
    else:
        ways = [_call(distribution.name, canonical)]
    for form in distribution.forms:
        names = [parameter.name for parameter in form.parameters]
        shared = _shared(names, canonical)
        keywords = [f"{name} =" for name in names[shared:]]
        ways.append(_call(distribution.name, [*names[:shared], *keywords]))
    return " or ".join(ways)


def _call(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})"


def _shared(names: Sequence[str], canonical: Sequence[str]) -> int:
    """How many leading parameters a form has in common with the canonical one."""
    pairs = zip(names, canonical, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(names), len(canonical)))


def construct(
    name: str,
    positional: Sequence[Expression],
    keywords: Mapping[str, Expression],
    span: Span = NOWHERE,
    keyword_spans: Mapping[str, Span] | None = None,
) -> Applied | Joint | Problem:
    """Match the arguments of a call with a parametrisation of the distribution.

    Positional arguments are the canonical parameters in order; keywords may name the others, or
    those of another form.

    Parameters
    ----------
    span
        The call, for the result and for problems without a place of their own.
    keyword_spans
        Where each keyword argument stands.
    """
    distribution = FAMILIES.get(name)
    if distribution is None:
        return _unknown(name, span)
    places = keyword_spans or {}
    problem = _check_names(distribution, positional, keywords, span, places)
    if problem is not None:
        return problem
    leading = [parameter.name for parameter in distribution.parameters[: len(positional)]]
    given = {**dict(zip(leading, positional, strict=True)), **keywords}
    return _match(distribution, given, span)


def _check_names(
    distribution: Family,
    positional: Sequence[Expression],
    keywords: Mapping[str, Expression],
    span: Span,
    places: Mapping[str, Span],
) -> Problem | None:
    canonical = [parameter.name for parameter in distribution.parameters]
    known = [*canonical, *(p.name for form in distribution.forms for p in form.parameters)]
    cause = f"it is {signature(distribution)}"
    if len(positional) > len(canonical):
        extra = positional[len(canonical)]
        return Problem(
            "too many arguments",
            f"`{distribution.name}` takes {_number(len(canonical))}, not {len(positional)}",
            cause,
            "leave out what is too many; a decimal sign is a point, as in `0.5`",
            extra.span if extra.span != NOWHERE else span,
        )
    for keyword in keywords:
        place = places.get(keyword, span)
        if keyword in canonical[: len(positional)]:
            return Problem(
                "argument given twice",
                f"`{keyword}` of `{distribution.name}` is given twice",
                f"argument {canonical.index(keyword) + 1} is `{keyword}`: {cause}",
                "give it by position or by name, once",
                place,
            )
        if keyword not in known:
            close = near(keyword, known)
            return Problem(
                "unknown keyword",
                f"`{distribution.name}` has no parameter `{keyword}`",
                cause,
                _instead(keyword) or (f"did you mean `{close[0]}`?" if close else _ANOTHER),
                place,
            )
    return None


_ANOTHER = "use one of the names above"
_KEYWORDS_ELSEWHERE = {
    **dict.fromkeys(("observed", "obs"), "what is observed stands left of `~`: `y[i] ~ …`"),
    **dict.fromkeys(
        ("dims", "shape", "size"), "indices stand on the left: `x[i] ~ …` is one for each `i`"
    ),
    **dict.fromkeys(
        ("lower", "upper", "low", "high", "min", "max"),
        "write bounds after it: `truncated to (lower, upper)`, with `inf` where there is none",
    ),
}
"""What keyword arguments of other programs are here."""


def _instead(keyword: str) -> str:
    return _KEYWORDS_ELSEWHERE.get(keyword, "")


def _number(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"


def _match(
    distribution: Family, given: Mapping[str, Expression], span: Span
) -> Applied | Joint | Problem:
    canonical = distribution.parameters
    names = {parameter.name for parameter in canonical}
    if set(given) <= names and names - set(given) <= set(distribution.defaults):
        defaults = {name: Constant(value) for name, value in distribution.defaults.items()}
        return _applied(distribution, canonical, given, {**defaults, **given}, span)
    for form in distribution.forms:
        if {parameter.name for parameter in form.parameters} == set(given):
            converted = form.convert(**given)
            return _applied(distribution, form.parameters, given, converted, span)
    return _incomplete(distribution, given, span)


def _applied(
    distribution: Family,
    written: Sequence[Parameter],
    given: Mapping[str, Expression],
    arguments: Mapping[str, Expression],
    span: Span,
) -> Applied | Joint:
    as_written = tuple((p, given[p.name]) for p in written if p.name in given)
    if isinstance(distribution, JointDistribution):
        return Joint(distribution, tuple(arguments.items()), as_written, span=span)
    assert isinstance(distribution, Distribution)
    canonical = tuple((p.name, arguments[p.name]) for p in distribution.parameters)
    return Applied(distribution, canonical, as_written, span=span)


def _incomplete(distribution: Family, given: Mapping[str, Expression], span: Span) -> Problem:
    """What is missing from the form that comes closest, or that no form has all that is given."""
    cause = f"it is {signature(distribution)}"
    forms = [distribution.parameters, *(form.parameters for form in distribution.forms)]
    fitting = [form for form in forms if set(given) <= {p.name for p in form}]
    if not fitting:
        listed = " and ".join(f"`{name}`" for name in given)
        return Problem(
            "mixed forms",
            f"{listed} of `{distribution.name}` do not go together",
            cause,
            "use the parameters of one form, the others by keyword",
            span,
        )
    missing = [
        p.name for p in fitting[0] if p.name not in given and p.name not in distribution.defaults
    ]
    listed = " and ".join(f"`{name}`" for name in missing)
    return Problem(
        "missing argument",
        f"`{distribution.name}` lacks {listed}",
        cause,
        f"add {listed}",
        span,
    )


def _unknown(name: str, span: Span) -> Problem:
    hint = elsewhere(name)
    if hint is None:
        close = near(name, list(FAMILIES)) or beginnings(name, list(FAMILIES))
        meant = " or ".join(f"`{other}`" for other in close)
        hint = f"did you mean {meant}?" if close else nearly_elsewhere(name)
    return Problem(
        "unknown distribution",
        f"there is no distribution `{name}`",
        "distributions are written with capital letters, as `Normal` and `HalfCauchy`",
        hint or "take one that the manual lists, or add its log density with `factor`",
        span,
    )
