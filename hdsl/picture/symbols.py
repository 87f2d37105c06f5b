"""Names and formulas as mathematics is set: Greek letters, subscripts, upright words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SMALL = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega",
)  # fmt: skip
_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
GREEK = dict(zip(_SMALL, _LETTERS, strict=True)) | {
    word.capitalize(): letter.upper() for word, letter in zip(_SMALL, _LETTERS, strict=True)
}
_TOKEN = re.compile(r'"[^"]*"|[^\W\d]\w*\'*|\d[\w.]*|\s+|.', re.DOTALL)
_LONGEST_LETTER = 2
_OPERATORS = {"-": "−", "*": " ", "<=": "≤", ">=": "≥", "'": "′"}


@dataclass(frozen=True)
class Run:
    """Letters in one style.

    `level` is -1 for a subscript, 1 for a superscript.
    """

    text: str
    italic: bool = False
    level: int = 0


Runs = tuple[Run, ...]


def plain(runs: Runs) -> str:
    """The letters alone, with ``_`` before a subscript and ``^`` before a superscript."""
    signs = {-1: "_", 0: "", 1: "^"}
    levels = [0, *(run.level for run in runs)]
    changes = zip(runs, levels, strict=False)
    return "".join((signs[r.level] if r.level != before else "") + r.text for r, before in changes)


def symbol(name: str) -> Runs:
    """A name as a symbol: ``mu_x`` is μ with the subscript x, ``b0`` is b with the subscript 0.

    A name that begins with a word, such as ``mean_blue``, stays as it is.
    """
    first, *rest = name.split("_")
    letters, digits = re.fullmatch(r"(.*?)(\d*)", first, re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess]
    letter = GREEK.get(letters, letters)
    if not letter or len(letter) > _LONGEST_LETTER or not all(rest):
        return (Run(name),)
    below = [digits] if digits else []
    below += [GREEK.get(part, part) for part in rest]
    runs = (Run(letter, italic=True),)
    if not below:
        return runs
    text = ",".join(below)
    return (*runs, Run(text, italic=len(text) == 1 and text.isalpha(), level=-1))


def formula(text: str) -> Runs:
    """What stands in the file as mathematics, without the indices in brackets."""
    runs: list[Run] = []
    depth = 0
    tokens = _TOKEN.findall(" ".join(text.split()))
    for k, token in enumerate(tokens):
        following = "".join(tokens[k + 1 : k + 4])
        if token == "[" and runs and not runs[-1].text.endswith((" ", "(", ",")):
            depth += 1
        elif depth:
            depth += {"[": 1, "]": -1}.get(token, 0)
        elif token[0].isalpha() and not _is_word(following):
            runs.extend(symbol(token))
        else:
            runs.append(Run(_OPERATORS.get(token, token)))
    return _tidy(_raised(runs))


def _is_word(following: str) -> bool:
    """Whether a name before this is a function or the name of an argument."""
    return bool(re.match(r"\(| ?=(?!=)", following))


def _raised(runs: list[Run]) -> list[Run]:
    """Exponents set high, without the sign and their brackets."""
    found: list[Run] = []
    rest = iter(runs)
    for run in rest:
        if run.text != "^":
            found.append(run)
            continue
        power: list[Run] = []
        depth = 0
        for inner in rest:
            power.append(inner)
            depth += {"(": 1, ")": -1}.get(inner.text, 0)
            if depth <= 0 and inner.text != "−":
                break
        if len(power) > 1 and power[0].text == "(":
            power = power[1:-1]
        found += [Run(p.text.strip() or p.text, p.italic, 1) for p in power if p.text.strip()]
    return found


def _tidy(runs: list[Run]) -> Runs:
    """Neighbours of one style as one, with single spaces."""
    joined: list[Run] = []
    for run in runs:
        if joined and (joined[-1].italic, joined[-1].level) == (run.italic, run.level):
            joined[-1] = Run(joined[-1].text + run.text, run.italic, run.level)
        else:
            joined.append(run)
    return tuple(Run(re.sub(r" +", " ", run.text), run.italic, run.level) for run in joined)
