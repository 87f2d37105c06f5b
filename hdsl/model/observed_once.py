"""Each datum is observed once, element by element."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

import numpy as np

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Reference, walk
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
