"""What is known of a graph while unknowns take the places of missing cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.model.graph import Imputed, ModelGraph, Node, Part, Selection

Mask = NDArray[np.bool_]


def completed_name(data: str) -> str:
    """The name of the array in which unknowns fill the missing cells of data."""
    return f"completed {data}"


@dataclass
class Completed:
    """A graph without missing cells in what is observed.

    Attributes
    ----------
    values, sizes
        Positions of the chosen elements, and the lengths of the new axes.
    imputed
        The cells that are unknowns.
    covered
        For data, which of the missing cells these are.
    joined
        The quantities in which given and unknown values follow each other.
    refused
        Statements of which a mistake was reported.
    """

    graph: ModelGraph
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    imputed: tuple[Imputed, ...] = ()
    covered: dict[str, Mask] = field(default_factory=dict[str, Mask])
    joined: set[str] = field(default_factory=set[str])
    refused: set[str] = field(default_factory=set[str])


@dataclass
class Cells:
    """A node that holds values of missing cells, and which cells of the flattened data."""

    node: str
    axes: tuple[str, ...]
    cells: NDArray[np.int64]


@dataclass
class Completion:
    """A graph on its way to be without missing cells in what is observed.

    Attributes
    ----------
    given
        The observed data that have missing cells, with any values there.
    parts
        For these data, the quantities that hold what is drawn for them.
    masks
        For these data, 1 where a cell is missing, else 0.
    untold
        Draws of observed formulas that do not tell the cells they are made of.
    """

    graph: ModelGraph
    given: Mapping[str, Value]
    missing: Mapping[str, Mask]
    run: Evaluator
    report: Report
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    selections: dict[str, Selection] = field(default_factory=dict[str, Selection])
    parts: dict[str, list[Cells]] = field(default_factory=dict[str, list[Cells]])
    assembled: dict[str, tuple[tuple[str, ...], tuple[Part, ...]]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], tuple[Part, ...]]]
    )
    untold: list[Imputed] = field(default_factory=list[Imputed])

    def __post_init__(self) -> None:
        self.out = Completed(self.graph)
        self.masks = {
            name: Value(self.missing[name] * 1.0, value.axes) for name, value in self.given.items()
        }

    def with_values(self, values: Mapping[str, Value]) -> Evaluator:
        """The evaluator, with all that was found so far and further arrays."""
        known = {**self.run.values, **self.out.values, **values}
        sizes = {**self.run.sizes, **self.out.sizes}
        return Evaluator(numpy_arrays(), known, self.run.sets, sizes)
