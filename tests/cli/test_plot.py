"""`hdsl plot`: figures from the folder of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hdsl = Callable[..., Any]


@pytest.fixture
def plot(hdsl: Hdsl) -> Hdsl:
    hdsl("run", "direct.hbm", "--seed", "1", "--quiet")
    return lambda *words: hdsl("plot", "direct.run", *words)


def test_a_figure_goes_where_it_is_told(plot: Hdsl, folder: Path) -> None:
    ended = plot("prior-posterior", "theta", "-o", "theta.svg")
    assert (ended.code, ended.out) == (0, "theta.svg\n")
    assert (folder / "theta.svg").read_text().startswith("<?xml")


def test_a_figure_without_a_place_goes_into_the_run(plot: Hdsl, folder: Path) -> None:
    ended = plot("prior_posterior", "theta", "--format", "json")
    assert ended.json["files"] == ["direct.run/figures/prior_posterior_theta.png"]
    assert (folder / ended.json["files"][0]).read_bytes()[:4] == b"\x89PNG"


def test_all_figures_that_the_model_calls_for(plot: Hdsl, folder: Path) -> None:
    ended = plot()
    assert ended.code == 0
    files = [folder / line for line in ended.out.splitlines()]
    assert files
    assert all(file.parent == folder / "direct.run" / "figures" for file in files)
    assert all(file.is_file() for file in files)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["heatmap"], "HB587"),
        (["prior_posterior", "thta"], "HB574"),
        (["prior_posterior", "theta", "-o", "theta.jpg"], "HB560"),
        (["prior_posterior", "theta", "--truth", "theta"], "HB588"),
        (["prior_posterior", "theta", "--mark", "5"], "HB588"),
        (["--log", "x"], "HB588"),
    ],
)
def test_mistakes(plot: Hdsl, words: list[str], code: str) -> None:
    ended = plot(*words, "--format", "json")
    assert (ended.code, ended.codes) == (2, [code])


def test_a_file_that_cannot_be_written(plot: Hdsl) -> None:
    ended = plot("prior_posterior", "theta", "-o", "nowhere/theta.png", "--format", "json")
    assert (ended.code, ended.codes) == (1, ["HB575"])


def test_no_run(hdsl: Hdsl) -> None:
    assert hdsl("plot", "direct.hbm", "--format", "json").codes == ["HB570"]
