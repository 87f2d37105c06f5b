"""Small models, built by hand, with the plans that change nothing in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hdsl.distributions.beta import Beta
from hdsl.distributions.binomial import Binomial
from hdsl.distributions.distribution import Distribution
from hdsl.distributions.gamma import Gamma
from hdsl.distributions.normal import Normal
from hdsl.distributions.random import Applied
from hdsl.distributions.student import HalfCauchy
from hdsl.distributions.uniform import Uniform
from hdsl.expressions.evaluate import Value
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.inline import inline
from hdsl.expressions.tree import (
    Expression,
    Gather,
    Reduce,
    Reference,
    Segment,
    lift,
)
from hdsl.model.graph import (
    Bound,
    Deterministic,
    Factor,
    ModelGraph,
    Node,
    SetDeclaration,
    Stochastic,
    whole,
)
from hdsl.plan.plan import Drawn, Plan, Term, Unknown
from hdsl.source import Source


def applied(distribution: Distribution, **arguments: Expression | float) -> Applied:
    return Applied(distribution, tuple((name, lift(x)) for name, x in arguments.items()))


def graph_of(*nodes: Node, sets: tuple[str, ...] = ()) -> ModelGraph:
    return ModelGraph(
        Source(""), {s: SetDeclaration(s) for s in sets}, {}, {node.name: node for node in nodes}
    )


def bound_to(
    graph: ModelGraph, sizes: Mapping[str, int], **values: tuple[Any, tuple[str, ...]]
) -> Bound:
    sets = {name: IndexSet(name, range(1, size + 1)) for name, size in sizes.items()}
    known = {name: Value(np.asarray(array), axes) for name, (array, axes) in values.items()}
    return Bound(graph, sets, known, {}, {})


def total(node: Stochastic) -> Expression:
    body = node.random.guarded_log_prob(node.itself)
    return Reduce("sum", body, node.axes) if node.axes else body


def plan_as_written(graph: ModelGraph) -> Plan:
    """Samples all parameters."""
    roles = graph.roles
    parameters = [n for n in graph.stochastic if roles[n.name] == "parameter"]
    terms = [
        Term(n.name, inline(total(n), graph.definitions))
        for n in graph.stochastic
        if roles[n.name] in ("parameter", "observation")
    ]
    terms += [Term(f.name, inline(f.expression, graph.definitions)) for f in graph.factors]
    return Plan(
        graph=graph,
        unknowns=tuple(Unknown(n.name, n.axes, n.random.support) for n in parameters),
        terms=tuple(terms),
        recovery=(),
        predictions=tuple(n.name for n in graph.stochastic if roles[n.name] == "prediction"),
        notes=(),
        sampler="nuts",
    )


# --- eight schools ------------------------------------------------------------------------------

SCHOOL_Y = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SCHOOL_SIGMA = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def eight_schools() -> tuple[Plan, Bound]:
    y, sigma = whole("y", ("school",)), whole("sigma", ("school",))
    theta = whole("theta", ("school",))
    graph = graph_of(
        Stochastic("mu", (), applied(Normal(), mean=0.0, sd=5.0)),
        Stochastic("tau", (), applied(HalfCauchy(), scale=5.0)),
        Stochastic(
            "theta", ("school",), applied(Normal(), mean=Reference("mu"), sd=Reference("tau"))
        ),
        Stochastic(
            "y", ("school",), applied(Normal(), mean=whole("theta", ("school",)), sd=sigma), y
        ),
        Deterministic("spread", ("school",), theta - Reference("mu")),
        sets=("school",),
    )
    bound = bound_to(
        graph, {"school": 8}, y=(SCHOOL_Y, ("school",)), sigma=(SCHOOL_SIGMA, ("school",))
    )
    return plan_as_written(graph), bound


# --- M&M's, class by class -----------------------------------------------------------------------

A, B = Reference("a"), Reference("b")
DAY_OF_BAG = whole("day", ("bag",))
BLUE, N = whole("blue", ("bag",)), whole("n", ("bag",))


def bags(seed: int = 0, num_bags: int = 23, num_days: int = 7) -> dict[str, Any]:
    """Day 2 has no bag."""
    rng = np.random.default_rng(seed)
    day = rng.choice([d for d in range(num_days) if d != 2], num_bags)
    day[:2] = 0, num_days - 1
    n = rng.integers(0, 57, num_bags)
    n[0] = 60
    blue = rng.binomial(n, 0.2)
    blue[0] = 20
    return {"day": (day, ("bag",)), "n": (n, ("bag",)), "blue": (blue, ("bag",))}


def sweets_graph() -> ModelGraph:
    gather = Reference("theta", (Gather(DAY_OF_BAG),))
    return graph_of(
        Stochastic("a", (), applied(Gamma(), shape=2.0, rate=0.1)),
        Stochastic("b", (), applied(Gamma(), shape=2.0, rate=0.1)),
        Stochastic("theta", ("day",), applied(Beta(), a=A, b=B)),
        Stochastic("blue", ("bag",), applied(Binomial(), n=N, p=gather), BLUE),
        Deterministic("mean_blue", (), A / (A + B)),
        Stochastic("theta_next", (), applied(Beta(), a=A, b=B)),
        sets=("day", "bag"),
    )


def sweets(seed: int = 0) -> tuple[Plan, Bound]:
    graph = sweets_graph()
    return plan_as_written(graph), bound_to(graph, {"day": 7, "bag": 23}, **bags(seed))


def sweets_collapsed(seed: int = 0) -> tuple[Plan, Bound]:
    """The same with theta integrated out and drawn afterwards."""
    graph = sweets_graph()
    full = plan_as_written(graph)
    successes = Segment(BLUE, ("bag",), DAY_OF_BAG, "day")
    failures = Segment(N - BLUE, ("bag",), DAY_OF_BAG, "day")
    evidence = Beta().log_evidence({"a": A, "b": B}, {"a": successes, "b": failures})
    base = Beta.conjugate_to["Binomial"].base_measure(BLUE, n=N)
    plan = Plan(
        graph=graph,
        unknowns=full.unknowns[:2],
        terms=(
            *full.terms[:2],
            Term("blue", Reduce("sum", evidence, ("day",)) + Reduce("sum", base, ("bag",))),
        ),
        recovery=(
            Drawn(Stochastic("theta", ("day",), applied(Beta(), a=A + successes, b=B + failures))),
        ),
        predictions=full.predictions,
        notes=(),
        sampler="nuts",
    )
    return plan, bound_to(graph, {"day": 7, "bag": 23}, **bags(seed))


# --- regression -----------------------------------------------------------------------------------


def regression(seed: int = 0, rows: int = 19) -> tuple[Plan, Bound]:
    x, y = whole("x", ("row",)), whole("y", ("row",))
    line = Reference("alpha") + Reference("beta") * (x - Reduce("mean", x, ("row",)))
    graph = graph_of(
        Stochastic("alpha", (), applied(Normal(), mean=0.0, sd=10.0)),
        Stochastic("beta", (), applied(Normal(), mean=0.0, sd=5.0)),
        Stochastic("sigma", (), applied(Uniform(), lower=0.1, upper=20.0)),
        Deterministic("line", ("row",), line),
        Stochastic(
            "y", ("row",), applied(Normal(), mean=whole("line", ("row",)), sd=Reference("sigma")), y
        ),
        Factor("soft", -0.5 * Reference("beta") * Reference("beta")),
        sets=("row",),
    )
    rng = np.random.default_rng(seed)
    given = rng.normal(3.0, 2.0, rows)
    observed = 1.0 + 0.5 * given + rng.normal(0, 1.5, rows)
    bound = bound_to(graph, {"row": rows}, x=(given, ("row",)), y=(observed, ("row",)))
    return plan_as_written(graph), bound
