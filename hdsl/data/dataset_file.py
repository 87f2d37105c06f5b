"""Reading netCDF files and Zarr stores, by xarray: named arrays with named dimensions."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from hdsl.data.fields import Field, Table
from hdsl.data.fingerprint import fingerprint_bytes
from hdsl.data.foreign import check_room, damaged, not_installed, reading
from hdsl.data.from_python import field_from_python
from hdsl.data.zarr_store import check_codecs, fingerprint_store

CLASSIC, HDF5 = b"CDF", b"\x89HDF\r\n\x1a\n"


class Arrays(Mapping[str, Field]):
    """The arrays of a dataset as fields; each is read when it is asked for."""

    def __init__(self, dataset: Any, name: str, format: str) -> None:
        self._arrays = {str(key): dataset[key] for key in (*dataset.coords, *dataset.data_vars)}
        self._name, self._format = name, format
        self._read: dict[str, Field] = {}

    def __getitem__(self, key: str) -> Field:
        if key not in self._read:
            array = self._arrays[key]
            check_room(self._name, array.size * 8)
            with reading(self._name, self._format):
                self._read[key] = field_from_python(key, array.load())
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the arrays."""
        return frozenset(self._arrays)

    def __contains__(self, key: object) -> bool:
        return key in self.names


def read_netcdf(content: bytes, name: str) -> Table:
    """The variables of the root group of a netCDF file, of the classic form or of netCDF 4.

    Coordinates are labels; what the conventions call fill values is missing, packed values are
    unpacked, and times become texts such as ``2014-02-18``. Links to other files are not followed.

    Raises
    ------
    HdslError
        HB472 for a damaged file, or one that leads to others.
    """
    format = "netCDF"
    with reading(name, format):
        if content.startswith(CLASSIC):
            engine = "scipy"
        elif content.startswith(HDF5):
            engine = "h5netcdf"
            _check_links(content, name)
        else:
            raise damaged(name, format, "its first bytes are not those of a netCDF file")
        dataset = _opened(io.BytesIO(content), engine=engine)
        return Table(name, Arrays(dataset, name, format), False, None, fingerprint_bytes(content))


def read_zarr(path: Path) -> Table:
    """The arrays of the root group of a Zarr store in a folder, of format 2 or 3.

    Raises
    ------
    HdslError
        HB472 for a damaged store, or one with codecs that could run code, HB488 where zarr is not
        installed.
    """
    name, format = path.name, "Zarr"
    try:
        import zarr as zarr
    except ImportError:
        raise not_installed(name, format, "zarr") from None
    with reading(name, format, str(path)):
        check_codecs(path)
        dataset = _opened(str(path), engine="zarr", consolidated=False)
        return Table(name, Arrays(dataset, name, format), False, None, fingerprint_store(path))


def _opened(source: Any, **how: Any) -> Any:
    import xarray

    try:
        return xarray.open_dataset(source, decode_timedelta=False, **how)
    except ValueError:  # a calendar that only another package knows: its numbers stay numbers
        if hasattr(source, "seek"):
            source.seek(0)
        return xarray.open_dataset(source, decode_times=False, **how)


def _check_links(content: bytes, name: str) -> None:
    """Refuse an HDF5 file that would make the library open another one."""
    import h5py

    with h5py.File(io.BytesIO(content), "r") as file:
        for key in file:
            link = file.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise damaged(name, "netCDF", f"`{key}` leads to another file")
            found = file.get(key)
            if isinstance(found, h5py.Dataset) and (found.external or found.is_virtual):
                raise damaged(name, "netCDF", f"the values of `{key}` lie in another file")
