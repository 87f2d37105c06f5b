"""What the observations say of an unknown, each as if it were a normal measurement.

Only coordinates are chosen by it: any answer keeps the posterior, a good one makes it round.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from hdsl.distributions.random import Applied
from hdsl.expressions.functions import log, square, where
from hdsl.expressions.inline import elements_inlined
from hdsl.expressions.linear import affine
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import Apply, Constant, Expression, Gather, apply
from hdsl.model.graph import Stochastic
from hdsl.plan.state import State, applied, initial_state
from hdsl.plan.sums import Link, factors, product


@dataclass(frozen=True)
class Told:
    """What each element of an unknown is told, and by whom.

    Attributes
    ----------
    weights, moments
        The precision of what is told, and the precision times the value.
    """

    weights: Expression
    moments: Expression
    by: tuple[str, ...]

    @property
    def precision(self) -> Expression:
        """The precision of what is told; 0 where nothing is."""
        return self.weights

    @property
    def value(self) -> Expression:
        """The value that is told; 0 where none is."""
        known = apply("less", 0.0, self.weights)
        return where(known, self.moments / where(known, self.weights, 1.0), 0.0)


@dataclass(frozen=True)
class _Measurement:
    """A predictor, measured as `value` with `precision`, row by row."""

    predictor: Expression
    value: Expression
    precision: Expression


def told(
    state: State, name: str, axes: tuple[str, ...], by_data_alone: bool = False
) -> Told | None:
    """What all observations that are linear in an unknown, up to a link, say of it together.

    Parameters
    ----------
    by_data_alone
        Whether those are left out that say it only where other unknowns are known.
    """
    written = _Written(state)
    weights: Expression | None = None
    moments: Expression | None = None
    by: list[str] = []
    for statement, observed in sorted(written.observations.items()):
        if not observed.names & written.state.dependents(name):
            continue
        for weight, moment in _collected(written, name, axes, observed):
            if by_data_alone and not (state.is_data(weight) and state.is_data(moment)):
                continue
            weights = weight if weights is None else weights + weight
            moments = moment if moments is None else moments + moment
            by.append(statement)
    if weights is None or moments is None:
        return None
    return Told(weights, moments, tuple(by))


@dataclass(frozen=True)
class _Written:
    """The model as written, seen from a later state."""

    state_now: State

    @cached_property
    def state(self) -> State:
        return initial_state(self.state_now.graph)

    @cached_property
    def observations(self) -> dict[str, Stochastic]:
        pieces = self.state.pieces.items()
        return {n: p for n, p in pieces if isinstance(p, Stochastic) and p.is_observed}

    @cached_property
    def means(self) -> Mapping[str, tuple[tuple[str, ...], Expression]]:
        """Prior means of Normal unknowns that are not known yet where coordinates are computed."""
        found: dict[str, tuple[tuple[str, ...], Expression]] = {}
        for name in self.state_now.graph.unknowns - self._known:
            node = self.state.pieces.get(name)
            prior = None if node is None else applied(node, "Normal")
            if prior is not None and isinstance(node, Stochastic):
                found[name] = (node.axes, prior.parameters["mean"])
        return found

    @cached_property
    def _known(self) -> frozenset[str]:
        """Unknowns that are sampled, or computed from what is, before any other coordinates."""
        now = self.state_now
        moved = now.definitions.keys() & now.graph.unknowns
        return frozenset(n for n, u in now.unknowns.items() if not moves(now, u)) | moved

    def seen(self, expression: Expression, name: str) -> Expression | None:
        """The expression with the unknown in sight and all else known; `None` where it is not.

        What is not known yet stands at its prior mean, unless the unknown is an ancestor of it.
        """
        seen = self.state.seen_through(expression, name)
        others = {n: d for n, d in self.means.items() if n != name}
        while missing := seen.names & others.keys():
            if any(self._descends(other, name) for other in missing):
                return None
            seen = elements_inlined(seen, {n: others[n] for n in missing})
            if seen.names & missing:
                return None
        unknown = seen.names & self.state_now.graph.unknowns - {name}
        dependents = self.state_now.dependents(name) - {name}
        return simplify(seen) if unknown <= self._known and not seen.names & dependents else None

    def _descends(self, name: str, ancestor: str) -> bool:
        """Whether the prior of an unknown depends on another, through any others."""
        found, new = set[str](), {name}
        while new:
            found |= new
            nodes = [self.state.pieces[n] for n in new & self.state.pieces.keys()]
            names = frozenset[str]().union(*(node.names for node in nodes))
            bodies = (self.state.definitions[n][1] for n in names & self.state.definitions.keys())
            names = names.union(*(body.names for body in bodies))
            new = set(names) - found
        return ancestor in found


def moves(state: State, node: Stochastic) -> bool:
    """Whether the coordinates of an unknown change: a Normal of unknown sd, or a recursion."""
    prior = applied(node, "Normal")
    if prior is None:
        return False
    return bool(prior.parameters["sd"].names & state.random_names) or state.needs_itself(node.name)


def _collected(
    written: _Written, name: str, axes: tuple[str, ...], observed: Stochastic
) -> Iterator[tuple[Expression, Expression]]:
    """Weight and weighted value for each element of the unknown, if the rows tell them."""
    for measurement in _measurements(observed):
        yield from _told_by(written, name, axes, observed, measurement)


def _told_by(
    written: _Written,
    name: str,
    axes: tuple[str, ...],
    observed: Stochastic,
    measurement: _Measurement,
) -> Iterator[tuple[Expression, Expression]]:
    predictor = written.seen(measurement.predictor, name)
    value = written.seen(measurement.value, name)
    precision = written.seen(measurement.precision, name)
    if predictor is None or value is None or precision is None:
        return
    parts = affine(predictor, name)
    if parts is None or (value.names | precision.names) & {name}:
        return
    if name in parts.coefficient.names | parts.offset.names:
        return
    link = Link(observed.axes, axes, parts.reference)
    gathers = [i.positions for i in parts.reference.indices if isinstance(i, Gather)]
    if link.problem is not None or not all(written.state_now.is_data(g) for g in gathers):
        return
    weighted = precision * parts.coefficient
    yield (
        link.collect(weighted * parts.coefficient),
        link.collect(weighted * (value - parts.offset)),
    )


def _measurements(observed: Stochastic) -> Iterator[_Measurement]:
    random = observed.random
    if not isinstance(random, Applied):
        return
    for names, measure in _MEASUREMENTS:
        if random.distribution.name in names:
            found = measure(observed.itself, random.parameters)
            if found is not None:
                yield found


def _location(
    centre: str, scale: str, information: float = 1.0
) -> Callable[[Expression, Mapping[str, Expression]], _Measurement]:
    def measure(x: Expression, parameters: Mapping[str, Expression]) -> _Measurement:
        return _Measurement(parameters[centre], x, information / square(parameters[scale]))

    return measure


def _log_normal(x: Expression, parameters: Mapping[str, Expression]) -> _Measurement:
    return _Measurement(parameters["meanlog"], log(x), 1.0 / square(parameters["sdlog"]))


def _log_scale(x: Expression, parameters: Mapping[str, Expression]) -> _Measurement | None:
    """What a deviation says of the logarithm of its sd: mean and variance of a log chi-square.

    Harvey, Ruiz and Shephard 1994, doi:10.2307/2297980.
    """
    match parameters["sd"]:
        case Apply("exp", (predictor,)):
            size = apply("abs", x - parameters["mean"])
            is_zero = apply("equal", size, 0.0)
            value = log(where(is_zero, 1.0, size)) + _LOG_CHI_SQUARE_MEAN
            return _Measurement(predictor, value, where(is_zero, 0.0, _LOG_CHI_SQUARE_PRECISION))
        case _:
            return None


_LOG_CHI_SQUARE_MEAN, _LOG_CHI_SQUARE_PRECISION = 0.6351814227, 8 / math.pi**2


def _successes(x: Expression, parameters: Mapping[str, Expression]) -> _Measurement | None:
    """Empirical logits, with half a success and half a failure added (Haldane, Anscombe)."""
    n, p = parameters.get("n", Constant(1.0)), parameters["p"]
    match p:
        case Apply("logistic", (predictor,)):
            good, bad = x + 0.5, n - x + 0.5
            return _Measurement(predictor, log(good / bad), good * bad / (n + 1.0))
        case _:
            return None


def _counts(x: Expression, parameters: Mapping[str, Expression]) -> _Measurement | None:
    """Empirical log rates, with half an event added."""
    parts = list(factors(parameters["rate"]))
    exponents = [p.arguments[0] for p in parts if isinstance(p, Apply) and p.function == "exp"]
    exposure = product(p for p in parts if not (isinstance(p, Apply) and p.function == "exp"))
    if len(exponents) != 1:
        return None
    return _Measurement(exponents[0], log((x + 0.5) / exposure), x + 0.5)


def _spread_counts(x: Expression, parameters: Mapping[str, Expression]) -> _Measurement | None:
    """Empirical log rates, whose variance has that of the rate as a second part."""
    found = _counts(x, {"rate": parameters["mean"]})
    if found is None:
        return None
    variance = 1.0 / found.precision + 1.0 / parameters["concentration"]
    return replace(found, precision=1.0 / variance)


_Measure = Callable[[Expression, Mapping[str, Expression]], _Measurement | None]

_MEASUREMENTS: tuple[tuple[tuple[str, ...], _Measure], ...] = (
    (("Normal",), _location("mean", "sd")),
    (("Normal",), _log_scale),
    (("StudentT", "Laplace"), _location("location", "scale")),
    (("Logistic",), _location("location", "scale", 1 / 3)),
    (("LogNormal",), _log_normal),
    (("Bernoulli", "Binomial"), _successes),
    (("Poisson",), _counts),
    (("NegativeBinomial",), _spread_counts),
)
"""By the names of distributions."""
