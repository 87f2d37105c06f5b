"""Discrete unknowns must have finitely many values, known before anything is sampled."""

from __future__ import annotations

from hdsl.diagnostics import Report
from hdsl.distributions.random import Applied
from hdsl.expressions.tree import Expression
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic


def is_discrete_unknown(graph: ModelGraph, name: str) -> bool:
    """Whether a name is that of a discrete unknown on which something observed depends."""
    node = graph.nodes.get(name)
    return (
        isinstance(node, Stochastic)
        and not node.is_observed
        and node.random.is_discrete
        and graph.roles[name] == "parameter"
    )


def has_discrete_unknowns(graph: ModelGraph) -> bool:
    """Whether something must be summed out."""
    return any(is_discrete_unknown(graph, name) for name in graph.nodes)


def check_discrete(graph: ModelGraph, report: Report) -> None:
    """Report discrete unknowns that cannot be summed out: HB510 no end, HB511 a sampled one."""
    for node in graph.stochastic:
        if not is_discrete_unknown(graph, node.name):
            continue
        support = node.random.support
        if support.lower is None or support.upper is None:
            _report_no_end(report, node)
        elif any(_is_sampled(graph, end) for end in (support.lower, support.upper)):
            _report_sampled_end(report, node)


def _report_no_end(report: Report, node: Stochastic) -> None:
    is_plain = isinstance(node.random, Applied)
    left = report.source.excerpt(node.span) if report.source is not None else node.name
    written = report.source.excerpt(node.random.span) if report.source is not None else ""
    report.add(
        "HB510",
        f"`{left}` is discrete and has no largest value",
        node.random.span,
        cause="a discrete unknown is summed out over all its values, so these must be finitely "
        "many",
        help=f"say how large it can be: `{left} ~ {written} truncated to [0, 100]`, say"
        if is_plain
        else "truncate it at both ends: `truncated to [0, 100]`, say",
    )


def _report_sampled_end(report: Report, node: Stochastic) -> None:
    report.add(
        "HB511",
        f"the values that `{node.name}` can have depend on an unknown",
        node.random.span,
        cause="a discrete unknown is summed out over all its values, so data or numbers must say "
        "which these are",
        help="give it fixed ends, with `truncated to`; its probabilities may depend on unknowns",
    )


def _is_sampled(graph: ModelGraph, end: Expression) -> bool:
    """Whether an end depends on an unknown that is not itself discrete."""
    seen: set[str] = set()
    names = [*end.names]
    while names:
        name = names.pop()
        if name in seen or name in graph.data:
            continue
        seen.add(name)
        node = graph.nodes.get(name)
        if isinstance(node, Deterministic):
            names.extend(node.names)
        elif name in graph.unknowns and not is_discrete_unknown(graph, name):
            return True
    return False
