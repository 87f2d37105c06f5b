"""A hurdle, a mixture prior and censoring, sampled: against what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

import hdsl

MODEL = """
data y[i], t[j], lost[j] : bool
p ~ Beta(2, 1); m ~ Normal(0, 2)
y[i] ~ Hurdle(p, LogNormal(m, 0.7))
rate ~ Gamma(2, rate = 1)
t[j] ~ Exponential(rate) censored if lost[j]
c ~ Mixture([0.3, 0.7], [Normal(-2, 1), Normal(1, 1)])
data z = 0.5
z ~ Normal(c, 1)
"""


def test_posterior() -> None:
    rng = np.random.default_rng(3)
    y = np.where(rng.random(40) < 0.6, np.exp(rng.normal(0.5, 0.7, 40)), 0.0)
    true = rng.exponential(2.0, 30)
    lost = true > 2.5
    t = np.minimum(true, 2.5)
    fit = hdsl.compile(MODEL).sample(data={"y": y, "t": t, "lost": lost * 1}, seed=2)

    above = y > 0
    share = stats.beta(2 + above.sum(), 1 + (~above).sum())
    precision = 1 / 4 + above.sum() / 0.49
    centre = stats.norm(np.log(y[above]).sum() / 0.49 / precision, precision**-0.5)
    rate = stats.gamma(2 + (~lost).sum(), scale=1 / (1 + t.sum()))
    for name, twin in (("p", share), ("m", centre), ("rate", rate)):
        draws = np.asarray(fit.posterior[name])
        error = twin.std() / np.sqrt(1000)
        assert draws.mean() == pytest.approx(twin.mean(), abs=4 * error)
        assert draws.std() == pytest.approx(twin.std(), rel=0.15)

    def density(c: float) -> float:
        prior = 0.3 * stats.norm.pdf(c, -2, 1) + 0.7 * stats.norm.pdf(c, 1, 1)
        return prior * stats.norm.pdf(c, 0.5, 1)

    whole = integrate.quad(density, -12, 12)[0]
    mean = integrate.quad(lambda c: c * density(c), -12, 12)[0] / whole
    assert float(fit.posterior["c"].mean()) == pytest.approx(mean, abs=4 / np.sqrt(1000))
