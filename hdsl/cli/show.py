"""The stages of the pipeline as text, for ``hdsl run --show``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from hdsl.density.density import Density
from hdsl.distributions.distribution import Support
from hdsl.distributions.random import Applied, Random
from hdsl.distributions.text import random_text
from hdsl.expressions.evaluate import Value
from hdsl.expressions.text import text, with_axes
from hdsl.model.graph import Bound, Deterministic, Factor, ModelGraph, Node, Stochastic
from hdsl.plan.explain import explain
from hdsl.plan.plan import Computed, Plan, Step
from hdsl.syntax import tree
from hdsl.syntax.format import format_program

_UNSEEN = ("span", "function_span", "comments")


@dataclass
class Shown(Exception):
    """Raised to end a run whose stage was asked for."""

    text: str


STAGES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "program": ("parse", lambda program: format_program(program).rstrip()),
    "tree": ("parse", lambda program: "\n".join(tree_lines(program))),
    "graph": ("check", lambda checked: "\n".join(graph_lines(checked[0]))),
    "data": ("bind", lambda bound: "\n".join(data_lines(bound))),
    "plan": ("plan", lambda planned: "\n".join(plan_lines(*planned))),
    "density": ("lower", lambda density: "\n".join(density_lines(density))),
}
"""For each word of ``--show``: the stage, and its result as text."""


def tree_lines(node: tree.Node, name: str = "", indent: str = "") -> Iterator[str]:
    """The syntax tree, one line a node."""
    plain: list[str] = []
    inner: list[tuple[str, tree.Node]] = []
    for item in fields(node):
        value = getattr(node, item.name)
        parts = value if isinstance(value, tuple) else (value,)
        found = [part for part in parts if isinstance(part, tree.Node)]
        inner += [(item.name, part) for part in found]
        if not found and item.name not in _UNSEEN and value not in (None, (), ""):
            plain.append(f"{item.name}={value!r}")
    head = f"{name}: " if name else ""
    yield f"{indent}{head}{type(node).__name__}({', '.join(plain)})"
    for label, child in inner:
        yield from tree_lines(child, label, f"{indent}  ")


def graph_lines(graph: ModelGraph) -> Iterator[str]:
    """The index sets, the data and the nodes with roles, axes and supports."""
    for declared in graph.sets.values():
        known = f"{len(declared.labels)} labels" if declared.labels is not None else "from data"
        yield f"index       {declared.name}: {known}"
    for item in graph.data.values():
        inline = "given" if item.given is None else "inline"
        origin = f"from {item.file.name}" if item.file else inline
        kind = f" : {item.type}" if item.type else ""
        yield f"data        {with_axes(item.name, item.axes)}{kind}, {origin}"
    for name, chosen in graph.selections.items():
        yield f"selection   {name} of {', '.join(chosen.over)}: {text(chosen.condition)}"
    for node in graph.nodes.values():
        yield _node_line(graph, node)


def data_lines(bound: Bound) -> Iterator[str]:
    """The index sets and all that data alone decide, with shapes."""
    for name, found in bound.sets.items():
        ends = [str(label) for label in (found.labels[0], found.labels[-1])] if found.size else []
        yield f"index {name}: {found.size}{f', {ends[0]} to {ends[1]}' if ends else ''}"
    for name, value in bound.values.items():
        yield _value_line(name, value)
    yield from bound.unseen


def plan_lines(plan: Plan, bound: Bound | None = None) -> Iterator[str]:
    """The explanation, then what is sampled, the terms and the recovery."""
    yield str(explain(plan, bound))
    yield "\nsampled"
    for unknown in plan.unknowns:
        yield f"  {with_axes(unknown.name, unknown.axes)} in {_support(unknown.support)}"
    yield "\nlog density, the sum of"
    for term in plan.terms:
        yield f"  {term.name}: {text(term.expression)}"
    yield "\nthen"
    yield from (f"  {_step_line(step)}" for step in plan.recovery)
    if plan.predictions:
        yield f"  predict {', '.join(plan.predictions)}"


def density_lines(density: Density) -> Iterator[str]:
    """The folded terms with the shapes of their arguments, and how a position is laid out."""
    yield f"position of {density.dimension} numbers"
    for slot in density.layout:
        place = f"[{slot.place.start}:{slot.place.stop}]"
        yield f"  {place:<12}{with_axes(slot.name, slot.axes)}"
    yield "\nlog density, the sum of"
    for term in density.folded.terms:
        yield f"  {term.name}: {text(term.expression)}"
    yield "\nwhere"
    for name, (axes, expression) in density.folded.definitions.items():
        yield f"  {with_axes(name, axes)} = {text(expression)}"
    yield "\narguments"
    for name, array in density.arguments.items():
        yield f"  {_value_line(name, Value(array, density.folded.axes[name]))}"


def _node_line(graph: ModelGraph, node: Node) -> str:
    match node:
        case Stochastic(name, axes, random):
            left = with_axes(name, axes) if node.value is None else text(node.value)
            line = f"{left} ~ {_random(random)}  in {_support(random.support)}"
        case Deterministic(name, axes, expression):
            line = f"{with_axes(name, axes)} = {text(expression)}"
        case Factor(name, expression):
            return f"factor      {text(expression)}"
    return f"{graph.roles[node.name]:<12}{line}"


def _step_line(step: Step) -> str:
    if isinstance(step, Computed):
        node = step.node
        return f"compute {with_axes(node.name, node.axes)} = {text(node.expression)}"
    return f"draw {with_axes(step.node.name, step.node.axes)} ~ {_random(step.node.random)}"


def _random(random: Random) -> str:
    if isinstance(random, Applied):
        inside = ", ".join(f"{name} = {text(e)}" for name, e in random.arguments)
        return f"{random.family}({inside})"
    return random_text(random)


def _support(support: Support) -> str:
    lower = "-inf" if support.lower is None else text(support.lower)
    upper = "inf" if support.upper is None else text(support.upper)
    left = "(" if support.lower_open or support.lower is None else "["
    right = ")" if support.upper_open or support.upper is None else "]"
    return f"{'whole numbers of ' if support.integer else ''}{left}{lower}, {upper}{right}"


def _value_line(name: str, value: Value) -> str:
    shape = " x ".join(map(str, value.array.shape)) or "scalar"
    return f"{with_axes(name, value.axes)}: {value.array.dtype}, {shape}"
