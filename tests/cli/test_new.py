"""``hdsl new``: what it writes runs as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Hdsl

HOMES = """\
home,county,log radon,floor,if
1,AITKIN,0.8,1,0
2,AITKIN,0.9,0,1
3,ANOKA,1.1,0,0
4,ANOKA,0.0,0,1
"""
TREES = "species,alive\noak,1\nash,0\nelm,1\n"


def test_a_new_model_runs_and_is_canonical(hdsl: Hdsl, folder: Path) -> None:
    assert hdsl("new", "first.hbm").code == 0
    assert hdsl("check", "first.hbm").out.endswith("\nfirst.hbm: no mistakes\n")
    assert hdsl("fmt", "--check", "first.hbm").code == 0
    assert hdsl("run", "first.hbm", "--seed", "1", "--quiet").code == 0


@pytest.mark.parametrize(
    ("data", "declared", "observed"),
    [
        (
            HOMES,
            'data "home" as row, county[row] : county, "log radon" as log_radon[row], floor[row], '
            '"if" as column_if[row]',
            "log_radon[row] ~ Normal(mu, sigma)",
        ),
        (TREES, 'data "species" as row, alive[row]', "alive[row] ~ Bernoulli(p)"),
    ],
)
def test_the_columns_of_a_file_are_declared(
    hdsl: Hdsl, folder: Path, data: str, declared: str, observed: str
) -> None:
    (folder / "table.csv").write_text(data)
    assert hdsl("new", "table.hbm", "--data", "table.csv").code == 0
    text = " ".join((folder / "table.hbm").read_text().split())
    assert declared in text
    assert observed in text
    assert hdsl("check", "table.hbm").out.endswith("\ntable.hbm: no mistakes\n")
    assert hdsl("fmt", "--check", "table.hbm").code == 0


def test_a_file_that_is_there_is_not_written_over(hdsl: Hdsl, folder: Path) -> None:
    before = (folder / "wrong.hbm").read_text()
    ended = hdsl("new", "wrong.hbm", "--format", "json")
    assert (ended.code, ended.codes) == (1, ["HB584"])
    assert (folder / "wrong.hbm").read_text() == before


def test_a_folder_that_is_not_there(hdsl: Hdsl) -> None:
    assert hdsl("new", "nowhere/model.hbm", "--format", "json").codes == ["HB584"]


def test_data_that_are_not_there(hdsl: Hdsl, folder: Path) -> None:
    assert hdsl("new", "m.hbm", "--data", "nothing.csv", "--format", "json").codes == ["HB451"]
    assert not (folder / "m.hbm").exists()


def test_data_may_be_named_from_the_working_folder(hdsl: Hdsl, folder: Path) -> None:
    (folder / "study").mkdir()
    (folder / "study" / "trees.csv").write_text(TREES)
    assert hdsl("new", "study/trees.hbm", "--data", "study/trees.csv").code == 0
    assert 'from "trees.csv"' in (folder / "study" / "trees.hbm").read_text()
