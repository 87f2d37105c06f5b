"""The law on models that nobody thought of."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from .laws import Case, check_companions, errors, plan_of
from .random_models import conjugate_layers, normal_layers

SETTINGS = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def check(case: Case, seed: int) -> None:
    for without, sampler in ((), "auto"), ((), "nuts"), (("collapse",), "auto"):
        plan, bound = plan_of(case, without, sampler=sampler)
        check_companions(plan)
        found = errors(plan, bound, seed, far=False)
        assert found.largest <= 1e-9
        assert np.isfinite(found.drawn).all()
        if not without:
            event(", ".join(sorted({n.rule for n in plan.notes if n.fired})))


@SETTINGS
@given(normal_layers(), st.integers(0, 2**16))
def test_normal_layers(case: Case, seed: int) -> None:
    check(case, seed)


@SETTINGS
@given(conjugate_layers(), st.integers(0, 2**16))
def test_conjugate_layers(case: Case, seed: int) -> None:
    check(case, seed)
