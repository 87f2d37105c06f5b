"""A statement at some of its rows alone, listed along an axis of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.evaluate import Value
from hdsl.expressions.rewrite import along
from hdsl.expressions.tree import Along, Expression, Gather, Reference
from hdsl.model.graph import Deterministic, Selection, Stochastic, whole


@dataclass(frozen=True)
class ChosenRows:
    """A statement at some of its rows, and what it needs.

    Attributes
    ----------
    values, size
        The positions of the rows by name, and how many they are.
    wholes
        Arguments that are made as a whole, such as cumulative sums, before rows are taken.
    """

    node: Stochastic
    selection: Selection
    values: dict[str, Value]
    size: int
    wholes: tuple[Deterministic, ...]


def chosen_rows(
    node: Stochastic, axis: str, plates: tuple[str, ...], mask: NDArray[np.bool_]
) -> ChosenRows:
    """The statement where `mask` over its plates holds; its other axes stay."""
    choice = _Choice(node, axis, plates)
    names = choice.names
    event = tuple(a for a in node.axes if a not in plates)
    value = None if node.value is None else choice.taken(node.value)
    random = node.random.map(choice.taken)
    told = f"{axis}.chosen"
    values = {told: Value(mask * 1.0, plates)}
    for name, positions in zip(names, np.nonzero(mask), strict=True):
        values[name] = Value(positions.astype(np.int64), (axis,))
    return ChosenRows(
        replace(node, axes=(axis, *event), random=random, value=value),
        Selection(axis, plates, names, whole(told, plates)),
        values,
        int(mask.sum()),
        tuple(choice.wholes.values()),
    )


@dataclass
class _Choice:
    node: Stochastic
    axis: str
    plates: tuple[str, ...]
    wholes: dict[Expression, Deterministic] = field(default_factory=dict[Expression, Deterministic])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.axis}.{plate}" for plate in self.plates)

    def taken(self, e: Expression) -> Expression:
        try:
            return self._at(e)
        except ValueError:  # an axis is made inside: a cumulative sum, say
            made = self._whole(e)
            return self._at(whole(made.name, made.axes))

    def _at(self, e: Expression) -> Expression:
        for plate, name in zip(self.plates, self.names, strict=True):
            e = along(e, plate, Gather(Reference(name, (Along(self.axis),))))
        return e

    def _whole(self, e: Expression) -> Deterministic:
        if e not in self.wholes:
            own: Sequence[str] = [a for a in self.node.axes if a in e.axes]
            axes = (*own, *sorted(e.axes - set(own)))
            name = f"{self.axis} argument {len(self.wholes) + 1}"
            self.wholes[e] = Deterministic(name, axes, e, self.node.span, is_internal=True)
        return self.wholes[e]
