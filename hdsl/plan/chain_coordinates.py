"""Coordinates for Normal unknowns whose elements depend on earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.distributions.random import Applied
from hdsl.expressions.chains import is_chains
from hdsl.expressions.functions import log, sqrt, square, where
from hdsl.expressions.linear import affine, sum_over
from hdsl.expressions.rewrite import along, position_at
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import (
    Along,
    At,
    ChainOrder,
    Constant,
    Expression,
    Gather,
    Index,
    Position,
    Reference,
    Scan,
    Segment,
    Shift,
    apply,
)
from hdsl.model.graph import Part, Stochastic, whole
from hdsl.plan.deviations import name_of_deviations, sampled_by_deviations
from hdsl.plan.phrases import listed
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Definition, State, applied
from hdsl.plan.sums import total
from hdsl.plan.told import Told, told


class ChainNonCentring(Rule):
    """Sample a Normal recursion as what is new in each of its elements.

    ``x[t] ~ Normal(m(x[t-1]), s)`` becomes ``x[t] = m(x[t-1]) + s z[t]``, ``z[t] ~ Normal(0, 1)``:
    the elements hang together, what is new in them does not. Where observations tell of the
    elements, z is what is new given these: with P and H the precision, and precision times value,
    that the observations of ``x[t]`` and of all elements after it tell of ``x[t]``, and ``g = P
    s^2``, ``x[t] = (m + s^2 H) / (1 + g) + s z[t] / sqrt(1 + g)``. P and H come from the backward
    recursion of the information filter (Mayne 1966, doi:10.1016/0005-1098(66)90019-7; Särkkä 2013,
    Bayesian Filtering and Smoothing, section 12), for means ``a x[t-1] + c``; for others the
    observations of ``x[t]`` alone count. For a Normal likelihood z is independent of all else.
    """

    name = "chain-non-centring"
    group = "coordinates"
    meaning = "samples a Normal recursion as what is new in each of its elements"
    takes_recursions = True

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """The unknown is Normal and its elements depend on others of it."""
        node = state.unknowns[name]
        if applied(node, "Normal") is None or not state.needs_itself(name):
            return None
        view = _view(state, node)
        said = told(state, view.name, view.axes)
        if said is None or _needs(state, node, said.weights, said.moments):
            return Site((name,), {"told": None, "view": view, "chain": None})
        return Site((name,), {"told": said, "view": view, "chain": _chain(state, node, view)})

    def rewrite(self, state: State, site: Site) -> State:
        """What is new is sampled; the unknown is computed from it, element by element."""
        (name,) = site.names
        node = state.unknowns[name]
        prior = node.random
        assert isinstance(prior, Applied)
        z = whole(name_of_deviations(name), node.axes)
        sd, mean = prior.parameters["sd"], prior.parameters["mean"]
        definitions: dict[str, Definition] = {}
        deviation, scale, value = z, Constant(1.0), mean + sd * z
        if (said := site.found["told"]) is not None:
            view: _View = site.found["view"]
            names = f"{name}.precision", f"{name}.moment"
            definitions = _messages(names, said, view, site.found["chain"])
            precision, moment = (Reference(n, view.at) for n in names)
            growth = 1.0 + precision * square(sd)
            scale = 1.0 / sqrt(growth)
            deviation = scale * z + sd * (moment - precision * mean) / growth
            value = (mean + square(sd) * moment) / growth + sd * scale * z
        density = simplify(-0.5 * square(deviation) + log(scale) - HALF_LOG_2PI)
        log_scale = total(simplify(log(sd) + log(scale)), node.axes)
        return sampled_by_deviations(
            state, node, sum_over(density, node.axes), value, log_scale, definitions
        )

    def reason(self, state: State, site: Site) -> str:
        if (said := site.found["told"]) is None:
            return (
                "Normal given its earlier elements: sampled as what is new in each element, in "
                "units of its sd, since the elements themselves hang together"
            )
        after = " and of those after it" if site.found["chain"] is not None else ""
        tell = "tells" if len(said.by) == 1 else "tell"
        return (
            "Normal given its earlier elements: sampled as what is new in each element given what "
            f"{listed(said.by)} {tell} of it{after}, in units of that uncertainty"
        )


# --- where the elements lie -----------------------------------------------------------------------


@dataclass(frozen=True)
class _View:
    """The name by which a recursion refers to its elements, and where a part of it lies there.

    Attributes
    ----------
    at
        The indices that take the part's elements from the whole, over the axes of the part.
    """

    name: str
    axes: tuple[str, ...]
    at: tuple[Index, ...]


def _view(state: State, node: Stochastic) -> _View:
    for name, (axes, parts) in state.graph.assembled.items():
        for part in parts:
            if part.node == node.name:
                return _View(name, axes, tuple(_index(axis, part) for axis in enumerate(axes)))
    return _View(node.name, node.axes, tuple(Along(axis) for axis in node.axes))


def _index(place: tuple[int, str], part: Part) -> Index:
    at = part.at[place[0]]
    match at:
        case Along():
            return at
        case Reference():
            return Gather(at)
        case _:
            return At(at)


@dataclass(frozen=True)
class _Chain:
    """Elements one after the other: ``x = a x[before] + c``, with a spread, over the whole.

    `axis` is the one along which elements follow each other; they go together along the others.
    """

    axis: str
    before: Expression
    coefficient: Expression
    offset: Expression
    sd: Expression


def _chain(state: State, node: Stochastic, view: _View) -> _Chain | None:
    """The elements as chains of Normals, if their means are linear in the element before."""
    prior = node.random
    assert isinstance(prior, Applied)
    mean, sd = prior.parameters["mean"], prior.parameters["sd"]
    parts = affine(mean, view.name)
    if parts is None or _needs(state, node, parts.coefficient, parts.offset, sd):
        return None
    moving = [i for i, index in enumerate(parts.reference.indices) if index != view.at[i]]
    alike = [i for i, index in enumerate(view.at) if index == Along(view.axes[i])]
    if len(moving) != 1 or set(alike) | {*moving} != set(range(len(view.axes))):
        return None
    axis = view.axes[moving[0]]
    here = position_at(axis, view.at[moving[0]])
    there = position_at(axis, parts.reference.indices[moving[0]])
    rows = [a for a in node.axes if a not in view.axes or a == axis]
    if len(rows) != 1 or {*here.axes, *there.axes} != {rows[0]}:
        return None
    found = (parts.coefficient, parts.offset, sd)
    before = there
    if here != Position(axis):
        row = Segment(Position(rows[0]), (rows[0],), here, axis)
        before = Segment(there + 1.0, (rows[0],), here, axis) - 1.0
        found = tuple(along(e, rows[0], Gather(row)) for e in found)
    known = state.evaluate(before)
    if known is not None and not is_chains(known):
        return None
    return _Chain(axis, before, *found)


def _needs(state: State, node: Stochastic, *expressions: Expression) -> bool:
    """Whether expressions depend on the unknown, directly or through others."""
    waiting = set[str]().union(*(e.names for e in expressions))
    found: set[str] = set()
    while waiting:
        found |= waiting
        bodies = [state.definitions[n][1].names for n in waiting & state.definitions.keys()]
        priors = [state.graph.ancestors[n] for n in waiting & state.graph.unknowns]
        waiting = set[str]().union(*bodies, *priors) - found
    return node.name in found


# --- what observations tell -----------------------------------------------------------------------


def told_start(state: State, node: Stochastic) -> Told | None:
    """What observations tell of elements with which chains begin that were transformed before."""
    view = _view(state, node)
    if view.name == node.name:
        return None
    for part in state.graph.parts_of(view.name):
        names = f"{part.name}.precision", f"{part.name}.moment"
        precision, moment = (Reference(name, view.at) for name in names)
        if names[1] not in state.definitions or _needs(state, node, precision, moment):
            continue
        said = told(state, view.name, view.axes)
        return None if said is None else Told(precision, moment, said.by)
    return None


def _messages(
    names: tuple[str, str], said: Told, view: _View, chain: _Chain | None
) -> dict[str, Definition]:
    """Precision, and precision times value, that observations tell of each element."""
    own = {
        name: (view.axes, e) for name, e in zip(names, (said.weights, said.moments), strict=True)
    }
    if chain is None:
        return own
    alone = {f"{name}.alone": entry for name, entry in own.items()}
    steps, chains = f"{names[0]}.steps", f"{names[0]}.chains"
    kept = tuple(axis for axis in view.axes if axis != chain.axis)
    here = ChainOrder(chain.before, chain.axis, steps, chains)
    beyond = Gather(ChainOrder(chain.before, chain.axis, steps, chains, lag=1))
    carried = (f"{names[0]}.step", f"{names[1]}.step")
    last = (Shift(steps, -1), Along(chains), *map(Along, kept))
    precision, moment = (Reference(name, last) for name in carried)
    linear = {"coefficient": chain.coefficient, "offset": chain.offset, "sd": chain.sd}
    varying = {f"{names[0]}.{n}": e for n, e in linear.items() if chain.axis in e.axes}
    a, c, s = (
        along(whole(n, _axes(view, e)), chain.axis, beyond)
        if (n := f"{names[0]}.{what}") in varying
        else e
        for what, e in linear.items()
    )
    growth = 1.0 + precision * square(s)
    sent = (square(a) * precision / growth, a * (moment - precision * c) / growth)
    is_last = apply("equal", Position(steps), 0.0)
    at = tuple(Gather(here) if axis == chain.axis else Along(axis) for axis in view.axes)
    bodies = tuple(
        Reference(f"{name}.alone", at) + where(is_last, 0.0, message)
        for name, message in zip(names, sent, strict=True)
    )
    start = Constant(0.0)
    found: dict[str, tuple[tuple[str, ...], Expression]] = dict(alone)
    found.update({n: (_axes(view, e), e) for n, e in varying.items()})
    place = _place(here, (steps, chains), chain.axis)
    for name, result in zip(names, carried, strict=True):
        scan = Scan(steps, carried, ((chains, *kept),) * 2, bodies, (start, start), result)
        found[f"{name}.steps"] = ((steps, chains, *kept), scan)
        found[name] = (view.axes, Reference(f"{name}.steps", (*place, *map(Along, kept))))
    return found


def _axes(view: _View, e: Expression) -> tuple[str, ...]:
    return tuple(axis for axis in view.axes if axis in e.axes)


def _place(order: ChainOrder, axes: tuple[str, str], elements: str) -> tuple[Index, Index]:
    """For each element its step and its chain."""
    is_there = apply("less_equal", 0.0, order)

    def of_element(axis: str) -> Index:
        found = where(is_there, Position(axis), 0.0)
        return Gather(Segment(found, axes, apply("max", order, 0.0), elements))

    return of_element(axes[0]), of_element(axes[1])
