"""Logarithms of probabilities and of positive numbers, taken where they are exact.

``log(1 - logistic(x))`` is minus infinity from x = 37 on; ``log_logistic(-x)`` never is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hdsl.expressions.functions import exp, log, log1m
from hdsl.expressions.rewrite import rebuild
from hdsl.expressions.tree import (
    Along,
    Apply,
    Constant,
    Expression,
    Gather,
    OfWhole,
    Reference,
    apply,
)


@dataclass(frozen=True)
class KnownLogs:
    """Names of quantities whose elements are the log of a named quantity, or of its complement.

    `factor` names the Cholesky factors of matrices.
    """

    log: Mapping[str, str] = field(default_factory=dict[str, str])
    log1m: Mapping[str, str] = field(default_factory=dict[str, str])
    logit: Mapping[str, str] = field(default_factory=dict[str, str])
    factor: Mapping[str, str] = field(default_factory=dict[str, str])


def exact_logs(expression: Expression, known: KnownLogs) -> Expression:
    """The same expression with each logarithm in the form that loses nothing."""

    def change(e: Expression) -> Expression | None:
        if isinstance(e, OfWhole):
            return _factor(e, known)
        return None if not isinstance(e, Apply) else _changed(e, known, visit)

    def visit(e: Expression) -> Expression:
        return rebuild(e, change)

    return visit(expression)


def _changed(
    e: Apply, known: KnownLogs, again: Callable[[Expression], Expression]
) -> Expression | None:
    match e.function, e.arguments:
        case "log", (x,):
            found = _log(x, known)
        case "log1m", (x,):
            found = _log1m(x, known)
        case "log1p", (Apply("negative", (x,)),):
            found = _log1m(x, known)
        case "logit", (Reference() as x,) if x.name in known.logit:
            found = Reference(known.logit[x.name], x.indices, span=x.span)
        case "xlogy", (weight, x):
            found = _weighted(weight, _log(x, known))
        case "xlog1py", (weight, Apply("negative", (x,))):
            found = _weighted(weight, _log1m(x, known))
        case _:
            return None
    return None if found is None else again(found)


def _factor(e: OfWhole, known: KnownLogs) -> Expression | None:
    """The Cholesky factor of a whole matrix that has one by construction."""
    match e:
        case OfWhole("cholesky", ((Reference(name, indices), own),), result) if (
            name in known.factor
            and own == result
            and indices[-2:] == tuple(Along(axis) for axis in own)
            and not any(i.positions.axes & set(own) for i in indices if isinstance(i, Gather))
        ):
            return Reference(known.factor[name], indices, span=e.span)
        case _:
            return None


def _weighted(weight: Expression, logarithm: Expression | None) -> Expression | None:
    return None if logarithm is None else weight * logarithm


def _log(x: Expression, known: KnownLogs) -> Expression | None:
    match x:
        case Reference(name, indices) if name in known.log:
            return Reference(known.log[name], indices, span=x.span)
        case Apply("exp", (y,)):
            return y
        case Apply("logistic", (y,)):
            return apply("log_logistic", y)
        case Apply("Phi", (y,)):
            return apply("log_Phi", y)
        case Apply("subtract", (Constant(1.0), y)):
            return _log1m(y, known) or log1m(y)
        case _:
            return None


def _log1m(x: Expression, known: KnownLogs) -> Expression | None:
    match x:
        case Reference(name, indices) if name in known.log1m:
            return Reference(known.log1m[name], indices, span=x.span)
        case Apply("logistic", (y,)):
            return apply("log_logistic", -y)
        case Apply("Phi", (y,)):
            return apply("log_Phi", -y)
        case Apply("inverse_cloglog", (y,)):
            return -exp(y)
        case Apply("subtract", (Constant(1.0), y)):
            return _log(y, known) or log(y)
        case _:
            return None
