"""Vectors that must add up to 1, or increase: refused where nothing makes them so."""

from __future__ import annotations

import numpy as np

from hdsl.data.mistakes import counted
from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.joint import ROUNDING, Joint
from hdsl.distributions.mixture import IndexMixture
from hdsl.distributions.ordered import OrderedCategory
from hdsl.distributions.random import Applied, Random
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Expression, Reduce, Reference, set_of
from hdsl.model.element_names import number_name
from hdsl.model.evaluable import can_evaluate
from hdsl.model.graph import ModelGraph, Stochastic


def check_whole_arguments(graph: ModelGraph, report: Report) -> None:
    """Refuse vectors of independent unknowns where their elements must obey something together."""
    for node in graph.stochastic:
        for random in node.random.walk():
            match random:
                case OrderedCategory():
                    _check_cuts(graph, report, random)
                case Categorical():
                    _check_chances(graph, report, random, random.p)
                case IndexMixture():
                    _check_chances(graph, report, random, random.weight)
                case Joint() if random.family == "Multinomial" and "p" in random.parameters:
                    _check_chances(graph, report, random, random.parameters["p"])
                case _:
                    pass


def _check_cuts(graph: ModelGraph, report: Report, random: OrderedCategory) -> None:
    node = _independent(graph, random.cuts)
    if node is None:
        return
    report.add(
        "HB437",
        f"nothing puts the cuts `{node.name}` in order",
        random.span,
        labels=[Place(node.span, "each is drawn by itself")],
        cause=f"the cuts of `{random.family}` increase from one category to the next",
        help=f"write `{_left(node)} ~ Ordered({_distribution(graph, node)})`",
    )


def _check_chances(graph: ModelGraph, report: Report, random: Random, p: Expression) -> None:
    node = _independent(graph, p)
    if node is None:
        return
    report.add(
        "HB484",
        f"nothing makes the elements of `{node.name}` add up to 1",
        random.span,
        labels=[Place(node.span, "each is drawn by itself")],
        cause=f"the chances of `{random.family}` add up to 1",
        help=f"write `{_left(node)} ~ Dirichlet(1)`, or divide them by their sum",
    )


def _independent(graph: ModelGraph, argument: Expression) -> Stochastic | None:
    """The unknown of which an argument is the whole, where its elements are drawn one by one."""
    if not isinstance(argument, Reference):
        return None
    node = graph.nodes.get(argument.name)
    if not isinstance(node, Stochastic) or node.is_observed or not node.axes:
        return None
    # Bounds that depend on a neighbour may put the elements in order.
    random = node.random
    return node if isinstance(random, Applied) and node.name not in random.names else None


def _left(node: Stochastic) -> str:
    return f"{node.name}[{', '.join(set_of(axis) for axis in node.axes)}]"


def _distribution(graph: ModelGraph, node: Stochastic) -> str:
    return graph.source.excerpt(node.random.span) or "…"


# --- with data -----------------------------------------------------------------------------------


def check_whole_values(graph: ModelGraph, run: Evaluator, report: Report) -> None:
    """Refuse known chances of `Categorical` that do not add up to 1, and cuts too many or few."""
    for node in graph.stochastic:
        for random in node.random.walk():
            if isinstance(random, OrderedCategory):
                _check_number_of_cuts(run, report, random)
            if not isinstance(random, Categorical) or report.errors:
                continue
            total = Reduce("sum", random.p, (random.axis,))
            if not can_evaluate(total, run):
                continue
            found = np.atleast_1d(np.asarray(run(total).array, float))
            bad = np.flatnonzero(~(np.abs(found - 1) < ROUNDING))
            if bad.size:
                report.add(
                    "HB484",
                    f"the chances of `Categorical` add up to {number_name(float(found[bad[0]]))}",
                    random.span,
                    cause="one of the labels is drawn, so their chances add up to 1",
                    help="divide them by their sum",
                )


def _check_number_of_cuts(run: Evaluator, report: Report, random: OrderedCategory) -> None:
    if random.set_name is None or random.set_name not in run.sets:
        return
    if not can_evaluate(random.number_of_cuts, run):
        return
    cuts = int(run(random.number_of_cuts).array)
    categories = run.sets[random.set_name].size
    if cuts != categories - 1:
        report.add(
            "HB437",
            f"`{random.set_name}` has {counted(categories, 'label')}, but there are "
            f"{counted(cuts, 'cut')}",
            random.span,
            cause="cuts divide one category from the next, so there is one less than categories",
            help=f"give it {counted(categories - 1, 'cut')}",
        )
