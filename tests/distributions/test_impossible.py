"""Draws where parameters are no numbers, or of no sensible size."""

from __future__ import annotations

import numpy as np
import pytest

from hdsl.distributions.construct import construct
from hdsl.distributions.random import Applied
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Along, Expression, Reference


@pytest.mark.parametrize("family", ["Poisson", "Exponential", "Bernoulli"])
def test_they_are_no_numbers_and_the_others_stay(family: str) -> None:
    values = np.array([0.5, np.nan, np.inf, 0.25])
    random = construct(family, [Reference("x", (Along("i"),))], {})
    assert isinstance(random, Applied)
    run = Evaluator(numpy_arrays(), {"x": Value(values, ("i",))}, {}, {"i": 4})

    def evaluate(e: Expression, *_: str) -> np.ndarray:
        return np.asarray(run(e).array)

    draws = random.sample(np.random.default_rng(1), (4,), evaluate)
    np.testing.assert_array_equal(np.isfinite(draws), [True, False, False, True])
