"""Collapse of correlated effects: a normal vector whose elements enter a mean together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count, islice

from hdsl.distributions.joint import Joint
from hdsl.expressions.functions import square, where
from hdsl.expressions.linear import LinearTerm, linear
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Along,
    At,
    Constant,
    Expression,
    Gather,
    LabelPosition,
    OfWhole,
    Position,
    Reduce,
    Reference,
    apply,
    set_of,
)
from hdsl.model.graph import Factor, Stochastic, whole
from hdsl.plan.gaussian import as_gaussian
from hdsl.plan.joint_gaussian import covariance, drawn_by_root
from hdsl.plan.phrases import listed, shown
from hdsl.plan.plan import Contribution
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Gaussian, Piece, State
from hdsl.plan.sums import Link, total

LONGEST = 32
"""Of the vector: each element of the plates takes the cube of its length."""


@dataclass(frozen=True)
class _Child:
    """A Gaussian factor whose target is a sum of terms linear in the vector, and an offset."""

    factor: Gaussian
    terms: tuple[LinearTerm, ...]
    offset: Expression
    link: Link

    def coefficients(self, axis: str) -> Expression:
        """The coefficient of each element of the vector, along `axis`."""
        result: Expression = Constant(0.0)
        for term in self.terms:
            index = term.reference.indices[-1]
            if isinstance(index, At):
                here = apply("equal", Position(axis), LabelPosition(set_of(axis), index.label))
                part = where(here, term.coefficient, 0.0)
            else:
                part = rename_axes(term.coefficient, {term.over[0]: axis})
            result = part if result == Constant(0.0) else result + part
        return result

    def told(self, name: str, row: str, column: str) -> Contribution:
        """What the rows add to the vector's precision, and to precision times mean.

        The coefficients are called `name` there.
        """
        rows = tuple(
            axis
            for axis in self.factor.axes
            if any(axis in term.coefficient.axes for term in self.terms)
        )
        along, across = (whole(name, (*rows, axis)) for axis in (row, column))
        collect, precision = self.link.collect, self.factor.precision
        left = self.factor.value - self.offset
        added = (
            ("precision", collect(precision * (along * across))),
            ("moment", collect(precision * (along * left))),
        )
        parts = (
            (Reference(name, (*map(Along, rows), term.reference.indices[-1])), term.coefficient)
            for term in self.terms
        )
        return Contribution(self.factor.name, added, tuple(parts))

    def residual(self, mean: str) -> Expression:
        """What is left of the value at the mean of the vector."""
        predicted = self.offset
        for term in self.terms:
            part = term.coefficient * Reference(mean, term.reference.indices)
            predicted = predicted + (Reduce("sum", part, term.over) if term.over else part)
        return self.factor.value - predicted


class JointLinearCollapse(Rule):
    """Integrate a MultiNormal unknown with Normal quantities whose means combine its elements.

    Of ``beta[g, k] ~ MultiNormal(m, S)`` and ``y[i] ~ Normal(sum(C[i, k] * beta[g[i], k]), s)`` the
    vectors leave ``u' (1/S + A)^-1 u / 2 - log|I + S A| / 2``, where A is the sum of ``C C' / s^2``
    for each g, and u that of ``C (y - C m) / s^2``. Lindley and Smith 1972, Journal of the Royal
    Statistical Society B 34, 1-41, section 3.
    """

    name = "multinormal-linear"
    group = "collapse"
    meaning = "integrates a MultiNormal unknown with Normal quantities linear in its elements"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """Every child must be Gaussian, with a mean that is linear in the vector."""
        node = state.unknowns[name]
        if not isinstance(node.random, Joint) or node.random.family != "MultiNormal":
            return None
        length = state.elements(node.random.pair[:1])
        if length is not None and length > LONGEST:
            return Refusal(name, f"its vectors have more than {LONGEST} elements", node.span)
        children: list[_Child] = []
        for piece in state.children(name):
            child = _child_of(state, node, piece)
            if isinstance(child, Refusal):
                return child
            children.append(child)
        return Site((name,), {"children": tuple(children)}) if children else None

    def rewrite(self, state: State, site: Site) -> State:
        """The vector becomes a factor of its mean and covariance; it is drawn afterwards."""
        (name,) = site.names
        node = state.unknowns[name]
        random = node.random
        assert isinstance(random, Joint)
        row, column = random.pair
        mean, told, pulled = f"{name}.mean", f"{name}.information", f"{name}.pull"
        information: Expression = Constant(0.0)
        pull: Expression = Constant(0.0)
        pieces, spent = dict(state.pieces), dict(state.spent)
        said: list[Contribution] = []
        for child in site.found["children"]:
            factor, apart = child.factor, child.residual(mean)
            along, across = child.coefficients(row), child.coefficients(column)
            information = information + child.link.collect(factor.precision * (along * across))
            pull = pull + child.link.collect(factor.precision * (along * apart))
            squares = total(factor.precision * square(apart), factor.axes)
            left = total(factor.constant, factor.axes) - 0.5 * squares
            pieces[factor.name] = Factor(factor.name, left, factor.span)
            spent[factor.name] = name
            said.append(child.told(_free_name(state, len(said)), row, column))
        definitions = {
            **state.definitions,
            mean: (node.axes, random.parameters["mean"]),
            told: ((*node.axes, column), information),
            pulled: (node.axes, pull),
        }
        cov, pair, over = covariance(random), random.pair, random.pair[:1]
        a, u = whole(told, (*node.axes, column)), whole(pulled, node.axes)
        evidence = OfWhole("linear evidence", ((cov, pair), (a, pair), (u, over)))
        root = OfWhole("linear posterior root", ((cov, pair), (a, pair)), pair)
        state = replace(state, pieces=pieces, definitions=definitions, spent=spent)
        return drawn_by_root(state, node, evidence, root, u, tuple(said))

    def reason(self, state: State, site: Site) -> str:
        names = [child.factor.name for child in site.found["children"]]
        mean = "whose mean is" if len(names) == 1 else "whose means are"
        too = "is" if len(names) == 1 else "are"
        return (
            f"it is MultiNormal, and {listed(names)}, {mean} linear in its elements, {too} Normal: "
            "integrated out exactly, and drawn afterwards given the rest"
        )


def _free_name(state: State, number: int) -> str:
    """A short name that the file does not use."""
    taken = state.graph.nodes.keys() | state.graph.data.keys()
    names = (name + "'" * k for k in count() for name in ("x", "c", "w"))
    return next(islice((name for name in names if name not in taken), number, None))


def _child_of(state: State, node: Stochastic, piece: Piece) -> _Child | Refusal:
    """A piece as a Gaussian factor whose target is linear in a vector; or why it is none."""

    def refuse(why: str) -> Refusal:
        return Refusal(node.name, f"`{shown(piece.name)}` {why}", piece.span)

    factor = as_gaussian(piece)
    if factor is None:
        return refuse("depends on it and is not Normal")
    dependents = state.dependents(node.name)
    rest = (factor.value, factor.precision, factor.constant)
    if any(e.names & dependents for e in rest):
        return refuse("depends on it in more than its mean")
    found = linear(state.seen_through(factor.target, node.name), node.name)
    if found is None or any(e.names & dependents for e in _given(*found)):
        return refuse("has a mean that is not linear in it")
    terms, offset = found
    plates = {term.reference.indices[:-1] for term in terms}
    if len(plates) > 1:
        return refuse("speaks of more than one of its vectors")
    (indices,) = plates
    link = Link(factor.axes, node.plates, Reference(node.name, indices))
    if link.problem is not None:
        return refuse(link.problem)
    if not all(state.is_data(i.positions) for i in indices if isinstance(i, Gather)):
        return refuse("refers to it by an index that is itself unknown")
    own = {set_of(axis) for axis in node.axes if axis not in node.plates}
    if own & {set_of(axis) for axis in factor.axes} or not all(map(_is_plain, terms)):
        return refuse("takes its elements by an index that varies from row to row")
    return _Child(factor, terms, offset, link)


def _given(terms: tuple[LinearTerm, ...], offset: Expression) -> tuple[Expression, ...]:
    return offset, *(term.coefficient for term in terms)


def _is_plain(term: LinearTerm) -> bool:
    """Whether a term takes one element by its label, or sums over all of them."""
    match term.reference.indices[-1]:
        case At():
            return not term.over
        case Along(axis):
            return term.over == (axis,)
        case _:
            return False
