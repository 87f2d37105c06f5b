"""The pictures of the examples are made by the commands beside them.

In each text the n-th `hdsl plot` makes the n-th picture that is a PNG; in the tutorial the n-th
`hdsl graph` makes the n-th that is an SVG. The slow tests run the models and draw all pictures.
`pytest tests/test_figures.py -m slow --accept` puts them where the texts show them; look at what
changed.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from hdsl.cli import main
from hdsl.cli.commands import parse_arguments
from hdsl.results.plots.registry import kind_of
from hdsl.results.plots.wishes import ALWAYS

CHECKOUT = Path(__file__).parents[1]
EXAMPLES = CHECKOUT / "examples"
TEXTS = [EXAMPLES / "README.md", *sorted(EXAMPLES.glob("*/README.md"))]


def commands(text: Path, name: str) -> list[list[str]]:
    """The words after `hdsl` of each line of commands with a name."""
    joined = re.sub(r" *\\\n *", " ", text.read_text(encoding="utf-8"))
    lines = re.findall(rf"^ *hdsl ({name} .*)$", joined, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def pictures(text: Path, end: str) -> list[Path]:
    """The pictures that are shown or linked, in their order."""
    links = re.findall(rf"\]\(([^)]+\.{end})\)", text.read_text(encoding="utf-8"))
    return [(text.parent / link).relative_to(EXAMPLES) for link in links]


MADE = [
    *((text, "plot", "png") for text in TEXTS),
    (TEXTS[0], "graph", "svg"),
]
MADE_BY = {
    picture: command
    for text, name, end in MADE
    for picture, command in zip(pictures(text, end), commands(text, name), strict=False)
}


@pytest.mark.parametrize(("text", "name", "end"), MADE)
def test_each_picture_has_its_command(text: Path, name: str, end: str) -> None:
    assert len(pictures(text, end)) == len(commands(text, name))
    for picture, command in zip(pictures(text, end), commands(text, name), strict=True):
        assert command == MADE_BY[picture], "another text makes it with another command"


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.parent.name)
def test_files_that_commands_name_are_there(text: Path) -> None:
    named = re.findall(r"examples/[\w/]+\.(?:hbm|csv|run)\b", text.read_text(encoding="utf-8"))
    files = {str(model_of(name)) if name.endswith(".run") else name for name in named}
    made = {"examples/rat_tumours/first.hbm"}  # by `hdsl new`
    assert sorted(name for name in files - made if not (CHECKOUT / name).exists()) == []


def test_every_picture_is_made() -> None:
    there = {path.relative_to(EXAMPLES) for path in EXAMPLES.glob("*/figures/*")}
    assert there == MADE_BY.keys()


@pytest.mark.parametrize("picture", MADE_BY, ids=str)
def test_the_command_of_a_picture_is_one(picture: Path) -> None:
    command = MADE_BY[picture]
    arguments = parse_arguments(command)
    model = CHECKOUT / (arguments.model if command[0] == "graph" else model_of(arguments.run))
    assert model.exists()
    assert model.parent.name == picture.parts[0]
    if command[0] == "plot":
        options = {word[2:].replace("-", "_") for word in command if word.startswith("--")}
        assert options <= kind_of(arguments.kind).takes | ALWAYS
        assert arguments.points is None or (CHECKOUT / arguments.points).exists()


def model_of(run: str) -> Path:
    return Path(run).with_suffix(".hbm")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns("*.run"))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("picture", MADE_BY, ids=str)
def test_the_command_of_a_picture_draws_it(
    picture: Path, copy: Path, accept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)
    command = MADE_BY[picture]
    if command[0] == "plot" and not Path(command[1]).exists():
        assert main(["run", str(model_of(command[1])), "--seed", "1", "--quiet"]) == 0
    drawn = copy / f"picture{picture.suffix}"
    assert main([*command, "-o", str(drawn)]) == 0
    assert drawn.stat().st_size < 120_000
    if accept:
        shutil.copyfile(drawn, EXAMPLES / picture)
