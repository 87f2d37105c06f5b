"""What a distribution is: its parameters, its support, its log density as an expression."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from hdsl.expressions.functions import log, where
from hdsl.expressions.ranges import REAL, Interval
from hdsl.expressions.tree import Constant, Expression, apply

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, the values it may have, and a few words for the manual.

    `rank` is 0 for a number, 1 for a vector over the index of a draw, 2 for a matrix over it.
    """

    name: str
    interval: Interval = REAL
    meaning: str = ""
    rank: int = 0


@dataclass(frozen=True)
class Form:
    """Another parametrisation, reached by keywords alone.

    `convert` takes the form's parameters by name and returns the canonical ones.
    """

    parameters: tuple[Parameter, ...]
    convert: Callable[..., dict[str, Expression]]


Kind: TypeAlias = Literal["interval", "simplex", "ordered", "correlation", "covariance"]


@dataclass(frozen=True)
class Support:
    """Where a density is positive: an interval whose ends may be expressions, or its integers.

    An end that is `None` is infinite. `touches_lower` and `touches_upper` say that the density is
    finite at an open end: draws never lie there, but rounded data may.

    `kind` says what the elements of a vector or a matrix over the axes `over` have to obey
    together, beside the ends, which hold for each.
    """

    lower: Expression | None = None
    upper: Expression | None = None
    lower_open: bool = True
    upper_open: bool = True
    integer: bool = False
    touches_lower: bool = False
    touches_upper: bool = False
    kind: Kind = "interval"
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conjugacy:
    """How a child is integrated with its parent in closed form; declared by the parent.

    Attributes
    ----------
    parameter
        The child's parameter that must be the parent itself.
    statistics
        ``statistics(y, **others)``: what an observation adds to each of the parent's parameters.
    base_measure
        ``base_measure(y, **others)``: the part of the child's log density without the parameter.
    """

    parameter: str
    statistics: Callable[..., dict[str, Expression]]
    base_measure: Callable[..., Expression]


class Family(ABC):
    """Abstract: a family of distributions, as models name it and its parameters.

    Formulas are written with expressions, so that the planner can read them and one evaluator
    serves NumPy and JAX. All parameters come by keyword, under their canonical names.
    """

    name: ClassVar[str]
    meaning: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]
    defaults: ClassVar[Mapping[str, float]] = {}
    forms: ClassVar[tuple[Form, ...]] = ()


class Distribution(Family):
    """Abstract: a distribution of one number."""

    conjugate_to: ClassVar[Mapping[str, Conjugacy]] = {}
    proper: ClassVar[bool] = True

    @abstractmethod
    def support(self, *args: Any, **parameters: Any) -> Support:
        """Where the density is positive."""

    @abstractmethod
    def log_prob(self, x: Expression, *args: Any, **parameters: Any) -> Expression:
        """Normalised log density or log probability at `x` inside the support, in nats."""

    @abstractmethod
    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], /, *args: Any, **parameters: Any
    ) -> Array:
        """Independent draws of the given shape, to which the parameters broadcast."""

    def mean(self, *args: Any, **parameters: Any) -> Expression | None:
        """The mean, where it has a formula."""
        return None

    def cdf(self, x: Expression, *args: Any, **parameters: Any) -> Expression | None:
        """Probability of a value at most `x`, for any `x`, where it has a formula."""
        return None

    def survival(self, x: Expression, *args: Any, **parameters: Any) -> Expression | None:
        """Probability of a value above `x`, exact where it is small."""
        below = self.cdf(x, **parameters)
        return None if below is None else 1.0 - below

    def log_cdf(self, x: Expression, *args: Any, **parameters: Any) -> Expression | None:
        """Log probability of a value at most `x`."""
        below = self.cdf(x, **parameters)
        return None if below is None else log(below)

    def log_survival(self, x: Expression, *args: Any, **parameters: Any) -> Expression | None:
        """Log probability of a value above `x`."""
        above = self.survival(x, **parameters)
        return None if above is None else log(above)

    def log_mass(
        self,
        lower: Expression | None,
        upper: Expression | None,
        /,
        *args: Any,
        **parameters: Any,
    ) -> Expression | None:
        """Log probability of a value above `lower` and at most `upper`; an end `None` is infinite.

        Between two ends it is the difference of tails on the side where these are small.
        """
        return log_mass(
            lower,
            upper,
            lambda x: self.log_cdf(x, **parameters),
            lambda x: self.log_survival(x, **parameters),
        )

    def log_evidence(
        self, parameters: Mapping[str, Expression], statistics: Mapping[str, Expression]
    ) -> Expression:
        """Log integral of the density times exp(statistics . natural parameters).

        Only for distributions with `conjugate_to`; the posterior's parameters are the sums
        `parameters` + `statistics`.
        """
        raise TypeError(f"{self.name} is conjugate to nothing")


def log_mass(
    lower: Expression | None,
    upper: Expression | None,
    log_cdf: Callable[[Expression], Expression | None],
    log_survival: Callable[[Expression], Expression | None],
) -> Expression | None:
    """Log probability of a value above `lower` and at most `upper`; an end `None` is infinite.

    Between two ends it is the difference of tails on the side where these are small. `None` where
    a tail has no formula.
    """
    if lower is None:
        return Constant(0.0) if upper is None else _at(log_cdf, upper, 0.0)
    above_lower = _at(log_survival, lower, 0.0)
    if upper is None or above_lower is None:
        return above_lower
    above_upper, below_lower = _at(log_survival, upper, -math.inf), _at(log_cdf, lower, -math.inf)
    below_upper = _at(log_cdf, upper, 0.0)
    if above_upper is None or below_lower is None or below_upper is None:
        return None
    on_the_right = apply("less", above_lower, -math.log(2))
    return apply(
        "logsubexp",
        where(on_the_right, above_lower, below_upper),
        where(on_the_right, above_upper, below_lower),
    )


def _at(
    tail: Callable[[Expression], Expression | None], end: Expression, at_infinity: float
) -> Expression | None:
    """A tail from one end, which is infinite for some elements perhaps."""
    found = tail(end)
    if found is None or isinstance(end, Constant):
        return found
    return where(apply("less", apply("abs", end), math.inf), found, at_infinity)
