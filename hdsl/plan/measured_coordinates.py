"""Coordinates for unknowns of which measurements alone tell where they lie."""

from __future__ import annotations

from hdsl.distributions.own import Joined, Own
from hdsl.expressions.functions import exp, log, sqrt, where
from hdsl.expressions.inline import inline
from hdsl.expressions.linear import sum_over
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import Constant, Expression, apply
from hdsl.model.graph import Stochastic, whole
from hdsl.plan.deviations import name_of_deviations, sampled_by_deviations
from hdsl.plan.phrases import listed
from hdsl.plan.rule import Rule, Site
from hdsl.plan.state import Definition, State, applied
from hdsl.plan.sums import total
from hdsl.plan.told import Told, told

_ROOM = 2.0
"""How many errors a measured value must lie within the bounds to be taken at its word."""


class MeasuredCoordinates(Rule):
    """Sample an unknown as its deviation from what was measured of it, in units of the error.

    ``x ~ Flat(); x_obs ~ Normal(x, e)`` with a known error becomes ``x = x_obs + e z``. Between
    bounds the same is done on the real line onto which they are mapped. A flat prior, or a density
    of one's own, says neither where a chain should start nor how far it should step; the
    measurement does.
    """

    name = "measured"
    group = "coordinates"
    meaning = (
        "samples an unknown with a flat prior, or a density of one's own, as its deviation from "
        "what was measured of it with a known error"
    )

    def match(self, state: State, name: str) -> Site | None:
        """The prior knows no place, and measurements with known errors tell one."""
        node = state.unknowns[name]
        flat = applied(node, "Flat", "Uniform") is not None
        if not flat and not isinstance(node.random, Own | Joined):
            return None
        support = node.random.support
        ends = [end for end in (support.lower, support.upper) if end is not None]
        if support.kind != "interval" or support.integer or not all(map(state.is_data, ends)):
            return None
        said = told(state, name, node.axes, by_data_alone=True)
        if said is None:
            return None
        return Site((name,), {"told": said})

    def rewrite(self, state: State, site: Site) -> State:
        """The deviation is sampled; the unknown is computed from it."""
        (name,) = site.names
        node = state.unknowns[name]
        centre, scale = f"{name}.centre", f"{name}.scale"
        start, unit = _on_the_line(node, site.found["told"])
        definitions: dict[str, Definition] = {
            centre: (node.axes, simplify(start)),
            scale: (node.axes, simplify(unit)),
        }
        z = whole(name_of_deviations(name), node.axes)
        step = whole(scale, node.axes)
        value, log_derivative = _from_the_line(node, whole(centre, node.axes) + step * z)
        log_scale = total(simplify(log_derivative + log(step)), node.axes)
        prior = simplify(inline(node.random.log_prob(node.itself), {name: (node.axes, value)}))
        density = sum_over(prior, node.plates) + log_scale
        return sampled_by_deviations(state, node, density, value, log_scale, definitions)

    def reason(self, state: State, site: Site) -> str:
        said: Told = site.found["told"]
        does = "does" if len(said.by) == 1 else "do"
        return (
            f"its prior says nothing of its place, {listed(said.by)} {does}: sampled as its "
            "deviation from what was measured, in units of the error"
        )


def _on_the_line(node: Stochastic, said: Told) -> tuple[Expression, Expression]:
    """Place and scale of what is told on the real line; 0 and 1 where nothing usable is."""
    known = apply("less", 0.0, said.precision)
    error = 1.0 / sqrt(where(known, said.precision, 1.0))
    value = said.value
    lower, upper = node.random.support.lower, node.random.support.upper
    usable = known
    for room in _rooms(value, lower, upper):
        usable = apply("and", usable, apply("less", _ROOM * error, room))
    below, above = (where(usable, room, 1.0) for room in _both_rooms(value, lower, upper))
    if lower is None and upper is None:
        place, scale = value, error
    elif upper is None:
        place, scale = log(below), error / below
    elif lower is None:
        place, scale = log(above), error / above
    else:
        place, scale = log(below) - log(above), error * (1.0 / below + 1.0 / above)
    return where(usable, place, 0.0), where(usable, scale, 1.0)


def _rooms(
    value: Expression, lower: Expression | None, upper: Expression | None
) -> list[Expression]:
    below, above = _both_rooms(value, lower, upper)
    return [*([below] if lower is not None else []), *([above] if upper is not None else [])]


def _both_rooms(
    value: Expression, lower: Expression | None, upper: Expression | None
) -> tuple[Expression, Expression]:
    """How far a value lies from the ends of a support."""
    one = Constant(1.0)
    return (one if lower is None else value - lower, one if upper is None else upper - value)


def _from_the_line(node: Stochastic, u: Expression) -> tuple[Expression, Expression]:
    """The unknown at a point of the real line, and the log derivative."""
    lower, upper = node.random.support.lower, node.random.support.upper
    if lower is not None and upper is not None:
        ends = apply("log_logistic", u) + apply("log_logistic", -u)
        return lower + (upper - lower) * apply("logistic", u), log(upper - lower) + ends
    if lower is not None:
        return lower + exp(u), u
    if upper is not None:
        return upper - exp(u), u
    return u, Constant(0.0)
