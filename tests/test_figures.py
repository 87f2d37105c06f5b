"""The pictures of the examples: in each text the n-th `hdsl plot` makes the n-th picture.

The slow tests run the models and draw all pictures; `--accept` puts them where the texts show them:
`pytest tests/test_figures.py -m slow --accept`. Look at what changed.
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


def commands(text: Path) -> list[list[str]]:
    """What follows `hdsl plot`, of each line of commands."""
    joined = re.sub(r" *\\\n *", " ", text.read_text(encoding="utf-8"))
    return [shlex.split(line) for line in re.findall(r"^ *hdsl plot (.*)$", joined, re.MULTILINE)]


def pictures(text: Path) -> list[Path]:
    """The pictures that are shown or linked, in their order."""
    links = re.findall(r"\]\(([^)]+\.png)\)", text.read_text(encoding="utf-8"))
    return [(text.parent / link).relative_to(EXAMPLES) for link in links]


MADE_BY = {
    picture: command
    for text in TEXTS
    for picture, command in zip(pictures(text), commands(text), strict=False)
}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.parent.name)
def test_each_picture_has_its_command(text: Path) -> None:
    assert len(pictures(text)) == len(commands(text))
    for picture, command in zip(pictures(text), commands(text), strict=True):
        assert command == MADE_BY[picture], "another text makes it with another command"


def test_every_picture_is_shown() -> None:
    there = {path.relative_to(EXAMPLES) for path in EXAMPLES.glob("*/figures/*.png")}
    assert there == MADE_BY.keys()


@pytest.mark.parametrize("picture", MADE_BY, ids=str)
def test_the_command_of_a_picture_is_one(picture: Path) -> None:
    command = MADE_BY[picture]
    arguments = parse_arguments(["plot", *command])
    kind = kind_of(arguments.kind)
    options = {word[2:].replace("-", "_") for word in command if word.startswith("--")}
    assert options <= kind.takes | ALWAYS
    model = (CHECKOUT / arguments.run).with_suffix(".hbm")
    assert model.exists()
    assert model.parent.name == picture.parts[0]
    assert arguments.points is None or (CHECKOUT / arguments.points).exists()


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
    run = Path(MADE_BY[picture][0])
    if not run.exists():
        assert main(["run", str(run.with_suffix(".hbm")), "--seed", "1", "--quiet"]) == 0
    drawn = copy / "picture.png"
    assert main(["plot", *MADE_BY[picture], "-o", str(drawn)]) == 0
    assert drawn.stat().st_size < 120_000
    if accept:
        shutil.copyfile(drawn, EXAMPLES / picture)
