"""Missing cells that were unknowns, as families of draws under the names of their data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from hdsl.density.streams import DRAW
from hdsl.expressions.evaluate import Value
from hdsl.model.graph import Bound, Imputed, Stochastic
from hdsl.results.observations import Labels, labels_of_cells, selection_labels
from hdsl.results.variables import Array, Role, Variable


def imputed_variables(
    bound: Bound, values: Mapping[str, Value], shape: tuple[int, int]
) -> tuple[tuple[Variable, ...], Labels]:
    """The draws of missing cells, and the labels of the axes along which they are listed.

    The cells of ``y`` lie along an axis ``y.missing`` with the labels of these cells; where all
    cells of the data are missing, along the axes of the data.

    Parameters
    ----------
    values
        The draws of all parts, with axes ``_draw`` and their own.
    shape
        Numbers of chains and of draws of each.
    """
    labels: Labels = {}
    found: list[Variable] = []
    for imputed in bound.imputed:
        if all(part in values for part in imputed.parts):
            found.append(_variable(bound, imputed, values, shape, labels))
    return tuple(found), labels


def _variable(
    bound: Bound,
    imputed: Imputed,
    values: Mapping[str, Value],
    shape: tuple[int, int],
    labels: Labels,
) -> Variable:
    flat = np.concatenate([_columns(values[part]) for part in imputed.parts], axis=1)
    axis = f"{imputed.data}.missing"
    dims: tuple[str, ...] = (axis,)
    sizes: tuple[int, ...] = (flat.shape[1],)
    if imputed.cells:
        cells = np.concatenate(imputed.cells)
        flat = flat[:, np.argsort(cells)]
        data = bound.values[imputed.data]
        if cells.size == data.array.size:
            dims, sizes = data.axes, data.array.shape
        else:
            labels[axis] = labels_of_cells(bound, data, np.sort(cells))
    else:
        node = bound.graph.nodes[imputed.parts[0]]
        assert isinstance(node, Stochastic)
        dims, sizes = node.axes, values[node.name].array.shape[1:]
        labels |= {a: selection_labels(bound, a) for a in dims if a in bound.graph.selections}
    drawn = list(_drawn(bound, imputed))
    array: Array = flat.reshape(*shape, *sizes)
    members = None
    if all(node.random.is_discrete for node in drawn):
        array = array.astype(np.int64)
        members = next((n.random.label_set for n in drawn if n.random.label_set is not None), None)
    roles = {bound.graph.roles[node.name] for node in drawn}
    role: Role = "parameter" if "parameter" in roles else "prediction"
    return Variable(imputed.data, array, dims, drawn[0].span, "", role, members)


def _columns(value: Value) -> np.ndarray:
    array = np.asarray(value.array)
    assert value.axes[0] == DRAW
    return array.reshape(array.shape[0], -1)


def _drawn(bound: Bound, imputed: Imputed) -> Iterator[Stochastic]:
    """The unknowns from which the values of missing cells come."""
    for part in imputed.parts:
        names = {part} | bound.graph.nodes[part].names
        for name in names:
            node = bound.graph.nodes.get(name)
            if isinstance(node, Stochastic) and node.value is None and node.is_internal:
                yield node
