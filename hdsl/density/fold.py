"""Folding: what depends on data alone is computed once and handed to the density as an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from hdsl.density.sizes import Definitions, data_evaluator
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import (
    Along,
    Apply,
    At,
    Constant,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Reference,
    Segment,
    map_children,
    set_of,
    walk,
)
from hdsl.model.graph import Bound
from hdsl.plan.plan import Term


@dataclass(frozen=True)
class Folded:
    """A log density whose data are arguments.

    Attributes
    ----------
    terms
        Its summands.
    definitions
        Axes and expressions of the quantities that the terms, or users, refer to by name.
    arguments
        The data by name, as the terms use them: float64, and int64 for positions.
    axes
        The axes of each argument.
    sizes
        Lengths of the axes that are no index set.
    """

    terms: tuple[Term, ...]
    definitions: Definitions
    arguments: Mapping[str, np.ndarray]
    axes: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, int]


def fold(terms: Iterable[Term], definitions: Definitions, bound: Bound) -> Folded:
    """Evaluate each largest part that depends on data alone; equal parts become one argument.

    The names of the arguments and their order follow from the expressions, not from the data.
    """
    terms = tuple(terms)
    bodies = [term.expression for term in terms] + [body for _, body in definitions.values()]
    run = data_evaluator(bound, bodies)
    folding = _Folding(run, bound, {name: axes for name, (axes, _) in definitions.items()})
    folded_terms = tuple(replace(t, expression=folding.value(t.expression)) for t in terms)
    folded_definitions = {
        name: (axes, folding.value(body)) for name, (axes, body) in definitions.items()
    }
    return Folded(
        folded_terms, folded_definitions, folding.arguments, folding.axes, dict(run.sizes)
    )


@dataclass
class _Folding:
    run: Evaluator
    bound: Bound
    defined_axes: Mapping[str, tuple[str, ...]]
    arguments: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    values: dict[Expression, Expression] = field(default_factory=dict[Expression, Expression])
    positions: dict[Expression, Expression] = field(default_factory=dict[Expression, Expression])

    def value(self, e: Expression) -> Expression:
        """The expression, its data-only parts replaced by references to arguments."""
        return _remembered(self.values, e, self._value)

    def _value(self, e: Expression) -> Expression:
        if isinstance(e, Constant):
            return e
        if all(isinstance(part, Constant | Apply) for part in walk(e)):
            return Constant(float(self.run(e).array))
        if self._is_data(e):
            if isinstance(e, Reference) and _is_bare(e):
                self._add(e.name, self.run(Reference(e.name)), np.float64)
                return e
            return self._folded("folded", e, np.float64)
        match e:
            case Reference():
                return replace(e, indices=self._indices(e))
            case Segment(body, over, by, to):
                return Segment(self.value(body), over, self._position(by), to, span=e.span)
            case _:
                return map_children(e, self.value)

    def _is_data(self, e: Expression) -> bool:
        return all(name in self.bound.values for name in e.names)

    def _position(self, e: Expression) -> Expression:
        """The same for whole numbers that choose elements of an array."""
        if not self._is_data(e):
            return self.value(e)
        return _remembered(self.positions, e, self._data_position)

    def _data_position(self, e: Expression) -> Expression:
        if isinstance(e, Reference) and _is_bare(e):
            name = f"{e.name} as position"
            self._add(name, self.run(Reference(e.name)), np.int64)
            return replace(e, name=name)
        return self._folded("position", e, np.int64)

    def _folded(self, kind: str, e: Expression, dtype: type[np.generic]) -> Reference:
        value = self.run(e)
        name = f"{kind}.{sum(known.startswith(kind + '.') for known in self.arguments)}"
        self._add(name, value, dtype)
        return Reference(name, tuple(Along(axis) for axis in value.axes), span=e.span)

    def _add(self, name: str, value: Value, dtype: type[np.generic]) -> None:
        self.arguments[name] = np.asarray(value.array).astype(dtype)
        self.axes[name] = value.axes

    def _indices(self, e: Reference) -> tuple[Index, ...]:
        own = self.defined_axes.get(e.name, ())
        return tuple(
            self._index(index, own[i] if i < len(own) else "") for i, index in enumerate(e.indices)
        )

    def _index(self, index: Index, axis: str) -> Index:
        match index:
            case Gather(positions):
                return Gather(self._position(positions))
            case At(label) if self._labels_come_from_data(axis):
                # Other data may have the same labels in another order.
                return Gather(self._position(LabelPosition(set_of(axis), label)))
            case _:
                return index

    def _labels_come_from_data(self, axis: str) -> bool:
        declared = self.bound.graph.sets.get(set_of(axis))
        return set_of(axis) in self.bound.sets and (declared is None or declared.labels is None)


def _is_bare(e: Reference) -> bool:
    """Whether all of an array is meant, as it is or with other names for its axes."""
    axes = [index.axis for index in e.indices if isinstance(index, Along)]
    return len(axes) == len(e.indices) == len(set(axes))


def _remembered(
    memo: dict[Expression, Expression], e: Expression, compute: Callable[[Expression], Expression]
) -> Expression:
    if e not in memo:
        memo[e] = compute(e)
    return memo[e]
