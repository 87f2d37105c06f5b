"""Mathematics in LaTeX, as `amsmath`, KaTeX and MathJax know it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import final

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
    ",": r",\;", ":": r"\colon", "⊤": r"\mathsf{T}", "∑": r"\sum", "∏": r"\prod", "∫": r"\int",
    "{": r"\{", "}": r"\}", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil",
}  # fmt: skip
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
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
            return rf"\left{one} {inside} \right{other}"
        return f"{_spaced(one)}{inside}{other}"

    def juxtaposed(self, left: str, right: str) -> str:
        return rf"{left} \, {right}"

    def applied(self, function: str, arguments: str) -> str:
        return (
            rf"{function}\mathopen{{}}{arguments}"
            if r"\left" in arguments[:5]
            else (f"{function}{arguments}")
        )

    def operating(self, operator: str, operand: str) -> str:
        return f"{operator} {operand}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: Written) -> str:
        return f"{{{base}}}^{{{exponent.text}}}"

    def root(self, inside: str) -> str:
        return rf"\sqrt{{{inside}}}"

    def large(self, sign: str, below: str, above: str, body: str) -> str:
        under = f"_{{{below}}}" if below else ""
        over = f"^{{{above}}}" if above else ""
        return f"{_SIGNS.get(sign, self.upright(sign))}{under}{over} {body}"

    def cases(self, rows: Sequence[tuple[str, str]]) -> Written:
        lines = r" \\ ".join(f"{value} & {condition}" for value, condition in rows)
        return Written(rf"\begin{{cases}} {lines} \end{{cases}}", Level.CONDITIONAL)

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        lines = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"

    def mean(self, inside: Written) -> str:
        return rf"\overline{{{inside.text}}}"

    def listed(self, parts: Sequence[str]) -> str:
        return r",\; ".join(parts)

    def join(self, parts: Sequence[str]) -> str:
        return " ".join(part for part in parts if part)


def _spaced(opening: str) -> str:
    # A command must not run into the letter after it.
    return f"{opening} " if opening[-1:].isalpha() else opening
