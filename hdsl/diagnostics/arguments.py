"""What Python callers hand over: made what it should be, or refused as a mistake with a code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from operator import index
from pathlib import Path
from typing import Any, NoReturn

from hdsl.diagnostics.diagnostic import Diagnostic, HdslError

_LONGEST_SHOWN = 60


def whole_number(name: str, value: Any, least: int, most: int) -> int:
    """A whole number between two ends, of whatever type it is.

    Raises
    ------
    HdslError
        HB506, as all of this module.
    """
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        _refuse(name, value, f"a whole number from {least} to {most}")
    return number


def share(name: str, value: Any) -> float:
    """A number between 0 and 1, without the ends."""
    try:
        number = 0.0 if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = 0.0
    if not 0 < number < 1:
        _refuse(name, value, "a number between 0 and 1")
    return number


def seconds(name: str, value: Any) -> float:
    """A number of seconds, 0 or more."""
    try:
        number = -1.0 if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if not number >= 0:
        _refuse(name, value, "a number of seconds, 0 or more")
    return number


def flag(name: str, value: Any) -> bool:
    """True or false. Other values are refused: the text ``"no"`` would count as true."""
    if type(value).__name__ not in ("bool", "bool_"):
        _refuse(name, value, "True or False")
    return bool(value)


def choice(name: str, value: Any, among: Iterable[str]) -> str:
    """One of some words."""
    if not isinstance(value, str) or value not in among:
        _refuse(name, value, " or ".join(f'"{word}"' for word in among))
    return value


def names(name: str, value: Any) -> frozenset[str]:
    """A name, or several."""
    try:
        found = [value] if isinstance(value, str) else list(value)
    except Exception:  # an iterator of the caller's may raise anything
        _refuse(name, value, "a name or a list of names")
    for item in found:
        if not isinstance(item, str):
            _refuse(name, item, "a name or a list of names")
    return frozenset(map(str, found))


def text(name: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        _refuse(name, value, "a text")
    return value


def path(name: str, value: Any) -> Path:
    """The path of a file or folder."""
    try:
        found = os.fspath(value)
        if isinstance(found, bytes) or b"\0" in os.fsencode(found):
            raise ValueError
    except (TypeError, ValueError):
        _refuse(name, value, "the path of a file or folder, as a text or a `Path`")
    return Path(found)


def callables(name: str, value: Any) -> dict[str, Callable[..., Any]]:
    """Functions by name."""
    items: list[tuple[Any, Any]]
    items = list(value.items()) if isinstance(value, Mapping) else [("", None)]
    if not all(isinstance(key, str) and callable(item) for key, item in items):
        _refuse(name, value, "functions by name, such as `{'profile': f}`")
    return dict(items)


def _refuse(name: str, value: Any, wanted: str) -> NoReturn:
    help = f"give `{name}` such a value"
    found = Diagnostic(
        "HB506", f"`{name}` is {_shown(value)}", cause=f"it must be {wanted}", help=help
    )
    raise HdslError([found])


def _shown(value: object) -> str:
    try:
        written = repr(value)
    except Exception:  # an object of the caller's may raise anything
        written = f"a {type(value).__name__}"
    line = "".join(c if c.isprintable() else " " for c in written)
    return f"`{line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + '…'}`"
