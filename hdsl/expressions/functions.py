"""The functions of the language and of densities: what they compute and what values they can have.

Implementations take the array module as their first argument, so that one table serves NumPy and
JAX. Truth is the number 1, falsehood 0.
"""
# ruff: noqa: E501  # the table has one function a line

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hdsl.expressions import angular_tails, bessel, count_tails, incomplete, special
from hdsl.expressions.tree import Expression, Operand, apply

Array = Any
Arrays = Any


@dataclass(frozen=True)
class Function:
    """A function that acts element by element.

    Attributes
    ----------
    arity
        Number of arguments.
    compute
        ``compute(arrays, *arguments)``, where `arrays` is the array module.
    monotone
        ``+1`` or ``-1`` where it grows or falls in its one argument over its whole domain.
    domain, codomain
        Closed bounds of the argument and of the value.
    public
        Whether models may use it by this name.
    meaning
        A line for the manual.
    letters
        What the manual calls the arguments.
    """

    arity: int
    compute: Callable[..., Array]
    monotone: int = 0
    domain: tuple[float, float] = (-math.inf, math.inf)
    codomain: tuple[float, float] = (-math.inf, math.inf)
    public: bool = True
    meaning: str = ""
    letters: str = "xyz"


def _truth(compute: Callable[..., Array]) -> Callable[..., Array]:
    def as_number(xp: Arrays, *arguments: Array) -> Array:
        return compute(xp, *arguments) * 1.0

    return as_number


def _operator(compute: Callable[..., Array], arity: int = 2) -> Function:
    return Function(arity, compute, public=False)


def _comparison(compute: Callable[..., Array]) -> Function:
    return Function(2, _truth(compute), codomain=(0, 1), public=False)


_INF = math.inf

FUNCTIONS: dict[str, Function] = {
    "add": _operator(lambda xp, a, b: a + b),
    "subtract": _operator(lambda xp, a, b: a - b),
    "multiply": _operator(lambda xp, a, b: a * b),
    "divide": _operator(special.divide),
    "power": _operator(special.power),
    "negative": Function(1, lambda xp, a: -a, monotone=-1, public=False),
    "less": _comparison(lambda xp, a, b: a < b),
    "less_equal": _comparison(lambda xp, a, b: a <= b),
    "equal": _comparison(lambda xp, a, b: a == b),
    "not_equal": _comparison(lambda xp, a, b: a != b),
    "and": _comparison(lambda xp, a, b: (a != 0) & (b != 0)),
    "or": _comparison(lambda xp, a, b: (a != 0) | (b != 0)),
    "not": Function(1, _truth(lambda xp, a: a == 0), codomain=(0, 1), public=False),
    "where": Function(3, lambda xp, c, a, b: xp.where(c != 0, a, b), public=False),
    "undefined": Function(1, _truth(lambda xp, a: xp.isnan(a)), codomain=(0, 1), public=False),
    "missing": Function(1, _truth(lambda xp, a: xp.isnan(a)), codomain=(0, 1), meaning="1 where the cell is empty"),
    "exp": Function(1, lambda xp, a: xp.exp(a), 1, codomain=(0, _INF), meaning="e to the power x"),
    "log": Function(1, special.log, 1, domain=(0, _INF), meaning="natural logarithm"),
    "log10": Function(1, lambda xp, a: xp.log10(a), 1, domain=(0, _INF), meaning="logarithm to base 10"),
    "log2": Function(1, lambda xp, a: xp.log2(a), 1, domain=(0, _INF), meaning="logarithm to base 2"),
    "log1p": Function(1, special.log1p, 1, domain=(-1, _INF), meaning="log(1 + x), exact for small x"),
    "expm1": Function(1, lambda xp, a: xp.expm1(a), 1, codomain=(-1, _INF), meaning="exp(x) - 1, exact for small x"),
    "log1m": Function(1, lambda xp, a: special.log1p(xp, -a), -1, domain=(-_INF, 1), meaning="log(1 - x), exact for small x"),
    "sqrt": Function(1, lambda xp, a: xp.sqrt(a), 1, domain=(0, _INF), codomain=(0, _INF), meaning="square root"),
    "square": Function(1, lambda xp, a: a * a, codomain=(0, _INF), meaning="x times x"),
    "abs": Function(1, lambda xp, a: xp.abs(a), codomain=(0, _INF), meaning="absolute value"),
    "sign": Function(1, lambda xp, a: xp.sign(a), codomain=(-1, 1), meaning="-1, 0 or 1"),
    "floor": Function(1, lambda xp, a: xp.floor(a), 1, meaning="largest whole number not above x"),
    "ceil": Function(1, lambda xp, a: xp.ceil(a), 1, meaning="smallest whole number not below x"),
    "round": Function(1, lambda xp, a: xp.round(a), 1, meaning="nearest whole number"),
    "sin": Function(1, lambda xp, a: xp.sin(a), codomain=(-1, 1), meaning="sine (radians)"),
    "cos": Function(1, lambda xp, a: xp.cos(a), codomain=(-1, 1), meaning="cosine (radians)"),
    "tan": Function(1, lambda xp, a: xp.tan(a), meaning="tangent (radians)"),
    "asin": Function(1, lambda xp, a: xp.arcsin(a), 1, domain=(-1, 1), codomain=(-math.pi / 2, math.pi / 2), meaning="inverse sine"),
    "acos": Function(1, lambda xp, a: xp.arccos(a), -1, domain=(-1, 1), codomain=(0, math.pi), meaning="inverse cosine"),
    "atan": Function(1, lambda xp, a: xp.arctan(a), 1, codomain=(-math.pi / 2, math.pi / 2), meaning="inverse tangent"),
    "atan2": Function(2, lambda xp, a, b: xp.arctan2(a, b), codomain=(-math.pi, math.pi), meaning="angle of the point (x, y)", letters="yx"),
    "sinh": Function(1, lambda xp, a: xp.sinh(a), 1, meaning="hyperbolic sine"),
    "cosh": Function(1, lambda xp, a: xp.cosh(a), codomain=(1, _INF), meaning="hyperbolic cosine"),
    "tanh": Function(1, lambda xp, a: xp.tanh(a), 1, codomain=(-1, 1), meaning="hyperbolic tangent"),
    "logistic": Function(1, lambda xp, a: xp.expit(a), 1, codomain=(0, 1), meaning="1 / (1 + exp(-x)), the inverse of logit"),
    "logit": Function(1, special.logit, 1, domain=(0, 1), meaning="log(p / (1 - p))", letters="p"),
    "log_logistic": Function(1, special.log_logistic, 1, codomain=(-_INF, 0), meaning="log(logistic(x)), exact in the tails"),
    "softplus": Function(1, lambda xp, a: xp.logaddexp(a, 0.0), 1, codomain=(0, _INF), meaning="log(1 + exp(x))"),
    "Phi": Function(1, lambda xp, a: xp.ndtr(a), 1, codomain=(0, 1), meaning="standard normal cumulative probability, the inverse of probit"),
    "log_Phi": Function(1, special.log_ndtr, 1, codomain=(-_INF, 0), meaning="log(Phi(x)), exact in the tails"),
    "probit": Function(1, lambda xp, a: xp.ndtri(a), 1, domain=(0, 1), meaning="standard normal quantile", letters="p"),
    "cloglog": Function(1, lambda xp, a: xp.log(-xp.log1p(-a)), 1, domain=(0, 1), meaning="log(-log(1 - p))", letters="p"),
    "inverse_cloglog": Function(1, lambda xp, a: -xp.expm1(-xp.exp(a)), 1, codomain=(0, 1), meaning="1 - exp(-exp(x)), the inverse of cloglog"),
    "erf": Function(1, lambda xp, a: xp.erf(a), 1, codomain=(-1, 1), meaning="error function"),
    "lgamma": Function(1, lambda xp, a: xp.gammaln(a), domain=(0, _INF), meaning="log of the gamma function"),
    "digamma": Function(1, lambda xp, a: xp.digamma(a), 1, domain=(0, _INF), meaning="derivative of lgamma"),
    "log_beta": Function(2, special.log_beta, meaning="log of the beta function", letters="ab"),
    "log_choose": Function(2, special.log_choose, meaning="log of the binomial coefficient", letters="nk"),
    "log_rising": Function(2, special.log_rising, meaning="lgamma(x + n) - lgamma(x), without cancellation", letters="xn"),
    "incomplete_beta": Function(3, incomplete.beta_lower, codomain=(0, 1), meaning="regularised incomplete beta function I_x(a, b)", letters="abx"),
    "incomplete_gamma": Function(2, incomplete.gamma_lower, codomain=(0, 1), meaning="regularised lower incomplete gamma function P(a, x)", letters="ax"),
    "upper_incomplete_gamma": Function(2, incomplete.gamma_upper, codomain=(0, 1), meaning="regularised upper incomplete gamma function Q(a, x)", letters="ax"),
    "max": Function(2, lambda xp, a, b: xp.maximum(a, b), meaning="the larger of two"),
    "min": Function(2, lambda xp, a, b: xp.minimum(a, b), meaning="the smaller of two"),
    "logaddexp": Function(2, lambda xp, a, b: xp.logaddexp(a, b), meaning="log(exp(x) + exp(y))"),
    "logsubexp": Function(2, special.logsubexp, meaning="log(exp(x) - exp(y))"),
    "constant": Function(1, lambda xp, a: xp.stop_gradient(a), 1, public=False),
    "log_beta_lower": Function(4, incomplete.log_beta_tail, codomain=(-_INF, 0), public=False),
    "log_gamma_lower": Function(2, incomplete.log_gamma_lower, codomain=(-_INF, 0), public=False),
    "log_gamma_upper": Function(2, incomplete.log_gamma_upper, codomain=(-_INF, 0), public=False),
    "log_skew_normal_lower": Function(2, incomplete.log_skew_normal_lower, codomain=(-_INF, 0), public=False),
    "log_ex_gaussian_tail": Function(2, special.log_ex_gaussian_tail, public=False),
    "log_hyp0f1": Function(2, bessel.log_hyp0f1, public=False),
    "log_sum_below": Function(4, count_tails.log_sum_below, codomain=(0, _INF), public=False),
    "log_sum_above": Function(4, count_tails.log_sum_above, codomain=(0, _INF), public=False),
    "log_skellam_lower": Function(3, count_tails.log_skellam_lower, codomain=(-_INF, 0), public=False),
    "log_skellam_upper": Function(3, count_tails.log_skellam_upper, codomain=(-_INF, 0), public=False),
    "log_rice_lower": Function(2, angular_tails.log_rice_lower, codomain=(-_INF, 0), public=False),
    "log_rice_upper": Function(2, angular_tails.log_rice_upper, codomain=(-_INF, 0), public=False),
    "log_von_mises_lower": Function(3, angular_tails.log_von_mises_lower, codomain=(-_INF, 0), public=False),
    "i0e": Function(1, bessel.i0e, codomain=(0, 1), public=False),
    "i1e": Function(1, lambda xp, a: xp.i1e(a), codomain=(-1, 1), public=False),
    "log1m_exp": Function(1, special.log1m_exp, -1, domain=(-_INF, 0), codomain=(-_INF, 0), public=False),
    "log_inverse_cloglog": Function(1, special.log_inverse_cloglog, 1, codomain=(-_INF, 0), public=False),
    "log1p_ratio": Function(1, special.log1p_ratio, -1, domain=(-1, _INF), codomain=(0, _INF), public=False),
    "expm1_ratio": Function(1, special.expm1_ratio, 1, codomain=(0, _INF), public=False),
    "xlogy": Function(2, special.xlogy, public=False),
    "xlog1py": Function(2, special.xlog1py, public=False),
}  # fmt: skip

REDUCTIONS = ("sum", "prod", "mean", "sd", "var", "min", "max", "logsumexp", "any", "all")
SWEEPS = ("cumsum", "softmax")
LINKS: dict[str, str] = {
    "log": "exp",
    "logit": "logistic",
    "probit": "Phi",
    "cloglog": "inverse_cloglog",
    "sqrt": "square",
}
"""Links that may stand on the left, with their inverses."""


def log(x: Operand) -> Expression:
    """Natural logarithm."""
    return apply("log", x)


def log1p(x: Operand) -> Expression:
    """log(1 + x)."""
    return apply("log1p", x)


def log1m(x: Operand) -> Expression:
    """log(1 - x)."""
    return apply("log1m", x)


def exp(x: Operand) -> Expression:
    """Exponential."""
    return apply("exp", x)


def sqrt(x: Operand) -> Expression:
    """Square root."""
    return apply("sqrt", x)


def square(x: Operand) -> Expression:
    """x times x."""
    return apply("square", x)


def where(condition: Operand, yes: Operand, no: Operand) -> Expression:
    """`yes` where the condition holds, else `no`."""
    return apply("where", condition, yes, no)
