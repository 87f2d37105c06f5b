"""Data and parameters drawn from a model, before anything is observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hdsl.density.recover import recover, replicate
from hdsl.density.streams import DRAW
from hdsl.diagnostics import HdslError, Report
from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import set_of
from hdsl.model.completion import observers
from hdsl.model.graph import Bound, Imputed, ModelGraph, Stochastic
from hdsl.plan.phrases import shown
from hdsl.plan.plan import Plan
from hdsl.results.simulation_text import simulation_text
from hdsl.source import Span

if TYPE_CHECKING:
    import xarray

Arrays = dict[str, tuple[tuple[str, ...], np.ndarray]]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """Draws of everything in a model.

    Attributes
    ----------
    data
        What the model observes, by name: its axes, and an array of shape ``(draw, …)``.
    parameters
        Unknowns and what is computed from them, in the same form.
    coords
        The labels of the axes.
    """

    data: Arrays
    parameters: Arrays
    coords: Mapping[str, tuple[Any, ...]]

    @property
    def num_draws(self) -> int:
        """The number of draws."""
        arrays = [*self.data.values(), *self.parameters.values()]
        return len(arrays[0][1]) if arrays else 0

    def draw(self, number: int = 0) -> dict[str, Any]:
        """The data of one draw, as `Model.sample` takes them."""
        return {name: _plain(values, number) for name, (_, values) in self.data.items()}

    def truth(self, number: int = 0) -> dict[str, Any]:
        """The parameters of one draw."""
        return {name: _plain(values, number) for name, (_, values) in self.parameters.items()}

    def text(self, width: int = 100) -> str:
        """The first draw as tables of at most `width` columns, with the first rows of each."""
        return simulation_text(self, width)

    def __repr__(self) -> str:
        return self.text()

    def to_xarray(self) -> xarray.Dataset:
        """All draws, with an axis ``draw`` and the index sets."""
        import xarray

        arrays = {**self.parameters, **self.data}
        return xarray.Dataset(
            {name: (("draw", *axes), values) for name, (axes, values) in arrays.items()},
            coords={axis: list(labels) for axis, labels in self.coords.items()},
        )


def _plain(values: np.ndarray, number: int) -> Any:
    """One draw as numbers, texts and lists, as JSON can hold them; `None` for no number."""
    drawn = np.asarray(values[number])
    if values.dtype.kind == "f":
        is_number = np.isfinite(drawn)
        drawn = drawn.astype(object)
        drawn[~is_number] = None
    return drawn.tolist()


def simulate(
    graph: ModelGraph, bind: Callable[..., Bound], seed: int, num_draws: int
) -> Simulation:
    """Draw all that is unknown or observed, parents first.

    Data that are not observed (covariates, numbers of trials) are needed; observed data only for
    their sizes, where nothing else tells these. Where a statement speaks of the data on its own
    left (``n = sum(count[bag])``), these are taken as given there.

    Raises
    ------
    HdslError
        HB507 where the model has a part that can't be drawn.
    """
    _check(graph)
    observed = frozenset(observers(graph, graph.data))
    given = frozenset(name for name in observed if _speaks_of_itself(graph, name))
    try:
        bound = bind(graph, simulated=observed)
    except HdslError as error:
        if not given or not any(d.code in ("HB204", "HB340") for d in error.diagnostics):
            raise
        bound = bind(graph, simulated=observed - given)
    drawn = bound.graph
    unknowns = tuple(node.name for node in drawn.stochastic if not node.is_observed)
    plan = Plan(drawn, (), (), (), unknowns, (), "direct")
    values = recover(plan, bound, {}, seed, num_draws)
    replicates, _ = replicate(plan, bound, values, seed, num_draws=num_draws)
    data = dict(_data(bound, values, replicates, num_draws))
    parameters = dict(_parameters(graph, bound, values))
    axes = {axis for own, _ in (*data.values(), *parameters.values()) for axis in own}
    coords = {
        axis: tuple(bound.sets[set_of(axis)].labels)
        if set_of(axis) in bound.sets
        else tuple(range(1, bound.sizes[axis] + 1))
        for axis in sorted(axes)
    }
    return Simulation(data, parameters, coords)


def _check(graph: ModelGraph) -> None:
    """Refuse what has no draws: factors, and priors without a finite integral."""
    report = Report(graph.source)
    for factor in graph.factors:
        report.add(
            "HB507",
            "a model with `factor` can't be simulated",
            factor.span,
            cause="`factor` adds to the log density, and doesn't say how anything comes about",
            help="write the statement with a distribution and `~`, where there is one",
        )
    refused: set[Span] = set()  # a statement with several variables has a node for each
    for node in graph.stochastic:
        for part in node.random.walk():
            if isinstance(part, Applied) and not part.distribution.proper:
                report.add(
                    "HB507",
                    f"`{node.name}` can't be drawn from `{part.distribution.name}`",
                    part.span,
                    cause="draws need a distribution that adds up to 1",
                    help="give it a proper distribution, such as `Normal(0, 100)`",
                )
            elif not (part.inner or part.is_drawable or node.random.span in refused):
                refused.add(node.random.span)
                report.add(
                    "HB507",
                    f"`{node.name}` can't be drawn from `{part.family}`",
                    node.random.span,
                    cause="a density of one's own says how probable values are, not how they "
                    "come about",
                    help="write the statement with distributions of the language, where it can be",
                )
    report.raise_errors()


def _speaks_of_itself(graph: ModelGraph, name: str) -> bool:
    for node in observers(graph, {name: None})[name]:
        below = (graph.ancestors.get(other, frozenset[str]()) for other in node.random.names)
        if name in node.random.names.union(*below):
            return True
    return False


def _data(
    bound: Bound,
    values: Mapping[str, Value],
    replicates: Mapping[str, Value],
    num_draws: int,
) -> Iterator[tuple[str, tuple[tuple[str, ...], np.ndarray]]]:
    """The observed data with all that was drawn for them."""
    for imputed in bound.imputed:
        if imputed.cells:
            yield imputed.data, _completed(bound, imputed, values, num_draws)
    for name, value in replicates.items():
        axes = tuple(axis for axis in value.axes if axis != DRAW)
        yield shown(name), (axes, np.asarray(value.array))


def _completed(
    bound: Bound, imputed: Imputed, values: Mapping[str, Value], num_draws: int
) -> tuple[tuple[str, ...], np.ndarray]:
    given = bound.values[imputed.data]
    shape = np.asarray(given.array).shape
    flat = np.tile(np.asarray(given.array, float).reshape(-1), (num_draws, 1))
    for part, cells in zip(imputed.parts, imputed.cells, strict=True):
        flat[:, cells] = np.asarray(values[part].array).reshape(num_draws, -1)
    array = flat.reshape(num_draws, *shape)
    nodes = [bound.graph.nodes[part] for part in imputed.parts]
    return given.axes, _as_written(bound, nodes, array)


def _parameters(
    graph: ModelGraph, bound: Bound, values: Mapping[str, Value]
) -> Iterator[tuple[str, tuple[tuple[str, ...], np.ndarray]]]:
    for name, value in values.items():
        node = graph.nodes.get(name)
        if node is None or (getattr(node, "is_internal", False) and name not in graph.assembled):
            continue
        axes = tuple(axis for axis in value.axes if axis != DRAW)
        yield name, (axes, _as_written(bound, graph.drawn_as(name), np.asarray(value.array)))


def _as_written(bound: Bound, nodes: Any, array: np.ndarray) -> np.ndarray:
    """Whole numbers as such, and labels in the place of positions."""
    randoms = [node.random for node in nodes if isinstance(node, Stochastic)]
    if not randoms or not all(random.is_discrete for random in randoms):
        return array
    whole = array.astype(np.int64)
    member = next((r.label_set for r in randoms if r.label_set is not None), None)
    if member is None:
        return whole
    return np.asarray(bound.sets[member].labels, dtype=object)[whole]
