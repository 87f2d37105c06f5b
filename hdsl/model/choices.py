"""What elements there are, and of which a statement speaks, is never random."""

from __future__ import annotations

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.tree import Expression
from hdsl.model.graph import ModelGraph


def check_choices(graph: ModelGraph, report: Report) -> None:
    """Refuse index sets and conditions after ``for`` that depend on unknowns."""
    for declared in graph.sets.values():
        for end in declared.bounds or ():
            unknown = unknown_in(graph, end)
            if unknown is not None:
                report.add(
                    "HB313",
                    f"the size of `{declared.name}` depends on `{unknown}`, which is unknown",
                    end.span,
                    labels=_defined(graph, unknown),
                    cause="the labels of an index set are known before anything is drawn",
                    help="use a number, or data",
                )
    for chosen in graph.selections.values():
        unknown = unknown_in(graph, chosen.condition)
        if unknown is not None:
            place = chosen.condition.span
            report.add(
                "HB313",
                f"the condition after `for` depends on `{unknown}`, which is unknown",
                place if place.end else chosen.span,
                labels=_defined(graph, unknown),
                cause="`for` chooses elements by data and indices, before anything is drawn",
                help="make the choice in the value: `if … then … else …`",
            )


def unknown_in(graph: ModelGraph, expression: Expression) -> str | None:
    """A name in an expression whose value is not known before the draws."""
    for name in sorted(expression.names - graph.data.keys()):
        if name in graph.unknowns or graph.ancestors.get(name, frozenset()) & graph.unknowns:
            return name
    return None


def _defined(graph: ModelGraph, name: str) -> list[Place]:
    return [Place(graph.nodes[name].span, f"`{name}` is defined here")]
