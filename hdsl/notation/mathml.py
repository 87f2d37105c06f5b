"""Mathematics in MathML Core, which browsers draw by themselves."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import final

from hdsl.notation.spelling import Spelled
from hdsl.notation.target import Level, Target, Written

_MARKS = {"hat": "^", "bar": "‾", "tilde": "~"}
_SEPARATORS = {","}
_TALL = ("<mfrac", "<munder", "<mtable", "<msqrt")
_LARGE = {"∑", "∏", "∫"}


@final
class MathML(Target):
    """MathML Core; bold letters have the class ``vector``."""

    def symbol(self, name: Spelled, indices: Sequence[str] = (), *, bold: bool = False) -> str:
        style = ' class="vector"' if bold else ""
        base = f"<mi{style}>{html.escape(name.base)}</mi>"
        if name.accent:
            base = f'<mover accent="true">{base}<mo>{_MARKS[name.accent]}</mo></mover>'
        if name.primes:
            # As a superscript it would be too small to see in most fonts.
            base = f'<mrow>{base}<mo lspace="0" rspace="0">{"′" * name.primes}</mo></mrow>'
        below = [*map(_own_subscript, name.subscripts), *indices]
        if below:
            base = f"<msub>{base}{_row(self.listed(below))}</msub>"
        return base

    def upright(self, text: str) -> str:
        variant = ' mathvariant="normal"' if len(text) == 1 else ""
        return f"<mi{variant}>{html.escape(text)}</mi>"

    def number(self, digits: str) -> str:
        return f"<mn>{digits}</mn>"

    def sign(self, sign: str) -> str:
        if sign in ("∞", "⊤"):
            return f'<mi mathvariant="normal">{sign}</mi>'
        if sign in _SEPARATORS:
            return f'<mo separator="true">{sign}</mo>'
        # Browsers guess the form from the place, and a relation may stand first in its cell.
        return f'<mo form="infix">{html.escape(sign)}</mo>'

    def prefix(self, sign: str) -> str:
        return f'<mo form="prefix">{html.escape(sign)}</mo>'

    def words(self, text: str) -> str:
        # Spaces at the ends of an element do not count, so they are made to.
        kept = text.replace(" ", "\u00a0") if text != text.strip() else text
        return f"<mtext>{html.escape(kept)}</mtext>"

    def fence(self, opening: str, inside: str, closing: str) -> str:
        # A bracket that may stretch is drawn larger by some fonts even where it need not be.
        fixed = "" if any(element in inside for element in _TALL) else ' stretchy="false"'
        before = f'<mo fence="true" form="prefix"{fixed}>{opening}</mo>'
        after = f'<mo fence="true" form="postfix"{fixed}>{closing}</mo>'
        return f"<mrow>{before}{_row(inside)}{after}</mrow>"

    def juxtaposed(self, left: str, right: str) -> str:
        return f'{left}<mspace width="0.17em"/>{right}'

    def applied(self, function: str, arguments: str) -> str:
        return f"<mrow>{function}<mo>&#x2061;</mo>{arguments}</mrow>"

    def operating(self, operator: str, operand: str) -> str:
        return self.juxtaposed(operator, operand)

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac>{_row(above)}{_row(below)}</mfrac>"

    def power(self, base: str, exponent: Written) -> str:
        return f"<msup>{_row(base)}{_row(exponent.text)}</msup>"

    def root(self, inside: str) -> str:
        return f"<msqrt>{inside}</msqrt>"

    def large(self, sign: str, below: str, above: str, body: str) -> str:
        symbol = f"<mo>{sign}</mo>" if sign in _LARGE else self.upright(sign)
        element = "sub" if sign == "∫" else "under"
        if below and above:
            both = "msubsup" if sign == "∫" else "munderover"
            symbol = f"<{both}>{symbol}{_row(below)}{_row(above)}</{both}>"
        elif below:
            symbol = f"<m{element}>{symbol}{_row(below)}</m{element}>"
        space = "" if sign in _LARGE else '<mspace width="0.17em"/>'
        return f"<mrow>{symbol}{space}{body}</mrow>"

    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        lines = "".join(f"<mtr><mtd>{a}</mtd><mtd>{b}</mtd></mtr>" for a, b in rows)
        table = f'<mtable class="cases">{lines}</mtable>'
        return Written(
            f'<mrow><mo fence="true" form="prefix">{{</mo>{table}</mrow>', Level.CONDITIONAL
        )

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        lines = "".join(
            f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows
        )
        return self.fence("(", f"<mtable>{lines}</mtable>", ")")

    def mean(self, inside: Written) -> str:
        return f"<mover>{_row(inside.text)}<mo>‾</mo></mover>"

    def join(self, parts: Sequence[str]) -> str:
        return "".join(parts)


def _row(inside: str) -> str:
    return f"<mrow>{inside}</mrow>"


def _own_subscript(text: str) -> str:
    if text.isdigit():
        return f"<mn>{text}</mn>"
    variant = ' mathvariant="normal"' if len(text) == 1 and text.isascii() else ""
    return f"<mi{variant}>{html.escape(text)}</mi>"
