"""Correlated normal vectors, integrated out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hdsl.density.density import lower
from hdsl.plan.plan import Drawn

from .laws import check_companions, errors, plan_of
from .process_models import PROCESSES


@pytest.mark.parametrize("model", PROCESSES)
def test_the_law(model: str) -> None:
    for without in ((), ("coordinates",), ("collapse",)):
        plan, bound = plan_of(PROCESSES[model], without)
        drawn = {step.node.name for step in plan.recovery if isinstance(step, Drawn)}
        assert bool({"f", "b"} & drawn) == (model != "counts" and without != ("collapse",))
        check_companions(plan)
        found = errors(plan, bound, far=False)
        assert found.largest <= 1e-9
        assert np.isfinite(found.drawn).all()


def test_against_the_normal_with_noise() -> None:
    """The vector leaves the density of the data with the noise on the diagonal."""
    plan, bound = plan_of(PROCESSES["one to one"])
    density = lower(plan, bound)
    positions = np.random.default_rng(0).normal(size=(4, density.dimension))
    values = density.constrain(positions)
    x, y = (np.asarray(bound.values[name].array) for name in ("pos", "y"))
    for row, position in enumerate(positions):
        eta, rho, s, mu = (float(values[n].array[row]) for n in ("eta", "rho", "s", "mu"))
        cov = eta**2 * np.exp(-((x[:, None] - x) ** 2) / (2 * rho**2)) + (1e-4 + s**2) * np.eye(4)
        expected = stats.multivariate_normal(np.full(4, mu), cov).logpdf(y)
        terms = density.term_values(position)
        assert terms["f"] + terms["y"] == pytest.approx(expected, rel=1e-9)
