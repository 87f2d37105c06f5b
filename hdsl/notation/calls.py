"""Functions, reductions and solvers in the notation of a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hdsl.expressions.functions import REDUCTIONS
from hdsl.notation.conditions import binder, bound_by, range_below
from hdsl.notation.expressions import Printer
from hdsl.notation.pieces import WORDS
from hdsl.notation.randoms import is_random, log_density, random_call
from hdsl.notation.spelling import spell
from hdsl.notation.target import Level, Written
from hdsl.syntax import tree

_SPELLED = {"logistic": "logit", "probit": "probit", "lgamma": "log Γ"}
_LARGE = {"sum": "∑", "prod": "∏"}
_FENCES = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_INVERSES = {"logistic": "logit", "inverse_cloglog": "cloglog"}


def written_call(printer: Printer, node: tree.Call) -> Written:
    """A function or a distribution with its arguments."""
    own = node.function in printer.scope.names.functions
    if not own and is_random(printer, node):
        return random_call(printer, node)
    if not own and node.function in REDUCTIONS and (node.conditions or len(node.arguments) == 1):
        return _reduction(printer, node)
    special = None if own else _SPECIAL.get(node.function)
    if special is not None and node.arguments:
        return special(printer, node)
    return _application(printer, node)


def _application(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    if node.function in printer.scope.names.functions:
        function = printer.quantity(node.function)
    else:
        function = target.upright(node.function.replace("_", " "))
    inside = target.listed(arguments(printer, node.arguments))
    if node.conditions:
        limits = _listed_conditions(printer, node)
        inside = target.join([inside, WORDS, target.words(" for "), limits])
    return Written(target.applied(function, target.fence("(", inside, ")")), Level.POWER)


def arguments(printer: Printer, given: Sequence[tree.Argument]) -> list[str]:
    """Arguments, named ones with their names."""
    target = printer.target
    return [
        printer.text(argument.value)
        if argument.name is None
        else target.join(
            [target.upright(argument.name), target.sign("="), printer.text(argument.value)]
        )
        for argument in given
    ]


def _first(node: tree.Call) -> tree.Expression:
    return node.arguments[0].value


def _listed_conditions(printer: Printer, node: tree.Call) -> str:
    inner = printer.within(printer.scope.binding(bound_by(printer, node.conditions)))
    return printer.target.listed([binder(inner, c) for c in node.conditions])


def _named_in(conditions: Sequence[tree.Node]) -> frozenset[str]:
    return frozenset(
        condition.text if isinstance(condition, tree.Name) else condition.name.text
        for condition in conditions
        if isinstance(condition, tree.Name | tree.Membership)
    )


# --- reductions -----------------------------------------------------------------------------------


def _reduction(printer: Printer, node: tree.Call) -> Written:
    if node.conditions:
        scope = printer.scope.binding(bound_by(printer, node.conditions))
        inner = printer.within(replace(scope, dropped=scope.dropped - _named_in(node.conditions)))
        below, above = range_below(inner, node.conditions)
        return _reduced(inner, node.function, _first(node), below, above)
    name = node.function
    whole = _trailing_letters(printer, _first(node))
    if whole is not None and name in (*_LARGE, "logsumexp"):
        extended, letters, own = whole
        inner = printer.within(replace(printer.scope, dropped=printer.scope.dropped - own))
        return _reduced(inner, name, extended, printer.target.listed(letters), "")
    if name == "mean" and isinstance(_first(node), tree.Name | tree.Subscript):
        return Written(printer.target.mean(_slender(printer, _first(node))), Level.POWER)
    return _application(printer, node)


def _reduced(printer: Printer, name: str, body: tree.Expression, below: str, above: str) -> Written:
    target = printer.target
    if name in _LARGE:
        inside = printer.at_least(body, Level.PRODUCT, leading=False)
        return Written(target.large(_LARGE[name], below, above, inside), Level.LARGE, open=True)
    if name == "logsumexp":
        exponential = target.applied(
            target.upright("exp"), target.fence("(", printer.text(body), ")")
        )
        total = target.large("∑", below, above, exponential)
        return Written(target.operating(target.upright("log"), total), Level.LARGE, open=True)
    inside = printer.condition(body).text if name in ("any", "all") else printer.text(body)
    return Written(target.large(name, below, above, target.fence("(", inside, ")")), Level.POWER)


def _trailing_letters(
    printer: Printer, body: tree.Expression
) -> tuple[tree.Expression, list[str], frozenset[str]] | None:
    """A whole array with running indices for the axes that it leaves open."""
    match body:
        case tree.Name(name):
            array, given = body, ()
        case tree.Subscript(array, given):
            name = array.text
        case _:
            return None
    axes = printer.scope.axes_of(name)
    missing = axes[len(given) :]
    known = all(axis.rstrip("'") in printer.scope.names.sets for axis in missing)
    if not missing or not known:
        return None
    indices = (*given, *(tree.Name(axis) for axis in missing))
    letters = [printer.index(tree.Name(axis)) for axis in missing]
    return tree.Subscript(array, indices), letters, frozenset(missing)


def _slender(printer: Printer, node: tree.Expression) -> Written:
    """A vector whose mean is meant: not bold, since the mean is a number."""
    if isinstance(node, tree.Name):
        return Written(printer.quantity(node.text))
    return printer.value(node)


# --- functions with a notation of their own -------------------------------------------------------


def _root(printer: Printer, node: tree.Call) -> Written:
    return Written(printer.target.root(printer.text(_first(node))), Level.POWER)


def _square(printer: Printer, node: tree.Call) -> Written:
    return printer.value(tree.Binary("^", _first(node), tree.Number(2, "2")))


def _fenced(printer: Printer, node: tree.Call) -> Written:
    opening, closing = _FENCES[node.function]
    return Written(printer.target.fence(opening, printer.text(_first(node)), closing))


def _inverse_link(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    one = Written(target.join([target.prefix("−"), target.number("1")]), Level.SIGNED)
    link = target.power(target.upright(_INVERSES[node.function]), one)
    inside = target.fence("(", printer.text(_first(node)), ")")
    return Written(target.applied(link, inside), Level.POWER)


def _log_gamma(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    inside = target.fence("(", printer.text(_first(node)), ")")
    gamma = target.applied(target.symbol(spell("Gamma")), inside)
    return Written(target.operating(target.upright("log"), gamma), Level.POWER)


def _greek_function(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    inside = target.fence("(", printer.text(_first(node)), ")")
    return Written(target.applied(target.symbol(spell(node.function)), inside), Level.POWER)


def _transpose(printer: Printer, node: tree.Call) -> Written:
    base = printer.at_least(_first(node), Level.ATOM, leading=False)
    return Written(printer.target.power(base, Written(printer.target.sign("⊤"))), Level.POWER)


def _inverse(printer: Printer, node: tree.Call) -> Written:
    return printer.value(tree.Binary("^", _first(node), tree.Number(-1, "-1")))


def _solve(printer: Printer, node: tree.Call) -> Written:
    if len(node.arguments) != 2:
        return _application(printer, node)
    inverse = tree.Binary("^", _first(node), tree.Number(-1, "-1"))
    return printer.value(tree.Binary("@", inverse, node.arguments[1].value))


def _log_determinant(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    inside = target.fence("|", printer.text(_first(node)), "|")
    return Written(target.operating(target.upright("log"), inside), Level.POWER)


def _identity(printer: Printer, node: tree.Call) -> Written:
    return Written(printer.target.symbol(spell("I"), bold=True))


def _integral(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    match node.conditions:
        case (tree.Membership(name, tree.Tuple((lower, upper))),):
            inner = printer.within(printer.scope.binding([name.text]))
            below, above = printer.text(lower), printer.text(upper)
            body = inner.at_least(_first(node), Level.PRODUCT, leading=False)
            differential = target.join([target.upright("d"), inner.quantity(name.text)])
            whole = target.operating(body, differential)
            return Written(target.large("∫", below, above, whole), Level.LARGE, open=True)
        case _:
            return _application(printer, node)


def _solution(printer: Printer, node: tree.Call) -> Written:
    """The solution of a differential equation: z(time), with its equation beside."""
    target = printer.target
    named = {a.name: a.value for a in node.arguments if a.name is not None}
    if len(node.arguments) < 2 or not {"start", "at"} <= set(named):
        return _application(printer, node)
    slope, initial = node.arguments[0].value, node.arguments[1].value
    definition = printer.scope.names.functions.get(getattr(slope, "text", ""))
    formals = () if definition is None else definition.parameters
    names = [f.text if isinstance(f, tree.Name) else f.array.text for f in formals]
    time, state = names if len(names) == 2 else ("t", "z")
    inner = printer.within(printer.scope.binding([time, state]))
    time_text, state_text = inner.quantity(time), inner.quantity(state)
    d = target.upright("d")
    left = target.fraction(target.join([d, state_text]), target.join([d, time_text]))
    right = target.applied(
        printer.text(slope), target.fence("(", target.listed([time_text, state_text]), ")")
    )
    printer.asides.append((left, right))
    begin = target.applied(state_text, target.fence("(", printer.text(named["start"]), ")"))
    printer.asides.append((begin, printer.text(initial)))
    value = target.applied(state_text, target.fence("(", printer.text(named["at"]), ")"))
    return Written(value, Level.POWER)


def _of_set(printer: Printer, node: tree.Call) -> Written:
    target = printer.target
    match node.arguments:
        case (tree.Argument(tree.Name(name), None),) if name in printer.scope.names.sets:
            inside = target.fence("(", target.upright(name), ")")
            return Written(target.applied(target.upright(node.function), inside), Level.POWER)
        case _:
            return _application(printer, node)


_SPECIAL: dict[str, Callable[[Printer, tree.Call], Written]] = {
    "sqrt": _root,
    "square": _square,
    "abs": _fenced,
    "floor": _fenced,
    "ceil": _fenced,
    "logistic": _inverse_link,
    "inverse_cloglog": _inverse_link,
    "lgamma": _log_gamma,
    "Phi": _greek_function,
    "transpose": _transpose,
    "inverse": _inverse,
    "solve": _solve,
    "logdet": _log_determinant,
    "eye": _identity,
    "integrate": _integral,
    "ode": _solution,
    "log_prob": log_density,
    "cdf": log_density,
    "size": _of_set,
    "first": _of_set,
    "last": _of_set,
}
