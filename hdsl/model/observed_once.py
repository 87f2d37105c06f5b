"""Each datum is observed once, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator

import numpy as np

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.inline import inline
from hdsl.expressions.rewrite import references
from hdsl.expressions.tree import Expression, Reference, walk
from hdsl.model.element_names import element_name
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import ModelGraph, Stochastic


def check_observed_once(
    graph: ModelGraph,
    evaluator: Evaluator,
    new: Callable[[str, Value], Evaluator],
    report: Report,
    names: Container[str] | None = None,
) -> None:
    """Report an element of data that two statements observe.

    Parameters
    ----------
    names
        The data to look at; `None`: all.
    new
        Gives an evaluator for which a name has another value.
    """
    observed: dict[str, list[Stochastic]] = {}
    for node in graph.stochastic:
        if isinstance(node.value, Reference):
            observed.setdefault(node.value.name, []).append(node)
    for name, nodes in observed.items():
        value = evaluator.values.get(name)
        if len(nodes) > 1 and value is not None and (names is None or name in names):
            _check(graph, name, nodes, value, evaluator, new, report)
    if not report.errors:
        _check_counts(graph, evaluator, new, report, names)


def _check_counts(
    graph: ModelGraph,
    evaluator: Evaluator,
    new: Callable[[str, Value], Evaluator],
    report: Report,
    names: Container[str] | None,
) -> None:
    """Report an array of which more values are observed than it has elements.

    `y[t] - y[t-1]` for all but the first and `y[1]` are as many values as `y` has; `y` and
    `mean(y)` are one too many.
    """
    computed = {n: d for n, d in graph.definitions.items() if graph.roles.get(n) == "data"}
    observed: dict[str, list[tuple[Stochastic, Expression]]] = {}
    for node in graph.stochastic:
        if node.value is not None:
            value = inline(node.value, computed)
            data = value.names & graph.data.keys()
            if len(data) == 1:
                observed.setdefault(min(data), []).append((node, value))
    for name, statements in observed.items():
        given = evaluator.values.get(name)
        if len(statements) < 2 or given is None or (names is not None and name not in names):
            continue
        numbers = np.arange(given.array.size).reshape(given.array.shape)
        counted = new(name, Value(numbers, given.axes))
        count, touched = 0, set[int]()
        for node, value in statements:
            found = references(value, name)
            if value.names - graph.data.keys() or not all(
                can_evaluate(e, counted) for e in (value, *found)
            ):
                break
            own = {int(element) for e in found for element in np.ravel(counted(e).array)}
            count += math.prod(map(evaluator.size, node.axes))
            touched |= own
            if count > len(touched):
                report.add(
                    "HB205",
                    f"`{name}` is observed twice, once within a formula",
                    node.span,
                    labels=[Place(statements[0][0].span, "observed here first")],
                    cause=f"these lines observe {count} values of the {len(touched)} of `{name}`; "
                    "each datum stands on the left of one `~`, itself or in a formula",
                    help="remove one of the two lines; `factor` adds a further term",
                )
                break


def _check(
    graph: ModelGraph,
    name: str,
    nodes: list[Stochastic],
    value: Value,
    evaluator: Evaluator,
    new: Callable[[str, Value], Evaluator],
    report: Report,
) -> None:
    numbers = np.arange(value.array.size).reshape(value.array.shape)
    counted = new(name, Value(numbers, value.axes))
    first: dict[int, Stochastic] = {}
    for node, elements in _elements(nodes, counted):
        for element in elements:
            earlier = first.setdefault(element, node)
            if earlier is not node:
                index = [int(i) for i in np.unravel_index(element, value.array.shape)]
                shown = element_name(
                    name, value.axes, index, graph, evaluator.sets, evaluator.values
                )
                report.add(
                    "HB205",
                    f"`{shown}` is observed twice",
                    node.span,
                    labels=[Place(earlier.span, "observed here first")],
                    cause="each datum stands on the left of one `~`",
                    help="change the conditions, so that the two lines speak of different elements",
                )
                break


def _elements(
    nodes: list[Stochastic], counted: Evaluator
) -> Iterator[tuple[Stochastic, list[int]]]:
    for node in nodes:
        if node.value is not None and can_evaluate(node.value, counted):
            yield node, np.ravel(counted(node.value).array).tolist()


def check_formulas(graph: ModelGraph, report: Report) -> None:
    """Report a formula of one array of data, ``log(y[i])``, beside an observation of the same."""
    first: dict[str, Stochastic] = {}
    for node in graph.stochastic:
        name = _sole_data(graph, node)
        if name is None:
            continue
        earlier = first.setdefault(name, node)
        if earlier is not node and not (_is_plain(earlier) and _is_plain(node)):
            report.add(
                "HB205",
                f"`{name}` is observed twice, once within a formula",
                node.span,
                labels=[Place(earlier.span, "observed here first")],
                cause="each datum stands on the left of one `~`, itself or in a formula",
                help="remove one of the two lines; `factor` adds a further term",
            )


def _sole_data(graph: ModelGraph, node: Stochastic) -> str | None:
    """The array of data of which an observation takes each element once."""
    if node.value is None:
        return None
    found = [e for e in walk(node.value) if isinstance(e, Reference) and e.name in graph.data]
    if len(found) != 1 or not found[0].is_plain or not node.value.axes >= found[0].axes:
        return found[0].name if _is_plain(node) and found else None
    return found[0].name


def _is_plain(node: Stochastic) -> bool:
    return isinstance(node.value, Reference)
