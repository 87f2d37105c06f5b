"""``hdsl math``: formats, files, and what can't be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Hdsl


def test_the_text(hdsl: Hdsl) -> None:
    ended = hdsl("math", "direct.hbm")
    assert ended.code == 0
    assert "p(θ ∣ blue) ∝ p(blue ∣ θ)   likelihood" in ended.out
    assert "θ ∼ Beta(2, 8)" in ended.out


@pytest.mark.parametrize(
    ("format", "there"),
    [("latex", r"\begin{align*}"), ("markdown", "$$\n"), ("html", "<math"), ("unicode", "∝")],
)
def test_formats(hdsl: Hdsl, format: str, there: str) -> None:
    written = hdsl("math", "direct.hbm", "--format", format).out
    assert there in written
    assert hdsl("math", "direct.hbm", "--format", "json").json[format] == written


@pytest.mark.parametrize(
    ("name", "there"),
    [("m.tex", r"\begin{align*}"), ("m.md", "$$\n"), ("m.html", "<math"), ("m", "∝")],
)
def test_the_name_of_the_file_tells_the_format(
    hdsl: Hdsl, folder: Path, name: str, there: str
) -> None:
    ended = hdsl("math", "direct.hbm", "-o", name)
    assert (ended.code, ended.out) == (0, "")
    assert there in (folder / name).read_text(encoding="utf-8")
    assert [path for path in folder.iterdir() if path.name.endswith(".tmp")] == []


def test_a_document(hdsl: Hdsl, folder: Path) -> None:
    assert hdsl("math", "direct.hbm", "--document").out.startswith(r"\documentclass")
    assert hdsl("math", "direct.hbm", "--document", "--format", "html").code == 2


def test_a_file_whose_name_tells_no_form(hdsl: Hdsl) -> None:
    ended = hdsl("math", "direct.hbm", "-o", "m.docx")
    assert ended.code == 2
    assert "HB560" in ended.err
    assert hdsl("math", "direct.hbm", "-o", "m.docx", "--format", "latex").code == 0


def test_a_file_that_cannot_be_written(hdsl: Hdsl) -> None:
    ended = hdsl("math", "direct.hbm", "-o", "nowhere/m.tex")
    assert ended.code == 1
    assert "HB575" in ended.err


def test_a_model_with_a_mistake(hdsl: Hdsl) -> None:
    ended = hdsl("math", "wrong.hbm")
    assert ended.code == 1
    assert "HB201" in ended.err
