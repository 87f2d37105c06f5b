"""Normal recursions in coordinates of their own."""

from __future__ import annotations

import numpy as np
import pytest

from hdsl.density.density import lower

from .chain_models import CHAINS
from .laws import check_companions, errors, plan_of, sampled


@pytest.mark.parametrize("model", CHAINS)
@pytest.mark.parametrize("without", [(), ("chain-non-centring",), ("non-centring",)])
def test_the_law(model: str, without: tuple[str, ...]) -> None:
    plan, bound = plan_of(CHAINS[model], without)
    chains = {f"{name}.z" for group in plan.graph.recursions for name in group}
    assert bool(chains & sampled(plan)) == ("chain-non-centring" not in without)
    check_companions(plan)
    found = errors(plan, bound, far=False)
    assert found.largest <= 1e-9
    assert np.isfinite(found.drawn).all()


@pytest.mark.parametrize("model", ["state space", "panels", "backwards", "in one line"])
def test_what_is_new_is_independent_of_all_else(model: str) -> None:
    """With Normal observations, z is standard normal whatever the hyperparameters."""
    density = lower(*plan_of(CHAINS[model]))
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 5, density.dimension))
    for slot in density.layout:
        if not slot.name.endswith(".z"):
            other[:, slot.place] = one[:, slot.place]
    difference = density.log_densities(one) - density.log_densities(other)
    expected = -0.5 * (one**2).sum(axis=1) + 0.5 * (other**2).sum(axis=1)
    np.testing.assert_allclose(difference, expected, rtol=1e-9, atol=1e-9)
