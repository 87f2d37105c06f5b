"""Quantities that several statements define in parts: where the elements of each part lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Along, Reference, set_of
from hdsl.model.element_names import element_name, label_name
from hdsl.model.graph import Factor, ModelGraph, Part
from hdsl.model.memory import Sizes


def parts_axis(name: str) -> str:
    """The axis along which the values of all parts are listed, one part after the other."""
    return f"{name}.parts"


def where_name(name: str) -> str:
    """The data that tell for each element of the whole its place along `parts_axis`."""
    return f"{name}.where"


def axes_of_part(part: Part, graph: ModelGraph) -> tuple[str, ...]:
    """The axes of a part's values."""
    node = graph.nodes[part.node]
    return () if isinstance(node, Factor) else node.axes


def can_place(axes: tuple[str, ...], parts: tuple[Part, ...], graph: ModelGraph, sizes: Sizes,
              values: Mapping[str, Value]) -> bool:  # fmt: skip
    """Whether the sizes and positions of all parts are known."""
    positions = (at.names for part in parts for at in part.at if isinstance(at, Reference))
    return (
        sizes.knows(axes)
        and all(part.node in graph.nodes for part in parts)
        and all(sizes.knows(axes_of_part(part, graph)) for part in parts)
        and all(names <= values.keys() for names in positions)
    )


def place_parts(name: str, graph: ModelGraph, evaluator: Evaluator, report: Report) -> Value | None:
    """For each element of the whole, where its value lies along the parts.

    The parts follow each other in order, each in row-major order of its own axes.

    Returns
    -------
    Value
        Whole numbers over the axes of the whole, -1 where nothing defines an element; `None` where
        parts overlap (HB328) or name a label that is not there (HB327).
    """
    axes, parts = graph.assembled[name]
    shape = tuple(evaluator.size(axis) for axis in axes)
    where = np.full(shape, -1, np.int64)
    flat_where = where.reshape(-1)
    starts = [0]
    for part in parts:
        covered = _covered(part, axes, shape, graph, evaluator, report)
        if covered is None:
            return None
        taken = np.flatnonzero(flat_where[covered] >= 0)
        if taken.size:
            element = int(covered[taken[0]])
            earlier = int(np.searchsorted(starts, flat_where[element], side="right")) - 1
            _report_overlap(name, part, parts[earlier], element, graph, evaluator, report)
            return None
        flat_where[covered] = starts[-1] + np.arange(covered.size)
        starts.append(starts[-1] + covered.size)
    return Value(where, axes)


def part_total(name: str, graph: ModelGraph, sizes: Sizes) -> int:
    """How many values all parts have together."""
    _, parts = graph.assembled[name]
    return sum(sizes.product(axes_of_part(part, graph)) for part in parts)


def _covered(
    part: Part,
    axes: tuple[str, ...],
    shape: tuple[int, ...],
    graph: ModelGraph,
    evaluator: Evaluator,
    report: Report,
) -> NDArray[np.int64] | None:
    """The elements of the whole that a part defines, flat, in the order of the part's values."""
    own = axes_of_part(part, graph)
    own_shape = tuple(evaluator.size(axis) for axis in own)
    indices: list[NDArray[np.int64]] = []
    for axis, at in zip(axes, part.at, strict=True):
        if isinstance(at, Along):
            positions = np.arange(evaluator.size(at.axis))
            indices.append(_along(positions, at.axis, own))
        elif isinstance(at, Reference):
            value = evaluator(at)
            indices.append(_along(np.asarray(value.array), value.axes[0], own))
        else:
            try:
                indices.append(np.array(evaluator.sets[set_of(axis)].position(at)))
            except KeyError:
                _report_unknown(part, axis, at, report)
                return None
    filled = tuple(np.broadcast_to(index, own_shape).reshape(-1) for index in indices)
    if not filled:
        return np.zeros(int(np.prod(own_shape, dtype=np.int64)), np.int64)
    return np.ravel_multi_index(filled, shape)


def _along(positions: NDArray[Any], axis: str, axes: tuple[str, ...]) -> NDArray[Any]:
    place = axes.index(axis)
    return positions.reshape((-1,) + (1,) * (len(axes) - place - 1))


def _report_unknown(part: Part, axis: str, label: str | float, report: Report) -> None:
    report.add(
        "HB327",
        f"`{label_name(label)}` is no label of `{set_of(axis)}`",
        part.span,
        cause="brackets hold labels of the index set",
        help="compare it with the labels that the data have",
    )


def _named(name: str, element: int, graph: ModelGraph, evaluator: Evaluator) -> str:
    axes, _ = graph.assembled[name]
    shape = tuple(evaluator.size(axis) for axis in axes)
    index = tuple(int(i) for i in np.unravel_index(element, shape)) if shape else ()
    return element_name(name, axes, index, graph, evaluator.sets, evaluator.values)


def _report_overlap(
    name: str,
    part: Part,
    earlier: Part,
    element: int,
    graph: ModelGraph,
    evaluator: Evaluator,
    report: Report,
) -> None:
    report.add(
        "HB328",
        f"`{_named(name, element, graph, evaluator)}` is defined twice",
        part.span,
        labels=[Place(earlier.span, "defined here too")],
        cause="each element is defined once",
        help="say with `for` which elements each of the two lines defines",
    )
