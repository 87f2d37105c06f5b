"""The ends of supports, and the names of what is sampled."""

from __future__ import annotations

import math

from hdsl.expressions.functions import log
from hdsl.expressions.tree import Constant, Expression


def raw_name(name: str) -> str:
    """Name of the unconstrained values of an unknown."""
    return f"u.{name}"


def finite(end: Expression | None) -> Expression | None:
    """The end of a support; `None` where it is infinite."""
    return None if isinstance(end, Constant) and math.isinf(end.value) else end


def minus(a: Expression, b: Expression) -> Expression:
    """The difference; that of two constants is a constant."""
    if isinstance(a, Constant) and isinstance(b, Constant):
        return Constant(a.value - b.value)
    return a - b


def log_of(x: Expression) -> Expression:
    """The logarithm; that of a positive constant is a constant."""
    return Constant(math.log(x.value)) if isinstance(x, Constant) and x.value > 0 else log(x)
