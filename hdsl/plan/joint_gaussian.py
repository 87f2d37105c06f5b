"""Collapse of a correlated normal vector onto what Normal children say of its elements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hdsl.distributions.joint import Joint
from hdsl.distributions.multinormal import NORMAL_BY_ROOT
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Expression, OfWhole, apply
from hdsl.model.graph import Factor, Stochastic, whole
from hdsl.plan.gaussian import Child, combined, residual, site_of_children
from hdsl.plan.phrases import listed
from hdsl.plan.plan import Contribution, Drawn
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import State
from hdsl.plan.sums import total


class JointNormalCollapse(Rule):
    """Integrate a MultiNormal unknown with the Normal quantities of which it is the mean.

    With Q the precision and V the value that the children together give to each element, the
    vector leaves ``Normal(V | mean, cov + 1 / Q)``: a Gaussian process with its noise. Rasmussen
    and Williams 2006, Gaussian Processes for Machine Learning, section 2.2 and algorithm 3.2.
    """

    name = "multinormal-normal"
    group = "collapse"
    meaning = "integrates a MultiNormal unknown with Normal quantities that measure its elements"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """Every child must be Gaussian, with a mean that is linear in one element of the vector."""
        node = state.unknowns[name]
        random = node.random
        if not isinstance(random, Joint) or random.family != "MultiNormal":
            return None
        return site_of_children(state, node)

    def rewrite(self, state: State, site: Site) -> State:
        """The vector becomes a factor of its mean and covariance; it is drawn afterwards."""
        (name,) = site.names
        node = state.unknowns[name]
        random = node.random
        assert isinstance(random, Joint)
        children: tuple[Child, ...] = site.found["children"]
        precision, value = combined(children)
        centre, weight = f"{name}.value", f"{name}.precision"
        definitions = {
            **state.definitions,
            centre: (node.axes, value),
            weight: (node.axes, precision),
        }
        pieces, spent = dict(state.pieces), dict(state.spent)
        for child in children:
            pieces[child.factor.name] = residual(child, centre)
            spent[child.factor.name] = name
        pair, over = random.pair, random.pair[:1]
        cov = covariance(random)
        q = whole(weight, node.axes)
        apart = whole(centre, node.axes) - random.parameters["mean"]
        evidence = OfWhole("normal evidence", ((cov, pair), (q, over), (apart, over)))
        root = OfWhole("normal posterior root", ((cov, pair), (q, over)), pair)
        state = replace(state, pieces=pieces, definitions=definitions, spent=spent)
        told = tuple(child.told for child in children)
        return drawn_by_root(state, node, evidence, root, q * apart, told)

    def reason(self, state: State, site: Site) -> str:
        names = [child.factor.name for child in site.found["children"]]
        verb = "measures" if len(names) == 1 else "measure"
        return (
            f"it is MultiNormal, and {listed(names)} {verb} its elements with Normal errors: "
            "integrated out exactly, and drawn afterwards given the rest"
        )


def drawn_by_root(
    state: State,
    node: Stochastic,
    evidence: Expression,
    root: Expression,
    pull: Expression,
    told: tuple[Contribution, ...],
) -> State:
    """The state once a normal vector has left its evidence, and is drawn afterwards.

    Given the rest, its mean is moved by ``root @ transpose(root) @ pull``, and its covariance is
    ``root @ transpose(root)``.
    """
    random = node.random
    assert isinstance(random, Joint)
    pair, over = random.pair, random.pair[:1]
    evidence = where(apply("undefined", evidence), -np.inf, evidence)
    left = Factor(node.name, total(evidence, node.plates), node.span)
    step = OfWhole("root times its transpose times", ((root, pair), (pull, over)), over)
    posterior = replace(
        random,
        distribution=NORMAL_BY_ROOT,
        arguments=(("mean", random.parameters["mean"] + step), ("root", root)),
        written=(),
    )
    return replace(
        state,
        pieces={**state.pieces, node.name: left},
        recovery=(Drawn(replace(node, random=posterior), told), *state.recovery),
    )


def covariance(random: Joint) -> Expression:
    """The covariance matrix of a MultiNormal, however it is given."""
    given = random.parameters
    row, column = random.pair
    if "cov" in given:
        return given["cov"]
    if "precision" in given:
        return OfWhole("inverse", ((given["precision"], random.pair),), random.pair)
    return given["sd"] * rename_axes(given["sd"], {row: column}) * given["corr"]
