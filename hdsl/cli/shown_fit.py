"""How a fit is shown: what speaks against it, its table, and the verdict."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from hdsl.cli.output import Output, table_width, write
from hdsl.results.fit import Fit
from hdsl.results.summary import Summary
from hdsl.results.table import as_text, render_summary


def report(
    found: Fit, output: Output, *, show_all: bool = False, names: Sequence[str] | None = None
) -> None:
    """Show a fit.

    Raises
    ------
    HdslError
        HB574 if there is no quantity of such a name.
    """
    summary = found.summary(all=show_all, names=names)
    output.facts.update(found.to_dict())
    output.facts["summary"] = summary.to_dict()
    if summary.families and not output.as_json:
        output.say()
        _print_table(summary)
        output.say()
    output.diagnose(found.diagnostics, found.source)
    output.say(textwrap.fill(found.verdict, table_width()), _color(found))


def _print_table(summary: Summary) -> None:
    width = table_width()
    if not sys.stdout.isatty():
        write(f"{as_text(summary, width)}\n")
        return
    # Only a terminal shows what rich adds.
    from rich.console import Console

    Console(width=width).print(render_summary(summary, width))


def _color(found: Fit) -> str:
    if not found.trusted:
        return "red"
    return "yellow" if found.diagnostics else "green"
