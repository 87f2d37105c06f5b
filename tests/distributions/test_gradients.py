"""Densities can be differentiated by JAX with respect to their value and their parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hdsl.distributions import DISTRIBUTIONS
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import Along, Constant, Expression, Reference, apply

from .scipy_twins import TWINS, applied, is_discrete

jax = pytest.importorskip("jax")
FIXED = {"n", "lower", "upper"}
COUNTED = {"Hypergeometric"}


@pytest.fixture(autouse=True)
def double_precision() -> Any:
    with jax.enable_x64(True):
        yield


def gradient(e: Expression, at: dict[str, float]) -> dict[str, float]:
    from hdsl.density.arrays import jax_arrays

    def total(values: dict[str, Any]) -> Any:
        return Evaluator(jax_arrays(), {k: Value(v) for k, v in values.items()}, {})(e).array

    return {k: float(v) for k, v in jax.grad(total)(at).items()}


def difference(e: Expression, at: dict[str, float], name: str) -> float:
    step = 1e-5 * max(abs(at[name]), 0.1)

    def value(by: float) -> float:
        moved = {**at, name: at[name] + by}
        values = {k: Value(np.float64(v)) for k, v in moved.items()}
        return float(Evaluator(numpy_arrays(), values, {})(e).array)

    return (value(step) - value(-step)) / (2 * step)


CASES = {name: (positional, twin) for name, positional, keywords, twin in TWINS if not keywords}


@pytest.mark.parametrize("name", sorted(CASES))
def test_log_prob(name: str) -> None:
    positional, twin = CASES[name]
    distribution = DISTRIBUTIONS[name]
    numbers = {
        key: value.value
        for key, value in applied(name, *positional).arguments
        if isinstance(value, Constant)
    }
    x = float(twin.ppf(0.8))
    free = {k: v for k, v in numbers.items() if k not in FIXED and name not in COUNTED}
    if not is_discrete(twin):
        free["x"] = x
    if not free:
        return
    given: dict[str, Expression] = {
        k: Reference(k) if k in free else Constant(v) for k, v in numbers.items()
    }
    e = distribution.log_prob(Reference("x") if "x" in free else Constant(x), **given)
    found = gradient(e, free)
    for key in free:
        assert found[key] == pytest.approx(difference(e, free, key), rel=1e-5, abs=1e-6), key


TAILS = {
    n: case for n, case in CASES.items() if n not in {*COUNTED, "Bernoulli", "DiscreteUniform"}
}


@pytest.mark.parametrize("name", sorted(TAILS))
def test_cumulative_probabilities(name: str) -> None:
    """With respect to unknown parameters as by differences; to the value as the density says."""
    from hdsl.density.arrays import jax_arrays

    positional, twin = TAILS[name]
    distribution = DISTRIBUTIONS[name]
    numbers = {k: v.value for k, v in applied(name, *positional).arguments}
    free = {k: v for k, v in numbers.items() if k not in FIXED}
    given: dict[str, Expression] = {
        k: Reference(k) if k in free else Constant(v) for k, v in numbers.items()
    }
    low, top = Reference("low", (Along("row"),)), Reference("high", (Along("row"),))
    tails = distribution.log_cdf(low, **given), distribution.log_survival(top, **given)
    assert tails[0] is not None
    assert tails[1] is not None
    chances = np.array([1e-4, 0.01, 0.45, 0.99])
    high = twin.isf(chances).astype(float)
    if is_discrete(twin):  # above the last number there is nothing
        high = np.minimum(high, twin.support()[1] - 1)
    points = {"low": twin.ppf(chances).astype(float), "high": high}

    def run(arrays: Any, values: dict[str, Any], e: Expression) -> Any:
        named = {k: Value(v, ("row",) if k in points else ()) for k, v in values.items()}
        return Evaluator(arrays, named, {}, {"row": len(chances)}).array(e, ("row",))

    def total(values: dict[str, Any], arrays: Any) -> Any:
        return arrays.sum(run(arrays, values, tails[0]) + run(arrays, values, tails[1]))

    at = {**free, **points}
    found = jax.jit(jax.grad(lambda values: total(values, jax_arrays())))(at)
    for key in free:
        step = 1e-7 * max(abs(free[key]), 0.1)
        sides = [total({**at, key: free[key] + s}, numpy_arrays()) for s in (step, -step)]
        expected = (sides[0] - sides[1]) / (2 * step)
        assert found[key] == pytest.approx(expected, rel=1e-4, abs=1e-5), key
    if not is_discrete(twin):
        for name, x, tail, sign in (("low", low, tails[0], 1), ("high", top, tails[1], -1)):
            density = distribution.log_prob(x, **given) - tail
            hazard = sign * np.exp(run(numpy_arrays(), at, density))
            np.testing.assert_allclose(found[name], hazard, rtol=1e-8)


def normal_mass(low: float | None, high: float | None) -> Expression:
    normal = DISTRIBUTIONS["Normal"]
    ends = [None if end is None else Constant(end) for end in (low, high)]
    mass = normal.log_mass(*ends, mean=Reference("mean"), sd=Reference("sd"))
    assert mass is not None
    return mass


@pytest.mark.parametrize(
    "interval", [(0.0, None), (None, 1.0), (-1.0, 2.0), (30.0, 31.0), (-60.0, -50.0), (-40.0, 35.0)]
)
def test_log_mass_of_a_normal(interval: tuple[float | None, float | None]) -> None:
    mass = normal_mass(*interval)
    at = {"mean": 0.3, "sd": 1.2}
    found = gradient(mass, at)
    for key in at:
        assert found[key] == pytest.approx(difference(mass, at, key), rel=1e-5, abs=1e-6)


def test_chances_of_zero_have_finite_gradients() -> None:
    """No successes in no trials say nothing about p, whatever it is."""
    binomial = DISTRIBUTIONS["Binomial"].log_prob(Constant(0.0), n=Constant(0.0), p=Reference("p"))
    for p in (0.0, 0.4, 1.0):
        assert gradient(binomial, {"p": p})["p"] == 0
    poisson = DISTRIBUTIONS["Poisson"].log_prob(Constant(0.0), rate=Reference("rate"))
    assert gradient(poisson, {"rate": 0.0})["rate"] == -1


def test_logits_far_out_have_finite_gradients() -> None:
    p = apply("logistic", Reference("x"))
    for y in (0.0, 1.0):
        e = simplify(DISTRIBUTIONS["Bernoulli"].log_prob(Constant(y), p=p))
        for x in (-800.0, 0.0, 800.0):
            expected = y - 1 / (1 + np.exp(min(-x, 700.0)))
            assert gradient(e, {"x": x})["x"] == pytest.approx(expected, abs=1e-12)
