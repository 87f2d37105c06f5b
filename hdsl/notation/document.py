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
    where
        What belongs to it: local names, an equation that is solved there.
    """

    left: str
    right: str
    range: str = ""
    note: str = ""
    where: tuple[Line, ...] = ()


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
