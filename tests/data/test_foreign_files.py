"""Parquet, netCDF and Zarr."""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import xarray

from hdsl.data import locate, read_table
from hdsl.data.zarr_store import check_codecs
from hdsl.diagnostics import Diagnostic, HdslError
from tests.model.binding import bound, one_mistake

DATASET = xarray.Dataset(
    {"y": (("t", "site"), np.array([[1, 2, 3], [4, np.nan, 6.0]])), "h": ("site", [1, 2, 3])},
    coords={"site": ["A", "B", "C"], "t": [2000, 2001]},
)
FILES = ("a.nc", "classic.nc", "two.zarr", "three.zarr")


def mistake_in(path: Path) -> Diagnostic:
    with pytest.raises(HdslError) as caught:
        read_all(path)
    (found,) = caught.value.diagnostics
    return found


def read_all(path: Path) -> None:
    for field in read_table(locate(path.name, path.parent)).fields.values():
        assert field.values.shape == field.missing.shape


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        DATASET.to_netcdf(folder / "a.nc", engine="h5netcdf")
        DATASET.to_netcdf(folder / "classic.nc", engine="scipy")
        DATASET.to_zarr(folder / "two.zarr", zarr_format=2)
        DATASET.to_zarr(folder / "three.zarr", zarr_format=3)
    return folder


# --- Parquet ------------------------------------------------------------------------------------


def parquet(tmp_path: Path, **columns: Any) -> Path:
    pandas.DataFrame(columns).to_parquet(tmp_path / "a.parquet")
    return tmp_path


def test_columns_of_a_parquet_file(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "n": [1, 2, 3],
        "k": pandas.array([1, None, 2], dtype="Int64"),
        "ok": pandas.array([True, None, False], dtype="boolean"),
        "word": ["a", None, "b"],
        "kind": pandas.Categorical(["x", "y", "x"]),
        "when": pandas.to_datetime(["2020-01-01", None, "2020-01-03"]),
        "x": [0.5, np.nan, 2],
    }
    fields = read_table(parquet(tmp_path, **columns) / "a.parquet").fields
    assert list(fields) == list(columns)
    kinds = {name: field.kind for name, field in fields.items()}
    assert kinds == {
        "n": "integer", "k": "integer", "ok": "bool", "word": "text", "kind": "text",
        "when": "text", "x": "number",
    }  # fmt: skip
    for name in ("k", "ok", "word", "when", "x"):
        assert fields[name].missing.tolist() == [False, True, False]
    assert fields["when"].values[0] == "2020-01-01"
    assert fields["kind"].values.tolist() == ["x", "y", "x"]
    assert fields["k"].place((1,)) == "row 2, column `k`"


def test_a_parquet_file_is_a_table(tmp_path: Path) -> None:
    folder = parquet(tmp_path, bag=["a", "b", "c"], n=[1, 2, 3])
    text = 'data "bag" as bag, n[bag] from "a.parquet" where n > 1\nn[bag] ~ Normal(0, 1)\n'
    found = bound(text, folder=folder)
    assert list(found.sets["bag"].labels) == ["b", "c"]
    assert found.values["n"].array.tolist() == [2, 3]


def test_lists_in_a_parquet_column_are_a_second_index(tmp_path: Path) -> None:
    folder = parquet(tmp_path, x=[[1, 2], [3, 4]])
    found = bound('data x[i, j] from "a.parquet"\nx[i, j] ~ Normal(0, 1)\n', folder=folder)
    assert found.values["x"].array.tolist() == [[1, 2], [3, 4]]


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    content = (parquet(tmp_path, n=list(range(100))) / "a.parquet").read_bytes()
    for number in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[number] ^= 0xFF
        (tmp_path / "b.parquet").write_bytes(bytes(damaged))
        with contextlib.suppress(HdslError):
            read_all(tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(content[:50])
    assert mistake_in(tmp_path / "c.parquet").code == "HB472"


@pytest.mark.parametrize(
    ("package", "file"), [("pyarrow.parquet", "a.parquet"), ("zarr", "two.zarr")]
)
def test_a_missing_package_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, file: str
) -> None:
    parquet(tmp_path, n=[1])
    monkeypatch.setitem(sys.modules, package, None)
    where = folder if file == "two.zarr" else tmp_path
    found = mistake_in(where / file)
    assert found.code == "HB488"
    assert "pip install 'hdsl[" in found.help


# --- netCDF and Zarr ----------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("axes", ["t, site", "site, t"])
def test_arrays_are_laid_out_by_the_names_of_dimensions(folder: Path, file: str, axes: str) -> None:
    text = f'data y[{axes}], h[site] from "{file}"\ny[{axes}] ~ Normal(h[site], 1)\n'
    found = bound(text, folder=folder)
    assert list(found.sets["site"].labels) == ["A", "B", "C"]
    assert list(found.sets["t"].labels) == [2000, 2001]
    at = (1, 2) if axes == "t, site" else (2, 1)
    assert found.values["y"].array[at] == 6
    assert found.missing["y"].sum() == 1


@pytest.mark.parametrize("file", FILES)
def test_a_dimension_may_have_another_name_in_the_model(folder: Path, file: str) -> None:
    text = f'data "y" as x[i, t] from "{file}"\nx[i, t] ~ Normal(0, 1)\n'
    found = bound(text, folder=folder)
    assert list(found.sets["i"].labels) == ["A", "B", "C"]
    assert found.values["x"].array.shape == (3, 2)


def test_a_label_column_names_what_has_no_coordinates(tmp_path: Path) -> None:
    dataset = xarray.Dataset({"y": ("i", [1.0, 2]), "name": ("i", ["north", "south"])})
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    found = bound('data "name" as i, y[i] from "a.nc"\ny[i] ~ Normal(0, 1)\n', folder=tmp_path)
    assert list(found.sets["i"].labels) == ["north", "south"]


def test_an_array_that_is_not_there_lists_those_that_are(folder: Path) -> None:
    found = one_mistake('data z[site] from "a.nc"\nz[site] ~ Normal(0, 1)\n', folder=folder)
    assert found.code == "HB470"
    assert "`y`" in found.cause


@pytest.mark.parametrize("file", ["a.nc", "classic.nc"])
def test_a_damaged_netcdf_file(folder: Path, tmp_path: Path, file: str) -> None:
    content = (folder / file).read_bytes()
    (tmp_path / file).write_bytes(content[: len(content) // 3])
    assert mistake_in(tmp_path / file).code == "HB472"
    (tmp_path / file).write_bytes(b"y\n1\n2\n")
    assert "first bytes" in mistake_in(tmp_path / file).cause


def test_an_hdf5_file_leads_to_no_other(tmp_path: Path) -> None:
    import h5py

    (tmp_path / "secret").write_bytes(b"abcdefgh")
    with h5py.File(tmp_path / "link.nc", "w") as file:
        file["h"] = h5py.ExternalLink("/etc/other.nc", "/h")
    with h5py.File(tmp_path / "raw.nc", "w") as file:
        file.create_dataset("h", (8,), "u1", external=[(str(tmp_path / "secret"), 0, 8)])
    with h5py.File(tmp_path / "virtual.nc", "w") as file:
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "a.nc"), "h", (3,))
        file.create_virtual_dataset("h", layout)
    for name in ("link.nc", "raw.nc", "virtual.nc"):
        found = mistake_in(tmp_path / name)
        assert found.code == "HB472"
        assert "another file" in found.cause


def test_a_netcdf_array_larger_than_the_memory_is_refused(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.nc", "w") as file:
        file.create_dataset("h", (2**50,), "f8", chunks=(2**20,))
    assert mistake_in(tmp_path / "a.nc").code == "HB453"


def test_a_zarr_store_runs_no_code(tmp_path: Path) -> None:
    store = tmp_path / "a.zarr"
    xarray.Dataset({"h": ("i", [1.0, 2])}).to_zarr(store, zarr_format=2, consolidated=False)
    check_codecs(store)
    place = store / "h" / ".zarray"
    metadata = json.loads(place.read_text())
    for filters in ([{"id": "pickle"}], [{"id": "delta", "dtype": "<f8"}, {"id": "msgpack2"}]):
        place.write_text(json.dumps(metadata | {"filters": filters}))
        found = mistake_in(store)
        assert found.code == "HB472"
        assert filters[-1]["id"] in found.cause


def test_a_zarr_store_stays_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    model = tmp_path / "model"
    store = model / "a.zarr"
    (store / "h").mkdir(parents=True)
    (store / "h" / "c").symlink_to(tmp_path / "outside")
    with pytest.raises(HdslError) as caught:
        locate("a.zarr", model)
    assert caught.value.diagnostics[0].code == "HB452"
    assert "symbolic link" in caught.value.diagnostics[0].cause


def test_a_folder_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "a.zarr").mkdir()
    found = mistake_in(tmp_path / "a.zarr")
    assert found.code == "HB472"
    assert str(tmp_path) not in found.cause
