"""The places between which `interpolate` draws lines: data, in increasing order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hdsl.diagnostics import Report
from hdsl.expressions.beyond import Interpolate
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Expression, walk
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import ModelGraph
from hdsl.model.node_expressions import all_expressions


def check_places(graph: ModelGraph, report: Report) -> None:
    """Refuse places that depend on an unknown: their order could change."""
    for e in _interpolations(graph):
        unknown = any(
            name in graph.unknowns
            or (name not in graph.data and graph.ancestors.get(name, frozenset()) & graph.unknowns)
            for name in e.xs.names
        )
        if unknown:
            report.add(
                "HB376",
                "the places of `interpolate` depend on an unknown",
                e.xs.span.or_else(e.span),
                cause="the numbers `xs` of `interpolate(x, xs, ys)` increase, so they are known",
                help="give `xs` as data; `x` and `ys` may be unknown",
            )


def check_order(graph: ModelGraph, evaluator: Evaluator, report: Report) -> None:
    """Refuse places that do not increase."""
    for e in _interpolations(graph):
        if not can_evaluate(e.xs, evaluator):
            continue
        found = evaluator(e.xs)
        if e.axis not in found.axes:
            continue
        steps = np.diff(np.asarray(found.array, float), axis=found.axes.index(e.axis))
        if not (steps > 0).all():
            report.add(
                "HB376",
                "the places of `interpolate` are not in increasing order",
                e.xs.span.or_else(e.span),
                cause="the lines join each point with the next, so each number of `xs` must be "
                "above the one before",
                help="sort the points, and give each place once",
            )


def _interpolations(graph: ModelGraph) -> Iterator[Interpolate]:
    seen: set[Expression] = set()
    for whole in all_expressions(graph):
        for e in walk(whole):
            if isinstance(e, Interpolate) and e not in seen:
                seen.add(e)
                yield e
