"""Texts that know where a line may end in them.

Each is a text of its own: what puts it into something that can't be broken, such as a subscript,
uses it as that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import final


@final
class Mark(str):
    """A place at which a line may end; the text is what stands there where none does.

    Attributes
    ----------
    cost
        How much a reader is disturbed by a line that ends here, outside of all brackets.
    begin
        What the next line begins with.
    """

    cost: float
    begin: str

    def __new__(cls, cost: float, text: str = "", begin: str = "") -> Mark:
        """Make it from its cost and the texts that stand there without and with a new line."""
        self = super().__new__(cls, text)
        self.cost, self.begin = cost, begin
        return self


RANGE = Mark(0.5)
"""Before "for each day d"."""
WORDS = Mark(1)
"""Before other words."""
RELATION = Mark(1.5)
GIVEN = Mark(1.5)
SUM = Mark(2)
PRODUCT = Mark(7)
COMMA, ROWS = 2.0, 1.0


@final
class Run(str):
    """Pieces one after the other."""

    parts: tuple[str, ...]

    def __new__(cls, parts: Sequence[str], between: str = "") -> Run:
        """Join pieces; marks and empty pieces have no `between` around them of their own."""
        kept: list[str] = []
        apart = False
        for part in parts:
            if part and apart and between:
                kept.append(between)
            if isinstance(part, Mark) or part:
                kept.append(part)
            apart = bool(kept) if part else apart
        self = super().__new__(cls, "".join(kept))
        self.parts = tuple(kept)
        return self


@final
class Bracketed(str):
    """A piece between two ends, which may look otherwise where a line ends between them.

    Attributes
    ----------
    ends, split_ends
        The ends where no line ends between them, and where one does.
    deeper
        Whether a line that ends inside disturbs more than one that ends outside.
    """

    inside: str
    ends: tuple[str, str]
    split_ends: tuple[str, str]
    deeper: bool

    def __new__(
        cls,
        inside: str,
        ends: tuple[str, str],
        split_ends: tuple[str, str] | None = None,
        *,
        deeper: bool = True,
    ) -> Bracketed:
        """Put a piece between its ends."""
        self = super().__new__(cls, f"{ends[0]}{inside}{ends[1]}")
        self.inside, self.ends, self.split_ends = inside, ends, split_ends or ends
        self.deeper = deeper
        return self


@final
class Box(str):
    """A piece that stands in one line, and that has lines of its own where it is too wide.

    Attributes
    ----------
    narrow
        The piece for a width; where it can't be that narrow, as narrow as it can be.
    """

    narrow: Callable[[float], str]

    def __new__(cls, text: str, narrow: Callable[[float], str]) -> Box:
        """Make it from its text in one line."""
        self = super().__new__(cls, text)
        self.narrow = narrow
        return self
