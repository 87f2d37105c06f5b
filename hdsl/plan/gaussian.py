"""Collapse of a Normal layer onto what Normal children say of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from hdsl.distributions.random import Applied
from hdsl.expressions.functions import log, log1p, sqrt, square, where
from hdsl.expressions.rewrite import affine
from hdsl.expressions.tree import Constant, Expression, Gather, apply
from hdsl.model.graph import Factor, Stochastic, whole
from hdsl.plan.plan import Drawn
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Gaussian, Piece, State, applied
from hdsl.plan.sums import Link, product, split_factors, total

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class _Child:
    """A Gaussian factor whose target is ``coefficient * parent + offset``, row by row."""

    factor: Gaussian
    coefficient: Expression
    offset: Expression
    link: Link

    @property
    def residual(self) -> Expression:
        """What the rows say of ``coefficient * parent``."""
        return self.factor.value - self.offset


class NormalCollapse(Rule):
    """Integrate a Normal unknown with its Normal children, directly or through a gather.

    With Q the precision and V the value that the children together give to an element, the layer
    leaves ``-Q (mean - V)^2 / (2 (1 + sd^2 Q)) - log(1 + sd^2 Q) / 2``: again a Gaussian factor,
    now of the prior's mean. Residuals are taken around V, so that nothing cancels. Lai, Domke and
    Sheldon 2024, arXiv:2410.24079, section 3.
    """

    name = "normal-normal"
    group = "collapse"
    meaning = "integrates a Normal unknown with the Normal quantities whose mean is linear in it"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """Every child must be Gaussian, with a mean that is linear in the unknown."""
        node = state.unknowns[name]
        if applied(node, "Normal") is None:
            return None
        children: list[_Child] = []
        for piece in state.children(name):
            child = _child(state, node, piece)
            if isinstance(child, Refusal):
                return child
            children.append(child)
        return Site((name,), {"children": tuple(children)}) if children else None

    def rewrite(self, state: State, site: Site) -> State:
        """The layer becomes a Gaussian factor of its own mean; the unknown is drawn afterwards."""
        (name,) = site.names
        node = state.unknowns[name]
        prior = node.random
        assert isinstance(prior, Applied)
        mean, sd = prior.parameters["mean"], prior.parameters["sd"]
        children: tuple[_Child, ...] = site.found["children"]
        precision, value = _combined(children)
        definitions = dict(state.definitions)
        centre, weight = f"{name}.value", f"{name}.precision"
        definitions[centre] = (node.axes, value)
        definitions[weight] = (node.axes, precision)
        q, v = whole(weight, node.axes), whole(centre, node.axes)
        pieces = {n: p for n, p in state.pieces.items() if n != name}
        for child in children:
            pieces[child.factor.name] = _residual(child, centre)
        shrunk = square(sd) * q
        pieces[name] = Gaussian(
            name, node.axes, mean, v, q / (1.0 + shrunk), -0.5 * log1p(shrunk), node.span
        )
        posterior = replace(
            prior,
            arguments=(
                ("mean", mean + shrunk / (1.0 + shrunk) * (v - mean)),
                ("sd", sd / sqrt(1.0 + shrunk)),
            ),
            written=(),
        )
        drawn = Drawn(replace(node, random=posterior))
        return replace(
            state, pieces=pieces, definitions=definitions, recovery=(drawn, *state.recovery)
        )

    def reason(self, state: State, site: Site) -> str:
        children = " and ".join(f"`{child.factor.name}`" for child in site.found["children"])
        return (
            f"Normal, and the mean of {children} is linear in it: integrated out exactly, drawn "
            "afterwards from its conditional Normal"
        )


def as_gaussian(piece: Piece) -> Gaussian | None:
    """A piece as a Gaussian factor: it is one, or it is an observed Normal."""
    if isinstance(piece, Gaussian):
        return piece
    random = applied(piece, "Normal")
    if random is None or not isinstance(piece, Stochastic) or not piece.is_observed:
        return None
    mean, sd = random.parameters["mean"], random.parameters["sd"]
    return Gaussian(
        piece.name, piece.axes, mean, piece.itself, 1.0 / square(sd), -log(sd) - _HALF_LOG_2PI,
        piece.span,
    )  # fmt: skip


def _child(state: State, node: Stochastic, piece: Piece) -> _Child | Refusal:
    def refuse(why: str) -> Refusal:
        return Refusal(node.name, f"`{piece.name}` {why}", piece.span)

    factor = as_gaussian(piece)
    if factor is None:
        if isinstance(piece, Stochastic) and not piece.is_observed:
            return refuse("depends on it and is itself sampled")
        return refuse("depends on it and is not Normal")
    rest = (factor.value, factor.precision, factor.constant)
    dependent = {n for n, (_, e) in state.definitions.items() if node.name in e.names} | {node.name}
    if any(e.names & dependent for e in rest):
        return refuse("depends on it through more than its mean")
    parts = affine(factor.target, node.name)
    if parts is None or (parts.coefficient.names | parts.offset.names) & dependent:
        return refuse("has a mean that is not linear in it")
    link = Link(piece.axes, node.axes, parts.reference)
    if link.problem is not None:
        return refuse(f"cannot be summed for each of its elements: {link.problem}")
    positions = [i.positions for i in parts.reference.indices if isinstance(i, Gather)]
    if not all(state.is_data(p) for p in positions):
        return refuse("refers to it through an unknown index")
    return _Child(factor, parts.coefficient, parts.offset, link)


def _combined(children: tuple[_Child, ...]) -> tuple[Expression, Expression]:
    """Precision and value that all children together give to each element of the parent.

    With one child, what its precision has in common for all rows cancels in the value.
    """
    weights: Expression | None = None
    moments: Expression | None = None
    scale: Expression = Constant(1.0)
    for child in children:
        precision = child.factor.precision
        if len(children) == 1:
            outer, inner = split_factors(precision, child.link.summed)
            scale = child.link.over_parent(product(outer))
            precision = product(inner)
        weight = child.link.collect(precision * square(child.coefficient))
        moment = child.link.collect(precision * child.coefficient * child.residual)
        weights = weight if weights is None else weights + weight
        moments = moment if moments is None else moments + moment
    assert weights is not None and moments is not None
    told = apply("less", 0.0, weights)
    value = where(told, moments / where(told, weights, 1.0), 0.0)
    return scale * weights, value


def _residual(child: _Child, centre: str) -> Factor:
    """What is left of a child when its rows are compared with the value they give together."""
    factor = child.factor
    difference = child.residual - child.coefficient * child.link.at_rows(centre)
    squares = total(factor.precision * square(difference), factor.axes)
    constants = total(factor.constant, factor.axes)
    return Factor(factor.name, constants - 0.5 * squares, factor.span)
