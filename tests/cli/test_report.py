"""``hdsl report`` and ``hdsl run --report``."""

from __future__ import annotations

from pathlib import Path

from .conftest import Hdsl


def test_a_report_of_a_run(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("run", "direct.hbm", "--seed", "1", "--report")
    assert ended.code == 0
    assert "wrote direct.run/report.html" in ended.out
    page = folder / "direct.run" / "report.html"
    first = page.read_text(encoding="utf-8")
    assert "hdsl run direct.hbm --seed 1 --report" in first
    assert hdsl("report", "direct.run").out == "wrote direct.run/report.html\n"
    assert page.read_text(encoding="utf-8") == first
    assert hdsl("run", "direct.hbm", "--seed", "2").code == 0


def test_where_it_goes(hdsl: Hdsl, folder: Path) -> None:
    hdsl("run", "direct.hbm", "--seed", "1")
    assert hdsl("report", "direct.hbm", "-o", "page.html").out == "wrote page.html\n"
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    ended = hdsl("report", "direct.run", "-o", "nowhere/page.html", "--format", "json")
    assert (ended.code, ended.codes) == (1, ["HB575"])


def test_without_a_run(hdsl: Hdsl) -> None:
    ended = hdsl("report", "direct.hbm")
    assert ended.code == 1
    assert "HB570" in ended.err
