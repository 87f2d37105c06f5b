"""A summary drawn: as text, in the terminal, as HTML. All three show the same cells."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from hdsl.results.limits import ESS_GOOD, R_HAT_GOOD
from hdsl.results.summary import SECTIONS, Family, Row, Summary

if TYPE_CHECKING:
    from rich.console import Group

HEADER = ("", "mean", "sd", "5 %", "50 %", "95 %", "MCSE", "bulk", "tail", "R-hat")
UNKNOWN = "–"
WIDTH = 80

_FIRST, _LAST = 3, 1
_LIKELIEST = 4
_SMALLEST_NAME = 12
_ROOMY_NAME = 22
_WIDE_GAP, _NARROW_GAP = 2, 1

Style = Literal["section", "value", "fold"]


@dataclass(frozen=True)
class Line:
    """A line of the table; `doubtful` are the columns whose number is out of bounds."""

    style: Style
    cells: tuple[str, ...]
    doubtful: frozenset[int] = frozenset()


def lines(summary: Summary) -> Iterator[Line]:
    """The lines of the table under its header."""
    for role, title in SECTIONS.items():
        families = [family for family in summary.families if family.variable.role == role]
        if families:
            yield Line("section", (title, *[""] * (len(HEADER) - 1)))
            for family in families:
                yield from _family_lines(family)


def footnotes(summary: Summary) -> tuple[str, ...]:
    """What is said below the table."""
    chains = "1 chain" if summary.num_chains == 1 else f"{summary.num_chains} chains"
    notes = [
        f"{chains} of {summary.num_draws} draws. MCSE: Monte Carlo error of the mean.",
        "bulk, tail: effective draws (ESS) in the middle and in the tails.",
    ]
    if any(family.folded for family in summary.families):
        notes.append("Folded lines: --all or summary(all=True) shows them.")
    return tuple(notes)


def as_text(summary: Summary, width: int = WIDTH) -> str:
    """The table in plain text; long names are cut so that it fits into `width` columns."""
    drawn, gap = _fitted([Line("section", HEADER), *lines(summary)], width)
    widths = [max(len(line.cells[column]) for line in drawn) for column in range(len(HEADER))]
    written = (_text_line(line, widths, gap) for line in drawn)
    return "\n".join([*written, "", *footnotes(summary)])


def as_html(summary: Summary) -> str:
    """The table for a notebook."""
    body = "".join(_html_line(line) for line in lines(summary))
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in HEADER)
    notes = "<br>".join(html.escape(note) for note in footnotes(summary))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{notes}</p>"


def render_summary(summary: Summary, width: int = WIDTH) -> Group:
    """The table for a console of `width` columns: long names give way, numbers don't."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    drawn, gap = _fitted([Line("section", HEADER), *lines(summary)], width)
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 0, 0, gap - 1),  # the box adds one
        show_edge=False,
    )
    drawn = drawn[1:]
    for column, title in enumerate(HEADER):
        needed = max([len(title), *(len(line.cells[column]) for line in drawn)])
        side = "right" if column else "left"
        table.add_column(title, justify=side, no_wrap=True, min_width=needed)
    styles = {"section": "bold", "value": "", "fold": "dim"}
    for line in drawn:
        table.add_row(
            *(
                Text(cell, style="bold red" if column in line.doubtful else styles[line.style])
                for column, cell in enumerate(line.cells)
            )
        )
    return Group(table, Text("\n".join(["", *footnotes(summary)]), style="dim"))


def _fitted(drawn: list[Line], width: int) -> tuple[list[Line], int]:
    """The lines with names indented, and cut in the middle where they leave no room; the gap."""
    numbers = [max(len(line.cells[column]) for line in drawn) for column in range(1, len(HEADER))]
    longest = min(_ROOMY_NAME, max(len(_indented(line)) for line in drawn))
    roomy = width - sum(numbers) - _WIDE_GAP * len(numbers) >= longest
    gap = _WIDE_GAP if roomy else _NARROW_GAP
    room = max(width - sum(numbers) - gap * len(numbers), _SMALLEST_NAME)
    lines = [replace(line, cells=(_cut(_indented(line), room), *line.cells[1:])) for line in drawn]
    return lines, gap


def _indented(line: Line) -> str:
    return line.cells[0] if line.style == "section" else "  " + line.cells[0]


def _cut(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    # The end of a label tells more than its middle: theta[2014-…-10].
    after = (room - 1) // 2
    return f"{name[: room - 1 - after]}…{name[len(name) - after :]}"


def _family_lines(family: Family) -> Iterator[Line]:
    defined = family.variable.defined
    if not family.folded:
        yield from map(value_line, family.rows())
        return
    if family.variable.members is not None and len(family.variable.dims) == 1:
        yield from _likeliest_lines(family)
        return
    for index in defined[:_FIRST]:
        yield value_line(family.row(index))
    yield _fold_line(family, defined[_FIRST:-_LAST], "more")
    for index in defined[-_LAST:]:
        yield value_line(family.row(index))


def _likeliest_lines(family: Family) -> Iterator[Line]:
    """A single draw of one of many labels: the likeliest of them, in their order."""
    order = np.argsort(-family.statistics.mean, kind="stable")
    for index in sorted(order[:_LIKELIEST]):
        yield value_line(family.row(int(index)))
    yield _fold_line(family, sorted(order[_LIKELIEST:]), "less likely")


def value_line(row: Row) -> Line:
    """The line of one element."""
    decimals = row.decimals
    whole = row.kind != "real"
    quantiles = (
        (UNKNOWN,) * 3
        if row.kind == "boolean"
        else tuple(
            _number(q, 0 if whole else places)
            for q, places in zip((row.q5, row.q50, row.q95), row.quantile_decimals, strict=True)
        )
    )
    mean, sd = _number(row.mean, decimals), _number(row.sd, decimals)
    cells = (row.name, mean, sd, *quantiles, _error(row.mcse))
    return _with_convergence("value", cells, row.ess_bulk, row.ess_tail, row.r_hat)


def _fold_line(family: Family, hidden: list[int], what: str) -> Line:
    statistics = family.statistics
    return _with_convergence(
        "fold",
        (f"… {len(hidden)} {what}, at worst", *[""] * 6),
        _smallest(statistics.ess_bulk[hidden]),
        _smallest(statistics.ess_tail[hidden]),
        -_smallest(-statistics.r_hat[hidden]),
    )


def _with_convergence(
    style: Style, cells: tuple[str, ...], bulk: float, tail: float, r_hat: float
) -> Line:
    bad = (bulk < ESS_GOOD, tail < ESS_GOOD, r_hat > R_HAT_GOOD)
    doubtful = frozenset(len(cells) + place for place, is_bad in enumerate(bad) if is_bad)
    return Line(style, (*cells, _number(bulk, 0), _number(tail, 0), _ratio(r_hat)), doubtful)


def _smallest(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.min()) if known.size else math.nan


def _ratio(value: float) -> str:
    if math.isnan(value):
        return UNKNOWN
    return f"{value:.3f}" if value < 10 else "> 10"


def _error(value: float) -> str:
    """A Monte Carlo error: two digits, for it is uncertain itself."""
    if not math.isfinite(value) or value <= 0:
        return _number(value, None)
    return _number(value, 1 - math.floor(math.log10(value)))


def written_number(value: float) -> str:
    """A number to four digits."""
    return _compact(f"{value:.4g}") if math.isfinite(value) else _number(value, None)


def _number(value: float, decimals: int | None) -> str:
    if math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if decimals is None:
        return _compact(f"{value:.6g}")
    size = math.floor(math.log10(abs(value))) if value else 0
    if decimals > 6 or size > 6:
        digits = max(size + decimals, 0)
        return _scientific(value, digits) if size + decimals >= 0 else "0"
    rounded = round(value, decimals)
    return f"{rounded + 0.0:.{max(decimals, 0)}f}"


def _scientific(value: float, digits: int) -> str:
    return _compact(f"{value:.{digits}e}")


def _compact(number: str) -> str:
    """`1.2e-9` for what Python writes as `1.2e-09`."""
    digits, mark, power = number.partition("e")
    return f"{digits}e{int(power)}" if mark else number


def _text_line(line: Line, widths: list[int], gap: int) -> str:
    numbers = (
        " " * gap + cell.rjust(width)
        for cell, width in zip(line.cells[1:], widths[1:], strict=True)
    )
    return (line.cells[0].ljust(widths[0]) + "".join(numbers)).rstrip()


def _html_line(line: Line) -> str:
    if line.style == "section":
        title = html.escape(line.cells[0])
        return f'<tr><th colspan="{len(HEADER)}" style="text-align:left">{title}</th></tr>'
    name, *numbers = (html.escape(cell) for cell in line.cells)
    cells = (
        f'<td style="text-align:right{";color:#b00" if place in line.doubtful else ""}">{cell}</td>'
        for place, cell in enumerate(numbers, start=1)
    )
    return f'<tr><td style="text-align:left;padding-left:1em">{name}</td>{"".join(cells)}</tr>'
