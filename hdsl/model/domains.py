"""Proof that functions of unknowns get arguments for which they are defined."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hdsl.diagnostics import Report
from hdsl.expressions.functions import FUNCTIONS
from hdsl.expressions.ranges import Interval
from hdsl.expressions.tree import Apply, Constant, Expression, Reference
from hdsl.model.graph import Deterministic, Factor, ModelGraph, Node
from hdsl.model.supports import Ranges

_WAYS = {
    (
        0.0,
        math.inf,
    ): "give `{}` a distribution of positive numbers, or bring it there with `exp(…)`",
    (0.0, 1.0): "if `{}` is the number on the transformed scale, write the inverse: "
    "`logistic(…)` for `logit`, `Phi(…)` for `probit`",
}


def check_domains(graph: ModelGraph, report: Report) -> None:
    """Report every function of which it is certain that its argument can leave its domain (HB491).

    What stands in a branch is left alone: its condition may keep the argument inside.
    """
    ranges = Ranges(graph)
    told: set[Expression] = set()
    for node in graph.nodes.values():
        for expression in _written(node):
            for call in _unconditional(expression):
                found = None if call in told else _leaves(call, ranges)
                if found is not None:
                    told.add(call)
                    _report(graph, report, call, found)


def _written(node: Node) -> Iterator[Expression]:
    match node:
        case Factor(_, expression) | Deterministic(_, _, expression):
            yield expression
        case _:
            for random in node.random.walk():
                yield from (argument for _, argument in random.requirements())


def _unconditional(expression: Expression) -> Iterator[Apply]:
    """The applications of functions that are evaluated whatever the values are."""
    if isinstance(expression, Apply):
        if expression.function in {"where", "and", "or"}:
            return
        yield expression
    for child in expression.children:
        yield from _unconditional(child)


def _leaves(call: Apply, ranges: Ranges) -> Interval | None:
    """The values of the argument, if some are certain to lie outside the domain."""
    function = FUNCTIONS[call.function]
    if not function.public or function.arity != 1 or call.span.end <= call.span.start:
        return None
    argument = call.arguments[0]
    lower, upper = function.domain
    domain = Interval(lower, upper, lower == -math.inf, upper == math.inf)
    if isinstance(argument, Constant):
        return None
    found = ranges(argument)
    return found.interval if found.exact and not found.interval.within(domain) else None


def _report(graph: ModelGraph, report: Report, call: Apply, found: Interval) -> None:
    lower, upper = FUNCTIONS[call.function].domain
    argument = call.arguments[0]
    text = graph.source.excerpt(argument.span) or "the argument"
    below = found.lower < lower
    beyond = "negative" if below and lower == 0 else f"{'below' if below else 'above'} "
    beyond += "" if below and lower == 0 else f"{lower if below else upper:g}"
    way = _WAYS.get((lower, upper), "keep `{}` in its domain")
    name = argument.name if isinstance(argument, Reference) else text
    report.add(
        "HB491",
        f"`{text}` stands in `{call.function}(…)`, but can be {beyond}",
        call.span,
        cause=f"`{call.function}` is defined for {_domain(lower, upper)}",
        help=way.format(name),
    )


def _domain(lower: float, upper: float) -> str:
    if upper == math.inf:
        return "positive numbers" if lower == 0 else f"numbers above {lower:g}"
    return (
        f"numbers from {lower:g} to {upper:g}" if lower > -math.inf else f"numbers below {upper:g}"
    )
