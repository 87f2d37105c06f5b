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
