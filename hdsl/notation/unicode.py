"""Mathematics as plain Unicode text, for terminals and comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, final

from hdsl.notation.spelling import Spelled
from hdsl.notation.target import Level, Target, Written

_DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_UP = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_TIGHT = {"∞", "…", "⊤", "!", "|"}
_AFTER = {",": ", ", ":": ": "}


@final
class Unicode(Target):
    """Plain text: indices in brackets, fractions with a stroke."""

    fraction_level: ClassVar[Level] = Level.PRODUCT

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
        return f"{opening}{inside}{closing}"

    def juxtaposed(self, left: str, right: str) -> str:
        return f"{left} · {right}"

    def applied(self, function: str, arguments: str) -> str:
        return f"{function}{arguments}"

    def operating(self, operator: str, operand: str) -> str:
        return f"{operator} {operand}"

    def fraction(self, above: str, below: str) -> str:
        return f"{above} / {below}"

    def power(self, base: str, exponent: Written) -> str:
        if re.fullmatch("−?[0-9]+", exponent.text):
            return f"{base}{exponent.text.translate(_UP)}"
        if exponent.text == "⊤":
            return f"{base}ᵀ"
        return f"{base}^{self.at_least(exponent, Level.ATOM)}"

    def root(self, inside: str) -> str:
        return f"√({inside})"

    def large(self, sign: str, below: str, above: str, body: str) -> str:
        under = f"_{_grouped(below)}" if below else ""
        over = f"^{_grouped(above)}" if above else ""
        return f"{sign}{under}{over} {body}"

    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        return Written("{ " + "; ".join(f"{value} {when}" for value, when in rows) + " }")

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return f"[{'; '.join(', '.join(row) for row in rows)}]"

    def mean(self, inside: Written) -> str:
        return f"mean({inside.text})"

    def join(self, parts: Sequence[str]) -> str:
        return "".join(parts)


def _grouped(text: str) -> str:
    return text if text.isalnum() or text == "∞" else f"{{{text}}}"
