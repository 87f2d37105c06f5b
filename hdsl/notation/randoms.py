"""Distributions in the notation of a paper."""

from __future__ import annotations

from collections.abc import Sequence

from hdsl.distributions.registry import FAMILIES
from hdsl.notation.conditions import bound_by, range_below
from hdsl.notation.expressions import Printer
from hdsl.notation.pieces import GIVEN, SUM, WORDS
from hdsl.notation.spelling import Spelled
from hdsl.notation.target import Level, Written
from hdsl.syntax import tree

_POINT_MASS, _DISTRIBUTION_FUNCTION = Spelled("δ", ("0",)), Spelled("F")
_SUMS = ("Mixture", "ZeroInflated", "Hurdle")
_COMBINATORS = ("Mixture", "ZeroInflated", "Hurdle", "Ordered", "Categorical", "OrderedLogistic")


def is_random(printer: Printer, node: tree.Call) -> bool:
    """Whether a call makes a distribution."""
    known = (*_COMBINATORS, *printer.scope.names.densities)
    return node.function in FAMILIES or node.function in known


def random_call(printer: Printer, node: tree.Call) -> Written:
    """A distribution with its arguments; mixtures as sums."""
    values = [argument.value for argument in node.arguments]
    named = any(argument.name is not None for argument in node.arguments)
    if len(values) == 2 and not named:
        match node.function:
            case "Mixture" if node.conditions:
                return _mixture_over(printer, values, node.conditions)
            case "Mixture" if isinstance(values[1], tree.List):
                return _mixture_of(printer, values[0], values[1].items)
            case "ZeroInflated":
                return _with_zeros(printer, values[0], printer.text(values[1]))
            case "Hurdle":
                target = printer.target
                above = target.join([target.sign(">").lstrip(), target.number("0")])
                inside = target.join([printer.text(values[1]), target.sign("∣"), above])
                positive = target.fence("(", inside, ")")
                return _with_zeros(printer, values[0], positive)
            case _:
                pass
    return _plain(printer, node)


def _plain(printer: Printer, node: tree.Call) -> Written:
    from hdsl.notation.calls import arguments

    target = printer.target
    inside = target.listed(arguments(printer, node.arguments))
    return Written(target.applied(_name(printer, node), target.fence("(", inside, ")")))


def _name(printer: Printer, node: tree.Call) -> str:
    return printer.target.upright(node.function)


def _mixture_over(
    printer: Printer, values: Sequence[tree.Expression], conditions: Sequence[tree.Condition]
) -> Written:
    inner = printer.within(printer.scope.binding(bound_by(printer, conditions)))
    below, above = range_below(inner, conditions)
    weight = inner.at_least(values[0], Level.PRODUCT)
    body = inner.target.juxtaposed(weight, inner.at_least(values[1], Level.SIGNED))
    return Written(inner.target.large("∑", below, above, body), Level.LARGE, open=True)


def _mixture_of(
    printer: Printer, weights: tree.Expression, parts: Sequence[tree.Expression]
) -> Written:
    target = printer.target
    terms: list[str] = []
    for weight, part in zip(_weights(printer, weights, len(parts)), parts, strict=True):
        term = target.juxtaposed(weight, printer.at_least(part, Level.SIGNED))
        terms += [SUM, target.sign("+"), term] if terms else [term]
    return Written(target.join(terms), Level.SUM)


def _weights(printer: Printer, weights: tree.Expression, count: int) -> list[str]:
    """The weight of each part; of a vector, its elements by their labels."""
    match weights:
        case tree.List(items) if len(items) == count:
            return [printer.at_least(item, Level.PRODUCT) for item in items]
        case tree.Name() | tree.Subscript():
            name = weights.text if isinstance(weights, tree.Name) else weights.array.text
            given = () if isinstance(weights, tree.Name) else weights.indices
            axes = printer.scope.axes_of(name)
            declared = printer.scope.names.sets.get(axes[-1]) if axes else None
            labels = declared.labels if declared is not None else None
            found = (
                [str(label) for label in labels] if labels else [str(n + 1) for n in range(count)]
            )
            indices = [printer.index(index) for index in given]
            return [
                printer.quantity(name, [*indices, _label(printer, label)])
                for label in found[:count]
            ]
        case _:
            whole = printer.at_least(weights, Level.ATOM)
            numbers = [printer.target.number(str(place + 1)) for place in range(count)]
            return [
                printer.target.join([whole, printer.target.fence("[", number, "]")])
                for number in numbers
            ]


def _label(printer: Printer, label: str) -> str:
    number = label.removesuffix(".0")
    return printer.target.number(number) if number.isdigit() else printer.target.label(label)


def _with_zeros(printer: Printer, chance: tree.Expression, positive: str) -> Written:
    """Zero with the chance that is left, else a draw from something else."""
    target = printer.target
    other = tree.Binary("-", tree.Number(1, "1"), chance)
    at_zero = target.symbol(_POINT_MASS)
    rest = target.juxtaposed(target.fence("(", printer.text(other), ")"), at_zero)
    first = target.juxtaposed(printer.at_least(chance, Level.PRODUCT), positive)
    return Written(target.join([first, SUM, target.sign("+"), rest]), Level.SUM)


def limited(printer: Printer, node: tree.Truncated | tree.CensoredTo | tree.CensoredIf) -> Written:
    """A distribution that is truncated or censored."""
    target = printer.target
    inside = printer.at_least(node.distribution, Level.LIMITED)
    match node:
        case tree.Truncated():
            pieces = [target.words(" truncated to "), _interval(printer, node.interval)]
        case tree.CensoredTo():
            pieces = [target.words(" censored to "), _interval(printer, node.interval)]
        case tree.CensoredIf():
            pieces = [target.words(" censored if "), printer.condition(node.condition).text]
    return Written(target.join([inside, WORDS, *pieces]), Level.LIMITED)


def _interval(printer: Printer, node: tree.Interval) -> str:
    ends = printer.target.listed([printer.text(node.lower), printer.text(node.upper)])
    return printer.target.fence(
        "[" if node.lower_closed else "(", ends, "]" if node.upper_closed else ")"
    )


def log_density(printer: Printer, node: tree.Call) -> Written:
    """``log_prob(D, x)`` and ``cdf(D, x)``: the density or the distribution function at a value."""
    from hdsl.notation.calls import arguments

    target = printer.target
    distribution, *at = [argument.value for argument in node.arguments]
    values = target.listed([printer.text(value) for value in at])
    if isinstance(distribution, tree.Call) and distribution.function not in _SUMS:
        name = _name(printer, distribution)
        given = target.listed(arguments(printer, distribution.arguments))
        values = target.join([values, GIVEN, target.sign("∣"), given]) if given else values
    else:
        name = printer.text(distribution)
        values = target.join([values, GIVEN, target.sign("∣"), name])
        name = target.upright("p")
    if node.function == "cdf":
        name = target.symbol(_DISTRIBUTION_FUNCTION, [name])
    applied = target.applied(name, target.fence("(", values, ")"))
    if node.function == "cdf":
        return Written(applied, Level.POWER)
    return Written(target.operating(target.upright("log"), applied), Level.POWER)
