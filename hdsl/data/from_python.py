"""Values handed over in Python: numbers, lists, arrays, and whole data frames.

pandas, polars and xarray are never imported here: their objects are known by what they can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.data.cells import Cells, read_scalars
from hdsl.data.fields import ArrayPlaces, Field, LabelTuple, Places, RowPlaces, Table
from hdsl.data.fingerprint import fingerprint_fields
from hdsl.data.json_file import table_from_records
from hdsl.data.mistakes import mistake, shown
from hdsl.data.nested import field_from_nested
from hdsl.data.plain import numeric_cells, plain_array, plain_node, unusable


def table_from_python(data: Any, name: str = "data") -> Table:
    """Named fields from a dict, a data frame, an xarray Dataset, or a list of dicts.

    A dict gives one field a key, each read by `field_from_python`. A data frame (pandas or
    polars), a structured array and a list of dicts give a table with rows. The index of a pandas
    frame labels the rows if it has a name or holds texts, and is a column too if it has a name;
    an unnamed index of numbers is taken for what filtering left over, and counts for nothing.

    Parameters
    ----------
    data
        The data; a `Table` is handed back as it is.
    name
        What messages call it.

    Raises
    ------
    HdslError
        HB467 for what is no data, HB458 for names that are no texts or come twice.
    """
    if isinstance(data, Table):
        return data
    if _is_dataset(data):  # which is a mapping too, but one that leaves its coordinates out
        return table_from_python({**data.coords, **data.data_vars}, name)
    if isinstance(data, Mapping):
        return _table(name, {_name(k): field_from_python(_name(k), v) for k, v in data.items()})
    if _is_pandas_frame(data):
        return _from_frame(data, name)
    if _is_polars_frame(data):
        return _from_columns(data.to_dict(as_series=False), name, None)
    if isinstance(data, np.ndarray) and data.dtype.names and data.ndim == 1:
        return _from_columns({key: data[key] for key in data.dtype.names}, name, None)
    if isinstance(data, list | tuple) and data and all(isinstance(x, Mapping) for x in data):
        return _from_records(data, name)
    raise mistake(
        "HB467",
        f"`{name}` can't be data: it is {unusable(data)}",
        cause="data are named: a dict from names to values, a data frame, an xarray Dataset or "
        "a list of dicts",
        help=f"write `{{'y': …}}`, with the name that the model gives to `{name}`"
        if name != "data"
        else "write `data={'y': …}`, with the names of the model's data",
    )


def field_from_python(name: str, value: Any) -> Field:
    """One field from a Python value.

    Parameters
    ----------
    name
        The field's name.
    value
        A number, truth value, text or date; nested lists or tuples, whose short rows end in missing
        cells; an array (a masked one too); a dict, whose keys are labels; a pandas Series, Index,
        Categorical or DataFrame; a polars Series; an xarray DataArray. None, nan, NaT and NA are
        missing. Dates become texts such as ``2014-02-18``.

    Raises
    ------
    HdslError
        HB467 for a value that is none of these; HB464 or HB466 if its levels make no array.
    """
    if isinstance(value, Field):
        return value
    if _is_data_array(value):
        return _from_data_array(name, value)
    if _is_pandas_frame(value):
        labels = (_index_labels(name, value.index), _index_labels(name, value.columns))
        return _from_array(name, _frame_array(name, value), labels)
    if _is_pandas_series(value):
        return _from_array(name, plain_array(name, value), (_index_labels(name, value.index),))
    if _is_polars_series(value):
        value = value.to_list()
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "__array__"):
        return _from_array(name, plain_array(name, value), None)
    return field_from_nested(name, value, lambda node: plain_node(name, node))


def _table(name: str, fields: dict[str, Field]) -> Table:
    return Table(name, fields, False, None, fingerprint_fields(fields.values()))


def _name(key: object) -> str:
    if isinstance(key, str) and key.strip():
        return key
    raise mistake(
        "HB458",
        f"data are given under {shown(repr(key))}, which is not a name",
        cause="data are found by their names, which are texts",
        help="write `{'y': …}`, with the name in quotes",
    )


def _from_frame(frame: Any, name: str) -> Table:
    columns: dict[str, Any] = {}
    for position, column in enumerate(frame.columns):
        key = str(column)
        if key in columns:
            raise _twice(key, name)
        columns[key] = frame.iloc[:, position]
    index = frame.index
    own_name = None if getattr(index, "name", None) is None else str(index.name)
    labels = _index_labels(name, index)
    if own_name is None and not (labels and isinstance(labels[0], str)):
        labels = None
    if own_name is not None and own_name not in columns:
        columns = {own_name: index, **columns}
    return _from_columns(columns, name, labels)


def _from_columns(columns: Mapping[str, Any], name: str, labels: LabelTuple | None) -> Table:
    return table_from_columns(columns, name, None, labels)


def table_from_columns(
    columns: Mapping[str, Any],
    name: str,
    fingerprint: str | None,
    labels: LabelTuple | None = None,
) -> Table:
    """A table from columns of one length: arrays, or lists of anything.

    Raises
    ------
    HdslError
        HB460 where there are no rows, HB467 for what is no data.
    """
    size = max((len(column) for column in columns.values()), default=0)
    if not size:
        raise mistake(
            "HB460",
            f"`{name}` has no rows of data",
            cause="a table without rows says nothing about any variable",
            help="check the step that made the table; did a filter drop all rows?",
        )
    rows = np.arange(1, size + 1, dtype=np.int64)
    fields: dict[str, Field] = {}
    for key, column in columns.items():
        values = column if isinstance(column, list) else plain_array(key, column)
        if isinstance(values, list):
            fields[key] = field_from_nested(
                key, values, lambda node, key=key: plain_node(key, node), RowPlaces(key, rows)
            )
        else:
            own = (labels, *(None,) * (values.ndim - 1))
            fields[key] = _from_array(key, values, own, RowPlaces(key, rows))
    known = fingerprint_fields(fields.values()) if fingerprint is None else fingerprint
    return Table(name, fields, True, rows, known)


def _from_records(records: Any, name: str) -> Table:
    plain = [{_name(k): plain_node(str(k), v) for k, v in record.items()} for record in records]
    table = table_from_records(plain, name, "")
    return Table(name, table.fields, True, table.rows, fingerprint_fields(table.fields.values()))


def _from_data_array(name: str, array: Any) -> Field:
    dims = tuple(str(dim) for dim in array.dims)
    labels: list[LabelTuple | None] = []
    for dim in array.dims:
        has_labels = dim in array.coords and array.coords[dim].ndim == 1
        labels.append(_labels(name, array.coords[dim].values) if has_labels else None)
    field = _from_array(name, plain_array(name, array.values), tuple(labels))
    return Field(
        name,
        field.values,
        field.missing,
        field.kind,
        field.labels,
        field.places,
        dims=dims,
        first_text=field.first_text,
    )


def _from_array(
    name: str,
    array: NDArray[Any],
    labels: tuple[LabelTuple | None, ...] | None,
    places: Places | None = None,
) -> Field:
    """A field from an array of numbers, or one of objects that may be anything."""
    labels = (None,) * array.ndim if labels is None else labels
    cells = numeric_cells(array)
    if cells is None:
        leaves = [plain_node(name, leaf) for leaf in array.ravel().tolist()]
        if any(isinstance(leaf, list | dict) for leaf in leaves):
            nested = field_from_nested(
                name, array.tolist(), lambda node: plain_node(name, node), places
            )
            return nested
        cells = _reshaped(read_scalars(leaves), array.shape)
    first = None
    if cells.first_text is not None:
        first = tuple(int(i) for i in np.unravel_index(cells.first_text, array.shape))
    return Field(
        name,
        cells.values,
        cells.missing,
        cells.kind,
        labels,
        places if places is not None else ArrayPlaces(name, labels),
        first_text=first,
    )


def _reshaped(cells: Cells, shape: tuple[int, ...]) -> Cells:
    return Cells(
        cells.values.reshape(shape), cells.missing.reshape(shape), cells.kind, cells.first_text
    )


def _frame_array(name: str, frame: Any) -> NDArray[Any]:
    columns = [plain_array(name, frame.iloc[:, i]) for i in range(frame.shape[1])]
    if not columns:
        return np.empty((frame.shape[0], 0))
    if all(column.dtype.kind in "biuf" for column in columns):
        return np.stack(columns, axis=1)
    stacked = np.empty((frame.shape[0], len(columns)), dtype=object)
    for i, column in enumerate(columns):
        stacked[:, i] = column.tolist()
    return stacked


def _index_labels(name: str, index: Any) -> LabelTuple | None:
    """Labels from a pandas index; None where it only counts the rows from 0."""
    if getattr(index, "nlevels", 1) > 1:
        raise mistake(
            "HB467",
            f"`{name}` has an index of several levels",
            cause="a label is one number or one text",
            help="turn the levels into columns with `reset_index()`",
        )
    labels = _labels(name, index)
    counts = labels == tuple(map(float, range(len(labels))))
    return None if counts and getattr(index, "name", None) is None else labels


def _labels(name: str, values: Any) -> LabelTuple:
    field = _from_array(name, plain_array(name, values), None)
    if field.missing.any():
        raise mistake(
            "HB467",
            f"label {int(np.flatnonzero(field.missing)[0]) + 1} of `{name}` is missing",
            cause="the labels of an axis are numbers or texts, one for each position",
            help="drop the element, or give it a label",
        )
    return tuple(field.values.tolist())


def _twice(key: str, name: str) -> Exception:
    return mistake(
        "HB458",
        f"`{name}` has more than one column {shown(key)}",
        cause="columns are found by their names",
        help="give each column a name of its own",
    )


def _is_pandas_frame(value: Any) -> bool:
    return all(hasattr(value, a) for a in ("iloc", "index", "columns", "dtypes"))


def _is_pandas_series(value: Any) -> bool:
    return all(hasattr(value, a) for a in ("iloc", "index", "dtype")) and value.ndim == 1


def _is_polars_frame(value: Any) -> bool:
    return all(hasattr(value, a) for a in ("get_columns", "to_dict", "schema"))


def _is_polars_series(value: Any) -> bool:
    return all(hasattr(value, a) for a in ("to_list", "null_count", "dtype"))


def _is_dataset(value: Any) -> bool:
    return all(hasattr(value, a) for a in ("data_vars", "coords", "dims"))


def _is_data_array(value: Any) -> bool:
    return all(hasattr(value, a) for a in ("coords", "dims", "values")) and hasattr(value, "dtype")
