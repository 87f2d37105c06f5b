"""Completed arrays: given cells of data and unknown ones, laid together for what uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from hdsl.expressions.evaluate import Value
from hdsl.expressions.rewrite import rebuild
from hdsl.expressions.tree import (
    Along,
    Concatenate,
    Expression,
    Gather,
    Reference,
    map_children,
    set_of,
)
from hdsl.model.completed import Cells, Completion, completed_name
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import Deterministic, Factor, Part, Stochastic, whole
from hdsl.model.parts import parts_axis, where_name


def use_completed(completion: Completion) -> None:
    """Let expressions that ask for an unknown cell of data mean the completed array."""
    uses: set[str] = set()
    touched: dict[Reference, bool] = {}

    def change(e: Expression) -> Expression | None:
        if not isinstance(e, Reference) or e.name not in completion.parts:
            return None
        if e not in touched:
            touched[e] = _touches(completion, e)
        if not touched[e]:
            return None
        uses.add(e.name)
        return map_children(replace(e, name=completed_name(e.name)), changed)

    def changed(e: Expression) -> Expression:
        return rebuild(e, change) if e.names & completion.parts.keys() else e

    for name, node in completion.nodes.items():
        match node:
            case _ if name in completion.out.joined:
                continue
            case Stochastic():
                completion.nodes[name] = replace(node, random=node.random.map(changed))
            case Factor() | Deterministic():
                completion.nodes[name] = replace(node, expression=changed(node.expression))
    for name in sorted(uses):
        _lay_together(completion, name)


def _touches(completion: Completion, e: Reference) -> bool:
    """Whether a reference to data asks for a cell that is an unknown now."""
    covered = completion.out.covered[e.name]
    run = completion.with_values({e.name: Value(covered * 1.0, completion.given[e.name].axes)})
    if not can_evaluate(e, run):
        return True
    return bool(np.asarray(run(e).array).any())


def _lay_together(completion: Completion, name: str) -> None:
    """The completed array: given cells and unknown ones are parts of one quantity."""
    full, axes = completed_name(name), completion.given[name].axes
    missing, span = completion.missing[name], completion.graph.data[name].span
    parts = [*_given_cells(completion, name), *completion.parts[name]]
    pieces = parts_axis(full)
    where = np.full(missing.size, -1, np.int64)
    for start, part in zip(_starts(parts), parts, strict=True):
        where[part.cells] = start + np.arange(part.cells.size)
    completion.out.values[where_name(full)] = Value(where.reshape(missing.shape), axes)
    completion.out.sizes[pieces] = sum(part.cells.size for part in parts)
    joined = Concatenate(tuple((whole(p.node, p.axes), p.axes) for p in parts), pieces)
    completion.nodes[pieces] = Deterministic(pieces, (pieces,), joined, span, is_internal=True)
    completion.out.joined.add(pieces)
    gathered = Reference(pieces, (Gather(whole(where_name(full), axes)),))
    completion.nodes[full] = Deterministic(full, axes, gathered, span, is_internal=True)
    placed = [_placed(completion, name, part) for part in parts]
    if all(part is not None for part in placed):
        completion.assembled[full] = (axes, tuple(part for part in placed if part is not None))


def _given_cells(completion: Completion, name: str) -> Iterator[Cells]:
    """The cells of data that are no unknowns, as a quantity."""
    given = completion.given[name]
    cells = np.flatnonzero(~completion.out.covered[name])
    if not cells.size:
        return
    node = f"given {name}"
    axis = f"{node}.rows"
    positions = np.unravel_index(cells, given.array.shape)
    at: list[Gather] = []
    for own, found in zip(given.axes, positions, strict=True):
        completion.out.values[f"{axis}.{own}"] = Value(found.astype(np.int64), (axis,))
        at.append(Gather(Reference(f"{axis}.{own}", (Along(axis),))))
    completion.out.sizes[axis] = cells.size
    taken = Reference(name, tuple(at))
    span = completion.graph.data[name].span
    completion.nodes[node] = Deterministic(node, (axis,), taken, span, is_internal=True)
    yield Cells(node, (axis,), cells)


def _placed(completion: Completion, name: str, part: Cells) -> Part | None:
    """How a part lies in the completed array, if each of its axes moves along one of them."""
    given = completion.given[name]
    run = completion.with_values({})
    shape = tuple(map(run.size, part.axes))
    at: list[str | float | Reference] = []
    for own, found in zip(given.axes, np.unravel_index(part.cells, given.array.shape), strict=True):
        index = found.reshape(shape)
        varying = [k for k in range(index.ndim) if (index != index.take([0], axis=k)).any()]
        if not varying:
            at.append(run.sets[set_of(own)].labels[int(found[0])])
            continue
        if len(varying) > 1:
            return None
        along = varying[0]
        line = np.moveaxis(index, along, 0).reshape(shape[along], -1)[:, 0]
        vector = f"{part.node}.place.{own}"
        completion.out.values[vector] = Value(line.astype(np.int64), (part.axes[along],))
        at.append(Reference(vector, (Along(part.axes[along]),)))
    return Part(part.node, tuple(at), completion.graph.data[name].span)


def _starts(parts: Sequence[Cells]) -> list[int]:
    sizes = [part.cells.size for part in parts]
    return [sum(sizes[:k]) for k in range(len(sizes))]
