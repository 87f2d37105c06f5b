"""Components that can change places without the density changing: a lint."""

from __future__ import annotations

from collections.abc import Iterator

from hdsl.diagnostics import Report
from hdsl.expressions.tree import (
    At,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    Gather,
    LabelPosition,
    Lookup,
    Position,
    Reference,
    Scan,
    Segment,
    Shift,
    Stack,
    Sweep,
    set_of,
    walk,
)
from hdsl.model.graph import Factor, ModelGraph, Node, Stochastic
from hdsl.model.node_expressions import expressions_of


def list_symmetries(graph: ModelGraph, report: Report) -> None:
    """HB605: index sets whose labels nothing tells apart, though the data inform on them."""
    nodes = list(_informed(graph))
    for set_name in graph.sets:
        families = [n for n in nodes if isinstance(n, Stochastic) and _over(n.axes, set_name)]
        unknown = [n for n in families if not n.is_observed and not n.random.is_discrete]
        if not unknown or len(families) > len(unknown) or _given(graph, set_name):
            continue
        if any(_tells_apart(graph, node, set_name) for node in nodes):
            continue
        last = max(unknown, key=lambda node: node.span.start)
        report.add(
            "HB605",
            f"nothing tells the labels of `{set_name}` apart",
            last.span,
            severity="warning",
            cause=f"all that is indexed by `{set_name}` can change places without the density "
            "changing: each chain may number the components in its own way, and means over the "
            "chains mix them",
            help=f"put one family in order: `{last.name}[{set_name}] ~ Ordered(…)`, or give the "
            "components priors of their own",
        )


def _informed(graph: ModelGraph) -> Iterator[Node]:
    """Observations and factors, and what they depend on."""
    ends = [
        name
        for name, node in graph.nodes.items()
        if isinstance(node, Factor) or graph.roles.get(name) == "observation"
    ]
    needed = frozenset(ends).union(*(graph.ancestors[name] for name in ends))
    return (node for name, node in graph.nodes.items() if name in needed)


def _over(axes: tuple[str, ...], set_name: str) -> bool:
    return any(set_of(axis) == set_name for axis in axes)


def _given(graph: ModelGraph, set_name: str) -> bool:
    """Whether data or a part of a definition speak of the set's labels."""
    return any(
        item.type == set_name or _over(item.axes, set_name) or item.labels_of == set_name
        for item in graph.data.values()
    ) or any(_over(chosen.over, set_name) for chosen in graph.selections.values())


def _tells_apart(graph: ModelGraph, node: Node, set_name: str) -> bool:
    """Whether a statement treats one label of the set unlike another."""
    if isinstance(node, Stochastic) and node.random.family.startswith("Ordered"):
        return _over(node.axes, set_name) or node.is_observed
    return any(
        _is_particular(graph, e, set_name)
        for expression in expressions_of(node)
        for e in walk(expression)
    )


def _is_particular(graph: ModelGraph, e: Expression, set_name: str) -> bool:
    match e:
        case Reference(name) if name == f"{set_name}.labels":
            return True
        case Reference(name, indices):
            axes = _axes_of(graph, name)
            return any(
                _over((axis,), set_name)
                and (
                    isinstance(index, At | Shift)
                    or (isinstance(index, Gather) and _is_told(graph, index.positions))
                )
                for axis, index in zip(axes, indices, strict=False)
            )
        case Position(axis) | CountsAbove(_, axis) | Stack(_, axis) | Concatenate(_, axis):
            return set_of(axis) == set_name
        case Sweep(function, _, axis):
            return set_of(axis) == set_name and function != "softmax"
        case Segment(_, _, _, to):
            return set_of(to) == set_name
        case LabelPosition(name) | Lookup(name):
            return name == set_name
        case Scan():
            return set_of(e.axis) == set_name
        case _:
            return False


def _is_told(graph: ModelGraph, positions: Expression) -> bool:
    """Whether positions are given by data, or stand there as numbers."""
    return isinstance(positions, Constant) or bool(positions.names & set(graph.data))


def _axes_of(graph: ModelGraph, name: str) -> tuple[str, ...]:
    if name in graph.data:
        return graph.data[name].axes
    return getattr(graph.nodes.get(name), "axes", ())
