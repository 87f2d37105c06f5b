"""From bytes to text."""

from __future__ import annotations

import stat
from pathlib import Path

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.source import Source, Span

LARGEST_MODEL = 10_000_000
"""Bytes; no text that someone wrote is longer, and a device may never end."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_source(path: Path) -> Source:
    """The text of a model file.

    Raises
    ------
    HdslError
        HB126 if the file cannot be read, HB114 if it is not UTF-8 text.
    """
    # A name of a file may hold bytes that are no text.
    name = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
    help = "check the name; a new model starts as a text file that ends in `.hbm`"
    if path.suffix.lower() in (".csv", ".tsv"):
        title = f"`{name}` is a table of data, not a model"
        help = f"`hdsl new model.hbm --data {name}` writes a first model for it"
        raise HdslError([Diagnostic("HB126", title, help=help)])
    try:
        if stat.S_ISFIFO(path.stat().st_mode):  # to open one waits for its other end
            raise OSError(0, "it is a pipe")
        with path.open("rb") as file:
            content = file.read(LARGEST_MODEL + 1)
        reason = "" if len(content) <= LARGEST_MODEL else "it has more than 10 MB"
    except IsADirectoryError as error:
        content, reason = b"", (error.strerror or "it is a folder").lower()
        if models := sorted(path.glob("*.hbm")):
            help = f"name the model in it, as `{min(models, key=_is_other)}`"
    except OSError as error:
        content, reason = b"", (error.strerror or "no reason given").lower()
    except ValueError:
        content, reason = b"", "that can't be the name of a file"
    if reason:
        title = f"model file `{name}` cannot be read: {reason}"
        raise HdslError([Diagnostic("HB126", title, help=help)])
    return Source(decode(content, name), name)


def _is_other(model: Path) -> bool:
    return model.name != "model.hbm"


def decode(data: bytes, name: str = "model") -> str:
    """Decode the bytes of a model file.

    Parameters
    ----------
    data
        UTF-8, with or without a byte order mark.
    name
        What messages call the file.

    Raises
    ------
    HdslError
        ``HB114`` if the bytes are not UTF-8.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as mistake:
        start, byte = len(data[: mistake.start].decode("utf-8")), data[mistake.start]
    source = Source(data.decode("utf-8", errors="replace"), name)
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    raise HdslError(
        [
            Diagnostic(
                "HB114",
                "the file is not UTF-8 text",
                None if utf16 else Span(start, start + 1),
                note="" if utf16 else f"byte 0x{byte:02X} has no meaning here",
                cause="a model is a text in UTF-8"
                + (", and this file begins like UTF-16" if utf16 else ""),
                help="save it again from your editor with the encoding UTF-8",
            )
        ],
        source,
    )
