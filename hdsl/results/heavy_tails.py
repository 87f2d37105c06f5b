"""Quantities whose draws have tails so heavy that their mean may not exist."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.results.variables import Coords, Variable

HEAVY = 0.7
"""The shape from which on a mean is doubted. From 1 on there is none, and the estimate has an sd of
0.15 then."""
HEAVY_OUTSIDE = 0.4
"""The outer third of such a tail has this shape at least; that of a second mode is lighter."""
FEWEST = 400
"""With fewer draws, nothing can be said of tails."""
LARGEST = 100
"""Larger families are not looked at."""
_WIDE = 1.5
_NORMAL_90 = 3.29  # from the 5 % to the 95 % quantile of a normal distribution, in its sd
_LISTED = 3


def remarks_on_tails(variables: Iterable[Variable], coords: Coords) -> Iterator[str]:
    """A sentence on the quantities of a table whose means may not exist, if there are any."""
    found = [name for variable in variables for name in _heavy_elements(variable, coords)]
    if len(found) == 1:
        yield (
            f"The mean of {found[0]} is not reliable: its tail is so heavy that it may have none. "
            "Use its median."
        )
    elif found:
        more = len(found) - _LISTED
        names = found if more <= 1 else [*found[:_LISTED], f"{more} more"]
        yield (
            f"The means of {', '.join(names[:-1])} and {names[-1]} are not reliable: their tails "
            "are so heavy that they may have none. Use their medians."
        )


def _heavy_elements(variable: Variable, coords: Coords) -> Iterator[str]:
    if variable.role == "replicate" or variable.values.dtype.kind != "f":
        return
    if not 0 < variable.size <= LARGEST:
        return
    draws = variable.columns().reshape(-1, variable.size)
    for index in variable.defined:
        if is_heavy(draws[:, index]):
            yield f"`{variable.label(index, coords)}`"


def is_heavy(draws: NDArray[Any]) -> bool:
    """Whether the mean of what was drawn may not exist."""
    if len(draws) < FEWEST or not np.isfinite(draws).all():
        return False
    # Heavy tails make the sd large beside the quantiles; most quantities need no closer look.
    low, high = np.quantile(draws, [0.05, 0.95])
    with np.errstate(over="ignore"):
        if not draws.std() > _WIDE * (high - low) / _NORMAL_90 > 0:
            return False
    return tail_shape(draws) >= HEAVY and tail_shape(draws, 1 / 3) >= HEAVY_OUTSIDE


def tail_shape(draws: NDArray[Any], part: float = 1.0) -> float:
    """The shape k of generalised Pareto distributions, for the heavier tail of some draws.

    Moments of order 1 / k and above do not exist. Vehtari, Simpson, Gelman, Yao and Gabry 2024,
    Journal of Machine Learning Research 25(72), section 3; as many draws count as tail as there,
    or the outer part of these.
    """
    ordered = np.sort(draws)
    size = math.ceil(part * min(0.2 * len(draws), 3 * math.sqrt(len(draws))))
    upper = ordered[-size:] - ordered[-size - 1]
    lower = (ordered[size] - ordered[:size])[::-1]
    return max(_pareto_shape(tail) for tail in (upper, lower))


def _pareto_shape(exceedances: NDArray[Any]) -> float:
    """Zhang and Stephens 2009, Technometrics 51, 316-325; drawn towards 1/2 as if by ten draws."""
    n = len(exceedances)
    quartile = exceedances[int(n / 4 + 0.5) - 1]
    if not quartile > 0:  # many draws are equal
        return -math.inf
    x = exceedances / quartile  # the shape has no unit
    grid = np.arange(1, 31 + int(math.sqrt(n))) - 0.5
    theta = 1 / x[-1] + (1 - np.sqrt((len(grid)) / grid)) / 3
    shapes = np.log1p(-theta[:, None] * x).mean(axis=1)
    log_profile = n * (np.log(-theta / shapes) - shapes - 1)
    weights = np.exp(log_profile - log_profile.max())
    best = float((theta * weights).sum() / weights.sum())
    return (n * float(np.log1p(-best * x).mean()) + 5.0) / (n + 10.0)
