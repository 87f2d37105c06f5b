"""Counts beyond Poisson and binomial."""

from __future__ import annotations

import math

import numpy as np

from hdsl.distributions.distribution import Array, Distribution, Parameter, Support
from hdsl.distributions.poisson import COUNTS, poisson_draws
from hdsl.distributions.tails import SummedTails, two_tails
from hdsl.expressions.functions import exp, log, where
from hdsl.expressions.ranges import COUNT, NONNEGATIVE, POSITIVE, UNIT
from hdsl.expressions.tree import Constant, Expression, apply

_MANY = 20_000.0
"""Beyond this count, chances are summed by their power law."""
_MOST = 1e12
"""Beyond this count, nothing else is left of it."""


class Hypergeometric(SummedTails):
    """Hypergeometric distribution: draws without putting back."""

    name = "Hypergeometric"
    meaning = "how many of n draws, not put back, come from the first of two groups"
    parameters = (
        Parameter("n", COUNT, "number of draws"),
        Parameter("a", COUNT, "size of the group that counts"),
        Parameter("b", COUNT, "size of the other group"),
    )

    def support(self, n: Expression, a: Expression, b: Expression) -> Support:
        return Support(
            apply("max", n - b, 0.0),
            apply("min", n, a),
            lower_open=False,
            upper_open=False,
            integer=True,
        )

    def log_prob(self, x: Expression, n: Expression, a: Expression, b: Expression) -> Expression:
        ways = apply("log_choose", a, x) + apply("log_choose", b, n - x)
        return ways - apply("log_choose", a + b, n)

    def log_tails(
        self, x: Expression, n: Expression, a: Expression, b: Expression
    ) -> tuple[Expression, Expression]:
        support = self.support(n, a, b)
        least, most = support.lower, support.upper
        assert least is not None
        assert most is not None
        k = apply("floor", x)
        inside = apply("and", apply("less_equal", least, k), apply("less", k, most))
        k, n = where(inside, k, 0.0), where(inside, n, 1.0)
        a, b = where(inside, a, 1.0), where(inside, b, 1.0)
        down = apply("log_sum_below", k, -a, -n, 1.0 + b - n)
        up = apply("log_sum_below", n - k - 1.0, -b, -n, 1.0 + a - n)
        below, above = self.log_prob(k, n, a, b) + down, self.log_prob(k + 1.0, n, a, b) + up
        is_lower = apply("less", k * (a + b), n * a)
        return two_tails(inside, apply("less", x, least), is_lower, below, above)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], n: Array, a: Array, b: Array
    ) -> Array:
        good, bad, drawn = (np.asarray(v, np.int64) for v in (a, b, n))
        return rng.hypergeometric(good, bad, drawn, shape).astype(float)

    def mean(self, n: Expression, a: Expression, b: Expression) -> Expression:
        return n * a / (a + b)


class DiscreteWeibull(Distribution):
    """Discrete Weibull; Nakagawa & Osaki, IEEE Transactions on Reliability 24 (1975) 300."""

    name = "DiscreteWeibull"
    meaning = "number of periods survived, when the risk grows or falls"
    parameters = (Parameter("q", UNIT, "chance to survive the first"), Parameter("shape", POSITIVE))

    def support(self, q: Expression, shape: Expression) -> Support:
        return COUNTS

    def log_prob(self, x: Expression, q: Expression, shape: Expression) -> Expression:
        return apply("logsubexp", _log_reach(x, q, shape), _log_reach(x + 1.0, q, shape))

    def sample(
        self, rng: np.random.Generator, size: tuple[int, ...], q: Array, shape: Array
    ) -> Array:
        reach = rng.standard_exponential(size) / -np.log(np.asarray(q, float))
        return np.ceil(reach ** (1.0 / np.asarray(shape))) - 1.0

    def cdf(self, x: Expression, q: Expression, shape: Expression) -> Expression:
        return -apply("expm1", self.log_survival(x, q, shape))

    def survival(self, x: Expression, q: Expression, shape: Expression) -> Expression:
        return exp(self.log_survival(x, q, shape))

    def log_cdf(self, x: Expression, q: Expression, shape: Expression) -> Expression:
        return apply("log1m_exp", self.log_survival(x, q, shape))

    def log_survival(self, x: Expression, q: Expression, shape: Expression) -> Expression:
        return _log_reach(apply("floor", x) + 1.0, q, shape)


def _log_reach(k: Expression, q: Expression, shape: Expression) -> Expression:
    """Log probability of k or more, q^(k^shape)."""
    some = apply("less", 0.0, k)
    return where(some, exp(shape * log(where(some, k, 1.0))) * log(q), 0.0)


class Skellam(Distribution):
    """Skellam distribution; Skellam, Journal of the Royal Statistical Society 109 (1946) 296."""

    name = "Skellam"
    meaning = "the difference of two Poisson numbers"
    parameters = (
        Parameter("rate1", NONNEGATIVE, "expected number of the first"),
        Parameter("rate2", NONNEGATIVE, "expected number of the second"),
    )

    def support(self, rate1: Expression, rate2: Expression) -> Support:
        return Support(integer=True)

    def log_prob(self, x: Expression, rate1: Expression, rate2: Expression) -> Expression:
        size = apply("abs", x)
        first = apply("xlogy", apply("max", x, 0.0), rate1)
        second = apply("xlogy", apply("max", -x, 0.0), rate2)
        both = apply("log_hyp0f1", size + 1.0, rate1 * rate2)
        return first + second - rate1 - rate2 - apply("lgamma", size + 1.0) + both

    def cdf(self, x: Expression, rate1: Expression, rate2: Expression) -> Expression:
        return exp(self.log_cdf(x, rate1, rate2))

    def survival(self, x: Expression, rate1: Expression, rate2: Expression) -> Expression:
        return exp(self.log_survival(x, rate1, rate2))

    def log_cdf(self, x: Expression, rate1: Expression, rate2: Expression) -> Expression:
        return apply("log_skellam_lower", apply("floor", x), rate1, rate2)

    def log_survival(self, x: Expression, rate1: Expression, rate2: Expression) -> Expression:
        return apply("log_skellam_upper", apply("floor", x), rate1, rate2)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], rate1: Array, rate2: Array
    ) -> Array:
        first = poisson_draws(rng, shape, np.asarray(rate1))
        return first - poisson_draws(rng, shape, np.asarray(rate2))

    def mean(self, rate1: Expression, rate2: Expression) -> Expression:
        return rate1 - rate2


class BetaNegativeBinomial(SummedTails):
    """Failures before the n-th success, when the chance of success has a beta distribution."""

    name = "BetaNegativeBinomial"
    meaning = "failures before the n-th success, whose chance varies as a beta"
    parameters = (
        Parameter("n", POSITIVE, "number of successes"),
        Parameter("a", POSITIVE),
        Parameter("b", POSITIVE),
    )

    def support(self, n: Expression, a: Expression, b: Expression) -> Support:
        return COUNTS

    def log_prob(self, x: Expression, n: Expression, a: Expression, b: Expression) -> Expression:
        ways = apply("log_rising", n, x) - apply("lgamma", x + 1.0)
        chances = apply("log_rising", a, n) + apply("log_rising", b, x)
        return ways + chances - apply("log_rising", a + b, n + x)

    def log_tails(
        self, x: Expression, n: Expression, a: Expression, b: Expression
    ) -> tuple[Expression, Expression]:
        """A sum of chances up to `_MANY`, beyond it their power law.

        The tail above the sum is what it leaves of 1, exact to 1e-13. From `_MANY` on, a chance is
        nearly in proportion to (k + shift)^(-a - 1), to order k^(-2).
        """
        k = apply("floor", x)
        inside = apply("and", apply("less_equal", 0.0, k), apply("less", k, math.inf))
        k = where(inside, k, 0.0)
        few = apply("less", k, _MANY)
        total = apply("log_sum_above", where(few, k, 0.0), n, b, a + b + n)
        below = self.log_prob(Constant(0.0), n, a, b) + total
        m = where(few, _MANY, apply("min", k + 1.0, _MOST))
        c = a + b + n
        shift = (c * (c - 1.0) - n * (n - 1.0) - b * (b - 1.0)) / (2.0 * (a + 1.0))
        power = (a + 1.0) * log(m + shift) - a * log(m + shift - 0.5) - log(a)
        beyond = a * log(apply("max", (k + 1.0) / _MOST, 1.0))
        above = self.log_prob(m, n, a, b) + power - beyond
        return two_tails(inside, apply("less", x, 0.0), few, below, above)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], n: Array, a: Array, b: Array
    ) -> Array:
        odds = rng.standard_gamma(b, shape) / rng.standard_gamma(a, shape)
        return poisson_draws(rng, shape, rng.standard_gamma(n, shape) * odds)

    def mean(self, n: Expression, a: Expression, b: Expression) -> Expression:
        finite = apply("less", 1.0, a)
        return where(finite, n * b / where(finite, a - 1.0, 1.0), math.inf)
