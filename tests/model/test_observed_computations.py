"""What is computed from data alone can be observed."""

from __future__ import annotations

import numpy as np
import pytest

import hdsl

CANDIES = {"colour": ["blue", "red", "blue", "green"]}
BAG = """
index colour = {blue, red, green}
data colour[candy] : colour
theta ~ Beta(2, 9)
"""
COUNT = "sum(colour[candy] == blue for candy)"


@pytest.mark.parametrize(
    "lines",
    [
        f"y = {COUNT}; y ~ Binomial(size(candy), theta)",
        f"y ~ Binomial(size(candy), theta); y = {COUNT}",
        f"{COUNT} ~ Binomial(size(candy), theta)",
        "(colour[candy] == blue) ~ Bernoulli(theta)",
        "blue_one = colour == blue; blue_one[candy] ~ Bernoulli(theta)",
        "blue_one[candy] ~ Bernoulli(theta); blue_one = colour == blue",
        "blue_one[candy] = colour[candy] == blue; blue_one[candy] ~ Bernoulli(theta)",
    ],
)
def test_counted_candies_give_the_conjugate_posterior(lines: str) -> None:
    fit = hdsl.compile(BAG + lines).sample(CANDIES, seed=1, num_samples=4000)
    theta = fit.posterior["theta"].to_numpy()
    # Beta(2 + 2, 9 + 2), from 16000 independent draws
    assert theta.mean() == pytest.approx(4 / 15, abs=4 * 0.111 / np.sqrt(16000))
    assert theta.std() == pytest.approx(np.sqrt(4 * 11 / (15**2 * 16)), rel=0.03)
