"""What is written of a model: sections of lines, in the pieces of one target."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """A statement: its left side, its relation and right side, and for which elements it holds.

    Attributes
    ----------
    note
        What the file says about it, as plain text.
    inner
        Whether it belongs to the line above: a local name, an equation that is solved there.
    wide
        Whether its left side wants a line of its own.
    """

    left: str
    right: str
    range: str = ""
    note: str = ""
    inner: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """Lines under a title."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Document:
    """A whole model; the factorised posterior is its first section."""

    title: str
    sections: tuple[Section, ...] = field(default_factory=tuple[Section, ...])
