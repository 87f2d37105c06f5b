"""Lengths of the axes that expressions make themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from hdsl.density.arrays import host_arrays
from hdsl.density.recursions import Definitions, resolved
from hdsl.expressions.beyond import Table
from hdsl.expressions.chains import chain_order
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.forests import Blocks, Chosen, ForestOrder
from hdsl.expressions.tree import (
    ChainOrder,
    Concatenate,
    CountsAbove,
    Expression,
    Stack,
    WholeNumbers,
    set_of,
)
from hdsl.model.graph import Bound
from hdsl.model.scope import LIST_AXIS

__all__ = ["Definitions", "data_evaluator", "has_length", "largest_count"]


def data_evaluator(
    bound: Bound,
    expressions: Iterable[Expression],
    values: Mapping[str, Value] | None = None,
    definitions: Definitions | None = None,
) -> Evaluator:
    """NumPy's evaluator over the data, which knows the lengths of all axes in the expressions.

    Parameters
    ----------
    values, definitions
        What is known beyond the data, and what can be computed.
    """
    if definitions:
        definitions, bound = resolved(definitions, bound, values or {})
        if bound.graph.recursive:
            expressions = (*expressions, *(body for _, body in definitions.values()))
    run = Evaluator(
        host_arrays(),
        {**bound.values, **(values or {})},
        bound.sets,
        dict(bound.sizes),
        definitions=definitions or {},
    )
    sizes = dict(bound.sizes)
    run.sizes = sizes
    seen: set[Expression] = set()
    for expression in expressions:
        _register(expression, run, sizes, seen)
    return run


def _register(e: Expression, run: Evaluator, sizes: dict[str, int], seen: set[Expression]) -> None:
    if e in seen:
        return
    seen.add(e)
    for child in e.children:
        _register(child, run, sizes, seen)
    match e:
        case CountsAbove(counts, axis) if axis not in sizes:
            sizes[axis] = largest_count(counts, run)
        case ChainOrder(before, _, steps, chains) if steps not in sizes:
            sizes[steps], sizes[chains] = chain_order(np.asarray(run(before).array)).shape
        case ForestOrder(_, steps, slots) if slots not in sizes:
            sizes[steps], sizes[slots] = np.asarray(run(e).array).shape
        case Chosen(_, _, axis) if axis not in sizes:
            sizes[axis] = np.asarray(run(e).array).size
        case Blocks(part="before" | "states", blocks=axis) if axis not in sizes:
            sizes[axis] = np.asarray(run(e).array).size
        case WholeNumbers(last, axis) if axis not in sizes:
            array = np.asarray(run(last).array)
            sizes[axis] = int(array.max()) + 1 if array.size else 1
        case Concatenate(items, axis) if axis not in sizes:
            sizes[axis] = sum(math.prod(map(run.size, own)) for _, own in items)
        case Table(numbers, axis):
            sizes[axis] = len(numbers)
        case Stack(items, axis) if axis != LIST_AXIS and not has_length(axis, run):
            sizes[axis] = len(items)
        case _:
            pass


def has_length(axis: str, run: Evaluator) -> bool:
    """Whether an axis has one length everywhere; lists of any length share their axis."""
    return axis in run.sizes or set_of(axis) in run.sets


def largest_count(counts: Expression, run: Evaluator) -> int:
    """The largest of some counts, but at least 1: arrays of no elements help nobody."""
    array = run.arrays.asarray(run(counts).array)
    return max(1, int(array.max())) if array.size else 1
