"""What programs of the language mean in numbers, against formulas by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from language_programs import Program as P
from scipy import stats

normal = stats.norm
MATRIX = np.array([[2, 0.5], [0.5, 1]])
DIFFERENCES = np.array([1, 2, 4])[:, None] - 2 * np.array([1, 2, 4])

PROGRAMS = {
    "two_wide_families": P(
        """data y[i] = [1, 2, 4], kind[i] : kind = ["a", "a", "b"], day[i] : day = ["x", "y", "x"]
u[kind] ~ Normal(0, 100)
v[day] ~ Normal(0, 100)
y[i] ~ Normal(u[kind[i]] + v[day[i]], 1)""",
        warns=("HB604",),
    ),
    "narrow_prior_holds_a_shift": P(
        """data y[i] = [1, 2, 4], kind[i] : kind = ["a", "a", "b"]
m ~ Normal(1, 1)
mu ~ Normal(0, 10); tau ~ HalfNormal(1)
u[kind] ~ Normal(mu, tau)
y[i] ~ Normal(m + u[kind[i]], 1)""",
        warns=(),
    ),
    "mixtures_of_labels": P(
        """index k = {A, B, C}; index j = {one, two}
data y[i] : k = ["A", "C"], p[k] = [0.2, 0.3, 0.5], q[j, k] = [[0.6, 0.1, 0.3], [0.1, 0.1, 0.8]]
data w[j] = [0.25, 0.75]
u ~ Normal(0, 1)
a[i] = log_prob(Mixture([0.4, 0.6], [Categorical(p), Categorical(q[one])]), y[i])
b[i] = log_prob(Mixture(w[j], Categorical(q[j]) for j), y[i])
c[i] = log_prob(if y[i] == A then Categorical(p) else Categorical([0.1, 0.1, 0.8]), y[i])""",
        at={"u": 0.3},
        gives={
            "a": np.log([0.4 * 0.2 + 0.6 * 0.6, 0.4 * 0.5 + 0.6 * 0.3]),
            "b": np.log([0.25 * 0.6 + 0.75 * 0.1, 0.25 * 0.3 + 0.75 * 0.8]),
            "c": np.log([0.2, 0.8]),
        },
    ),
    "log_prob_of_vectors": P(
        """index k = 1..2
data z[i, j] = [[1, 2], [2, 1], [3, 4]], S[k, k'] = [[2, 0.5], [0.5, 1]]
index colour = 1..3
p[colour] = [0.2, 0.3, 0.5]
u, v ~ Normal(0, 1)
a = log_prob(Dirichlet([1, 2, 3]), p)
b[i] = log_prob(MultiNormal([0, i], [[2, 0.5], [0.5, 1]]), z[i])
c = log_prob(MultiNormal([0, 1], cov = S), [u, v])
d = log_prob(Multinomial(6, p), [1, 2, 3])
e = log_prob(Ordered(Normal(0, 1)), p)
f = log_prob(LKJ(2), [[1, 0.4], [0.4, 1]])
g = log_prob(Mixture([0.4, 0.6], [MultiNormal(0, S), MultiNormal([1, 0], S)]), [u, v])
h = log_prob(Dirichlet(1), [0.5, 0.6])""",
        at={"u": 0.3, "v": -0.2},
        gives={
            "a": stats.dirichlet([1, 2, 3]).logpdf([0.2, 0.3, 0.5]),
            "b": [
                stats.multivariate_normal([0, i], MATRIX).logpdf(z)
                for i, z in ((1, [1, 2]), (2, [2, 1]), (3, [3, 4]))
            ],
            "c": stats.multivariate_normal([0, 1], MATRIX).logpdf([0.3, -0.2]),
            "d": stats.multinomial(6, [0.2, 0.3, 0.5]).logpmf([1, 2, 3]),
            "e": math.log(6) + normal.logpdf([0.2, 0.3, 0.5]).sum(),
            "f": stats.beta(2, 2, -1, 2).logpdf(0.4),
            "g": np.log(
                0.4 * stats.multivariate_normal([0, 0], MATRIX).pdf([0.3, -0.2])
                + 0.6 * stats.multivariate_normal([1, 0], MATRIX).pdf([0.3, -0.2])
            ),
            "h": -math.inf,
        },
    ),
    "pair_observed": P(
        """data x[i] = [1, 2, 3], y[i] = [2, 1, 4]
(x[i], y[i]) ~ MultiNormal([0, 1], [[2, 0.5], [0.5, 1]])""",
        log_density=stats.multivariate_normal([0, 1], MATRIX)
        .logpdf([[1, 2], [2, 1], [3, 4]])
        .sum(),
    ),
    "pair_unknown": P(
        """data z[i] = [1, 2], y = 3
(u[i], log(v[i])) ~ MultiNormal([0, z[i]], [[2, 0.5], [0.5, 1]])
y ~ Normal(sum(u) + sum(v), 1)""",
        at={"(u[i], log(v[i]))": [[0.1, 0.2], [0.3, 0.4]]},
        gives={"u": [0.1, 0.3], "v": np.exp([0.2, 0.4])},
        roles={"(u[i], log(v[i]))": "parameter"},
        log_density=stats.multivariate_normal([0, 0], MATRIX)
        .logpdf([[0.1, -0.8], [0.3, -1.6]])
        .sum()
        + normal(0.4 + np.exp([0.2, 0.4]).sum(), 1).logpdf(3),
    ),
    "arith": P(
        """data x[i] = [1, 2, 3], b[i] = [0, 1, 1]
a = -x[2]^2
c = 2^3^2
d = 1 < 2
e = 0 < x[2] <= 1
f = not (1 > 2) and true or false
g = if d then 1 else 2
h = [1, 2]
s = sum(x)
s2 = sum(x[i]^2 for i)
p = prod(x)
m = mean(x)
sd1 = sd(x)
v = var(x)
mn = min(x)
mx = max(x)
l = logsumexp(x)
an = any(b)
al = all(b)
m2 = max(1, 2)
m3 = max(x, 2)
cs = cumsum(x)
sm = softmax(x)
lo = logistic(0.3)
ph = Phi(0.3)
pr = probit(0.3)
cl = cloglog(0.3)
r = round(2.6)
mi = missing(x[1])
q = 2^-1
u = 5 / 2 / 2
w = 1 - 2 - 3
k = 2 * pi
t = true + true
va = var(x[i] for i, b[i])
""",
        gives={
            "a": -4,
            "c": 512,
            "d": 1,
            "e": 0,
            "f": 1,
            "g": 1,
            "h": [1, 2],
            "s": 6,
            "s2": 14,
            "p": 6,
            "m": 2,
            "sd1": 1,
            "v": 1,
            "mn": 1,
            "mx": 3,
            "l": math.log(sum(map(math.exp, [1, 2, 3]))),
            "an": 1,
            "al": 0,
            "m2": 2,
            "m3": [2, 2, 3],
            "cs": [1, 3, 6],
            "sm": np.exp([1, 2, 3]) / sum(np.exp([1, 2, 3])),
            "lo": 1 / (1 + math.exp(-0.3)),
            "ph": normal.cdf(0.3),
            "pr": normal.ppf(0.3),
            "cl": math.log(-math.log(0.7)),
            "r": 3,
            "mi": 0,
            "q": 0.5,
            "u": 1.25,
            "w": -4,
            "k": 2 * math.pi,
            "t": 2,
            "va": 0.5,
        },
    ),
    "links": P(
        "logit(p) = 1; log(k) = 2; probit(q) = 0.5; cloglog(r) = 0.2; sqrt(v) = 3",
        gives={
            "p": 1 / (1 + math.exp(-1)),
            "k": math.exp(2),
            "q": normal.cdf(0.5),
            "r": 1 - math.exp(-math.exp(0.2)),
            "v": 9,
        },
    ),
    "linkobs": P(
        "data earn[i] = [10, 20]\nlog(earn[i]) ~ Normal(1, 2)",
        log_density=normal.logpdf(np.log([10, 20]), 1, 2).sum(),
    ),
    "1-y": P("data y = 0.3\n1 - y ~ Beta(2, 3)", log_density=stats.beta.logpdf(0.7, 2, 3)),
    "linkunk": P(
        """log(k) ~ Normal(0, 1)
data y = 2
y ~ Normal(k, 1)""",
        at={"log(k)": 0.5},
        gives={"k": math.exp(0.5)},
        log_density=normal.logpdf(0.5) + normal.logpdf(2, math.exp(0.5), 1),
    ),
    "several": P(
        "a, b ~ Normal(0, 2)\ndata y = 1\ny ~ Normal(a + b, 1)",
        at={"a": 1, "b": 3},
        log_density=normal.logpdf([1, 3], 0, 2).sum() + normal.logpdf(1, 4, 1),
    ),
    "factor": P(
        "data y[i] = [1, 2, 3]\na ~ Normal(0, 1)\nfactor -(y[i] - a)^2 for i in 2..3\nfactor a",
        at={"a": 0.5},
        log_density=normal.logpdf(0.5) - 1.5**2 - 2.5**2 + 0.5,
    ),
    "own": P(
        """density D(u > 0, v | m) = -u - (v - m)^2
data r = 2, s = 3
m ~ Normal(0, 1)
(r, s) ~ D(m)""",
        at={"m": 1},
        log_density=normal.logpdf(1) - 2 - 4,
    ),
    "own outside": P(
        """density D(u > 0 | m) = -u
data r = 2
m ~ Normal(0, 1)
r ~ Normal(m, 1)
z = log_prob(D(m), -1)""",
        gives={"z": -np.inf},
        at={"m": 1},
    ),
    "parts": P(
        """index age = 1..3
b[1] = 0
b[age] ~ Normal(0, 5) for age > 1
data y[age] = [1, 2, 3]
y[age] ~ Normal(b[age], 1)""",
        at={"b[age]": [1.0, 2.0]},
        gives={"b": [0, 1, 2]},
        log_density=normal.logpdf([1, 2], 0, 5).sum() + 3 * normal.logpdf(1),
    ),
    "cross": P(
        """index t = 1..3
a[1] = 1; b[1] = 2
a[t] = b[t-1] + 1 for t > 1
b[t] = 2 * a[t-1] for t > 1""",
        gives={"a": [1, 3, 3], "b": [2, 2, 6]},
    ),
    "garch": P(
        """data y[t] = [1, 2, 3]
h[1] = 2;  h[t] = 0.1 + 0.2 * y[t-1]^2 + 0.5 * h[t-1] for t > 1""",
        gives={"h": [2, 1.3, 0.1 + 0.8 + 0.65]},
    ),
    "labels": P(
        """index year = [1990, 1995, 2000]
data y[year] = [1, 2, 4]
v[year] = y[year] - y[prev(year)] for year > first(year)
w = y[1990]
f = first(year)
l = last(year)
s = size(year)
p[year] = position(year)
n[year] = year
u = v[2000]
""",
        gives={
            "w": 1,
            "f": 1990,
            "l": 2000,
            "s": 3,
            "p": [1, 2, 3],
            "n": [1990, 1995, 2000],
            "u": 2,
        },
    ),
    "numlabel": P(
        """data x[i] = [0, 1, 1]
index k = 0..1
phi[k] = 10 + k
z[i] = phi[x[i]]; q[i] = phi[1 - x[i]]""",
        gives={"z": [10, 11, 11], "q": [11, 10, 10]},
    ),
    "if label": P(
        """index age = {"18-59", "60+"}
f[age] = if age == "60+" then 5 else 7""",
        gives={"f": [7, 5]},
    ),
    "two idx": P(
        """data pos[site] = [1, 2, 4]
d[i, j] = pos[i] - pos[j] for i in site, j in site
K[site, site'] = pos[site] - 2 * pos[site']
t = transpose(K); w = K @ K; v = K @ pos; u = pos @ K""",
        gives={
            "d": [[0, -1, -3], [1, 0, -2], [3, 2, 0]],
            "K": DIFFERENCES,
            "t": DIFFERENCES.T,
            "w": DIFFERENCES @ DIFFERENCES,
            "v": DIFFERENCES @ [1, 2, 4],
            "u": np.array([1, 2, 4]) @ DIFFERENCES,
        },
    ),
    "for red": P(
        """index k = 1..4; index j = 1..4
data w[k] = [1, 2, 3, 4]
c[j] = sum(w[k] for k in 1..j)
e = sum(w[k] for k in 1..0); g = prod(w[k] for k in 1..0)""",
        gives={"c": [1, 3, 6, 10], "e": 0, "g": 1},
    ),
    "hidden": P(
        """data y[i] = [1, 2, 3]
z[i] = sum(y[i] for i)""",
        gives={"z": [6, 6, 6]},
        warns=("HB602",),
    ),
    "slices": P(
        """index f = {NJ, TN}; index c = {r, g, b}
data y[f, c] = [[1, 2, 3], [4, 5, 6]], a[c] = [10, 20, 30], e[f] = [100, 200]
v = y[NJ]
w = y[TN] + a
u[f, c] = y[f, c] + a[c]
x = y + a + e
s[f] = sum(y[f])
z = (a - mean(a)) / sd(a)""",
        gives={
            "v": [1, 2, 3],
            "w": [14, 25, 36],
            "u": [[11, 22, 33], [14, 25, 36]],
            "s": [6, 15],
            "z": [-1, 0, 1],
        },
    ),
    "axes order": P(
        """index f = {NJ, TN}; index c = {r, g, b}
data y[f, c] = [[1, 2, 3], [4, 5, 6]], q[c, f] = [[1, 2], [3, 4], [5, 6]]
x[f, c] = y[f, c] + q[c, f]
w = y + q
s = w[NJ, g] + w[TN, b]""",
        gives={
            "x": np.array([[1, 2, 3], [4, 5, 6]]) + np.array([[1, 2], [3, 4], [5, 6]]).T,
            "s": (2 + 3) + (6 + 6),
        },
    ),
    "lists": P(
        """data x[i] = [1, 2, 3]
z = x + [10, 20, 30]; w = [x[1], 2 * x[2]]; u = w[2]; v = sum([1, 2, 3])
index k = {A, B}
m[k] = [0.3, 0.7]; o = m[B]; p = 2 * m + [1, 2]""",
        gives={
            "z": [11, 22, 33],
            "w": [1, 4],
            "u": 4,
            "v": 6,
            "m": [0.3, 0.7],
            "o": 0.7,
            "p": [1.6, 3.4],
        },
    ),
    "dirichlet": P(
        """index f = {NJ, TN}; index c = {r, g, b}
data belief[f, c] = [[1, 2, 3], [4, 5, 6]], n[c] = [1, 2, 3]
theta[f, c] ~ Dirichlet(belief[f, c])
ph[c] ~ Dirichlet(2)
n[c] ~ Multinomial(6, theta[TN])
n2 = sum(n)
q ~ Normal(ph[r], 1)""",
        at={"theta": [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]], "ph": [0.2, 0.2, 0.6]},
        log_density=stats.dirichlet.logpdf([0.2, 0.3, 0.5], [1, 2, 3])
        + stats.dirichlet.logpdf([0.1, 0.1, 0.8], [4, 5, 6])
        + stats.multinomial.logpmf([1, 2, 3], 6, [0.1, 0.1, 0.8]),
    ),
    "trunc": P(
        """data y = 3
m ~ Normal(0, 1) truncated to (0, inf)
y ~ Poisson(m) truncated to [1, 50]""",
        at={"m": 2.0},
        log_density=normal.logpdf(2)
        + math.log(2)
        + stats.poisson.logpmf(3, 2)
        - math.log(stats.poisson.cdf(50, 2) - stats.poisson.cdf(0, 2)),
    ),
    "cens": P(
        """data y[i] = [-1, 0.5, 2]
y[i] ~ Normal(0, 1) censored to [-1, 2]""",
        log_density=normal.logcdf(-1) + normal.logpdf(0.5) + normal.logsf(2),
    ),
    "cens if": P(
        """data y[i] = [1, 2], c[i] = [0, 1]
y[i] ~ Exponential(0.5) censored if c[i]""",
        log_density=stats.expon.logpdf(1, scale=2) + stats.expon.logsf(2, scale=2),
    ),
    "mix": P(
        """index k = {A, B}
data y[i] = [1, 2], w[k] = [0.3, 0.7], mu[k] = [0, 2]
y[i] ~ Mixture(w[k], Normal(mu[k], 1) for k)
z = log_prob(Mixture([0.4, 0.6], [Normal(0, 1), Normal(5, 2)]), 1)""",
        log_density=np.log(0.3 * normal.pdf([1, 2]) + 0.7 * normal.pdf([1, 2], 2, 1)).sum(),
        gives={"z": math.log(0.4 * normal.pdf(1) + 0.6 * normal.pdf(1, 5, 2))},
    ),
    "zi hurdle": P(
        """data y[i] = [0, 2], x[i] = [0, 2], v[i] = [0, 1.5]
y[i] ~ ZeroInflated(0.3, Poisson(2))
x[i] ~ Hurdle(0.3, Poisson(2))
v[i] ~ Hurdle(0.3, LogNormal(0, 1))""",
        log_density=math.log(0.7 + 0.3 * math.exp(-2))
        + math.log(0.3 * stats.poisson.pmf(2, 2))
        + math.log(0.7)
        + math.log(0.3 * stats.poisson.pmf(2, 2) / (1 - math.exp(-2)))
        + math.log(0.7)
        + math.log(0.3)
        + stats.lognorm.logpdf(1.5, 1),
    ),
    "flat": P(
        """data n = 3
a ~ Flat(0, 1); b ~ Flat(0, 1 - a)
n ~ Binomial(4, a + b)""",
        at={"a": 0.2, "b": 0.3},
        log_density=stats.binom.logpmf(3, 4, 0.5),
    ),
    "uniform": P(
        """data n = 3
a ~ Uniform(0, 1); b ~ Uniform(0, 1 - a)
n ~ Binomial(4, a + b)""",
        at={"a": 0.2, "b": 0.3},
        log_density=stats.binom.logpmf(3, 4, 0.5) - math.log(0.8),
    ),
    "ifdist": P(
        """data y[i] = [1, 2], r[i] = [0, 1]
y[i] ~ if r[i] then Normal(0, 1) else Normal(3, 2)
z = cdf(Normal(0, 1), 0.3)""",
        log_density=normal.logpdf(2) + normal.logpdf(1, 3, 2),
        gives={"z": normal.cdf(0.3)},
    ),
    "roles": P(
        """data y = 3
h ~ Normal(0, 1); m ~ Normal(h, 1)
y ~ Normal(m, 1)
p ~ Normal(m, 1)
q = p + m; c = 3; pp ~ Normal(q, 1)""",
        roles={
            "y": "observation",
            "m": "parameter",
            "h": "parameter",
            "p": "prediction",
            "q": "derived",
            "c": "data",
            "pp": "prediction",
        },
    ),
    "ordered": P(
        """index k = 1..3
data y = 1
c[k] ~ Ordered(Normal(0, 1))
y ~ Normal(c[1] + c[3], 1)""",
        at={"c": [-1, 0, 0.5]},
        log_density=math.log(6) + normal.logpdf([-1, 0, 0.5]).sum() + normal.logpdf(1, -0.5, 1),
    ),
    "hmm": P(
        """index state = {A, B}
data y[t] = [1, 2], P[state, state'] = [[0.7, 0.3], [0.2, 0.8]]
z[1] ~ Categorical([0.4, 0.6])
z[t] ~ Categorical(P[z[t-1]]) for t > 1
mu[state] = [0, 2]
y[t] ~ Normal(mu[z[t]], 1)
m = sum(z[t] == A for t)""",
        gives={},
    ),
    "interp": P(
        """data xs[k] = [1, 2, 3], ys[k] = [1, 4, 9], x[i] = [1.5, 2.5]
y[i] = interpolate(x[i], xs, ys)
I = integrate(x^2 for x in (0, 1))
J = integrate(exp(-2 * u) for u in (0, inf))
def f(a, b) = { c = a * b; c + 1 }
g = f(2, 3)""",
        gives={"y": [2.5, 6.5], "I": 1 / 3, "J": 0.5, "g": 7},
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_means_what_it_says(name: str) -> None:
    PROGRAMS[name].check()
