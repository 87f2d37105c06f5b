"""From the unconstrained space to simplexes, ordered vectors and matrices, as expressions."""

from __future__ import annotations

from hdsl.density.ends import finite, log_of, minus, raw_name
from hdsl.expressions.functions import exp, log, where
from hdsl.expressions.tree import (
    Along,
    Expression,
    OfWhole,
    Position,
    Reduce,
    Reference,
    Shift,
    Size,
    Sweep,
    apply,
)
from hdsl.model.graph import whole
from hdsl.plan.plan import Unknown

Parts = tuple[Expression, Expression, Expression]
"""The unknown from its free values, the log Jacobian, the free values from the unknown."""


def log_name(name: str) -> str:
    """Name of the logarithms of an unknown."""
    return f"log({name})"


def factor_name(name: str) -> str:
    """Name of the Cholesky factor of an unknown matrix."""
    return f"cholesky({name})"


def free_axis(unknown: Unknown) -> str:
    """The axis of the free values of a vector or a matrix."""
    return f"free({unknown.name})"


def free_axes(unknown: Unknown) -> tuple[str, ...]:
    """The axes of the free values of an unknown."""
    if unknown.support.kind in ("interval", "ordered"):
        return unknown.axes
    kept = tuple(axis for axis in unknown.axes if axis not in unknown.support.over)
    return (*kept, free_axis(unknown))


def free_size(unknown: Unknown, size: int) -> int | None:
    """The length of `free_axis`, where the unknown has one, for so many labels."""
    match unknown.support.kind:
        case "simplex":
            return size - 1
        case "correlation":
            return size * (size - 1) // 2
        case "covariance":
            return size * (size + 1) // 2
        case _:
            return None


def simplex(unknown: Unknown) -> Parts:
    """Shares of a whole, by isometric log-ratios; no element is preferred."""
    over, free = unknown.support.over, free_axis(unknown)
    x, logs = whole(unknown.name, unknown.axes), whole(log_name(unknown.name), unknown.axes)
    jacobian = Reduce("sum", logs, over) + 0.5 * log(Size(over[0]))
    return exp(logs), jacobian, OfWhole("free simplex", ((log(x), over),), (free,))


def log_simplex(unknown: Unknown) -> Expression:
    """The logarithms of the shares, exact however small these are."""
    return _made("log simplex", unknown)


def correlation(unknown: Unknown) -> Parts:
    """A correlation matrix, by canonical partial correlations."""
    pair, free = unknown.support.over, free_axis(unknown)
    product = OfWhole("factor times its transpose", ((_factor(unknown), pair),), pair)
    same = apply("equal", Position(pair[0]), Position(pair[1]))
    x = whole(unknown.name, unknown.axes)
    back = OfWhole("free correlation", ((x, pair),), (free,))
    jacobian = OfWhole("correlation log Jacobian", _free(unknown))
    return where(same, 1.0, apply("max", apply("min", product, 1.0), -1.0)), jacobian, back


def covariance(unknown: Unknown) -> Parts:
    """A positive definite matrix, by its Cholesky factor with the logarithms of its diagonal."""
    pair, free = unknown.support.over, free_axis(unknown)
    product = OfWhole("factor times its transpose", ((_factor(unknown), pair),), pair)
    x = whole(unknown.name, unknown.axes)
    back = OfWhole("free covariance", ((x, pair),), (free,))
    return product, OfWhole("covariance log Jacobian", _free(unknown)), back


def factor(unknown: Unknown) -> Expression:
    """The Cholesky factor of a matrix, from its free values."""
    return _made(f"{unknown.support.kind} factor", unknown)


def _factor(unknown: Unknown) -> Reference:
    return whole(factor_name(unknown.name), unknown.axes)


def _free(unknown: Unknown) -> tuple[tuple[Expression, tuple[str, ...]], ...]:
    free = free_axes(unknown)
    return ((whole(raw_name(unknown.name), free), free[-1:]),)


def _made(function: str, unknown: Unknown) -> Expression:
    return OfWhole(function, _free(unknown), unknown.support.over)


# --- increasing numbers ---------------------------------------------------------------------------


def ordered(unknown: Unknown) -> Parts:
    """Increasing numbers within the ends of their support, which do not vary along them."""
    (axis,) = unknown.support.over
    lower, upper = finite(unknown.support.lower), finite(unknown.support.upper)
    u, x = whole(raw_name(unknown.name), unknown.axes), whole(unknown.name, unknown.axes)
    if lower is not None and upper is not None:
        return _between(unknown, lower, upper)
    at_end = _is_first(axis) if upper is None else _is_last(axis)
    neighbour = _shifted(unknown, axis, -1 if upper is None else 1)
    if lower is None and upper is None:
        steps = where(at_end, u, exp(u))
        apart = where(at_end, x, log(where(at_end, 1.0, x - neighbour)))
        jacobian = Reduce("sum", where(at_end, 0.0, u), (axis,))
        return Sweep("cumsum", steps, axis), jacobian, apart
    jacobian = Reduce("sum", u, (axis,))
    if upper is None:
        assert lower is not None
        before = where(at_end, lower, neighbour)
        return lower + Sweep("cumsum", exp(u), axis), jacobian, log(x - before)
    steps = exp(u)
    remaining = Reduce("sum", steps, (axis,)) - Sweep("cumsum", steps, axis) + steps
    return upper - remaining, jacobian, log(where(at_end, upper, neighbour) - x)


def _between(unknown: Unknown, lower: Expression, upper: Expression) -> Parts:
    """The gaps between the ends and the numbers are the shares of a simplex."""
    (axis,) = unknown.support.over
    gaps = f"gaps({unknown.name})"
    u, x = whole(raw_name(unknown.name), unknown.axes), whole(unknown.name, unknown.axes)
    logs = OfWhole("interval gaps", ((u, (axis,)),), (gaps,))
    width = minus(upper, lower)
    shares = OfWhole("without the last", ((Sweep("cumsum", exp(logs), gaps), (gaps,)),), (axis,))
    jacobian = (
        Reduce("sum", logs, (gaps,)) + 0.5 * log(Size(axis) + 1.0) + Size(axis) * log_of(width)
    )
    back = OfWhole("free interval gaps", (((x - lower) / width, (axis,)),), (axis,))
    return lower + width * shares, jacobian, back


def _is_first(axis: str) -> Expression:
    return apply("equal", Position(axis), 0.0)


def _is_last(axis: str) -> Expression:
    return apply("equal", Position(axis), Size(axis) - 1.0)


def _shifted(unknown: Unknown, axis: str, by: int) -> Reference:
    indices = tuple(Shift(a, by) if a == axis else Along(a) for a in unknown.axes)
    return Reference(unknown.name, indices)
