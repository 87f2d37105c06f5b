"""Tables of a report: they can be searched, sorted and turned over, by keyboard too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from hdsl.results.predictive import Check
from hdsl.results.report.markup import Markup, join, tag
from hdsl.results.summary import SECTIONS, Family
from hdsl.results.table import HEADER, Line, value_line, written_number

MOST_ROWS = 5000
_LONG = 40
"""Longer names are broken into lines."""
_PAGE = 25
_WHOLE_NAMES = {
    "mean": "posterior mean",
    "sd": "posterior standard deviation",
    "5 %": "5 % quantile",
    "50 %": "median",
    "95 %": "95 % quantile",
    "MCSE": "Monte Carlo error of the mean",
    "bulk": "effective draws in the middle",
    "tail": "effective draws in the tails",
    "R-hat": "agreement of the chains",
}
_ROLES = {role: title.removesuffix("s") for role, title in SECTIONS.items()}


def summary_table(families: Sequence[Family], caption: str, name: str) -> Markup:
    """The elements of some families, a row each; of very many the first ones."""
    total = sum(family.variable.size for family in families)
    rows = [row for row, _ in zip(_rows(families), range(MOST_ROWS), strict=False)]
    if total > len(rows):
        caption += f" These are the first {len(rows)} of {total}: hdsl summary RUN --all shows all."
    head = tag("tr", *(_head(title) for title in ("quantity", *HEADER[1:], "kind")))
    table = _table(caption, head, rows, name)
    tools = _tools(name, len(rows))
    return tag("div", tools, _scrolling(table, caption), data_table=True)


def check_table(checks: Iterable[Check]) -> Markup:
    """Statistics of the data, beside those of replicates."""
    titles = ("data", "statistic", "observed", "5 %", "50 %", "95 %", "larger in")
    rows = [
        tag(
            "tr",
            tag("th", check.data, scope="row"),
            tag("td", check.statistic, class_="text"),
            *(
                tag("td", written_number(value))
                for value in (check.observed, check.low, check.middle, check.high)
            ),
            tag("td", f"{100 * check.above:.1f} %", class_="doubtful" if check.is_far else None),
        )
        for check in checks
    ]
    caption = (
        "Statistics of the observed data, and of data drawn anew from the posterior: quantiles, "
        "and the share of replicates in which the statistic is larger than observed."
    )
    head = tag(
        "tr",
        *(
            tag("th", title, scope="col", class_="text" if title == "statistic" else None)
            for title in titles
        ),
    )
    return _scrolling(_table(caption, head, rows), caption)


def plain_table(caption: str, rows: Iterable[tuple[str, str]]) -> Markup:
    """Two columns: what, and its value."""
    body = [
        tag("tr", tag("th", key, scope="row"), tag("td", value, class_="text"))
        for key, value in rows
    ]
    return _scrolling(_table(caption, None, body), caption)


def _table(
    caption: str, head: Markup | None, rows: Iterable[Markup], name: str | None = None
) -> Markup:
    return tag(
        "table",
        tag("caption", tag("span", caption)),
        tag("thead", head) if head is not None else None,
        tag("tbody", join(*rows)),
        id=name,
    )


def _scrolling(table: Markup, caption: str) -> Markup:
    # What scrolls must be reachable by keyboard, and say what it is.
    label = caption.split(".")[0]
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=label)


def _rows(families: Iterable[Family]) -> Iterator[Markup]:
    for family in families:
        for index in family.variable.defined:
            row = family.row(index)
            values = (
                row.mean, row.sd, row.q5, row.q50, row.q95, row.mcse, row.ess_bulk, row.ess_tail,
                row.r_hat,
            )  # fmt: skip
            yield _row(value_line(row), values, _ROLES.get(family.variable.role, ""))


def _row(line: Line, values: Sequence[float], role: str) -> Markup:
    name, *cells = line.cells
    written = (
        tag(
            "td",
            cell,
            data_value=f"{value!r}" if math.isfinite(value) else "",
            class_="doubtful" if place in line.doubtful else None,
        )
        for place, (cell, value) in enumerate(zip(cells, values, strict=True), start=1)
    )
    kind = "long" if len(name) > _LONG else None
    first = tag("th", name, scope="row", class_=kind)
    return tag("tr", first, *written, tag("td", role, class_="text"))


def _head(title: str) -> Markup:
    whole = _WHOLE_NAMES.get(title)
    kind = "text" if title == "kind" else None
    return tag("th", tag("button", title, type="button", title=whole), scope="col", class_=kind)


def _tools(name: str, count: int) -> Markup:
    """Search and pages; without a script they are not shown, and all rows are."""
    sizes = [(str(_PAGE), str(_PAGE)), ("100", "100"), ("0", "all")]
    search = tag(
        "label", "Search", tag("input", type="search", aria_controls=name, autocomplete="off")
    )
    choice = tag(
        "label",
        "Rows at a time",
        tag("select", *(tag("option", text, value=value) for value, text in sizes)),
    )
    pager = tag(
        "div",
        tag("button", "Previous", type="button"),
        tag("span", class_="count", role="status"),
        tag("button", "Next", type="button"),
        class_="pager",
    )
    return tag("div", search, choice, pager, class_="tools", hidden=True)
