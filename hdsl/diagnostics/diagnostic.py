"""A mistake as a value: what was found, where, why it is one, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from hdsl.source import Source, Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Label:
    """A related place and what it has to do with the mistake."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One mistake or lint.

    Attributes
    ----------
    code
        Stable name such as ``HB201``; ``hdsl explain HB201`` tells more.
    title
        One line, complete alone: lower case, no full stop, names in backquotes.
    span
        Where to look first; ``None`` when the text has no place to show.
    note
        A few words beside the carets.
    labels
        Other places that explain it.
    cause
        The rule that was broken.
    help
        One thing to do.
    """

    code: str
    title: str
    span: Span | None = None
    note: str = ""
    labels: tuple[Label, ...] = ()
    cause: str = ""
    help: str = ""
    severity: Severity = "error"


class HdslError(Exception):
    """A model or its data are at fault.

    Attributes
    ----------
    diagnostics
        What is wrong, as values: the same that the command line draws.
    source
        The text that their spans point into, if there is one.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], source: Source | None = None) -> None:
        self.diagnostics = tuple(diagnostics)
        self.source = source
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from hdsl.diagnostics.render import render_all

        return render_all(self.diagnostics, self.source)


@dataclass
class Report:
    """Collects the diagnostics of one stage, so that all are shown together."""

    source: Source | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def add(
        self,
        code: str,
        title: str,
        span: Span | None = None,
        *,
        note: str = "",
        labels: Iterable[Label] = (),
        cause: str = "",
        help: str = "",
        severity: Severity = "error",
    ) -> None:
        """Collect a diagnostic; the same one twice counts once."""
        found = Diagnostic(code, title, span, note, tuple(labels), cause, help, severity)
        if found not in self.diagnostics:
            self.diagnostics.append(found)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps the next stage from running."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the next stage can live with."""
        return tuple(d for d in self.diagnostics if d.severity == "warning")

    def raise_errors(self) -> None:
        """Raise what was collected, in the order of the text, if any of it is an error."""
        if self.errors:
            ordered = sorted(self.errors, key=lambda d: d.span.start if d.span else -1)
            raise HdslError(ordered, self.source)
