from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdsl.data import at_span, locate, read_table
from hdsl.data.memory import available_memory, largest_file
from hdsl.data.paths import read_bytes
from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.source import Source, Span


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with data in and below it, and a secret beside it."""
    model = tmp_path / "model"
    (model / "sub").mkdir(parents=True)
    (model / "schools.csv").write_text("a\n1\n")
    (model / "bags.json").write_text('{"a": 1}')
    (model / "sub" / "x.csv").write_text("a\n2\n")
    (tmp_path / "secret.csv").write_text("a\n3\n")
    return model


def fault(name: str, folder: Path, allow_outside: bool = False) -> Diagnostic:
    with pytest.raises(HdslError) as caught:
        locate(name, folder, allow_outside)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.help
    assert diagnostic.cause
    assert not diagnostic.cause.endswith(".")
    return diagnostic


def test_files_in_and_below_the_folder_are_found(folder: Path):
    assert locate("schools.csv", folder) == (folder / "schools.csv").resolve()
    assert locate("sub/x.csv", folder).read_text() == "a\n2\n"
    assert locate("./sub/x.csv", folder).name == "x.csv"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "sub/../../secret.csv",
        "sub/../schools.csv",
        "..",
        "..\\secret.csv",
        "/etc/passwd",
        "\\\\server\\share\\x.csv",
        "//server/share/x.csv",
        "~/secret.csv",
        "~root/x.csv",
        "C:\\data.csv",
        "c:data.csv",
    ],
)
def test_names_that_lead_outside_are_refused(name: str, folder: Path):
    assert fault(name, folder).code == "HB450"


@pytest.mark.parametrize("name", ["https://x.org/a.csv", "file:///etc/passwd", "s3://b/a.csv"])
@pytest.mark.parametrize("allow_outside", [False, True])
def test_addresses_are_refused(name: str, folder: Path, allow_outside: bool):
    assert fault(name, folder, allow_outside).code == "HB469"


def test_symbolic_links_may_not_lead_out(folder: Path):
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    (folder / "up").symlink_to(folder.parent)
    (folder / "gone.csv").symlink_to(folder.parent / "nothing.csv")
    (folder / "inner.csv").symlink_to("sub/x.csv")
    for name in ("link.csv", "up/secret.csv", "up/nothing.csv", "gone.csv"):
        diagnostic = fault(name, folder)
        assert diagnostic.code == "HB450"
        assert "symbolic link" in diagnostic.cause
    assert locate("inner.csv", folder) == (folder / "sub" / "x.csv").resolve()
    (folder / "loop.csv").symlink_to("loop.csv")
    assert fault("loop.csv", folder).code in ("HB451", "HB452")


def test_a_folder_that_is_itself_a_link_is_the_folder(folder: Path):
    (folder.parent / "alias").symlink_to(folder)
    assert locate("schools.csv", folder.parent / "alias") == (folder / "schools.csv").resolve()


def test_a_folder_whose_name_only_begins_alike_is_outside(folder: Path):
    (folder.parent / "model2").mkdir()
    (folder.parent / "model2" / "x.csv").write_text("a\n1\n")
    (folder / "link").symlink_to(folder.parent / "model2")
    assert fault("link/x.csv", folder).code == "HB450"


def test_the_caller_may_reach_outside(folder: Path, monkeypatch: pytest.MonkeyPatch):
    secret = folder.parent / "secret.csv"
    monkeypatch.setenv("HOME", str(folder.parent))
    for name in ("../secret.csv", str(secret), "~/secret.csv"):
        assert locate(name, folder, allow_outside=True) == secret.resolve()


def test_only_regular_files_are_opened(folder: Path):
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket may not be long
        try:
            server.bind("socket.csv")
        finally:
            os.chdir(here)
        for name in ("pipe.csv", "socket.csv", "sub", "."):
            assert fault(name, folder).code == "HB452"
    assert fault("/dev/zero", folder, allow_outside=True).code == "HB452"
    for name in ("pipe.csv", "sub"):
        with pytest.raises(HdslError) as caught:
            read_bytes(folder / name)
        assert caught.value.diagnostics[0].code == "HB452"


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("school.csv", "did you mean `schools.csv`?"),
        ("Schools.csv", "small and capital letters count: write `schools.csv`"),
        ("schools.tsv", "did you mean `schools.csv`?"),
        ("bags.csv", "did you mean `bags.json`?"),
        ("zzz.csv", "the data files there are `bags.json`, `schools.csv`"),
        ("sub\\x.csv", "write `/` between folders: `sub/x.csv`"),
        ("sbu/x.csv", "did you mean `sub`?"),
        ("schools.csv/x.csv", "put the file into the folder that holds the model"),
        ("", "write the name of a file"),
        ("schools\0.csv", "write the name of a file"),
        ("\ud800.csv", "write the name of a file"),
    ],
)
def test_a_missing_file_brings_near_names(name: str, help: str, folder: Path):
    diagnostic = fault(name, folder)
    assert diagnostic.code == "HB451"
    assert help in diagnostic.help


def test_near_names_come_from_no_other_folder(folder: Path):
    (folder / "up").symlink_to(folder.parent)
    for name in ("up/secrets.csv", "up/secret.csv\0", "up/../secrets.csv"):
        assert "secret.csv`" not in str(fault(name, folder).help)


def test_names_that_the_system_refuses(folder: Path):
    assert fault("x" * 5000 + ".csv", folder).code in ("HB451", "HB452")


def test_a_file_too_large_for_memory_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    with open(folder / "huge.csv", "wb") as file:
        file.truncate(2**42)
    diagnostic = fault("huge.csv", folder)
    assert diagnostic.code == "HB453"
    assert "GB" in diagnostic.title
    monkeypatch.setattr("hdsl.data.paths.largest_file", lambda: 3)
    with pytest.raises(HdslError) as caught:
        read_table(folder / "schools.csv")
    assert "4 bytes, and at most 3 bytes" in caught.value.diagnostics[0].title


def test_a_file_that_grows_while_it_is_read_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hdsl.data.paths._check_file", lambda found, name: None)
    monkeypatch.setattr("hdsl.data.paths.largest_file", lambda: 3)
    with pytest.raises(HdslError) as caught:
        read_bytes(folder / "schools.csv")
    assert caught.value.diagnostics[0].code == "HB453"


@pytest.mark.parametrize(
    ("name", "code", "help"),
    [
        ("a.xlsx", "HB454", "CSV"),
        ("a.h5", "HB454", "CSV"),
        ("a.csv.gz", "HB454", "CSV"),
        ("a.jsn", "HB455", "`.json`"),
        ("a.txt", "HB455", "rename"),
        ("a", "HB455", "rename"),
    ],
)
def test_other_formats_are_refused_by_their_suffix(name: str, code: str, help: str, folder: Path):
    with pytest.raises(HdslError) as caught:
        read_table(folder / name)
    assert caught.value.diagnostics[0].code == code
    assert help in caught.value.diagnostics[0].help


def test_a_missing_file_is_told_by_read_table_too(folder: Path):
    with pytest.raises(HdslError) as caught:
        read_table(folder / "school.csv")
    assert caught.value.diagnostics[0].code == "HB451"


def test_the_caller_puts_the_mistake_in_its_place(folder: Path):
    source = Source('data a[i] from "x.csv"')
    with pytest.raises(HdslError) as caught:
        locate("x.csv", folder)
    placed = at_span(caught.value, Span(15, 22), source)
    assert placed.diagnostics[0].span == Span(15, 22)
    assert placed.diagnostics[0].title == caught.value.diagnostics[0].title
    assert placed.source is source
    assert at_span(placed, Span(0, 1)).diagnostics[0].span == Span(15, 22)


parts = st.lists(
    st.sampled_from(["..", ".", "/", "\\", "~", "sub", "x.csv", "up", "C:", "\0", "é", "a" * 300]),
    max_size=8,
).map("".join)


@settings(max_examples=150)
@given(name=st.one_of(st.text(max_size=20), parts))
def test_no_name_reaches_outside(name: str, tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.getbasetemp() / "fuzz" / "model"
    if not root.exists():
        (root / "sub").mkdir(parents=True)
        (root / "sub" / "x.csv").write_text("a\n1\n")
        (root / "up").symlink_to(root.parent)
        (root.parent / "x.csv").write_text("a\n1\n")
    try:
        path = locate(name, root)
    except HdslError:
        return
    assert path.is_relative_to(root.resolve())
    assert path.is_file()


def test_the_fingerprint_of_a_file_is_that_of_its_bytes(folder: Path):
    path = folder / "schools.csv"
    assert read_table(path).fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()


def test_memory_is_known_in_bytes():
    assert 2**20 < largest_file() <= available_memory() < 2**50
