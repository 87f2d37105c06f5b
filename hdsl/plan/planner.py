"""The planner: which rules apply, in which order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hdsl.diagnostics import Report
from hdsl.distributions import DISTRIBUTIONS
from hdsl.distributions.own import Joined, Own
from hdsl.expressions.functions import LINKS, square
from hdsl.expressions.linear import sum_over
from hdsl.expressions.tree import Constant, Expression, set_of
from hdsl.model.discrete import is_discrete_unknown
from hdsl.model.graph import Bound, Factor, ModelGraph, SetDeclaration, Stochastic
from hdsl.plan.bounds import Bounds
from hdsl.plan.chain_coordinates import ChainNonCentring
from hdsl.plan.conjugate import ConjugateCollapse
from hdsl.plan.coordinates import BetaCoordinates, NonCentring
from hdsl.plan.eliminate import sum_out
from hdsl.plan.gaussian import NormalCollapse
from hdsl.plan.joint_coordinates import JointNonCentring
from hdsl.plan.joint_gaussian import JointNormalCollapse
from hdsl.plan.joint_linear import JointLinearCollapse
from hdsl.plan.measured_coordinates import MeasuredCoordinates
from hdsl.plan.phrases import family_of
from hdsl.plan.plan import Note, Plan, Term, Unknown
from hdsl.plan.rows import log_prob_of
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Gaussian, Piece, State, initial_state
from hdsl.plan.sums import total

COLLAPSES: tuple[Rule, ...] = (
    ConjugateCollapse(),
    NormalCollapse(),
    JointNormalCollapse(),
    JointLinearCollapse(),
)
COORDINATES: tuple[Rule, ...] = (
    BetaCoordinates(),
    ChainNonCentring(),
    NonCentring(),
    JointNonCentring(),
    MeasuredCoordinates(),
    Bounds(),
)
RULES: tuple[Rule, ...] = (*COLLAPSES, *COORDINATES)


@dataclass(frozen=True)
class Options:
    """What the user asks of the planner.

    Attributes
    ----------
    without
        Names of rules, or of groups of rules, that are not used.
    keep
        Names of unknowns that are sampled as they are written.
    sampler
        ``"auto"``, or ``"nuts"`` to sample by NUTS even what could be drawn directly.
    """

    without: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    sampler: str = "auto"

    def allows(self, rule: Rule) -> bool:
        """Whether a rule may be used."""
        return rule.name not in self.without and rule.group not in self.without


def rule_names() -> tuple[str, ...]:
    """What `Options.without` may hold."""
    groups = dict.fromkeys(rule.group for rule in RULES)
    return (*groups, *(rule.name for rule in RULES))


def check_options(graph: ModelGraph, options: Options) -> None:
    """Refuse names of rules or unknowns that do not exist.

    Raises
    ------
    HdslError
        HB502 for a rule, HB503 for an unknown, HB514 for a discrete one.
    """
    report = Report()
    for name in sorted(options.without - set(rule_names())):
        report.add(
            "HB502",
            f"there is no rule `{name}`",
            cause=f"the rules and their groups are {', '.join(f'`{r}`' for r in rule_names())}",
        )
    unknowns = [n for n, role in graph.roles.items() if role == "parameter"]
    for name in sorted(options.keep):
        if not unknowns_named(graph, name) & set(unknowns):
            report.add(
                "HB503",
                f"there is no unknown `{name}` to keep",
                cause=f"the parameters of the model are {', '.join(f'`{n}`' for n in unknowns)}",
            )
        elif any(is_discrete_unknown(graph, n) for n in unknowns_named(graph, name)):
            report.add(
                "HB514",
                f"`{name}` is discrete and cannot be kept",
                cause="a discrete unknown is never sampled: it is summed out, and drawn afterwards",
                help="leave it out of `--keep`",
            )
    report.raise_errors()


def unknowns_named(graph: ModelGraph, name: str) -> frozenset[str]:
    """The stochastic nodes that a name of the file means: itself, its parts, or its link."""
    if name in graph.unknowns:
        return frozenset((name,))
    if name in graph.vectors:
        return frozenset((graph.vectors[name],))
    if name in graph.assembled:
        nodes = (part.node for part in graph.assembled[name][1])
        return frozenset[str]().union(*(unknowns_named(graph, node) for node in nodes))
    return frozenset(f"{link}({name})" for link in LINKS) & graph.unknowns


def make_plan(
    graph: ModelGraph, options: Options | None = None, bound: Bound | None = None
) -> Plan:
    """Plan the computation of a posterior.

    The structure of the plan depends on the model and on the sizes of its index sets, as far as
    these are known, never on other data; sizes say only which of two effects leaves that cannot
    both leave. Statements may stand in any order.

    Raises
    ------
    HdslError
        HB512, HB513: a discrete unknown cannot be summed out.
    """
    options = options or Options()
    kept = (unknowns_named(graph, name) for name in options.keep)
    options = replace(options, keep=frozenset[str]().union(*kept))
    sizes = _sizes(graph, bound)
    allowed = [rule for rule in COLLAPSES if options.allows(rule)]
    state = sum_out(
        _forward(replace(initial_state(graph), sizes=_sizes(graph, bound), bound=bound)),
        allowed,
        options.keep,
        sizes,
        bound,
    )
    collapsed = _collapse_plates(state, options, sizes)
    everything = _collapse_all(collapsed, options)
    if options.sampler == "nuts":
        collapsed = collapsed if collapsed.unknowns else state
    elif everything is not None:
        collapsed = everything
    stays = _NUTS_ASKED if everything is not None else _OTHERS_STAY
    return _finished(_change_coordinates(_note_refusals(collapsed, options, stays), options))


_OTHERS_STAY = (
    "it could be, but other unknowns would still be sampled, and one number more costs little"
)
_NUTS_ASKED = "it could be, but NUTS was asked for and needs something to sample"


def _sizes(graph: ModelGraph, bound: Bound | None) -> Mapping[str, int]:
    """The sizes that are known, of index sets and of other axes."""
    listed = {n: size for n, s in graph.sets.items() if (size := _declared_size(s)) is not None}
    if bound is None:
        return listed
    return listed | {name: s.size for name, s in bound.sets.items()} | dict(bound.sizes)


def _declared_size(declared: SetDeclaration) -> int | None:
    """The size of an index set, if the file alone gives it."""
    if declared.labels is not None:
        return len(declared.labels)
    match declared.bounds:
        case Constant(lower), Constant(upper), Constant(step) if step > 0:
            return max(0, math.floor((upper - lower) / step + 1e-9) + 1)
        case _:
            return None


def _match(rule: Rule, state: State, name: str) -> Site | Refusal | None:
    found = rule.match(state, name)
    if isinstance(found, Site) and not rule.takes_recursions:
        for unknown in found.names:
            if state.needs_itself(unknown):
                why = "each of its elements depends on earlier ones"
                return Refusal(unknown, why, state.unknowns[unknown].span)
    return found


# --- forward --------------------------------------------------------------------------------------


def _forward(state: State) -> State:
    """Predictions leave the density: nothing observed depends on them."""
    predictions = [n for n, role in state.graph.roles.items() if role == "prediction"]
    pieces = {n: p for n, p in state.pieces.items() if n not in predictions}
    state = replace(state, pieces=pieces)
    for name in predictions:
        node = state.graph.nodes[name]
        reason = "nothing observed depends on it: drawn forward from each posterior draw"
        state = state.noting(Note("forward", (name,), True, reason, node.span, "forward"))
    return state


# --- collapse -------------------------------------------------------------------------------------


def _collapse_plates(state: State, options: Options, sizes: Mapping[str, int]) -> State:
    """Integrate families of unknowns, leaves first, the largest first among several."""
    while True:
        sites = [
            (rule, site)
            for rule in COLLAPSES
            if options.allows(rule)
            for name, node in state.unknowns.items()
            if node.axes and name not in options.keep
            if isinstance(site := _match(rule, state, name), Site)
        ]
        if not sites:
            return state
        rule, site = max(sites, key=lambda s: (*_elements(state, s[1], sizes), s[1].names))
        state = _apply(state, rule, site)


def _elements(state: State, site: Site, sizes: Mapping[str, int]) -> tuple[int, int]:
    """How much leaves with a family: its elements where they are known, else its axes."""
    axes = state.unknowns[site.names[0]].axes
    known = (sizes.get(axis, sizes.get(set_of(axis), 1000)) for axis in axes)
    return math.prod(known), len(axes)


def _collapse_all(state: State, options: Options) -> State | None:
    """Integrate single numbers too, if that leaves nothing to sample."""
    while state.unknowns:
        if options.keep & state.unknowns.keys():
            return None
        for name in sorted(state.unknowns):
            found = [
                (rule, site)
                for rule in COLLAPSES
                if options.allows(rule) and isinstance(site := _match(rule, state, name), Site)
            ]
            if found:
                state = _apply(state, *found[0])
                break
        else:
            return None
    return None if state.bare else state


def _note_refusals(state: State, options: Options, stays: str) -> State:
    """Say of each unknown that stays why no collapse took it."""
    for name, node in state.unknowns.items():
        if name in options.keep:
            note = Note("keep", (name,), False, "kept as written, as asked", node.span, "keep")
        else:
            note = _refusal(state, options, node, stays)
        state = state.noting(note)
    return state


def _refusal(state: State, options: Options, node: Stochastic, stays: str) -> Note:
    for rule in COLLAPSES:
        found = _match(rule, state, node.name)
        if isinstance(found, Site):
            reason = stays if options.allows(rule) else "the rule is switched off"
            return rule.note((node.name,), False, reason, node.span)
        if isinstance(found, Refusal):
            return rule.refusal(found)
    reason = _no_closed_form(state, node)
    if _could_be_beta(state, node):
        reason += "; `Beta(1, 1)` says the same, and has one"
    return Note("collapse", (node.name,), False, reason, node.span, "collapse")


def _no_closed_form(state: State, node: Stochastic) -> str:
    if isinstance(node.random, Own | Joined):
        return f"no closed form is known for `{node.random.family}`, a density of the file's own"
    return f"no closed form is known for {node.random.family} priors"


def _could_be_beta(state: State, node: Stochastic) -> bool:
    """Whether a prior is Uniform(0, 1), and Beta conjugate to all that depends on it."""
    if node.random.family != "Uniform" or node.random.expressions != (Constant(0.0), Constant(1.0)):
        return False
    conjugate_to = DISTRIBUTIONS["Beta"].conjugate_to
    return all(family_of(state, piece) in conjugate_to for piece in state.children(node.name))


def _apply(state: State, rule: Rule, site: Site) -> State:
    span = state.unknowns[site.names[0]].span
    note = rule.note(site.names, True, rule.reason(state, site), span)
    return rule.rewrite(state, site).noting(note)


# --- coordinates ----------------------------------------------------------------------------------


def _change_coordinates(state: State, options: Options) -> State:
    """Change the coordinates of what remains."""
    for rule in COORDINATES:
        for name in tuple(state.unknowns):
            if name not in state.unknowns:
                continue
            found = _match(rule, state, name)
            if isinstance(found, Refusal) and name not in options.keep:
                state = state.noting(rule.refusal(found))
            elif isinstance(found, Site):
                state = _in_coordinates(state, rule, found, options)
    return state


def _in_coordinates(state: State, rule: Rule, site: Site, options: Options) -> State:
    kept = sorted(set(site.names) & options.keep)
    if options.allows(rule) and not kept:
        return _apply(state, rule, site)
    reason = f"`{kept[0]}` is kept as written" if kept else "the rule is switched off"
    names = tuple(name for name in site.names if name not in kept)
    if not names:
        return state
    span = state.unknowns[site.names[0]].span
    return state.noting(rule.note(names, False, reason, span))


# --- the plan -------------------------------------------------------------------------------------


def _finished(state: State) -> Plan:
    left = {**state.unknowns, **state.bare}
    unknowns = [
        Unknown(
            name,
            left[name].axes,
            state.supports.get(name, left[name].random.support),
            left[name].span,
        )
        # Bounds may depend on all others, and on bounds that were found before.
        for name in (*(n for n in state.graph.nodes if n not in state.supports), *state.supports)
        if name in left
    ]
    terms = tuple(Term(p.name, _log_density(state, p), p.span) for p in state.pieces.values())
    predictions = tuple(n for n, role in state.graph.roles.items() if role == "prediction")
    names = [*state.replaced, *unknowns]
    return Plan(
        state.graph,
        tuple(names),
        terms,
        state.recovery,
        predictions,
        state.notes,
        "nuts" if names else "direct",
        state.definitions,
    )


def _log_density(state: State, piece: Piece) -> Expression:
    """The log of a piece as one number."""
    match piece:
        case Factor():
            return piece.expression
        case Gaussian():
            squares = piece.precision * square(piece.target - piece.value)
            return total(piece.constant, piece.axes) - 0.5 * total(squares, piece.axes)
        case Stochastic():
            return sum_over(log_prob_of(state, piece), piece.plates)
