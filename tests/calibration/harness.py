"""Simulation-based calibration: does the posterior of simulated data know their parameters?

Parameters are drawn from the prior and data from these; the parameters are then a draw from the
posterior of their data, so their rank among further draws is uniform (Talts et al. 2018, Modrák et
al. 2023). `chains` makes draws for which that holds exactly, however slowly its chains move: short
ones raise no false alarm, they only see less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hdsl
from hdsl.density.density import Density, lower
from hdsl.density.law import law_errors
from hdsl.density.recover import recover
from hdsl.density.streams import DRAW
from hdsl.density.written import log_density_as_written
from hdsl.expressions.evaluate import Value
from hdsl.model.bind import bind
from hdsl.model.graph import Bound
from hdsl.plan.planner import Options, make_plan
from tests.calibration.chains import DRAWS, Chains, Hamiltonian, RandomWalk
from tests.calibration.truth import one, truths
from tests.calibration.uniformity import p_value

Floats = NDArray[np.float64]
Alter = Callable[[dict[str, Any], np.random.Generator], dict[str, Any]]

MOST_ELEMENTS = 4
JOINT = "log density"


@dataclass(frozen=True)
class Model:
    """A model to calibrate.

    Attributes
    ----------
    alter
        What happens to simulated data before they are fitted: censoring by hand, cells that go
        missing. It may not look at the parameters.
    fitted
        The text that is fitted, the same or another way to write it.
    """

    name: str
    text: str
    alter: Alter | None
    fitted: str


@dataclass(frozen=True)
class Effort:
    """How much is done: data sets, and programs that may be compiled."""

    data_sets: int = 100
    programs: int = 3


@dataclass
class Ranks:
    """Places of the truth among the draws, in (0, 1), by quantity; and what else was seen."""

    places: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    programs: int = 0
    moved: list[float] = field(default_factory=list[float])
    law: float = 0.0
    same: float = 0.0

    @property
    def p_values(self) -> dict[str, float]:
        """Of the test for uniformity, by quantity."""
        return {name: p_value(np.array(found)) for name, found in self.places.items()}

    @property
    def smallest(self) -> tuple[float, str]:
        """The smallest, times the number of quantities, and its quantity."""
        found = self.p_values
        name = min(found, key=lambda n: found[n])
        return min(1.0, found[name] * len(found)), name


def calibrate(model: Model, effort: Effort, seed: int = 1, without: tuple[str, ...] = ()) -> Ranks:
    """Simulate and fit."""
    written = hdsl.compile(model.text)
    made = truths(written, seed, effort.data_sets)
    fitted = hdsl.compile(model.fitted)
    programs: dict[Any, Chains] = {}
    ranks = Ranks()
    rng = np.random.default_rng(seed)
    for number, drawn in enumerate(made.data):
        data = dict(drawn) if model.alter is None else model.alter(dict(drawn), rng)
        bound = bind(fitted.graph, given=data)
        options = Options(frozenset(without), frozenset(), "auto")
        density = lower(make_plan(bound.graph, options, bound), bound)
        truth = _with_cells(one(made.values, number), bound, drawn)
        sampler = _sampler(density, programs, effort) if density.dimension else None
        _one_data_set(sampler, density, truth, seed + 1000 * number, rng, ranks)
    ranks.programs = len(programs)
    return ranks


def _sampler(density: Density, programs: dict[Any, Chains], effort: Effort) -> Chains:
    """A compiled one where the form of the density is known, or new and there are few forms."""
    key = (density.folded.terms, tuple(density.folded.definitions.items()), _shapes(density))
    if key not in programs:
        if len(programs) >= effort.programs:
            return RandomWalk(density)
        programs[key] = Hamiltonian(density)
    return programs[key]


def _shapes(density: Density) -> tuple[Any, ...]:
    return tuple((n, a.shape, str(a.dtype)) for n, a in density.arguments.items())


def _with_cells(
    truth: dict[str, Value], bound: Bound, drawn: Mapping[str, Any]
) -> dict[str, Value]:
    """The truth of missing cells are the data that went missing."""
    for imputed in bound.imputed:
        for part, cells in zip(imputed.parts, imputed.cells, strict=True):
            given, members = drawn[imputed.data], bound.graph.data[imputed.data].type
            if members in bound.sets:
                given = [bound.sets[members].position(label) for label in given]
            complete = np.asarray(given, float).reshape(-1)
            axes = bound.graph.nodes[part].axes
            sizes = [bound.sizes[a] if a in bound.sizes else bound.sets[a].size for a in axes]
            truth[part] = Value(complete[cells].reshape(1, *sizes), (DRAW, *axes))
    return truth


def _one_data_set(
    sampler: Chains | None,
    density: Density,
    truth: Mapping[str, Value],
    seed: int,
    rng: np.random.Generator,
    ranks: Ranks,
) -> None:
    if sampler is None:
        positions = np.empty((DRAWS + 1, 0))
    else:
        start = position_of(density, truth)
        positions = np.concatenate([sampler.around(start, density, rng), start[None]])
        ranks.moved.append(float((positions[:-1] != start).any(axis=1).mean()))
        ranks.same = max(ranks.same, _difference(sampler, density, positions))
    values = recover(
        density.plan, density.bound, density.constrain(positions), seed, len(positions)
    )
    errors = law_errors(density, positions, values)
    ranks.law = max(ranks.law, float(np.nanmedian(np.append(errors, 0.0))))
    joint = _joint(density, values), _joint(density, truth)
    pairs = [(JOINT, joint[0][:-1], joint[1][-1]), *_pairs(density, values, truth)]
    for name, draws, true in pairs:
        below, equal = int((draws < true).sum()), int((draws == true).sum())
        rank = below + rng.integers(equal + 1)
        found = (rank + rng.random()) / (len(draws) + 1)
        ranks.places.setdefault(name, []).append(found)


def _joint(density: Density, values: Mapping[str, Value]) -> Floats:
    graph = density.plan.graph
    unknowns = {n.name for n in graph.stochastic if not n.is_observed}
    known = {name: value for name, value in values.items() if name in unknowns}
    terms = log_density_as_written(graph, density.bound, known)
    return np.asarray(sum(np.asarray(v.array) for v in terms.values()), float).reshape(-1)


def _pairs(
    density: Density, values: Mapping[str, Value], truth: Mapping[str, Value]
) -> Iterator[tuple[str, Floats, float]]:
    """Draws and truth of the first and last elements of each quantity."""
    for name, value in values.items():
        if name not in truth:
            continue
        draws = np.asarray(value.array).reshape(np.asarray(value.array).shape[0], -1)
        true = np.asarray(truth[name].array).reshape(-1)
        chosen = range(draws.shape[1])
        if len(chosen) > MOST_ELEMENTS:
            chosen = [0, 1, len(chosen) // 2, len(chosen) - 1]
        for i in chosen:
            yield f"{name}.{i}", draws[:-1, i], float(true[i])


def _difference(sampler: Chains, density: Density, positions: Floats) -> float:
    """Between the compiled density and the one by NumPy: relative, at the truth."""
    many = np.tile(positions[-1], (DRAWS, 1))
    compiled = float(sampler.log_densities(many)[0])
    known = float(density.log_densities(many)[0])
    return abs(compiled - known) / (abs(known) + 1)


def position_of(density: Density, truth: Mapping[str, Value]) -> Floats:
    """The position with these values of the parameters: Newton's method where coordinates moved."""
    names = {slot.name for slot in density.layout}
    if names <= set(truth):
        return density.unconstrain({n: truth[n] for n in truth}).reshape(-1)
    plan = density.plan
    options = Options(frozenset(["coordinates"]), frozenset(), "nuts")
    other = lower(make_plan(plan.graph, options, density.bound), density.bound)
    wanted = other.unconstrain({n: truth[n] for n in truth}).reshape(-1)

    def there(positions: Floats) -> Floats:
        values = recover(plan, density.bound, density.constrain(positions), 0, len(positions))
        return other.unconstrain({**values}).reshape(len(positions), -1)

    position, step = np.zeros(density.dimension), 1e-6
    error = np.inf
    for _ in range(60):
        nudged = position + step * np.eye(len(position) + 1, len(position), -1)
        found = there(nudged)
        residual = found[0] - wanted
        error = np.abs(residual).max()
        if error < 1e-9:
            break
        jacobian = ((found[1:] - found[0]) / step).T
        move = np.linalg.lstsq(jacobian, residual, rcond=None)[0]
        position = position - move * min(1.0, 3.0 / np.abs(move).max())
    if not error < 1e-6:
        raise AssertionError(f"no position for the truth: off by {error}")
    return position
