"""The Dirichlet distribution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.joint import Condition, JointDistribution, sums_to_one
from hdsl.expressions.ranges import POSITIVE
from hdsl.expressions.tree import Constant, Expression, Reduce, apply


class Dirichlet(JointDistribution):
    """Dirichlet distribution; Gelman et al., Bayesian Data Analysis, appendix A."""

    name = "Dirichlet"
    meaning = "shares of a whole: positive, with sum 1"
    parameters = (Parameter("concentration", POSITIVE, "prior counts", rank=1),)

    def support(self, axes: tuple[str, str], concentration: Expression) -> Support:
        return Support(Constant(0.0), Constant(1.0), kind="simplex", over=axes[:1])

    def log_prob(
        self, x: Expression, axes: tuple[str, str], concentration: Expression
    ) -> Expression:
        over = axes[:1]
        total = Reduce("sum", concentration, over)
        powers = Reduce("sum", apply("xlogy", concentration - 1.0, x), over)
        return apply("lgamma", total) - Reduce("sum", apply("lgamma", concentration), over) + powers

    def about_value(
        self, x: Expression, axes: tuple[str, str], concentration: Expression
    ) -> Iterator[Condition]:
        yield from sums_to_one(x, axes[0], "the vector")

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], concentration: Array
    ) -> Array:
        return np.exp(log_shares(rng, shape, concentration))

    def mean(self, axes: tuple[str, str], concentration: Expression) -> Expression:
        return concentration / Reduce("sum", concentration, axes[:1])


def log_shares(rng: np.random.Generator, shape: tuple[int, ...], concentration: Array) -> Array:
    """Logarithms of Dirichlet draws, from logarithms of gamma draws; Marsaglia and Tsang 2000."""
    larger = np.log(rng.standard_gamma(np.broadcast_to(concentration, shape) + 1.0))
    logs = larger - rng.standard_exponential(shape) / concentration
    top = logs.max(axis=-1, keepdims=True)
    return logs - top - np.log(np.exp(logs - top).sum(axis=-1, keepdims=True))
