"""Censored observations of which nothing tells how new data would be censored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hdsl.density.sizes import data_evaluator
from hdsl.distributions.censored import CensoredIf, CensoredTo
from hdsl.distributions.choice import Choice
from hdsl.distributions.random import Random
from hdsl.expressions.evaluate import Evaluator, Value, broadcast
from hdsl.expressions.functions import where
from hdsl.expressions.tree import Constant, Expression, apply
from hdsl.model.graph import Bound, Stochastic

AT_LEAST, AT_MOST = 1, -1


def as_new_data(node: Stochastic, bound: Bound, run: Evaluator) -> Random:
    """The distribution from which new data are drawn in place of an observation.

    It is censored where the limits are known for all data. Limits that are known only for the
    data that reached them are left out: cut at these, new data would be like no data at all.
    """
    if not _is_given(node, bound):
        return node.random
    return _without_limits(node.random, node, run)


def censored_data(bound: Bound) -> dict[str, Value]:
    """Which data are bounds, where as new data they would not be.

    Returns
    -------
    By the name of the observation, with its axes: 1 where the value is at least the datum, -1
    where it is at most this, and 0 elsewhere. Observations without such data are left out.
    """
    found: dict[str, Value] = {}
    for node in bound.graph.stochastic:
        if not _is_given(node, bound) or not _can_be_censored(node.random):
            continue
        definitions = {n: d for n, d in bound.graph.definitions.items() if n not in bound.values}
        expressions = (*node.random.expressions, node.itself)
        bodies = (body for _, body in definitions.values())
        run = data_evaluator(bound, (*expressions, *bodies), {}, definitions)
        sides = _sides(node.random, node, run)
        if sides is not None:
            value = broadcast(run, run(sides), node.axes)
            found[node.name] = Value(np.array(value.array, np.int8), node.axes)
    return found


def _is_given(node: Stochastic, bound: Bound) -> bool:
    """Whether the observed values are there; they are not where data are simulated."""
    if node.value is None:
        return False
    ancestors = (bound.graph.ancestors.get(name, frozenset[str]()) for name in node.value.names)
    needed = node.value.names.union(*ancestors)
    return all(name in bound.values for name in needed if name in bound.graph.data)


def _can_be_censored(random: Random) -> bool:
    if isinstance(random, Choice):
        return _can_be_censored(random.then) or _can_be_censored(random.otherwise)
    return isinstance(random, CensoredIf | CensoredTo)


def _without_limits(random: Random, node: Stochastic, run: Evaluator) -> Random:
    match random:
        case Choice():
            then = _without_limits(random.then, node, run)
            return replace(
                random, then=then, otherwise=_without_limits(random.otherwise, node, run)
            )
        case CensoredTo(lower=lower, upper=upper):
            if lower is not None and _known_only_where_reached(lower, AT_MOST, node, run):
                lower = None
            if upper is not None and _known_only_where_reached(upper, AT_LEAST, node, run):
                upper = None
            if lower is None and upper is None:
                return random.base
            return replace(random, lower=lower, upper=upper)
        case _:
            return random


def _sides(random: Random, node: Stochastic, run: Evaluator) -> Expression | None:
    """For each datum the side on which it is a bound; `None` where none is."""
    match random:
        case CensoredIf():
            return where(random.condition, float(AT_LEAST), 0.0)
        case CensoredTo():
            found: Expression | None = None
            for end, side in ((random.lower, AT_MOST), (random.upper, AT_LEAST)):
                if end is not None and _known_only_where_reached(end, side, node, run):
                    found = where(_reached(end, side, node), float(side), found or Constant(0.0))
            return found
        case Choice():
            then = _sides(random.then, node, run)
            otherwise = _sides(random.otherwise, node, run)
            if then is None and otherwise is None:
                return None
            return where(random.condition, then or Constant(0.0), otherwise or Constant(0.0))
        case _:
            return None


def _reached(end: Expression, side: int, node: Stochastic) -> Expression:
    value = node.itself
    return apply("less_equal", *((end, value) if side == AT_LEAST else (value, end)))


def _known_only_where_reached(end: Expression, side: int, node: Stochastic, run: Evaluator) -> bool:
    """Whether some data have no limit, and all others are at theirs."""
    limits = broadcast(run, run(end), node.axes)
    finite = np.isfinite(np.asarray(limits.array, float))
    if finite.all() or not finite.any():
        return False
    reached = broadcast(run, run(_reached(end, side, node)), node.axes)
    return bool(np.asarray(reached.array, bool)[finite].all())
