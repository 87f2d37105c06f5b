"""Times whole runs, from the start of Python to the summary, side by side.

    python benchmarks/compare.py [--repeat 3]

Each entry runs in a process of its own, the entries in turn, so that a busy machine hits all
alike. Printed are the median of the wall time, the smallest effective sample size (bulk or tail)
over all quantities, the integrated ones included, the largest R-hat, and effective draws a second
as a ratio to those of hdsl. Absolute times mean little; the ratios of one run can be compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
MODELS = ("eight_schools", "mm_class_by_class")
WAYS = ("hdsl", "hdsl, no rules", "BlackJAX by hand")


def quality(draws: dict) -> dict:
    """Smallest ESS and largest R-hat of arrays of shape (chain, draw, ...)."""
    import numpy as np

    from hdsl.results.convergence import assess

    columns = [np.asarray(a, float).reshape(*a.shape[:2], -1) for a in draws.values()]
    found = assess(np.concatenate(columns, 2))
    return {
        "ess": float(min(np.nanmin(found.ess_bulk), np.nanmin(found.ess_tail))),
        "r_hat": float(np.nanmax(found.r_hat)),
    }


def by_hdsl(model: str, without: tuple[str, ...]) -> dict:
    """One run of hdsl."""
    import hdsl

    fit = hdsl.load(EXAMPLES / model / "model.hbm").sample(seed=1, without=without)
    shown = ("parameter", "derived")
    return quality({v.name: v.values for v in fit.variables if v.role in shown})


def by_hand(model: str) -> dict:
    """BlackJAX on a density that its user wrote, with the tricks of the trade."""
    import blackjax
    import jax
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    log_density, named, dimension = {
        "eight_schools": eight_schools,
        "mm_class_by_class": mm_class_by_class,
    }[model]()

    def chain(key: jax.Array) -> tuple[jax.Array, ...]:
        start, warm, run = jax.random.split(key, 3)
        position = jax.random.uniform(start, (dimension,), minval=-2.0, maxval=2.0)
        adaptation = blackjax.window_adaptation(blackjax.nuts, log_density)
        (state, parameters), _ = adaptation.run(warm, position, num_steps=1000)
        step = blackjax.nuts(log_density, **parameters).step

        def body(state, key):
            state, _ = step(key, state)
            return state, state.position

        return jax.lax.scan(body, state, jax.random.split(run, 1000))[1]

    positions = jax.jit(lambda keys: jax.lax.map(chain, keys))(
        jax.random.split(jax.random.key(1), 4)
    )
    return quality({k: np.asarray(v) for k, v in named(positions).items()})


def eight_schools():
    """Non-centred, as is usual."""
    import jax.numpy as jnp
    from jax.scipy import stats

    data = json.loads((EXAMPLES / "eight_schools/eight_schools.json").read_text())
    y, sigma = jnp.array(data["y"], float), jnp.array(data["sigma"], float)

    def log_density(x):
        mu, log_tau, z = x[0], x[1], x[2:]
        tau = jnp.exp(log_tau)
        prior = stats.norm.logpdf(mu, 0, 5) + stats.cauchy.logpdf(tau, 0, 5) + log_tau
        likelihood = stats.norm.logpdf(y, mu + tau * z, sigma).sum()
        return prior + stats.norm.logpdf(z).sum() + likelihood

    def named(x):
        tau = jnp.exp(x[..., 1])
        return {"mu": x[..., 0], "tau": tau, "theta": x[..., :1] + tau[..., None] * x[..., 2:]}

    return log_density, named, 10


def mm_class_by_class():
    """The shares on the logit scale, (a, b) as logs, the bags of a day summed beforehand."""
    import csv

    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax.scipy import stats

    with open(EXAMPLES / "mm_class_by_class/mm_daily_bags.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "Plain"]
    days = sorted({row["date"] for row in rows})
    blue, total = np.zeros(len(days)), np.zeros(len(days))
    for row in rows:
        blue[days.index(row["date"])] += float(row["blue"])
        total[days.index(row["date"])] += float(row["total"])

    def log_density(x):
        a, b, eta = jnp.exp(x[0]), jnp.exp(x[1]), x[2:]
        theta = jax.nn.sigmoid(eta)
        prior = stats.gamma.logpdf(a, 2, scale=10) + stats.gamma.logpdf(b, 2, scale=10)
        jacobian = x[0] + x[1] + (jax.nn.log_sigmoid(eta) + jax.nn.log_sigmoid(-eta)).sum()
        shares = stats.beta.logpdf(theta, a, b).sum()
        counts = blue * jax.nn.log_sigmoid(eta) + (total - blue) * jax.nn.log_sigmoid(-eta)
        return prior + jacobian + shares + counts.sum()

    def named(x):
        return {"ab": jnp.exp(x[..., :2]), "theta": jax.nn.sigmoid(x[..., 2:])}

    return log_density, named, 2 + len(days)


def timed(model: str, way: str) -> dict:
    """Wall time and quality of one run in a fresh process."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--model", model, "--way", way]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {"seconds": time.perf_counter() - start, **json.loads(out.splitlines()[-1])}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--model", choices=MODELS, help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way is not None:
        rules = () if asked.way == "hdsl" else ("collapse", "coordinates")
        by_way = by_hand(asked.model) if "hand" in asked.way else by_hdsl(asked.model, rules)
        print(json.dumps(by_way))
        return
    print(
        f"{'model':<20}{'way':<18}{'seconds':>8}{'min ESS':>9}{'R-hat':>8}{'ESS/s':>8}{'ratio':>7}"
    )
    for model in MODELS:
        runs = {way: [] for way in WAYS}
        for _ in range(asked.repeat):
            for way in WAYS:
                runs[way].append(timed(model, way))
        rates = {}
        for way, found in runs.items():
            seconds = statistics.median(run["seconds"] for run in found)
            rates[way] = found[0]["ess"] / seconds
            print(
                f"{model:<20}{way:<18}{seconds:>8.1f}{found[0]['ess']:>9.0f}"
                f"{found[0]['r_hat']:>8.3f}{rates[way]:>8.0f}{rates[way] / rates['hdsl']:>7.2f}"
            )


if __name__ == "__main__":
    main()
