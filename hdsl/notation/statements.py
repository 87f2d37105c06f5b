"""Statements as lines of a paper: ``theta[day] ~ Beta(a, b)`` with "for each day"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from hdsl.expressions.functions import LINKS
from hdsl.model.graph import Stochastic
from hdsl.notation.conditions import binder, range_below
from hdsl.notation.document import Line
from hdsl.notation.expressions import Printer
from hdsl.notation.pieces import WORDS
from hdsl.notation.scope import Scope
from hdsl.notation.target import Target
from hdsl.syntax import tree

Equation: TypeAlias = tree.StochasticStatement | tree.DeterministicStatement | tree.FactorStatement


@dataclass(frozen=True)
class Left:
    """The left side of a statement, taken apart."""

    name: str
    indices: tuple[tree.Expression, ...]
    link: str
    expression: tree.Expression


def left_of(expression: tree.Expression) -> Left:
    """The quantity on a left side; its name is empty for an expression of data."""
    match expression:
        case tree.Name(name):
            return Left(name, (), "", expression)
        case tree.Subscript(array, indices):
            return Left(array.text, indices, "", expression)
        case tree.Call(link, (tree.Argument(tree.Name() | tree.Subscript() as inner, None),)) if (
            link in LINKS
        ):
            return replace(left_of(inner), link=link, expression=expression)
        case _:
            return Left("", (), "", expression)


def targets_of(statement: Equation) -> tuple[tree.Expression, ...]:
    """The left sides of a statement; none for a factor."""
    match statement:
        case tree.StochasticStatement():
            return statement.targets
        case tree.DeterministicStatement():
            return (statement.target,)
        case tree.FactorStatement():
            return ()


def scope_of(scope: Scope, statement: Equation) -> Scope:
    """The scope inside a statement: what its ``for`` binds, without indices left out."""
    printer_free = scope.binding(_bound(scope, statement))
    if isinstance(statement, tree.DeterministicStatement):
        return replace(printer_free, dropped=_filled_indices(statement))
    if not isinstance(statement, tree.StochasticStatement):
        return printer_free
    dropped = [dropped_indices(scope, target, statement) for target in statement.targets]
    common = frozenset[str]().union(*dropped) if all(dropped) else frozenset[str]()
    return replace(printer_free, dropped=common)


def _filled_indices(statement: tree.DeterministicStatement) -> frozenset[str]:
    """The running names on the left whose elements are listed on the right: the whole is written.

    ``v[i] = [1, 2]`` is v = (1, 2), and ``M[i, i'] = [[1, 2], [3, 4]]`` a matrix; the solution of
    differential equations is a vector too.
    """
    left, depth, value = left_of(statement.target), 0, statement.value
    if isinstance(value, tree.Call) and value.function == "ode":
        depth = 1
    while isinstance(value, tree.List) and value.items:
        depth, value = depth + 1, value.items[0]
    own = [index.text for index in left.indices[-depth:] if isinstance(index, tree.Name)]
    where = (statement.value, *statement.conditions, *left.indices[:-depth])
    if depth == 0 or left.link or len(own) < depth or any(_mentions(node, own) for node in where):
        return frozenset()
    return frozenset(own)


def _bound(scope: Scope, statement: Equation) -> set[str]:
    names: set[str] = set()
    for condition in statement.conditions:
        if isinstance(condition, tree.Membership):
            names.add(condition.name.text)
    return {name for name in names if name.rstrip("'") not in scope.names.sets}


def dropped_indices(
    scope: Scope, target: tree.Expression, statement: tree.StochasticStatement
) -> frozenset[str]:
    """The running names of a vector's own axes, where it can be written as a whole."""
    node, left = scope.node_at(target.span), left_of(target)
    if not isinstance(node, Stochastic) or len(node.axes) != len(left.indices):
        return frozenset()
    own = [
        index.text if isinstance(index, tree.Name) else ""
        for axis, index in zip(node.axes, left.indices, strict=True)
        if axis in node.random.event_axes
    ]
    if not own or "" in own or any(_mentions(c, own) for c in statement.conditions):
        return frozenset()
    everywhere = (target, statement.distribution)
    return frozenset(own) if all(_only_last(node, own) for node in everywhere) else frozenset()


def _only_last(root: tree.Node, own: Sequence[str]) -> bool:
    """Whether names are used only as the last indices of arrays."""
    last: set[int] = set()
    for node in tree.walk(root):
        if isinstance(node, tree.Subscript):
            kept = list(node.indices)
            while kept and isinstance(kept[-1], tree.Name) and kept[-1].text in own:
                last.add(id(kept.pop()))
    return all(
        id(node) in last
        for node in tree.walk(root)
        if isinstance(node, tree.Name) and node.text in own
    )


def _mentions(root: tree.Node, names: Iterable[str]) -> bool:
    wanted = set(names)
    return any(isinstance(node, tree.Name) and node.text in wanted for node in tree.walk(root))


def line_of(target: Target, scope: Scope, statement: Equation) -> Line:
    """A statement and what it needs said beside it."""
    printer = Printer(target, scope_of(scope, statement))
    note = statement.comments.description
    right = _right(printer, statement)
    left, ranges = _left(printer, statement), range_text(printer, statement)
    return Line(left, right, ranges, note, inner_lines(printer))


def inner_lines(printer: Printer) -> tuple[Line, ...]:
    """The lines of what an expression needs said beside it."""
    equals = printer.target.sign("=")
    return tuple(Line(left, printer.target.join([equals, right])) for left, right in printer.asides)


def _left(printer: Printer, statement: Equation) -> str:
    target = printer.target
    if isinstance(statement, tree.FactorStatement):
        return target.words("factor")
    written = target.listed([printer.text(t) for t in targets_of(statement)])
    joint = isinstance(statement, tree.StochasticStatement) and statement.joint
    return target.fence("(", written, ")") if joint else written


def _right(printer: Printer, statement: Equation) -> str:
    target = printer.target
    match statement:
        case tree.StochasticStatement():
            return target.join([target.sign("∼"), printer.text(statement.distribution)])
        case tree.DeterministicStatement():
            return target.join([target.sign("="), printer.text(statement.value)])
        case tree.FactorStatement():
            return exponential(printer, statement.value)


def exponential(printer: Printer, value: tree.Expression) -> str:
    """exp of an expression: what a ``factor`` multiplies the density by."""
    target = printer.target
    match value:
        case tree.Conditional(condition, tree.Number(0), tree.Unary("-", tree.Infinity())):
            # 1 where the condition holds and 0 elsewhere.
            return target.fence("[", printer.condition(condition).text, "]")
        case _:
            pass
    return target.applied(target.upright("exp"), target.fence("(", printer.text(value), ")"))


# --- for which elements ---------------------------------------------------------------------------


def free_indices(printer: Printer, statement: Equation) -> list[str]:
    """The running names of the left side, but for those left out and those that ``for`` has."""
    limited = {c.name.text for c in statement.conditions if isinstance(c, tree.Membership)}
    limited |= {c.text for c in statement.conditions if isinstance(c, tree.Name)}
    found: dict[str, None] = {}
    for expression in targets_of(statement):
        for index in left_of(expression).indices or _indices_within(printer, expression):
            if isinstance(index, tree.Name) and printer.scope.is_running(index.text):
                found[index.text] = None
    return [name for name in found if name not in limited | printer.scope.dropped]


def _indices_within(printer: Printer, expression: tree.Expression) -> list[tree.Expression]:
    """The running indices of an expression of data."""
    inside: list[tree.Expression] = []
    for node in tree.walk(expression):
        if isinstance(node, tree.Subscript):
            inside += node.indices
    return inside


def range_text(printer: Printer, statement: Equation) -> str:
    """ "for each day d", "for t = 2, …, T": empty where the statement is about one number."""
    target = printer.target
    members = [c for c in statement.conditions if isinstance(c, tree.Membership)]
    bare = [c.text for c in statement.conditions if isinstance(c, tree.Name)]
    holding = [c for c in statement.conditions if not isinstance(c, tree.Name | tree.Membership)]
    # A condition on an index says already that it runs.
    free = [*free_indices(printer, statement), *bare]
    running = [name for name in free if not _compares(holding, name)]
    each = [
        _each(printer, name, again=name.rstrip("'") in (n.rstrip("'") for n in running[:place]))
        for place, name in enumerate(running)
    ]
    pieces: list[str] = []
    if each:
        pieces += [target.words("for each "), _joined(printer, each)]
    limits = [binder(printer, member) for member in members]
    limits += [printer.condition(condition).text for condition in holding]
    if limits:
        pieces += [WORDS, target.words(" with ")] if each else [target.words("for ")]
        pieces.append(target.listed(limits))
    return target.join(pieces)


def _compares(conditions: Sequence[tree.Node], name: str) -> bool:
    return any(
        isinstance(condition, tree.Comparison)
        and any(isinstance(o, tree.Name) and o.text == name for o in condition.operands)
        for condition in conditions
    )


def _each(printer: Printer, name: str, *, again: bool) -> str:
    target = printer.target
    letter = printer.index(tree.Name(name))
    bare = name.rstrip("'")
    if again or printer.scope.running(bare) == bare or name in printer.scope.bound:
        return letter
    return target.join([target.words(f"{bare.replace('_', ' ')} "), letter])


def _joined(printer: Printer, parts: Sequence[str]) -> str:
    target = printer.target
    *some, last = parts
    if not some:
        return last
    return target.join([target.listed(some), target.words(" and "), last])


def plate_of(printer: Printer, statement: Equation) -> tuple[str, str]:
    """What stands below and above the product over the elements of a statement."""
    conditions: list[tree.Node] = list(statement.conditions)
    holding = [c for c in conditions if not isinstance(c, tree.Name | tree.Membership)]
    running = [n for n in free_indices(printer, statement) if not _compares(holding, n)]
    return range_below(printer, [*(tree.Name(name) for name in running), *conditions])
