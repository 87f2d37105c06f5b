"""Models whose unknowns depend on earlier ones, with small data."""

from __future__ import annotations

from .laws import Case

CHAINS: dict[str, Case] = {}
CHAINS["state space"] = Case(
    """data y[t], n[t]
index t = 1..6
phi ~ Uniform(-1, 1); s, sigma ~ HalfNormal(1); mu ~ Normal(0, 1)
x[1] ~ Normal(mu, sigma / sqrt(1 - phi^2))
x[t] ~ Normal(mu + phi * (x[t-1] - mu), sigma) for t in 2..6
y[t] ~ Normal(x[t], s) for t > 2
""",
    {"y": [0.3, 0.8, 0.9, 0.4, 1.5, 2.5], "n": [1, 2, 3, 4, 5, 6]},
)
CHAINS["counts"] = Case(
    """data y[t], e[t]
index t = 1..6
sigma ~ HalfNormal(1)
x[1] ~ Normal(0, 2)
x[t] ~ Normal(x[t-1], sigma) for t > 1
y[t] ~ Poisson(e[t] * exp(x[t]))
""",
    {"y": [0, 1, 0, 4, 5, 2], "e": [1, 2, 3, 1, 2, 3.0]},
)
CHAINS["panels"] = Case(
    """data y[i, t]
index i = {A, B, C, D}
index t = 1..5
s, sigma ~ HalfNormal(1); b[i] ~ Normal(0, 1)
x[i, 1] ~ Normal(0, 1)
x[i, t] ~ Normal(b[i] * x[i, t-1], sigma) for t > 1
y[i, t] ~ Normal(1 + 2 * x[i, t], s)
""",
    {"y": [[1, 2, 1, 3, 1], [4, 3, 2, 1, 2], [0, 1, 1, 1, 0], [5, 3, 3, 3, 1.0]]},
)
CHAINS["long panels"] = Case(
    """data i[row] : i, t[row] : t, y[row]
index i = {A, B, C, D}
index t = 1..5
s, sigma ~ HalfNormal(1); b[i] ~ Normal(0, 1)
x[i, 1] ~ Normal(0, 1)
x[i, t] ~ Normal(b[i] * x[i, t-1], sigma) for t > 1
y[row] ~ Normal(1 + 2 * x[i[row], t[row]], s)
""",
    {"i": ["A", "A", "C"], "t": [2, 4, 3], "y": [1, 2, 4.0]},
)
CHAINS["backwards"] = Case(
    """data y[t]
index t = 1..5
s, sigma ~ HalfNormal(1)
x[5] ~ Normal(0, 1)
x[t] ~ Normal(x[t+1] / 2, sigma) for t < 5
y[t] ~ Normal(x[t], s)
""",
    {"y": [1, 2, 3, 4, 5.0]},
)
CHAINS["in one line"] = Case(
    """data y[t]
index t = 1..5
s, sigma ~ HalfNormal(1)
x[t] ~ Normal(if t == 1 then 0 else x[t-1], if t == 1 then 2 else sigma)
y[t] ~ Normal(x[t], s)
""",
    {"y": [1, 2, 3, 4, 5.0]},
)
CHAINS["two steps back"] = Case(
    """data y[t]
index t = 1..7
a, b ~ Normal(0, 0.5); s, sigma ~ HalfNormal(1)
x[t] ~ Normal(0, 1) for t <= 2
x[t] ~ Normal(a * x[t-1] + b * x[t-2], sigma) for t > 2
y[t] ~ Normal(x[t], s)
""",
    {"y": [1, 2, 3, 4, 5.0, 2, 1]},
)
CHAINS["trend"] = Case(
    """data y[t]
index t = 1..7
s1, s2, s ~ HalfNormal(1)
x[1] ~ Normal(0, 5); v[1] ~ Normal(0, s2)
x[t] ~ Normal(x[t-1] + v[t-1], s1) for t > 1
v[t] ~ Normal(v[t-1], s2) for t > 1
y[t] ~ Normal(x[t], s)
""",
    {"y": [1, 2, 3, 4, 5.0, 2, 1]},
)
CHAINS["both ways"] = Case(
    """data y[t]
index t = 1..4
a ~ Normal(0, 1); s1, s2, s ~ HalfNormal(1)
x[1] ~ Normal(0, 1); w[1] ~ Normal(0, 1)
x[t] ~ Normal(a * x[t-1] + w[t-1], s1) for t > 1
w[t] ~ Normal(x[t-1] * w[t-1], s2) for t > 1
y[t] ~ Normal(x[t], s)
""",
    {"y": [1, 2, 3, 4.0]},
)
CHAINS["tree"] = Case(
    """data y[node], up[node] : node
index node = {root, a, b, c, d}
s, sigma ~ HalfNormal(1)
x[root] ~ Normal(0, 1)
x[node] ~ Normal(x[up[node]], sigma) for node != root
y[node] ~ Normal(x[node], s)
""",
    {"y": [1, 2, 3, 4.0, 5], "up": ["root", "root", "root", "a", "a"]},
)
CHAINS["volatility"] = Case(
    """data y[t]
index t = 1..5
mu ~ Normal(0, 1); phi ~ Uniform(-1, 1); sigma ~ HalfNormal(1)
h[1] ~ Normal(mu, sigma / sqrt(1 - phi^2))
h[t] ~ Normal(mu + phi * (h[t-1] - mu), sigma) for t > 1
y[t] ~ Normal(0, exp(h[t] / 2))
""",
    {"y": [0.5, -1, 0.1, 2, -2]},
)
