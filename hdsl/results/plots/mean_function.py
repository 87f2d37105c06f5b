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
from hdsl.expressions.inline import element
from hdsl.expressions.rewrite import position_at, rebuild
from hdsl.expressions.tree import Along, Expression, Reduce, Reference, walk
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic
from hdsl.results.plots.dependence import Dependence, Groups, dependence
from hdsl.results.plots.places import (
    Places,
    along_data,
    axes_of,
    is_known,
    measurement,
    without_errors,
)
from hdsl.results.plots.smooth import interval
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.typical import mean_of_group, mean_of_population
from hdsl.results.plots.wishes import refusal

GRID = "plotted#grid"
_ERROR_MASS = 0.68


@dataclass(frozen=True, eq=False)
class MeanFunction:
    """How the mean of an observation depends on one covariate.

    Attributes
    ----------
    node
        The observation.
    mean
        Its mean, which holds the covariate as `found.covariate` alone.
    found
        What the mean depends on.
    is_chance
        The chance of a yes instead, or of something above zero.
    """

    subject: Subject
    node: Stochastic
    mean: Expression
    found: Dependence
    is_chance: bool = False

    @property
    def name(self) -> str:
        """The name of what is observed."""
        value = self.node.value
        return value.name if isinstance(value, Reference) else self.node.name

    @property
    def covariate(self) -> str:
        """The name of the covariate."""
        return self.found.covariate.name

    @property
    def groups(self) -> Groups | None:
        """The groups of data that have a mean function each."""
        return self.found.groups

    @property
    def has_effects(self) -> bool:
        """Whether the mean differs between groups of data."""
        return bool(self.found.effects)

    @property
    def typical(self) -> str:
        """What stands for all groups: their population, or the average of those that there are."""
        means = (e for e in walk(self._of_population) if isinstance(e, Reduce))
        is_average = any(e.function == "mean" and not is_known(self.subject, e) for e in means)
        return "average" if is_average else "population"

    @property
    def is_share(self) -> bool:
        """Whether it is the share of trials that is drawn."""
        return self.node.random.family == "Binomial" and not self.is_chance

    def along(self, grid: np.ndarray) -> np.ndarray:
        """The mean at values of the covariate for each draw, shape ``(draw, value)``.

        Where groups differ, it is that of their population.
        """
        return self._at(self._of_population, grid)

    def along_group(self, group: int, grid: np.ndarray) -> np.ndarray:
        """The same for one group."""
        mean = mean_of_group(self.subject, self.node, self.mean, self.found, group)
        return self._at(mean, grid)

    @cached_property
    def _of_population(self) -> Expression:
        return mean_of_population(self.subject, self.node, self.mean, self.found)

    def _at(self, mean: Expression, grid: np.ndarray) -> np.ndarray:
        at, use = Reference(GRID, (Along(GRID),)), self.found.covariate
        expression = rebuild(mean, lambda e: at if e == use else None)
        subject = self.subject
        values = {**subject.draws, GRID: Value(np.asarray(grid, float), (GRID,))}
        value = subject.evaluator((expression,), values)(expression)
        array = np.asarray(spread(value, (DRAW, GRID)), float)
        size = subject.fit.num_chains * subject.fit.num_draws
        return np.broadcast_to(array, (size, len(grid)))

    @cached_property
    def x(self) -> Places:
        """The covariate of each datum."""
        return self._covariate(self.found.covariate, self.node.axes)

    def _covariate(self, use: Reference, axes: tuple[str, ...]) -> Places:
        subject = self.subject
        if is_known(subject, use):
            return without_errors(_flat(subject, use, {}, axes)[0])
        seen = measurement(subject, self.covariate)
        if seen is not None:
            data, error, own = seen
            value = _flat(subject, use, {self.covariate: Value(data, own)}, axes)[0]
            sd = _flat(subject, use, {self.covariate: Value(error, own)}, axes)[0]
            return Places(value, value - sd, value + sd)
        draws = _flat(subject, use, subject.draws, axes)
        low, high = interval(draws, _ERROR_MASS)
        return Places(draws.mean(axis=0), low, high, measured=False)

    @cached_property
    def rest(self) -> Places | None:
        """The covariate of the elements of the index set that are not observed here."""
        chosen = self.subject.model.graph.selections.get(self.node.axes[0])
        if chosen is None or len(chosen.over) != 1:
            return None
        everything = Reference(self.covariate, (Along(chosen.over[0]),))
        if axes_of(self.subject, self.covariate) != chosen.over:
            return None
        places = self._covariate(everything, chosen.over)
        seen = np.asarray(self.subject.model.values[chosen.positions[0]].array)
        return places.part(np.setdiff1d(np.arange(places.value.size), seen))

    @cached_property
    def y(self) -> Places:
        """What is observed, with its error where that is known; for trials the share."""
        assert self.node.value is not None
        value = self._known(self.node.value)
        if self.is_chance:
            return without_errors((value > 0).astype(float))
        random = self.node.random
        if isinstance(random, Applied) and self.is_share:
            return without_errors(value / self._known(random.parameters["n"]))
        sd = random.parameters.get("sd") if isinstance(random, Applied) else None
        if sd is None or not is_known(self.subject, sd):
            return without_errors(value)
        error = self._known(sd)
        return Places(value, value - error, value + error)

    def _known(self, e: Expression) -> np.ndarray:
        return along_data(self.subject, self.node, e)


def _flat(
    subject: Subject, e: Expression, values: Mapping[str, Value], axes: tuple[str, ...]
) -> np.ndarray:
    """The values of an expression along axes for each draw, shape ``(draw, element)``."""
    run = subject.evaluator((e,), values)
    array = np.asarray(spread(run(e), (DRAW, *axes)), float)
    full = np.broadcast_to(array, (len(array), *map(run.size, axes)))
    return full.reshape(len(array), -1).astype(float)


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


def chosen(
    candidates: Iterable[MeanFunction], names: tuple[str, ...], what: str, cause: str
) -> MeanFunction:
    """The one of an observation that is named, else the first.

    Raises
    ------
    HdslError
        HB588 if there is none; `what` is missing then, and `cause` says what it takes.
    """
    known = list(candidates)
    for found in known:
        if not names or found.name == names[0]:
            return found
    listed = ", ".join(f"`{found.name}`" for found in known)
    raise refusal(
        f"`{names[0]}` has no {what}" if names else f"no data of this model have a {what}",
        cause,
        f"name {listed}" if known else "choose another kind of figure, such as `ppc`",
    )


def _observations(subject: Subject) -> list[Stochastic]:
    """Observations that are independent along all their indices."""
    return [
        node
        for node in (() if subject.bound is None else subject.bound.graph.stochastic)
        if node.is_observed and node.axes and node.plates == node.axes
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
    best: MeanFunction | None = None
    while True:
        found = dependence(subject, node, mean)
        if found is None:
            return best
        if mean != found.covariate:
            best = MeanFunction(subject, node, mean, found)
        further = _expanded(subject, mean, found.covariate)
        if further is None:
            return best
        mean = further


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
    if len(parts) != 1 or not isinstance(node, Stochastic) or not node.axes:
        return None
    chosen = graph.selections.get(node.axes[0])
    if chosen is None:
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
