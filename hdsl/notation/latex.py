"""Mathematics in LaTeX, as `amsmath`, KaTeX and MathJax know it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, final

from hdsl.notation.breaking import Row, broken, case_rows
from hdsl.notation.latex_width import latex_width
from hdsl.notation.pieces import COMMA, PRODUCT, Box, Bracketed, Mark, Run
from hdsl.notation.spelling import GREEK, Spelled
from hdsl.notation.target import Level, Target, Written

# Capitals that look as Latin ones have no command.
_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
_LETTERS = {
    **{letter: f"\\{word}" for word, letter in GREEK.items()},
    **{letter: rf"\mathrm{{{latin}}}" for letter, latin in _LATIN.items()},
    **{"ε": r"\varepsilon", "ϵ": r"\epsilon", "ϕ": r"\varphi", "ϑ": r"\vartheta"},
}

_SIGNS = {
    "∼": r"\sim", "∝": r"\propto", "−": "-", "·": r"\cdot", "×": r"\times", "≤": r"\le",
    "≥": r"\ge", "≠": r"\ne", "∈": r"\in", "∞": r"\infty", "…": r"\dots", "∣": r"\mid",
    ":": r"\colon", "⊤": r"\mathsf{T}", "∑": r"\sum", "∏": r"\prod", "∫": r"\int",
    "{": r"\{", "}": r"\}", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil",
}  # fmt: skip
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_HIGH = re.compile(r"\\(?:frac|sum|prod|int|begin)(?![a-z])")
_TALL = re.compile(r"\\(?:frac|sum|prod|int|sqrt|begin|left)(?![a-z])|\^\{[^{}]{3,}|_\{[^{}]*_")
_KNOWN = {
    "log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "min", "max", "det", "ln", "arg",
}  # fmt: skip


def escaped(text: str) -> str:
    """A text in which LaTeX sees no command."""
    return "".join(_ESCAPES.get(character, character) for character in text)


@final
class Latex(Target):
    """LaTeX mathematics."""

    between: ClassVar[str] = " "
    comma: ClassVar[Mark] = Mark(COMMA, r"\; ")

    def width(self, text: str) -> float:
        return latex_width(text)

    def indent(self, depth: int) -> float:
        return 0.0 if depth < 0 else float(depth + 1)

    def symbol(self, name: Spelled, indices: Sequence[str] = (), *, bold: bool = False) -> str:
        base = self._base(name, bold)
        if name.accent:
            wide = {"hat": "widehat", "tilde": "widetilde", "bar": "overline"}
            mark = name.accent if name.is_letter else wide[name.accent]
            base = rf"\{mark}{{{base}}}"
        base += "'" * name.primes
        below = [*map(self._own_subscript, name.subscripts), *indices]
        return f"{base}_{{{', '.join(below)}}}" if below else base

    def _base(self, name: Spelled, bold: bool) -> str:
        if name.is_letter:
            letter = _LETTERS.get(name.base, escaped(name.base))
            return rf"\boldsymbol{{{letter}}}" if bold else letter
        return rf"\{'mathbf' if bold else 'mathrm'}{{{escaped(name.base)}}}"

    def _own_subscript(self, text: str) -> str:
        if text.isdigit():
            return text
        return _LETTERS.get(text) or rf"\mathrm{{{escaped(text)}}}"

    def upright(self, text: str) -> str:
        if text in _KNOWN:
            return f"\\{text}"
        if len(text) == 1:
            return _LETTERS.get(text) or rf"\mathrm{{{escaped(text)}}}"
        if re.fullmatch(r"[A-Za-z]+", text):
            return rf"\operatorname{{{text}}}"
        return rf"\text{{{escaped(text)}}}"

    def label(self, text: str) -> str:
        if re.fullmatch(r"[A-Za-z0-9]+", text):
            return rf"\mathrm{{{text}}}"
        return rf"\text{{{escaped(text)}}}"

    def number(self, digits: str) -> str:
        return digits

    def sign(self, sign: str) -> str:
        return _SIGNS.get(sign, sign)

    def words(self, text: str) -> str:
        return rf"\text{{{escaped(text)}}}"

    def fence(self, opening: str, inside: str, closing: str) -> str:
        one, other = self.sign(opening), self.sign(closing)
        if _TALL.search(inside):
            # `\left` and `\right` must stand in one line.
            size = "bigg" if _HIGH.search(inside) else "big"
            split = (rf"\{size}l{one} ", rf" \{size}r{other}")
            return Bracketed(inside, (rf"\left{one} ", rf" \right{other}"), split)
        return Bracketed(inside, (_spaced(one), other))

    def juxtaposed(self, left: str, right: str) -> str:
        return Run([left, Mark(PRODUCT.cost, r" \, ", r"\times "), right])

    def applied(self, function: str, arguments: str) -> str:
        apart = r"\mathopen{}" if r"\left" in arguments[:5] else ""
        return Run([function, apart, arguments])

    def operating(self, operator: str, operand: str) -> str:
        return Run([operator, " ", operand])

    def fraction(self, above: str, below: str) -> str:
        def narrow(room: float) -> str:
            return rf"\frac{{{self._stacked(above, room)}}}{{{self._stacked(below, room)}}}"

        return Box(rf"\frac{{{above}}}{{{below}}}", narrow)

    def power(self, base: str, exponent: Written) -> str:
        above = rf"^{{{exponent.text}}}"
        return Bracketed(base, ("{", rf"}}{above}"), ("", above), deeper=False)

    def root(self, inside: str) -> str:
        return Box(
            rf"\sqrt{{{inside}}}", lambda room: rf"\sqrt{{{self._stacked(inside, room - 1)}}}"
        )

    def _stacked(self, text: str, room: float) -> str:
        """A piece that may have lines of its own."""
        rows = broken(text, self, room)
        if len(rows) == 1:
            return text
        lines = r" \\ ".join(f"& {indented(row)}" for row in rows)
        return rf"\begin{{aligned}} {lines} \end{{aligned}}"

    def large(self, sign: str, below: str, above: str, body: str) -> str:
        under = f"_{{{below}}}" if below else ""
        over = f"^{{{above}}}" if above else ""
        return Run([f"{_SIGNS.get(sign, self.upright(sign))}{under}{over} ", body])

    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        whole = self._cases([f"{value} & {condition}" for value, condition in rows])

        def narrow(room: float) -> str:
            cells = case_rows(rows, self, room - 1.9)
            return self._cases([f"{indented(value)} & {when.text}" for value, when in cells])

        return Written(Box(whole, narrow), Level.CONDITIONAL)

    def _cases(self, rows: Sequence[str]) -> str:
        lines = r" \\ ".join(rows)
        return rf"\begin{{cases}} {lines} \end{{cases}}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        lines = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"

    def mean(self, inside: Written) -> str:
        return rf"\overline{{{inside.text}}}"


def indented(row: Row) -> str:
    """A line with the room that its depth wants in front of it."""
    room = {-1: "", 0: r"\quad ", 1: r"\qquad "}.get(row.depth, rf"\hspace{{{row.depth + 1}em}} ")
    return f"{room}{row.text}"


def _spaced(opening: str) -> str:
    # A command must not run into the letter after it.
    return f"{opening} " if opening[-1:].isalpha() else opening
