"""All that is known while a graph meets its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.model.alignment import Alignment
from hdsl.model.graph import Imputed, ModelGraph
from hdsl.model.index_labels import Sets
from hdsl.model.memory import Budget, Sizes
from hdsl.model.node_expressions import all_expressions
from hdsl.model.positions_checked import PositionChecker
from hdsl.model.supplies import Supplies


@dataclass
class Binding:
    """What is known of a model so far, and what its data still have to tell.

    Attributes
    ----------
    partial
        Whether data may be absent.
    simulated
        Observed data that are to be drawn.
    places
        For each array of data, where a cell of it stands, in words.
    settled
        The tasks that are done.
    missing
        Which cells of data are missing.
    blank
        For data that are to be drawn, which cells were missing before.
    waiting
        Data that count as known only when their missing cells are unknowns.
    covered
        Which missing cells unknowns stand for.
    refused
        Statements of which a mistake was reported.
    joined
        The quantities in which given and unknown values follow each other.
    without_rows
        Data of which the file lacks rows.
    """

    graph: ModelGraph
    supplies: Supplies
    sets: Sets
    report: Report
    budget: Budget
    partial: bool
    num_draws: int
    simulated: frozenset[str]
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    places: dict[str, Callable[[tuple[int, ...]], str]] = field(
        default_factory=dict[str, Callable[[tuple[int, ...]], str]]
    )
    settled: set[str] = field(default_factory=set[str])
    missing: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    blank: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    waiting: dict[str, Value] = field(default_factory=dict[str, Value])
    covered: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    imputed: tuple[Imputed, ...] = ()
    refused: set[str] = field(default_factory=set[str])
    joined: set[str] = field(default_factory=set[str])
    without_rows: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        self.lengths = Sizes(self.sets.known, self.sizes)
        self.evaluator = Evaluator(numpy_arrays(), self.values, self.sets.known, self.sizes)
        self.positions = PositionChecker(self.graph, self.evaluator, self.report)
        self.alignment = Alignment(self.supplies, self.sets.known, self.sets.words, self.report)
        self.used = frozenset[str]().union(*(e.names for e in all_expressions(self.graph)))

    def begin(self, task: str) -> bool:
        """Whether a task has still to be done; it is done once."""
        if task in self.settled:
            return False
        self.settled.add(task)
        return True

    def with_value(self, name: str, value: Value) -> Evaluator:
        """The evaluator, with one more array."""
        return self.with_values({name: value})

    def with_values(self, values: Mapping[str, Value]) -> Evaluator:
        """The evaluator, with further arrays."""
        return Evaluator(numpy_arrays(), {**self.values, **values}, self.sets.known, self.sizes)
