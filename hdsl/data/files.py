"""Which reader reads which file."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from hdsl.data.csv_file import read_csv
from hdsl.data.fields import Table
from hdsl.data.json_file import read_json
from hdsl.data.mistakes import mistake
from hdsl.data.paths import read_bytes

TEXT = (".csv", ".tsv", ".tab")
PARQUET = (".parquet", ".pq")
NETCDF = (".nc", ".nc4", ".cdf")
READ = (*TEXT, ".json", *PARQUET, *NETCDF, ".zarr")
OTHERS = {
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".feather": "Feather",
    ".xlsx": "Excel",
    ".xls": "Excel",
    ".ods": "OpenDocument",
    ".fits": "FITS",
    ".gz": "compressed",
    ".zip": "compressed",
    ".bz2": "compressed",
    ".xz": "compressed",
}


def read_table(path: Path) -> Table:
    """The fields of a data file, whose format is told by its suffix.

    Parameters
    ----------
    path
        A file ending in ``.csv``, ``.tsv``, ``.tab``, ``.json``, ``.parquet``, ``.pq``, ``.nc``,
        ``.nc4`` or ``.cdf``, or a folder ending in ``.zarr`` (in any case).

    Raises
    ------
    HdslError
        HB454 or HB455 for other suffixes, HB451 to HB453 if the file can't be read, HB456 to HB466
        and HB472 if its contents are at fault, HB488 if a package is not installed.
    """
    suffix = path.suffix.casefold()
    check_suffix(path)
    if suffix == ".zarr":
        from hdsl.data.dataset_file import read_zarr

        return read_zarr(path)
    content = read_bytes(path)
    if suffix == ".json":
        return read_json(content, path.name)
    if suffix in PARQUET:
        from hdsl.data.parquet_file import read_parquet

        return read_parquet(content, path.name)
    if suffix in NETCDF:
        from hdsl.data.dataset_file import read_netcdf

        return read_netcdf(content, path.name)
    return read_csv(content, path.name, "," if suffix == ".csv" else "\t")


def check_suffix(path: Path) -> None:
    """Refuse what no reader reads, before anything is opened."""
    suffix = path.suffix.casefold()
    if suffix in READ:
        return
    if suffix in OTHERS:
        raise mistake(
            "HB454",
            f"`{path.name}`: {OTHERS[suffix]} files are not read",
            cause=f"data files are read if they end in {_listed(READ)}",
            help="save it as CSV; from Python, read it there and hand it over by `data={…}`",
        )
    near = get_close_matches(suffix, READ, n=1)
    raise mistake(
        "HB455",
        f"`{path.name}`: the name doesn't tell what kind of file it is",
        cause=f"a file is read as its ending says: one of {_listed(READ)}",
        help=f"did you mean `{near[0]}`?"
        if near and suffix
        else "rename it: `.csv` if its cells are separated by commas, `.tsv` if by tabs",
    )


def _listed(names: tuple[str, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"
