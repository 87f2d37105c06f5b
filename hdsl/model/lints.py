"""Lints: what is allowed, but looks like a slip."""

from __future__ import annotations

from hdsl.diagnostics import Report
from hdsl.distributions.random import Applied
from hdsl.model.graph import ModelGraph


def list_lints(graph: ModelGraph, report: Report) -> None:
    """Add the warnings about a graph to the report."""
    _improper(graph, report)


def _improper(graph: ModelGraph, report: Report) -> None:
    """An unknown that is flat on an unbounded set."""
    for node in graph.stochastic:
        random = node.random
        if graph.roles[node.name] != "parameter" or not isinstance(random, Applied):
            continue
        support = random.support
        if random.distribution.proper or (support.lower is not None and support.upper is not None):
            continue
        report.add(
            "HB601",
            f"`{node.name}` has an improper prior",
            random.span,
            severity="warning",
            cause="a flat prior on an unbounded set has no finite integral, and then the posterior "
            "may have none either",
            help=f"make sure that the data fix `{node.name}`, or choose a wide proper prior",
        )
