"""Fits as netCDF files, one group of the file for each group of the fit."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hdsl.diagnostics import Diagnostic, HdslError, arguments
from hdsl.results.groups import Entry, Group
from hdsl.results.variables import Array

FILE_NAME = "fit.nc"
FORMAT = "hdsl fit"
FORMAT_VERSION = 1


def file_to_write(path: str | os.PathLike[str]) -> Path:
    """`path` itself if it is, or is named like, a file; else ``fit.nc`` in that folder."""
    place = arguments.path("path", path)
    return place if place.suffix == ".nc" or os.path.isfile(place) else place / FILE_NAME


def write(path: Path, groups: Iterable[Group], attributes: Mapping[str, str]) -> None:
    """Write a file as a whole or not at all; an older one is replaced.

    Raises
    ------
    HdslError
        HB573 if the place can't be written to.
    """
    groups = tuple(groups)
    marks = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "content_digest": _digest(groups, attributes),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
        try:
            _write_file(draft, groups, {**marks, **attributes})
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise HdslError([_unwritable(path, error)]) from error


def read(path: str | os.PathLike[str]) -> tuple[tuple[Group, ...], dict[str, str]]:
    """The groups and the root attributes of a file, or of ``fit.nc`` in a folder.

    Raises
    ------
    HdslError
        HB570 if there is no file, HB571 if it isn't a fit, HB572 if it is damaged.
    """
    place = arguments.path("path", path)
    # Unlike those of `Path`, these are false too for a name that no file can have.
    file = place / FILE_NAME if os.path.isdir(place) else place
    if not os.path.isfile(file):
        raise HdslError([_missing(file)])
    _check_signature(file)
    try:
        groups, attributes = _read_file(file)
        whole = attributes.pop("content_digest", "") == _digest(groups, attributes)
    except HdslError:
        raise
    except Exception as error:
        # HDF5 reports damage by almost any type of error.
        raise HdslError([damaged(file)]) from error
    if not whole:
        raise HdslError([damaged(file)])
    return groups, attributes


def damaged(file: str | os.PathLike[str]) -> Diagnostic:
    """What is said about a fit that can't be read to its end."""
    return Diagnostic(
        "HB572",
        f"the fit `{os.fspath(file)}` is damaged",
        cause="a part of the file is missing, or its content is not what was saved",
        help="run the model again, or copy the file again from where it was made",
    )


def _write_file(file_name: Path, groups: tuple[Group, ...], attributes: Mapping[str, str]) -> None:
    import h5netcdf

    with h5netcdf.File(file_name, "w") as file:
        for key, text in attributes.items():
            file.attrs[key] = text
        for group in groups:
            place = file.create_group(group.name)
            place.dimensions = {axis.name: axis.values.size for axis in group.axes}
            for entry in (*group.axes, *group.entries):
                _write_entry(place, entry)


def _write_entry(place: Any, entry: Entry) -> None:
    import h5py

    values, attributes = entry.values, dict(entry.attributes)
    dtype: Any = values.dtype
    if values.dtype.kind == "b":
        # The mark by which xarray, too, knows that these bytes are truth values.
        values, dtype = values.astype(np.int8), np.dtype(np.int8)
        attributes["dtype"] = "bool"
    elif values.dtype.kind in "UO":
        values, dtype = values.astype(object), h5py.string_dtype()
    variable = place.create_variable(entry.name, entry.dims, dtype=dtype, data=values)
    for key, value in attributes.items():
        variable.attrs[key] = value


def _read_file(file: Path) -> tuple[tuple[Group, ...], dict[str, str]]:
    import h5netcdf

    with h5netcdf.File(file, "r") as root:
        attributes = {key: str(root.attrs[key]) for key in root.attrs}
        if attributes.pop("format", None) != FORMAT:
            raise HdslError([_foreign(file)])
        if int(attributes.pop("format_version")) > FORMAT_VERSION:
            raise HdslError([_newer(file)])
        return tuple(_read_group(name, root.groups[name]) for name in root.groups), attributes


def _read_group(name: str, place: Any) -> Group:
    found = {key: _read_entry(key, variable) for key, variable in place.variables.items()}
    axes = tuple(entry for entry in found.values() if entry.dims == (entry.name,))
    return Group(name, tuple(e for e in found.values() if e.dims != (e.name,)), axes)


def _read_entry(name: str, variable: Any) -> Entry:
    attributes = {key: variable.attrs[key] for key in variable.attrs}
    values = np.asarray(variable[...])
    if attributes.pop("dtype", None) == "bool":
        values = values.astype(np.bool_)
    elif values.dtype.kind in "SUO":
        values = _decoded(values)
    return Entry(name, tuple(variable.dimensions), values, attributes)


def _decoded(values: Array) -> Array:
    texts = [t.decode() if isinstance(t, bytes) else str(t) for t in values.ravel().tolist()]
    return np.array(texts, dtype=np.str_).reshape(values.shape)


def _digest(groups: Iterable[Group], attributes: Mapping[str, str]) -> str:
    seen = hashlib.blake2b(digest_size=16)
    for part in _digested(groups, attributes):
        seen.update(part)
        seen.update(b"\0")
    return seen.hexdigest()


def _digested(
    groups: Iterable[Group], attributes: Mapping[str, str]
) -> Iterator[bytes | memoryview]:
    for key in sorted(attributes):
        yield f"{key}={attributes[key]}".encode(errors="surrogateescape")
    for group in sorted(groups, key=lambda group: group.name):
        for entry in sorted((*group.entries, *group.axes), key=lambda entry: entry.name):
            yield f"{group.name}/{entry.name}{entry.dims}{entry.values.shape}".encode()
            yield _content(entry.values)


def _content(values: Array) -> bytes | memoryview:
    if values.dtype.kind in "UO":
        return "\0".join(map(str, values.ravel().tolist())).encode()
    return np.ascontiguousarray(values.reshape(-1)).view(np.uint8).data


def _check_signature(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise HdslError([_unreadable(file, error)]) from error
    if start != b"\x89HDF\r\n\x1a\n":
        raise HdslError([_foreign(file)])


def _missing(file: Path) -> Diagnostic:
    return Diagnostic(
        "HB570",
        f"there is no fit at `{file}`",
        cause=f"a fit is a netCDF file; in the folder of a run it is called `{FILE_NAME}`",
        help="fit the model with `hdsl run`, or give the folder of a finished run, as `model.run`",
    )


def _unreadable(file: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        "HB570",
        f"the fit `{file}` can't be opened",
        cause=f"the system says: {error.strerror}",
        help="look at the file's permissions",
    )


def _foreign(file: Path) -> Diagnostic:
    return Diagnostic(
        "HB571",
        f"`{file}` is not a fit of hdsl",
        cause="a fit is a netCDF-4 file that bears hdsl's mark; this one doesn't",
        help="give a file that `hdsl run` or `fit.save` wrote; xarray or ArviZ may open others",
    )


def _newer(file: Path) -> Diagnostic:
    return Diagnostic(
        "HB571",
        f"the fit `{file}` was written by a newer hdsl",
        cause=f"this hdsl knows the format of fits up to version {FORMAT_VERSION}",
        help="install a newer hdsl, or open the file with xarray",
    )


def _unwritable(path: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        "HB573",
        f"the fit can't be written to `{path}`",
        cause=f"the system says: {error.strerror or error}",
        help="save it to a folder that you may write to and that has room",
    )
