"""Multinomial and Dirichlet-multinomial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from hdsl.distributions.dirichlet import log_shares
from hdsl.distributions.distribution import Array, Form, Parameter, Support
from hdsl.distributions.joint import Condition, JointDistribution, never_unless, sums_to_one
from hdsl.expressions.ranges import COUNT, POSITIVE, PROBABILITY, REAL
from hdsl.expressions.tree import Constant, Expression, Reduce, apply

_N = Parameter("n", COUNT, "number of trials")


def _counts(n: Expression) -> Support:
    return Support(Constant(0.0), n, lower_open=False, upper_open=False, integer=True)


def _adds_up(x: Expression, axes: tuple[str, str], n: Expression) -> Iterator[Condition]:
    total = Reduce("sum", x, axes[:1])
    yield Condition(
        apply("equal", total, n), "the counts must add up to `n`, but add up to {}", total
    )


def _draws(rng: np.random.Generator, shape: tuple[int, ...], n: Array, p: Array) -> Array:
    p = np.broadcast_to(p, shape)
    p = np.clip(p, 0.0, None) / np.clip(p, 0.0, None).sum(axis=-1, keepdims=True)
    trials = np.broadcast_to(np.asarray(n, np.int64), shape[:-1])
    return rng.multinomial(trials, p).astype(float)


class Multinomial(JointDistribution):
    """Multinomial distribution: how often each of several things happens in n trials."""

    name = "Multinomial"
    meaning = "counts of several outcomes in n independent trials"
    parameters = (_N, Parameter("p", PROBABILITY, "chance of each outcome", rank=1))
    forms: ClassVar[tuple[Form, ...]] = (
        Form(
            (_N, Parameter("logit", REAL, "log odds, up to a common constant", rank=1)),
            lambda n, logit: {"n": n, "logit": logit},
        ),
    )

    def support(self, axes: tuple[str, str], n: Expression, **_: Expression) -> Support:
        return _counts(n)

    def log_prob(
        self,
        x: Expression,
        axes: tuple[str, str],
        n: Expression,
        p: Expression | None = None,
        logit: Expression | None = None,
    ) -> Expression:
        over = axes[:1]
        ways = apply("lgamma", n + 1.0) - Reduce("sum", apply("lgamma", x + 1.0), over)
        if logit is not None:
            return ways + Reduce("sum", x * logit, over) - n * Reduce("logsumexp", logit, over)
        assert p is not None
        powers = ways + Reduce("sum", apply("xlogy", x, p), over)
        for condition in sums_to_one(p, axes[0], "p"):
            powers = powers + never_unless(condition.holds)
        return powers

    def about_value(
        self, x: Expression, axes: tuple[str, str], n: Expression, **_: Expression
    ) -> Iterator[Condition]:
        yield from _adds_up(x, axes, n)

    def about_arguments(
        self, axes: tuple[str, str], n: Expression, p: Expression | None = None, **_: Expression
    ) -> Iterator[Condition]:
        if p is not None:
            yield from sums_to_one(p, axes[0], "p")

    def sample(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        n: Array,
        p: Array | None = None,
        logit: Array | None = None,
    ) -> Array:
        if p is not None:
            return _draws(rng, shape, n, p)
        assert logit is not None
        return _draws(rng, shape, n, np.exp(logit - logit.max(axis=-1, keepdims=True)))

    def mean(
        self, axes: tuple[str, str], n: Expression, p: Expression | None = None, **_: Expression
    ) -> Expression | None:
        return None if p is None else n * p


class DirichletMultinomial(JointDistribution):
    """Multinomial distribution whose chances have a Dirichlet distribution."""

    name = "DirichletMultinomial"
    meaning = "counts in n trials whose common chances vary as a Dirichlet"
    parameters = (_N, Parameter("concentration", POSITIVE, "of the chances", rank=1))

    def support(self, axes: tuple[str, str], n: Expression, concentration: Expression) -> Support:
        return _counts(n)

    def log_prob(
        self, x: Expression, axes: tuple[str, str], n: Expression, concentration: Expression
    ) -> Expression:
        over = axes[:1]
        ways = apply("lgamma", n + 1.0) - Reduce("sum", apply("lgamma", x + 1.0), over)
        rising = Reduce("sum", apply("log_rising", concentration, x), over)
        return ways + rising - apply("log_rising", Reduce("sum", concentration, over), n)

    def about_value(
        self, x: Expression, axes: tuple[str, str], n: Expression, concentration: Expression
    ) -> Iterator[Condition]:
        yield from _adds_up(x, axes, n)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], n: Array, concentration: Array
    ) -> Array:
        return _draws(rng, shape, n, np.exp(log_shares(rng, shape, concentration)))

    def mean(self, axes: tuple[str, str], n: Expression, concentration: Expression) -> Expression:
        return n * concentration / Reduce("sum", concentration, axes[:1])
