from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import h5netcdf
import numpy as np
import pytest
import xarray
from arviz_base import convert_to_datatree

from hdsl.diagnostics import HdslError
from hdsl.results import Fit, RunFacts, Variable, open_fit

SHAPE = (4, 500)


@pytest.fixture(scope="module")
def rich_fit(fits: SimpleNamespace) -> Fit:
    """A fit with all that a file must keep."""
    rng = np.random.default_rng(3)
    coords = {
        "day": fits.DAYS,
        "site": ("St. Louis", "Zürich/W"),
        "site'": ("St. Louis", "Zürich/W"),
        "year": (1990, 1991, 1995),
        "radius": (5.0, 7.5),
        "mixed": ("60+", 1, 2.5),
        "unused": ("a", "b"),
        "none": (),
        "draw": (1, 2),
    }
    variables = (
        *fits.variables().values(),
        Variable("K", rng.normal(size=(*SHAPE, 2, 2)), ("site", "site'"), role="derived"),
        Variable("above", rng.random((*SHAPE, 2)) < 0.5, ("radius",), role="derived"),
        Variable("θ_count", rng.integers(0, 9, size=(*SHAPE, 3)), ("year",), role="derived"),
        Variable("empty", np.zeros((*SHAPE, 0)), ("none",), role="derived"),
        Variable("lottery", rng.normal(size=(*SHAPE, 2)), ("draw",), role="prediction"),
        Variable("broken", np.full(SHAPE, np.nan), role="derived"),
    )
    stats = {"diverging": np.zeros(SHAPE, dtype=bool), "lp": rng.normal(size=SHAPE)}
    return Fit(
        variables,
        coords,
        stats,
        observed_data={"y": (("day",), rng.normal(size=20))},
        constant_data={
            "day": (("site",), np.array(["2014-03-01", "2014-03-02"])),
            "n": ((), np.array(3)),
            "m": (("mixed",), np.array([True, False, True])),
        },
        log_likelihood={"y": (("day",), rng.normal(size=(*SHAPE, 20)))},
        facts=RunFacts(
            model_text=fits.MODEL + "# ü\n" * 20000,
            model_name="days.hbm",
            seed=2**70,
            plan_text="drawn by hand",
            plan_json='{"rules": []}',
            data_fingerprint={"y": "abc"},
            versions={"hdsl": "0.1.0"},
            timings={"sample": 1.5},
            settings={"num_warmup": 1000, "without": ("collapse",)},
            max_tree_depth=12,
            direct=True,
        ),
    )


@pytest.fixture(scope="module")
def file(rich_fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_fit.save(tmp_path_factory.mktemp("run"))


def code_of(path: Path) -> str:
    with pytest.raises(HdslError) as caught:
        open_fit(path)
    return caught.value.diagnostics[0].code


def test_a_fit_equals_its_saved_self(rich_fit: Fit, file: Path) -> None:
    assert file.name == "fit.nc"
    for place in (file, file.parent, str(file)):
        again = open_fit(place)
        assert again == rich_fit
        assert repr(again) == repr(rich_fit)
        assert [type(label) for label in again.coords["year"]] == [int] * 3
        assert again.coords["mixed"] == ("60+", 1, 2.5)


@pytest.mark.parametrize(
    "change",
    [
        lambda fit: {"coords": {**fit.coords, "unused": ("a", "c")}},
        lambda fit: {"variables": fit.variables[1:]},
        lambda fit: {"variables": (replace(fit.variables[0], span=None), *fit.variables[1:])},
        lambda fit: {
            "variables": (replace(fit.variables[0], values=np.ones(SHAPE)), *fit.variables[1:])
        },
        lambda fit: {"sample_stats": {}},
        lambda fit: {"facts": replace(fit.facts, seed=1)},
        lambda fit: {"observed_data": {"y": (("day",), np.zeros(20))}},
    ],
)
def test_other_fits_are_not_equal(rich_fit: Fit, change) -> None:
    assert replace(rich_fit, **change(rich_fit)) != rich_fit


def test_xarray_reads_the_file_as_the_fit_itself(rich_fit: Fit, file: Path) -> None:
    with xarray.open_datatree(file) as tree:
        tree.load()
        own = rich_fit.to_datatree()
        assert set(tree.children) == set(own.children)
        for name in own.children:
            xarray.testing.assert_equal(tree[name].to_dataset(), own[name].to_dataset())
        K = tree["posterior"]["K"]
        assert K.dims == ("chain", "draw", "site", "site'")
        assert (
            float(K.sel({"chain": 1, "draw": 7, "site": "Zürich/W", "site'": "St. Louis"}))
            == (rich_fit.variables[5].values[1, 7, 1, 0])
        )
        assert tree["posterior"]["above"].dtype == bool
        assert tree["posterior"]["tau"].attrs["description"] == "the spread"
    with xarray.open_dataset(file, group="posterior") as posterior:
        assert list(posterior["day"].values) == list(rich_fit.coords["day"])


def test_arviz_reads_the_file(rich_fit: Fit, file: Path) -> None:
    tree = convert_to_datatree(str(file))
    assert tree["posterior"]["theta"].sizes == {"chain": 4, "draw": 500, "day": 20}
    assert {"posterior_predictive", "observed_data", "log_likelihood"} <= set(tree.children)
    tree.close()


def test_names_that_two_things_bear_are_told_apart(rich_fit: Fit) -> None:
    constants = rich_fit.dataset("constant_data")
    assert list(constants["day_of_site"].values) == ["2014-03-01", "2014-03-02"]
    assert rich_fit.predictions["lottery"].dims == ("chain", "draw", "draw_")


def test_whole_numbers_that_were_read_from_a_file_are_whole_labels(rich_fit: Fit) -> None:
    """Tables hold floating-point numbers, but nobody looks for year 1990.0."""
    coords = {**rich_fit.coords, "year": (1990.0, 1991.0, 1995.0)}
    posterior = replace(rich_fit, coords=coords).to_datatree()["posterior"]
    assert [str(year) for year in posterior["year"].values] == ["1990", "1991", "1995"]
    assert posterior["radius"].dtype == float


def test_groups_as_datasets(fits: SimpleNamespace) -> None:
    fit = fits.make(sample_stats={"lp": np.zeros(SHAPE)})
    assert set(fit.posterior.data_vars) == {"tau", "theta", "twice"}
    assert set(fit.predictions.data_vars) == {"next"}
    assert fit.posterior_predictive["y"].dims == ("chain", "draw", "day")
    assert fit.sample_stats_dataset["lp"].shape == SHAPE
    assert len(fit.dataset("log_likelihood").data_vars) == 0


def test_a_fit_without_draws_can_be_saved(tmp_path: Path) -> None:
    Fit(()).save(tmp_path)
    assert open_fit(tmp_path) == Fit(())


def test_where_a_fit_is_saved(fits: SimpleNamespace, tmp_path: Path) -> None:
    fit = fits.make()
    assert fit.save(tmp_path / "runs" / "one") == tmp_path / "runs" / "one" / "fit.nc"
    assert fit.save(tmp_path / "mine.nc") == tmp_path / "mine.nc"
    assert fits.make(facts=RunFacts(seed=8)).save(tmp_path / "mine.nc").is_file()
    assert open_fit(tmp_path / "mine.nc").facts.seed == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.nc", "runs"]


def test_a_failure_leaves_the_older_file_alone(
    fits: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits.make().save(tmp_path)
    before = (tmp_path / "fit.nc").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(HdslError) as caught:
        fits.make(facts=RunFacts(seed=8)).save(tmp_path)
    assert caught.value.diagnostics[0].code == "HB573"
    assert "No space left" in caught.value.diagnostics[0].cause
    assert [path.name for path in tmp_path.iterdir()] == ["fit.nc"]
    assert (tmp_path / "fit.nc").read_bytes() == before


def test_a_place_that_is_no_folder(fits: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HdslError) as caught:
        fits.make().save(tmp_path / "file" / "fit.nc")
    assert caught.value.diagnostics[0].code == "HB573"


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "HB570"
    assert code_of(tmp_path / "nowhere.nc") == "HB570"
    (tmp_path / "text.nc").write_text("not a fit")
    assert code_of(tmp_path / "text.nc") == "HB571"
    (tmp_path / "empty.nc").write_bytes(b"")
    assert code_of(tmp_path / "empty.nc") == "HB571"
    xarray.Dataset({"x": 1.0}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    assert code_of(tmp_path / "other.nc") == "HB571"


def test_a_file_of_a_newer_format(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "newer.nc"
    copy.write_bytes(file.read_bytes())
    with h5netcdf.File(copy, "a") as root:
        root.attrs["format_version"] = "2"
    with pytest.raises(HdslError, match="newer"):
        open_fit(copy)


def test_a_changed_value_is_noticed(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "changed.nc"
    copy.write_bytes(file.read_bytes())
    with h5netcdf.File(copy, "a") as root:
        root["posterior"].variables["tau"][0, 0] = 12.0
    assert code_of(copy) == "HB572"


@pytest.mark.parametrize("kept", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short(file: Path, tmp_path: Path, kept: float) -> None:
    content = file.read_bytes()
    (tmp_path / "cut.nc").write_bytes(content[: int(kept * len(content))])
    assert code_of(tmp_path / "cut.nc") == "HB572"


def test_bytes_that_were_overwritten(file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    rng, whole = np.random.default_rng(11), open_fit(file)
    for trial in range(10):
        place = int(rng.integers(8, len(content) - 400))
        broken = content[:place] + rng.bytes(400) + content[place + 400 :]
        (tmp_path / f"{trial}.nc").write_bytes(broken)
        try:
            found = open_fit(tmp_path / f"{trial}.nc")
        except HdslError:
            continue
        assert found == whole
