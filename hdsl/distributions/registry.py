"""All distributions of one number, by name."""

from __future__ import annotations

from hdsl.distributions.beta import Beta
from hdsl.distributions.binomial import Bernoulli, BetaBinomial, Binomial
from hdsl.distributions.distribution import Distribution
from hdsl.distributions.gamma import Exponential, Gamma, InverseGamma
from hdsl.distributions.laplace import Laplace, Logistic
from hdsl.distributions.normal import HalfNormal, LogNormal, Normal
from hdsl.distributions.poisson import Geometric, NegativeBinomial, Poisson
from hdsl.distributions.student import Cauchy, HalfCauchy, HalfStudentT, StudentT
from hdsl.distributions.uniform import DiscreteUniform, Flat, Uniform
from hdsl.distributions.weibull import Pareto, Weibull

DISTRIBUTIONS: dict[str, Distribution] = {
    distribution.name: distribution
    for distribution in (
        Normal(),
        HalfNormal(),
        StudentT(),
        HalfStudentT(),
        Cauchy(),
        HalfCauchy(),
        Laplace(),
        Logistic(),
        LogNormal(),
        Exponential(),
        Gamma(),
        InverseGamma(),
        Weibull(),
        Pareto(),
        Beta(),
        Uniform(),
        Flat(),
        Bernoulli(),
        Binomial(),
        BetaBinomial(),
        Poisson(),
        NegativeBinomial(),
        Geometric(),
        DiscreteUniform(),
    )
}
"""One instance of each, by the name that models use."""
