"""Exact identities that keep densities accurate in the tails and make their structure visible."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.functions import FUNCTIONS, LINKS
from hdsl.expressions.tree import Apply, Constant, Expression, apply, map_children

# Functions whose value at constants needs no import of SciPy.
_FOLDED = {
    *("add", "subtract", "multiply", "divide", "power", "negative", "max", "min"),
    *("exp", "log", "log1p", "log1m", "expm1", "sqrt", "square", "abs", "floor", "ceil"),
    *("less", "less_equal", "equal", "not_equal", "and", "or", "not"),
}


def simplify(expression: Expression) -> Expression:
    """An equal expression, in which ``log(logistic(x))`` and the like have become one function.

    To be applied after definitions have been inlined. Each identity holds for all finite values
    of the innermost argument.
    """
    return simplifier()(expression)


def simplifier() -> Callable[[Expression], Expression]:
    """`simplify` for many expressions: what they share is simplified once."""
    memo: dict[Expression, Expression] = {}

    def visit(e: Expression) -> Expression:
        if e not in memo:
            memo[e] = _simpler(map_children(e, visit))
        return memo[e]

    return visit


def _simpler(e: Expression) -> Expression:
    if not isinstance(e, Apply):
        return e
    if e.function in _FOLDED and all(isinstance(a, Constant) for a in e.arguments):
        return _folded(e)
    match e.function, e.arguments:
        case "negative", (Apply("negative", (x,)),):
            return x
        case "log", (p,):
            return log_of(p) or e
        case "log1m", (p,):
            return log_of_complement(p) or e
        case "log1p", (Apply("negative", (p,)),):
            return log_of_complement(p) or apply("log1m", p, span=e.span)
        case "log1m", (Apply("negative", (p,)),):
            return apply("log1p", p, span=e.span)
        case "xlogy", (y, p):
            found = log_of(p)
            return e if found is None else _simpler_product(y, found)
        case "xlog1py", (y, Apply("negative", (p,))):
            found = log_of_complement(p)
            return e if found is None else _simpler_product(y, found)
        case ((("logit" | "probit" | "cloglog") as link), (Apply(inverse, (x,)),)) if (
            inverse == LINKS[link]
        ):
            return x
        case "where", (Constant(condition), yes, no) if yes.axes == no.axes:
            return yes if condition != 0 else no
        case "add" | "subtract" | "multiply" | "divide" | "power", _:
            return apply(e.function, *e.arguments, span=e.span)
        case _:
            return e


def _simpler_product(y: Expression, log_p: Expression) -> Expression:
    return _simpler(apply("multiply", y, log_p))


def log_of(p: Expression) -> Expression | None:
    """The log of an expression, where a function gives it directly."""
    match p:
        case Apply("exp", (x,)):
            return x
        case Apply("logistic", (x,)):
            return apply("log_logistic", x)
        case Apply("Phi", (x,)):
            return apply("log_Phi", x)
        case Apply("incomplete_gamma", (a, x)):
            return apply("log_gamma_lower", a, x)
        case Apply("upper_incomplete_gamma", (a, x)):
            return apply("log_gamma_upper", a, x)
        case Apply("incomplete_beta", (a, b, x)):
            return apply("log_beta_lower", a, b, x, 1.0 - x)
        case Apply("inverse_cloglog", (x,)):
            return apply("log_inverse_cloglog", x)
        case Apply("subtract", (Constant(1.0), q)):
            return log_of_complement(q)
        case _:
            return None


def log_of_complement(p: Expression) -> Expression | None:
    """The log of one minus an expression, where a function gives it directly."""
    match p:
        case Apply("logistic", (x,)):
            return apply("log_logistic", _negative(x))
        case Apply("Phi", (x,)):
            return apply("log_Phi", _negative(x))
        case Apply("incomplete_gamma", (a, x)):
            return apply("log_gamma_upper", a, x)
        case Apply("upper_incomplete_gamma", (a, x)):
            return apply("log_gamma_lower", a, x)
        case Apply("incomplete_beta", (a, b, x)):
            return apply("log_beta_lower", b, a, 1.0 - x, x)
        case Apply("inverse_cloglog", (x,)):
            return -apply("exp", x)
        case Apply("subtract", (Constant(1.0), q)):
            return log_of(q)
        case _:
            return None


def _negative(x: Expression) -> Expression:
    return _simpler(-x)


def _folded(e: Apply) -> Expression:
    values = [np.float64(a.value) for a in e.arguments if isinstance(a, Constant)]
    with np.errstate(all="ignore"):
        value = float(FUNCTIONS[e.function].compute(numpy_arrays(), *values))
    return e if math.isnan(value) else Constant(value, span=e.span)
