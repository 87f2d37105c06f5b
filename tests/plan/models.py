"""Models by hand, each with a trap for the planner, and small data with no two sizes equal."""

from __future__ import annotations

import numpy as np

from .laws import Case

_rng = np.random.default_rng(0)
_county = [1, 2, 2, 4, 1, 5, 5, 5, 5, 2, 1]
_x = _rng.normal(size=11).round(2)
_y = (_rng.normal(size=11) + 3).round(2)

MODELS: dict[str, Case] = {}
MODELS["mm"] = Case(
    """data day[bag]: day, n[bag], blue[bag]
index day = {a, b, c, d, e, f}
a, b ~ Gamma(2, rate = 0.1)
theta[day] ~ Beta(a, b)
blue[bag] ~ Binomial(n[bag], theta[day[bag]])
mean_blue = a / (a + b)
theta_next ~ Beta(a, b)
""",
    {
        "day": ["a", "c", "a", "d", "e", "e", "a", "f"],
        "n": [10, 20, 0, 5, 60, 3, 8, 1],
        "blue": [2, 3, 0, 5, 11, 0, 1, 1],
    },
)
MODELS["eight"] = Case(
    """data y[school], sigma[school]
mu ~ Normal(0, 5)
tau ~ HalfCauchy(5)
theta[school] ~ Normal(mu, tau)
y[school] ~ Normal(theta[school], sigma[school])
""",
    {"y": [28, 8, -3, 7, -1, 1, 18, 12], "sigma": [15, 10, 16, 11, 9, 11, 10, 18]},
)
MODELS["radon"] = Case(
    """data county[home]: county, x[home], y[home]
index county = 1..6
mu ~ Normal(0, 10); tau ~ HalfNormal(2); b ~ Normal(0, 3); s ~ HalfNormal(1)
a[county] ~ Normal(mu, tau)
y[home] ~ Normal(a[county[home]] + b * x[home], s)
""",
    {"county": _county, "x": _x, "y": _y},
)
MODELS["slopes"] = Case(
    """data county[home]: county, x[home], y[home]
index county = 1..6
mu ~ Normal(0, 10); tau ~ HalfNormal(2); a ~ Normal(0, 3); s ~ HalfNormal(1)
b[county] ~ Normal(mu, tau)
y[home] ~ Normal(a + x[home] * b[county[home]], s)
""",
    {"county": _county, "x": _x, "y": _y},
)
MODELS["nested"] = Case(
    """data county[home]: county, state[county] : state, y[home], size[county]
index county = 1..6
index state = {AA, BB, CC}
m ~ Normal(0, 10); tau_s, tau_c ~ HalfNormal(2); s ~ HalfNormal(1)
st[state] ~ Normal(m, tau_s)
a[county] ~ Normal(st[state[county]] * size[county], tau_c)
y[home] ~ Normal(a[county[home]], s)
""",
    {
        "county": _county,
        "state": ["BB", "BB", "AA", "BB", "AA", "BB"],
        "y": _y,
        "size": [1, 2, 0.5, 0, 1, 1.5],
    },
)
MODELS["several"] = Case(
    """data g[i]: g, h[j]: g, y[i], z[j], w[g], sw[g]
index g = 1..5
mu ~ Normal(0, 10); tau ~ HalfNormal(2); s, t ~ HalfNormal(1); c ~ Normal(0, 1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], s)
z[j] ~ Normal(2 - c * a[h[j]], t)
w[g] ~ Normal((a[g] - 1) / 2, sw[g])
""",
    {
        "g": [1, 1, 2, 5],
        "h": [1, 2, 2, 2, 4, 4, 5],
        "y": [1, 2, 3, 4.0],
        "z": [3, 1, 2, 2, 2, 1, 1.0],
        "w": [1, 2, 3, 4, 5.0],
        "sw": [0.1, 1, 2, 1, 3.0],
    },
)
MODELS["crossed"] = Case(
    """data g[i]: g, h[i]: h, y[i]
index g = 1..5
index h = 1..3
tau, nu, s ~ HalfNormal(2)
a[g] ~ Normal(0, tau)
b[h] ~ Normal(1, nu)
y[i] ~ Normal(a[g[i]] + b[h[i]], s)
""",
    {"g": [1, 1, 2, 5], "h": [1, 2, 2, 3], "y": [1, 2, 3, 4.0]},
)
MODELS["two indices"] = Case(
    """data g[i]: g, h[i]: h, y[i], n[i]
index g = 1..5
index h = 1..3
a, b ~ HalfNormal(3)
p[g, h] ~ Beta(a, b)
y[i] ~ Binomial(n[i], p[g[i], h[i]])
""",
    {"g": [1, 1, 2, 5], "h": [1, 2, 2, 3], "y": [1, 2, 3, 4], "n": [5, 5, 5, 5]},
)
MODELS["one gathered"] = Case(
    """data g[i]: g, y[i, h], n[i]
index g = 1..5
index h = 1..3
a, b ~ HalfNormal(3)
p[h, g] ~ Beta(a, b)
y[i, h] ~ Binomial(n[i], p[h, g[i]])
""",
    {"g": [1, 1, 2, 5], "y": [[1, 2, 3], [0, 0, 1], [1, 1, 1], [2, 2, 5]], "n": [5, 5, 5, 5]},
)
MODELS["label"] = Case(
    """index f = {NJ, TN}
data n, k, m, l
a, b ~ HalfNormal(3)
p[f] ~ Beta(a, b)
k ~ Binomial(n, p[NJ])
l ~ Binomial(m, p[TN])
""",
    {"n": 5, "k": 2, "m": 4, "l": 1},
)
MODELS["normal label"] = Case(
    """index f = {NJ, TN}
data y[i], x[j]
m ~ Normal(0, 3); t, s ~ HalfNormal(3)
p[f] ~ Normal(m, t)
y[i] ~ Normal(p[NJ], s)
x[j] ~ Normal(3 * p[TN] - m, s)
""",
    {"y": [1.0, 2, 4], "x": [3, 4.0]},
)
MODELS["scalars"] = Case(
    """data y[i]
m ~ Normal(0, 3)
y[i] ~ Normal(m, 2)
n ~ Normal(m, 3)
""",
    {"y": [1.0, 2, 4]},
)
MODELS["two layers direct"] = Case(
    """data y[i]
m ~ Normal(0, 3)
t[i] ~ Normal(m, 3)
y[i] ~ Normal(t[i], 2)
""",
    {"y": [1.0, 2, 4]},
)
MODELS["mixed children"] = Case(
    """data k[i], n[i], z[j], w[l]
p ~ Beta(2, 3)
k[i] ~ Binomial(n[i], p)
z[j] ~ Bernoulli(p)
w[l] ~ Geometric(p)
""",
    {"k": [1, 2], "n": [3, 4], "z": [0, 1, 1], "w": [5, 0, 2, 1]},
)
MODELS["mixed plated"] = Case(
    """data k[i], n[i], z[j], w[l], g[i] : g, h[j]: g, q[l]: g
index g = 1..4
m ~ Uniform(0, 1); c ~ Gamma(2, 0.1)
p[g] ~ Beta(mean = m, concentration = c)
k[i] ~ Binomial(n[i], p[g[i]])
z[j] ~ Bernoulli(p[h[j]])
w[l] ~ Geometric(p[q[l]])
""",
    {
        "k": [1, 2],
        "n": [3, 4],
        "z": [0, 1, 1],
        "w": [5, 0, 2, 1],
        "g": [1, 1],
        "h": [2, 1, 2],
        "q": [4, 4, 4, 1],
    },
)
MODELS["noncentred"] = Case(
    """data k[i], n[i], x[i], g[i] : g, z[g]
index g = 1..4
a, b ~ Normal(0, 2); s ~ HalfNormal(1)
u[g] ~ Normal(a * z[g], s)
logit(p[i]) = b * x[i] + u[g[i]]
k[i] ~ Binomial(n[i], p[i])
""",
    {"k": [1, 2], "n": [3, 4], "x": [0.5, -1], "g": [1, 3], "z": [1, 2, 3, 4.0]},
)
MODELS["plated ab"] = Case(
    """data n[bag], blue[bag], day[bag]: day, kind[day]: kind
index day = 1..5
index kind = {plain, nut}
a[kind], b[kind] ~ Gamma(2, rate = 0.1)
theta[day] ~ Beta(a[kind[day]], b[kind[day]])
blue[bag] ~ Binomial(n[bag], theta[day[bag]])
""",
    {
        "day": [1, 1, 2, 5],
        "n": [10, 20, 0, 5],
        "blue": [2, 3, 0, 5],
        "kind": ["nut", "nut", "plain", "nut", "plain"],
    },
)
MODELS["poisson"] = Case(
    """data g[i]: g, y[i], t[j], h[j]: g
index g = 1..4
a, b ~ Gamma(2, rate = 0.1)
r[g] ~ Gamma(a, b)
y[i] ~ Poisson(r[g[i]])
t[j] ~ Exponential(r[h[j]])
""",
    {"g": [1, 1, 3], "y": [0, 4, 7], "t": [0.1, 2, 3, 4], "h": [2, 1, 1, 2]},
)
MODELS["errors xy"] = Case(
    """data x_obs[galaxy], sx[galaxy], y_obs[galaxy], sy[galaxy], kind[galaxy] : kind
index kind = {E, S}
x[galaxy] ~ Normal(mu_x, tau_x)
x_obs[galaxy] ~ Normal(x[galaxy], sx[galaxy])
y[galaxy] ~ Normal(intercept[kind[galaxy]] + slope * x[galaxy], scatter)
y_obs[galaxy] ~ Normal(y[galaxy], sy[galaxy])
intercept[kind] ~ Normal(c0, tau_c)
c0 ~ Normal(0, 10); tau_c ~ HalfNormal(1); slope ~ Normal(0, 5); scatter ~ HalfNormal(1)
mu_x ~ Normal(9, 3); tau_x ~ HalfNormal(3)
""",
    {
        "x_obs": [9, 8, 7.0],
        "sx": [1, 0.5, 0.1],
        "y_obs": [1, 2, 3.0],
        "sy": [0.3, 0.2, 0.1],
        "kind": ["E", "S", "E"],
    },
)
MODELS["primes"] = Case(
    """data y[site, site']
index site = 1..3
tau, s ~ HalfNormal(1)
a[site] ~ Normal(0, tau)
y[site, site'] ~ Normal(a[site'], s)
""",
    {"y": [[1, 2, 3.0], [2, 1, 1], [4, 5, 1]]},
)
MODELS["primes coef"] = Case(
    """data y[site, site'], x[site, site']
index site = 1..3
tau, s ~ HalfNormal(1)
a[site] ~ Normal(0, tau)
y[site, site'] ~ Normal(x[site,site'] * a[site'] + x[site',site], s)
""",
    {"y": [[1, 2, 3.0], [2, 1, 1], [4, 5, 1]], "x": [[1, 0.2, 0.3], [0.2, 1.4, 1], [0.4, 5, -1]]},
)
MODELS["gathered definition"] = Case(
    """data g[i]: g, y[i], x[g]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
m[g] = a[g] * x[g] + 1
y[i] ~ Normal(m[g[i]], s)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0], "x": [1, 2, 3, 4.0]},
)
MODELS["chain of definitions"] = Case(
    """data g[i]: g, y[i], h[g] : h, k[i], n[i]
index g = 1..4
index h = 1..2
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[h] ~ Normal(mu, tau)
m[g] = a[h[g]]^2 + 1
e[i] = m[g[i]] * 2
y[i] ~ Normal(a[h[g[i]]], s)
k[i] ~ Binomial(n[i], logistic(e[i]))
""",
    {"g": [1, 1, 3], "y": [0, 0.4, 0.7], "h": [1, 1, 2, 2], "k": [0, 1, 2], "n": [3, 3, 3]},
)
MODELS["chain of definitions 2"] = Case(
    """data y[j], h[g] : h, k[g, i], n[i], hh[j]: h, q[i]: g
index g = 1..4
index h = 1..2
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[h] ~ Normal(mu, tau)
m[h] = exp(a[h])
e[g] = m[h[g]] * 2
y[j] ~ Normal(a[hh[j]], s)
k[g, i] ~ Binomial(n[i], logistic(e[q[i]]))
""",
    {
        "y": [0, -0.4, -0.7],
        "h": [1, 1, 2, 2],
        "k": [[0, 1, 2]] * 4,
        "n": [3, 3, 3],
        "hh": [1, 1, 2],
        "q": [1, 1, 4],
    },
)
MODELS["sum in child"] = Case(
    """data y[g], z
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[g] ~ Normal(a[g], s)
z ~ Normal(sum(a[g] for g), 1)
""",
    {"y": [0, 4, 7.0, 1], "z": 3.0},
)
MODELS["selection"] = Case(
    """data g[i]: g, y[i], v[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], s) for v[i] == 1
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0], "v": [1, 0, 1]},
)
MODELS["parts"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[1] = 0
a[g] ~ Normal(mu, tau) for g > 1
y[i] ~ Normal(a[g[i]], s)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0]},
)
MODELS["truncated"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau) truncated to (0, inf)
y[i] ~ Normal(a[g[i]], s)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0]},
)
MODELS["mean and sd"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], exp(a[g[i]]))
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0]},
)
MODELS["two gathers"] = Case(
    """data g[i]: g, h[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]] - a[h[i]], s)
""",
    {"g": [1, 1, 3], "h": [2, 2, 4], "y": [0, 4, 7.0]},
)
MODELS["factor"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], s)
factor -sum(a[g]^2 for g)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0]},
)
MODELS["where"] = Case(
    """data g[i]: g, y[i], v[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(if v[i] == 1 then a[g[i]] else 0, s)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0], "v": [1, 0, 1]},
)
MODELS["predictions of collapsed"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], s)
q[g] ~ Normal(a[g], s)
r = max(a)
w ~ Normal(r + sum(q[g] for g), s)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0]},
)
MODELS["beta observed"] = Case(
    """data y[i]
a, b ~ Gamma(2, 1)
y[i] ~ Beta(a, b)
""",
    {"y": [0.1, 0.3, 0.4]},
)
MODELS["empty"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], s)
""",
    {"g": [], "y": []},
)
MODELS["own axis gathered"] = Case(
    """data h[i] : i, y[i, j]
index i = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[i] ~ Normal(mu, tau)
y[i, j] ~ Normal(a[h[i]], s)
""",
    {"h": [1, 1, 4, 3], "y": [[1, 2], [2, 3], [3, 4], [4, 5.0]]},
)
MODELS["scalar gather"] = Case(
    """data h : i, y[j]
index i = 1..4
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[i] ~ Normal(mu, tau)
y[j] ~ Normal(a[h], s)
""",
    {"h": 2, "y": [1, 2, 3, 4, 2.0]},
)
MODELS["one of each"] = Case(
    """data g[i]: g, y[i], k[i], n[i]
index g = {only}
mu ~ Normal(0, 1); tau, s ~ HalfNormal(1)
a[g] ~ Normal(mu, tau)
y[i] ~ Normal(a[g[i]], s)
u, v ~ Gamma(2, 1)
p[g] ~ Beta(u, v)
k[i] ~ Binomial(n[i], p[g[i]])
""",
    {"g": ["only"], "y": [1.5], "k": [2], "n": [3]},
)
MODELS["edge then group"] = Case(
    """data g[i]: g, y[i], w[g], sw[g], z[g]
index g = 1..5
mu, b ~ Normal(0, 10); tau, s ~ HalfNormal(2)
a[g] ~ Normal(mu + b * z[g], tau)
y[i] ~ Normal(a[g[i]], s)
w[g] ~ Normal(2 * a[g] - 1, sw[g])
""",
    {
        "g": [1, 1, 2, 5],
        "y": [1, 2, 3, 4.0],
        "w": [1, 2, 3, 4, 5.0],
        "sw": [0.1, 1, 2, 1, 3.0],
        "z": [0, 1, 2, 3, -1.0],
    },
)
MODELS["two plates"] = Case(
    """data y[i, j], s[i, j], g[i]: g
index g = 1..2
tau, nu ~ HalfNormal(1)
m[g, j] ~ Normal(0, nu)
a[i, j] ~ Normal(m[g[i], j], tau)
y[i, j] ~ Normal(a[i, j], s[i, j])
""",
    {
        "y": [[1, 2, 3.0], [2, 1, 1], [4, 5, 1], [1, 1, 2]],
        "s": [[1, 2, 3.0], [2, 1, 1], [4, 5, 1], [1, 1, 2]],
        "g": [1, 2, 2, 1],
    },
)
MODELS["swapped plates"] = Case(
    """data y[site, site']
index site = 1..3
tau, s ~ HalfNormal(1)
a[site, site'] ~ Normal(0, tau)
y[site, site'] ~ Normal(a[site', site], s)
""",
    {"y": [[1, 2, 3.0], [2, 1, 1], [4, 5, 1]]},
)
MODELS["precision"] = Case(
    """data g[i]: g, y[i]
index g = 1..4
mu ~ Normal(0, 1); q, r ~ Gamma(2, 1)
a[g] ~ Normal(mu, precision = q)
y[i] ~ Normal(a[g[i]], precision = r)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0]},
)
MODELS["all gamma pairs directly"] = Case(
    """data y[i], t[j]
r ~ Gamma(2, 3)
y[i] ~ Poisson(r)
t[j] ~ Exponential(r)
""",
    {"y": [0, 4, 7], "t": [0.5, 2.0]},
)
MODELS["exposure"] = Case(
    """data y[i], e[i]
r[i] ~ Gamma(2, 3)
y[i] ~ Poisson(r[i] * e[i])
""",
    {"y": [0, 4, 7], "e": [0.5, 2.0, 1]},
)
MODELS["children of all kinds"] = Case(
    """data g[i]: g, y[i], z[i], t[i], lost[i] : bool, k[i], n[i], v[i]
index g = 1..4
tau, s ~ HalfNormal(1); a, b ~ Gamma(2, 1); w ~ Beta(2, 2)
mix[g] ~ Normal(0, tau); cens[g] ~ Normal(0, tau); either[g] ~ Normal(0, tau)
both[g] ~ Normal(0, tau)
theta[g] ~ Beta(a, b); rate[g] ~ Gamma(a, b)
y[i] ~ Mixture([w, 1 - w], [Normal(mix[g[i]], s), Cauchy(0, 1)])
z[i] ~ if lost[i] then Normal(either[g[i]] + both[g[i]], s) else Laplace(either[g[i]], s)
t[i] ~ Normal(cens[g[i]], s) censored if lost[i]
n[i] ~ ZeroInflated(w, Binomial(5, theta[g[i]]))
k[i] ~ Hurdle(w, Poisson(rate[g[i]]))
v[i] ~ Normal(both[g[i]], 1)
""",
    {
        "g": [1, 1, 3],
        "y": [0, 4, 7.0],
        "z": [1, 2, 3],
        "t": [1, 0.5, 3],
        "v": [1, 2, 2],
        "lost": [0, 1, 1],
        "n": [0, 1, 5],
        "k": [0, 1, 2],
    },
)
MODELS["parents of all kinds"] = Case(
    """data g[i]: g, y[i], old[g] : bool
index g = 1..4
tau ~ HalfNormal(1); w ~ Beta(2, 2)
mu ~ Mixture([w, 1 - w], [Normal(0, 1), Normal(5, tau)])
a[g] ~ Normal(mu, tau)
b[g] ~ if old[g] then Normal(mu, tau) else Normal(0, 1)
c[g] ~ if old[g] then HalfNormal(tau) else Normal(mu, 1)
d[g] ~ Mixture([w, 1 - w], [Normal(mu, 1), Normal(0, tau)])
y[i] ~ Normal(a[g[i]] + b[g[i]] + c[g[i]] * d[g[i]], 1)
""",
    {"g": [1, 1, 3], "y": [0, 4, 7.0], "old": [0, 1, 1, 0]},
)
MODELS["gaussian process"] = Case(
    """data pos[site], y[site]
eta ~ HalfNormal(1); rho ~ InverseGamma(5, 5); s ~ HalfNormal(1)
K[site, site'] = eta^2 * exp(-(pos[site] - pos[site'])^2 / (2 * rho^2)) + 1e-6 * eye(site)
f[site] ~ MultiNormal(0, K)
y[site] ~ StudentT(4, f[site], s)
""",
    {"pos": [0.0, 0.7, 1.1, 2.5], "y": [0.1, 0.8, 0.9, 0.4]},
)
for _name, _prior in (
    ("correlated effects", "sd = tau, corr = R"),
    ("effects by precision", "precision = W"),
):
    MODELS[_name] = Case(
        f"""data county[home]: county, x[home], y[home]
index coef = {{intercept, slope}}
index county = 1..6
gamma[coef] ~ Normal(0, 5); tau[coef] ~ HalfNormal(1); s ~ HalfNormal(1)
R[coef, coef'] ~ LKJ(2)
W[coef, coef'] ~ Wishart(4, eye(coef))
beta[county, coef] ~ MultiNormal(gamma, {_prior})
y[home] ~ Normal(beta[county[home], intercept] + beta[county[home], slope] * x[home], s)
""",
        {"county": _county, "x": _x, "y": _y},
    )
MODELS["shares"] = Case(
    """index factory = {NJ, TN}
index colour = {brown, yellow, red}
data count[bag, colour], belief[factory, colour], made_in[bag] : factory
share[factory] ~ Dirichlet(1)
made_in[bag] ~ Categorical(share)
theta[factory, colour] ~ Dirichlet(belief[factory, colour])
count[bag, colour] ~ Multinomial(sum(count[bag]), theta[made_in[bag], colour])
""",
    {
        "count": [[3, 4, 5], [6, 7, 8], [1, 2, 9], [10, 3, 0]],
        "belief": [[1, 2, 3], [3, 2, 1]],
        "made_in": ["NJ", "TN", "TN", "NJ"],
    },
)
_line = (
    "; y[i] ~ Normal(x[i], e[i])\nwidth ~ HalfNormal(2); t[i] ~ StudentT(4, x[i] + x[i]^2, width)\n"
)
for _name, _prior in (
    ("measured on the line", "x[i] ~ Flat()"),
    ("measured above", "x[i] ~ Flat(0, inf)"),
    ("measured below", "x[i] ~ Flat(-inf, 4)"),
    ("measured between", "x[i] ~ Uniform(-0.5, 4)"),
    ("measured, own density", "density D(v > 0 | w) = log(w) - w * v\nx[i] ~ D(width)"),
    ("measured, joint density", "density D(v, u | w) = -w * (v^2 + u^2)\n(x[i], q[i]) ~ D(width)"),
):
    MODELS[_name] = Case(
        f"index i = 1..3\ndata y[i], e[i], t[i]\n{_prior}{_line}",
        # Far from the ends, too near to one for its error, and beyond one.
        {"y": [2.0, 0.1, -1.0], "e": [0.2, 1.0, 0.1], "t": [5.0, 0.1, 0.5]},
    )
MODELS["measured twice, once beside another"] = Case(
    """index i = 1..3
data y[i], e[i], t[i]
density D(v, u) = -u^4
(x[i], q[i]) ~ D()
y[i] ~ Normal(2 * x[i] - 1, e[i]); t[i] ~ Normal(3 * x[i] + q[i], 0.1)
""",
    {"y": [2.0, 0.1, -1.0], "e": [0.2, 1.0, 0.1], "t": [5.0, 0.1, 0.5]},
)
MODELS["bounded by data"] = Case(
    "index i = 1..3\ndata y[i]\nb ~ Uniform(1, 9)\ny[i] ~ Uniform(0, b)\n", {"y": [0.3, 2.5, 0.1]}
)
MODELS["bounded by unknowns"] = Case(
    """index i = 1..3
data v_obs[i]
r[i] ~ Gamma(2, 1); v[i] ~ Flat(); gamma ~ Beta(2, 2)
v_obs[i] ~ Normal(v[i], 0.3)
phi ~ Uniform(-1, 30)
def energy(r, v) = phi / r^gamma - v^2 / 2
factor (if energy(r[i], v[i]) > 0 then log(energy(r[i], v[i])) else -inf) - v[i] for i
""",
    {"v_obs": [0.2, 1.5, 0.9]},
)
MODELS["bounded by each other"] = Case(
    """data y = 1
a, b ~ Normal(0, 1)
y ~ StudentT(4, a + b, 1)
factor (if a - b + 2 > 0 then 0 else -inf) + (if b - a + 5 > 0 then 0 else -inf)
""",
    {},
)
