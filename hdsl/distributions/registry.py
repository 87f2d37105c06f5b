"""All distributions, by name."""

from __future__ import annotations

from hdsl.distributions.bells import (
    AsymmetricLaplace,
    ExGaussian,
    GeneralizedNormal,
    Gumbel,
    Moyal,
    SkewNormal,
    SkewStudentT,
    VonMises,
)
from hdsl.distributions.beta import Beta
from hdsl.distributions.binomial import Bernoulli, BetaBinomial, Binomial
from hdsl.distributions.counts import (
    BetaNegativeBinomial,
    DiscreteWeibull,
    Hypergeometric,
    Skellam,
)
from hdsl.distributions.dirichlet import Dirichlet
from hdsl.distributions.distribution import Distribution, Family
from hdsl.distributions.extremes import (
    Frechet,
    GeneralizedExtremeValue,
    GeneralizedPareto,
    ParetoType2,
)
from hdsl.distributions.gamma import Exponential, Gamma, InverseGamma
from hdsl.distributions.intervals import Kumaraswamy, LogitNormal, LogUniform, Triangular
from hdsl.distributions.joint import JointDistribution
from hdsl.distributions.laplace import Laplace, Logistic
from hdsl.distributions.lifetimes import (
    BetaPrime,
    GeneralizedGamma,
    Gompertz,
    InverseGaussian,
    LogLogistic,
    Maxwell,
    Rice,
)
from hdsl.distributions.multinomial import DirichletMultinomial, Multinomial
from hdsl.distributions.multinormal import MultiNormal, MultiStudentT
from hdsl.distributions.normal import HalfNormal, LogNormal, Normal
from hdsl.distributions.poisson import Geometric, NegativeBinomial, Poisson
from hdsl.distributions.random_matrices import LKJ, InverseWishart, Wishart
from hdsl.distributions.respelled import (
    ChiSquared,
    InverseChiSquared,
    Rayleigh,
    ScaledInverseChiSquared,
)
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
        SkewNormal(),
        SkewStudentT(),
        ExGaussian(),
        AsymmetricLaplace(),
        GeneralizedNormal(),
        Gumbel(),
        GeneralizedExtremeValue(),
        Moyal(),
        VonMises(),
        LogNormal(),
        Exponential(),
        Gamma(),
        InverseGamma(),
        ChiSquared(),
        InverseChiSquared(),
        ScaledInverseChiSquared(),
        GeneralizedGamma(),
        Weibull(),
        Frechet(),
        Rayleigh(),
        Maxwell(),
        Rice(),
        Gompertz(),
        LogLogistic(),
        InverseGaussian(),
        BetaPrime(),
        Pareto(),
        ParetoType2(),
        GeneralizedPareto(),
        Beta(),
        Kumaraswamy(),
        LogitNormal(),
        Uniform(),
        LogUniform(),
        Triangular(),
        Flat(),
        Bernoulli(),
        Binomial(),
        BetaBinomial(),
        Poisson(),
        NegativeBinomial(),
        BetaNegativeBinomial(),
        Geometric(),
        DiscreteWeibull(),
        Hypergeometric(),
        Skellam(),
        DiscreteUniform(),
    )
}
"""One instance of each distribution of one number, by the name that models use."""

JOINT_DISTRIBUTIONS: dict[str, JointDistribution] = {
    distribution.name: distribution
    for distribution in (
        Dirichlet(),
        Multinomial(),
        DirichletMultinomial(),
        MultiNormal(),
        MultiStudentT(),
        LKJ(),
        Wishart(),
        InverseWishart(),
    )
}
"""The same for distributions of vectors and matrices."""

FAMILIES: dict[str, Family] = {**DISTRIBUTIONS, **JOINT_DISTRIBUTIONS}
"""All of them."""
