"""Collapse of a conjugate family: Beta with Binomial, Bernoulli or Geometric children."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hdsl.distributions.distribution import Conjugacy
from hdsl.distributions.random import Applied
from hdsl.expressions.rewrite import references
from hdsl.expressions.tree import Constant, Expression, Reference
from hdsl.model.graph import Factor, Stochastic
from hdsl.plan.plan import Drawn
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Piece, State, applied
from hdsl.plan.sums import Link, total


@dataclass(frozen=True)
class _Child:
    node: Stochastic
    conjugacy: Conjugacy
    link: Link

    @property
    def others(self) -> dict[str, Expression]:
        random = self.node.random
        assert isinstance(random, Applied)
        return {n: e for n, e in random.arguments if n != self.conjugacy.parameter}


class ConjugateCollapse(Rule):
    """Integrate an unknown with its conjugate observations.

    The sum of the log normalisers' differences stays, written with rising factorials; the unknown
    is drawn afterwards from its conditional, which is of its own family. Gelman et al., Bayesian
    Data Analysis, sections 2.4 and 5.3.
    """

    name = "beta-binomial"
    group = "collapse"
    meaning = "integrates a Beta unknown with the counts that depend on it"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """Every child must be an observation whose parameter is the unknown itself."""
        node = state.unknowns[name]
        prior = applied(node)
        if prior is None or not prior.distribution.conjugate_to:
            return None
        children: list[_Child] = []
        for piece in state.children(name):
            child = _child(state, node, prior, piece)
            if isinstance(child, Refusal):
                return child
            children.append(child)
        return Site((name,), {"children": tuple(children)})

    def rewrite(self, state: State, site: Site) -> State:
        """The prior and its children become one factor; the unknown is drawn afterwards."""
        (name,) = site.names
        node = state.unknowns[name]
        prior = node.random
        assert isinstance(prior, Applied)
        statistics: dict[str, Expression] = {}
        pieces = {n: p for n, p in state.pieces.items() if n != name}
        for child in site.found["children"]:
            value = child.node.itself
            for parameter, statistic in child.conjugacy.statistics(value, **child.others).items():
                added = child.link.collect(statistic)
                earlier = statistics.get(parameter)
                statistics[parameter] = added if earlier is None else earlier + added
            base = child.conjugacy.base_measure(value, **child.others)
            del pieces[child.node.name]
            if base != Constant(0.0):
                constant = total(base, child.node.axes)
                pieces[child.node.name] = Factor(child.node.name, constant, child.node.span)
        evidence = prior.distribution.log_evidence(prior.parameters, statistics)
        pieces[name] = Factor(name, total(evidence, node.axes), node.span)
        posterior = replace(
            prior,
            arguments=tuple((p, value + statistics[p]) for p, value in prior.arguments),
            written=(),
        )
        drawn = Drawn(replace(node, random=posterior))
        return replace(state, pieces=pieces, recovery=(drawn, *state.recovery))

    def reason(self, state: State, site: Site) -> str:
        prior = applied(state.unknowns[site.names[0]])
        assert prior is not None
        children = " and ".join(f"`{child.node.name}`" for child in site.found["children"])
        family = prior.distribution.name
        return (
            f"{family} is conjugate to what {children} says of it: integrated out exactly, "
            f"drawn afterwards from its conditional {family}"
        )


def _child(state: State, node: Stochastic, prior: Applied, piece: Piece) -> _Child | Refusal:
    def refuse(why: str) -> Refusal:
        return Refusal(node.name, f"`{piece.name}` {why}", piece.span)

    family = prior.distribution
    if not isinstance(piece, Stochastic):
        written = isinstance(state.graph.nodes.get(piece.name), Factor)
        return refuse("depends on it" if written else "was integrated out before and depends on it")
    if not piece.is_observed:
        return refuse("depends on it and is not observed")
    random = applied(piece)
    conjugacy = family.conjugate_to.get(random.distribution.name) if random else None
    if random is None or conjugacy is None:
        kind = random.distribution.name if random else "what it is drawn from"
        return refuse(f"depends on it, but {kind} is not conjugate to {family.name}")
    found = {r for e in random.expressions for r in references(e, node.name)}
    reference = random.parameters[conjugacy.parameter]
    if found != {reference} or not isinstance(reference, Reference):
        return refuse(f"has a `{conjugacy.parameter}` that is computed from it, not the quantity itself")
    others = [e for n, e in random.arguments if n != conjugacy.parameter]
    if any(node.name in e.names for e in others):
        return refuse("depends on it through another argument as well")
    link = Link(piece.axes, node.axes, reference)
    if link.problem is not None:
        return refuse(f"cannot be summed for each of its elements: {link.problem}")
    if not all(state.is_data(i.positions) for i in reference.indices if hasattr(i, "positions")):  # pyright: ignore
        return refuse("refers to it through an unknown index")
    return _Child(piece, conjugacy, link)
