"""Mathematics in MathML Core, which browsers draw by themselves."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import final

from hdsl.notation.breaking import Row, broken, case_rows
from hdsl.notation.mathml_width import mathml_width
from hdsl.notation.pieces import PRODUCT, Box, Bracketed, Mark, Run
from hdsl.notation.spelling import Spelled
from hdsl.notation.target import Level, Target, Written

_MARKS = {"hat": "^", "bar": "‾", "tilde": "~"}
_UPRIGHT = set("ΓΔΘΛΞΠΣΥΦΨΩ")
_SEPARATORS = {","}
_TALL = ("<mfrac", "<munder", "<mtable", "<msqrt")
_LARGE = {"∑", "∏", "∫"}


@final
class MathML(Target):
    """MathML Core; bold letters have the class ``vector``."""

    def width(self, text: str) -> float:
        return mathml_width(text)

    def indent(self, depth: int) -> float:
        return 0.0 if depth < 0 else float(depth + 1)

    def symbol(self, name: Spelled, indices: Sequence[str] = (), *, bold: bool = False) -> str:
        # Alone, a letter is slanted; capital Greek ones are not.
        style = ' mathvariant="normal"' if name.base in _UPRIGHT else ""
        style += ' class="vector"' if bold else ""
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
        whole = (f"<mrow>{before}<mrow>", f"</mrow>{after}</mrow>")
        return Bracketed(inside, whole, (before, after))

    def juxtaposed(self, left: str, right: str) -> str:
        between = Mark(PRODUCT.cost, '<mspace width="0.17em"/>', self.sign("×"))
        return Run([left, between, right])

    def applied(self, function: str, arguments: str) -> str:
        return Run([function, "<mo>&#x2061;</mo>", arguments])

    def operating(self, operator: str, operand: str) -> str:
        return Run([operator, '<mspace width="0.17em"/>', operand])

    def fraction(self, above: str, below: str) -> str:
        def narrow(room: float) -> str:
            return f"<mfrac>{self._stacked(above, room)}{self._stacked(below, room)}</mfrac>"

        return Box(f"<mfrac>{_row(above)}{_row(below)}</mfrac>", narrow)

    def power(self, base: str, exponent: Written) -> str:
        above = _row(exponent.text)
        whole = ("<msup><mrow>", f"</mrow>{above}</msup>")
        split = ("", f"<msup><mrow></mrow>{above}</msup>")
        return Bracketed(base, whole, split, deeper=False)

    def root(self, inside: str) -> str:
        return Box(
            f"<msqrt>{inside}</msqrt>",
            lambda room: f"<msqrt>{self._stacked(inside, room - 0.9)}</msqrt>",
        )

    def _stacked(self, text: str, room: float) -> str:
        """A piece that may have lines of its own."""
        rows = broken(text, self, room)
        if len(rows) == 1:
            return _row(text)
        lines = "".join(f"<mtr>{_cell(row)}</mtr>" for row in rows)
        return f'<mtable displaystyle="true">{lines}</mtable>'

    def large(self, sign: str, below: str, above: str, body: str) -> str:
        symbol = f"<mo>{sign}</mo>" if sign in _LARGE else self.upright(sign)
        element = "sub" if sign == "∫" else "under"
        if below and above:
            both = "msubsup" if sign == "∫" else "munderover"
            symbol = f"<{both}>{symbol}{_row(below)}{_row(above)}</{both}>"
        elif below:
            symbol = f"<m{element}>{symbol}{_row(below)}</m{element}>"
        space = "" if sign in _LARGE else '<mspace width="0.17em"/>'
        return Run([f"{symbol}{space}", body])

    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        whole = self._cases([(Row(-1, value), Row(-1, when)) for value, when in rows])

        def narrow(room: float) -> str:
            return self._cases(case_rows(rows, self, room - 2.5))

        return Written(Box(whole, narrow), Level.CONDITIONAL)

    def _cases(self, rows: Sequence[tuple[Row, Row]]) -> str:
        lines = "".join(f"<mtr>{_cell(a)}{_cell(b)}</mtr>" for a, b in rows)
        table = f'<mtable class="cases">{lines}</mtable>'
        return f'<mrow><mo fence="true" form="prefix">{{</mo>{table}</mrow>'

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        lines = "".join(
            f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows
        )
        return self.fence("(", f"<mtable>{lines}</mtable>", ")")

    def mean(self, inside: Written) -> str:
        return f"<mover>{_row(inside.text)}<mo>‾</mo></mover>"


def _row(inside: str) -> str:
    return f"<mrow>{inside}</mrow>"


def _cell(row: Row) -> str:
    # Browsers centre what stands in cells.
    indent = f"; padding-left: {row.depth + 1}em" if row.depth >= 0 else ""
    return f'<mtd style="text-align: left{indent}">{row.text}</mtd>'


def _own_subscript(text: str) -> str:
    if text.isdigit():
        return f"<mn>{text}</mn>"
    variant = ' mathvariant="normal"' if len(text) == 1 and text.isascii() else ""
    return f"<mi{variant}>{html.escape(text)}</mi>"
