"""Changes of coordinates: what remains is sampled along directions that suit it."""

from __future__ import annotations

from dataclasses import replace

from hdsl.distributions.distribution import Support
from hdsl.distributions.normal import HALF_LOG_2PI
from hdsl.distributions.random import Applied
from hdsl.expressions.functions import exp, log, sqrt, square
from hdsl.expressions.inline import inline
from hdsl.expressions.linear import sum_over
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import Constant, Reference, apply
from hdsl.model.graph import Deterministic, Factor, Stochastic, whole
from hdsl.plan.chain_coordinates import told_start
from hdsl.plan.deviations import name_of_deviations, sampled_by_deviations
from hdsl.plan.phrases import listed
from hdsl.plan.plan import Computed, Unknown
from hdsl.plan.rule import Refusal, Rule, Site
from hdsl.plan.state import Definition, State, applied
from hdsl.plan.sums import total
from hdsl.plan.told import moves, told


class BetaCoordinates(Rule):
    """Sample the two parameters of a Beta population as (logit mean, log concentration).

    With x = log(a / b) and z = log(a + b), da db = a b dx dz. Gelman et al., Bayesian Data
    Analysis, section 5.3.
    """

    name = "beta-coordinates"
    group = "coordinates"
    meaning = "samples (a, b) of a Beta population along and across their ridge"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """`name` and another unknown are together the two parameters of a Beta population."""
        for population in state.graph.stochastic:
            pair = _beta_parameters(state, population)
            if pair is None or name != pair[0].name:
                continue
            a, b = pair
            for node in pair:
                if not _is_positive(node.random.support):
                    why = f"the support of `{node.name}` is not (0, inf)"
                    return Refusal(name, why, node.span)
            if a.axes != b.axes:
                return Refusal(name, f"`{b.name}` has other indices", b.span)
            return Site((a.name, b.name), {"population": population.name})
        return None

    def rewrite(self, state: State, site: Site) -> State:
        """Two real unknowns stand for the pair; the pair is computed from them."""
        a, b = (state.unknowns[name] for name in site.names)
        axes = a.axes
        mean, size = f"logit({a.name} / ({a.name} + {b.name}))", f"log({a.name} + {b.name})"
        x, z = whole(mean, axes), whole(size, axes)
        first = exp(z + apply("log_logistic", x))
        second = exp(z + apply("log_logistic", -x))
        jacobian = 2.0 * z + apply("log_logistic", x) + apply("log_logistic", -x)
        pair = {a.name: (axes, first), b.name: (axes, second)}
        pieces = dict(state.pieces)
        for node in (a, b):
            # Written out, the logarithms of the pair are exact however small they are.
            prior = simplify(inline(node.random.log_prob(node.itself), pair))
            pieces[node.name] = Factor(node.name, total(prior, axes), node.span)
        pieces[mean] = Factor(mean, total(jacobian, axes), a.span)
        real = (Unknown(mean, axes, Support(), a.span), Unknown(size, axes, Support(), b.span))
        steps = (
            Computed(Deterministic(a.name, axes, first, a.span)),
            Computed(Deterministic(b.name, axes, second, b.span), total(jacobian, axes)),
        )
        return replace(
            state,
            pieces=pieces,
            definitions={**state.definitions, **pair},
            replaced=(*state.replaced, *real),
        ).computing(*steps)

    def reason(self, state: State, site: Site) -> str:
        a, b = site.names
        return (
            f"parameters of the Beta population `{site.found['population']}`: sampled as the logit "
            f"of its mean {a} / ({a} + {b}) and the log of its concentration {a} + {b}, of which "
            "the data speak separately"
        )


def _beta_parameters(state: State, node: Stochastic) -> tuple[Stochastic, Stochastic] | None:
    """The two unknowns that are directly the parameters of a Beta population."""
    random = applied(node, "Beta", "BetaBinomial")
    if random is None or state.graph.roles[node.name] == "prediction":
        return None
    found: list[Stochastic] = []
    for parameter in ("a", "b"):
        argument = random.parameters[parameter]
        if not isinstance(argument, Reference) or argument.name not in state.unknowns:
            return None
        found.append(state.unknowns[argument.name])
    a, b = found
    return None if a.name == b.name else (a, b)


def _is_positive(support: Support) -> bool:
    return support.lower == Constant(0.0) and support.upper is None and not support.integer


class NonCentring(Rule):
    """Sample a Normal unknown as its standardised deviation.

    With an unknown s, ``theta ~ Normal(m, s)`` becomes ``theta = m + s z``, ``z ~ Normal(0, 1)``:
    the funnel is gone. Papaspiliopoulos, Roberts and Skold 2007, Statistical Science 22. Where
    observations tell a value v with precision p of it, at least roughly, it is standardised given
    these too: ``theta = m + g / (1 + g) (v - m) + s z / sqrt(1 + g)`` with ``g = p s^2``, so that
    much and few data both leave z round. For a Normal likelihood z is independent of all else.
    """

    name = "non-centring"
    group = "coordinates"
    meaning = "samples a Normal unknown of unknown scale as its standardised deviation"

    def match(self, state: State, name: str) -> Site | Refusal | None:
        """The unknown is Normal, its sd depends on another unknown, or a chain begins with it."""
        prior = applied(state.unknowns[name], "Normal")
        if prior is None:
            return None
        node = state.unknowns[name]
        if state.needs_itself(name):
            return None
        if (start := told_start(state, node)) is not None:
            return Site((name,), {"told": start})
        if not moves(state, node):
            return Refusal(name, "its sd is known", node.span) if node.axes else None
        return Site((name,), {"told": told(state, name, node.axes)})

    def rewrite(self, state: State, site: Site) -> State:
        """The deviation is sampled; the unknown is computed from it."""
        (name,) = site.names
        node = state.unknowns[name]
        prior = node.random
        assert isinstance(prior, Applied)
        z = whole(name_of_deviations(name), node.axes)
        sd, mean = prior.parameters["sd"], prior.parameters["mean"]
        definitions: dict[str, Definition] = {}
        # In units of the sd: how far the unknown lies from its mean, and the scale of z.
        deviation, scale = z, Constant(1.0)
        if (said := site.found["told"]) is not None:
            value_name, precision_name = f"{name}.value", f"{name}.precision"
            definitions[value_name] = (node.axes, said.value)
            definitions[precision_name] = (node.axes, said.precision)
            weight = whole(precision_name, node.axes) * sd
            growth = 1.0 + weight * sd
            scale = 1.0 / sqrt(growth)
            deviation = scale * z + weight / growth * (whole(value_name, node.axes) - mean)
        density = simplify(-0.5 * square(deviation) + log(scale) - HALF_LOG_2PI)
        value = mean + sd * deviation
        log_scale = total(simplify(log(sd * scale)), node.axes)
        return sampled_by_deviations(
            state, node, sum_over(density, node.axes), value, log_scale, definitions
        )

    def reason(self, state: State, site: Site) -> str:
        if (said := site.found["told"]) is None:
            return (
                "Normal with an unknown sd: sampled as its deviation from its mean in units of "
                "that sd, since its own scale shrinks where the sd is small"
            )
        start = not moves(state, state.unknowns[site.names[0]])
        what = "Normal start of a chain" if start else "Normal with an unknown sd"
        return (
            f"{what}: sampled as its deviation from what its prior and "
            f"{listed(said.by)} say of it together, in units of that uncertainty"
        )
