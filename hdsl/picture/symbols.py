"""Names and formulas as mathematics is set: Greek letters, subscripts, upright words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from hdsl.notation.spelling import spell

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d]\w*\'*|\d[\w.]*|[<>=!]=|\s+|.', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")
_CAN_HAVE_INDICES = re.compile(r"[\w)']$")
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_STEP_LENGTH = 3
_OPERATORS = {"-": "−", "*": " ", "<=": "≤", ">=": "≥", "!=": "≠", "'": "′", "inf": "∞"}


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
    out: list[str] = []
    for level, group in groupby(runs, key=lambda run: run.level):
        text = "".join(run.text for run in group)
        is_one = not level or re.fullmatch(r"−?[\w,]+", text)
        out.append(signs[level] + (text if is_one else f"({text})"))
    return "".join(out)


def symbol(name: str) -> Runs:
    """A name as a symbol: ``mu_x`` is μ with the subscript x, ``b0`` is b with the subscript 0."""
    spelled = spell(name)
    base = spelled.base + _ACCENTS.get(spelled.accent, "") + "′" * spelled.primes
    below = ",".join(spelled.subscripts)
    runs = (Run(base, italic=spelled.is_letter),)
    if not below:
        return runs
    return (*runs, Run(below, italic=len(below) == 1 and below.isalpha(), level=-1))


def formula(text: str, labels: frozenset[str] = frozenset()) -> Runs:
    """What stands in the file as mathematics.

    Of the indices only those remain, as subscripts, that are not running: labels, numbers, and
    steps such as ``t-1``.
    """
    runs: list[Run] = []
    tokens = iter(_TOKEN.findall(" ".join(text.split())))
    for token in tokens:
        if token == "[" and runs and _CAN_HAVE_INDICES.search(runs[-1].text):
            runs.extend(_subscript(_until_closed(tokens), labels))
        else:
            runs.append(Run(token))
    return _tidy(_raised(_lettered(runs)))


def _until_closed(tokens: Iterator[str]) -> list[str]:
    """The tokens up to the bracket that closes what was opened."""
    inside: list[str] = []
    depth = 1
    for token in tokens:
        depth += {"[": 1, "]": -1}.get(token, 0)
        if not depth:
            break
        inside.append(token)
    return inside


def _subscript(tokens: list[str], labels: frozenset[str]) -> Iterator[Run]:
    entries: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(token, 0)
        if token == "," and not depth:
            entries.append([])
        elif not token.isspace():
            entries[-1].append(token)
    kept = ["".join(map(_spelled, entry)) for entry in entries if _stays(entry, labels)]
    if kept:
        yield Run(",".join(kept), level=-1)


def _stays(entry: list[str], labels: frozenset[str]) -> bool:
    """Whether an index is a label, a number or a step, and not running."""
    if len(entry) == 1:
        return entry[0] in labels or entry[0][0].isdigit() or entry[0][0] == '"'
    return len(entry) == _STEP_LENGTH and entry[1] in "+-"


def _spelled(token: str) -> str:
    if token[0] == '"':
        return _ESCAPED.sub(r"\1", token[1:-1])
    return plain(symbol(token)) if token[0].isalpha() else _OPERATORS.get(token, token)


def _lettered(runs: list[Run]) -> list[Run]:
    """Names as symbols; functions and the names of arguments stay as they are."""
    found: list[Run] = []
    for k, run in enumerate(runs):
        following = "".join(other.text for other in runs[k + 1 : k + 4])
        if run.level:
            found.append(run)
        elif run.text in _OPERATORS:
            found.append(Run(_OPERATORS[run.text]))
        elif run.text[0].isalpha() and not _is_word(following):
            found += symbol(run.text)
        else:
            found.append(run)
    return found


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
        if joined and joined[-1].level == run.level < 0:
            joined[-1] = Run(f"{joined[-1].text},{run.text}", level=-1)
        elif joined and (joined[-1].italic, joined[-1].level) == (run.italic, run.level):
            joined[-1] = Run(joined[-1].text + run.text, run.italic, run.level)
        else:
            joined.append(run)
    return tuple(Run(re.sub(r" +", " ", run.text), run.italic, run.level) for run in joined)
