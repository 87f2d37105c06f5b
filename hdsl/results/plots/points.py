"""Data that are laid over a figure: points with error bars from a file or a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hdsl.data.fields import Field, Table
from hdsl.data.files import read_table
from hdsl.data.from_python import table_from_python
from hdsl.data.paths import locate
from hdsl.results.plots.letters import verbatim
from hdsl.results.plots.style import GOLD, GREEN, INK, ORANGE, PINK
from hdsl.results.plots.wishes import Wishes, refusal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = "osD^v<>phXP*"
_COLORS = (ORANGE, GREEN, PINK, GOLD, INK, "#6A3D9A", "#8C510A", "#B2182B")
_PERIOD = math.lcm(len(_MARKERS), len(_COLORS))
_MOST_NAMED = 40


@dataclass(frozen=True, eq=False)
class Points:
    """Points, the ends of their error bars (NaN where there are none), and their names."""

    x: np.ndarray
    y: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    labels: tuple[str, ...]


def points_of(wishes: Wishes) -> Points | None:
    """The points that are wished for; rows without a place are left out.

    Raises
    ------
    HdslError
        HB588 where a column is missing or holds no numbers; what the reader of files says.
    """
    if wishes.points is None:
        named = [name for name in ("x", "y", "lower", "upper", "label") if getattr(wishes, name)]
        if named:
            raise refusal(
                f"`{named[0]}` is a column, and there is no file of points",
                "columns are looked for in the file that `--points` names",
                "name the file too: `--points FILE`",
            )
        return None
    table = _table(wishes.points)
    if not wishes.x or not wishes.y:
        raise refusal(
            "it isn't said which columns are the places of the points",
            f"the columns are {_listed(table)}",
            "name two, as in `--x r_kpc --y mass`",
        )
    x, y = _numbers(table, wishes.x), _numbers(table, wishes.y)
    empty = np.full(x.shape, np.nan)
    lower = _numbers(table, wishes.lower) if wishes.lower else empty
    upper = _numbers(table, wishes.upper) if wishes.upper else empty
    labels = _texts(table, wishes.label) if wishes.label else [""] * len(x)
    kept = np.isfinite(x) & np.isfinite(y)
    chosen = [label for label, keep in zip(labels, kept.tolist(), strict=True) if keep]
    return Points(x[kept], y[kept], lower[kept], upper[kept], tuple(chosen))


def lay_over(axes: Axes, points: Points, is_log: bool) -> bool:
    """Draw points, each name with a sign of its own; whether they need a legend.

    Points at the same place are drawn beside each other.
    """
    x = _apart(points.x, axes.get_xlim(), is_log)
    names = list(dict.fromkeys(points.labels))
    many = len(names) > _MOST_NAMED
    for number, name in enumerate(names):
        chosen = np.array([label == name for label in points.labels])
        color = _COLORS[0] if many else _COLORS[(number + number // _PERIOD) % len(_COLORS)]
        marker = "o" if many else _MARKERS[number % len(_MARKERS)]
        low, high = points.lower[chosen], points.upper[chosen]
        middle = points.y[chosen]
        bars = np.nan_to_num(np.maximum([middle - low, high - middle], 0))
        label = "" if many and number else verbatim(name) if name and not many else "data"
        has_bars = bool(np.any(bars > 0))
        axes.errorbar(
            x[chosen], middle, yerr=bars if has_bars else None, fmt=marker, color=color, ms=6, lw=0,
            elinewidth=1.0, capsize=2, mec="white", mew=0.5, label=label or "_points", zorder=5,
        )[0].set_gid("points")  # fmt: skip
    return len(names) > 3 and not many


def _apart(x: np.ndarray, limits: tuple[float, float], is_log: bool) -> np.ndarray:
    """The same places, those of several points a little apart."""
    scale = np.log(x) if is_log else x.astype(float)
    ends = np.log(limits) if is_log else np.asarray(limits, float)
    step = 0.012 * float(ends[1] - ends[0])
    moved = scale.copy()
    for place in np.unique(scale):
        chosen = np.nonzero(scale == place)[0]
        moved[chosen] += step * (np.arange(chosen.size) - (chosen.size - 1) / 2)
    return np.exp(moved) if is_log else moved


def _table(given: object) -> Table:
    if isinstance(given, str | Path):
        return read_table(locate(str(given), Path.cwd(), allow_outside=True))
    return table_from_python(given, "points")


def _column(table: Table, name: str) -> Field:
    if name not in table.fields:
        raise refusal(
            f"the points have no column `{name}`",
            f"the columns are {_listed(table)}",
            "name one of these",
        )
    return table.fields[name]


def _numbers(table: Table, name: str) -> np.ndarray:
    found = _column(table, name)
    if found.kind == "text":
        raise refusal(
            f"the column `{name}` holds texts",
            "the places of points are numbers",
            found.text_help(),
        )
    return np.where(found.missing, np.nan, np.asarray(found.values, float))


def _texts(table: Table, name: str) -> list[str]:
    found = _column(table, name)
    pairs = zip(found.values.tolist(), found.missing.tolist(), strict=True)
    return ["" if missing else str(value) for value, missing in pairs]


def _listed(table: Table) -> str:
    return ", ".join(f"`{name}`" for name in table.fields)
