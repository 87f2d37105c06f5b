"""Observations are split: rows that were seen are observed, the others are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hdsl.distributions import DISTRIBUTIONS
from hdsl.distributions.censored import CensoredIf
from hdsl.distributions.random import Applied
from hdsl.expressions.evaluate import Value
from hdsl.expressions.linear import sum_over
from hdsl.expressions.rewrite import references
from hdsl.expressions.solve import solved_for
from hdsl.expressions.tree import Concatenate, Constant, Expression, Gather, Reference, Stack
from hdsl.model.chosen_rows import chosen_rows
from hdsl.model.completed import Cells, Completion, Mask
from hdsl.model.evaluable import array_over
from hdsl.model.graph import Deterministic, Factor, Imputed, Stochastic, whole
from hdsl.source import Span


def split_observation(completion: Completion, node: Stochastic, value: Expression) -> None:
    """Observe the rows of a statement that were seen, and make unknowns of the others."""
    lacking = _lacking(completion, node, value)
    if lacking is None or not lacking.any():
        completion.nodes[node.name] = node
        return
    event = tuple(axis for axis in node.axes if axis in node.random.event_axes)
    plates = tuple(axis for axis in node.axes if axis not in event)
    inner = tuple(map(node.axes.index, event))
    any_cell = np.asarray(lacking.any(axis=inner))
    if isinstance(value, Stack):
        _rows_of_a_list(completion, node, value, plates, any_cell, lacking)
        return
    rows = np.asarray(lacking.all(axis=inner))
    if (any_cell != rows).any():
        if not _is_free(node) or not isinstance(value, Reference):
            _report_part_of_a_row(completion, node)
            return
        _rows_in_part(completion, node, value, plates, any_cell & ~rows, lacking)
    if not any_cell.all():
        completion.nodes[node.name] = _chosen(
            completion, node, f"{node.name}.seen", plates, ~any_cell
        )
    if not rows.any():
        return
    if rows.all():
        drawn = replace(node, axes=(*plates, *event))
    else:
        drawn = _chosen(completion, node, f"{node.name}.missing", plates, rows)
    # Of a value that is missing not even a bound was seen.
    random = drawn.random.base if isinstance(drawn.random, CensoredIf) else drawn.random
    drawn = replace(drawn, random=random)
    unknown = replace(drawn, name=f"missing {node.name}", value=None, is_internal=True)
    completion.nodes[unknown.name] = unknown
    _tell_cells(completion, node, drawn.value or value, unknown, rows)


def _rows_in_part(
    completion: Completion,
    node: Stochastic,
    value: Reference,
    plates: tuple[str, ...],
    rows: Mask,
    lacking: Mask,
) -> None:
    """Rows of which some numbers were seen: the others are unknowns, and all have one density.

    That density is a factor, so the unknown numbers have no other.
    """
    in_part = _chosen(completion, node, f"{node.name}.in part", plates, rows) if plates else node
    axes = (*plates, *(axis for axis in node.axes if axis not in plates))
    gaps = np.transpose(lacking, [node.axes.index(axis) for axis in axes])
    gaps = gaps & rows.reshape(rows.shape + (1,) * (gaps.ndim - rows.ndim))
    name = f"missing in rows of {node.name}"
    cells = Stochastic(name, axes, _flat(node), value, node.span, is_internal=True)
    unknown = replace(_chosen(completion, cells, f"{node.name}.cells", axes, gaps), value=None)
    completion.nodes[name] = unknown
    _tell_cells(completion, cells, value, unknown, gaps)

    given = completion.given[value.name]
    run = completion.with_values({value.name: Value(_numbers(given), given.axes)})
    table = array_over(value, axes, run).copy()
    table[gaps] = given.array.size + np.arange(int(gaps.sum()))
    row_axes = (*in_part.axes[:1], *axes[len(plates) :]) if plates else axes
    full = _joined(
        completion, f"rows of {node.name}", whole(value.name, given.axes), given.axes,
        (completion.parts[value.name][-1],), Value(table[rows] if plates else table, row_axes),
        node.span,
    )  # fmt: skip
    density = sum_over(in_part.random.log_prob(full), in_part.plates)
    completion.nodes[f"{node.name} in part"] = Factor(f"{node.name} in part", density, node.span)


def _rows_of_a_list(
    completion: Completion,
    node: Stochastic,
    value: Stack,
    plates: tuple[str, ...],
    rows: Mask,
    lacking: Mask,
) -> None:
    """The same for several data that are observed as one vector."""
    place = node.axes.index(value.axis)
    gaps = [np.take(lacking, k, axis=place) for k in range(len(value.items))]
    incomplete = [e for e, mask in zip(value.items, gaps, strict=True) if mask.any()]
    names = {e.name for e in incomplete if isinstance(e, Reference) and e.indices}
    if not _is_free(node) or not plates or len(names) < len(incomplete):
        _report_part_of_a_row(completion, node)
        return
    if not rows.all():
        completion.nodes[node.name] = _chosen(completion, node, f"{node.name}.seen", plates, ~rows)
    in_part = _chosen(completion, node, f"{node.name}.in part", plates, rows)
    assert isinstance(in_part.value, Stack)
    items = [*in_part.value.items]
    for k, (e, mask) in enumerate(zip(value.items, gaps, strict=True)):
        if isinstance(e, Reference) and mask.any():
            items[k] = _completed_item(completion, node, e, plates, rows, mask)
    full = replace(in_part.value, items=tuple(items))
    density = sum_over(in_part.random.log_prob(full), in_part.plates)
    completion.nodes[f"{node.name} in part"] = Factor(f"{node.name} in part", density, node.span)


def _completed_item(
    completion: Completion,
    node: Stochastic,
    item: Reference,
    plates: tuple[str, ...],
    rows: Mask,
    gaps: Mask,
) -> Expression:
    """One of several data, completed, in the rows where any of them has a gap."""
    name = f"missing {item.name} of {node.name}"
    cells = Stochastic(name, plates, _flat(node), item, node.span, is_internal=True)
    unknown = replace(_chosen(completion, cells, f"{name}.cells", plates, gaps), value=None)
    completion.nodes[name] = unknown
    _tell_cells(completion, cells, item, unknown, gaps)
    given = completion.given[item.name]
    run = completion.with_values({item.name: Value(_numbers(given), given.axes)})
    table = array_over(item, plates, run).copy()
    table[gaps] = given.array.size + np.arange(int(gaps.sum()))
    return _joined(
        completion, f"rows of {item.name} in {node.name}", whole(item.name, given.axes),
        given.axes, (completion.parts[item.name][-1],),
        Value(table[rows], (f"{node.name}.in part",)), node.span,
    )  # fmt: skip


def _lacking(completion: Completion, node: Stochastic, value: Expression) -> Mask | None:
    """Which elements of an observation rest on a missing cell."""
    if isinstance(value, Stack):
        plates = tuple(axis for axis in node.axes if axis != value.axis)
        alone = replace(node, axes=plates)
        masks = [_lacking(completion, alone, item) for item in value.items]
        shape = tuple(completion.run.size(axis) for axis in plates)
        full = [np.zeros(shape, bool) if mask is None else mask for mask in masks]
        return np.stack(full, node.axes.index(value.axis))
    found: Mask | None = None
    for name in sorted(value.names & completion.masks.keys()):
        for reference in references(value, name):
            mask = array_over(reference, node.axes, completion.with_values(completion.masks)) != 0
            found = mask if found is None else found | mask
    return found


def _chosen(
    completion: Completion, node: Stochastic, axis: str, plates: tuple[str, ...], mask: Mask
) -> Stochastic:
    found = chosen_rows(node, axis, plates, mask)
    completion.selections[axis] = found.selection
    completion.out.values.update(found.values)
    completion.out.sizes[axis] = found.size
    completion.nodes.update({made.name: made for made in found.wholes})
    return found.node


def _tell_cells(
    completion: Completion, node: Stochastic, formula: Expression, drawn: Stochastic, rows: Mask
) -> None:
    """Which cells of data the drawn values are, or are a formula of."""
    assert node.value is not None
    name = min(node.value.names & completion.masks.keys())
    found = references(node.value, name)
    target = whole(drawn.name, drawn.axes)
    solved = None
    if len(node.value.names & completion.masks.keys()) == 1 and len(found) == 1:
        solved = solved_for(formula, name, target)
    if solved is None:
        completion.untold.append(Imputed(node.name, (drawn.name,), ()))
        return
    part = drawn.name
    if solved != target:
        part = f"{drawn.name} of {name}"
        completion.nodes[part] = Deterministic(
            part, drawn.axes, solved, node.span, is_internal=True
        )
    given = completion.given[name]
    run = completion.with_values({name: Value(_numbers(given), given.axes)})
    plates = node.axes[: rows.ndim]
    order = (*plates, *drawn.axes[1:]) if drawn.axes != node.axes else drawn.axes
    cells = array_over(found[0], order, run)[rows]
    completion.parts.setdefault(name, []).append(Cells(part, drawn.axes, cells.reshape(-1)))


def _joined(
    completion: Completion,
    name: str,
    given: Expression,
    axes: tuple[str, ...],
    parts: Sequence[Cells],
    where: Value,
    span: Span,
) -> Expression:
    """Given values and then those of parts, taken at the places that a table tells."""
    pieces, table = f"{name}.parts", f"{name}.where"
    items = [(given, axes), *((whole(part.node, part.axes), part.axes) for part in parts)]
    joined = Concatenate(tuple(items), pieces)
    completion.nodes[pieces] = Deterministic(pieces, (pieces,), joined, span, is_internal=True)
    completion.out.values[table] = where
    size = completion.given[next(iter(given.names))].array.size
    completion.out.sizes[pieces] = size + sum(part.cells.size for part in parts)
    completion.out.joined.add(pieces)
    return Reference(pieces, (Gather(whole(table, where.axes)),))


def _report_part_of_a_row(completion: Completion, node: Stochastic) -> None:
    completion.nodes[node.name] = node
    completion.out.refused.add(node.name)
    family = node.random.family
    completion.report.add(
        "HB361",
        f"some numbers of a row of `{node.name}` are missing, and others are not",
        node.span,
        cause=f"`{family}` speaks of a whole row at once, and its numbers depend on each other "
        "in a way that leaves no room for single unknowns",
        help="leave such rows out of the data with `where`, or empty the rest of the row",
    )


def _numbers(given: Value) -> NDArray[np.int64]:
    """The cells of an array, numbered in row-major order."""
    return np.arange(given.array.size).reshape(given.array.shape)


def _flat(node: Stochastic) -> Applied:
    ends = (("lower", Constant(-np.inf)), ("upper", Constant(np.inf)))
    return Applied(DISTRIBUTIONS["Flat"], ends, span=node.span)


def _is_free(node: Stochastic) -> bool:
    """Whether each number of a row may be any number, whatever the others are."""
    support = node.random.support
    ends = (support.lower, support.upper)
    return support.kind == "interval" and not support.integer and ends == (None, None)
