"""How the chains ran: traces, ranks, autocorrelation, energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.letters import symbol
from hdsl.results.plots.quantity import Quantity
from hdsl.results.plots.smooth import smooth
from hdsl.results.plots.style import (
    BLUE,
    INK,
    ORANGE,
    SERIES,
    legend_below,
    new_figure,
    panels,
)
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TRACES, MOST_RANKS = 8, 12
_LINE = 500
_RANK_BINS = 20
_LAGS = 60
_LEAST = 10


def draw_trace(subject: Subject, wishes: Wishes) -> Figure:
    """For each quantity the density of each chain, and its draws one after the other."""
    quantities = _chosen(subject, wishes.names, MOST_TRACES)
    rows = len(quantities)
    figure = new_figure("Traces: each colour is a chain", 9.0, 1.35 * rows + 1.2)
    grid = figure.subplots(rows, 2, squeeze=False, width_ratios=(1, 2.4))
    for (left, right), quantity in zip(grid, quantities, strict=True):
        for chain, draws in enumerate(quantity.draws):
            color = SERIES[chain % len(SERIES)]
            finite = draws[np.isfinite(draws)].astype(float)
            if finite.size and np.ptp(finite) > 0:
                left.plot(*smooth(finite), color=color, lw=1.2)
            step = max(1, draws.size // _LINE)
            right.plot(np.arange(draws.size)[::step] + 1, draws[::step], color=color, lw=0.6,
                       antialiased=False, gid=f"chain {chain}")  # fmt: skip
        left.set_yticks([])
        left.spines["left"].set_visible(False)
        left.set_ylabel(symbol(quantity.name), rotation=0, ha="right", va="center")
        right.set_xlim(1, max(2, quantity.draws.shape[1]))
        right.locator_params(axis="y", nbins=4)
        _mark_divergences(right, subject)
    grid[-1][1].set_xlabel("draw")
    if any(axes.get_legend_handles_labels()[0] for axes in grid[:, 1]):
        legend_below(figure, list(grid[:, 1]))
    return figure


def draw_rank(subject: Subject, wishes: Wishes) -> Figure:
    """For each chain, how often its draws have which rank among all; good chains are level."""
    from scipy.stats import rankdata

    quantities = _chosen(subject, wishes.names, MOST_RANKS)
    figure, grid = panels(
        "Ranks of the draws, each colour is a chain: level where chains agree", len(quantities)
    )
    for axes, quantity in zip(grid, quantities, strict=True):
        chains, draws = quantity.draws.shape
        ranks = rankdata(quantity.draws, method="average").reshape(chains, draws)
        edges = np.linspace(0.5, chains * draws + 0.5, _RANK_BINS + 1)
        expected = draws / _RANK_BINS
        error = 2 * np.sqrt(expected * (1 - 1 / _RANK_BINS))
        axes.axhspan(
            1 - error / expected,
            1 + error / expected,
            color="#ececec",
            lw=0,
            label="95 % if independent",
        )
        for chain in range(chains):
            counts, _ = np.histogram(ranks[chain], edges)
            color = SERIES[chain % len(SERIES)]
            axes.stairs(counts / expected, edges, baseline=None, color=color, lw=1.3,
                        gid=f"chain {chain}")  # fmt: skip
        axes.set_xticks([])
        axes.set_ylim(0, None)
        axes.set_xlabel(f"rank by {symbol(quantity.name)}")
        axes.locator_params(axis="y", nbins=4)
    _label_left(grid, "draws / expected draws")
    legend_below(figure, grid)
    return figure


def _label_left(grid: list[Axes], text: str) -> None:
    """A name of the vertical axis for the panels at the left."""
    for axes in grid:
        place = axes.get_subplotspec()
        if place is not None and place.is_first_col():
            axes.set_ylabel(text)


def draw_autocorrelation(subject: Subject, wishes: Wishes) -> Figure:
    """The correlation of draws with those some steps later, for each chain."""
    quantities = _chosen(subject, wishes.names, MOST_RANKS)
    figure, grid = panels("Autocorrelation of the draws, each colour is a chain", len(quantities))
    for axes, quantity in zip(grid, quantities, strict=True):
        bound = 2 / np.sqrt(quantity.draws.shape[1])
        axes.axhspan(-bound, bound, color="#ececec", lw=0, label="95 % if independent")
        for chain, draws in enumerate(quantity.draws):
            values = autocorrelation(np.asarray(draws, float))[: _LAGS + 1]
            axes.plot(np.arange(values.size), values, color=SERIES[chain % len(SERIES)], lw=1.2,
                      gid=f"chain {chain}")  # fmt: skip
        axes.set_ylim(min(-0.25, axes.get_ylim()[0]), 1.03)
        axes.set_xlim(0, None)
        axes.set_xlabel(f"lag in the draws of {symbol(quantity.name)}")
        axes.locator_params(axis="y", nbins=4)
    _label_left(grid, "autocorrelation")
    legend_below(figure, grid)
    return figure


def draw_energy(subject: Subject, wishes: Wishes) -> Figure:
    """The energy about its mean, and its changes: they should be about as wide (BFMI near 1).

    Betancourt 2016, arXiv 1604.00695.
    """
    energy = subject.fit.sample_stats.get("energy")
    if energy is None or np.shape(energy)[1] < _LEAST or not np.isfinite(energy).all():
        raise refusal(
            "this run has no energy that could be drawn",
            f"only NUTS has one, and it takes {_LEAST} draws or more that are numbers",
            "there is nothing to look at",
        )
    energy = np.asarray(energy, float)
    figure = new_figure("Energy and its changes: good where they are about as wide", 8.0, 4.6)
    axes = figure.add_subplot()
    centred = (energy - energy.mean(axis=1, keepdims=True)).reshape(-1)
    changes = np.diff(energy, axis=1).reshape(-1)
    for draws, color, label in (
        (centred, BLUE, "energy about its mean"),
        (changes, ORANGE, "change from draw to draw"),
    ):
        curve = smooth(draws[np.isfinite(draws)])
        axes.plot(curve.x, curve.density, color=color, lw=1.8, label=label, gid=label)
        axes.fill_between(curve.x, curve.density, color=color, alpha=0.15, lw=0)
    fractions = np.mean(np.diff(energy, axis=1) ** 2, axis=1) / np.var(energy, axis=1)
    axes.plot([], [], " ", label=f"BFMI of the chains: {', '.join(f'{f:.2f}' for f in fractions)}")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, None)
    axes.set_xlabel("energy")
    legend_below(figure, axes)
    return figure


def suggested(subject: Subject) -> list[tuple[str, ...]]:
    """Single unknowns, where chains had to converge; else the first elements of families."""
    if subject.fit.facts.direct:
        return []
    found = [q.name for q in _default(subject, MOST_TRACES)]
    return [tuple(found)] if found else []


def suggested_energy(subject: Subject) -> list[tuple[str, ...]]:
    """Of every run that has an energy."""
    energy = subject.fit.sample_stats.get("energy")
    good = energy is not None and energy.shape[1] >= _LEAST and np.isfinite(energy).all()
    return [()] if good else []


def autocorrelation(draws: np.ndarray) -> np.ndarray:
    """The autocorrelation at all lags, by Fourier transforms; zero beyond 0 for a constant."""
    size = draws.size
    centred = np.fft.rfft(draws - draws.mean(), 2 * size)
    products = np.fft.irfft(centred * np.conj(centred), 2 * size)[:size]
    if products[0] <= 0:
        return np.concatenate([[1.0], np.zeros(size - 1)])
    return products / products[0]


def _default(subject: Subject, most: int) -> list[Quantity]:
    parameters = [v for v in subject.shown.values() if v.role == "parameter" and v.members is None]
    names = [v.name for v in parameters if not v.dims]
    found = subject.numbers(names[:most])
    for variable in parameters:
        if variable.dims and len(found) < min(most, 4):
            labels = [variable.label(i, subject.fit.coords) for i in range(min(variable.size, 2))]
            found += subject.numbers(labels)
    return found[:most]


def _chosen(subject: Subject, names: tuple[str, ...], most: int) -> list[Quantity]:
    found = subject.numbers(names, most) if names else _default(subject, most)
    found = [one for one in found if np.isfinite(one.draws).all()]
    if not found:
        raise refusal(
            "there is nothing whose chains can be looked at",
            "the model has no unknown numbers, or their draws are not finite",
            "name a quantity",
        )
    return found


def _mark_divergences(axes: Axes, subject: Subject) -> None:
    diverging = subject.fit.sample_stats.get("diverging")
    if diverging is None or not np.any(diverging):
        return
    places = np.nonzero(np.any(diverging, axis=0))[0] + 1
    axes.plot(places, np.full(places.shape, 0.02), "|", color=INK, ms=7,
              transform=axes.get_xaxis_transform(), label="divergence")  # fmt: skip
