"""How wide LaTeX mathematics is: an estimate in sizes of the font."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from hdsl.notation.widths import letters_width

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&]|\s+|.", re.S)
_COMPUTER_MODERN = 1.1
"""Its letters are so much wider than those of Times."""
_SMALL = 0.75
_SPACES = {
    r"\,": 0.17, r"\;": 0.28, r"\quad": 1.0, r"\qquad": 2.0, r"\mathopen": 0.0, "'": 0.3,
    r"\left": 0.12, r"\right": 0.12, ",": 0.45,
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys(["=", r"\sim", r"\propto", r"\le", r"\ge", r"\ne", r"\in", "<", ">"], 1.34),
    r"\mid": 0.84, **dict.fromkeys(["+", "-", r"\times"], 1.22), r"\cdot": 0.72, r"\colon": 0.45,
    r"\dots": 1.34, r"\infty": 1.0, r"\sum": 1.62, r"\prod": 1.45, r"\int": 1.0,
    **dict.fromkeys("()", 0.4), **dict.fromkeys("[]|", 0.3),
    **dict.fromkeys([r"\{", r"\}", r"\lfloor", r"\rfloor", r"\lceil", r"\rceil"], 0.5),
}  # fmt: skip
_OPENING = {"", "(", "[", "{", ",", r"\{", "=", r"\;", r"\le", r"\ge", r"\in"}
"""After these a minus is a sign, without room around it."""
_MINUS = 0.78
_UNDERSCORE = 0.65
_BOLD = {r"\mathbf": 1.16, r"\boldsymbol": 1.15}
_LARGER = {r"\bigl": 0.1, r"\bigr": 0.1, r"\biggl": 0.25, r"\biggr": 0.25}
_TEXTS = {r"\text", r"\textit", r"\mathrm", r"\operatorname", r"\mathbf", r"\mathsf"}
_ACCENTS = {r"\hat", r"\bar", r"\tilde", r"\widehat", r"\widetilde", r"\overline", r"\boldsymbol"}
_UNDER = {r"\sum", r"\prod"}


@lru_cache(maxsize=4096)
def latex_width(text: str) -> float:
    """The width of a piece; of an environment, that of its widest row."""
    return _Reader(text).sequence()


class _Reader:
    """Reads pieces from the left."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text)
        self.place = 0
        self.begins = False

    def _next(self) -> str:
        token = self._peek()
        self.place += 1
        return token

    def _peek(self) -> str:
        """The next token that is no space."""
        while self.place < len(self.tokens) and self.tokens[self.place].isspace():
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def sequence(self, until: str = "") -> float:
        """The width of all up to a token, which is taken too."""
        total = 0.0
        while (token := self._peek()) and token != until:
            total += self._piece()
        self._next()
        return total

    def _piece(self) -> float:
        token = self._next()
        own = _MINUS if token == "-" and self.begins else self._own(token)
        self.begins = token in _OPENING
        scripts = 0.0
        while self._peek() in ("_", "^"):
            self._next()
            scripts = max(scripts, _SMALL * self._group() + 0.05)
        if token in _UNDER or token == r"\operatorname":
            return max(own, scripts)
        return own + scripts

    def _own(self, token: str) -> float:
        special: dict[str, Callable[[], float]] = {
            "{": lambda: self.sequence("}"),
            r"\frac": lambda: max(self._group(), self._group()) + 0.24,
            r"\sqrt": lambda: self._group() + 0.85,
            r"\begin": self._environment,
        }
        if token in special:
            return special[token]()
        if token in _TEXTS:
            return _BOLD.get(token, 1.0) * self._letters()
        if token in _ACCENTS:
            return _BOLD.get(token, 1.0) * self._group()
        if token in _LARGER:
            return _LARGER[token]
        if token in _SPACES:
            return _SPACES[token]
        if token in _SIGNS:
            return _SIGNS[token]
        if token.startswith("\\") and len(token) > 1:
            return _command(token)
        italic = token.isalpha()
        return _COMPUTER_MODERN * letters_width(token, italic=italic)

    def _group(self) -> float:
        if self._peek() == "{":
            self._next()
            return self.sequence("}")
        return self._own(self._next())

    def _letters(self) -> float:
        """The width of the letters of a text; what is in braces there is one sign."""
        total, depth = 0.0, 0
        for token in self.tokens[self.place :]:
            self.place += 1
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth == 0:
                break
            if token not in "{}":
                total += _UNDERSCORE if token == r"\_" else letters_width(token[-1])
        return _COMPUTER_MODERN * total

    def _environment(self) -> float:
        self._next()
        kind = ""
        while (token := self._next()) not in ("}", ""):
            kind += token
        rows: list[list[float]] = [[0.0]]
        while (token := self._peek()) not in (r"\end", ""):
            if token == r"\\":
                rows.append([0.0])
            elif token == "&":
                rows[-1].append(0.0)
            else:
                rows[-1][-1] += self._piece()
                continue
            self._next()
        while self._next() not in ("}", ""):
            pass
        most = max(map(len, rows))
        columns = [max((row[n] for row in rows if n < len(row)), default=0) for n in range(most)]
        gaps = {"aligned": 0.0, "pmatrix": 1.0 * (most - 1) + 1.5, "cases": 1.0 + 0.9}
        return sum(columns) + gaps.get(kind, 0.0)


def _command(token: str) -> float:
    """Greek letters, and operators that are known by name."""
    name = token[1:]
    if name in ("log", "exp", "sin", "cos", "tan", "max", "min", "det", "ln", "arg") or (
        name[:-1] in ("sin", "cos", "tan") and name.endswith("h")
    ):
        return _COMPUTER_MODERN * letters_width(name) + 0.17
    return 0.65
