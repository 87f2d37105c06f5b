"""Lints: what is allowed, but looks like a slip."""

from __future__ import annotations

from hdsl.diagnostics import Report
from hdsl.distributions.random import Applied
from hdsl.expressions.ranges import NONNEGATIVE, PROBABILITY
from hdsl.expressions.tree import Constant
from hdsl.model.graph import ModelGraph
from hdsl.model.shifts import list_shifts
from hdsl.model.symmetry import list_symmetries


def list_lints(graph: ModelGraph, report: Report) -> None:
    """Add the warnings about a graph to the report."""
    _improper(graph, report)
    _unseen(graph, report)
    list_shifts(graph, report)
    list_symmetries(graph, report)
    _slips(graph, report)
    _single_labels(graph, report)
    _undrawable(graph, report)


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


def _unseen(graph: ModelGraph, report: Report) -> None:
    """An unknown that nothing takes up, where others are observed."""
    if not any(role == "observation" for role in graph.roles.values()) and not any(graph.factors):
        _nothing_observed(graph, report)
        return
    used = _uses(graph)
    for node in graph.stochastic:
        parents = graph.ancestors[node.name] & graph.unknowns
        if graph.roles[node.name] != "prediction" or node.name in used or parents:
            continue
        report.add(
            "HB603",
            f"nothing depends on `{node.name}`",
            node.span,
            severity="warning",
            cause="its prior speaks of no other unknown, and no statement uses it: the data say "
            "nothing about it, and its draws are those of its prior",
            help="use it where you meant to, or remove the line",
        )


def _nothing_observed(graph: ModelGraph, report: Report) -> None:
    """Data are there, and none of them stands left of ``~``."""
    free = [item for item in graph.data.values() if item.labels_of is None]
    random = list(graph.stochastic)
    if not free or not random or any(item.name in _uses(graph) for item in free):
        return
    report.add(
        "HB603",
        f"`{free[0].name}` is given, and nothing in the model uses it",
        free[0].span,
        severity="warning",
        cause="no data stand left of `~`: nothing is learned, and all draws are those of the prior",
        help=f"say how the data come about: `{free[0].name} ~ …`",
    )


def _uses(graph: ModelGraph) -> frozenset[str]:
    return frozenset[str]().union(*(node.names for node in graph.nodes.values()))


def _slips(graph: ModelGraph, report: Report) -> None:
    """A chance of 0 or 1, or a rate of 0, written as a number."""
    for node in graph.stochastic:
        for parameter, value in node.random.requirements():
            if not isinstance(value, Constant) or not value.value.is_integer():
                continue
            certain = parameter.interval == PROBABILITY and value.value in (0.0, 1.0)
            if not certain and not (value.value == 0.0 and parameter.interval == NONNEGATIVE):
                continue
            report.add(
                "HB606",
                f"`{parameter.name}` of `{node.random.family}` is {value.value:g}",
                value.span,
                severity="warning",
                cause="with this number nothing is left to chance",
                help="put the number or the name here that was meant, or write `=` if it is fixed",
            )


def _single_labels(graph: ModelGraph, report: Report) -> None:
    """An index set with one label."""
    for declared in graph.sets.values():
        if declared.labels is not None and len(declared.labels) == 1:
            report.add(
                "HB607",
                f"the index set `{declared.name}` has one label",
                declared.span,
                severity="warning",
                cause="nothing varies over one label",
                help="list all labels: `index kind = {A, B}`, or leave the index out",
            )


def _undrawable(graph: ModelGraph, report: Report) -> None:
    """A prediction with a density of one's own, which is sampled instead of drawn."""
    needed = graph.needed_by_data
    for node in graph.stochastic:
        drawn = node.is_observed or node.random.is_drawable or node.name in needed
        # Without unknowns above it there is nothing that its integral could change.
        if drawn or not graph.ancestors[node.name] & graph.unknowns:
            continue
        report.add(
            "HB608",
            f"`{node.name}` is sampled, although nothing observed depends on it",
            node.span,
            severity="warning",
            cause=f"`{node.random.family}` is a density of one's own, from which nothing can be "
            "drawn forward",
            help="make sure that the density integrates to 1 whatever its arguments are, since "
            "these are sampled with it",
        )
