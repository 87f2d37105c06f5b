"""``check``, ``explain``, ``summary`` and ``fmt``."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hdsl.diagnostics.codes import CODES

from .conftest import MODELS, Hdsl

# --- check ---------------------------------------------------------------------------------


def test_check_needs_no_data_and_says_what_it_did_not_see(hdsl: Hdsl, folder: Path) -> None:
    (folder / "x.csv").unlink()
    ended = hdsl("check", "from_file.hbm")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "from_file.hbm: no mistakes"
    assert "`x.csv` was not found" in ended.out
    told = hdsl("check", "from_file.hbm", "--format", "json").json
    assert (told["ok"], told["diagnostics"], len(told["unseen"])) == (True, [], 1)


def test_check_sees_mistakes_in_data(hdsl: Hdsl, folder: Path) -> None:
    (folder / "x.csv").write_text("x\n1\nblue\n")
    ended = hdsl("check", "from_file.hbm")
    assert ended.code == 1
    assert "blue" in ended.err


def test_check_warns_and_is_content(hdsl: Hdsl) -> None:
    ended = hdsl("check", "improper.hbm")
    assert ended.code == 0
    assert "warning[HB601]" in ended.err
    assert ended.out == "improper.hbm: no mistakes, 1 warning\n"
    assert hdsl("check", "improper.hbm", "--format", "json").codes == ["HB601"]


def test_check_reads_standard_input(hdsl: Hdsl) -> None:
    assert hdsl("check", "-", stdin=b"a ~ Normal(0, 1)").code == 0
    bad = hdsl("check", "-", stdin=b"a ~ Normal(0, \xff)")
    assert bad.code == 1
    assert "<stdin>:1:15: error[HB114]" in bad.err


# --- explain -------------------------------------------------------------------------------


def test_explain_a_model(hdsl: Hdsl) -> None:
    ended = hdsl("explain", "sampled.hbm")
    assert ended.code == 0
    assert "sampled by NUTS" in ended.out
    assert "`x` was not given" in ended.out
    told = hdsl("explain", "direct.hbm", "--format", "json").json
    assert [line["fate"] for line in told["lines"]] == ["observed", "integrated out"]
    kept = hdsl("explain", "direct.hbm", "--keep", "theta", "--format", "json").json
    assert [line["fate"] for line in kept["lines"]] == ["observed", "sampled"]


@pytest.mark.parametrize("code", ["HB101", "hb552"])
def test_explain_a_code(hdsl: Hdsl, code: str) -> None:
    ended = hdsl("explain", code)
    assert ended.code == 0
    assert ended.out.startswith(f"# {code.upper()}: ")
    told = hdsl("explain", code, "--format", "json").json
    assert told["title"] == CODES.get(code.upper(), told["title"])
    assert told["page"] + "\n" == ended.out


# --- summary -------------------------------------------------------------------------------


def test_summary_of_some_quantities(hdsl: Hdsl) -> None:
    hdsl("run", "direct.hbm", "--seed", "1")
    assert "theta" in hdsl("summary", "direct.hbm", "--only", "theta").out
    assert hdsl("summary", "direct.run", "--only", "nosuch", "--format", "json").codes == ["HB574"]


def test_all_unfolds(hdsl: Hdsl, folder: Path) -> None:
    (folder / "many.hbm").write_text("index i = 1..30\nz[i] ~ Normal(0, 1)\n")
    assert "26 more" in hdsl("run", "many.hbm", "--seed", "1").out
    assert "z[17]" in hdsl("run", "many.hbm", "--seed", "1", "--all").out
    assert "z[17]" not in hdsl("summary", "many.run").out
    assert "z[17]" in hdsl("summary", "many.run", "--all").out


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_tables_fit_the_terminal(hdsl: Hdsl, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    hdsl("run", "direct.hbm", "--seed", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = hdsl("summary", "direct.run").out.splitlines()
    assert max(map(len, lines[3:])) <= max(columns, 72)


# --- fmt -----------------------------------------------------------------------------------

TIDY = "a ~ Normal(0, 1)  # start\n"


def test_fmt_rewrites_in_place(hdsl: Hdsl, folder: Path) -> None:
    untidy = folder / "untidy.hbm"
    untidy.chmod(0o640)
    ended = hdsl("fmt", "untidy.hbm", "direct.hbm")
    assert (ended.code, ended.out) == (0, "untidy.hbm was rewritten\n")
    assert untidy.read_text() == TIDY
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640
    assert hdsl("fmt", "untidy.hbm", "--format", "json").json["changed"] == []
    assert sorted(p.name for p in folder.glob("*untidy*")) == ["untidy.hbm"]


def test_fmt_check_rewrites_nothing(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("fmt", "--check", "untidy.hbm", "direct.hbm", "--format", "json")
    assert (ended.code, ended.json["changed"]) == (1, ["untidy.hbm"])
    assert (folder / "untidy.hbm").read_text() == MODELS["untidy"]
    assert hdsl("fmt", "--check", "direct.hbm").code == 0


def test_fmt_of_standard_input(hdsl: Hdsl) -> None:
    ended = hdsl("fmt", "-", stdin=MODELS["untidy"].encode())
    assert (ended.code, ended.out, ended.err) == (0, TIDY, "")
    told = hdsl("fmt", "-", "--format", "json", stdin=MODELS["untidy"].encode()).json
    assert (told["text"], told["changed"]) == (TIDY, ["-"])
    assert hdsl("fmt", "-", "--check", stdin=TIDY.encode()).code == 0


def test_fmt_leaves_what_it_cannot_read(hdsl: Hdsl, folder: Path) -> None:
    (folder / "broken.hbm").write_text("a ~ Normal(0,")
    ended = hdsl("fmt", "broken.hbm", "untidy.hbm")
    assert ended.code == 1
    assert "broken.hbm:1:" in ended.err
    assert (folder / "broken.hbm").read_text() == "a ~ Normal(0,"
    assert (folder / "untidy.hbm").read_text() == TIDY


def test_fmt_keeps_a_link_a_link(hdsl: Hdsl, folder: Path) -> None:
    os.symlink("untidy.hbm", folder / "link.hbm")
    assert hdsl("fmt", "link.hbm").code == 0
    assert (folder / "link.hbm").is_symlink()
    assert (folder / "untidy.hbm").read_text() == TIDY


def test_fmt_that_cannot_write(hdsl: Hdsl, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    assert hdsl("fmt", "untidy.hbm", "--format", "json").codes == ["HB583"]
    assert (folder / "untidy.hbm").read_text() == MODELS["untidy"]
