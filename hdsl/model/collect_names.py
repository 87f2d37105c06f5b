"""First pass over a program: which names there are, and what each of them is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.distributions import DISTRIBUTIONS
from hdsl.expressions.functions import FUNCTIONS, LINKS, REDUCTIONS, SWEEPS
from hdsl.model.declarations import (
    declare_data,
    declare_density,
    declare_function,
    declare_index,
)
from hdsl.model.graph import SetDeclaration
from hdsl.model.names import Names, Target
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression


def collect_names(
    program: tree.Program,
    report: Report,
    outside: Mapping[str, Callable[..., Any]] | None = None,
) -> Names:
    """Collect the names of a program; mistakes go to the report."""
    names = Names(report, outside=outside or {}, compared=_compared_with_texts(program))
    statements = program.statements
    for statement in statements:
        if isinstance(statement, tree.IndexStatement):
            declare_index(names, statement)
    data = [s for s in statements if isinstance(s, tree.DataStatement)]
    for item in (item for statement in data for item in statement.items):
        for index in item.indices:
            if isinstance(index, tree.Name):
                base = index.text.rstrip("'")
                names.sets.setdefault(base, SetDeclaration(base, index.span))
    for statement in data:
        declare_data(names, statement)
    for statement in statements:
        match statement:
            case tree.StochasticStatement():
                if statement.joint:
                    names.joints.append(statement)
                for target in statement.targets:
                    _target(names, target, statement)
            case tree.DeterministicStatement():
                _target(names, statement.target, statement)
            case tree.FactorStatement():
                names.factors.append(statement)
            case tree.FunctionStatement():
                declare_function(names, statement)
            case tree.DensityStatement():
                declare_density(names, statement)
            case _:
                pass
    _find_primes(names)
    _find_clashes(names)
    return names


def _compared_with_texts(program: tree.Program) -> frozenset[str]:
    """The arrays in ``kind[bag] == "Plain"`` of all statements but those of data."""
    found: set[str] = set()
    for statement in program.statements:
        if isinstance(statement, tree.DataStatement):
            continue
        for node in tree.walk(statement):
            if isinstance(node, tree.Comparison) and any(
                isinstance(operand, tree.String) for operand in node.operands
            ):
                found.update(x.array.text for x in node.operands if isinstance(x, tree.Subscript))
    return frozenset(found)


def _target(
    names: Names,
    expression: tree.Expression,
    statement: tree.StochasticStatement | tree.DeterministicStatement,
) -> None:
    match expression:
        case tree.Name(name):
            target = Target(name, (), expression, statement)
        case tree.Subscript(array, indices):
            target = Target(array.text, indices, expression, statement)
        case tree.Call(function, (tree.Argument(tree.Name(name), None),)) if function in LINKS:
            target = Target(name, (), expression, statement, link=function)
        case tree.Call(function, (tree.Argument(tree.Subscript(array, indices), None),)) if (
            function in LINKS
        ):
            target = Target(array.text, indices, expression, statement, link=function)
        case _:
            target = Target(format_expression(expression), (), expression, statement, observed=True)
    if target.name in names.broken:
        return
    if isinstance(expression, tree.Call) and _is_element_in_round_brackets(names, expression):
        names.broken.add(expression.function)
        indices = ", ".join(format_expression(argument.value) for argument in expression.arguments)
        names.report.add(
            "HB210",
            f"`{expression.function}` is not a function",
            expression.span,
            cause="a name followed by `(` is a function; elements stand in square brackets",
            help=f"write `{expression.function}[{indices}]`",
        )
        return
    if isinstance(statement, tree.DeterministicStatement):
        _deterministic_target(names, target)
    elif target.observed or _is_data(names, target.name):
        # What the left side says of data is found out when it is read.
        names.observations.append(target.as_observation())
    else:
        names.targets.setdefault(target.name, []).append(target)


def _is_element_in_round_brackets(names: Names, call: tree.Call) -> bool:
    """``x(i) ~ …`` with a new name and an index set."""
    sets = [
        isinstance(argument.value, tree.Name) and argument.value.text.rstrip("'") in names.sets
        for argument in call.arguments
    ]
    known = (
        *FUNCTIONS, *REDUCTIONS, *SWEEPS, *LINKS, *DISTRIBUTIONS, *names.functions, *names.outside,
        *names.data,
    )  # fmt: skip
    return bool(sets) and all(sets) and call.function not in known


def _is_data(names: Names, name: str) -> bool:
    return name in names.data and names.data[name].labels_of is None


def _deterministic_target(names: Names, target: Target) -> None:
    if target.observed:
        names.report.add(
            "HB209",
            "the left side of `=` is not a name",
            target.span,
            cause="`=` defines a new quantity: `m = …`, `p[i] = …` or `logit(p[i]) = …`",
            help="move what is computed to the right of `=`",
        )
        return
    if _is_data(names, target.name):
        names.report.add(
            "HB202",
            f"`{target.name}` is data and cannot be computed as well",
            target.span,
            labels=[Place(names.data[target.name].span, "declared as data here")],
            cause="each name is defined once",
            help="give the computed quantity another name",
        )
        return
    names.targets.setdefault(target.name, []).append(target)


def _find_primes(names: Names) -> None:
    """A prime makes a second index over one set, and means nothing on a quantity."""
    defined = [(name, targets[0].span) for name, targets in names.targets.items()]
    for name, span in [*defined, *((d.name, d.span) for d in names.data.values())]:
        if "'" in name:
            names.report.add(
                "HB212",
                f"`{name}` has a prime, but is no index",
                span,
                cause="a prime is for a second index over the same set: `K[site, site']`",
                help=f"give the quantity a name without it: `{name.rstrip(chr(39))}_new`",
            )


def _find_clashes(names: Names) -> None:
    for name, targets in names.targets.items():
        declared = names.sets.get(name)
        if declared is not None:
            names.report.add(
                "HB214",
                f"`{name}` is an index set and cannot be a quantity as well",
                targets[0].span,
                labels=[Place(declared.span, "used as an index set here")],
                cause="only data whose type is the set may bear its name",
                help="give one of the two another name",
            )
    for name, declared in names.data.items():
        if name in names.sets and declared.labels_of is None and declared.type != name:
            names.report.add(
                "HB214",
                f"`{name}` is an index set and cannot be data of another kind as well",
                declared.span,
                labels=[Place(names.sets[name].span, "used as an index set here")],
                cause="only data whose type is the set may bear its name",
                help=f'if this column holds the labels, write `"{name}" as {name}`'
                if declared.file is not None and not declared.axes
                else f"write `{name}[…] : {name}` if its values are the labels, or rename it",
            )
