"""Reading CSV and TSV files."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from hdsl.data.cells import CELL_END, read_chunks
from hdsl.data.fields import Field, RowPlaces, Table
from hdsl.data.fingerprint import fingerprint_bytes
from hdsl.data.mistakes import counted, mistake, shown
from hdsl.data.text import decode
from hdsl.diagnostics import HdslError

Separator = Literal[",", "\t"]

CHUNK = 1000
SEPARATOR_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_QUOTED = re.compile(r'"[^"]*"')


class Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


@dataclass
class _Rows:
    """What has been read, in chunks of rows.

    Attributes
    ----------
    columns
        For each column its chunks, each a text of cells with zero bytes between them: a million
        cells on their own would take many times the memory.
    lines
        For each chunk the lines of its rows.
    blank
        Lines without any cell, since the last row.
    wrong
        Lines with too many or too few cells, and these.
    """

    columns: list[list[str]]
    lines: list[NDArray[np.int64]] = field(default_factory=list[NDArray[np.int64]])
    blank: list[int] = field(default_factory=list[int])
    wrong: list[tuple[int, list[str]]] = field(default_factory=list[tuple[int, list[str]]])

    def add(self, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        width = len(self.columns)
        if width == 1 or set(map(len, rows)) != {width}:
            whole = list(self._whole(lines, rows))
            lines, rows = [line for line, _ in whole], [cells for _, cells in whole]
        if rows:
            self.lines.append(np.array(lines, dtype=np.int64))
            for column, cells in zip(self.columns, zip(*rows, strict=True), strict=True):
                column.append(CELL_END.join(cells))

    def _whole(
        self, lines: Sequence[int], rows: Sequence[Sequence[str]]
    ) -> Iterator[tuple[int, Sequence[str]]]:
        for line, cells in zip(lines, rows, strict=True):
            if not cells or (len(cells) == 1 and cells[0].isspace()):
                self.blank.append(line)
            elif len(cells) != len(self.columns):
                self.wrong.append((line, list(cells)))
            else:
                if len(self.columns) == 1:
                    yield from ((empty, [""]) for empty in self.blank)
                self.blank.clear()
                yield line, cells


def read_csv(content: bytes, name: str, separator: Separator = ",") -> Table:
    """A table from the bytes of a CSV or TSV file with one header row.

    UTF-8, with or without a byte order mark; any line ends; cells may stand in double quotes.
    Blanks around names and cells are dropped, empty lines are skipped (in a file of one column,
    one between rows is a missing cell). What cells mean is told by `hdsl.data.cells.read_cells`.

    Raises
    ------
    HdslError
        HB456 not UTF-8, HB457 another separator, HB458 header names, HB459 rows of another
        length than the header, HB460 no rows, HB461 broken quotes.
    """
    _check_separator(decode(content, name), name, separator)
    # Decoding as it goes keeps the whole text, four bytes a character, out of memory.
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    chunks = _chunks(csv.reader(text, delimiter=separator, strict=True), name, b'"' in content)
    lines, first = next(chunks, ([], []))
    if not first:
        raise _no_rows(name)
    header = _header(first[0], name)
    rows = _Rows([[] for _ in header])
    rows.add(lines[1:], first[1:])
    for lines, chunk in chunks:
        rows.add(lines, chunk)
    if rows.wrong:
        raise _ragged(name, header, rows.wrong, separator)
    if not rows.lines:
        raise _no_rows(name)
    return _table(content, name, header, rows)


def _table(content: bytes, name: str, header: list[str], rows: _Rows) -> Table:
    lines = np.concatenate(rows.lines)
    fields = {
        column: _field(column, chunks, lines)
        for column, chunks in zip(header, rows.columns, strict=True)
    }
    return Table(name, fields, True, lines, fingerprint_bytes(content))


def _field(name: str, chunks: list[str], lines: NDArray[np.int64]) -> Field:
    read = read_chunks(chunks)
    first = None if read.first_text is None else (read.first_text,)
    return Field(
        name,
        read.values,
        read.missing,
        read.kind,
        (None,),
        RowPlaces(name, lines),
        first_text=first,
        reads_cells=True,
    )


def _chunks(reader: Reader, name: str, quoted: bool) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Rows by the thousand with their first lines, from the first row that isn't empty on."""
    line = 0
    try:
        for cells in reader:
            line = reader.line_num
            if any(cell.strip() for cell in cells):
                yield [line], [cells]
                break
        while True:
            lines: list[int] = []
            chunk: list[list[str]] = []
            if quoted:  # a cell may hold line ends
                for cells in islice(reader, CHUNK):
                    lines.append(line + 1)
                    chunk.append(cells)
                    line = reader.line_num
            else:
                chunk = list(islice(reader, CHUNK))
                lines = list(range(line + 1, line + 1 + len(chunk)))
                line = reader.line_num
            if not chunk:
                return
            yield lines, chunk
    except csv.Error as error:
        raise _broken_cell(name, line + 1 if quoted else reader.line_num, str(error)) from None


def _header(header: list[str], name: str) -> list[str]:
    names = [cell.strip() for cell in header]
    if "" in names:
        raise mistake(
            "HB458",
            f"column {names.index('') + 1} of `{name}` has no name",
            cause="columns are found by their names, so each needs one in the first row",
            help="name it, or delete it (pandas leaves it out with `to_csv(…, index=False)`, "
            "R with `row.names = FALSE`)",
        )
    twice = next((cell for cell, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        places = [str(i + 1) for i, cell in enumerate(names) if cell == twice]
        raise mistake(
            "HB458",
            f"`{name}` has more than one column {shown(twice)}",
            cause=f"columns are found by their names, and columns {', '.join(places[:-1])} and "
            f"{places[-1]} share one",
            help="give each column a name of its own in the first row",
        )
    return names


def _check_separator(text: str, name: str, separator: Separator) -> None:
    first = text.lstrip().split("\n", 1)[0].split("\r", 1)[0]
    outside_quotes = _QUOTED.sub("", first)
    if separator in outside_quotes:
        return
    other = max((s for s in SEPARATOR_NAMES if s != separator), key=outside_quotes.count)
    if other not in outside_quotes:
        return
    advice = {
        ",": "name the file `.csv`",
        "\t": "name the file `.tsv`",
        ";": "save it with commas and decimal points (a spreadsheet set to another language "
        "writes semicolons; so do R's `write.csv2` and pandas' `sep=\";\"`)",
        "|": "save it with commas",
    }
    raise mistake(
        "HB457",
        f"the cells of `{name}` are separated by {SEPARATOR_NAMES[other]}, "
        f"not by {SEPARATOR_NAMES[separator]}",
        cause=f"the first row is {shown(first)}; cells of a "
        f"{'CSV' if separator == ',' else 'TSV'} file are separated by "
        f"{SEPARATOR_NAMES[separator]}",
        help=advice[other],
    )


def _ragged(
    name: str, header: list[str], wrong: list[tuple[int, list[str]]], separator: Separator
) -> HdslError:
    line, cells = wrong[0]
    others = f"; so it is in {counted(len(wrong) - 1, 'other row')}" if len(wrong) > 1 else ""
    if len(cells) < len(header):
        what = f"it ends before column {shown(header[len(cells)])}"
        advice = "write an empty cell for each missing value, or delete the row"
    else:
        what = f"after column {shown(header[-1])} it goes on with {shown(cells[len(header)])}"
        advice = (
            f"put a cell that holds a {'comma' if separator == ',' else 'tab'} in double quotes; "
            "a column of row names needs a name in the first row too"
        )
    return mistake(
        "HB459",
        f"row {line} of `{name}` has {counted(len(cells), 'cell')}, "
        f"but the header has {len(header)}",
        cause=f"every row has one cell for each name of the first row; {what}{others}",
        help=advice,
    )


def _no_rows(name: str) -> HdslError:
    return mistake(
        "HB460",
        f"`{name}` has no rows of data",
        cause="the first row holds the columns' names, and data begin in the second",
        help="check that this is the right file, and that it was written completely",
    )


def _broken_cell(name: str, line: int, problem: str) -> HdslError:
    if "field larger" in problem:
        what = f"a cell of more than {csv.field_size_limit()} characters; a quote may be missing"
    elif "unexpected end" in problem:
        what = "a quote that is never closed"
    else:
        what = "a cell that goes on after its closing quote"
    return mistake(
        "HB461",
        f"row {line} of `{name}` has {what}",
        cause='a cell that begins with `"` ends at the next `"`, and the row goes on after it',
        help='close each quote, and write a quote within a quoted cell twice: `""`',
    )
