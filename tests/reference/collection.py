"""The models of the collections, with what is known of their posteriors."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent
Statistic = Literal["mean", "sd"] | float

# Quantities whose name in the model is no copy of the name in the source.
_ROWS = {f"theta{i}[{j}]": f"theta[{i},{j}]" for i in (1, 2) for j in (1, 2)}
NAMES = {"bball_drive_event_0-hmm_drive_0": _ROWS, "hmm_example-hmm_example": _ROWS}

# Tails so heavy that no chain settles the mean or the sd: the quantiles are compared.
QUANTILES_ONLY = {
    "Air": ("theta", "X"),
    "Dyes": ("sigma2.btw",),
    "Fire": ("xf",),
}

# Printed tables that a rerun of the source's model does not confirm.
MISPRINTED = ("Stacks_t4", "Stacks_t4_ridge")


@dataclass(frozen=True)
class Target:
    """What the source says of one number.

    Attributes
    ----------
    values
        Pairs of what is told (``"mean"``, ``"sd"`` or the probability of a quantile) and its value.
    ess, ess_spread
        The effective sample sizes of the source's draws, for the mean and for sd and quantiles.
        The second is a quarter of the first where chains were autocorrelated (BUGS, JAGS), whose
        slow excursions the error of the mean does not show; gold-standard draws are independent.
    rounded
        Significant digits of printed values; `None` where they are not rounded.
    """

    name: str
    values: tuple[tuple[Statistic, float], ...]
    ess: float
    ess_spread: float
    rounded: int | None = None

    def rounding(self, value: float) -> float:
        """Half a unit of the last digit of a printed value."""
        if self.rounded is None or value == 0:
            return 0.0
        return 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) + 1 - self.rounded)


@dataclass(frozen=True)
class Case:
    """One posterior: a model, its data, and the reference."""

    collection: Literal["posteriordb", "bugs"]
    name: str

    @property
    def model(self) -> Path:
        """The model; posteriordb names a posterior after its data and its model."""
        stem = self.name.split("-", 1)[1] if self.collection == "posteriordb" else self.name
        return FOLDER / self.collection / f"{stem}.hbm"

    @property
    def data(self) -> dict[str, Any] | None:
        """Data that replace those which the model names; `None` where these are meant."""
        if self.collection == "bugs":
            return None
        file = f"data/{self.name.split('-', 1)[0]}.json"
        if f'"{file}"' in self.model.read_text():
            return None
        return json.loads((FOLDER / self.collection / file).read_text())

    @property
    def lines(self) -> int:
        """Lines of the model without comments and empty lines."""
        lines = (line.strip() for line in self.model.read_text().splitlines())
        return sum(bool(line) and not line.startswith("#") for line in lines)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """What is compared, in the order of the source."""
        file = FOLDER / self.collection / "expected" / f"{self.name}.json"
        reference = json.loads(file.read_text())
        if self.collection == "posteriordb":
            gold = "n_draws" in reference
            found = [_draws(name, entry, gold) for name, entry in reference["parameters"].items()]
        else:
            check = reference["jags_check"] or {"nodes": {}, "max_rhat": math.inf}
            rerun = check["nodes"] if check["max_rhat"] < 1.01 else {}
            found = [
                _sharper(name, entry, rerun.get(name), self.name in MISPRINTED)
                for name, entry in reference["published"].items()
            ]
        return tuple(self._fair(target) for target in found)

    def _fair(self, target: Target) -> Target:
        heavy = any(target.name.split("[")[0] == name for name in QUANTILES_ONLY.get(self.name, ()))
        values = tuple(v for v in target.values if not (heavy and isinstance(v[0], str)))
        name = NAMES.get(self.name, {}).get(target.name, target.name)
        return replace(target, name=name.replace(".", "_"), values=values)


def _draws(name: str, entry: dict[str, float], gold: bool) -> Target:
    quantiles = tuple((p / 100, entry[f"q{p}"]) for p in (5, 25, 50, 75, 95))
    moments = (("mean", entry["mean"]), ("sd", entry["sd"]))
    ess = (entry["sd"] / entry["mcse_mean"]) ** 2
    return Target(name, moments + quantiles, ess, ess if gold else ess / 4)


def _sharper(
    name: str, printed: dict[str, float], rerun: dict[str, float] | None, misprinted: bool
) -> Target:
    columns = ((0.025, "q2_5"), (0.5, "median"), (0.975, "q97_5"))
    if rerun is not None and (misprinted or rerun["mcse"] < printed["mc_error"]):
        entry, error, rounded = rerun, rerun["mcse"], None
        columns += ((0.05, "q5"), (0.25, "q25"), (0.75, "q75"), (0.95, "q95"))
    else:
        entry, error, rounded = printed, printed["mc_error"], 4
    values = (("mean", entry["mean"]), ("sd", entry["sd"]))
    values += tuple((p, entry[key]) for p, key in columns)
    ess = (entry["sd"] / error) ** 2 if error > 0 and entry["sd"] > 0 else printed["sample"]
    return Target(name, values, ess, ess / 4, rounded)


def cases() -> tuple[Case, ...]:
    """Every posterior of the collections, by collection and name."""
    return tuple(
        Case(collection, file.stem)
        for collection in ("posteriordb", "bugs")
        for file in sorted((FOLDER / collection / "expected").glob("*.json"), key=_by_name)
    )


def models() -> tuple[Path, ...]:
    """Every model of the collections."""
    return tuple(sorted({case.model for case in cases()}))


def _by_name(file: Path) -> str:
    return file.stem.lower()
