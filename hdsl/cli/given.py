"""What the command line names: the model and its data."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.model.graph import ModelGraph
from hdsl.source import Source
from hdsl.syntax.decode import decode, read_source

if TYPE_CHECKING:
    from hdsl.data import Table

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NAMED = re.compile(r"([^\W\d]\w*)=(.+)", re.DOTALL)


def read_model(name: str) -> tuple[Source, Path]:
    """The text of a model and the folder of its files; ``-`` is standard input.

    Raises
    ------
    HdslError
        HB126 or HB114 if it can't be read.
    """
    if name == "-":
        return Source(decode(sys.stdin.buffer.read(), "<stdin>"), "<stdin>"), Path.cwd()
    path = Path(name)
    return read_source(path), path.resolve().parent


def read_data(words: Sequence[str]) -> object:
    """The data of ``--data``: numbers and files for single names go before files for all.

    Raises
    ------
    HdslError
        With all files that can't be read.
    """
    if not words:
        return None
    from hdsl.model.collection import Layers

    named: dict[str, Table | float] = {}
    tables: list[Table] = []
    mistakes: list[Diagnostic] = []
    for word in words:
        name, file = _split(word)
        if name and _NUMBER.fullmatch(file):
            named[name] = float(file)
            continue
        try:
            table = _read(file)
        except HdslError as error:
            mistakes += error.diagnostics
            continue
        if name:
            named[name] = table
        else:
            tables.append(table)
    if mistakes:
        raise HdslError(mistakes)
    return Layers((named, *tables))


def check_names(graph: ModelGraph, words: Iterable[str]) -> None:
    """Refuse ``--data NAME=FILE`` for names that the model doesn't take as data.

    Raises
    ------
    HdslError
        HB504.
    """
    known = {
        name: None
        for item in graph.data.values()
        for name in (item.name, item.column, item.labels_of)
        if name is not None
    }
    wrong = [name for name, _ in map(_split, words) if name and name not in known]
    if wrong:
        takes = f"it takes {', '.join(f'`{name}`' for name in known)}" if known else "it takes none"
        raise HdslError(
            Diagnostic("HB504", f"the model has no data `{name}`", cause=takes) for name in wrong
        )


def _split(word: str) -> tuple[str, str]:
    found = _NAMED.fullmatch(word)
    return (found[1], found[2]) if found else ("", word)


def _read(file: str) -> Table:
    from hdsl.data import locate, read_table

    try:
        return read_table(locate(file, Path.cwd(), allow_outside=True))
    except HdslError as error:
        raise HdslError(map(_from_here, error.diagnostics)) from None


def _from_here(found: Diagnostic) -> Diagnostic:
    """The message for a file that the command line names, not the model."""
    if found.code != "HB451":
        return found
    help = found.help.replace("put the file into the folder that holds the model", "check its name")
    return replace(found, cause="`--data` names files from the current folder on", help=help)
