"""How wide text is, so that it fits what it stands in."""

from __future__ import annotations

from hdsl.notation.widths import letters_width
from hdsl.picture.symbols import Run, Runs

SMALL = 0.7
"""Size of subscripts and superscripts, in sizes of the letter."""

RISE = {-1: -0.22, 0: 0.0, 1: 0.38}
"""How far they stand above the line, in sizes of the letter."""


def run_width(run: Run, size: float) -> float:
    """Width of a run in the unit of the font's size."""
    own = size if run.level == 0 else size * SMALL
    return own * letters_width(run.text, italic=run.italic)


def width(runs: Runs, size: float) -> float:
    """Width of a line in the unit of the font's size."""
    return sum(run_width(run, size) for run in runs)


def shortened(runs: Runs, size: float, room: float) -> Runs:
    """A line that fits into `room`, cut off with an ellipsis where it is longer."""
    if width(runs, size) <= room:
        return runs
    kept: list[Run] = []
    left = room - run_width(Run("…"), size)
    for run in runs:
        letters = run.text
        while letters and run_width(Run(letters, run.italic, run.level), size) > left:
            letters = letters[:-1]
        kept.append(Run(letters, run.italic, run.level))
        left -= run_width(kept[-1], size)
        if letters != run.text:
            break
    return (*kept, Run("…"))


def broken(runs: Runs, size: float, room: float, most: int) -> tuple[Runs, ...]:
    """A line broken at its spaces into at most so many that fit into `room`."""
    return tuple(shortened(line, size, room) for line in _broken(runs, size, room, most))


def balanced(runs: Runs, size: float, room: float, most: int) -> tuple[Runs, ...]:
    """The same, the lines about as long as each other where there are several."""
    lines = _broken(runs, size, room, most)
    narrow = room
    while len(lines) > 1 and width(lines[-1], size) <= narrow:
        narrow -= size / 2
        tried = _broken(runs, size, narrow, most)
        if max(width(line, size) for line in tried) > narrow:
            break
        lines = tried
    return tuple(shortened(line, size, room) for line in lines)


def _broken(runs: Runs, size: float, room: float, most: int) -> list[Runs]:
    lines: list[Runs] = [()]
    for word in _words(runs):
        longer = _joined(lines[-1], word)
        if lines[-1] and width(longer, size) > room and len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line for line in lines if line]


def wrapped(text: str, size: float, room: float) -> list[Runs]:
    """A text in lines that fit into `room`."""
    return list(broken((Run(text),), size, room, len(text)))


def _words(runs: Runs) -> list[Runs]:
    words: list[Runs] = [()]
    for run in runs:
        first, *others = run.text.split(" ")
        words[-1] = _joined((*words[-1], Run(first, run.italic, run.level)), (), "")
        words += [(Run(other, run.italic, run.level),) for other in others]
    return [tuple(run for run in word if run.text) for word in words]


def _joined(line: Runs, word: Runs, between: str = " ") -> Runs:
    """Two pieces as one line, runs of one style together."""
    joined: list[Run] = []
    for run in (*line, *((Run(between),) if line and between else ()), *word):
        if joined and (joined[-1].italic, joined[-1].level) == (run.italic, run.level):
            joined[-1] = Run(joined[-1].text + run.text, run.italic, run.level)
        else:
            joined.append(run)
    return tuple(joined)
