"""Index sets: the labels along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Label = str | float


@dataclass(frozen=True, eq=False)
class IndexSet:
    """A named set of labels: texts, or numbers in order.

    Attributes
    ----------
    labels
        The labels in order: a tuple, or a `range` for whole numbers.
    codes
        The values that stand for the labels in data, where they are not the labels themselves.
    """

    name: str
    labels: Sequence[Label]
    codes: tuple[Label, ...] | None = None

    @property
    def size(self) -> int:
        """Number of labels."""
        return len(self.labels)

    @property
    def is_numeric(self) -> bool:
        """Whether the labels are numbers."""
        return isinstance(self.labels, range) or not any(isinstance(x, str) for x in self.labels)

    @cached_property
    def _positions(self) -> dict[Label, int]:
        return {label: i for i, label in enumerate(self.labels)}

    def position(self, label: Label) -> int:
        """Position of a label, counted from 0; KeyError where it is not one."""
        if isinstance(self.labels, range):
            try:
                return (
                    self.labels.index(int(label)) if label == int(label) else self._positions[label]
                )
            except (ValueError, OverflowError):
                raise KeyError(label) from None
        return self._positions[label]

    def positions(self, values: np.ndarray) -> np.ndarray:
        """Positions of an array of labels, or of codes if the set has them; -1 where none fits."""
        known = self.codes if self.codes is not None else self.labels
        if isinstance(known, range):
            steps = (np.asarray(values, float) - known.start) / known.step
            found = np.where(
                (steps == np.floor(steps)) & (steps >= 0) & (steps < len(known)), steps, -1
            )
            return found.astype(np.int64)
        table = {label: i for i, label in enumerate(known)}
        flat = [table.get(value, -1) for value in np.asarray(values).reshape(-1).tolist()]
        return np.array(flat, np.int64).reshape(np.shape(values))

    def values(self) -> np.ndarray:
        """The labels of a numeric set as numbers."""
        return np.asarray(self.labels, float)
