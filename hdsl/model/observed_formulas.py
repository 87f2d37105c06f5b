"""Formulas of several arrays of data left of ``~``: one of these must be new by it."""

from __future__ import annotations

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.tree import Reference
from hdsl.model.graph import ModelGraph, Stochastic


def check_formulas_of_several(graph: ModelGraph, report: Report) -> None:
    """Report ``y[i] / n[i] ~ …`` beside ``y[i] ~ Binomial(n[i], p)``.

    Given all other data, a formula observes one of its arrays. That must be one which no other
    line observes, and on which none of the lines that observe the others depends.
    """
    by_itself: dict[str, Stochastic] = {}
    for node in graph.stochastic:
        if _is_data(graph, node) and isinstance(node.value, Reference) and node.value.is_plain:
            by_itself.setdefault(node.value.name, node)
    for node in graph.stochastic:
        if node.value is None or _is_data(graph, node):
            continue
        data = sorted(_data_of(graph, node.value.names))
        taken = [name for name in data if name in by_itself]
        if len(data) < 2 or not taken:
            continue
        given = frozenset[str]().union(
            *(_data_of(graph, by_itself[name].random.names) for name in taken)
        )
        if not set(data) - set(taken) - given:
            _report(report, node, taken[0], by_itself[taken[0]])


def _is_data(graph: ModelGraph, node: Stochastic) -> bool:
    return isinstance(node.value, Reference) and node.value.name in graph.data


def _data_of(graph: ModelGraph, names: frozenset[str]) -> frozenset[str]:
    """The data behind quantities."""
    known = (graph.ancestors[name] for name in names if name in graph.ancestors)
    return names.union(*known) & graph.data.keys()


def _report(report: Report, node: Stochastic, name: str, earlier: Stochastic) -> None:
    report.add(
        "HB205",
        f"`{name}` is observed twice, once within a formula",
        node.span,
        labels=[Place(earlier.span, "observed here first")],
        cause="each datum stands on the left of one `~`, itself or in a formula; the other data of "
        "this formula are given there, or observed too",
        help="remove one of the two lines; `factor` adds a further term",
    )
