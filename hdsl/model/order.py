"""Parents before children; cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.tree import At, Expression, Gather, Reference, Shift, walk
from hdsl.model.graph import Deterministic, Node, Stochastic
from hdsl.model.names import Names, not_yet
from hdsl.source import Span
from hdsl.syntax import tree

_SHOWN = 6  # names of a cycle that a message lists


def by_dependency(names: Names) -> tuple[list[str], list[list[str]]]:
    """The names of quantities, what their right sides use before them as far as that goes.

    Returns
    -------
    order, cycles
        Of the cycles only those of ``name = …`` without any index, each as a path.
    """
    needs = {
        name: [
            n.text
            for t in targets
            for part in tree.children(t.statement)
            if part is not t.expression
            for n in tree.walk(part)
            if isinstance(n, tree.Name) and n.text in names.targets
        ]
        for name, targets in names.targets.items()
    }
    done: dict[str, None] = {}
    cycles: list[list[str]] = []
    for name in needs:
        path = [] if name in done else [name]
        while path:
            waiting = needs[path[-1]]
            if not waiting:
                done[path.pop()] = None
                continue
            following = waiting.pop()
            if following in path:
                cycle = path[path.index(following) :]
                if all(t.is_bare_value for n in cycle for t in names.targets[n]):
                    cycles.append(cycle)
            elif following not in done:
                path.append(following)
    return list(done), cycles


def report_cycle(cycle: Sequence[str], place_of: Callable[[str], Span], report: Report) -> None:
    """Report that each name of a path needs the next, and the last the first."""
    shown = cycle if len(cycle) <= _SHOWN else [*cycle[: _SHOWN - 1], "…"]
    named = [f"`{name}`" if name != "…" else name for name in (*shown, cycle[0])]
    others = [name for name in shown[1:] if name != "…"]
    report.add(
        "HB204",
        f"`{cycle[0]}` is defined in terms of itself",
        place_of(cycle[0]),
        labels=[Place(place_of(name), f"`{name}` is defined here") for name in others],
        cause=f"{' needs '.join(named)}; a model has no cycles",
        help="one of these lines must not use the other"
        if len(cycle) > 1
        else f"give the new value another name: `{cycle[0]}2 = …`",
    )


def ordered(nodes: Mapping[str, Node], report: Report) -> dict[str, Node]:
    """The nodes with parents before children; a cycle is reported."""
    done: dict[str, Node] = {}
    path: list[str] = []
    for name in nodes:
        if not _visit(name, nodes, done, path, report):
            return dict(nodes)
    return done


def _visit(
    start: str, nodes: Mapping[str, Node], done: dict[str, Node], path: list[str], report: Report
) -> bool:
    """Depth first, without recursion: a long chain of definitions is no mistake."""
    stack: list[tuple[str, list[str]]] = [(start, _parents(start, nodes))]
    path.append(start)
    if start in done:
        path.pop()
        return True
    while stack:
        name, parents = stack[-1]
        if not parents:
            done[name] = nodes[name]
            stack.pop()
            path.pop()
            continue
        parent = parents.pop()
        if parent in path:
            _report_cycle([*path[path.index(parent) :], parent], nodes, report)
            return False
        if parent not in done:
            stack.append((parent, _parents(parent, nodes)))
            path.append(parent)
    return True


def _parents(name: str, nodes: Mapping[str, Node]) -> list[str]:
    node = nodes[name]
    return sorted(
        (n for n in node.names if n in nodes and not _is_observation(nodes[n])), reverse=True
    )


def _is_observation(node: Node) -> bool:
    """Whether a name means data: the statement that observes them is no parent."""
    return isinstance(node, Stochastic) and node.is_observed


def _report_cycle(cycle: list[str], nodes: Mapping[str, Node], report: Report) -> None:
    shown = [name for name in cycle if not _is_internal(nodes[name])] or cycle
    if shown[0] != shown[-1]:
        shown.append(shown[0])
    first = nodes[shown[0]]
    steps = (_step(nodes[a], b) for a, b in pairwise(cycle))
    step = next((span for span in steps if span is not None), None)
    if step is not None:
        place = step if step.end > step.start else first.span
        not_yet(report, f"a recursion (`{shown[0]}` refers to other elements of itself)", place)
        return
    report_cycle(shown[:-1], lambda name: nodes[name].span, report)


def _is_internal(node: Node) -> bool:
    return isinstance(node, Stochastic | Deterministic) and node.is_internal


def _step(node: Node, parent: str) -> Span | None:
    """Where a node refers to single elements of its parent, and not to the same plate."""
    if parent.endswith(".parts"):
        return None
    references = (
        e
        for expression in _expressions(node)
        for e in walk(expression)
        if isinstance(e, Reference) and e.name == parent
    )
    single = (e for e in references if any(isinstance(i, Gather | Shift | At) for i in e.indices))
    return next((e.span for e in single), None)


def _expressions(node: Node) -> tuple[Expression, ...]:
    if isinstance(node, Stochastic):
        return node.random.expressions
    return (node.expression,)
