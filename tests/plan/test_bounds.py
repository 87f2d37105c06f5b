"""A number is sampled within what the conditions of densities leave possible."""

from __future__ import annotations

import numpy as np

from hdsl.density.density import lower

from .laws import plan_of
from .models import MODELS


def test_all_positions_are_possible() -> None:
    for model in ("bounded by data", "bounded by unknowns"):
        for without, beyond in ((), False), (("bounds",), True):
            plan, bound = plan_of(MODELS[model], without)
            density = lower(plan, bound)
            positions = np.random.default_rng(1).uniform(-2, 2, (200, density.dimension))
            values = density.log_densities(positions)
            assert not np.isnan(values).any()
            assert (values == -np.inf).any() == beyond


def test_the_bound_is_the_largest_of_all() -> None:
    plan, bound = plan_of(MODELS["bounded by data"])
    density = lower(plan, bound)
    values = density.constrain(np.linspace(-30, 5, 50)[:, None])["b"].array
    assert values.min() >= 2.5
    assert values.min() < 2.5 + 1e-9


def test_numbers_that_bound_each_other_are_bounded_once() -> None:
    plan, _ = plan_of(MODELS["bounded by each other"])
    notes = [note.names for note in plan.notes if note.rule == "bounds" and note.fired]
    assert notes == [("a",)]
    assert [unknown.name for unknown in plan.unknowns] == ["b", "a"]
