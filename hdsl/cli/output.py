"""What a command says: text for people on two streams, or one JSON object on the first."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

from hdsl.diagnostics import Diagnostic
from hdsl.source import Source

WITHOUT_TERMINAL = 100
"""Columns of a table that goes to a file or a pipe."""

_COLORS = {"green": "\x1b[1;32m", "yellow": "\x1b[1;33m", "red": "\x1b[1;31m"}


class NoOutput(Exception):
    """Standard output takes no more."""


@dataclass
class Output:
    """Where a command puts its results.

    Attributes
    ----------
    as_json
        Whether all goes into one JSON object, written at the end.
    facts
        The members of that object, beside ``diagnostics``.
    """

    as_json: bool = False
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    diagnostics: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def say(self, text: str = "", color: str = "") -> None:
        """Write a result for people."""
        if not self.as_json:
            write(f"{paint(text, color, sys.stdout)}\n")

    def note(self, text: str) -> None:
        """Write what is no result: it goes to standard error."""
        if not self.as_json:
            print(text, file=sys.stderr)

    def diagnose(self, diagnostics: Iterable[Diagnostic], source: Source | None = None) -> None:
        """Draw mistakes and lints on standard error, or keep them for the JSON object."""
        from hdsl.diagnostics.render import render, to_json

        for diagnostic in diagnostics:
            if self.as_json:
                self.diagnostics.append(to_json(diagnostic, source))
            else:
                columns = min(table_width(), WITHOUT_TERMINAL)
                drawn = render(diagnostic, source, has_color(sys.stderr), columns)
                print(f"{drawn}\n", file=sys.stderr)

    def finish(self) -> None:
        """Write the JSON object, if one was asked for."""
        if self.as_json:
            import json

            whole = {**self.facts, "diagnostics": self.diagnostics}
            write(f"{json.dumps(whole, ensure_ascii=False, allow_nan=False)}\n")


def write(text: str = "") -> None:
    """Write to standard output, and see that it arrives.

    Raises
    ------
    NoOutput
        If it can't be written, but for a reader that has left.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NoOutput(error.strerror or "no reason given") from None


def has_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal that may be coloured."""
    forbidden = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not forbidden


def paint(text: str, color: str, stream: TextIO) -> str:
    """The text in colour, where the stream shows it."""
    return f"{_COLORS[color]}{text}\x1b[0m" if color and has_color(stream) else text


def table_width() -> int:
    """The columns that a table may take."""
    return shutil.get_terminal_size((WITHOUT_TERMINAL, 24)).columns
