"""Files are written as a whole; what is no file is never replaced."""

from __future__ import annotations

import os
from pathlib import Path

from hdsl.diagnostics.write_file import write_file


def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_file(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    assert sorted(os.listdir(tmp_path)) == ["link.txt", "real.txt"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, "new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


def test_bytes_of_a_name_that_are_no_letters(tmp_path: Path) -> None:
    write_file(tmp_path / "x", os.fsdecode(b"\xc3\xbc \xff"))
    assert (tmp_path / "x").read_bytes() == b"\xc3\xbc \xff"
