"""The tutorial, examples/README.md: its models are the files, and its commands do what they should.

The commands of a section run in their order in a copy of the examples, by the command line's own
entry.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from hdsl.cli import main

CHECKOUT = Path(__file__).parents[1]
EXAMPLES = CHECKOUT / "examples"
TEXT = (EXAMPLES / "README.md").read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.*)\n", TEXT, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


SECTIONS = sections()


def blocks(section: str, language: str) -> list[tuple[str, str]]:
    """What follows the language, and the text, of each fenced block."""
    fence = rf"^```{language}([^\n]*)\n(.*?)^```$"
    return re.findall(fence, section, re.MULTILINE | re.DOTALL)


def commands(section: str) -> list[list[str]]:
    texts = [text.replace("\\\n", " ") for _, text in blocks(section, "sh")]
    return [shlex.split(line) for text in texts for line in text.splitlines()]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns("*.run"))
    return folder


@pytest.mark.parametrize("title", [title for title in SECTIONS if commands(SECTIONS[title])])
def test_commands_of_a_section_succeed(
    title: str, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy)
    monkeypatch.setenv("MPLBACKEND", "agg")
    for program, command, *arguments in commands(SECTIONS[title]):
        assert program == "hdsl"
        if command in {"plot", "report"} and not (run := Path(arguments[0])).exists():
            # The run of an earlier section.
            assert main(["run", str(run.with_suffix(".hbm")), "--seed", "1"]) == 0
        if command == "run":
            arguments = [*arguments, "--seed", "1"]
        assert main([command, *arguments]) == 0, capsys.readouterr().err


def test_shown_models_are_the_files() -> None:
    shown = blocks(TEXT, "hbm")
    assert shown
    for name, text in shown:
        assert text == (EXAMPLES / name.strip()).read_text(encoding="utf-8"), name


def test_all_examples_are_told() -> None:
    folders = {path.parent.name for path in EXAMPLES.glob("*/model.hbm")}
    assert [name for name in sorted(folders) if f"]({name})" not in TEXT] == []


def test_each_step_has_a_picture_of_an_example() -> None:
    steps = [title for title in SECTIONS if "A model of your own" not in title]
    assert [title for title in steps if "](" not in SECTIONS[title]] == []
    assert [title for title in steps if not re.search(r"!\[[^]]+\]\(", SECTIONS[title])] == []


def test_links_and_pictures_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", TEXT) if "://" not in link]
    assert [link for link in links if not (EXAMPLES / link).exists()] == []


def test_figures_are_small() -> None:
    figures = [*EXAMPLES.glob("*/figures/*")]
    assert figures
    assert [path.name for path in figures if path.stat().st_size > 120_000] == []
