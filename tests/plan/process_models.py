"""Correlated normal vectors with Normal children, with small data."""

from __future__ import annotations

from .laws import Case

PROCESSES: dict[str, Case] = {}
_KERNEL = """data pos[site]
eta ~ HalfNormal(1); rho ~ InverseGamma(5, 5); s ~ HalfNormal(1); mu ~ Normal(0, 1)
K[site, site'] = eta^2 * exp(-(pos[site] - pos[site'])^2 / (2 * rho^2)) + 1e-4 * eye(site)
f[site] ~ MultiNormal(mu, K)
"""
_POSITIONS = [0.0, 0.7, 1.1, 2.5]
PROCESSES["one to one"] = Case(
    _KERNEL + "data y[site]\ny[site] ~ Normal(f[site], s)\n",
    {"pos": _POSITIONS, "y": [0.1, 0.8, 0.9, 0.4]},
)
PROCESSES["gathered"] = Case(
    _KERNEL + "data at[i] : site, y[i], x[i]\ny[i] ~ Normal(1 + x[i] * f[at[i]], s)\n",
    {
        "pos": _POSITIONS,
        "at": [1, 1, 3, 4, 3],
        "y": [0.1, 0.8, 0.9, 0.4, 2.0],
        "x": [1, -1, 2, 0.5, 0.0],
    },
)
PROCESSES["two kinds"] = Case(
    _KERNEL + "data y[site], w\ny[site] ~ Normal(mu + f[site], s)\nw ~ Normal(f[2], 0.1)\n",
    {"pos": _POSITIONS, "y": [0.1, 0.8, 0.9, 0.4], "w": 3.0},
)
PROCESSES["counts"] = Case(
    _KERNEL + "data y[site]\ny[site] ~ Poisson(log = 0.5 + f[site])\n",
    {"pos": _POSITIONS, "y": [1, 0, 5, 2]},
)
PROCESSES["rows of vectors"] = Case(
    """data y[i, c]
index c = {p, q, r}
tau[c] ~ HalfNormal(1); s ~ HalfNormal(1); m[c] ~ Normal(0, 1)
R[c, c'] ~ LKJ(2)
b[i, c] ~ MultiNormal(m, sd = tau, corr = R)
y[i, c] ~ Normal(b[i, c], s)
""",
    {"y": [[1, 2, 3.0], [0, 1, 1], [2, 2, 2], [1, 0, 4]]},
)
PROCESSES["measured again"] = Case(
    _KERNEL + "data y[site]\nt[site] ~ Normal(f[site], 0.5)\ny[site] ~ Normal(t[site], s)\n",
    {"pos": _POSITIONS, "y": [0.1, 0.8, 0.9, 0.4]},
)

_EFFECTS = """index coef = {base, slope}
index county = {A, B, C}
data home_county[home] : county, x[home], y[home]
tau[coef] ~ HalfNormal(1); s ~ HalfNormal(1); m[coef] ~ Normal(0, 1)
R[coef, coef'] ~ LKJ(2)
b[county, coef] ~ MultiNormal(m, sd = tau, corr = R)
"""
# County C has no home, and B has one.
_HOMES = {
    "home_county": ["A", "B", "A", "A", "A"],
    "x": [0.1, 2.0, -1.0, 0.0, 4.0],
    "y": [1.0, 2.0, 3.0, -2.0, 7.0],
}
PROCESSES["varying slopes"] = Case(
    _EFFECTS
    + "y[home] ~ Normal(b[home_county[home], base] + x[home] * b[home_county[home], slope], s)\n",
    _HOMES,
)
PROCESSES["varying slopes beside another effect"] = Case(
    _EFFECTS
    + """g ~ Normal(0, 1); data e[home]; r[home] ~ Normal(0, 1)
mean[home] = g * x[home]^2
    - (b[home_county[home], base] - b[home_county[home], slope] * x[home]) / 2
y[home] ~ Normal(mean[home] + r[home], sqrt(s^2 + e[home]^2))
y2[home] ~ Normal(3 * b[home_county[home], slope], 2)
data y2[home]
""",
    {**_HOMES, "e": [0.5, 0.1, 0.2, 0.3, 1.0], "y2": [0.0, 1.0, 2.0, 3.0, 4.0]},
)
PROCESSES["slopes as a sum"] = Case(
    """data x[i, k], y[i]
index k = {p, q, r}
R[k, k'] ~ LKJ(1); s ~ HalfNormal(1)
b[k] ~ MultiNormal(0, sd = 2, corr = R)
y[i] ~ Normal(1 + sum(x[i, k] * b[k] for k), s)
""",
    {"x": [[1, 2, 3.0], [0, 1, 1], [2, 2, 2], [1, 0, 4]], "y": [1.0, 2.0, 0.0, 4.0]},
)
PROCESSES["slopes given by a precision"] = Case(
    """data group[i] : group, x[i], y[i]
index k = {p, q}
P[k, k'] ~ Wishart(3, inverse_scale = eye(k)); s ~ HalfNormal(1); m[k] ~ Normal(0, 1)
b[group, k] ~ MultiNormal(m, precision = P)
y[i] ~ Normal(b[group[i], p] + b[group[i], q] * x[i], s)
z[group] ~ Normal(b[group, q], 0.5)
data z[group]
""",
    {"group": [1, 2, 1, 3], "x": [1.0, 2.0, 0.5, 1.0], "y": [0.0, 1.0, 2.0, 3.0], "z": [0, 1, 2]},
)
