"""Simulated data and parameters for people: single numbers, and the first rows of each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.model.element_names import number_name
from hdsl.results.table import written_number

if TYPE_CHECKING:
    from hdsl.results.simulation import Arrays, Simulation

FIRST = 6
"""So many rows of a table are shown, or one more where that is the last."""
_GAP = "  "
Rows = list[tuple[str, ...]]


def simulation_text(found: Simulation, width: int) -> str:
    """The first draw: what the model observes, then its parameters, a table for each index set."""
    parts: list[str] = []
    for title, arrays in (("data", found.data), ("parameters", found.parameters)):
        if arrays:
            first, *others = _tables(arrays, found.coords, width)
            parts += [f"{title}\n{first}", *others]
    return "\n".join(parts).rstrip("\n")


def _tables(arrays: Arrays, coords: Mapping[str, tuple[Any, ...]], width: int) -> Iterator[str]:
    """What has no axis; what has one, together by its axis; the others one by one."""
    single = {name: values[0] for name, (axes, values) in arrays.items() if not axes}
    if single:
        yield _lines([(name, _cell(value)) for name, value in single.items()], width)
    for axis in dict.fromkeys(axes[0] for axes, _ in arrays.values() if len(axes) == 1):
        columns = {n: values[0] for n, (axes, values) in arrays.items() if axes == (axis,)}
        head = (f"{axis} ({len(coords[axis])})", *columns)
        rows = ((_label(label),) for label in coords[axis])
        yield _cut(head, rows, [*columns.values()], len(coords[axis]), width)
    for name, (axes, values) in arrays.items():
        if len(axes) > 1:
            *before, last = axes
            sizes = " x ".join(str(size) for size in values[0].shape)
            head = (f"{name}[{', '.join(axes)}] ({sizes})", *map(_label, coords[last]))
            labels = product(*(coords[axis] for axis in before))
            rows = ((", ".join(map(_label, group)),) for group in labels)
            flat = values[0].reshape(-1, len(coords[last]))
            yield _cut(head, rows, [*flat.T], len(flat), width)


def _cut(
    head: tuple[str, ...],
    labels: Iterator[tuple[str]],
    columns: Sequence[np.ndarray],
    count: int,
    width: int,
) -> str:
    """A table with its first rows, and how many more there are."""
    shown = count if count <= FIRST + 1 else FIRST
    rows: Rows = [head]
    for number, (label,) in enumerate(islice(labels, shown)):
        rows.append((label, *(_cell(column[number]) for column in columns)))
    more = f"{_GAP}… and {count - shown} more\n" if shown < count else ""
    return _lines(rows, width) + more


def _lines(rows: Rows, width: int) -> str:
    """Rows with aligned columns, of which only those that fit are shown."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    fits = 1
    while fits < len(widths) and sum(widths[: fits + 1]) + len(_GAP) * (fits + 1) <= width - 2:
        fits += 1
    left = ["  …" if fits < len(widths) else ""] + [""] * (len(rows) - 1)
    lines = (
        f"{_GAP}{row[0]:<{widths[0]}}"
        + "".join(
            f"{_GAP}{cell:>{size}}" for cell, size in zip(row[1:fits], widths[1:fits], strict=True)
        )
        + mark
        for row, mark in zip(rows, left, strict=True)
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _label(label: Any) -> str:
    return label if isinstance(label, str) else number_name(label)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else written_number(float(value))
