"""The log density that is sampled, on the unconstrained space."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hdsl.density.arrays import host_arrays, jax_arrays
from hdsl.density.ends import raw_name
from hdsl.density.fold import Folded, fold
from hdsl.density.forms import Forms
from hdsl.density.guards import without_known_conditions
from hdsl.density.logs import exact_logs
from hdsl.density.masks import Masks
from hdsl.density.recursions import resolved
from hdsl.density.sizes import Definitions, data_evaluator
from hdsl.density.streams import DRAW
from hdsl.density.transforms import (
    Transform,
    free_sizes,
    jacobian_term,
    known_logs,
    log_definitions,
    transform,
)
from hdsl.expressions.evaluate import Array, Evaluator, Value, broadcast, spread
from hdsl.expressions.tree import Constant, Expression, Reference, walk
from hdsl.model.graph import Bound
from hdsl.plan.plan import Plan, Term

if TYPE_CHECKING:
    from jax import Array as JaxArray


class Slot(NamedTuple):
    """Where the unconstrained values of an unknown lie in a position, and their own axes."""

    name: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    place: slice


@dataclass(frozen=True, eq=False)
class Density:
    """A log density of flat positions, with its data as an argument.

    Attributes
    ----------
    dimension
        Length of a position.
    layout
        The unknowns in the order in which they lie in a position.
    folded
        The terms as they are computed.
    transforms
        From the unconstrained space to the supports.
    """

    plan: Plan
    bound: Bound
    dimension: int
    layout: tuple[Slot, ...]
    folded: Folded = field(repr=False)
    transforms: tuple[Transform, ...] = field(repr=False)

    @property
    def arguments(self) -> dict[str, np.ndarray]:
        """The data, to be handed to `log_density`."""
        return dict(self.folded.arguments)

    def log_density(self, position: JaxArray, data: Any) -> JaxArray:
        """Log density of a position of shape (dimension,), in nats, with Jacobians and constants.

        A pure function of JAX arrays; `data` are `arguments`, or others of the same shapes.
        """
        run = self._evaluator(jax_arrays(), self._split(position), data)
        total = jax_arrays().zeros((), position.dtype)
        for term in self.folded.terms:
            total = total + run(term.expression).array
        return total

    def log_densities(self, positions: np.ndarray) -> np.ndarray:
        """Log densities of positions of shape (draw, dimension), computed by NumPy."""
        return self._sums(positions, self.folded.terms)

    def log_jacobians(self, positions: np.ndarray) -> np.ndarray:
        """What the maps to the supports add to `log_densities`."""
        return self._sums(positions, self.folded.terms[len(self.plan.terms) :])

    def _sums(self, positions: np.ndarray, terms: Iterable[Term]) -> np.ndarray:
        run = self._evaluator(host_arrays(), self._split(positions), self.arguments)
        total = np.zeros(len(positions))
        for term in terms:
            total = total + run(term.expression).array
        return total

    def term_values(self, position: np.ndarray) -> dict[str, float]:
        """The summands at a position of shape (dimension,), by the names of their statements."""
        run = self._evaluator(host_arrays(), self._split(np.asarray(position)), self.arguments)
        found: dict[str, float] = {}
        for term in self.folded.terms:
            found[term.name] = found.get(term.name, 0.0) + float(run(term.expression).array)
        return found

    def unravel(self, position: Array) -> dict[str, Array]:
        """The sampled unknowns on their supports, given a position of shape (dimension,)."""
        arrays = host_arrays() if isinstance(position, np.ndarray) else jax_arrays()
        run = self._evaluator(arrays, self._split(position), self.arguments)
        return {slot.name: run(Reference(slot.name)).array for slot in self.layout}

    def constrain(self, positions: np.ndarray) -> dict[str, Value]:
        """The same for positions of shape (…, dimension), flattened along the axis ``_draw``."""
        positions = np.asarray(positions, float)
        flat = positions.reshape(math.prod(positions.shape[:-1]), self.dimension)
        run = self._evaluator(host_arrays(), self._split(flat), self.arguments)
        return {slot.name: run(Reference(slot.name)) for slot in self.layout}

    def unconstrain(self, values: Mapping[str, Value]) -> np.ndarray:
        """The position of given values of the sampled unknowns; not finite outside the supports.

        Returns an array of shape (dimension,), or (draw, dimension) where values have draws.
        """
        run = data_evaluator(
            self.bound,
            [t.unconstrained for t in self.transforms],
            values,
            _known_definitions(self.plan),
        )
        found = [
            broadcast(run, run(t.unconstrained), slot.axes)
            for t, slot in zip(self.transforms, self.layout, strict=True)
        ]
        draws = [v.array.shape[0] for v in found if DRAW in v.axes]
        lead = (max(draws),) if draws else ()
        parts = [
            np.broadcast_to(
                spread(v, (DRAW, *slot.axes)) if lead else v.array, (*lead, *slot.shape)
            ).reshape((*lead, -1))
            for v, slot in zip(found, self.layout, strict=True)
        ]
        return np.concatenate(parts, axis=-1) if parts else np.zeros((*lead, 0))

    def _split(self, positions: Array) -> dict[str, Value]:
        """The unconstrained values by name, of one position or of many."""
        lead = positions.shape[:-1]
        extra = (DRAW,) if lead else ()
        return {
            raw_name(slot.name): Value(
                positions[..., slot.place].reshape((*lead, *slot.shape)), (*extra, *slot.axes)
            )
            for slot in self.layout
        }

    def _evaluator(self, arrays: Any, raw: Mapping[str, Value], data: Any) -> Evaluator:
        known = {name: Value(data[name], axes) for name, axes in self.folded.axes.items()}
        return Evaluator(
            arrays,
            {**known, **raw},
            self.bound.sets,
            self.folded.sizes,
            definitions=self.folded.definitions,
        )


def lower(plan: Plan, bound: Bound) -> Density:
    """Turn a plan and its data into the density that is sampled.

    Raises
    ------
    ValueError
        If the plan contradicts itself: it samples a discrete unknown, a term is not a number or
        speaks of what is neither known nor sampled. That is never the user's mistake.
    """
    bound = replace(bound, sizes={**bound.sizes, **free_sizes(plan.unknowns, bound)})
    run = data_evaluator(bound, [term.expression for term in plan.terms])
    transforms = tuple(transform(u, lambda end: _is_finite(end, run)) for u in plan.unknowns)
    known = known_logs(plan.unknowns)
    forms = Forms(run)

    def prepare(e: Expression) -> Expression:
        return exact_logs(without_known_conditions(e, plan.unknowns), known)

    jacobians = (jacobian_term(bijection) for bijection in transforms)
    terms = [
        replace(term, expression=forms.term(prepare(term.expression)))
        for term in (*plan.terms, *(term for term in jacobians if term is not None))
    ]
    definitions = {
        name: (axes, forms(prepare(body)))
        for name, (axes, body) in _known_definitions(plan).items()
        if name not in bound.values
    }
    definitions |= log_definitions(plan.unknowns, known)
    definitions |= {t.unknown.name: (t.unknown.axes, t.constrained) for t in transforms}
    bodies = [*(term.expression for term in terms), *(body for _, body in definitions.values())]
    data = data_evaluator(bound, bodies)
    masks = Masks(forms.is_data, lambda e: bool(np.isfinite(data(e).array).all()))
    terms = [replace(term, expression=masks(term.expression)) for term in terms]
    definitions = {name: (axes, masks(body)) for name, (axes, body) in definitions.items()}
    used = _reachable(terms, definitions, bound, plan)
    used, bound = resolved(used, bound)
    layout = _layout(transforms, run)
    return Density(
        plan,
        bound,
        sum(math.prod(slot.shape) for slot in layout),
        layout,
        fold(terms, used, bound),
        transforms,
    )


def _is_finite(end: Expression, run: Evaluator) -> bool:
    """Whether an end of a support is finite for every element, as far as data tell."""
    if all(name in run.values for name in end.names):
        return bool(np.isfinite(run(end).array).all())
    parts = (run(e).array for e in walk(end) if isinstance(e, Constant) or e.names <= {*run.values})
    return not any(np.isinf(part).any() for part in parts)


def _known_definitions(plan: Plan) -> Definitions:
    return {**plan.graph.definitions, **plan.definitions}


def _layout(transforms: Iterable[Transform], run: Evaluator) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    start = 0
    for bijection in transforms:
        shape = tuple(map(run.size, bijection.free_axes))
        place = slice(start, start + math.prod(shape))
        slots.append(Slot(bijection.unknown.name, bijection.free_axes, shape, place))
        start += math.prod(shape)
    return tuple(slots)


def _reachable(
    terms: Iterable[Term], definitions: Definitions, bound: Bound, plan: Plan
) -> Definitions:
    """The definitions that the terms and the transforms need."""
    given = {*bound.values, *(raw_name(unknown.name) for unknown in plan.unknowns)}
    wanted = [(unknown.name, "the plan") for unknown in plan.unknowns]
    for term in terms:
        if term.expression.axes:
            raise ValueError(f"internal: term `{term.name}` has axes {set(term.expression.axes)}")
        wanted += [(name, term.name) for name in sorted(term.expression.names)]
    found: set[str] = set()
    while wanted:
        name, user = wanted.pop()
        if name in given or name in found:
            continue
        if name not in definitions:
            raise ValueError(f"internal: `{user}` needs `{name}`, which is not known")
        found.add(name)
        wanted += [(other, name) for other in sorted(definitions[name][1].names)]
    return {name: definition for name, definition in definitions.items() if name in found}
