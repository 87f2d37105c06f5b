"""Panels that lay the distribution of data over those of new data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.new_data import NewData
from hdsl.results.plots.smooth import bounds_of, interval, smooth
from hdsl.results.plots.style import BLUE, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES, _PLACES = 50, 800
_FEW_COUNTS, _MOST_BINS = 100, 25
_TIED = 0.02
_SKEWED, _NEAR_ZERO = 1.0, 0.05


def compare(axes: Axes, data: NewData) -> None:
    """Bars of counts, shares of what is censored or has values of their own, else densities."""
    rows = np.linspace(0, len(data.replicated) - 1, min(_LINES, len(data.replicated)))
    few = data.replicated[rows.astype(int)]
    if data.is_censored:
        _shares(axes, data, few)
    elif data.is_whole and np.ptp(data.observed) <= _FEW_COUNTS:
        _counts(axes, data)
    elif not data.is_whole and _has_ties(few):
        _shares(axes, data, few)
    else:
        _densities(axes, data.observed, few)


def _has_ties(new: np.ndarray) -> bool:
    """Whether single values have a chance of their own: zeros, or limits that are reached."""
    return np.unique(new).size < (1 - _TIED) * new.size and bool(np.ptp(new, axis=1).any())


def wants_logarithms(observed: np.ndarray, new: np.ndarray) -> bool:
    """Whether positive numbers are skewed, and their logarithms much less."""
    if observed.size < 3 or not (observed.min() > 0 and new.min() > 0):
        return False
    skewness, of_logs = _skewness(observed), _skewness(np.log(observed))
    return skewness > _SKEWED and abs(of_logs) < skewness / 2


def _skewness(numbers: np.ndarray) -> float:
    spread = float(np.std(numbers))
    return float(np.mean((numbers - numbers.mean()) ** 3)) / spread**3 if spread > 0 else 0.0


def _densities(axes: Axes, observed: np.ndarray, new: np.ndarray) -> None:
    logarithmic = wants_logarithms(observed, new)
    if logarithmic:
        observed, new = np.log10(observed), np.log10(new)
    low, high = bounds_of(np.append(new, observed))
    ends = np.quantile(new, [0.001, 0.999])
    positive = not logarithmic and min(observed.min(), new.min()) >= 0
    if positive and low < _NEAR_ZERO * ends[1]:
        low = 0.0
    for number, row in enumerate(new):
        if np.ptp(row) > 0:
            x, density = smooth(row, bounds=(low, high))
            label = "_more" if number else "new data"
            axes.plot(_scaled(x, logarithmic), density, color=BLUE, lw=0.6, alpha=0.35, label=label)
    if np.ptp(observed) > 0:
        x, density = smooth(observed, bounds=(low, high))
        axes.plot(_scaled(x, logarithmic), density, color=INK, lw=2, label="data", gid="data")
        room = 0.6 * float(np.ptp(observed))
        left = np.clip(ends[0], observed.min() - room, x[0])
        left = low if left < low + 0.1 * room else left
        right = np.clip(ends[1], x[-1], observed.max() + room)
        axes.set_xlim(*_scaled(np.array([left, right]), logarithmic))
    if logarithmic:
        logarithmic_axis(axes)
    axes.set_yticks([])
    axes.set_ylim(0, None)
    axes.spines["left"].set_visible(False)


def _scaled(x: np.ndarray, logarithmic: bool) -> np.ndarray:
    return 10.0**x if logarithmic else x


def logarithmic_axis(axes: Axes) -> None:
    """A horizontal axis of powers of ten, with 2 and 5 times these where they are few."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    left, right = axes.get_xlim()
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    if right < 1000 * left:
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _shares(axes: Axes, data: NewData, new: np.ndarray) -> None:
    """The share of data above each value, and the same of new data."""
    shares = data.shares
    positive = data.observed > 0
    spread = wants_logarithms(data.observed[positive], new[new > 0])
    logarithmic = spread and data.observed.min() >= 0 and new.min() >= 0
    low, high = shares.lowest, shares.highest
    if not data.is_censored:
        ends = np.quantile(new, [0.001, 0.999])
        low, high = min(low, float(ends[0])), max(high, float(ends[1]))
    if logarithmic:
        places = np.geomspace(float(data.observed[positive].min()) / 3, high, _PLACES)
    else:
        room = 0.03 * (high - low)
        places = np.linspace(low - room, high + room * (not data.is_censored), _PLACES)
    over = np.stack(
        [1 - np.searchsorted(np.sort(row), places, side="right") / row.size for row in new]
    )
    for number, heights in enumerate(over):
        label = "_more" if number else "new data"
        axes.step(places, heights, where="post", color=BLUE, lw=0.6, alpha=0.35, label=label)
    seen = (places >= low) | (shares.below == 0)
    axes.step(
        places[seen], shares.over(places[seen]), where="post", color=INK, lw=2, label="data",
        gid="data",
    )  # fmt: skip
    for side, word in ((data.at_least, "at least this"), (data.at_most, "at most this")):
        at = np.unique(data.observed[side])
        if at.size:
            axes.plot(at, shares.over(at), "|", color=INK, ms=11, mew=1.5, ls="", gid="censored",
                      clip_on=False, label=f"data known to be {word}")  # fmt: skip
    axes.set_xlim(places[0], places[-1])
    if logarithmic:
        logarithmic_axis(axes)
    highest_share = max(float(over.max()), float(shares.over(places).max()))
    axes.set_ylim(0, min(1.03, 1.1 * highest_share))
    axes.set_ylabel("share above")


def _counts(axes: Axes, data: NewData) -> None:
    """How often each whole number occurs, or each of a few ranges of them."""
    from matplotlib.ticker import MaxNLocator

    observed, replicated = data.observed, data.replicated
    low = int(min(observed.min(), np.quantile(replicated, 0.001)))
    high = int(max(observed.max(), np.quantile(replicated, 0.999)))
    step = max(1, -(-(high - low + 1) // _MOST_BINS))
    edges = np.arange(low, high + step + 1, step) - 0.5
    middle = (edges[:-1] + edges[1:]) / 2
    seen, _ = np.histogram(observed, edges)
    rows = replicated[:: max(1, len(replicated) // 1000)]
    new = np.stack([np.histogram(row, edges)[0] for row in rows])
    axes.bar(middle, seen, width=0.85 * step, color="#c9c9c9", label="data", gid="data")
    for mass, thick in ((0.95, 1.4), (0.5, 4.0)):
        ends = interval(new, mass)
        axes.vlines(middle, *ends, color=BLUE, lw=thick, label=f"{100 * mass:g} % of new data")
    axes.plot(middle, np.median(new, axis=0), "o", color="white", ms=3.5, mec=BLUE, mew=0.8, ls="",
              label="median of new data")  # fmt: skip
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if middle.size <= 2:
        axes.set_xticks(middle)
    axes.set_ylabel("number of data" if step == 1 else f"number of data in steps of {step}")
