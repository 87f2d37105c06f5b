"""``hdsl simulate``."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Hdsl


def test_what_was_made_can_be_fitted(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("simulate", "from_file.hbm", "--seed", "3", "--out", "made.json")
    assert ended.code == 0
    made = json.loads((folder / "made.json").read_text())
    assert set(made) == {"x", "m"}
    assert len(made["x"]) == 4
    again = hdsl("run", "from_file.hbm", "--data", "made.json", "--seed", "1", "--quiet")
    assert again.code == 0


def test_a_summary_is_told(hdsl: Hdsl) -> None:
    ended = hdsl("simulate", "from_file.hbm", "--seed", "3", "--out", "made.json")
    first, *lines = ended.out.splitlines()
    assert first == "from_file.hbm: drawn from the prior; seed 3"
    assert lines[-1] == "wrote all of it to made.json"
    assert [line.split()[0] for line in lines if line][:-1] == ["data", *"i1234", "parameters", "m"]


def test_several_draws_go_to_standard_output(hdsl: Hdsl) -> None:
    ended = hdsl("simulate", "from_file.hbm", "--seed", "3", "--draws", "3", "--out", "-")
    assert [set(made) for made in json.loads(ended.out)] == [{"x", "m"}] * 3


def test_what_cannot_be_drawn_or_written(hdsl: Hdsl) -> None:
    improper = hdsl("simulate", "improper.hbm", "--format", "json")
    assert (improper.code, improper.codes[-1]) == (1, "HB507")
    nowhere = hdsl("simulate", "from_file.hbm", "--out", "no/x.json", "--format", "json")
    assert (nowhere.code, nowhere.codes) == (1, ["HB575"])


def test_a_model_without_unknowns_has_one_empty_draw(hdsl: Hdsl, folder: Path) -> None:
    (folder / "known.hbm").write_text("data n = 3\nm = 2 * n\n")
    ended = hdsl("simulate", "known.hbm", "--seed", "1", "--out", "-")
    assert (ended.code, json.loads(ended.out)) == (0, {})


def test_infinite_draws_are_legal_json(hdsl: Hdsl, folder: Path) -> None:
    (folder / "wild.hbm").write_text("x ~ Normal(1e4, 1)\ny = exp(x)\n")
    ended = hdsl("simulate", "wild.hbm", "--seed", "1", "--format", "json")
    assert ended.json["draws"][0]["y"] is None
