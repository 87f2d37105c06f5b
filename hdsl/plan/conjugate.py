"""Collapse of a conjugate family, such as Beta with Binomial, or Gamma with Poisson children."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hdsl.distributions.distribution import Conjugacy
from hdsl.distributions.random import Applied
from hdsl.expressions.tree import Constant, Expression, Gather, Reference
from hdsl.model.graph import Factor, Stochastic
from hdsl.plan.phrases import family_of, listed, no_longer_whole, shown
from hdsl.plan.plan import Contribution, Drawn
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

    Which distributions are conjugate is declared beside them. The sum of the log normalisers'
    differences stays, written with rising factorials; the unknown is drawn afterwards from its
    conditional, which is of its own family. Gelman et al., Bayesian Data Analysis, sections 2.4,
    2.6 and 5.3.
    """

    name = "conjugate"
    group = "collapse"
    meaning = "integrates a Beta or Gamma unknown with the observations that are conjugate to it"

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
        children.sort(key=lambda child: child.node.name)
        return Site((name,), {"children": tuple(children)}) if children else None

    def rewrite(self, state: State, site: Site) -> State:
        """The prior and its children become one factor; the unknown is drawn afterwards."""
        (name,) = site.names
        node = state.unknowns[name]
        prior = node.random
        assert isinstance(prior, Applied)
        statistics: dict[str, Expression] = {}
        told: list[Contribution] = []
        spent = dict(state.spent)
        pieces = {n: p for n, p in state.pieces.items() if n != name}
        for child in site.found["children"]:
            value = child.node.itself
            found = child.conjugacy.statistics(value, **child.others)
            collected = {p: child.link.collect(statistic) for p, statistic in found.items()}
            for parameter, added in collected.items():
                earlier = statistics.get(parameter)
                statistics[parameter] = added if earlier is None else earlier + added
            told.append(Contribution(child.node.name, tuple(collected.items())))
            base = child.conjugacy.base_measure(value, **child.others)
            del pieces[child.node.name]
            spent[child.node.name] = name
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
        drawn = Drawn(replace(node, random=posterior), tuple(told))
        return replace(state, pieces=pieces, spent=spent, recovery=(drawn, *state.recovery))

    def reason(self, state: State, site: Site) -> str:
        prior = applied(state.unknowns[site.names[0]])
        assert prior is not None
        children = listed([child.node.name for child in site.found["children"]])
        family = prior.distribution.name
        return (
            f"its {family} prior is conjugate to {children}: integrated out exactly, and drawn "
            f"afterwards from its conditional, which is {family} again"
        )


def _child(state: State, node: Stochastic, prior: Applied, piece: Piece) -> _Child | Refusal:
    def refuse(why: str) -> Refusal:
        return Refusal(node.name, why, piece.span)

    family, name = prior.distribution, f"`{shown(piece.name)}`"
    written = family_of(state, piece)
    if written is not None and written not in family.conjugate_to:
        return refuse(f"{family.name} is not conjugate to the {written} of {name}")
    random = applied(piece)
    if random is None or not isinstance(piece, Stochastic) or not piece.is_observed:
        return refuse(no_longer_whole(state, piece))
    random = random.map(lambda e: state.seen_through(e, node.name))
    conjugacy = family.conjugate_to[random.distribution.name]
    dependents = state.dependents(node.name)
    others = [e for n, e in random.arguments if n != conjugacy.parameter]
    if any(e.names & dependents for e in (*others, piece.itself)):
        return refuse(f"{name} depends on it in more than its `{conjugacy.parameter}`")
    reference = random.parameters[conjugacy.parameter]
    if not isinstance(reference, Reference) or reference.name != node.name:
        return refuse(f"the `{conjugacy.parameter}` of {name} is computed from it")
    link = Link(piece.axes, node.axes, reference)
    if link.problem is not None:
        return refuse(f"{name} {link.problem}")
    positions = [i.positions for i in reference.indices if isinstance(i, Gather)]
    if not all(state.is_data(p) for p in positions):
        return refuse(f"{name} refers to it by an index that is itself unknown")
    return _Child(piece, conjugacy, link)
