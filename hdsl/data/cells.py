"""From single cells to one array: which kind a column is, and which of its cells are missing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from types import NoneType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "integer", "bool", "text"]

MISSING_WORDS = frozenset({"na", "nan", "+nan", "-nan", "null", "."})
STAN_NUMBERS = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "nan"})
CELL_END = "\0"
LARGEST_EXACT = 2.0**53
_TRUTHS = frozenset({"true", "false"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.ASCII | re.I)


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of one column or array, all of one kind.

    Attributes
    ----------
    values
        Float64, or texts as objects; nan or ``""`` where missing. Truth values are 1 and 0.
    missing
        Of the same shape as `values`.
    kind
        ``"integer"`` where all present cells were written as whole numbers.
    first_text
        Position of the first cell that kept the rest from being numbers.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]
    kind: Kind
    first_text: int | None = None


def read_cells(cells: Sequence[str]) -> Cells:
    """The values of a column of a text file, decided by all of its cells together.

    A cell is a number if it is written like ``12``, ``-0.5``, ``1e-3`` or ``inf``. An empty cell is
    missing. ``NA``, ``NaN``, ``null`` and ``.`` (in any case) are missing only where all other
    cells are numbers, or all are ``true`` or ``false``: in a column of texts ``NA`` is a text, and
    so it is in a column that has nothing else. A column without any cell is one of numbers. Whole
    numbers that 64 bits can't hold exactly (long identifiers) stay texts, and so do numbers that
    are too large, have separators of thousands or a decimal comma.
    """
    column = _number_column(cells)
    if column is not None and (column.numbers or not any(cells)):
        return column.cells()
    present = [cell for cell in cells if cell and cell.casefold() not in MISSING_WORDS]
    if not present or not all(cell.casefold() in _TRUTHS for cell in present):
        return _texts_of(cells)
    truths = np.array([len(cell) == len("true") for cell in present], dtype=float)
    absent = np.array([cell.casefold() not in _TRUTHS for cell in cells], dtype=bool)
    return _Numbers(truths, absent, "bool").cells()


def read_chunks(chunks: Sequence[str]) -> Cells:
    """The values of a long column in pieces; as `read_cells` of all its cells, but faster.

    Parameters
    ----------
    chunks
        Texts of many cells each, with `CELL_END` between them. Blanks around cells are dropped.
    """
    columns: list[_Numbers] = []
    for chunk in chunks:
        column = _number_column(split_cells(chunk))
        if column is None:
            break
        columns.append(column)
    else:
        if any(column.numbers for column in columns):
            whole = all(c.kind == "integer" for c in columns if c.numbers)
            missing = np.concatenate([column.missing for column in columns])
            present = np.concatenate([column.present for column in columns])
            return _Numbers(present, missing, "integer" if whole else "number").cells()
    return read_cells([cell for chunk in chunks for cell in split_cells(chunk)])


def split_cells(chunk: str) -> list[str]:
    """The cells of a chunk, without the blanks around them."""
    cells = chunk.split(CELL_END)
    if chunk.split(maxsplit=1) == [chunk]:
        return cells
    return [cell.strip() for cell in cells]


@dataclass(frozen=True, eq=False)
class _Numbers:
    """A column whose cells are numbers or missing; `present` holds the numbers alone."""

    present: NDArray[np.float64]
    missing: NDArray[np.bool_]
    kind: Kind

    @property
    def numbers(self) -> int:
        return len(self.present)

    def cells(self) -> Cells:
        if len(self.present) == len(self.missing):
            return Cells(self.present, self.missing, self.kind)
        values = np.full(self.missing.shape, np.nan)
        values[~self.missing] = self.present
        return Cells(values, self.missing, self.kind)


def _number_column(cells: Sequence[str]) -> _Numbers | None:
    """The column, if no cell is anything but a number, empty, or a word for a missing one."""
    numbers = _numbers_of(cells)
    if numbers is not None:
        return _Numbers(numbers[0], np.zeros(len(cells), dtype=bool), numbers[1])
    present = [cell for cell in cells if cell and cell.casefold() not in MISSING_WORDS]
    if len(present) == len(cells):
        return None
    numbers = _numbers_of(present)
    if numbers is None:
        return None
    absent = [not cell or cell.casefold() in MISSING_WORDS for cell in cells]
    return _Numbers(numbers[0], np.array(absent, dtype=bool), numbers[1])


def _texts_of(cells: Sequence[str]) -> Cells:
    missing = np.array([not cell for cell in cells], dtype=bool)
    return Cells(np.array(cells, dtype=object), missing, "text", _first_text(cells))


def _numbers_of(cells: Sequence[str]) -> tuple[NDArray[np.float64], Kind] | None:
    joined = "".join(cells)
    # Python reads `1_000` and digits of other scripts as numbers; a data file doesn't mean them.
    if "_" in joined or not joined.isascii():
        return None
    try:
        values = np.array(list(map(float, cells)), dtype=float)
    except ValueError:
        return None
    if np.isnan(values).any():
        return None
    if any("n" not in cells[i].casefold() for i in _where(np.isinf(values))):
        return None
    if not joined.replace("-", "").replace("+", "").isdigit():
        return values, "number"
    large = _where(np.abs(values) >= LARGEST_EXACT)
    if any(int(cells[i]) != int(values[i]) for i in large):
        return None
    return values, "integer"


def _where(mask: NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(mask).tolist()


def _first_text(cells: Sequence[str]) -> int | None:
    """The first cell that is no number; failing that, the first whose number can't be held."""
    written = [i for i, cell in enumerate(cells) if cell]
    words = (i for i in written if not _NUMBER.fullmatch(cells[i]) and not _is_missing(cells[i]))
    unheld = (i for i in written if not _is_missing(cells[i]) and _numbers_of([cells[i]]) is None)
    return next(chain(words, unheld, written), None)


def _is_missing(cell: str) -> bool:
    return cell.casefold() in MISSING_WORDS


def read_scalars(leaves: Sequence[object]) -> Cells:
    """The values of typed cells: `int`, `float`, `bool`, `str`, or None where one is missing.

    nan is missing. ``"inf"``, ``"-inf"`` and ``"NaN"`` are numbers where nothing else is a text, as
    Stan writes them. Truth values among numbers are 1 and 0. Where some cells are texts, all are.
    """
    types = set(map(type, leaves)) - {NoneType}
    if str in types:
        if not all(x.casefold() in STAN_NUMBERS for x in leaves if isinstance(x, str)):
            return _as_texts(leaves, next(i for i, x in enumerate(leaves) if _is_text(x)))
        leaves = [float(x) if isinstance(x, str) else x for x in leaves]
        types = (types - {str}) | {float}
    if types <= {int, bool}:
        unheld = next((i for i, x in enumerate(leaves) if not _is_held(x)), None)
        if unheld is not None:
            return _as_texts(leaves, unheld)
    try:
        values: NDArray[Any] = np.array([np.nan if x is None else x for x in leaves], dtype=float)
    except OverflowError:
        return _as_texts(leaves, next(i for i, x in enumerate(leaves) if not _is_held(x)))
    return Cells(values, np.isnan(values), _kind_of(types))


def _kind_of(types: set[type]) -> Kind:
    if not types or float in types:
        return "number"
    return "bool" if types == {bool} else "integer"


def _is_text(leaf: object) -> bool:
    return isinstance(leaf, str) and leaf.casefold() not in STAN_NUMBERS


def _is_held(leaf: object) -> bool:
    """Whether a whole number goes into 64 bits without being rounded."""
    if not isinstance(leaf, int) or abs(leaf) <= LARGEST_EXACT:
        return True
    try:
        return int(float(leaf)) == leaf
    except OverflowError:
        return False


def _as_texts(leaves: Sequence[object], first: int) -> Cells:
    missing = np.array(
        [x is None or (isinstance(x, float) and math.isnan(x)) for x in leaves], dtype=bool
    )
    texts = np.empty(len(leaves), dtype=object)
    for i, leaf in enumerate(leaves):
        texts[i] = "" if missing[i] else _text_of(leaf)
    return Cells(texts, missing, "text", first)


def _text_of(leaf: object) -> str:
    if isinstance(leaf, str):
        return leaf
    if isinstance(leaf, bool):
        return "true" if leaf else "false"
    try:
        return str(leaf)
    except ValueError:  # Python prints no whole number of more than 4300 digits
        return "a whole number of thousands of digits"
