"""What all commands share: help, exit codes, and no traceback whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hdsl import __version__
from hdsl.cli.commands import COMMANDS

from .conftest import Hdsl


def test_help_names_every_command_with_examples(hdsl: Hdsl) -> None:
    ended = hdsl("--help")
    assert ended.code == 0
    assert all(f"    {name} " in ended.out for name in COMMANDS)
    assert "hdsl run model.hbm" in ended.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(hdsl: Hdsl, name: str) -> None:
    ended = hdsl(name, "--help")
    assert ended.code == 0
    assert f"hdsl {name} " in ended.out.split("example")[-1]


def test_version(hdsl: Hdsl) -> None:
    assert hdsl("--version").out == f"hdsl {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nosuch",),
        ("run",),
        ("--quiet",),
        ("run", "direct.hbm", "--nosuch"),
        ("run", "direct.hbm", "--chains", "0"),
        ("run", "direct.hbm", "--samples", "many"),
        ("run", "direct.hbm", "--seed", "-1"),
        ("run", "direct.hbm", "--target-accept", "1"),
        ("run", "direct.hbm", "--sampler", "gibbs"),
        ("run", "direct.hbm", "--show", "nosuch"),
        ("run", "direct.hbm", "--without", "nosuch"),
        ("run", "direct.hbm", "--keep", "nosuch"),
        ("check", "direct.hbm", "--keep", "nosuch"),
        ("check", "direct.hbm", "--data", "nosuch=x.csv"),
        ("explain", "direct.hbm", "--without", "nosuch"),
    ],
)
def test_a_bad_command_line(hdsl: Hdsl, words: tuple[str, ...]) -> None:
    ended = hdsl(*words)
    assert ended.code == 2
    assert ended.err or words == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "HB999"), "HB505"),
        (("graph", "direct.hbm", "-o", "direct.docx"), "HB560"),
        (("math", "direct.hbm", "-o", "direct.docx"), "HB560"),
        (("run", "direct.hbm", "--keep", "nosuch"), "HB503"),
        (("explain", "direct.hbm", "--without", "nosuch"), "HB502"),
        (("check", "direct.hbm", "--data", "nosuch=rows.csv"), "HB504"),
    ],
)
def test_a_wrong_value_of_an_option(hdsl: Hdsl, words: tuple[str, ...], code: str) -> None:
    ended = hdsl(*words)
    assert ended.code == 2
    assert f"error[{code}]" in ended.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "nosuch.hbm"), "HB126"),
        (("check", "."), "HB126"),
        (("check", "a\0b"), "HB126"),
        (("check", "rows.csv"), "HB126"),
        (("check", "wrong.hbm"), "HB201"),
        (("explain", "wrong.hbm"), "HB201"),
        (("run", "wrong.hbm"), "HB201"),
        (("fmt", "nosuch.hbm"), "HB126"),
        (("run", "sampled.hbm"), "HB471"),
        (("run", "sampled.hbm", "--data", "x=nosuch.csv"), "HB451"),
        (("run", "direct.hbm", "--samples", "100000000", "--chains", "1000"), "HB490"),
        (("summary", "nosuch.run"), "HB570"),
    ],
)
def test_a_mistake_in_model_or_data(hdsl: Hdsl, words: tuple[str, ...], code: str) -> None:
    ended = hdsl(*words)
    assert ended.code == 1
    assert f"error[{code}]" in ended.err
    assert "\x1b" not in ended.err
    as_json = hdsl(*words, "--format", "json")
    assert as_json.code == 1
    assert as_json.err == ""
    assert as_json.codes == [code]


@pytest.mark.parametrize(
    ("failure", "code", "shown"),
    [
        (
            ZeroDivisionError("one by zero"),
            1,
            "error[HB900]: hdsl failed: ZeroDivisionError: one by",
        ),
        (RecursionError(), 1, "error[HB900]: hdsl failed: RecursionError"),
        (MemoryError(), 1, "error[HB585]: the memory ran out"),
        (KeyboardInterrupt(), 130, "hdsl: interrupted"),
    ],
)
def test_whatever_happens_there_is_no_traceback(
    hdsl: Hdsl, monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int, shown: str
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("hdsl.cli.check.check", fail)
    ended = hdsl("check", "direct.hbm")
    assert ended.code == code
    assert shown in ended.err
    assert "Traceback" not in ended.err
    monkeypatch.setenv("HDSL_DEBUG", "1")
    assert ("Traceback" in hdsl("check", "direct.hbm").err) == (code == 1)


def run_apart(folder: Path, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hdsl", *words]
    return subprocess.run(command, cwd=folder, text=True, check=False, **options)  # type: ignore[call-overload]


def test_a_process_of_its_own(folder: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = run_apart(folder, "run", "direct.hbm", "--seed", "1", capture_output=True,
                      env=environment)  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "theta" in ended.stdout
    assert (folder / "direct.run" / "fit.nc").is_file()


def test_a_reader_that_has_left_is_no_mistake(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = run_apart(folder, "explain", "HB101", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", [("check", "direct.hbm"), ("--help",)])
def test_a_full_disk_behind_the_output(folder: Path, words: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        ended = run_apart(folder, *words, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 1
    assert ended.stderr == "hdsl: the output can't be written: No space left on device\n"


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    from hdsl.cli.output import has_color

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert has_color(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_color(Terminal())  # type: ignore[arg-type]
