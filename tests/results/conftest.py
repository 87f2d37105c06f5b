"""Small fits with known draws, for the tests of this folder."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hdsl.results import Fit, RunFacts, Variable
from hdsl.source import Span

MODEL = "\n".join(
    [
        "data y[day]",
        "tau ~ HalfNormal(1)",
        "theta[day] ~ Normal(0, tau)",
        "y[day] ~ Normal(theta[day], 1)",
        "twice = 2 * tau",
        "next ~ Normal(0, tau)",
    ]
)
DAYS = tuple(f"2014-03-{day:02d}" for day in range(1, 21))
CHAINS, DRAWS = 4, 500


def line(text: str) -> Span:
    start = MODEL.index(text)
    return Span(start, start + len(text))


def autoregression(phi: float, shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    """Chains of an autoregression along the second axis."""
    draws = np.random.default_rng(seed).normal(size=shape)
    for t in range(1, shape[1]):
        draws[:, t] += phi * draws[:, t - 1]
    return draws


def variables(seed: int = 7, draws: int = DRAWS) -> dict[str, Variable]:
    rng = np.random.default_rng(seed)
    shape = (CHAINS, draws)
    tau = np.abs(rng.normal(size=shape))
    theta = rng.normal(size=(*shape, len(DAYS)))
    tau_line = line("tau ~ HalfNormal(1)")
    theta_line = line("theta[day] ~ Normal(0, tau)")
    found = [
        Variable("tau", tau, (), tau_line, "the spread"),
        Variable("theta", theta, ("day",), theta_line),
        Variable("twice", 2 * tau, (), line("twice = 2 * tau"), role="derived"),
        Variable("next", rng.normal(size=shape), (), line("next"), role="prediction"),
        Variable("y", theta + 1, ("day",), role="replicate"),
    ]
    return {variable.name: variable for variable in found}


def make_fit(*changed: Variable, **parts: Any) -> Fit:
    """A healthy fit, with some variables or parts replaced."""
    chosen = variables() | {variable.name: variable for variable in changed}
    whole: dict[str, Any] = {
        "variables": tuple(chosen.values()),
        "coords": {"day": DAYS},
        "facts": RunFacts(model_text=MODEL, model_name="days.hbm", seed=7),
    }
    return Fit(**(whole | parts))


@pytest.fixture(scope="session")
def fits() -> SimpleNamespace:
    return SimpleNamespace(
        MODEL=MODEL,
        DAYS=DAYS,
        line=line,
        autoregression=autoregression,
        variables=variables,
        make=make_fit,
    )
