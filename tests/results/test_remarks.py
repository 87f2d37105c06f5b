"""What a fit says besides its verdict."""

from __future__ import annotations

import hdsl


def test_what_is_left_out_and_what_is_not_exact() -> None:
    model = hdsl.compile(
        """
        density T(r > 0, v | a) = log(a) - a * r - v^2
        data r[star] = [1, 2], v[star] = [1, 2], y = 3
        a ~ Gamma(2, 2)
        b ~ Normal(0, 1)
        y ~ Normal(b, 1)
        (r[star], v[star]) ~ T(1)
        narrow = integrate(exp(log_prob(Normal(5 + b, 0.02), x)) for x in (0, 10))
        wide = integrate(exp(-b^2 * x) for x in (0, 10))
        """
    )
    fit = model.sample(seed=1, num_samples=50)
    left_out, rough = fit.facts.remarks
    assert "`r` and `v`" in left_out
    assert "line 8" in rough
    assert left_out in fit.verdict
    assert rough in fit.verdict
    assert {v.name for v in fit.variables if v.role == "replicate"} == {"y"}
