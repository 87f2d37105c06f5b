"""Reading Parquet files, by pyarrow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from hdsl.data.fields import Table
from hdsl.data.fingerprint import fingerprint_bytes
from hdsl.data.foreign import check_room, not_installed, reading
from hdsl.data.from_python import table_from_columns
from hdsl.data.mistakes import mistake

FORMAT = "Parquet"


def read_parquet(content: bytes, name: str) -> Table:
    """A table from the bytes of a Parquet file; nulls are missing cells.

    An index that pandas stored without a name is left out.

    Raises
    ------
    HdslError
        HB472 for a damaged file, HB488 where pyarrow is not installed, HB453 for one that does not
        fit in memory, HB458 for names, HB460 where there are no rows, HB467 for what is no data.
    """
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise not_installed(name, FORMAT, "pyarrow") from None
    with reading(name, FORMAT):
        file = parquet.ParquetFile(io.BytesIO(content))
        groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
        check_room(name, sum(group.total_byte_size for group in groups))
        check_room(name, file.metadata.num_rows * file.metadata.num_columns * 8)
        table = file.read(use_threads=False)
        names = [n for n in table.column_names if not n.startswith("__index_level_")]
        if len(set(names)) < len(names):
            raise _twice(name, next(n for n in names if names.count(n) > 1))
        columns = {column: _values(table.column(column)) for column in names}
        return table_from_columns(columns, name, fingerprint_bytes(content))


def _values(column: Any) -> Any:
    """A column as an array, or as a list where its cells are lists."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pyarrow.types.is_nested(kind) or pyarrow.types.is_decimal(kind):
        return column.to_pylist()
    if column.null_count and (pyarrow.types.is_integer(kind) or pyarrow.types.is_boolean(kind)):
        filled = np.asarray(column.fill_null(False if kind == pyarrow.bool_() else 0))
        return np.ma.MaskedArray(filled, np.asarray(column.is_null()))
    return column.to_numpy()


def _twice(name: str, column: str) -> Exception:
    return mistake(
        "HB458",
        f"`{name}` has more than one column `{column}`",
        cause="columns are found by their names",
        help="give each column a name of its own",
    )
