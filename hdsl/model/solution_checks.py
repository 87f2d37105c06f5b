"""What is known of `ode` and `integrate` before any draw: times, and integrals of data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hdsl.diagnostics import Report
from hdsl.expressions.beyond import Solve
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.quadrature import is_rough, outermost_integrals, with_half_of_the_nodes
from hdsl.expressions.tree import Expression, walk
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import ModelGraph
from hdsl.model.node_expressions import all_expressions


def check_times(graph: ModelGraph, evaluator: Evaluator, report: Report) -> None:
    """Refuse known times that lie before a known start."""
    for e in _solutions(graph):
        early = e.start - e.at
        if not can_evaluate(early, evaluator):
            continue
        if not (np.asarray(evaluator(early).array, float) > 0).any():
            continue
        first = float(np.min(np.asarray(evaluator(e.at).array, float)))
        report.add(
            "HB377",
            f"`ode` is asked for the time {first:g}, before its start",
            e.at.span.or_else(e.span),
            cause="the initial state is that at the time `start`, and the solution goes on there",
            help="let `start` be the first of the times, or earlier",
        )


def check_integrals(graph: ModelGraph, evaluator: Evaluator, report: Report) -> None:
    """Refuse integrals of data that half of the points would make another number."""
    for e in outermost_integrals(all_expressions(graph)):
        half = with_half_of_the_nodes(e)
        if not (can_evaluate(e, evaluator) and can_evaluate(half, evaluator)):
            continue
        with np.errstate(all="ignore"):
            rough = is_rough(e, half, lambda part: evaluator(part).array)
        if rough:
            report.add(
                "HB378",
                "this integral cannot be computed well enough",
                e.span,
                cause="the integrand changes too fast for the points at which it is computed",
                help="narrow its ends to where the integrand counts, or split it there",
            )


def _solutions(graph: ModelGraph) -> Iterator[Solve]:
    seen: set[Expression] = set()
    for whole in all_expressions(graph):
        for e in walk(whole):
            if isinstance(e, Solve) and e not in seen:
                seen.add(e)
                yield e
