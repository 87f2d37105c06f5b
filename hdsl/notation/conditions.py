"""What follows ``for``: running indices, their ranges and conditions."""

from __future__ import annotations

from collections.abc import Sequence

from hdsl.notation.expressions import Printer
from hdsl.syntax import tree


def binder(printer: Printer, node: tree.Node) -> str:
    """One item of what follows ``for``: a running index with its range, or a condition."""
    target = printer.target
    match node:
        case tree.Name(name) if printer.scope.is_running(name):
            return printer.running(name)
        case tree.Membership(name, tree.Range() as domain):
            left = printer.running(name.text)
            return target.join([left, target.sign("="), printer.range(domain)])
        case tree.Membership(name, domain):
            within = _domain(printer, domain)
            return target.join([printer.running(name.text), target.sign("∈"), within])
        case _:
            return printer.condition(node).text


def _domain(printer: Printer, node: tree.Node) -> str:
    if isinstance(node, tree.Name) and node.text in printer.scope.names.sets:
        return printer.target.upright(node.text)
    return printer.text(node)


def range_below(printer: Printer, conditions: Sequence[tree.Node]) -> tuple[str, str]:
    """What stands below and above the sign of a sum over the indices of ``for``."""
    target = printer.target
    match conditions:
        case (tree.Membership(name, tree.Range(lower, upper, None)),):
            first = target.join([printer.running(name.text), target.sign("="), printer.text(lower)])
            return first, printer.text(upper)
        case _:
            pass
    bind = (tree.Name, tree.Membership)
    running = [binder(printer, c) for c in conditions if isinstance(c, bind)]
    holding = [binder(printer, c) for c in conditions if not isinstance(c, bind)]
    pieces = [target.listed(running)] if running else []
    if holding:
        pieces += (
            [target.sign(":"), target.listed(holding)] if running else [target.listed(holding)]
        )
    return target.join(pieces), ""


def bound_by(printer: Printer, conditions: Sequence[tree.Node]) -> set[str]:
    """The names that conditions bind, but for the running indices of sets."""
    return {
        condition.name.text
        for condition in conditions
        if isinstance(condition, tree.Membership)
        and condition.name.text.rstrip("'") not in printer.scope.names.sets
    }
