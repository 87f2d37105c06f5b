"""The posteriors of simulated data know the parameters that made them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration.harness import Effort, calibrate
from tests.calibration.models import MODELS
from tests.calibration.uniformity import p_value

QUICK = "schools"
SMALLEST = 1e-4  # of the smallest p-value of a model, times the number of its quantities


def test_the_test_sees_what_it_must() -> None:
    rng = np.random.default_rng(1)
    assert p_value(rng.random(100)) > 0.01
    assert p_value(rng.random(100) ** 2) < 1e-4
    assert p_value(rng.beta(3, 3, 100)) < 1e-4
    assert p_value(rng.beta(0.3, 0.3, 100)) < 1e-4


def test_a_small_model() -> None:
    _check(QUICK, Effort(60), ())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MODELS))
def test_calibration(name: str) -> None:
    _check(name, Effort(), ())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["beta_binomial", "errors_in_both", "gamma_poisson", "nested"])
def test_calibration_as_written(name: str) -> None:
    """Without the rules of the planner."""
    _check(name, Effort(), ("collapse", "coordinates"))


def _check(name: str, effort: Effort, without: tuple[str, ...]) -> None:
    ranks = calibrate(MODELS[name], effort, without=without)
    value, quantity = ranks.smallest
    assert value > SMALLEST, f"`{quantity}` is not calibrated: {value:.2g}"
    assert ranks.law < 1e-9
    assert ranks.same < 1e-9
