"""How what was integrated out is drawn, in the file's own names: what is told is what is done."""

from __future__ import annotations

import re

import numpy as np
import pytest

import hdsl
from hdsl.density.density import lower
from hdsl.density.recover import recover
from hdsl.distributions.random import Applied
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Expression, Reference
from hdsl.model.graph import Stochastic
from hdsl.plan.explain import explain
from hdsl.plan.formulas import abridged, formula
from hdsl.plan.plan import Drawn
from hdsl.plan.planner import make_plan

from .laws import plan_of, points
from .models import MODELS

INTERNAL = re.compile(r"[\w\]]\.[a-z]|#|longer formula|by root")


@pytest.mark.parametrize("model", MODELS)
def test_no_name_is_shown_that_the_file_does_not_have(model: str) -> None:
    for line in explain(*plan_of(MODELS[model])).lines:
        for sentence in (line.name, line.reason, *line.recovery, *line.refused):
            assert not INTERNAL.search(sentence), sentence


@pytest.mark.parametrize("model", MODELS)
def test_precisions_add_up_to_that_of_the_draws(model: str) -> None:
    plan, bound = plan_of(MODELS[model])
    density = lower(plan, bound)
    positions = points(density, far=False)
    drawn = recover(plan, bound, density.constrain(positions), 0, len(positions))
    values = {**bound.values, **density.constrain(positions), **drawn}
    evaluate = Evaluator(
        numpy_arrays(), values, bound.sets, bound.sizes, definitions=plan.definitions
    )

    def value(e: Expression) -> np.ndarray:
        return np.asarray(evaluate(e).array)

    for step in plan.recovery:
        if not isinstance(step, Drawn) or not step.told:
            continue
        prior = plan.graph.nodes[step.node.name]
        assert isinstance(prior, Stochastic)
        after, before = step.node.random, prior.random
        if not isinstance(after, Applied) or after.family != "Normal":
            continue
        assert isinstance(before, Applied)
        own, mean = before.parameters["sd"] ** -2, before.parameters["mean"]
        precision, moment = own, mean * own
        for said in step.told:
            precision = precision + dict(said.added)["precision"]
            moment = moment + dict(said.added)["moment"]
        sd, centre = after.parameters["sd"], after.parameters["mean"]
        np.testing.assert_allclose(value(precision * sd**2), 1, rtol=1e-9)
        size = np.abs(value(moment)).max()
        np.testing.assert_allclose(value(moment - centre * precision), 0, atol=1e-9 * size)


def test_a_formula_that_doubles_at_each_step_is_cut_at_once() -> None:
    e: Expression = Reference("a")
    for _ in range(200):
        e = e / (e + 1.0)
    plan = make_plan(hdsl.compile("a ~ Normal(0, 1)").graph)
    assert "…" in formula(e, plan)
    assert len(abridged(e)) <= 240
