"""From the syntax tree to the model graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hdsl.diagnostics import Diagnostic, Report
from hdsl.distributions.random import Applied
from hdsl.expressions.tree import Expression
from hdsl.model.choices import check_choices
from hdsl.model.collect_names import collect_names
from hdsl.model.combined_checks import check_combined
from hdsl.model.discrete import check_discrete
from hdsl.model.domains import check_domains
from hdsl.model.graph import ModelGraph
from hdsl.model.interpolation_checks import check_places
from hdsl.model.lints import list_lints
from hdsl.model.observed_formulas import check_formulas_of_several
from hdsl.model.observed_once import check_formulas
from hdsl.model.order import ordered
from hdsl.model.statements import Builder
from hdsl.model.supports import check_supports
from hdsl.model.whole_arguments import check_whole_arguments
from hdsl.source import Source
from hdsl.syntax import tree


def check(
    program: tree.Program,
    source: Source,
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> tuple[ModelGraph, tuple[Diagnostic, ...]]:
    """Check a program and build its graph.

    Parameters
    ----------
    functions
        Functions of JAX arrays that the program may call by name; a ``def`` of the file goes first.

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
    names = collect_names(program, report, functions)
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
        builder.vectors,
    )
    check_graph(graph, report)
    report.raise_errors()
    list_lints(graph, report)
    return graph, report.warnings


def check_graph(graph: ModelGraph, report: Report) -> None:
    """Report what is wrong with the nodes of a graph, taken together."""
    check_choices(graph, report)
    check_formulas(graph, report)
    check_formulas_of_several(graph, report)
    _check_observations(graph, report)
    check_discrete(graph, report)
    _check_improper(graph, report)
    check_combined(graph, report)
    check_whole_arguments(graph, report)
    check_supports(graph, report)
    check_places(graph, report)
    check_domains(graph, report)


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
            left = graph.source.excerpt(node.span)
            indices = [axis for axis in node.axes if axis not in graph.selections]
            over = f" for {', '.join(indices)}" if indices else ""
            over = " for …" if len(indices) < len(node.axes) else over
            report.add(
                "HB207",
                f"`{left}` is computed from unknowns and stands left of `~`",
                node.span,
                cause="left of `~` stands data, or a new name; a computed quantity would need a "
                "change of variables",
                help=f"add a term to the log density instead: `factor log_prob(…, {left}){over}`",
            )


def _check_improper(graph: ModelGraph, report: Report) -> None:
    """What is flat can only be drawn where its bounds are fixed."""
    for node in graph.stochastic:
        random = node.random
        role = graph.roles[node.name]
        if role == "parameter" or not isinstance(random, Applied) or random.distribution.proper:
            continue
        ends = (random.support.lower, random.support.upper)
        if all(e is not None and not _depends_on_unknowns(graph, e) for e in ends):
            continue
        flat = random.distribution.name
        report.add(
            "HB411",
            f"`{node.name}` is `{flat}`, and nothing observed depends on it"
            if role == "prediction"
            else f"`{node.name}` is observed, and `{flat}` says nothing about it",
            random.span,
            cause="what no data inform is drawn from its own distribution, and draws need one that "
            "adds up to 1",
            help="give it a proper distribution, such as `Uniform(lower, upper)`",
        )


def _depends_on_unknowns(graph: ModelGraph, expression: Expression) -> bool:
    return any(
        name in graph.unknowns or graph.ancestors.get(name, frozenset()) & graph.unknowns
        for name in expression.names
    )
