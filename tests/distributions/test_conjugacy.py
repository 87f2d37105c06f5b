"""What is declared conjugate is: the evidence is the integral, the statistics carry the child."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from hdsl.distributions import DISTRIBUTIONS
from hdsl.expressions.tree import Constant, Expression

from .scipy_twins import at

PARENTS = {"Beta": {"a": 1.7, "b": 2.4}, "Gamma": {"shape": 1.7, "rate": 2.4}}
CHILDREN = {
    "Binomial": (3.0, {"n": 8.0}),
    "Bernoulli": (1.0, {}),
    "Geometric": (4.0, {}),
    "Poisson": (5.0, {}),
    "Exponential": (0.7, {}),
}
PAIRS = [
    (parent, child)
    for parent, distribution in DISTRIBUTIONS.items()
    for child in distribution.conjugate_to
]


@pytest.mark.parametrize(("parent", "child"), PAIRS)
def test_marginal(parent: str, child: str) -> None:
    above, below = DISTRIBUTIONS[parent], DISTRIBUTIONS[child]
    rule = above.conjugate_to[child]
    y, others = CHILDREN[child]
    numbers: dict[str, Expression] = {k: Constant(v) for k, v in PARENTS[parent].items()}
    given: dict[str, Expression] = {k: Constant(v) for k, v in others.items()}

    def joint(value: float) -> float:
        theta = Constant(value)
        total = above.log_prob(theta, **numbers) + below.log_prob(
            Constant(y), **given, **{rule.parameter: theta}
        )
        return float(np.exp(at(total)[0]))

    upper = 1.0 if parent == "Beta" else 40.0
    integral = integrate.quad(joint, 0, upper, epsabs=1e-13)[0]
    evidence = above.log_evidence(numbers, rule.statistics(Constant(y), **given))
    found = at(evidence + rule.base_measure(Constant(y), **given))[0]
    assert found == pytest.approx(np.log(integral), abs=1e-8)
    # The posterior's parameters are sums: density times likelihood is proportional to it.
    statistics = rule.statistics(Constant(y), **given)
    after = {name: value + statistics[name] for name, value in numbers.items()}
    for value in (0.2, 0.7):
        log_ratio = np.log(joint(value)) - at(above.log_prob(Constant(value), **after))[0]
        assert log_ratio == pytest.approx(np.log(integral), abs=1e-8)
