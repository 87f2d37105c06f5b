"""Each distribution with its twin in SciPy, and arguments to try."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from scipy import stats

from hdsl.distributions.construct import construct
from hdsl.distributions.random import Applied, Random
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Along, Constant, Expression, Reference

X = Reference("x", (Along("row"),))


def applied(name: str, *positional: float, **keywords: float) -> Applied:
    """A distribution with numbers as arguments."""
    found = construct(
        name, [Constant(v) for v in positional], {k: Constant(v) for k, v in keywords.items()}
    )
    assert isinstance(found, Applied), found
    return found


def at(expression: Expression | None, x: Any = 0.0) -> np.ndarray:
    """The value of an expression at each of some numbers."""
    assert expression is not None
    rows = np.atleast_1d(np.asarray(x, float))
    run = Evaluator(numpy_arrays(), {"x": Value(rows, ("row",))}, {}, {"row": len(rows)})
    return np.broadcast_to(run.array(expression, ("row",)), rows.shape)


def log_prob(random: Random, x: Any) -> np.ndarray:
    """Log density at each of some numbers, minus infinity outside the support."""
    return at(random.guarded_log_prob(X), x)


def number(expression: Expression) -> np.ndarray:
    """The value of an expression without axes; what `Random.sample` wants."""
    return np.asarray(Evaluator(numpy_arrays(), {}, {})(expression).array)


def _negative_binomial(mean: float, concentration: float) -> Any:
    return stats.nbinom(concentration, concentration / (concentration + mean))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


_SDLOG = math.sqrt(math.log(1 + 4 / 9))
_MEDIAN = 3 / math.sqrt(1 + 4 / 9)

# Name, positional arguments, keyword arguments, and the same in SciPy.
TWINS: list[tuple[str, tuple[float, ...], dict[str, float], Any]] = [
    ("Normal", (1.5, 2.0), {}, stats.norm(1.5, 2.0)),
    ("Normal", (1.5,), {"precision": 4.0}, stats.norm(1.5, 0.5)),
    ("Normal", (), {"sd": 0.3, "mean": -1.0}, stats.norm(-1.0, 0.3)),
    ("HalfNormal", (2.0,), {}, stats.halfnorm(scale=2.0)),
    ("StudentT", (4.0, 1.0, 2.0), {}, stats.t(4.0, 1.0, 2.0)),
    ("StudentT", (1.5, 0.0), {"scale": 0.5}, stats.t(1.5, 0.0, 0.5)),
    ("StudentT", (60.0, 3.0, 0.1), {}, stats.t(60.0, 3.0, 0.1)),
    ("Cauchy", (-1.0, 3.0), {}, stats.cauchy(-1.0, 3.0)),
    ("HalfCauchy", (2.5,), {}, stats.halfcauchy(scale=2.5)),
    ("Laplace", (1.0, 0.7), {}, stats.laplace(1.0, 0.7)),
    ("Logistic", (1.0, 0.7), {}, stats.logistic(1.0, 0.7)),
    ("LogNormal", (0.3, 0.8), {}, stats.lognorm(0.8, scale=math.exp(0.3))),
    ("Exponential", (2.5,), {}, stats.expon(scale=0.4)),
    ("Exponential", (), {"mean": 3.0}, stats.expon(scale=3.0)),
    ("Gamma", (2.5, 3.0), {}, stats.gamma(2.5, scale=1 / 3.0)),
    ("Gamma", (0.7, 0.2), {}, stats.gamma(0.7, scale=5.0)),
    ("Gamma", (), {"mean": 6.0, "sd": 2.0}, stats.gamma(9.0, scale=4 / 6)),
    ("Gamma", (2.0,), {"scale": 3.0}, stats.gamma(2.0, scale=3.0)),
    ("InverseGamma", (3.0, 2.0), {}, stats.invgamma(3.0, scale=2.0)),
    ("Weibull", (1.7, 2.0), {}, stats.weibull_min(1.7, scale=2.0)),
    ("Weibull", (0.8, 0.5), {}, stats.weibull_min(0.8, scale=0.5)),
    ("Pareto", (1.5, 3.0), {}, stats.pareto(3.0, scale=1.5)),
    ("Beta", (2.0, 5.0), {}, stats.beta(2.0, 5.0)),
    ("Beta", (), {"mean": 0.25, "concentration": 12.0}, stats.beta(3.0, 9.0)),
    ("Beta", (0.6, 0.8), {}, stats.beta(0.6, 0.8)),
    ("Uniform", (-1.0, 3.0), {}, stats.uniform(-1.0, 4.0)),
    ("Bernoulli", (0.3,), {}, stats.bernoulli(0.3)),
    ("Bernoulli", (), {"logit": -1.2}, stats.bernoulli(_logistic(-1.2))),
    ("Binomial", (12, 0.3), {}, stats.binom(12, 0.3)),
    ("Binomial", (12,), {"logit": 0.7}, stats.binom(12, _logistic(0.7))),
    ("BetaBinomial", (10, 2.0, 3.5), {}, stats.betabinom(10, 2.0, 3.5)),
    ("BetaBinomial", (10,), {"mean": 0.2, "concentration": 5.0}, stats.betabinom(10, 1.0, 4.0)),
    ("Poisson", (3.7,), {}, stats.poisson(3.7)),
    ("Poisson", (), {"log": 1.1}, stats.poisson(math.exp(1.1))),
    ("NegativeBinomial", (4.0, 1.5), {}, _negative_binomial(4.0, 1.5)),
    ("Geometric", (0.3,), {}, stats.geom(0.3, loc=-1)),
    ("DiscreteUniform", (-2, 5), {}, stats.randint(-2, 6)),
    ("Normal", (1.5,), {"variance": 4.0}, stats.norm(1.5, 2.0)),
    ("StudentT", (4.0, 1.0), {"precision": 0.25}, stats.t(4.0, 1.0, 2.0)),
    ("SkewNormal", (1.0, 2.0, 1.5), {}, stats.skewnorm(1.5, 1.0, 2.0)),
    ("SkewStudentT", (3.0, 5.0, 1.0, 2.0), {}, stats.jf_skew_t(3.0, 5.0, 1.0, 2.0)),
    ("ExGaussian", (1.0, 0.5, 0.8), {}, stats.exponnorm(2.5, 1.0, 0.5)),
    ("ExGaussian", (1.0, 0.5), {"scale": 1.25}, stats.exponnorm(2.5, 1.0, 0.5)),
    ("AsymmetricLaplace", (1.0, 2.0, 1.5), {}, stats.laplace_asymmetric(1.5, 1.0, 2.0)),
    ("AsymmetricLaplace", (1.0, 2.0), {"quantile": 0.2}, stats.laplace_asymmetric(0.5, 1.0, 2.0)),
    ("GeneralizedNormal", (1.0, 2.0, 1.5), {}, stats.gennorm(1.5, 1.0, 2.0)),
    ("GeneralizedNormal", (1.0, 2.0, 4.0), {}, stats.gennorm(4.0, 1.0, 2.0)),
    ("Gumbel", (1.0, 2.0), {}, stats.gumbel_r(1.0, 2.0)),
    ("GeneralizedExtremeValue", (1.0, 2.0, 0.3), {}, stats.genextreme(-0.3, 1.0, 2.0)),
    ("GeneralizedExtremeValue", (1.0, 2.0, -0.3), {}, stats.genextreme(0.3, 1.0, 2.0)),
    ("GeneralizedExtremeValue", (1.0, 2.0, 0.0), {}, stats.gumbel_r(1.0, 2.0)),
    ("Moyal", (1.0, 2.0), {}, stats.moyal(1.0, 2.0)),
    ("LogNormal", (), {"median": 1.5, "sdlog": 0.8}, stats.lognorm(0.8, scale=1.5)),
    ("LogNormal", (), {"mean": 3.0, "sd": 2.0}, stats.lognorm(_SDLOG, scale=_MEDIAN)),
    ("LogNormal", (0.3,), {"precision": 4.0}, stats.lognorm(0.5, scale=math.exp(0.3))),
    ("Exponential", (), {"scale": 0.4}, stats.expon(scale=0.4)),
    ("Gamma", (2.0,), {"mean": 6.0}, stats.gamma(2.0, scale=3.0)),
    ("InverseGamma", (), {"mean": 3.0, "sd": 1.5}, stats.invgamma(6.0, scale=15.0)),
    ("ChiSquared", (5.0,), {}, stats.chi2(5.0)),
    ("InverseChiSquared", (5.0,), {}, stats.invgamma(2.5, scale=0.5)),
    ("ScaledInverseChiSquared", (5.0, 2.0), {}, stats.invgamma(2.5, scale=10.0)),
    ("GeneralizedGamma", (1.5, 2.0, 0.7), {}, stats.gengamma(1.5, 0.7, scale=2.0)),
    ("Weibull", (1.7,), {"rate": 2.0}, stats.weibull_min(1.7, scale=2.0 ** (-1 / 1.7))),
    ("Frechet", (2.5, 2.0), {}, stats.invweibull(2.5, scale=2.0)),
    ("Rayleigh", (2.0,), {}, stats.rayleigh(scale=2.0)),
    ("Maxwell", (2.0,), {}, stats.maxwell(scale=2.0)),
    ("Rice", (3.0, 2.0), {}, stats.rice(1.5, scale=2.0)),
    ("Gompertz", (0.5, 2.0), {}, stats.gompertz(0.5, scale=0.5)),
    ("LogLogistic", (2.0, 3.0), {}, stats.fisk(3.0, scale=2.0)),
    ("InverseGaussian", (1.5, 2.0), {}, stats.invgauss(0.75, scale=2.0)),
    ("BetaPrime", (2.0, 5.0), {}, stats.betaprime(2.0, 5.0)),
    ("ParetoType2", (1.0, 2.0, 3.0), {}, stats.lomax(3.0, 1.0, 2.0)),
    ("GeneralizedPareto", (1.0, 2.0, 0.3), {}, stats.genpareto(0.3, 1.0, 2.0)),
    ("GeneralizedPareto", (1.0, 2.0, -0.3), {}, stats.genpareto(-0.3, 1.0, 2.0)),
    ("GeneralizedPareto", (1.0, 2.0, 0.0), {}, stats.expon(1.0, 2.0)),
    ("LogUniform", (0.1, 100.0), {}, stats.loguniform(0.1, 100.0)),
    ("Triangular", (1.0, 2.0, 5.0), {}, stats.triang(0.25, 1.0, 4.0)),
    (
        "NegativeBinomial",
        (),
        {"log": math.log(4.0), "concentration": 1.5},
        _negative_binomial(4.0, 1.5),
    ),
    ("NegativeBinomial", (), {"n": 2.5, "p": 0.4}, stats.nbinom(2.5, 0.4)),
    ("NegativeBinomial", (), {"shape": 2.0, "rate": 0.5}, stats.nbinom(2.0, 1 / 3)),
    ("BetaNegativeBinomial", (3.0, 9.0, 2.5), {}, stats.betanbinom(3, 9.0, 2.5)),
    ("Geometric", (), {"mean": 2.0}, stats.geom(1 / 3, loc=-1)),
    ("Hypergeometric", (7, 12, 9), {}, stats.hypergeom(21, 12, 7)),
    ("Skellam", (3.0, 1.5), {}, stats.skellam(3.0, 1.5)),
    ("VonMises", (0.0, 2.5), {}, stats.vonmises(2.5)),
]

IDS = [
    f"{name}({', '.join([*map(str, positional), *keywords])})"
    for name, positional, keywords, _ in TWINS
]


WITHOUT_MEAN = {"Cauchy", "DiscreteWeibull", "Gompertz", "LogitNormal", "VonMises"}
ROUGH_TAILS = {
    "SkewNormal", "SkewStudentT", "LogUniform", "Triangular", "LogLogistic", "Rice", "Skellam",
    "VonMises", "BetaNegativeBinomial",
}  # fmt: skip
"""Distributions of which SciPy's tails are inexact: compared with ours within 1e-7 and 1 - 1e-7."""


def is_discrete(twin: Any) -> bool:
    """Whether a frozen SciPy distribution has probabilities, not densities."""
    return hasattr(twin.dist, "pmf")


def points(twin: Any) -> np.ndarray:
    """Numbers in the bulk and far out in both tails."""
    if is_discrete(twin):
        return np.arange(twin.ppf(1e-14), twin.isf(1e-14) + 1)
    tails = np.array([1e-100, 1e-30, 1e-14, 1e-6, 1e-3])
    inner = twin.ppf(np.linspace(0.01, 0.99, 45))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's quantiles of the beta in the far tails
        found = np.concatenate([twin.ppf(tails), inner, twin.isf(tails)])
    lower, upper = twin.support()
    return np.sort(found[np.isfinite(found) & (found > lower) & (found < upper)])
