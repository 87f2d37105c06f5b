"""``truncated to`` and ``censored``: a distribution within bounds, or known only up to them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn

from hdsl.distributions.categorical import Categorical
from hdsl.distributions.censored import CensoredIf, CensoredTo, log_at_least
from hdsl.distributions.random import Random
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.tree import Constant, Expression
from hdsl.model.scope import Scope
from hdsl.source import Span
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def truncated(
    read: Translator,
    found: Random,
    interval: tree.Interval,
    expression: tree.Truncated,
    scope: Scope,
) -> Truncated:
    """Read ``D truncated to (lower, upper)``."""
    what = f"truncate `{found.family}`"
    if any(isinstance(part, CensoredTo | CensoredIf) for part in found.walk()):
        read.fail(
            "HB423",
            "a censored distribution cannot be truncated",
            expression.span,
            cause="truncation says which values there can be, censoring how much of them is seen",
            help="truncate first: `D truncated to (…) censored …`",
        )
    if found.has_atoms:
        read.fail(
            "HB423",
            f"hdsl cannot {what}",
            expression.span,
            cause="zero has a chance of its own there, so what is cut off would be read in two "
            "ways",
            help="truncate the distribution inside it",
        )
    _check_number(read, found, expression.span, "truncated")
    ends = read.numbers([interval.lower, interval.upper], scope)
    lower, upper = (None if _is_infinite(end) else end for end in ends)
    if isinstance(lower, Constant) and isinstance(upper, Constant):
        _check_interval(read, interval, lower.value, upper.value, found.is_discrete)
    cut = Truncated(
        found, lower, upper, not interval.lower_closed, not interval.upper_closed,
        span=expression.span,
    )  # fmt: skip
    if found.log_mass(lower, upper) is None:
        no_cdf(read, found, expression.span, "to truncate it")
    return cut


def _check_number(read: Translator, found: Random, span: Span, done: str) -> None:
    """Refuse labels and vectors, which have no order."""
    if isinstance(found, Categorical) or found.event_axes:
        what = "labels" if isinstance(found, Categorical) else "a vector"
        read.fail(
            "HB423",
            f"`{found.family}` cannot be {done}",
            span,
            cause=f"it draws {what}, and only single numbers are between two bounds",
            help="leave the bounds out",
        )


def no_cdf(read: Translator, found: Random, span: Span, purpose: str) -> NoReturn:
    """Report a distribution whose cumulative probability has no formula."""
    read.fail(
        "HB423",
        f"`{found.family}` has no cumulative probability",
        span,
        cause=f"the chance of values beyond a bound is needed {purpose}",
        help="choose bounds of the distribution itself: `Flat(lower, upper)`"
        if "Flat" in found.family
        else "choose a distribution whose cumulative probability has a formula",
    )


def _check_interval(
    read: Translator, interval: tree.Interval, lower: float, upper: float, discrete: bool
) -> None:
    """Refuse an interval with nothing in it."""
    if lower >= upper and not (discrete and lower == upper and interval.lower_closed):
        read.fail(
            "HB410",
            "the interval of the truncation is empty",
            interval.span,
            cause="the lower end must be below the upper end",
            help="exchange the two ends" if lower > upper else "move one of the ends",
        )
    first = math.ceil(lower) + (lower == math.ceil(lower) and not interval.lower_closed)
    last = math.floor(upper) - (upper == math.floor(upper) and not interval.upper_closed)
    if discrete and first > last:
        read.fail(
            "HB410",
            "no whole number lies in the interval of the truncation",
            interval.span,
            cause="a bracket `[` or `]` keeps the end itself, `(` or `)` leaves it out",
            help=f"write `[{lower:g}, {upper:g}]` to keep both ends",
        )


def _is_infinite(end: Expression) -> bool:
    return isinstance(end, Constant) and end.value in (float("inf"), float("-inf"))


def censored_to(
    read: Translator, found: Random, expression: tree.CensoredTo, scope: Scope
) -> CensoredTo:
    """Read ``D censored to [lower, upper]``."""
    _check_censored(read, found, expression.span)
    interval = expression.interval
    ends = read.numbers([interval.lower, interval.upper], scope)
    lower, upper = (None if _is_infinite(end) else end for end in ends)
    if (lower is not None and not interval.lower_closed) or (
        upper is not None and not interval.upper_closed
    ):
        text = read.text_of(interval.span)
        read.fail(
            "HB424",
            "a bound of the censoring is left out of its interval",
            interval.span,
            cause="a value at a bound is seen, and means at most, or at least, this: the bounds "
            "belong to the interval",
            help=f"write square brackets: `[{text[1:-1]}]`",
        )
    if lower is None and upper is None:
        read.fail(
            "HB424",
            "the censoring has no bound",
            interval.span,
            cause="between minus infinity and infinity every value is seen as it is",
            help="leave it out, or give it a bound: `[0, inf]`",
        )
    if isinstance(lower, Constant) and isinstance(upper, Constant) and lower.value >= upper.value:
        read.fail(
            "HB424",
            "the bounds of the censoring are not in order",
            interval.span,
            cause="the lower bound must be below the upper one",
            help="exchange the two bounds" if lower.value > upper.value else "move one of them",
        )
    return CensoredTo(found, lower, upper, span=expression.span)


def censored_if(
    read: Translator, found: Random, expression: tree.CensoredIf, scope: Scope
) -> CensoredIf:
    """Read ``D censored if c``."""
    _check_censored(read, found, expression.span)
    return CensoredIf(found, read.number(expression.condition, scope), span=expression.span)


def _check_censored(read: Translator, found: Random, span: Span) -> None:
    if any(isinstance(part, CensoredTo | CensoredIf) for part in found.walk()):
        read.fail(
            "HB423",
            "a distribution is censored twice",
            span,
            cause="censoring says how much of a value is seen, and that is said once",
            help="give both bounds at once: `censored to [lower, upper]`",
        )
    _check_number(read, found, span, "censored")
    if found.log_cdf(_ONE) is None or log_at_least(found, _ONE) is None:
        no_cdf(read, found, span, "for what is censored")


_ONE = Constant(1.0)
