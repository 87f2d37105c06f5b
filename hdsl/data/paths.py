"""Finding and opening data files, and only those that a model may read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Generator
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from hdsl.data.memory import largest_file
from hdsl.data.mistakes import mistake, shown
from hdsl.data.zarr_store import check_store
from hdsl.diagnostics import HdslError

_URL = re.compile(r"[a-z][a-z0-9+.-]*://|(file|data|https?|ftp):", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
MOST_ENTRIES = 10_000
MOST_SHOWN = 6
ENDINGS = (".csv", ".tsv", ".tab", ".json", ".parquet", ".pq", ".nc", ".nc4", ".cdf", ".zarr")


def locate(name: str, folder: Path, allow_outside: bool = False) -> Path:
    """The path of a data file that a model names.

    Parameters
    ----------
    name
        As the model writes it: relative to `folder`, with ``/`` between folders.
    folder
        The model's own folder. Nothing outside is reached: no absolute path, no ``..``, no ``~``,
        no drive, and no symbolic link that leads out.
    allow_outside
        Lift that, for a name that the caller gave and not the model. URLs stay refused.

    Returns
    -------
    Path
        Resolved; it was a regular file of a size that can be read, or a folder ``*.zarr`` of such.

    Raises
    ------
    HdslError
        HB450 outside, HB451 not there, HB452 no regular file or not readable, HB453 too large,
        HB469 a URL.
    """
    if _URL.match(name):
        raise _url(name)
    if not allow_outside:
        _check_name(name)
    elif name.startswith("~"):
        name = os.path.expanduser(name)
    if not _can_be_a_name(name):
        raise _no_name(name)
    root = Path(os.path.realpath(folder))
    path = Path(os.path.realpath(root / name))
    if not allow_outside and not path.is_relative_to(root):
        raise _outside(name, "a symbolic link leads out of the folder")
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(name, root) from None
    except OSError as error:
        raise _unreadable(name, error) from None
    if path.name.casefold().endswith(".zarr") and stat.S_ISDIR(found.st_mode):
        why = check_store(path, None if allow_outside else root)
        if why:
            raise _no_store(name, why)
        return path
    _check_file(found, name)
    return path


def read_bytes(path: Path) -> bytes:
    """The contents of a regular file; nothing else is opened, and nothing that is too large.

    Raises
    ------
    HdslError
        HB451 not there, HB452 no regular file or not readable, HB453 too large.
    """
    with _opened(path) as descriptor:
        found = os.fstat(descriptor)
        _check_file(found, path.name)
        limit = largest_file()
        with os.fdopen(os.dup(descriptor), "rb") as file:
            content = file.read(limit + 1)
    if len(content) > limit:  # it has grown, or its size wasn't told
        raise _too_large(path.name, len(content), limit)
    return content


@contextmanager
def _opened(path: Path) -> Generator[int]:
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path.name, path.parent) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path.name, error) from None
    try:
        yield descriptor
    except OSError as error:
        raise _unreadable(path.name, error) from None
    finally:
        os.close(descriptor)


def _can_be_a_name(name: str) -> bool:
    try:
        return bool(name.strip()) and b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def _check_name(name: str) -> None:
    if _DRIVE.match(name):
        raise _outside(name, "it begins with a drive")
    if name.startswith(("/", "\\")):
        raise _outside(name, "it begins at the root of the disk")
    if name.startswith("~"):
        raise _outside(name, "`~` is a home folder")
    if ".." in re.split(r"[/\\]", name):
        raise _outside(name, "`..` leads upwards")


def _check_file(found: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
        raise mistake(
            "HB452",
            f"{shown(name)} is {what}, not a data file",
            cause="data are read from regular files",
            help="name a file"
            if stat.S_ISDIR(found.st_mode)
            else "write the data to a file, and name that",
        )
    limit = largest_file()
    if found.st_size > limit:
        raise _too_large(name, found.st_size, limit)


def _no_store(name: str, why: str) -> HdslError:
    return mistake(
        "HB452",
        f"{shown(name)} can't be read as a Zarr store",
        cause=f"a store is a folder of regular files, and {why}",
        help="write the store anew, beside the model",
    )


def _outside(name: str, why: str) -> HdslError:
    return mistake(
        "HB450",
        f"{shown(name)} lies outside the model's folder",
        cause=f"a model reads files only from its own folder and those below it, and {why}",
        help="copy the file beside the model, or give the data when you run it: "
        "`--data NAME=FILE`, in Python `data={…}`",
    )


def _url(name: str) -> HdslError:
    return mistake(
        "HB469",
        f"{shown(name)} is an address, not a file",
        cause="data are read from files on this machine; nothing is fetched from a network",
        help="download it, put it beside the model, and name that file",
    )


def _unreadable(name: str, error: OSError | ValueError) -> HdslError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return mistake(
        "HB452",
        f"{shown(name)} can't be read",
        cause=f"the system says: {reason}",
        help="check the file's permissions and its name",
    )


def _too_large(name: str, size: int, limit: int) -> HdslError:
    return mistake(
        "HB453",
        f"{shown(name)} has {_size(size)}, and at most {_size(limit)} can be read here",
        cause="a file is read as a whole, and that takes many times its size in memory",
        help="keep only the columns and rows that the model needs",
    )


def _size(number: int) -> str:
    for unit, digits in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= digits:
            return f"{number / digits:.3g} {unit}"
    return f"{number} bytes"


def _no_name(name: str) -> HdslError:
    return mistake(
        "HB451",
        f"there is no file {shown(name)}",
        cause="that can't be the name of a file",
        help="write the name of a file that lies beside the model or in a folder below it",
    )


def _missing(name: str, folder: Path) -> HdslError:
    target = Path(os.path.normpath(name))
    parent = folder / target.parent
    if not os.path.isdir(parent):
        return mistake(
            "HB451",
            f"there is no folder {shown(str(target.parent))}",
            cause=f"{shown(name)} is looked for from the folder that holds the model",
            help=_advice(target.parent.parts[0] if target.parent.parts else "", folder, True),
        )
    return mistake(
        "HB451",
        f"there is no file {shown(name)}",
        cause="names of files are taken from the folder that holds the model",
        help=_advice(target.name, parent, False),
    )


def _advice(wanted: str, folder: Path, folders: bool) -> str:
    entries = _entries(folder, folders)
    same = [entry for entry in entries if entry.casefold() == wanted.casefold()]
    if same:
        return f"small and capital letters count: write {shown(same[0])}"
    if "\\" in wanted:
        return f"write `/` between folders: {shown(wanted.replace(chr(92), '/'))}"
    lowered = {entry.casefold(): entry for entry in reversed(entries)}
    stem = Path(wanted).stem.casefold()
    near = [lowered[m] for m in get_close_matches(wanted.casefold(), list(lowered), MOST_SHOWN)]
    near += [e for e in entries if stem and Path(e).stem.casefold() == stem and e not in near]
    if near:
        return f"did you mean {' or '.join(map(shown, near[:2]))}?"
    if folders or not entries:
        return "put the file into the folder that holds the model"
    data = [e for e in entries if e.casefold().endswith(ENDINGS)]
    if not data:
        return "put the file there; no data file is there yet"
    more = f", and {len(data) - MOST_SHOWN} more" if len(data) > MOST_SHOWN else ""
    return f"the data files there are {', '.join(map(shown, data[:MOST_SHOWN]))}{more}"


def _entries(folder: Path, folders: bool) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            some = islice(entries, MOST_ENTRIES)
            return sorted(
                e.name for e in some if e.is_dir() == folders or e.name.casefold().endswith(".zarr")
            )
    except (OSError, ValueError):
        return []
