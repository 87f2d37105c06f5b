"""Probabilities of labels: a bar for each label, or for each element a stack of all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.plots.style import BLUE, SERIES, legend_below, name_places, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TALL = 0.03


def draw_stacks(
    name: str,
    description: str,
    shares: np.ndarray,
    members: list[str],
    elements: list[str],
    index: str,
    is_sorted: bool,
) -> Figure:
    """Bars of probabilities.

    Parameters
    ----------
    shares
        Shape ``(elements, members)``; one row where the quantity has no index.
    is_sorted
        Whether the elements stand in the order of their probabilities, not in their own.
    """
    if not elements:
        figure = new_figure(f"How probable each value of {name} is")
        axes = figure.add_subplot()
        axes.bar(members, shares[0], width=0.7, color=BLUE, alpha=0.85)
        axes.set_xlabel(description)
        as_percent(axes)
        return figure
    width = float(np.clip(0.145 * len(elements) + 1.5, 8.0, 13.0))
    figure = new_figure(f"How probable each value of {name} is, for each {index}", width, 4.8)
    axes = figure.add_subplot()
    order = np.arange(len(elements))
    if is_sorted:
        order = np.lexsort(tuple(-shares[:, place] for place in range(shares.shape[1])[::-1]))
    bottom = np.zeros(len(elements))
    for place, member in enumerate(members):
        heights = shares[order, place]
        color = SERIES[place % len(SERIES)]
        axes.bar(np.arange(len(elements)), heights, 0.85, bottom, color=color, label=member)
        bottom += heights
    axes.set_xlim(-0.7, len(elements) - 0.3)
    axes.set_ylim(0, 1)
    has_room = name_places(axes, [elements[i] for i in order])
    if not has_room and not is_sorted:
        axes.set_xticks(places := range(0, len(elements), math.ceil(len(elements) / 12)),
                        [elements[i] for i in places])  # fmt: skip
        has_room = True
    order_told = ", sorted" if is_sorted else ""
    axes.set_xlabel(index if has_room else f"{len(elements)} elements of {index}{order_told}")
    as_percent(axes)
    legend_below(figure, axes)
    return figure


def is_sortable(labels: Sequence[str | float]) -> bool:
    """Whether elements have no order of their own: texts, or numbers that only count them."""
    if any(isinstance(label, str) for label in labels):
        return True
    return list(labels) == list(range(1, len(labels) + 1))


def as_percent(axes: Axes) -> None:
    """The vertical axis as probabilities in per cent."""
    from matplotlib.ticker import PercentFormatter

    is_tall = axes.get_ylim()[1] > _TALL
    decimals = 0 if is_tall else None
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=decimals, symbol=" %"))
    axes.set_ylabel("probability")
