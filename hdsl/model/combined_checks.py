"""What only the whole graph tells of mixtures, zeros and censoring, and what only data tell."""

from __future__ import annotations

import numpy as np

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.distributions.censored import CensoredIf, CensoredTo
from hdsl.distributions.mixture import IndexMixture, ListMixture
from hdsl.distributions.random import Random
from hdsl.distributions.weights import ROUNDING, total_of
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Constant, Expression, Reduce, Reference, apply
from hdsl.model.choices import unknown_in
from hdsl.model.element_names import number_name
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import ModelGraph, Stochastic


def check_combined(graph: ModelGraph, report: Report) -> None:
    """Refuse what cannot be sampled, and weights and bounds that the file alone shows wrong."""
    for node in graph.stochastic:
        for random in node.random.walk():
            _check_known(graph, report, random)
            if isinstance(random, ListMixture):
                total = total_of(random.weights)
                if total is not None and abs(total - 1) > ROUNDING:
                    _report_weights(report, random, total)
                elif total is None and not random.proven:
                    _check_free_weights(graph, report, random)
        if not node.is_observed:
            _check_unknown(graph, report, node)


def _check_free_weights(graph: ModelGraph, report: Report, random: ListMixture) -> None:
    """Refuse a weight that is drawn by itself, whatever the others are."""
    for place, weight in enumerate(random.weights):
        node = graph.nodes.get(weight.name) if isinstance(weight, Reference) else None
        if not isinstance(node, Stochastic) or node.is_observed or node.random.event_axes:
            continue
        others = [w for k, w in enumerate(random.weights) if k != place]
        below = (graph.ancestors.get(n, frozenset[str]()) | {n} for w in others for n in w.names)
        if node.name in frozenset[str]().union(*below):
            continue
        report.add(
            "HB421",
            f"nothing makes the chances of the mixture add up to 1: `{node.name}` is drawn by "
            "itself",
            random.span,
            labels=[Place(node.span, "drawn here")],
            cause="the chances of a mixture add up to 1 for every value of the unknowns",
            help=f"compute the last one, `1 - {node.name}`"
            if len(others) == 1
            else "draw them together: `w[k] ~ Dirichlet(1)`",
        )
        return


def _check_unknown(graph: ModelGraph, report: Report, node: Stochastic) -> None:
    random = node.random
    if any(isinstance(part, CensoredIf) for part in random.walk()):
        report.add(
            "HB425",
            f"`{node.name}` is unknown, so nothing of it is censored",
            random.span,
            cause="`censored if` says of an observed value that it is only a lower bound",
            help="leave `censored if` out: an unknown is drawn from its whole distribution",
        )
    elif graph.roles[node.name] == "parameter" and random.has_atoms:
        report.add(
            "HB425",
            f"{_what(node)} is unknown, and single values of it have a chance of their own",
            random.span,
            cause="hdsl samples unknowns that are continuous, and sums over whole numbers; this is "
            "a mixture of both",
            help="leave the censoring out: an unknown is drawn from its whole distribution"
            if any(isinstance(part, CensoredTo) for part in random.walk())
            else "say it with a switch: `on ~ Bernoulli(p)`, another name for the value above "
            "zero, and the product of the two",
        )


def _what(node: Stochastic) -> str:
    name = node.name.removeprefix("missing ")
    return f"`{name}`" if name == node.name else f"a missing cell of `{name}`"


def _check_known(graph: ModelGraph, report: Report, random: Random) -> None:
    """Bounds and conditions of a censoring are known."""
    parts: tuple[tuple[Expression | None, str], ...] = ()
    if isinstance(random, CensoredTo):
        parts = ((random.lower, "a bound"), (random.upper, "a bound"))
    elif isinstance(random, CensoredIf):
        parts = ((random.condition, "the condition"),)
    for expression, what in parts:
        unknown = None if expression is None else unknown_in(graph, expression)
        if unknown is not None and expression is not None:
            report.add(
                "HB426",
                f"{what} of the censoring depends on `{unknown}`, which is unknown",
                expression.span if expression.span.end else random.span,
                labels=[Place(graph.nodes[unknown].span, f"`{unknown}` is defined here")],
                cause="which values were seen only up to a bound is known from the measurement",
                help="use numbers or data; for values that cannot be beyond an unknown bound "
                "there is `truncated to`",
            )


def _report_weights(report: Report, random: Random, total: float, where: str = "") -> None:
    report.add(
        "HB421",
        f"the chances of the mixture add up to {number_name(total)}{where}, not to 1",
        random.span,
        cause="a value comes from one of the components, with these chances",
        help="divide each by their sum",
    )


# --- with data -----------------------------------------------------------------------------------


def check_combined_values(graph: ModelGraph, run: Evaluator, report: Report) -> None:
    """The same for weights and bounds that are data."""
    for node in graph.stochastic:
        for random in node.random.walk():
            match random:
                case ListMixture():
                    _check_number(run, report, random)
                    _check_total(run, report, random)
                case IndexMixture():
                    _check_total(run, report, random)
                case CensoredTo():
                    _check_order(run, report, random)
                case _:
                    pass


def _check_number(run: Evaluator, report: Report, random: ListMixture) -> None:
    own = run.sets.get(random.over) if random.over is not None else None
    count = len(random.components)
    if own is not None and own.size != count:
        report.add(
            "HB420",
            f"`Mixture` has {own.size} chances, one for each `{random.over}`, but {count} "
            "distributions",
            random.span,
            cause="each distribution has its chance",
            help="give as many chances as distributions",
        )


def _totals(random: ListMixture | IndexMixture) -> Expression:
    if isinstance(random, IndexMixture):
        return Reduce("sum", random.weight, (random.axis,), random.where)
    first, *others = random.weights
    for weight in others:
        first = first + weight
    return first


def _check_total(run: Evaluator, report: Report, random: ListMixture | IndexMixture) -> None:
    total = _totals(random)
    if not total.names and isinstance(random, ListMixture):
        return
    if report.errors or not can_evaluate(total, run):
        return
    found = np.atleast_1d(np.asarray(run(total).array, float))
    bad = np.flatnonzero(~(np.abs(found - 1) < ROUNDING))
    if bad.size:
        where = f" for {bad.size} of {found.size} values" if found.size > 1 else ""
        _report_weights(report, random, float(found.flat[bad[0]]), where)


def _check_order(run: Evaluator, report: Report, random: CensoredTo) -> None:
    lower, upper = random.lower, random.upper
    if lower is None or upper is None or all(isinstance(e, Constant) for e in (lower, upper)):
        return
    ordered = apply("less", lower, upper)
    if report.errors or not can_evaluate(ordered, run):
        return
    holds = np.atleast_1d(np.asarray(run(ordered).array))
    bad = np.flatnonzero(holds == 0)
    if bad.size:
        low, high = (np.broadcast_to(run.array(e, run(ordered).axes), holds.shape)
                     for e in (lower, upper))  # fmt: skip
        report.add(
            "HB424",
            "the bounds of the censoring are not in order: "
            f"{number_name(float(low.flat[bad[0]]))} and "
            f"{number_name(float(high.flat[bad[0]]))}"
            + (f" (and {bad.size - 1} more)" if bad.size > 1 else ""),
            random.span,
            cause="the lower bound must be below the upper one",
            help="correct the data of the bounds; `inf` and `-inf` stand for no bound",
        )
