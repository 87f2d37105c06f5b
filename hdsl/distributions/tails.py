"""Both tails of a distribution from the one that is summed."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

from hdsl.distributions.distribution import Distribution
from hdsl.expressions.functions import exp, where
from hdsl.expressions.tree import Expression, apply


def two_tails(
    inside: Expression,
    too_low: Expression,
    is_lower: Expression,
    below: Expression,
    above: Expression,
) -> tuple[Expression, Expression]:
    """Logs of the chances of at most, and of more than, a number.

    Parameters
    ----------
    inside, too_low
        Whether both chances are between 0 and 1, and whether there is nothing below.
    is_lower
        Whether the first was summed, `below`, else the second was, `above`.
    """
    summed = apply("min", where(is_lower, below, above), 0.0)
    other = apply("log1m_exp", summed)
    lower = where(too_low, -math.inf, 0.0)
    upper = where(too_low, 0.0, -math.inf)
    return (
        where(inside, where(is_lower, summed, other), lower),
        where(inside, where(is_lower, other, summed), upper),
    )


class SummedTails(Distribution):
    """Abstract: a distribution whose tails are known by their logs, both at once."""

    @abstractmethod
    def log_tails(
        self, x: Expression, *args: Any, **parameters: Any
    ) -> tuple[Expression, Expression]:
        """Log probabilities of a value at most `x`, and above it."""

    def cdf(self, x: Expression, *args: Any, **parameters: Any) -> Expression:
        return exp(self.log_cdf(x, *args, **parameters))

    def survival(self, x: Expression, *args: Any, **parameters: Any) -> Expression:
        return exp(self.log_survival(x, *args, **parameters))

    def log_cdf(self, x: Expression, *args: Any, **parameters: Any) -> Expression:
        return self.log_tails(x, *args, **parameters)[0]

    def log_survival(self, x: Expression, *args: Any, **parameters: Any) -> Expression:
        return self.log_tails(x, *args, **parameters)[1]
