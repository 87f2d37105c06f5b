"""``class within school``: labels that repeat from school to school are told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hdsl.data import Field
from hdsl.data.fields import label_text
from hdsl.diagnostics import Report
from hdsl.model.graph import ModelGraph
from hdsl.model.supplies import Supplies, Supply


def tell_labels_apart(graph: ModelGraph, supplies: Supplies, report: Report) -> None:
    """Give labels that repeat the label they lie within: ``2`` in school ``A`` becomes ``A:2``.

    This holds for data of such a type, and for label columns of such a set. Mistakes go to the
    report: HB362 where nothing tells the labels apart.
    """
    parents = {item.type: item.within for item in graph.data.values() if item.type and item.within}
    done: dict[str, Field] = {}
    for name, supply in list(supplies.items.items()):
        parent = _parent(supply, parents)
        if parent is not None and supply.field is not None:
            _nested(name, parents, supplies, done, report)
    for name, field in done.items():
        if name in supplies.items:
            supplies.items[name] = replace(supplies.items[name], field=field)


def _parent(supply: Supply, parents: dict[str, str]) -> str | None:
    declared = supply.declaration
    return declared.within or (parents.get(declared.labels_of) if declared.labels_of else None)


def _nested(
    name: str, parents: dict[str, str], supplies: Supplies, done: dict[str, Field], report: Report
) -> Field | None:
    """The field of an item with the labels of what it lies within before its own."""
    if name in done:
        return done[name]
    supply = supplies.items[name]
    own = supply.field
    parent = _parent(supply, parents)
    if own is None or parent is None:
        return own
    done[name] = own  # two sets within each other would go round for ever
    outer = _outer(supply, parent, parents, supplies, done, report)
    if outer is None:
        _report(supply, parent, report)
        del supplies.items[name]
        return None
    missing = own.missing | outer.missing
    texts = np.empty(own.shape, dtype=object)
    pairs = zip(_texts(outer).reshape(-1), _texts(own).reshape(-1), strict=True)
    texts.reshape(-1)[:] = [f"{one}:{two}" for one, two in pairs]
    texts[missing] = ""
    done[name] = replace(own, values=texts, missing=missing, kind="text", reads_cells=False)
    return done[name]


def _outer(
    supply: Supply,
    parent: str,
    parents: dict[str, str],
    supplies: Supplies,
    done: dict[str, Field],
    report: Report,
) -> Field | None:
    """The column that says within what each label lies."""
    assert supply.field is not None
    for name, other in list(supplies.items.items()):
        of_parent = parent in (other.declaration.type, other.declaration.labels_of)
        if of_parent and other.group == supply.group and other.field is not None:
            found = _nested(name, parents, supplies, done, report)
            if found is not None and found.shape == supply.field.shape:
                return found
    column = supply.table.fields.get(parent) if supply.table is not None else None
    return column if column is not None and column.shape == supply.field.shape else None


def _texts(field: Field) -> NDArray[np.object_]:
    if field.kind == "text":
        return field.values
    texts = np.empty(field.shape, dtype=object)
    numbers, places = np.unique(field.values, return_inverse=True)
    names = np.array([label_text(number) for number in numbers.tolist()], dtype=object)
    texts[...] = names[places].reshape(field.shape)
    return texts


def _report(supply: Supply, parent: str, report: Report) -> None:
    declared = supply.declaration
    kind = declared.labels_of or declared.type
    report.add(
        "HB362",
        f"nothing says to which `{parent}` each `{kind}` of `{declared.name}` belongs",
        declared.type_span,
        cause=f"`{kind} within {parent}` tells labels apart by a column `{parent}` that stands "
        "in the same rows",
        help=f'name that column: `"column" as {parent}[{", ".join(declared.axes) or "row"}] '
        f": {parent}`",
    )
