"""What a notation can do: letters, fractions, sums; LaTeX, Unicode and MathML each do it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from hdsl.notation.pieces import COMMA, Mark, Run
from hdsl.notation.spelling import Spelled


class Level(IntEnum):
    """How tightly something holds together, loosest first."""

    CONDITIONAL = 0
    LIMITED = 1
    OR = 2
    AND = 3
    NOT = 4
    COMPARISON = 5
    SUM = 6
    LARGE = 7
    PRODUCT = 8
    SIGNED = 9
    POWER = 10
    ATOM = 11


@dataclass(frozen=True)
class Written:
    """A piece of notation.

    `signed` when it begins with a sign, `open` when it ends with a sum or product over an index,
    which would take in what follows.
    """

    text: str
    level: Level = Level.ATOM
    signed: bool = False
    open: bool = False


class Target(ABC):
    """Abstract: one way to write mathematics. Every piece is a text of the target's own syntax.

    Pieces keep where a line may end in them as long as they stand in a line.
    """

    fraction_level: ClassVar[Level] = Level.POWER
    """How tightly a fraction holds together; its bar needs no brackets, a stroke does."""
    between: ClassVar[str] = ""
    """What keeps two pieces apart in the syntax."""
    comma: ClassVar[Mark] = Mark(COMMA)
    """What stands after a comma."""

    @abstractmethod
    def width(self, text: str) -> float:
        """The width of a piece: characters of text, or sizes of the font, as an estimate."""

    @abstractmethod
    def indent(self, depth: int) -> float:
        """How far a line is indented that begins inside of so many brackets; 0 for the first."""

    @abstractmethod
    def symbol(self, name: Spelled, indices: Sequence[str] = (), *, bold: bool = False) -> str:
        """A name with its indices; vectors are `bold`."""

    @abstractmethod
    def upright(self, text: str) -> str:
        """The name of a function or of a distribution."""

    def label(self, text: str) -> str:
        """A label of an index set."""
        return self.upright(text)

    @abstractmethod
    def number(self, digits: str) -> str:
        """A number without sign and exponent."""

    @abstractmethod
    def sign(self, sign: str) -> str:
        """An operator, a relation or punctuation."""

    def prefix(self, sign: str) -> str:
        """A sign in front of what it belongs to, close to it."""
        return self.sign(sign).strip()

    @abstractmethod
    def words(self, text: str) -> str:
        """Text between formulas; its spaces count."""

    @abstractmethod
    def fence(self, opening: str, inside: str, closing: str) -> str:
        """Brackets as high as what stands in them."""

    @abstractmethod
    def juxtaposed(self, left: str, right: str) -> str:
        """A product without a sign."""

    @abstractmethod
    def applied(self, function: str, arguments: str) -> str:
        """A function in front of its bracketed arguments."""

    @abstractmethod
    def operating(self, operator: str, operand: str) -> str:
        """An operator such as log in front of what needs no brackets; no product."""

    @abstractmethod
    def fraction(self, above: str, below: str) -> str:
        """A fraction."""

    @abstractmethod
    def power(self, base: str, exponent: Written) -> str:
        """A power."""

    @abstractmethod
    def root(self, inside: str) -> str:
        """A square root."""

    @abstractmethod
    def large(self, sign: str, below: str, above: str, body: str) -> str:
        """A sum, a product or an integral, with what stands below and above its sign."""

    @abstractmethod
    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        """Values with their conditions."""

    @abstractmethod
    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        """A matrix in round brackets."""

    @abstractmethod
    def mean(self, inside: Written) -> str:
        """The mean of a vector."""

    def join(self, parts: Sequence[str]) -> str:
        """Pieces one after the other."""
        return Run(parts, self.between)

    def at_least(self, piece: Written, level: Level, *, leading: bool = True) -> str:
        """The piece, in brackets if it holds less tightly, or has a sign that does not lead."""
        if piece.level < level or (piece.signed and not leading):
            return self.fence("(", piece.text, ")")
        return piece.text

    def listed(self, parts: Sequence[str]) -> str:
        """Pieces with commas between them."""
        pieces: list[str] = []
        for part in parts:
            pieces += [self.sign(","), self.comma, part] if pieces else [part]
        return Run(pieces)
