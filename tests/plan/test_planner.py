"""The planner: order, options, and what plans may depend on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import hdsl
from hdsl.density.density import lower
from hdsl.density.recover import recover
from hdsl.diagnostics import HdslError
from hdsl.model.graph import ModelGraph
from hdsl.plan.plan import Plan
from hdsl.plan.planner import Options, check_options, make_plan

from .laws import Case, plan_of, recovered, sampled
from .models import MODELS

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/*.hbm"))


def structure(plan: Plan) -> tuple[object, ...]:
    """All of a plan but its graph."""
    return plan.unknowns, plan.terms, plan.recovery, plan.definitions, plan.sampler, plan.notes


@pytest.mark.parametrize("model", MODELS)
def test_data_do_not_shape_a_plan(model: str) -> None:
    """Without data the plan is the same: index sets are declared in all these models."""
    plan, _ = plan_of(MODELS[model])
    assert structure(make_plan(MODELS[model].graph)) == structure(plan)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_are_planned_without_data(path: Path) -> None:
    model = hdsl.load(path)
    explained = model.explain()
    if any(line.name.startswith("missing ") for line in explained.lines):
        pytest.skip("which cells are unknown, data say")
    alone = hdsl.compile(path.read_text(), path.name).explain()
    assert [(x.fate, x.rule, x.refused) for x in alone.lines] == [
        (x.fate, x.rule, x.refused) for x in explained.lines
    ]


@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_statements_does_not_matter(model: str) -> None:
    case = MODELS[model]
    lines = [line for line in case.text.splitlines() if line.strip()]
    plan, bound = plan_of(case)
    density = lower(plan, bound)
    values = density.constrain(np.random.default_rng(1).normal(0, 1, (3, density.dimension)))
    expected = density.log_densities(density.unconstrain(values)) if values else None
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(lines))
        shuffled = Case("\n".join(lines[i] for i in order) + "\n", case.data)
        other, other_bound = plan_of(shuffled)
        assert sampled(other) == sampled(plan)
        assert {type(s).__name__ + s.node.name for s in other.recovery} == {
            type(s).__name__ + s.node.name for s in plan.recovery
        }
        again = lower(other, other_bound)
        if expected is not None:
            found = again.log_densities(again.unconstrain(values))
            np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_the_largest_of_crossed_effects_leaves() -> None:
    case = MODELS["crossed"]
    assert recovered(plan_of(case, without=["coordinates"])[0]) == {"a"}
    larger = Case(case.text.replace("index h = 1..3", "index h = 1..30"), case.data)
    assert recovered(plan_of(larger, without=["coordinates"])[0]) == {"b"}


@pytest.mark.parametrize("model", ["mm", "nested", "mixed plated", "parts"])
def test_folded_data_are_arguments(model: str) -> None:
    """The compiled density holds no data: given other data of the same shapes it is theirs."""
    import jax

    from hdsl.density import precision as precision

    case = MODELS[model]
    plan, bound = plan_of(case)
    density = lower(plan, bound)
    changed = {
        name: np.asarray(value) + 0.25
        if name in ("y", "x", "x_obs", "y_obs", "size", "sx", "sy")
        else value
        for name, value in case.data.items()
    }
    if "blue" in case.data:
        changed["blue"] = [3, 2, 0, 5, 11, 0, 1, 0]
    if "k" in case.data:
        changed["k"], changed["z"] = [2, 1], [1, 0, 0]
    other = lower(*plan_of(Case(case.text, changed)))
    position = np.random.default_rng(0).normal(0, 0.5, density.dimension)
    closed = jax.make_jaxpr(density.log_density)(position, density.arguments)
    assert not [c for c in closed.consts if np.size(c) > 1]
    mixed = float(density.log_density(position, other.arguments))
    own = float(density.log_density(position, density.arguments))
    assert mixed == pytest.approx(float(other.log_densities(position[None])[0]), rel=1e-12)
    assert abs(mixed - own) > 1e-3


# --- options --------------------------------------------------------------------------------------


def test_keep() -> None:
    plan, _ = plan_of(MODELS["mm"], keep=["theta"])
    assert "theta" in sampled(plan)
    plan, _ = plan_of(MODELS["mm"], keep=["a"])
    assert sampled(plan) == {"a", "b"}
    (note,) = (n for n in plan.notes if n.rule == "beta-coordinates")
    assert (note.names, note.fired, note.reason) == (("b",), False, "`a` is kept as written")


def test_keep_knows_parts_and_links() -> None:
    plan, _ = plan_of(MODELS["parts"], keep=["a"])
    assert "a[g]" in sampled(plan)
    text = """data k[i], n[i]
        s ~ HalfNormal(1)
        logit(p[i]) ~ Normal(0, s)
        k[i] ~ Binomial(n[i], p[i])"""
    case = Case(text, {"k": [1, 2], "n": [3, 4]})
    assert "logit(p)" in sampled(plan_of(case, keep=["p"])[0])
    assert "logit(p).z" in sampled(plan_of(case)[0])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (Options(without=frozenset({"magic"})), "HB502"),
        (Options(keep=frozenset({"nobody"})), "HB503"),
        (Options(keep=frozenset({"theta_next"})), "HB503"),
        (Options(keep=frozenset({"blue"})), "HB503"),
    ],
)
def test_options_that_name_nothing(options: Options, code: str) -> None:
    with pytest.raises(HdslError) as caught:
        check_options(MODELS["mm"].graph, options)
    assert [d.code for d in caught.value.diagnostics] == [code]


def test_options_that_name_something() -> None:
    check_options(MODELS["parts"].graph, Options(frozenset({"conjugate"}), frozenset({"a", "mu"})))


# --- predictions ----------------------------------------------------------------------------------


def test_predictions_may_speak_of_what_was_integrated_out() -> None:
    plan, bound = plan_of(MODELS["predictions of collapsed"])
    density = lower(plan, bound)
    values = density.constrain(np.random.default_rng(0).normal(0, 0.3, (50, density.dimension)))
    found = recover(plan, bound, values, 3, 50)
    assert found["q"].array.shape == (50, 4)
    np.testing.assert_array_equal(found["r"].array, found["a"].array.max(axis=1))
    assert np.isfinite(found["w"].array).all()


def test_coordinates_are_for_beta_populations_alone() -> None:
    assert sampled(plan_of(MODELS["poisson"])[0]) == {"a", "b"}
    prediction = Case(
        "data y[i]\na, b ~ Gamma(2, 1)\ny[i] ~ Gamma(a, b)\nt ~ Beta(a, b)\n", {"y": [1.0]}
    )
    assert sampled(plan_of(prediction)[0]) == {"a", "b"}
    shifted = Case(
        "data y[i]\na ~ Gamma(2, 1)\nb ~ Gamma(2, 1) truncated to (1, inf)\ny[i] ~ Beta(a, b)\n",
        {"y": [0.5, 0.25]},
    )
    plan, _ = plan_of(shifted)
    assert sampled(plan) == {"a", "b"}
    assert "the support of `b` is not (0, inf)" in [n.reason for n in plan.notes]


def test_a_plan_is_a_function_of_the_graph() -> None:
    graph: ModelGraph = MODELS["nested"].graph
    assert structure(make_plan(graph)) == structure(make_plan(replace(graph)))
