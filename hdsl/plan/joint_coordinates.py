"""Coordinates for correlated normal unknowns."""

from __future__ import annotations

import numpy as np

from hdsl.distributions.joint import Joint
from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.expressions.functions import log, square, where
from hdsl.expressions.linear import sum_over
from hdsl.expressions.matrices import cholesky, log_diagonal_sum
from hdsl.expressions.tree import Constant, Expression, OfWhole, Reduce, apply
from hdsl.model.graph import Stochastic, whole
from hdsl.plan.deviations import name_of_deviations, sampled_by_deviations
from hdsl.plan.phrases import listed
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import State
from hdsl.plan.sums import total
from hdsl.plan.told import Told, told


class JointNonCentring(Rule):
    """Sample a correlated normal unknown as independent standard normal numbers.

    With L the Cholesky factor of an unknown covariance, ``f ~ MultiNormal(m, cov)`` becomes
    ``f = m + L z``, ``z ~ Normal(0, 1)``. Papaspiliopoulos, Roberts and Skold 2007, Statistical
    Science 22. Where observations tell values v with precisions Q of its elements, at least
    roughly, it is standardised given these too: ``f = m + L u``, ``A' u = z + solve(A, L' Q (v -
    m))``, ``A A' = I + L' Q L``.
    """

    name = "joint-non-centring"
    group = "coordinates"
    meaning = "samples a MultiNormal unknown of unknown spread as independent deviations"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """The unknown is MultiNormal, and its spread depends on another unknown."""
        node = state.unknowns[name]
        random = node.random
        if not isinstance(random, Joint) or random.family != "MultiNormal":
            return None
        spread = [e for n, e in random.arguments if n != "mean"]
        if not any(e.names & state.random_names for e in spread):
            return Refusal(name, "its covariance is known", node.span)
        said = None if "precision" in random.parameters else told(state, name, node.axes)
        if said is not None:
            return Site((name,), {"told": said})
        if _is_held_by_data(state, node):
            reason = (
                "there are several observations for each of its elements, which hold it in place"
            )
            return Refusal(name, reason, node.span)
        return Site((name,), {"told": None})

    def rewrite(self, state: State, site: Site) -> State:
        """The deviations are sampled; the unknown is computed from them."""
        (name,) = site.names
        node = state.unknowns[name]
        random = node.random
        assert isinstance(random, Joint)
        z = whole(name_of_deviations(name), node.axes)
        mean = random.parameters["mean"]
        deviations, narrowed = z, Constant(0.0)
        if (said := site.found["told"]) is not None:
            deviations, narrowed = _given(random, said, mean, z)
        spread, scale = _spread(random, deviations)
        value = mean + spread
        inside = Reduce("sum", -0.5 * square(deviations), random.pair[:1]) - narrowed
        usable = where(apply("undefined", inside + scale), -np.inf, inside)
        constants = sum_over(Constant(-HALF_LOG_2PI), node.axes)
        density = total(usable, node.plates) + constants
        log_scale = total(scale - narrowed, node.plates)
        return sampled_by_deviations(state, node, density, value, log_scale, {})

    def reason(self, state: State, site: Site) -> str:
        if (said := site.found["told"]) is not None:
            return (
                "MultiNormal with an unknown covariance: sampled as independent deviations from "
                f"what its prior and {listed(said.by)} say of it together, in units of what that "
                "leaves open"
            )
        return (
            "MultiNormal with an unknown covariance: sampled as independent deviations, which its "
            "Cholesky factor correlates and scales, since its spread changes with the covariance"
        )


_ENOUGH = {False: 3, True: 12}
"""So many observations for each element of an unknown, of real and of whole numbers, tell about
as much of it as a prior does that has still to be found."""


def _is_held_by_data(state: State, node: Stochastic) -> bool:
    """Whether an unknown has so many observations that its own coordinates are the better ones."""
    elements = state.elements(node.axes)
    told = 0.0
    for piece in state.children(node.name):
        count = state.elements(piece.axes) if isinstance(piece, Stochastic) else None
        if isinstance(piece, Stochastic) and piece.is_observed and count is not None:
            told += count / _ENOUGH[piece.random.is_discrete]
    return elements is not None and told >= elements


def _given(
    random: Joint, said: Told, mean: Expression, z: Expression
) -> tuple[Expression, Expression]:
    """The deviations, standardised given what is told; by how much that narrows them (log)."""
    given, pair, over = random.parameters, random.pair, random.pair[:1]
    root = cholesky(given["cov"] if "cov" in given else given["corr"], pair)
    if "sd" in given:
        root = given["sd"] * root
    factor = OfWhole("information factor", ((root, pair), (said.weights, over)), pair)
    pull = said.moments - said.weights * mean
    items = ((factor, pair), (root, pair), (pull, over), (z, over))
    return OfWhole("deviations told", items, over), log_diagonal_sum(factor, pair)


def _spread(random: Joint, z: Expression) -> tuple[Expression, Expression]:
    """Deviations with the spread that is wanted; half its log determinant."""
    given, pair, over = random.parameters, random.pair, random.pair[:1]
    if "precision" in given:
        factor = cholesky(given["precision"], pair)
        upper = OfWhole("transpose", ((factor, pair),), pair)
        solved = OfWhole("solve", ((upper, pair), (z, over)), over)
        return solved, Constant(-1.0) * log_diagonal_sum(factor, pair)
    factor = cholesky(given["cov"] if "cov" in given else given["corr"], pair)
    correlated = OfWhole("matmul", ((factor, pair), (z, over)), over)
    scale = log_diagonal_sum(factor, pair)
    if "sd" not in given:
        return correlated, scale
    return given["sd"] * correlated, scale + Reduce("sum", log(given["sd"]), over)
