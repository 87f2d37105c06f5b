"""What every reader makes: a table of named fields, each of which knows its places."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from hdsl.data.cells import Cells, Kind, read_cells
from hdsl.data.mistakes import mistake, shown

LabelTuple: TypeAlias = tuple[str | float, ...]

_TOO_LONG = re.compile(r"[+-]?\d{16,}")
# A text that was meant as a number, and what to do about it; the first that fits is taken.
_TEXT_HELP = tuple(
    (re.compile(pattern), advice)
    for pattern, advice in (
        (
            r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?",
            "write numbers without thousands separators and with a decimal point: "
            "`1234` or `1.234`",
        ),
        (r"[+-]?\d*,\d+", "write a decimal point instead of the decimal comma"),
        (r"[+-]?\d{1,3}([ '\u00a0\u202f]\d{3})+", "write numbers without gaps: `12000`"),
        (r"[+-]?\d+\.?\d*\s*%", "write a percentage as a fraction: `0.12` for 12 %"),
        (
            r"[<>≤≥]=?\s*[+-]?\d.*",
            "write the limit alone, and whether it is one in a column of its own",
        ),
        (
            r"n\.?/?a\.?|none|missing|unknown|[-–—?*]+|#.*",
            "leave the cell of a missing value empty",
        ),
        (r"[+-]?\d+\.?\d*([eE][+-]?\d+)?", "write the number without quotes"),
        (r"[+-]?\d+\.?\d*([eE][+-]?\d+)?\D.*", "write the number alone, and its unit elsewhere"),
    )
)


@final
@dataclass(frozen=True, eq=False)
class RowPlaces:
    """Where the elements of a column are.

    Attributes
    ----------
    name
        Of the column.
    rows
        The number of each row: its line in a text file, else counted from 1.
    row_word, column_word
        What the file calls them: row and column, or record and field.
    """

    name: str
    rows: NDArray[np.int64]
    row_word: str = "row"
    column_word: str = "column"

    def place(self, index: Sequence[int]) -> str:
        """The place of an element, in words."""
        column = self.column(index)
        return f"{self.row_word} {self.rows[index[0]]}, {column}" if index else column

    def text(self, index: Sequence[int], text: str) -> str:
        """A sentence that says what an element holds."""
        where = f" in {self.row_word} {self.rows[index[0]]}" if index else ""
        return f"{self.column(index)} has {text}{where}"

    def column(self, index: Sequence[int]) -> str:
        """The column of an element, in words."""
        inner = "".join(f"[{i + 1}]" for i in index[1:])
        return f"{self.column_word} `{self.name}{inner}`"


@final
@dataclass(frozen=True, eq=False)
class ArrayPlaces:
    """Where the elements of an array are: its keys, or positions counted from 1."""

    name: str
    labels: tuple[LabelTuple | None, ...]

    def place(self, index: Sequence[int]) -> str:
        """The place of an element: its subscripts."""
        return f"`{self.name}{''.join(map(self._bracket, range(len(index)), index))}`"

    def text(self, index: Sequence[int], text: str) -> str:
        """A sentence that says what an element holds."""
        return f"{self.place(index)} is {text}"

    def _bracket(self, axis: int, position: int) -> str:
        labels = self.labels[axis]
        return f"[{position + 1}]" if labels is None else f"[{label_text(labels[position])}]"


Places: TypeAlias = RowPlaces | ArrayPlaces


def label_text(label: str | float) -> str:
    """A label as messages show it: a text in quotes, a whole number without a point."""
    if isinstance(label, str):
        return f'"{label}"'
    return str(int(label)) if float(label).is_integer() else repr(float(label))


@final
@dataclass(frozen=True, eq=False)
class Field:
    """One column of a table, or one named array.

    Attributes
    ----------
    name
        As the file or the caller writes it.
    values
        Any number of axes. Float64 (truth values too, as 1 and 0), or texts as objects; nan or
        ``""`` where missing.
    missing
        Of the shape of `values`.
    kind
        ``"integer"``: all present values are whole and were written so.
    labels
        One entry an axis: the keys of an object, the index of a Series, the coordinate of a
        DataArray; None where elements are known by position alone.
    places
        Where each element is, in words.
    dims
        The axes' own names, where the data have some (xarray); else None.
    first_text
        Index of the first element that kept the rest from being numbers.
    reads_cells
        Whether the texts are cells of a text file, which may turn out to be numbers when other
        rows are dropped.
    """

    name: str
    values: NDArray[Any]
    missing: NDArray[np.bool_]
    kind: Kind
    labels: tuple[LabelTuple | None, ...]
    places: Places
    dims: tuple[str, ...] | None = None
    first_text: tuple[int, ...] | None = None
    reads_cells: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes; empty for a single value."""
        return self.values.shape

    def place(self, index: Sequence[int]) -> str:
        """Where an element is: ``row 7, column `total` `` or `` `y[3][2]` ``; index from 0."""
        return self.places.place(index)

    def why_text(self) -> str:
        """Which element is no number, and where; empty where all are.

        For example ``column `total` has text `12 g` in row 7``.
        """
        found = self._text_index()
        if found is None:
            return ""
        text = str(self.values[found])
        if _TOO_LONG.fullmatch(text):
            said = f"the whole number {shown(text)}, too long to be held exactly,"
            return self.places.text(found, said if self._in_rows() else said.rstrip(","))
        return self.places.text(found, f"{'' if self._in_rows() else 'the '}text {shown(text)}")

    def text_help(self) -> str:
        """What to do about a text that was meant as a number; empty where that can't be guessed."""
        found = self._text_index()
        if found is None:
            return ""
        text = str(self.values[found])
        if _TOO_LONG.fullmatch(text):
            return "use it as a label only, or write it with an exponent, such as `1.5e20`"
        fits = (advice for pattern, advice in _TEXT_HELP if pattern.fullmatch(text.casefold()))
        return next(fits, "")

    def keep(self, mask: NDArray[np.bool_]) -> Field:
        """The field without the elements of its first axis for which `mask` is false."""
        places = self.places
        if isinstance(places, RowPlaces):
            places = replace(places, rows=places.rows[mask])
        first_labels = self.labels[0]
        if first_labels is not None:
            kept = tuple(label for label, stays in zip(first_labels, mask, strict=True) if stays)
            first_labels = kept
        kept_field = replace(
            self,
            values=self.values[mask],
            missing=self.missing[mask],
            labels=(first_labels, *self.labels[1:]),
            places=places,
            first_text=self._moved_text(mask),
        )
        if self.reads_cells and self.kind == "text" and not kept_field.missing.all():
            return kept_field.with_cells(read_cells(kept_field.values.tolist()))
        return kept_field

    def with_cells(self, cells: Cells) -> Field:
        """The field with other values along its one axis."""
        first = None if cells.first_text is None else (cells.first_text,)
        return replace(
            self, values=cells.values, missing=cells.missing, kind=cells.kind, first_text=first
        )

    def _in_rows(self) -> bool:
        return isinstance(self.places, RowPlaces)

    def _text_index(self) -> tuple[int, ...] | None:
        if self.kind != "text" or self.first_text is not None:
            return self.first_text
        present = np.flatnonzero(~self.missing)
        if not present.size:
            return None
        return tuple(int(i) for i in np.unravel_index(present[0], self.shape))

    def _moved_text(self, mask: NDArray[np.bool_]) -> tuple[int, ...] | None:
        if self.first_text is None or not mask[self.first_text[0]]:
            return None
        return (int(mask[: self.first_text[0]].sum()), *self.first_text[1:])


@final
@dataclass(frozen=True, eq=False)
class Table:
    """All fields of one file or data frame.

    Attributes
    ----------
    name
        The file's name, as messages show it.
    fields
        By their names, in the order of the file.
    tabular
        Whether the fields are columns of one length.
    rows
        The number of each row in messages (its line in a text file); None if not tabular.
    fingerprint
        SHA-256 in hexadecimal: of the file's bytes, or of names, shapes and values.
    """

    name: str
    fields: Mapping[str, Field]
    tabular: bool
    rows: NDArray[np.int64] | None
    fingerprint: str

    def keep(self, mask: NDArray[np.bool_]) -> Table:
        """The rows for which a condition holds.

        A column of texts, all of whose kept cells are numbers, becomes one of numbers.

        Parameters
        ----------
        mask
            One truth value a row.

        Raises
        ------
        HdslError
            If the table has no rows (HB468).
        """
        if not self.tabular or self.rows is None:
            raise mistake(
                "HB468",
                f"`{self.name}` has no rows to choose from",
                cause="`where` keeps rows, and these data are named arrays, not a table",
                help="give the data as a CSV file or as a JSON list of records",
            )
        chosen = np.asarray(mask, dtype=bool)
        if chosen.shape != self.rows.shape:
            raise ValueError(f"a mask of shape {chosen.shape} for {self.rows.size} rows")
        digest = hashlib.sha256(self.fingerprint.encode() + chosen.tobytes())
        return replace(
            self,
            fields={name: field.keep(chosen) for name, field in self.fields.items()},
            rows=self.rows[chosen],
            fingerprint=digest.hexdigest(),
        )
