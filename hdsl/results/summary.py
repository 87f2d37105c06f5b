"""The summary of a fit: what is known about each unknown, and how well the draws tell it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np

from hdsl.results.convergence import COLUMNS, Statistics, assess
from hdsl.results.variables import Array, Coords, Role, Variable

if TYPE_CHECKING:
    import pandas

Kind = Literal["real", "integer", "boolean"]

FOLD_ABOVE = 12
_NORMAL_95 = 1.645  # the 95 % quantile of the standard normal distribution
_LONG_TAILS = 3.0  # how many times the spread between the quantiles the sd then is, at least
SECTIONS: Mapping[Role, str] = {
    "parameter": "parameters",
    "derived": "derived",
    "prediction": "predictions",
}
_TOGETHER = 512


@final
@dataclass(frozen=True)
class Row:
    """One line of a summary: an element of a family.

    ``mcse`` is the Monte Carlo standard error of the mean; what can't be said is NaN.
    """

    name: str
    kind: Kind
    mean: float
    sd: float
    q5: float
    q50: float
    q95: float
    mcse: float
    ess_bulk: float
    ess_tail: float
    r_hat: float

    @property
    def decimals(self) -> int | None:
        """How many decimals of the mean the Monte Carlo error supports, perhaps below zero.

        The last digit is then uncertain by less than 2.5 of its units. ``None`` where the mean
        has no error.
        """
        return _decimals(self.mcse)

    @property
    def quantile_decimals(self) -> tuple[int | None, int | None, int | None]:
        """The same for the quantiles.

        They have an error like that of the mean, except where long tails blow up the sd, and with
        it the error of the mean alone.
        """
        below, above = self.q50 - self.q5, self.q95 - self.q50
        return (
            self._decimals_at(below),
            self._decimals_at(min(below, above)),
            self._decimals_at(above),
        )

    def _decimals_at(self, distance: float) -> int | None:
        """Decimals where the draws spread as a normal distribution's with this distance to 5 %."""
        spread = distance / _NORMAL_95
        if not 0 < spread * _LONG_TAILS < self.sd < math.inf:
            return self.decimals
        return _decimals(self.mcse * spread / self.sd)


def _decimals(error: float) -> int | None:
    if not math.isfinite(error) or error <= 0:
        return None
    return math.floor(-math.log10(error / 2.5))


@final
@dataclass(frozen=True, eq=False)
class Family:
    """A variable with the statistics of its elements; `folded` shows only a few of them."""

    variable: Variable
    coords: Coords
    statistics: Statistics
    folded: bool

    @property
    def kind(self) -> Kind:
        """What its draws are."""
        match self.variable.values.dtype.kind:
            case "b":
                return "boolean"
            case "i" | "u":
                return "integer"
            case _:
                return "real"

    def row(self, index: int) -> Row:
        """The summary of one element."""
        numbers = (float(getattr(self.statistics, column)[index]) for column in COLUMNS)
        return Row(self.variable.label(index, self.coords), self.kind, *numbers)

    def rows(self) -> Iterator[Row]:
        """The summaries of all elements, last axis fastest."""
        return map(self.row, self.variable.defined)


@final
@dataclass(frozen=True, eq=False)
class Summary:
    """Tables of the parameters, of what is derived from them, and of predictions.

    Printing it gives a table of at most 80 columns, in a notebook an HTML table. Families of
    more than 12 elements are folded to a few lines unless all were asked for.
    """

    families: tuple[Family, ...]
    num_chains: int
    num_draws: int

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every element, folded or not."""
        return tuple(row for family in self.families for row in family.rows())

    def __str__(self) -> str:
        from hdsl.results.table import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from hdsl.results.table import as_html

        return as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """All numbers, ready for JSON: what is not finite is ``None``."""
        return {
            "num_chains": self.num_chains,
            "num_draws": self.num_draws,
            "variables": [_family_dict(family) for family in self.families],
        }

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame with a line for each element and a column for each statistic."""
        import pandas

        columns = [item.name for item in fields(Row) if item.name not in ("name", "kind")]
        rows = self.rows
        return pandas.DataFrame(
            {column: [getattr(row, column) for row in rows] for column in columns},
            index=pandas.Index([row.name for row in rows], name="name"),
        )


def statistics_of(variables: Iterable[Variable]) -> dict[int, Statistics]:
    """The statistics of each variable, by its place in `variables`.

    Small families are handled together, since each call has a cost of its own.
    """
    found: dict[int, Statistics] = {}
    waiting: list[tuple[int, Array]] = []
    for place, variable in enumerate(variables):
        waiting.append((place, variable.columns()))
        if sum(columns.shape[2] for _, columns in waiting) >= _TOGETHER:
            found |= _together(waiting)
            waiting = []
    return found | _together(waiting)


def finite(number: float) -> float | None:
    """The number as JSON can hold it."""
    return number if math.isfinite(number) else None


def _together(waiting: list[tuple[int, Array]]) -> dict[int, Statistics]:
    if not waiting:
        return {}
    one = len(waiting) == 1
    draws = waiting[0][1] if one else np.concatenate([c for _, c in waiting], 2, dtype=np.float64)
    statistics = assess(draws)
    ends = np.cumsum([columns.shape[2] for _, columns in waiting]).tolist()
    starts = [0, *ends[:-1]]
    return {
        place: statistics.part(start, end)
        for (place, _), start, end in zip(waiting, starts, ends, strict=True)
    }


def _family_dict(family: Family) -> dict[str, Any]:
    variable = family.variable
    labels = variable.labels(family.coords)
    return {
        "name": variable.name,
        "role": variable.role,
        "kind": family.kind,
        "dims": list(variable.dims),
        "description": variable.description,
        "values": [
            {
                "name": row.name,
                "labels": [
                    label.item() if isinstance(label, np.generic) else label for label in at
                ],
                **{column: finite(getattr(row, column)) for column in COLUMNS},
            }
            for row, at in zip(family.rows(), labels, strict=True)
        ],
    }
