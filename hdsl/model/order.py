"""Parents before children; cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.cycles import components
from hdsl.expressions.tree import Expression
from hdsl.model.conditional import references_in
from hdsl.model.graph import Deterministic, Node, Stochastic, is_observation
from hdsl.model.names import Names
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
    """The nodes with parents before children; what surely depends on itself is reported.

    Nodes of which some elements may depend on others of the same group follow each other in the
    order of the file.
    """
    places = {name: number for number, name in enumerate(nodes)}
    done: dict[str, Node] = {}
    for group in components(nodes, lambda name: _parents(name, nodes)):
        for name in sorted(group, key=places.__getitem__):
            done[name] = nodes[name]
        cycle = _cycle(group, nodes)
        if cycle:
            shown = [name for name in cycle if not _is_internal(nodes[name])] or cycle
            report_cycle(shown, lambda name: nodes[name].span, report)
            return dict(nodes)
    return done


def _parents(name: str, nodes: Mapping[str, Node]) -> list[str]:
    return sorted(n for n in nodes[name].names if n in nodes and not is_observation(nodes[n]))


def _is_internal(node: Node) -> bool:
    return isinstance(node, Stochastic | Deterministic) and node.is_internal


def _cycle(group: Sequence[str], nodes: Mapping[str, Node]) -> list[str]:
    """A path of nodes each of which needs the same element of the next, if there is one."""
    plain = {
        name: sorted(_needed_alike(nodes[name], group) & {*_parents(name, nodes)}) for name in group
    }
    for found in components(group, plain.__getitem__):
        if len(found) > 1 or found[0] in plain[found[0]]:
            return _path(found, plain)
    return []


def _path(group: Sequence[str], parents: Mapping[str, Sequence[str]]) -> list[str]:
    path = [min(group)]
    while True:
        following = next(name for name in parents[path[-1]] if name in group)
        if following in path:
            return path[path.index(following) :]
        path.append(following)


def _needed_alike(node: Node, group: Sequence[str]) -> set[str]:
    """What a node needs as a whole, or in the same element, whatever the data."""
    return {
        reference.name
        for reference, conditions in references_in(_expressions(node), group).items()
        if reference.is_plain and () in conditions
    }


def _expressions(node: Node) -> tuple[Expression, ...]:
    if isinstance(node, Stochastic):
        return node.random.expressions_where_used
    return (node.expression,)
