"""Observed numbers beside new ones from the fitted model, and the statistics that compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.results.product_limit import Shares, product_limit
from hdsl.results.variables import Variable

if TYPE_CHECKING:
    from hdsl.results.fit import Fit


@dataclass(frozen=True, eq=False)
class NewData:
    """Observed numbers, and for each draw new ones in their place.

    Attributes
    ----------
    observed, replicated
        Shapes ``(data,)`` and ``(draw, data)``, all finite.
    at_least, at_most
        Which data are bounds, shape ``(data,)``; the new data are not censored there.
    """

    name: str
    observed: np.ndarray
    replicated: np.ndarray
    at_least: np.ndarray
    at_most: np.ndarray
    is_whole: bool

    @property
    def is_censored(self) -> bool:
        """Whether some data are bounds where new data are not."""
        return bool(self.at_least.any() or self.at_most.any())

    @cached_property
    def shares(self) -> Shares:
        """The distribution of the data, with what the bounds tell."""
        # A whole number that is at least 3 may be 3: its bound lies below the threes.
        half = 0.5 if self.is_whole else 0.0
        ends = self.observed - half * self.at_least + half * self.at_most
        return product_limit(ends, self.at_least, self.at_most)

    def only(self, chosen: np.ndarray) -> NewData:
        """The same of some data alone."""
        return NewData(
            self.name, self.observed[chosen], self.replicated[:, chosen], self.at_least[chosen],
            self.at_most[chosen], self.is_whole,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Statistic:
    """A statistic of the data, and of the new data of each draw."""

    name: str
    of_data: float
    of_new: np.ndarray

    @property
    def above(self) -> float:
        """The share of new data in which it is larger; where it is equal they count half."""
        return float(np.mean(self.of_new > self.of_data) + np.mean(self.of_new == self.of_data) / 2)


def new_data(fit: Fit, variable: Variable) -> NewData | None:
    """The data in place of which a variable was drawn, beside its draws.

    `None` where the fit doesn't tell the data, where no draw of them is finite, and where they
    can't be compared: of some a lower bound is known, of others an upper one.
    """
    observed = seen_by(fit, variable)
    if observed is None or (variable.at_least and variable.at_most):
        return None
    known = np.isfinite(observed)
    replicated = np.asarray(variable.values, float).reshape(-1, variable.size)[:, known]
    kept = replicated[np.isfinite(replicated).all(axis=1)]
    if not known.any() or not kept.size:
        return None
    sides = [np.isin(np.arange(variable.size), s) for s in (variable.at_least, variable.at_most)]
    is_whole = variable.values.dtype.kind in "iub"
    return NewData(variable.name, observed[known], kept, sides[0][known], sides[1][known], is_whole)


def seen_by(fit: Fit, variable: Variable) -> np.ndarray | None:
    """The data in place of which a variable is drawn anew, flat and in its order.

    `None` where the fit doesn't tell which they are.
    """
    kept = fit.observed_data.get(variable.name)
    if kept is None or kept[1].dtype.kind not in "iufb":
        return None
    dims, values = kept
    flat = np.asarray(values, dtype=float).reshape(-1)
    if tuple(dims) == variable.dims:
        return flat
    if len(dims) == 1 and len(variable.dims) == 1:
        # Some of the data, along an axis of their own under their labels.
        place = {label: index for index, label in enumerate(fit.coords.get(dims[0], ()))}
        wanted = [place.get(label, -1) for label in fit.coords[variable.dims[0]]]
        return None if -1 in wanted else flat[wanted]
    seen = flat[np.isfinite(flat)]
    return seen if seen.size == variable.size else None


def statistics(data: NewData) -> Iterator[Statistic]:
    """What is compared: centre, spread and ends; of censored data what their bounds leave."""
    if data.is_censored:
        yield from _of_censored(data)
        return
    for name, compute in _plain(data):
        yield Statistic(name, float(compute(data.observed[None])[0]), compute(data.replicated))


def _plain(data: NewData) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Names, and functions that take the last axis away."""
    observed = data.observed
    if observed.size == 1:
        yield "value", lambda x: x[:, 0]
        return
    yield "mean", lambda x: x.mean(axis=1)
    if data.is_whole and np.isin(observed, (0.0, 1.0)).all():
        return
    yield "sd", lambda x: x.std(axis=1, ddof=1)
    for name, end in (("minimum", observed.min()), ("maximum", observed.max())):
        if not data.is_whole and (data.replicated == end).any():
            # An end that new data reach exactly is a limit: all that differs is how many do.
            if end != 0:
                yield f"share at {end:g}", lambda x, end=end: (x == end).mean(axis=1)
        elif name == "minimum":
            yield name, lambda x: x.min(axis=1)
        else:
            yield name, lambda x: x.max(axis=1)
    if (observed == 0).any():
        yield "share of zeros", lambda x: (x == 0).mean(axis=1)


def _of_censored(data: NewData) -> Iterator[Statistic]:
    shares, new = data.shares, data.replicated
    for name, p in (("lower quartile", 0.25), ("median", 0.5), ("upper quartile", 0.75)):
        value = shares.quantile(p)
        if np.isfinite(value):
            yield Statistic(name, value, np.quantile(new, p, axis=1, method="inverted_cdf"))
    yield mean(data)
    low, high = shares.lowest, shares.highest
    if data.at_most.any():
        yield Statistic(f"share below {low:g}", shares.below, (new < low).mean(axis=1))
    else:
        yield Statistic(f"share above {high:g}", shares.above, (new > high).mean(axis=1))


def mean(data: NewData) -> Statistic:
    """The mean; of censored data that of all values cut where the data end."""
    shares, new = data.shares, data.replicated
    if data.at_most.any():
        cut, name = np.maximum(new, shares.lowest), f"mean when cut at {shares.lowest:g}"
    elif data.at_least.any():
        cut, name = np.minimum(new, shares.highest), f"mean when cut at {shares.highest:g}"
    else:
        cut, name = new, "mean"
    return Statistic(name, shares.mean, cut.mean(axis=1))
