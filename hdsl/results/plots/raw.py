"""What the data of each group alone say about it: the estimate without any pooling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hdsl.density.streams import DRAW
from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import Value, spread
from hdsl.expressions.inline import elements_inlined
from hdsl.expressions.rewrite import references
from hdsl.expressions.tree import Expression
from hdsl.model.graph import Stochastic
from hdsl.results.plots.structure import ends_of
from hdsl.results.plots.subject import Subject

_CELLS = 4_000_000
_ZOOMS = 3
_WIDENINGS = 6


def raw_estimates(subject: Subject, name: str) -> np.ndarray | None:
    """For each element of a family the value that makes its own data most probable.

    Everything else is held at its posterior mean. NaN for a group without data, or whose data
    fit ever better towards infinity; `None` where the observations do not depend on the family
    element by element.
    """
    if subject.bound is None or len(subject.family(name).dims) != 1:
        return None
    try:
        observed = _observed(subject, name)
        if not observed:
            return None
        return _Search(subject, name, tuple(observed)).best()
    except (KeyError, ValueError, NotImplementedError):
        return None


def group_positions(subject: Subject, name: str, data: str) -> np.ndarray | None:
    """For each datum the position of the element of a family on which it depends.

    `None` where it depends on none, or on several.
    """
    if subject.bound is None or len(subject.family(name).dims) != 1:
        return None
    node = subject.bound.graph.nodes.get(data)
    if not isinstance(node, Stochastic) or not node.is_observed or node.plates != node.axes:
        return None
    if name not in subject.bound.graph.ancestors[data]:
        return None
    try:
        inlined = _inlined(subject, name, node)
        return _groups(subject, name, node, inlined)
    except (KeyError, ValueError, NotImplementedError):
        return None


def trials_of(subject: Subject, data: str) -> np.ndarray | None:
    """The number of trials of each datum, for binomial data."""
    node = None if subject.bound is None else subject.bound.graph.nodes.get(data)
    random = node.random if isinstance(node, Stochastic) else None
    if not isinstance(random, Applied) or random.family != "Binomial":
        return None
    assert isinstance(node, Stochastic)
    trials = random.parameters["n"]
    try:
        run = subject.evaluator((trials,), {})
        array = np.asarray(spread(run(trials), node.axes), float)
    except KeyError:
        return None
    shape = tuple(run.size(axis) for axis in node.axes)
    return np.broadcast_to(array, shape).reshape(-1).astype(float)


@dataclass(frozen=True, eq=False)
class _Observed:
    """The log density of some data, and the group to which each datum belongs."""

    log_prob: Expression
    axes: tuple[str, ...]
    groups: np.ndarray


def _observed(subject: Subject, name: str) -> list[_Observed]:
    graph = subject.model.graph
    found: list[_Observed] = []
    for node in graph.stochastic:
        if node.is_observed and name in graph.ancestors[node.name]:
            inlined = _inlined(subject, name, node)
            groups = _groups(subject, name, node, inlined)
            if groups is None:
                return []
            found.append(_Observed(inlined, node.plates, groups))
    return found


def _inlined(subject: Subject, name: str, node: Stochastic) -> Expression:
    """The log density of an observation, in which the family stands itself."""
    definitions = {n: d for n, d in subject.model.graph.definitions.items() if n != name}
    return elements_inlined(node.random.guarded_log_prob(node.itself), definitions)


def _groups(
    subject: Subject, name: str, node: Stochastic, inlined: Expression
) -> np.ndarray | None:
    """The position of the element on which each datum depends; `None` if it depends on more."""
    variable = subject.family(name)
    numbers = Value(np.arange(variable.size), variable.dims)
    uses = references(inlined, name)
    run = subject.evaluator(uses, {name: numbers})
    shape = tuple(run.size(axis) for axis in node.plates)
    places = [run(use) for use in uses]
    if not places or any(set(place.axes) - set(node.plates) for place in places):
        return None
    arrays = [np.broadcast_to(spread(place, node.plates), shape) for place in places]
    same = all(np.array_equal(arrays[0], other) for other in arrays[1:])
    return arrays[0].reshape(-1).astype(int) if same else None


@dataclass(frozen=True, eq=False)
class _Search:
    """Looks for the highest likelihood of each group on grids, ever finer ones."""

    subject: Subject
    name: str
    observed: tuple[_Observed, ...]

    def best(self) -> np.ndarray:
        size = self.subject.family(self.name).size
        data = sum(one.groups.size for one in self.observed)
        count = int(np.clip(_CELLS // max(data, 1), 41, 401))
        found, step, known = self._coarse(size, count)
        low, high = self._support()
        for _ in range(_ZOOMS):
            offsets = np.linspace(-step, step, 41)[:, None]
            grid = np.clip(found + offsets, low, high)
            heights = self._heights(grid)
            found = grid[np.argmax(heights, axis=0), np.arange(size)]
            step /= 20
        return np.where(known, found, np.nan)

    def _coarse(self, size: int, count: int) -> tuple[np.ndarray, float, np.ndarray]:
        low, high = self._range()
        ends = self._support()
        widened = 0
        while True:
            grid = np.linspace(low, high, count)
            heights = self._heights(np.repeat(grid[:, None], size, axis=1))
            place = np.argmax(heights, axis=0)
            informed = _informed(heights)
            too_low = informed & (place == 0) & (low > ends[0])
            too_high = informed & (place == count - 1) & (high < ends[1])
            if widened == _WIDENINGS or not np.any(too_low | too_high):
                break
            widened += 1
            width = high - low
            low = max(ends[0], low - width) if np.any(too_low) else low
            high = min(ends[1], high + width) if np.any(too_high) else high
        return grid[place], float(grid[1] - grid[0]), informed & ~too_low & ~too_high

    def _heights(self, grid: np.ndarray) -> np.ndarray:
        """Log likelihood of each group at its values of a grid, shape ``(values, groups)``."""
        subject = self.subject
        unknowns = subject.model.graph.unknowns
        values = {n: v for n, v in subject.means.items() if n in unknowns}
        values[self.name] = Value(grid, (DRAW, *subject.family(self.name).dims))
        total = np.zeros(grid.shape)
        for one in self.observed:
            run = subject.evaluator((one.log_prob,), values)
            array = np.asarray(spread(run(one.log_prob), (DRAW, *one.axes)), float)
            shape = (len(grid), *(run.size(axis) for axis in one.axes))
            flat = np.broadcast_to(array, shape).reshape(len(grid), -1)
            np.add.at(total.T, one.groups, np.where(np.isnan(flat), -np.inf, flat).T)
        return total

    def _support(self) -> tuple[float, float]:
        """The ends of the support, a hair inside; infinite where it has none that are fixed."""
        low, high = ends_of(self.subject, self.name)
        hair = 1e-9 * (high - low if np.isfinite(high - low) else 1.0)
        return low + hair, high - hair

    def _range(self) -> tuple[float, float]:
        draws = np.asarray(self.subject.family(self.name).values, float)
        low, high = float(np.nanmin(draws)), float(np.nanmax(draws))
        ends = self._support()
        if np.all(np.isfinite(ends)):
            return ends
        width = (high - low) or 1.0
        return max(ends[0], low - width / 2), min(ends[1], high + width / 2)


def _informed(heights: np.ndarray) -> np.ndarray:
    """Whether the likelihood of a group changes at all."""
    top = heights.max(axis=0)
    return np.isfinite(top) & (top > heights.min(axis=0))
