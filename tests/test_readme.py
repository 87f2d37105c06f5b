"""What README.md shows is what there is, and what continuous integration runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
EXAMPLE = "examples/mm_class_by_class/model.hbm"


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


def test_two_commands_set_everything_up() -> None:
    first, second = commands()
    assert first.startswith("python3 -m venv .venv && ")
    assert first.endswith(f" && .venv/bin/hdsl run {EXAMPLE}")
    assert second.endswith(" && .venv/bin/python -m pytest -n auto")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_continuous_integration_runs_the_same_commands() -> None:
    listed = subprocess.run(
        ["bash", ".ci/run", "--list"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert listed.stdout.splitlines() == commands()


def test_shown_model_is_the_example() -> None:
    (shown,) = blocks("hbm")
    _, _, model = (CHECKOUT / EXAMPLE).read_text(encoding="utf-8").partition("\n\n")
    assert shown == model


def test_python_block_runs(tmp_path: Path) -> None:
    (program,) = blocks("python")
    shutil.copytree(
        CHECKOUT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.run")
    )
    # The checkout itself need not be installed.
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n{program}",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "mean_blue" in done.stdout
    assert "can be trusted" in done.stdout


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    missing = [link for link in links if not (CHECKOUT / link).exists()]
    assert missing == []
