"""Elements that no statement defines: a mistake where they are used."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Reference
from hdsl.model.conditional import Conditions, references_in
from hdsl.model.dependences import Table, UnknownPlace, View, taken
from hdsl.model.element_names import element_name
from hdsl.model.graph import ModelGraph
from hdsl.model.node_expressions import expressions_of
from hdsl.model.parts import where_name
from hdsl.source import Span


def undefined_elements(graph: ModelGraph, evaluator: Evaluator) -> dict[str, NDArray[np.bool_]]:
    """By name, which elements of the quantities defined in parts no part defines."""
    found: dict[str, NDArray[np.bool_]] = {}
    for name in graph.assembled:
        where = evaluator.values.get(where_name(name))
        if where is not None and (missing := np.asarray(where.array) < 0).any():
            found[name] = missing
    return found


def check_used_elements(graph: ModelGraph, evaluator: Evaluator, report: Report) -> None:
    """Report the first use of each element that nothing defines (HB329)."""
    missing = undefined_elements(graph, evaluator)
    if not missing:
        return
    for name, node in graph.nodes.items():
        if name in graph.assembled:
            continue
        for reference, contexts in references_in(expressions_of(node), missing).items():
            _check(graph, evaluator, report, name, reference, contexts, missing, node.span)


def _check(
    graph: ModelGraph,
    evaluator: Evaluator,
    report: Report,
    name: str,
    reference: Reference,
    contexts: set[Conditions],
    missing: dict[str, NDArray[np.bool_]],
    span: Span,
) -> None:
    axes, parts = graph.assembled[reference.name]
    gaps = missing[reference.name]
    view = View(reference.name, axes, parts)
    table = Table(np.where(gaps, -1, 0), np.zeros(gaps.shape, np.int64))
    try:
        found = taken(reference, contexts, view, tuple(range(len(axes))), table, (), evaluator)
    except UnknownPlace:
        return
    used = found.counts & (found.part < 0)
    if not used.any():
        return
    first = np.unravel_index(int(np.argmax(used)), used.shape)
    element = [int(places[first]) for places in found.places]
    named = element_name(reference.name, axes, element, graph, evaluator.sets, evaluator.values)
    asked = ""
    if found.extra:
        where = element_name(
            "", found.extra, [int(i) for i in first], graph, evaluator.sets, evaluator.values
        )
        asked = f"asked for where {where.strip('[]').replace(', ', ' and ')}"
    report.add(
        "HB329",
        f"nothing defines `{named}`, which is used here",
        reference.span if reference.span.end else span,
        note=asked,
        labels=[Place(part.span, f"`{reference.name}` is defined here") for part in parts],
        cause="each element that is used is defined by one statement",
        help=f"say where it begins: `{_with_labels(named)} = …`, or `~`"
        if name in graph.recursive
        else "add a line for it, or leave it out here with `for`",
    )


def _with_labels(element: str) -> str:
    """An element as it stands on the left: ``x[1]`` for ``x[t=1]``."""
    return re.sub(r"[^\[, =]+=", "", element)
