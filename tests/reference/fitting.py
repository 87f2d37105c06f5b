"""One posterior of the collections: fitted with default settings, and compared."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hdsl
from tests.reference.collection import Case
from tests.reference.compare import deviations, limit, worst

SEED = 1


@dataclass(frozen=True)
class Outcome:
    """What came out of one fit; ready for JSON.

    Attributes
    ----------
    agrees
        Whether all that the source tells lies within the Monte Carlo error.
    wrong
        What does not, in words, the largest first; or why there was no fit.
    errors, sds
        The largest deviation in Monte Carlo errors and in posterior sds.
    seconds
        Of the whole run, imports included, and of its stages.
    """

    name: str
    lines: int
    agrees: bool
    wrong: tuple[str, ...] = ()
    r_hat: float | None = None
    ess: float | None = None
    errors: float | None = None
    sds: float | None = None
    trusted: bool | None = None
    why_not: tuple[str, ...] = ()
    total: float | None = None
    seconds: Mapping[str, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain values."""
        return asdict(self)


def outcome(case: Case, seed: int = SEED) -> Outcome:
    """Fit the case and compare it with its source."""
    start = time.perf_counter()
    try:
        fit = hdsl.load(case.model).sample(case.data, seed=seed)
    except hdsl.HdslError as error:
        titles = tuple(f"{found.code}: {found.title}" for found in error.diagnostics)
        return Outcome(case.name, case.lines, agrees=False, wrong=titles)
    trusted = fit.trusted
    total = time.perf_counter() - start
    stages = _stages(fit.facts.timings, total)
    draws = _draws(fit)
    lost = tuple(f"{t.name} is not in the fit" for t in case.targets if t.name not in draws)
    if lost:
        return Outcome(case.name, case.lines, agrees=False, wrong=lost, total=total, seconds=stages)
    found = [
        deviation for target in case.targets for deviation in deviations(draws[target.name], target)
    ]
    by_error, by_sd = worst(found)
    wrong = sorted((d for d in found if d.errors > limit(len(found))), key=lambda d: -d.errors)
    return Outcome(
        case.name,
        case.lines,
        agrees=not wrong,
        wrong=tuple(map(str, wrong)),
        r_hat=_extreme(fit, "r_hat", np.nanmax),
        ess=_extreme(fit, "ess", np.nanmin),
        errors=by_error.errors,
        sds=by_sd.sds,
        trusted=trusted,
        why_not=tuple(f"{d.code}: {d.title}" for d in fit.diagnostics),
        total=total,
        seconds=stages,
    )


def _draws(fit: hdsl.Fit) -> dict[str, NDArray[np.generic]]:
    """Draws by the source's way of writing an element: ``theta[2,1]``, places from 1."""
    found: dict[str, NDArray[np.generic]] = {}
    for variable in fit.variables:
        # Draws that are labels are held as their places, from 0.
        values = variable.values + (variable.members is not None)
        if not variable.dims:
            found[variable.name] = values
        for place in np.ndindex(*values.shape[2:]) if variable.dims else ():
            element = ",".join(str(i + 1) for i in place)
            found[f"{variable.name}[{element}]"] = values[:, :, *place]
    return found


def _extreme(fit: hdsl.Fit, column: str, take: Any) -> float | None:
    columns = ("ess_bulk", "ess_tail") if column == "ess" else (column,)
    values = [getattr(statistics, name) for _, statistics in fit.judged for name in columns]
    together = np.concatenate(values) if values else np.empty(0)
    return float(take(together)) if np.isfinite(together).any() else None


def _stages(timings: Mapping[str, float], total: float) -> dict[str, float]:
    stages = {name: timings.get(name, 0.0) for name in ("compile", "sample")}
    before = sum(timings.get(stage, 0.0) for stage in ("parse", "check", "bind", "plan", "lower"))
    rest = total - before - sum(stages.values())
    return {"before": before, **stages, "finish": max(rest, 0.0)}
