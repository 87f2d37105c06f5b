"""Indices that only a condition after ``for`` names."""

from __future__ import annotations

import numpy as np
import pytest

import hdsl


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sum(x[t] for t > 1)", 5),
        ("sum(x[t] for t, t > 1)", 5),
        ("sum(x[t] for t >= 2, t < 3)", 2),
        ("sum(x[t] for kind[t] == A)", 4),
        ("sum(x[t] * x[s] for s in t, t != s)", 22),
    ],
)
def test_condition_binds(expression: str, value: float) -> None:
    model = hdsl.compile(
        "index kind = {A, B}\n"
        'data x[t] = [1, 2, 3], kind[t] : kind = ["A", "B", "A"]\n'
        f"total = {expression}\nz ~ Normal(total, 1)"
    )
    fit = model.sample(seed=1, num_samples=4)
    assert fit.constant_data["total"][1] == value


def test_factor_runs_over_the_index_of_its_condition() -> None:
    model = hdsl.compile(
        "data x[t] = [1, 2, 3]\nm ~ Normal(0, 1)\nfactor -(m - x[t])^2 / 2 for t > 1"
    )
    density = model.log_density(keep="m")
    # Up to a constant: -(m^2 + (m - 2)^2 + (m - 3)^2) / 2.
    assert float(density(np.ones(1)) - density(np.zeros(1))) == pytest.approx(3.5)
