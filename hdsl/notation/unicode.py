"""Mathematics as plain Unicode text, for terminals and comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import ClassVar, final

from hdsl.notation.pieces import COMMA, PRODUCT, ROWS, WORDS, Bracketed, Mark, Run
from hdsl.notation.spelling import Spelled
from hdsl.notation.target import Level, Target, Written

_DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_UP = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_TIGHT = {"∞", "…", "⊤", "!", "|"}
_AFTER = {",": ",", ":": ": "}


@final
class Unicode(Target):
    """Plain text: indices in brackets, fractions with a stroke."""

    fraction_level: ClassVar[Level] = Level.PRODUCT
    comma: ClassVar[Mark] = Mark(COMMA, " ")

    def width(self, text: str) -> float:
        return float(columns(text))

    def indent(self, depth: int) -> float:
        return 0 if depth < 0 else 2 * depth + 2

    def symbol(self, name: Spelled, indices: Sequence[str] = (), *, bold: bool = False) -> str:
        base = name.base + _MARKS.get(name.accent, "")
        for place, own in enumerate(name.subscripts):
            base += own.translate(_DOWN) if place == 0 and own.isdigit() else f"_{own}"
        base += "′" * name.primes
        return f"{base}[{', '.join(indices)}]" if indices else base

    def upright(self, text: str) -> str:
        return text

    def number(self, digits: str) -> str:
        return digits

    def sign(self, sign: str) -> str:
        if sign in _TIGHT:
            return sign
        return _AFTER.get(sign, f" {sign} ")

    def words(self, text: str) -> str:
        return text

    def fence(self, opening: str, inside: str, closing: str) -> str:
        return Bracketed(inside, (opening, closing))

    def juxtaposed(self, left: str, right: str) -> str:
        return Run([left, PRODUCT, " · ", right])

    def applied(self, function: str, arguments: str) -> str:
        return Run([function, arguments])

    def operating(self, operator: str, operand: str) -> str:
        return Run([operator, " ", operand])

    def fraction(self, above: str, below: str) -> str:
        return Run([above, PRODUCT, " / ", below])

    def power(self, base: str, exponent: Written) -> str:
        if re.fullmatch("−?[0-9]+", exponent.text):
            return Run([base, exponent.text.translate(_UP)])
        if exponent.text == "⊤":
            return Run([base, "ᵀ"])
        return Run([base, "^", self.at_least(exponent, Level.ATOM)])

    def root(self, inside: str) -> str:
        return self.fence("√(", inside, ")")

    def large(self, sign: str, below: str, above: str, body: str) -> str:
        under = f"_{_grouped(below)}" if below else ""
        over = f"^{_grouped(above)}" if above else ""
        return Run([f"{sign}{under}{over} ", body])

    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        inside: list[str] = []
        for value, when in rows:
            inside += [";", Mark(ROWS, " ")] if inside else []
            inside += [value, WORDS, " ", when]
        return Written(Bracketed(Run(inside), ("{ ", " }")))

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        inside: list[str] = []
        for row in rows:
            inside += [";", Mark(ROWS, " ")] if inside else []
            inside.append(self.listed(row))
        return self.fence("[", Run(inside), "]")

    def mean(self, inside: Written) -> str:
        return Run(["mean", self.fence("(", inside.text, ")")])


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )  # fmt: skip


def _grouped(text: str) -> str:
    return text if text.isalnum() or text == "∞" else f"{{{text}}}"
