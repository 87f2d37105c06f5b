"""Collapse of a Normal layer onto what Normal children say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.distributions.random import Applied
from hdsl.expressions.functions import log, log1p, sqrt, where
from hdsl.expressions.linear import affine
from hdsl.expressions.rewrite import references
from hdsl.expressions.tree import Apply, Constant, Expression, Gather, apply
from hdsl.model.graph import Factor, Stochastic, whole
from hdsl.plan.phrases import family_of, listed, no_longer_whole, shown
from hdsl.plan.plan import Contribution, Drawn
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Gaussian, Piece, State, applied
from hdsl.plan.sums import Link, plain_square, product, split_factors, total


@dataclass(frozen=True)
class Child:
    """A Gaussian factor whose target is ``coefficient * parent + offset``, row by row."""

    factor: Gaussian
    coefficient: Expression
    offset: Expression
    link: Link

    @property
    def residual(self) -> Expression:
        """What the rows say of ``coefficient * parent``."""
        return self.factor.value - self.offset

    @property
    def told(self) -> Contribution:
        """What the rows add to the precision of the parent, and to precision times mean."""
        precision, coefficient = self.factor.precision, self.coefficient
        weight = _weighed(plain_square(coefficient), precision)
        moment = _weighed(_times(coefficient, self.residual), precision)
        collected = self.link.collect(weight), self.link.collect(moment)
        added = zip(("precision", "moment"), collected, strict=True)
        return Contribution(self.factor.name, tuple(added))

    @property
    def simplest_first(self) -> tuple[int, str]:
        """Children are taken in this order, whatever that of the statements."""
        return len(self.coefficient.names | self.offset.names), self.factor.name


@dataclass(frozen=True)
class _Layer:
    """A Normal layer on its way: what it is given the children taken so far."""

    mean: Expression
    sd: Expression


class NormalCollapse(Rule):
    """Integrate a Normal unknown with its Normal children, directly or through a gather.

    Children with one row for each element come first: the edge is reversed, so that the child is a
    Gaussian factor of the layer's mean (Lai, Burroni, Guan and Sheldon 2023, arXiv:2302.00564).
    Then the others at once: with Q the precision and V the value that they together give to an
    element, the layer leaves ``-Q (mean - V)^2 / (2 (1 + sd^2 Q)) - log(1 + sd^2 Q) / 2``, again a
    Gaussian factor. Residuals are taken around V, so that nothing cancels (Lai, Domke and Sheldon
    2024, arXiv:2410.24079, section 3).
    """

    name = "normal-normal"
    group = "collapse"
    meaning = "integrates a Normal unknown with the Normal quantities whose mean is linear in it"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """Every child must be Gaussian, with a mean that is linear in the unknown."""
        node = state.unknowns[name]
        if applied(node, "Normal") is None:
            return None
        return site_of_children(state, node)

    def rewrite(self, state: State, site: Site) -> State:
        """The layer becomes Gaussian factors of its own mean; the unknown is drawn afterwards."""
        (name,) = site.names
        node = state.unknowns[name]
        prior = node.random
        assert isinstance(prior, Applied)
        children: tuple[Child, ...] = site.found["children"]
        layer = _Layer(prior.parameters["mean"], prior.parameters["sd"])
        pieces = {n: p for n, p in state.pieces.items() if n != name}
        for child in children:
            if child.link.is_one_to_one:
                pieces[child.factor.name], layer = _reversed(child, node, layer)
        grouped = tuple(child for child in children if not child.link.is_one_to_one)
        definitions, spent = dict(state.definitions), dict(state.spent)
        if grouped:
            precision, value = combined(grouped)
            centre, weight = f"{name}.value", f"{name}.precision"
            definitions[centre] = (node.axes, value)
            definitions[weight] = (node.axes, precision)
            for child in grouped:
                pieces[child.factor.name] = residual(child, centre)
                spent[child.factor.name] = name
            pieces[name], layer = _absorbed(
                node, layer, whole(weight, node.axes), whole(centre, node.axes)
            )
        posterior = replace(prior, arguments=(("mean", layer.mean), ("sd", layer.sd)), written=())
        drawn = Drawn(replace(node, random=posterior), tuple(child.told for child in children))
        return replace(
            state,
            pieces=pieces,
            definitions=definitions,
            spent=spent,
            recovery=(drawn, *state.recovery),
        )

    def reason(self, state: State, site: Site) -> str:
        names = [child.factor.name for child in site.found["children"]]
        too = "is" if len(names) == 1 else "are"
        means = "whose mean is" if len(names) == 1 else "whose means are"
        return (
            f"it is Normal, and so {too} {listed(names)}, {means} linear in it: integrated out "
            "exactly, and drawn afterwards given the rest"
        )


def _times(a: Expression, b: Expression) -> Expression:
    return b if a == Constant(1.0) else a * b


def as_gaussian(piece: Piece) -> Gaussian | None:
    """A piece as a Gaussian factor: it is one, or it is an observed Normal."""
    if isinstance(piece, Gaussian):
        return piece
    random = applied(piece, "Normal")
    if random is None or not isinstance(piece, Stochastic) or not piece.is_observed:
        return None
    mean, sd = random.parameters["mean"], random.parameters["sd"]
    precision, constant = 1.0 / plain_square(sd), -log(sd) - HALF_LOG_2PI
    return Gaussian(piece.name, piece.axes, mean, piece.itself, precision, constant, piece.span)


def site_of_children(state: State, node: Stochastic) -> Site | Refusal | None:
    """All children of an unknown, in the order in which they are taken; or why one of them is none.

    An unknown without children is no site.
    """
    children: list[Child] = []
    for piece in state.children(node.name):
        child = _child_of(state, node, piece)
        if isinstance(child, Refusal):
            return child
        children.append(child)
    children.sort(key=lambda child: child.simplest_first)
    return Site((node.name,), {"children": tuple(children)}) if children else None


def _child_of(state: State, node: Stochastic, piece: Piece) -> Child | Refusal:
    """A piece as a Gaussian factor whose target is linear in an unknown; or why it is none."""

    def refuse(why: str) -> Refusal:
        return Refusal(node.name, why, piece.span)

    factor = as_gaussian(piece)
    if factor is None:
        return refuse(_not_gaussian(state, piece))
    name = f"`{shown(piece.name)}`"
    dependents = state.dependents(node.name)
    rest = (factor.value, factor.precision, factor.constant)
    if any(e.names & dependents for e in rest):
        return refuse(f"{name} depends on it in more than its mean")
    target = state.seen_through(factor.target, node.name)
    hidden = sorted(target.names & (dependents - {node.name}))
    if hidden:
        through = hidden[0].removesuffix(".parts")
        return refuse(
            f"{name} depends on it through `{through}`, whose elements are computed together"
        )
    parts = affine(target, node.name)
    if parts is None or (parts.coefficient.names | parts.offset.names) & dependents:
        return refuse(f"the mean of {name} {_not_linear(target, node.name)}")
    link = Link(factor.axes, node.axes, parts.reference)
    if link.problem is not None:
        return refuse(f"{name} {link.problem}")
    positions = [i.positions for i in parts.reference.indices if isinstance(i, Gather)]
    if not all(state.is_data(p) for p in positions):
        return refuse(f"{name} refers to it by an index that is itself unknown")
    return Child(factor, parts.coefficient, parts.offset, link)


def _not_linear(mean: Expression, name: str) -> str:
    found = references(mean, name)
    if len(found) > 1:
        return "speaks of more than one of its elements"
    if any(not reference.axes <= mean.axes for reference in found):
        return "adds up several of its elements"
    return "is not linear in it"


def _not_gaussian(state: State, piece: Piece) -> str:
    family = family_of(state, piece)
    if family is None or family == "Normal":
        return no_longer_whole(state, piece)
    return f"`{shown(piece.name)}` depends on it and is {family}, not Normal"


def _reversed(child: Child, node: Stochastic, layer: _Layer) -> tuple[Gaussian, _Layer]:
    """The edge from a layer to a child with one row for each element, turned around."""
    over_parent = child.link.over_parent
    coefficient, offset = over_parent(child.coefficient), over_parent(child.offset)
    factor = child.factor
    precision, value = over_parent(factor.precision), over_parent(factor.value)
    spread = plain_square(coefficient) * plain_square(layer.sd)
    gain = _weighed(spread, precision)
    constant = over_parent(factor.constant) - 0.5 * log1p(gain)
    predicted = coefficient * layer.mean + offset
    left = _widened(precision, spread, gain)
    marginal = Gaussian(factor.name, node.axes, predicted, value, left, constant, factor.span)
    pull = _weighed(coefficient * plain_square(layer.sd), precision) / (1.0 + gain)
    mean = layer.mean + pull * (value - predicted)
    return marginal, _Layer(mean, layer.sd / sqrt(1.0 + gain))


def _variance(precision: Expression) -> Expression | None:
    """The variance, if the precision is written as its inverse."""
    match precision:
        case Apply("divide", (Constant(1.0), variance)):
            return variance
        case _:
            return None


def _weighed(x: Expression, precision: Expression) -> Expression:
    variance = _variance(precision)
    return x * precision if variance is None else x / variance


def _widened(precision: Expression, spread: Expression, gain: Expression) -> Expression:
    """The precision after a variance is added; `gain` is their product."""
    variance = _variance(precision)
    return precision / (1.0 + gain) if variance is None else 1.0 / (variance + spread)


def _absorbed(
    node: Stochastic, layer: _Layer, precision: Expression, value: Expression
) -> tuple[Gaussian, _Layer]:
    """What a layer leaves when each element is told a value with a precision."""
    gain = plain_square(layer.sd) * precision
    growth = 1.0 + gain
    left = Gaussian(
        node.name, node.axes, layer.mean, value, precision / growth, -0.5 * log1p(gain), node.span
    )
    mean = layer.mean + gain / growth * (value - layer.mean)
    return left, _Layer(mean, layer.sd / sqrt(growth))


def combined(children: tuple[Child, ...]) -> tuple[Expression, Expression]:
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
        weight = child.link.collect(precision * plain_square(child.coefficient))
        moment = child.link.collect(precision * child.coefficient * child.residual)
        weights = weight if weights is None else weights + weight
        moments = moment if moments is None else moments + moment
    assert weights is not None
    assert moments is not None
    told = apply("less", 0.0, weights)
    value = where(told, moments / where(told, weights, 1.0), 0.0)
    return scale * weights, value


def residual(child: Child, centre: str) -> Factor:
    """What is left of a child when its rows are compared with the value they give together."""
    factor = child.factor
    difference = child.residual - child.coefficient * child.link.at_rows(centre)
    squares = total(factor.precision * plain_square(difference), factor.axes)
    constants = total(factor.constant, factor.axes)
    return Factor(factor.name, constants - 0.5 * squares, factor.span)
