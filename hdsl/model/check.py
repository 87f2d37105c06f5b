"""From the syntax tree to the model graph."""

from __future__ import annotations

from hdsl.diagnostics import Diagnostic, Report
from hdsl.model.derivatives import check_derivatives
from hdsl.model.graph import ModelGraph
from hdsl.model.lints import list_lints
from hdsl.model.names import collect_names, not_yet
from hdsl.model.order import ordered
from hdsl.model.statements import Builder
from hdsl.model.supports import check_supports
from hdsl.source import Source
from hdsl.syntax import tree


def check(program: tree.Program, source: Source) -> tuple[ModelGraph, tuple[Diagnostic, ...]]:
    """Check a program and build its graph.

    Returns
    -------
    graph, warnings
        The graph, and lints.

    Raises
    ------
    HdslError
        With all mistakes in names, index sets, axes, supports and cycles.
    """
    report = Report(source)
    names = collect_names(program, report)
    builder = Builder(names)
    builder.build()
    nodes = builder.nodes if report.errors else ordered(builder.nodes, report)
    report.raise_errors()
    graph = ModelGraph(
        source,
        names.sets,
        names.data,
        nodes,
        builder.selections,
        builder.assembled,
        tuple(builder.read.label_uses),
        program.description,
    )
    _check_observations(graph, report)
    _check_discrete(graph, report)
    check_derivatives(graph, report)
    check_supports(graph, report)
    report.raise_errors()
    list_lints(graph, report)
    return graph, report.warnings


def _check_observations(graph: ModelGraph, report: Report) -> None:
    """What stands observed must be data."""
    for node in graph.stochastic:
        if node.value is None:
            continue
        unknown = sorted(
            name
            for name in node.value.names
            if name not in graph.data
            and (name in graph.unknowns or graph.ancestors.get(name, frozenset()) & graph.unknowns)
        )
        if unknown:
            report.add(
                "HB207",
                f"`{unknown[0]}` is computed from unknowns and stands left of `~`",
                node.span,
                cause="left of `~` stands data, or a new name; a computed quantity would need a change of variables",
                help=f"add a term to the log density instead: `factor log_prob(D, {unknown[0]})`",
            )


def _check_discrete(graph: ModelGraph, report: Report) -> None:
    for node in graph.stochastic:
        if graph.roles[node.name] == "parameter" and node.random.is_discrete:
            not_yet(
                report,
                f"`{node.name}`, a discrete unknown on which something observed depends,",
                node.span,
            )


