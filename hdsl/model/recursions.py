"""Recursions meet their data: in which order their elements can be computed, if in any."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.rewrite import along
from hdsl.expressions.tree import Constant, Expression, Gather, Reference
from hdsl.model.dependences import Group, UnknownPlace
from hdsl.model.element_names import element_name
from hdsl.model.graph import Factor, ModelGraph, Stochastic
from hdsl.model.memory import Sizes
from hdsl.model.parts import where_name
from hdsl.model.scans import as_group
from hdsl.model.schedule import Cycle, Schedule, schedule
from hdsl.source import Span

_SHOWN = 5  # elements of a cycle that a message lists


def group_of(graph: ModelGraph, names: frozenset[str], evaluator: Evaluator) -> Group:
    """The members of a recursion of a graph, drawn or computed."""
    nodes: dict[str, tuple[tuple[str, ...], tuple[Expression, ...]]] = {}
    for name in names:
        node = graph.nodes[name]
        assert not isinstance(node, Factor)
        said = (
            node.random.expressions_where_used
            if isinstance(node, Stochastic)
            else (node.expression,)
        )
        nodes[name] = (node.axes, said)
    axes = {n.name: n.axes for n in graph.nodes.values() if not isinstance(n, Factor)}
    return as_group(names, nodes, graph.assembled, axes, evaluator)


def is_ready(graph: ModelGraph, names: frozenset[str], sizes: Sizes, evaluator: Evaluator) -> bool:
    """Whether it is known which elements a recursion has."""
    nodes = (graph.nodes[name] for name in names)
    return all(sizes.knows(n.axes) for n in nodes if not isinstance(n, Factor)) and all(
        where_name(name) in evaluator.values for name in names & graph.assembled.keys()
    )


def find_schedule(
    graph: ModelGraph, names: frozenset[str], evaluator: Evaluator, report: Report
) -> Schedule | None:
    """The steps of a recursion; `None` where a mistake was reported (HB340 to HB342)."""
    try:
        found = schedule(group_of(graph, names, evaluator))
    except Cycle as cycle:
        _report_cycle(graph, cycle, evaluator, report)
        return None
    except UnknownPlace as error:
        _report_unknown_place(graph, error.reference, evaluator, report)
        return None
    for name in found.order:
        if not _check_steps(graph, found.group, name, report):
            return None
    return found


def _check_steps(graph: ModelGraph, group: Group, name: str, report: Report) -> bool:
    """Whether single elements of a member can be computed."""
    for expression in group.members[name].expressions:
        for axis in group.own_moving(name):
            try:
                along(expression, axis, Gather(Constant(0.0)))
            except ValueError:
                _report_whole(graph, name, expression, report)
                return False
    return True


def _report_whole(graph: ModelGraph, name: str, expression: Expression, report: Report) -> None:
    report.add(
        "HB342",
        f"elements of `{name}` that need earlier ones are computed together here",
        expression.span if expression.span.end else graph.nodes[name].span,
        cause="the elements of a recursion are computed one after the other, so what takes or "
        "gives a whole array, such as `cumsum`, has no place along its index",
        help="write what one element is: `c[t] = c[t-1] + x[t]` for a cumulative sum",
    )


def _report_unknown_place(
    graph: ModelGraph, reference: Reference, evaluator: Evaluator, report: Report
) -> None:
    unknown = sorted(
        name
        for index in reference.indices
        if isinstance(index, Gather)
        for name in index.positions.names
        if name not in evaluator.values and name in graph.nodes
    )
    if not unknown:
        return
    report.add(
        "HB341",
        f"which element of `{reference.name}` stands here depends on `{unknown[0]}`, "
        "which is not known",
        reference.span,
        cause="a quantity that depends on other elements of itself is computed in an order that "
        "must be known before anything is drawn",
        help="take an element by its index or by data: `x[t-1]`",
    )


def _report_cycle(graph: ModelGraph, cycle: Cycle, evaluator: Evaluator, report: Report) -> None:
    named = [_element(graph, cycle.group, *step, evaluator) for step in cycle.path]
    first = cycle.path[0][0]
    if len(named) == 1:
        cause = f"`{named[0]}` needs itself; a model has no cycles"
    else:
        way = [*named[:_SHOWN], *(["…"] if len(named) > _SHOWN else []), named[0]]
        needs = ", which needs ".join(f"`{n}`" if n != "…" else n for n in way)
        cause = needs.replace(", which needs", " needs", 1) + "; a model has no cycles"
    report.add(
        "HB340",
        f"`{named[0]}` depends on itself",
        _span(graph, first),
        labels=_others(graph, cycle),
        cause=cause,
        help="write an element before it, such as `x[t-1]`"
        if len(named) == 1
        else "let each element depend on those before it, or each on those after it, not on both",
    )


def _others(graph: ModelGraph, cycle: Cycle) -> Iterator[Place]:
    first = cycle.path[0][0]
    for name in dict.fromkeys(name for name, _ in cycle.path):
        if name != first:
            yield Place(_span(graph, name), f"`{cycle.group.view_of[name].name}` is defined here")


def _span(graph: ModelGraph, name: str) -> Span:
    return graph.nodes[name].span


def _element(graph: ModelGraph, group: Group, name: str, element: int, evaluator: Evaluator) -> str:
    """An element with the labels that make a difference."""
    shape, view = group.shape(name), group.view_of[name]
    index = np.unravel_index(element, shape) if shape else ()
    places = [int(c[index]) for c in group.coordinates(name)]
    axes = [view.axes[place] for place in group.moving[view.name]]
    name = view.name.removeprefix("completed ")  # data whose missing cells were filled
    return element_name(name, axes, places, graph, evaluator.sets, evaluator.values)
