"""``graph``."""

from __future__ import annotations

from pathlib import Path

from .conftest import Hdsl


def test_graph_draws_in_the_terminal(hdsl: Hdsl) -> None:
    ended = hdsl("graph", "from_file.hbm")
    assert ended.code == 0
    assert ended.err == ""
    assert "○ m ∼ Normal(0, 10)" in ended.out
    assert "i (4)" in ended.out
    assert hdsl("graph", "from_file.hbm", "--format", "json").json["picture"] in ended.out


def test_graph_needs_no_data(hdsl: Hdsl, folder: Path) -> None:
    (folder / "x.csv").unlink()
    ended = hdsl("graph", "from_file.hbm")
    assert ended.code == 0
    assert "─ i ─" in ended.out


def test_graph_marks_the_plan(hdsl: Hdsl) -> None:
    assert "[sampled]" in hdsl("graph", "direct.hbm", "--plan", "--sampler", "nuts").out
    assert "[sampled]" not in hdsl("graph", "direct.hbm").out


def test_graph_writes_files(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("graph", "direct.hbm", "-o", "picture.svg")
    assert (ended.code, ended.out) == (0, "wrote picture.svg\n")
    assert (folder / "picture.svg").read_text().startswith("<svg")
    assert hdsl("graph", "direct.hbm", "-o", "a.png", "--format", "json").json["file"] == "a.png"


def test_graph_refuses_what_it_cannot_write(hdsl: Hdsl) -> None:
    unknown = hdsl("graph", "direct.hbm", "-o", "picture.doc")
    assert unknown.code == 2
    assert "error[HB560]" in unknown.err
    missing = hdsl("graph", "direct.hbm", "-o", "none/picture.svg")
    assert missing.code == 1
    assert "error[HB575]" in missing.err
    assert hdsl("graph", "wrong.hbm").code == 1
