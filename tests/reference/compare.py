"""How far draws are from what a source says, in units of the Monte Carlo error of both sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from hdsl.results.convergence import assess
from tests.reference.collection import Statistic, Target

Floats = NDArray[np.float64]

FALSE_ALARMS = 1e-3


@dataclass(frozen=True)
class Deviation:
    """How far one statistic of one number lies from the reference.

    Attributes
    ----------
    errors
        The difference in combined Monte Carlo standard errors, without what rounding explains.
    sds
        The difference in posterior standard deviations.
    """

    name: str
    statistic: Statistic
    found: float
    expected: float
    errors: float
    sds: float

    def __str__(self) -> str:
        what = self.statistic if isinstance(self.statistic, str) else f"{self.statistic:.1%}"
        return (
            f"{self.name} {what}: {self.found:.5g}, expected {self.expected:.5g} "
            f"({self.errors:.1f} MCSEs, {self.sds:.3f} sd)"
        )


def limit(comparisons: int) -> float:
    """The number of standard errors that one of so many comparisons may be off.

    If both sides are right, one model in a thousand is refused (Bonferroni, normal errors): 3.8 for
    a single number with mean, sd and five quantiles, 4.3 for eight, 4.8 for ninety.
    """
    return NormalDist().inv_cdf(1 - FALSE_ALARMS / (2 * max(comparisons, 1)))


def deviations(draws: NDArray[np.generic], target: Target) -> list[Deviation]:
    """Each statistic of the target against draws of shape ``(chain, draw)``.

    Notes
    -----
    Each difference is divided by the root of the sum of both sides' squared standard errors. Ours
    come from the effective sample size of the draws, of their squared deviations (for the sd) and
    of the indicator of a quantile; those of the source from the effective sample size that the
    Monte Carlo error of its mean implies, and for sd and quantiles from `Target.ess_spread`.
    Quantiles are compared as probabilities: how much of our draws lies below the value of the
    source. That is fair for counts and 0/1 too.
    """
    values = np.asarray(draws, dtype=np.float64)
    # The mean of 0 and 1 says all about them.
    indicator = np.isin(values, (0.0, 1.0)).all()
    return [
        _deviation(values, target, *told)
        for told in target.values
        if told[0] == "mean" or not indicator
    ]


def _deviation(draws: Floats, target: Target, statistic: Statistic, expected: float) -> Deviation:
    mean, sd = float(draws.mean()), float(draws.std(ddof=1))
    rounding = target.rounding(expected)
    squares = np.square(draws - mean)
    if statistic == "mean":
        found, difference = mean, mean - expected
        # Of an event that our draws never saw, only the source's sd tells how rare it is.
        unseen = 0.0 if sd else dict(target.values).get("sd", 0.0) / math.sqrt(target.ess)
        errors = _ratio(difference, rounding, math.hypot(_error(draws, target.ess), unseen))
    elif statistic == "sd":
        found, difference = sd, sd - expected
        errors = _ratio(difference, rounding, _error(squares, target.ess_spread) / (2 * sd or 1))
    else:
        assert isinstance(statistic, float)
        found = float(np.quantile(draws, statistic))
        difference = found - expected
        errors = _share_errors(draws, statistic, expected, rounding, target.ess_spread)
    scale = dict(target.values).get("sd") or sd or 1.0
    return Deviation(target.name, statistic, found, expected, errors, abs(difference) / scale)


def _share_errors(
    draws: Floats, probability: float, expected: float, rounding: float, ess: float
) -> float:
    slack = rounding + 1e-9 * abs(expected)
    below = float((draws < expected - slack).mean())
    up_to = float((draws <= expected + slack).mean())
    difference = max(below - probability, probability - up_to, 0.0)
    indicator = (draws <= float(np.quantile(draws, probability))).astype(np.float64)
    own = float(assess(indicator[:, :, None]).mcse[0])
    if not math.isfinite(own):
        own = math.sqrt(probability * (1 - probability) / draws.size)
    return _ratio(
        difference, 0.0, math.hypot(own, math.sqrt(probability * (1 - probability) / ess))
    )


def _error(draws: Floats, ess: float) -> float:
    own = float(assess(draws[:, :, None]).mcse[0])
    return math.hypot(own if math.isfinite(own) else 0.0, float(draws.std()) / math.sqrt(ess))


def _ratio(difference: float, rounding: float, error: float) -> float:
    excess = max(abs(difference) - rounding, 0.0)
    if excess <= 0:
        return 0.0
    return excess / error if error > 0 else math.inf


def worst(found: Sequence[Deviation]) -> tuple[Deviation, Deviation]:
    """The largest deviation in Monte Carlo errors, and the largest of a mean or median in sds."""
    centres = [d for d in found if d.statistic in ("mean", 0.5)]
    return max(found, key=lambda d: d.errors), max(centres, key=lambda d: d.sds)
