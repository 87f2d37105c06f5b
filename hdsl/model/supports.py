"""Proof that arguments lie where distributions need them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.distributions.distribution import Parameter, Support
from hdsl.distributions.random import Applied, Random
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.ranges import (
    BOOLEAN,
    COUNT,
    INTEGER,
    POSITIVE,
    PROBABILITY,
    REAL,
    Interval,
    Range,
    range_of,
)
from hdsl.expressions.tree import Constant, Expression, Reference
from hdsl.model.graph import Deterministic, ModelGraph, Stochastic

_TYPES: dict[str, Interval] = {
    "real": REAL,
    "int": INTEGER,
    "count": COUNT,
    "bool": BOOLEAN,
    "positive": POSITIVE,
    "probability": PROBABILITY,
    "simplex": PROBABILITY,
}


def check_supports(graph: ModelGraph, report: Report) -> None:
    """Report every argument of which it is certain that it can leave its distribution's reach."""
    ranges = Ranges(graph)
    for node in graph.stochastic:
        for random in node.random.walk():
            _check_ends(report, random)
            wrong = list(_wrong_arguments(random, ranges))
            if wrong and _fit_exchanged(random, ranges):
                _report_exchanged(graph, report, random, *wrong[0])
                continue
            for parameter, argument, interval in wrong:
                _report(graph, report, node, random, parameter, argument, interval)


def _check_ends(report: Report, random: Random) -> None:
    """Ends of an interval that are numbers, and in the wrong order."""
    if not isinstance(random, Applied):
        return
    lower, upper = random.parameters.get("lower"), random.parameters.get("upper")
    if not isinstance(lower, Constant) or not isinstance(upper, Constant):
        return
    if lower.value < upper.value or (lower.value == upper.value and random.support.integer):
        return
    report.add(
        "HB401",
        f"`{random.family}` has no interval from {lower.value:g} to {upper.value:g}",
        random.span,
        cause=f"`lower` of `{random.family}` is below `upper`",
        help=f"write the smaller one first: `{random.family}({upper.value:g}, {lower.value:g})`"
        if lower.value > upper.value and len(random.parameters) == 2
        else "give it an upper end above the lower one",
    )


def _wrong_arguments(
    random: Random, ranges: Ranges
) -> Iterator[tuple[Parameter, Expression, Interval]]:
    for parameter, argument in random.requirements():
        found = ranges(argument)
        if found.exact and not found.interval.within(parameter.interval):
            yield parameter, argument, found.interval


def _fit_exchanged(random: Random, ranges: Ranges) -> bool:
    """Whether the two arguments of a distribution would fit in the other order."""
    needed = list(random.requirements())
    if len(needed) != 2 or needed[0][0].interval == needed[1][0].interval:
        return False
    (first, a), (second, b) = needed
    return all(
        ranges(argument).interval.within(parameter.interval)
        for parameter, argument in ((first, b), (second, a))
    )


def _title(
    graph: ModelGraph,
    distribution: str,
    parameter: Parameter,
    argument: Expression,
    interval: Interval,
) -> str:
    return (
        f"`{_text(graph, argument)}` is `{parameter.name}` of `{distribution}`, but can be "
        f"{_outside(interval, parameter.interval)}"
    )


def _report_exchanged(
    graph: ModelGraph,
    report: Report,
    random: Random,
    parameter: Parameter,
    argument: Expression,
    interval: Interval,
) -> None:
    distribution = _name(random)
    (first, a), (second, b) = random.requirements()
    report.add(
        "HB401",
        _title(graph, distribution, parameter, argument, interval),
        argument.span.or_else(random.span),
        cause=f"it is `{distribution}({first.name}, {second.name})`, and `{parameter.name}` must "
        f"be {_needed(parameter.interval)}",
        help=f"exchange the two: `{distribution}({_text(graph, b)}, {_text(graph, a)})`",
    )


class Ranges:
    """The ranges of expressions of a graph; those of its quantities are found once."""

    def __init__(self, graph: ModelGraph) -> None:
        self._graph = graph
        self._known: dict[str, Range] = {}
        self._roots: dict[str, frozenset[str]] = {}
        # Parents first: however long a chain of definitions is, nothing here is deep.
        for node in graph.nodes.values():
            if isinstance(node, Deterministic):
                self._roots[node.name] = frozenset[str]().union(*map(self._roots_of, node.names))
            self._known[node.name] = self._find(node.name)

    def __call__(self, expression: Expression) -> Range:
        """The range of an expression: exact only if its parts don't vary together."""
        found = range_of(expression, self._look_up)
        roots = [self._roots_of(name) for name in expression.names]
        apart = len(frozenset[str]().union(*roots)) == sum(map(len, roots))
        return replace(found, exact=found.exact and apart)

    def _roots_of(self, name: str) -> frozenset[str]:
        """The unknowns from which a quantity is computed."""
        unknown = frozenset([name]) if name in self._graph.unknowns else frozenset[str]()
        return self._roots.get(name, unknown)

    def _look_up(self, reference: Reference) -> Range:
        name = reference.name
        if name not in self._known:
            # Of a recursion nothing is known before all of its elements are.
            self._known[name] = Range(REAL)
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> Range:
        graph = self._graph
        if name in graph.data:
            kind = graph.data[name].type or "real"
            return Range(_TYPES.get(kind, COUNT))
        node = graph.nodes.get(name)
        if isinstance(node, Stochastic):
            return self.of_support(node.random.support)
        if isinstance(node, Deterministic):
            if name in graph.assembled:
                return Range(REAL)
            return self(node.expression)
        return Range(REAL)

    def of_support(self, support: Support) -> Range:
        """The range of an unknown: exact where the ends of its support are."""
        lower = Range(REAL, True) if support.lower is None else self(support.lower)
        upper = Range(REAL, True) if support.upper is None else self(support.upper)
        interval = Interval(
            lower.interval.lower,
            upper.interval.upper,
            support.lower_open or lower.interval.lower_open,
            support.upper_open or upper.interval.upper_open,
            support.integer,
        )
        ends = [e for e in (support.lower, support.upper) if e is not None]
        return Range(interval, all(isinstance(end, Constant) for end in ends))


_WAYS: dict[str, str] = {"Normal": "HalfNormal", "Cauchy": "HalfCauchy", "StudentT": "HalfStudentT"}


def _report(
    graph: ModelGraph,
    report: Report,
    node: Stochastic,
    random: Random,
    parameter: Parameter,
    argument: Expression,
    interval: Interval,
) -> None:
    distribution = _name(random)
    labels: list[Place] = []
    if isinstance(argument, Constant):
        title = f"`{parameter.name}` of `{distribution}` cannot be {argument.value:g}"
    else:
        title = _title(graph, distribution, parameter, argument, interval)
    origin = _origin(graph, argument)
    if origin is not None and origin.span != node.span:
        labels.append(Place(origin.span, f"its values are {interval}"))
    report.add(
        "HB401",
        title,
        argument.span.or_else(random.span),
        labels=labels,
        cause=f"`{parameter.name}` of `{distribution}` must be {_needed(parameter.interval)}",
        help=_way_out(graph, random, argument, origin, parameter.interval),
    )


def _name(random: Random) -> str:
    return _untruncated(random).family


def _untruncated(random: Random) -> Random:
    return random.base if isinstance(random, Truncated) else random


def _text(graph: ModelGraph, argument: Expression) -> str:
    return graph.source.excerpt(argument.span) or "an argument"


def _outside(interval: Interval, needed: Interval) -> str:
    if needed.integer and not interval.integer:
        return "a fraction"
    if interval.lower < needed.lower:
        return "negative" if needed.lower == 0 else f"below {needed.lower:g}"
    if interval.upper > needed.upper:
        return f"above {needed.upper:g}"
    return f"{needed.lower:g}" if interval.lower == needed.lower else f"{needed.upper:g}"


def _needed(interval: Interval) -> str:
    texts = {
        POSITIVE: "positive",
        PROBABILITY: "a probability, from 0 to 1",
        COUNT: "a whole number, 0 or more",
    }
    if interval.lower == 0 and interval.upper == float("inf") and not interval.integer:
        return "positive" if interval.lower_open else "0 or more"
    return texts.get(interval, f"one of the {interval}")


def _origin(graph: ModelGraph, argument: Expression) -> Stochastic | None:
    if isinstance(argument, Reference):
        node = graph.nodes.get(argument.name)
        if isinstance(node, Stochastic):
            return node
        if isinstance(node, Deterministic):
            return _origin(graph, node.expression)
    return None


def _way_out(
    graph: ModelGraph,
    random: Random,
    argument: Expression,
    origin: Stochastic | None,
    needed: Interval,
) -> str:
    if isinstance(argument, Constant):
        return f"write {_wanted(needed)}"
    if needed.integer:
        return "give it whole numbers: a constant, or data of type `count`"
    if (needed.lower, needed.upper) == (0, 1):
        return _way_into_unit(random, _text(graph, argument), origin)
    if (needed.lower, needed.upper) != (0, float("inf")):
        return ""
    if origin is None:
        if _has_form(random, "log"):
            return f"if it is on the log scale, say so: `log = {_text(graph, argument)}`"
        return "make it positive, for example `exp(…)` of it"
    name = _name(origin.random)
    if name in _WAYS and isinstance(origin.random, Applied):
        return f"write `{origin.name} ~ {_WAYS[name]}(…)`, or add `truncated to (0, inf)`"
    return f"choose a positive distribution for `{origin.name}`, or add `truncated to (0, inf)`"


def _wanted(needed: Interval) -> str:
    if needed.integer:
        return f"a whole number from {needed.lower:g}"
    if (needed.lower, needed.upper) == (0, 1):
        return "a number from 0 to 1"
    return "a positive number" if needed.lower == 0 else f"one of {needed}"


def _has_form(random: Random, keyword: str) -> bool:
    """Whether a distribution can be given its parameter on another scale."""
    inner = _untruncated(random)
    forms = inner.distribution.forms if isinstance(inner, Applied) else ()
    return any(parameter.name == keyword for form in forms for parameter in form.parameters)


def _way_into_unit(random: Random, text: str, origin: Stochastic | None) -> str:
    if origin is None and _has_form(random, "logit"):
        return f"if it is on the logit scale, say so: `logit = {text}`"
    if origin is None:
        return "bring it between 0 and 1, for example with `logistic(…)`"
    return (
        f"give `{origin.name}` a distribution on (0, 1), such as `Beta(1, 1)`, or write "
        f"`logit({origin.name}) ~ …`"
    )
