"""From the unconstrained space to the supports of the unknowns, as expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from hdsl.density.ends import log_of, minus, raw_name
from hdsl.density.logs import KnownLogs
from hdsl.density.sizes import data_evaluator
from hdsl.density.whole_transforms import (
    correlation,
    covariance,
    factor,
    factor_name,
    free_axes,
    free_axis,
    free_size,
    log_name,
    log_simplex,
    ordered,
    simplex,
)
from hdsl.expressions.functions import exp, log, where
from hdsl.expressions.tree import Constant, Expression, Reduce, apply
from hdsl.model.graph import Bound, whole
from hdsl.plan.plan import Term, Unknown


@dataclass(frozen=True)
class Transform:
    """A bijection from the real numbers to an unknown's support.

    Attributes
    ----------
    constrained
        The unknown, given its unconstrained values (see `raw_name`).
    log_jacobian
        Log derivative of `constrained`, element by element.
    unconstrained
        The unconstrained values, given the unknown.
    free
        The axes of the unconstrained values, where they are not those of the unknown.
    """

    unknown: Unknown
    constrained: Expression
    log_jacobian: Expression
    unconstrained: Expression
    free: tuple[str, ...] | None = None

    @property
    def free_axes(self) -> tuple[str, ...]:
        """The axes of the unconstrained values."""
        return self.unknown.axes if self.free is None else self.free


def _surely_finite(end: Expression) -> bool:
    return True


def transform(
    unknown: Unknown, is_finite: Callable[[Expression], bool] = _surely_finite
) -> Transform:
    """The bijection for an unknown; ends of the support may depend on other unknowns.

    Parameters
    ----------
    is_finite
        Whether an end is finite for every element; where it is not, elements have maps of their
        own.

    Raises
    ------
    ValueError
        For a discrete unknown: a plan never samples one.
    """
    if unknown.support.integer:
        raise ValueError(f"internal: the plan samples `{unknown.name}`, which is discrete")
    if unknown.support.kind != "interval":
        return _of_whole(unknown)
    u, x = whole(raw_name(unknown.name), unknown.axes), whole(unknown.name, unknown.axes)
    lower, has_lower = _finite(unknown.support.lower, Constant(0.0), is_finite)
    upper, has_upper = _finite(unknown.support.upper, lower + 1.0, is_finite)
    found = _pick(
        has_lower,
        _pick(has_upper, _between(lower, upper, u, x), _above(lower, u, x)),
        _pick(has_upper, _below(upper, u, x), (u, Constant(0.0), x)),
    )
    return Transform(unknown, *found)


_Map: TypeAlias = tuple[Expression, Expression, Expression]
"""The unknown from its unconstrained value, the log Jacobian, and the way back."""


def _between(lower: Expression, upper: Expression, u: Expression, x: Expression) -> _Map:
    width = minus(upper, lower)
    return (
        lower + width * apply("logistic", u),
        log_of(width) + (apply("log_logistic", u) + apply("log_logistic", -u)),
        log(minus(x, lower)) - log(minus(upper, x)),
    )


def _above(lower: Expression, u: Expression, x: Expression) -> _Map:
    return lower + exp(u), u, log(minus(x, lower))


def _below(upper: Expression, u: Expression, x: Expression) -> _Map:
    return upper - exp(u), u, log(minus(upper, x))


def _finite(
    end: Expression | None, instead: Expression, is_finite: Callable[[Expression], bool]
) -> tuple[Expression, Expression]:
    """An end, with something else in its place where it is infinite, and where it is not."""
    if end is None or (isinstance(end, Constant) and math.isinf(end.value)):
        return instead, Constant(0.0)
    if isinstance(end, Constant) or is_finite(end):
        return end, Constant(1.0)
    finite = apply("less", apply("abs", end), math.inf)
    return where(finite, end, instead), finite


def _pick(condition: Expression, yes: _Map, no: _Map) -> _Map:
    if isinstance(condition, Constant):
        return yes if condition.value else no
    first, second, third = (where(condition, a, b) for a, b in zip(yes, no, strict=True))
    return first, second, third


def _of_whole(unknown: Unknown) -> Transform:
    """The bijection for a vector or a matrix whose elements obey something together."""
    match unknown.support.kind:
        case "simplex":
            parts = simplex(unknown)
        case "ordered":
            parts = ordered(unknown)
        case "correlation":
            parts = correlation(unknown)
        case _:
            parts = covariance(unknown)
    return Transform(unknown, *parts, free=free_axes(unknown))


def free_sizes(unknowns: Iterable[Unknown], bound: Bound) -> dict[str, int]:
    """Lengths of the axes that the transforms add."""
    run = data_evaluator(bound, ())
    found: dict[str, int] = {}
    for unknown in unknowns:
        for axis in unknown.support.over:
            size = free_size(unknown, run.size(axis))
            if size is not None:
                found[free_axis(unknown)] = size
            elif unknown.support.kind == "ordered":
                found[f"gaps({unknown.name})"] = run.size(axis) + 1
    return found


_FACTORED = ("correlation", "covariance")


def jacobian_term(bijection: Transform) -> Term | None:
    """What the change of variables adds to the log density; nothing on the real line."""
    if bijection.log_jacobian == Constant(0.0):
        return None
    unknown = bijection.unknown
    body = bijection.log_jacobian
    support = unknown.support
    over = tuple(a for a in unknown.axes if support.kind == "interval" or a not in support.over)
    summed = Reduce("sum", body, over) if over else body
    return Term(f"Jacobian of {unknown.name}", summed, unknown.span)


def known_logs(unknowns: Collection[Unknown]) -> KnownLogs:
    """The logarithms that the unconstrained values give exactly."""
    logs: dict[str, str] = {}
    complements: dict[str, str] = {}
    logits: dict[str, str] = {}
    for unknown in unknowns:
        if unknown.support.kind == "simplex":
            logs[unknown.name] = log_name(unknown.name)
        if unknown.support.kind != "interval":
            continue
        match _interval(unknown):
            case 0.0, None:
                logs[unknown.name] = raw_name(unknown.name)
            case 0.0, 1.0:
                logs[unknown.name] = log_name(unknown.name)
                complements[unknown.name] = f"log1m({unknown.name})"
                logits[unknown.name] = raw_name(unknown.name)
            case _:
                pass
    factors = {u.name: factor_name(u.name) for u in unknowns if u.support.kind in _FACTORED}
    return KnownLogs(logs, complements, logits, factors)


def _interval(unknown: Unknown) -> tuple[object, object]:
    lower, upper = (
        end.value if isinstance(end, Constant) else end
        for end in (unknown.support.lower, unknown.support.upper)
    )
    return None if lower == -math.inf else lower, None if upper == math.inf else upper


def log_definitions(
    unknowns: Iterable[Unknown], known: KnownLogs
) -> dict[str, tuple[tuple[str, ...], Expression]]:
    """What the names in `known` stand for, once for each element of an unknown."""
    found: dict[str, tuple[tuple[str, ...], Expression]] = {}
    for unknown in unknowns:
        u = whole(raw_name(unknown.name), unknown.axes)
        if unknown.name in known.log1m:
            found[known.log[unknown.name]] = (unknown.axes, apply("log_logistic", u))
            found[known.log1m[unknown.name]] = (unknown.axes, apply("log_logistic", -u))
        elif unknown.support.kind == "simplex":
            found[log_name(unknown.name)] = (unknown.axes, log_simplex(unknown))
        elif unknown.support.kind in _FACTORED:
            found[factor_name(unknown.name)] = (unknown.axes, factor(unknown))
    return found
