"""What belongs to single data: under the name of the data, and with their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hdsl.density.sizes import data_evaluator
from hdsl.density.streams import DRAW
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Reference, set_of
from hdsl.model.graph import Bound, Stochastic
from hdsl.results.variables import Label, label_text

Labels = dict[str, tuple[Label, ...]]


@dataclass(frozen=True)
class OfData:
    """Values of single data: the observations that say something about them, and the values."""

    nodes: tuple[Stochastic, ...]
    value: Value


def by_data(bound: Bound, values: Mapping[str, Value]) -> tuple[dict[str, OfData], Labels]:
    """Replicates or log likelihoods of observations, ordered by the data that they belong to.

    What several statements say about one array of data is laid together. It has the axes of the
    data if each datum is observed, else a single axis ``y.rows`` with the labels of those that are.

    Parameters
    ----------
    values
        By the name of the observation, with axes ``_draw`` and its own.

    Returns
    -------
    The values by the name of the data (of the observation, where an expression is observed), and
    the labels of the axes that are no index sets.
    """
    found: dict[str, OfData] = {}
    labels: Labels = {}
    for name, nodes in _by_name(bound, values).items():
        chosen = [values[node.name] for node in nodes]
        data = bound.values.get(name)
        alone = len(nodes) == 1 and (data is None or set(nodes[0].axes) == set(data.axes))
        if alone or data is None or not all(map(_is_per_element, nodes, chosen)):
            for node, value in zip(nodes, chosen, strict=True):
                found[name if alone else node.name] = OfData((node,), value)
            continue
        places = np.concatenate([_places(bound, name, data, node) for node in nodes])
        value = _laid_together(name, data, places, nodes, chosen)
        found[name] = OfData(tuple(nodes), value)
        labels |= {
            axis: labels_of_cells(bound, data, np.sort(places)) for axis in _own_axes(value, data)
        }
    return found, labels


def _by_name(bound: Bound, values: Mapping[str, Value]) -> dict[str, list[Stochastic]]:
    found: dict[str, list[Stochastic]] = {}
    for node in bound.graph.stochastic:
        if node.name in values:
            name = node.value.name if isinstance(node.value, Reference) else node.name
            found.setdefault(name, []).append(node)
    return found


def _is_per_element(node: Stochastic, value: Value) -> bool:
    return {*value.axes} - {DRAW} == {*node.axes}


def _places(bound: Bound, name: str, data: Value, node: Stochastic) -> np.ndarray:
    """For each element of an observation which datum it is, both in row-major order."""
    assert node.value is not None
    numbers = np.arange(data.array.size).reshape(data.array.shape)
    run = data_evaluator(bound, [node.value], {name: Value(numbers, data.axes)}, {})
    found = run(node.value)
    return np.transpose(found.array, [found.axes.index(axis) for axis in node.axes]).reshape(-1)


def _laid_together(
    name: str,
    data: Value,
    places: np.ndarray,
    nodes: Sequence[Stochastic],
    values: Sequence[Value],
) -> Value:
    draws = max((v.array.shape[v.axes.index(DRAW)] for v in values if DRAW in v.axes), default=1)
    columns = [
        np.broadcast_to(flat, (draws, flat.shape[1]))
        for flat in (_flat(node, value) for node, value in zip(nodes, values, strict=True))
    ]
    array = np.concatenate(columns, axis=1)[:, np.argsort(places)]
    if np.array_equal(np.sort(places), np.arange(data.array.size)):
        return Value(array.reshape(draws, *data.array.shape), (DRAW, *data.axes))
    return Value(array, (DRAW, f"{name}.rows"))


def _flat(node: Stochastic, value: Value) -> np.ndarray:
    """The values as shape ``(draws, elements)``; one row where they are the same for all draws."""
    array = np.asarray(value.array)
    axes = value.axes
    if DRAW not in axes:
        array, axes = array[None], (DRAW, *axes)
    array = np.transpose(array, [axes.index(axis) for axis in (DRAW, *node.axes)])
    return array.reshape(array.shape[0], -1)


def _own_axes(value: Value, data: Value) -> list[str]:
    return [axis for axis in value.axes if axis != DRAW and axis not in data.axes]


def labels_of_cells(bound: Bound, data: Value, places: np.ndarray) -> tuple[Label, ...]:
    """The labels of some cells of an array of data, given by their places in row-major order.

    Of several axes they are written together: ``"3, NJ"``.
    """
    indices = np.unravel_index(places, data.array.shape)
    return _together(bound, data.axes, [np.asarray(index) for index in indices])


def selection_labels(bound: Bound, axis: str) -> tuple[Label, ...]:
    """The labels of the elements that a selection chose."""
    chosen = bound.graph.selections[axis]
    positions = [np.asarray(bound.values[name].array) for name in chosen.positions]
    return _together(bound, chosen.over, positions)


def _together(
    bound: Bound, axes: Sequence[str], indices: Sequence[np.ndarray]
) -> tuple[Label, ...]:
    sets = [
        selection_labels(bound, axis)
        if axis in bound.graph.selections
        else bound.sets[set_of(axis)].labels
        for axis in axes
    ]
    if len(sets) == 1:
        return tuple(sets[0][int(i)] for i in indices[0])
    rows = zip(*indices, strict=True)
    return tuple(
        ", ".join(label_text(s[int(i)]) for s, i in zip(sets, row, strict=True)) for row in rows
    )
