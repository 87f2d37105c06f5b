"""What distributions are called elsewhere, and names that are nearly right."""

from __future__ import annotations

from collections.abc import Sequence

_ELSEWHERE = {
    "gaussian": "Normal(mean, sd)",
    "dnorm": "Normal(mean, precision = tau)",
    "normal": "Normal(mean, sd)",
    "n": "Normal(mean, sd)",
    "u": "Uniform(lower, upper)",
    "hn": "HalfNormal(scale)",
    "hc": "HalfCauchy(scale)",
    "ln": "LogNormal(meanlog, sdlog)",
    "ig": "InverseGamma(shape, scale)",
    "cat": "Categorical(p)",
    "std_normal": "Normal(0, 1)",
    "standardnormal": "Normal(0, 1)",
    "truncatednormal": "Normal(mean, sd) truncated to (lower, upper)",
    "truncnorm": "Normal(mean, sd) truncated to (lower, upper)",
    "truncated": "Normal(mean, sd) truncated to (lower, upper)",
    "censored": "Normal(mean, sd) censored to [lower, upper]",
    "halfflat": "Flat(0, inf)",
    "improperuniform": "Flat()",
    "dflat": "Flat()",
    "half_normal": "HalfNormal(scale)",
    "halfgaussian": "HalfNormal(scale)",
    "half_cauchy": "HalfCauchy(scale)",
    "half_t": "HalfStudentT(df, scale)",
    "halft": "HalfStudentT(df, scale)",
    "t": "StudentT(df, location, scale)",
    "student": "StudentT(df, location, scale)",
    "student_t": "StudentT(df, location, scale)",
    "dt": "StudentT(df, location, precision = tau)",
    "double_exponential": "Laplace(location, scale)",
    "doubleexponential": "Laplace(location, scale)",
    "ddexp": "Laplace(location, 1 / rate)",
    "dlogis": "Logistic(location, 1 / rate)",
    "dlnorm": "LogNormal(meanlog, precision = tau)",
    "lognormal": "LogNormal(meanlog, sdlog)",
    "dexp": "Exponential(rate)",
    "expon": "Exponential(rate)",
    "dgamma": "Gamma(shape, rate)",
    "inv_gamma": "InverseGamma(shape, scale)",
    "invgamma": "InverseGamma(shape, scale)",
    "erlang": "Gamma(shape, rate)",
    "dweib": "Weibull(shape, rate = lambda)",
    "dpar": "Pareto(min, shape)",
    "dbeta": "Beta(a, b)",
    "beta_proportion": "Beta(mean = m, concentration = k)",
    "dunif": "Uniform(lower, upper)",
    "discreteuniform": "DiscreteUniform(lower, upper)",
    "discrete_range": "DiscreteUniform(lower, upper)",
    "dbern": "Bernoulli(p)",
    "bernoulli_logit": "Bernoulli(logit = x)",
    "bernoullilogits": "Bernoulli(logit = x)",
    "bernoulli_logit_glm": "Bernoulli(logit = x)",
    "dbin": "Binomial(n, p)",
    "binom": "Binomial(n, p)",
    "binomial_logit": "Binomial(n, logit = x)",
    "beta_binomial": "BetaBinomial(n, a, b)",
    "dpois": "Poisson(rate)",
    "poisson_log": "Poisson(log = x)",
    "poisson_log_glm": "Poisson(log = x)",
    "negbin": "NegativeBinomial(mean, concentration)",
    "neg_binomial": "NegativeBinomial(shape = a, rate = b)",
    "neg_binomial_2": "NegativeBinomial(mean, concentration)",
    "neg_binomial_2_log": "NegativeBinomial(log = x, concentration = k)",
    "dnegbin": "NegativeBinomial(n = r, p = p)",
    "gammapoisson": "NegativeBinomial(mean, concentration)",
    "dgeom": "Geometric(p)",
    "dcat": "Categorical(p)",
    "categorical_logit": "Categorical(logit = x)",
    "ddirch": "Dirichlet(belief)",
    "dmulti": "Multinomial(n, p)",
    "dmnorm": "MultiNormal(mean, precision = t)",
    "multi_normal": "MultiNormal(mean, cov = c)",
    "multi_normal_prec": "MultiNormal(mean, precision = t)",
    "mvnormal": "MultiNormal(mean, cov = c)",
    "multivariatenormal": "MultiNormal(mean, cov = c)",
    "lkjcorr": "LKJ(eta)",
    "lkj_corr": "LKJ(eta)",
    "ordered_logistic": "OrderedLogistic(eta, cuts)",
    "ordered_logit": "OrderedLogistic(eta, cuts)",
    "dwish": "Wishart(df, inverse_scale = r)",
    "inv_wishart": "InverseWishart(df, scale = s)",
    "chisq": "ChiSquared(df)",
    "chisquare": "ChiSquared(df)",
    "chi_square": "ChiSquared(df)",
    "chi2": "ChiSquared(df)",
    "dchisqr": "ChiSquared(df)",
    "dchisq": "ChiSquared(df)",
    "inv_chi_square": "InverseChiSquared(df)",
    "invchisq": "InverseChiSquared(df)",
    "scaled_inv_chi_square": "ScaledInverseChiSquared(df, scale)",
    "wald": "InverseGaussian(mean, shape)",
    "inv_gaussian": "InverseGaussian(mean, shape)",
    "invgauss": "InverseGaussian(mean, shape)",
    "exp_mod_normal": "ExGaussian(mean, sd, rate)",
    "exponnorm": "ExGaussian(mean, sd, rate)",
    "emg": "ExGaussian(mean, sd, rate)",
    "expmodnormal": "ExGaussian(mean, sd, rate)",
    "skew_normal": "SkewNormal(location, scale, shape)",
    "skewnorm": "SkewNormal(location, scale, shape)",
    "skew_t": "SkewStudentT(a, b, location, scale)",
    "skewt": "SkewStudentT(a, b, location, scale)",
    "skew_double_exponential": "AsymmetricLaplace(location, scale, quantile = tau)",
    "laplace_asymmetric": "AsymmetricLaplace(location, scale, asymmetry)",
    "von_mises": "VonMises(location, concentration)",
    "vonmises_line": "VonMises(location, concentration)",
    "circularnormal": "VonMises(location, concentration)",
    "gev": "GeneralizedExtremeValue(location, scale, shape)",
    "genextreme": "GeneralizedExtremeValue(location, scale, -c)",
    "dgev": "GeneralizedExtremeValue(location, scale, shape)",
    "gen_extreme_value": "GeneralizedExtremeValue(location, scale, shape)",
    "gpd": "GeneralizedPareto(location, scale, shape)",
    "genpareto": "GeneralizedPareto(location, scale, shape)",
    "dgpar": "GeneralizedPareto(location, scale, shape)",
    "gen_pareto": "GeneralizedPareto(location, scale, shape)",
    "lomax": "ParetoType2(0, scale, shape)",
    "pareto_type_2": "ParetoType2(location, scale, shape)",
    "invweibull": "Frechet(shape, scale)",
    "inverseweibull": "Frechet(shape, scale)",
    "fisk": "LogLogistic(scale, shape)",
    "loglogistic": "LogLogistic(scale, shape)",
    "gengamma": "GeneralizedGamma(shape, scale, power)",
    "dggamma": "GeneralizedGamma(shape, scale, power)",
    "generalisedgamma": "GeneralizedGamma(shape, scale, power)",
    "gennorm": "GeneralizedNormal(location, scale, shape)",
    "exponentialpower": "GeneralizedNormal(location, scale, shape)",
    "subbotin": "GeneralizedNormal(location, scale, shape)",
    "gumbel_r": "Gumbel(location, scale)",
    "reciprocal": "LogUniform(lower, upper)",
    "triang": "Triangular(lower, mode, upper)",
    "levy": "InverseGamma(1 / 2, scale / 2)",
    "dhyper": "Hypergeometric(n, a, b)",
    "hypergeom": "Hypergeometric(n, a, b)",
    "beta_neg_binomial": "BetaNegativeBinomial(n, a, b)",
    "betanbinom": "BetaNegativeBinomial(n, a, b)",
    "negbinomial": "NegativeBinomial(mean, concentration)",
    "nb": "NegativeBinomial(mean, concentration)",
    "nbinom": "NegativeBinomial(n = n, p = p)",
    "logitnormal": "LogitNormal(mean, sd)",
    "logit_normal": "LogitNormal(mean, sd)",
    "zeroinflatedpoisson": "ZeroInflated(p, Poisson(rate))",
    "zero_inflated_poisson": "ZeroInflated(p, Poisson(rate))",
    "hurdlepoisson": "Hurdle(p, Poisson(rate))",
    "normalmixture": "Mixture(w, [Normal(a, s), Normal(b, s)])",
}
"""Names in Stan, PyMC and BUGS, in lower case, and what is written here instead."""

_LONG = 6
"""Letters from which on a name is still recognised with one slip in it."""


def elsewhere(name: str) -> str | None:
    """A hint for a distribution's name in Stan, PyMC or BUGS."""
    written = _ELSEWHERE.get(name.lower())
    return None if written is None else f"write `{written}`"


def nearly_elsewhere(name: str) -> str | None:
    """A hint for a long name that has one slip in it: ``Gausian``."""
    close = [other for other in _ELSEWHERE if edit_distance(name.lower(), other) == 1]
    return elsewhere(close[0]) if close and len(name) >= _LONG else None


def near(name: str, known: Sequence[str]) -> list[str]:
    """Up to two of the known names that `name` may be meant for, the nearest first."""
    low = name.lower().replace("_", "")
    distances = {other: edit_distance(low, other.lower()) for other in dict.fromkeys(known)}
    reach = min(max(1, len(low) // 3), 2 * min(distances.values(), default=0))
    close = [other for other, distance in distances.items() if distance <= reach]
    return sorted(close, key=lambda other: (distances[other], other))[:2]


def beginnings(name: str, known: Sequence[str]) -> list[str]:
    """Up to two of the known names that begin with `name`, the shortest first: ``Exp``."""
    low = name.lower()
    found = [other for other in known if len(low) > 1 and other.lower().startswith(low)]
    return sorted(found, key=len)[:2]


def edit_distance(a: str, b: str) -> int:
    """How many letters must be changed, added, dropped or swapped with the next one."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
