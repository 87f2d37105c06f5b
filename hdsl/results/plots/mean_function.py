"""The mean of what is observed as a function of one covariate, read off the model's graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hdsl.density.streams import DRAW
from hdsl.distributions.random import Applied, Random
from hdsl.distributions.zeros import Hurdle
from hdsl.expressions.evaluate import Value, spread
from hdsl.expressions.rewrite import element, position_at, rebuild
from hdsl.expressions.tree import (
    Along,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Segment,
    Shift,
)
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic
from hdsl.results.plots.smooth import interval
from hdsl.results.plots.subject import Subject

GRID = "plotted#grid"
_ERROR_MASS = 0.68


@dataclass(frozen=True, eq=False)
class Places:
    """Values with their errors; `low` and `high` are NaN where there are none.

    `measured` says that the errors are those of a measurement; else they are what the posterior
    says.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    measured: bool = True


@dataclass(frozen=True, eq=False)
class MeanFunction:
    """How the mean of an observation depends on one covariate.

    Attributes
    ----------
    node
        The observation.
    expression
        Its mean, which holds the covariate as `use` alone.
    is_chance
        The chance of a yes instead, or of something above zero.
    averaged
        Index sets over which group effects are averaged.
    """

    subject: Subject
    node: Stochastic
    axis: str
    covariate: str
    use: Reference
    expression: Expression
    averaged: tuple[str, ...] = ()
    is_chance: bool = False

    @property
    def name(self) -> str:
        """The name of what is observed."""
        value = self.node.value
        return value.name if isinstance(value, Reference) else self.node.name

    def along(self, grid: np.ndarray) -> np.ndarray:
        """The mean at values of the covariate for each draw, shape ``(draw, value)``."""
        at = Reference(GRID, (Along(GRID),))

        def change(e: Expression) -> Expression | None:
            return at if e == self.use else None

        expression = rebuild(self.expression, change)
        subject = self.subject
        values = {**subject.draws, GRID: Value(np.asarray(grid, float), (GRID,))}
        run = subject.evaluator((expression,), values)
        value = run(expression)
        array = np.asarray(spread(value, (DRAW, GRID)), float)
        size = subject.fit.num_chains * subject.fit.num_draws
        return np.broadcast_to(array, (size, len(grid)))

    @cached_property
    def x(self) -> Places:
        """The covariate of each datum."""
        return self._covariate(self.use)

    def _covariate(self, use: Reference) -> Places:
        subject = self.subject
        if self.covariate in subject.model.values:
            return _without_errors(self._data(use, {}))
        seen = measurement(subject, self.covariate)
        if seen is not None:
            data, error, axes = seen
            value = self._data(use, {self.covariate: Value(data, axes)})
            sd = self._data(use, {self.covariate: Value(error, axes)})
            return Places(value, value - sd, value + sd)
        run = subject.evaluator((use,), subject.draws)
        found = run(use)
        draws = np.asarray(spread(found, (DRAW, *_own(found.axes))), float)
        draws = draws.reshape(draws.shape[0], -1)
        low, high = interval(draws, _ERROR_MASS)
        return Places(draws.mean(axis=0), low, high, measured=False)

    @cached_property
    def rest(self) -> Places | None:
        """The covariate of the elements of the index set that are not observed here."""
        chosen = self.subject.model.graph.selections.get(self.axis)
        if chosen is None or len(chosen.over) != 1:
            return None
        everything = Reference(self.use.name, (Along(chosen.over[0]),))
        axes = _axes_of(self.subject, self.covariate)
        if axes != chosen.over:
            return None
        places = self._covariate(everything)
        seen = np.asarray(self.subject.model.values[chosen.positions[0]].array)
        left = np.setdiff1d(np.arange(places.value.size), seen)
        return Places(places.value[left], places.low[left], places.high[left], places.measured)

    @cached_property
    def y(self) -> Places:
        """What is observed, with its error where that is known; for trials the share."""
        assert self.node.value is not None
        run = self.subject.evaluator((self.node.value,), {})
        value = self._flat(run(self.node.value))
        if self.is_chance:
            return _without_errors((value > 0).astype(float))
        random = self.node.random
        if isinstance(random, Applied) and random.family == "Binomial":
            return _without_errors(value / self._flat_of(random.parameters["n"]))
        sd = random.parameters.get("sd") if isinstance(random, Applied) else None
        if sd is None or not self._is_known(sd):
            return _without_errors(value)
        error = self._flat_of(sd)
        return Places(value, value - error, value + error)

    def _is_known(self, e: Expression) -> bool:
        graph = self.subject.model.graph
        below = e.names.union(*(graph.ancestors.get(name, frozenset[str]()) for name in e.names))
        return not below & graph.unknowns

    def _flat_of(self, e: Expression) -> np.ndarray:
        return self._flat(self.subject.evaluator((e,), {})(e))

    def _data(self, use: Expression, values: Mapping[str, Value]) -> np.ndarray:
        found = self.subject.evaluator((use,), values)(use)
        return np.asarray(found.array, float).reshape(-1)

    def _flat(self, value: Value) -> np.ndarray:
        run = self.subject.evaluator((), {})
        shape = tuple(run.size(axis) for axis in self.node.axes)
        array = np.asarray(spread(value, self.node.axes), float)
        return np.broadcast_to(array, shape).reshape(-1).astype(float)


def mean_functions(subject: Subject) -> Iterator[MeanFunction]:
    """The observations whose mean is a function of one covariate."""
    for node in _observations(subject):
        mean = None if node.random.family == "Bernoulli" else location(node.random)
        found = None if mean is None else _computable(subject, node, mean)
        if found is not None:
            yield found


def chance_functions(subject: Subject) -> Iterator[MeanFunction]:
    """Yes-or-no observations, and hurdles, whose chance is a function of one covariate."""
    for node in _observations(subject):
        random = node.random
        chance = random.p if isinstance(random, Hurdle) else random.mean()
        if chance is not None and (isinstance(random, Hurdle) or random.family == "Bernoulli"):
            found = _computable(subject, node, chance)
            if found is not None:
                yield replace(found, is_chance=True)


def _observations(subject: Subject) -> list[Stochastic]:
    """Observations with one index, along which they are independent."""
    return [
        node
        for node in (() if subject.bound is None else subject.bound.graph.stochastic)
        if node.is_observed and len(node.axes) == 1 and node.plates == node.axes
    ]


def _computable(subject: Subject, node: Stochastic, mean: Expression) -> MeanFunction | None:
    try:
        found = _of(subject, node, mean)
        if found is not None:
            found.along(np.array([0.5, 1.5]))
        return found
    except (KeyError, ValueError, NotImplementedError):
        return None


def location(random: Random) -> Expression | None:
    """The mean of a distribution; of trials the probability, of a hurdle what lies above it."""
    if isinstance(random, Hurdle):
        return location(random.rest)
    if isinstance(random, Applied) and random.family == "Binomial":
        return random.parameters.get("p")
    return random.mean()


def _of(subject: Subject, node: Stochastic, mean: Expression) -> MeanFunction | None:
    axis = node.axes[0]
    mean, averaged = _averaged(subject, mean, axis)
    best: MeanFunction | None = None
    while True:
        uses = _uses(mean, axis)
        if len(uses) != 1:
            return best
        use = next(iter(uses))
        if mean != use:
            best = MeanFunction(subject, node, axis, use.name, use, mean, averaged)
        further = _expanded(subject, mean, use)
        if further is None:
            return best
        mean, more = _averaged(subject, further, axis)
        averaged = tuple(dict.fromkeys((*averaged, *more)))


def _expanded(subject: Subject, mean: Expression, use: Reference) -> Expression | None:
    """The mean with an element replaced by what defines it, or by its own mean."""
    graph = subject.model.graph
    if use.name in subject.model.values:
        return None
    node = graph.nodes.get(use.name)
    if use.name in graph.assembled:
        taken = _element_of_part(graph, use)
    elif isinstance(node, Deterministic):
        taken = element(node.axes, node.expression, use.indices)
    elif isinstance(node, Stochastic) and not node.is_observed:
        body = node.random.mean()
        taken = None if body is None else element(node.axes, body, use.indices)
    else:
        return None
    return None if taken is None else rebuild(mean, lambda e: taken if e == use else None)


def _element_of_part(graph: ModelGraph, use: Reference) -> Expression | None:
    """The mean of an element of a quantity that one statement defines for some elements alone."""
    axes, parts = graph.assembled[use.name]
    node = graph.nodes[parts[0].node]
    chosen = graph.selections.get(node.axes[0]) if isinstance(node, Stochastic) else None
    if len(parts) != 1 or not isinstance(node, Stochastic) or chosen is None:
        return None
    body = node.random.mean()
    if body is None or chosen.over != axes:
        return None
    places = {
        Reference(name, (Along(chosen.axis),)): position_at(axis, index)
        for name, axis, index in zip(chosen.positions, axes, use.indices, strict=True)
    }

    def change(e: Expression) -> Expression | None:
        return places.get(e) if isinstance(e, Reference) else None

    found = rebuild(body, change)
    return None if chosen.axis in found.axes else found


def _uses(e: Expression, axis: str) -> set[Reference]:
    """The references that have a value of its own for each element along an axis."""
    found: set[Reference] = set()
    if axis not in e.axes:
        return found
    if isinstance(e, Reference):
        if any(isinstance(index, Shift) for index in e.indices):
            raise ValueError("an element depends on others of its axis")
        return {e}
    if isinstance(e, Reduce | Segment) and axis in e.over:
        return found
    if not e.children:
        raise ValueError("the place itself is used")
    return found.union(*(_uses(child, axis) for child in e.children))


def _averaged(subject: Subject, mean: Expression, axis: str) -> tuple[Expression, tuple[str, ...]]:
    """The mean with effects of groups replaced by their averages over the groups."""
    averaged: dict[str, None] = {}
    uses = _uses(mean, axis)

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e not in uses or not _is_effect(subject, e, axis):
            return None
        axes = _axes_of(subject, e.name)
        over = tuple(
            own for own, index in zip(axes, e.indices, strict=True) if isinstance(index, Gather)
        )
        averaged.update(dict.fromkeys(over))
        indices = tuple(
            Along(own) if isinstance(index, Gather) else index
            for own, index in zip(axes, e.indices, strict=True)
        )
        return Reduce("mean", Reference(e.name, indices), over)

    changed = rebuild(mean, change)
    return changed, tuple(averaged)


def _is_effect(subject: Subject, e: Reference, axis: str) -> bool:
    """Whether it is an unknown of the group to which a datum belongs."""
    positions = [index.positions for index in e.indices if isinstance(index, Gather)]
    selection = subject.model.graph.selections.get(axis)
    own = selection.positions if selection is not None else ()
    own_places = [
        isinstance(p, Position) or (isinstance(p, Reference) and p.name in own) for p in positions
    ]
    return not all(own_places) and e.name not in subject.model.values


def measurement(
    subject: Subject, name: str
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]] | None:
    """Data that measure a family with known normal errors, the errors, and the axes."""
    graph = subject.model.graph
    for node in graph.stochastic:
        random = node.random
        if not node.is_observed or not isinstance(random, Applied) or random.family != "Normal":
            continue
        mean, sd = random.parameters["mean"], random.parameters["sd"]
        is_it = isinstance(mean, Reference) and mean.name == name and mean.is_plain
        if not is_it or not isinstance(mean, Reference) or node.value is None:
            continue
        below = sd.names.union(*(graph.ancestors.get(n, frozenset[str]()) for n in sd.names))
        if below & graph.unknowns or set(mean.axes) != set(node.axes):
            continue
        run = subject.evaluator((node.value, sd), {})
        shape = tuple(run.size(axis) for axis in node.axes)
        data, error = (
            np.broadcast_to(np.asarray(spread(run(e), node.axes), float), shape)
            for e in (node.value, sd)
        )
        return data, error, node.axes
    return None


def _axes_of(subject: Subject, name: str) -> tuple[str, ...]:
    bound = subject.model
    if name in bound.values:
        return bound.values[name].axes
    return getattr(bound.graph.nodes[name], "axes", ())


def _own(axes: Iterable[str]) -> tuple[str, ...]:
    return tuple(axis for axis in axes if axis != DRAW)


def _without_errors(value: np.ndarray) -> Places:
    nothing = np.full(value.shape, np.nan)
    return Places(value, nothing, nothing)
