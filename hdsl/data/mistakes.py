"""How the readers say that a file or a value is at fault."""

from __future__ import annotations

from dataclasses import replace

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.source import Source, Span

LONGEST_SHOWN = 40


def mistake(code: str, title: str, *, cause: str, help: str) -> HdslError:
    """An error about data, without a place in a model's text: see `at_span`."""
    return HdslError([Diagnostic(code, title, cause=cause, help=help)])


def at_span(error: HdslError, span: Span, source: Source | None = None) -> HdslError:
    """The same error, blamed on a place of the model where it has none yet.

    Parameters
    ----------
    error
        What a reader raised.
    span
        The place that names the data, such as the file's name after ``from``.
    source
        The text that `span` points into.
    """
    placed = [d if d.span is not None else replace(d, span=span) for d in error.diagnostics]
    return HdslError(placed, source if source is not None else error.source)


def shown(text: str) -> str:
    """A text from a file as messages show it: in backquotes, on one line, not too long."""
    line = "".join(c if c.isprintable() else " " for c in text)
    if len(line) > LONGEST_SHOWN:
        line = line[: LONGEST_SHOWN - 1] + "…"
    return f"`{line}`"


def counted(number: int, noun: str) -> str:
    """A count with its noun, in the plural where it needs one: `1 cell`, `3 cells`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
