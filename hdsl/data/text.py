"""From a file's bytes to its text."""

from __future__ import annotations

from hdsl.data.mistakes import mistake


def decode(content: bytes, name: str) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    Raises
    ------
    HdslError
        If the bytes are no UTF-8 text (HB456).
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = "it begins as a UTF-16 file does"
    elif (zero := content.find(b"\0")) >= 0:
        what = f"it holds a zero byte in {_position(content, zero)}"
    else:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            byte = content[error.start]
            what = f"the byte {byte:#04x} in {_position(content, error.start)} can't stand there"
    raise mistake(
        "HB456",
        f"`{name}` is not a UTF-8 text file",
        cause=f"data files are texts in UTF-8, but {what}",
        help="save it again as UTF-8 (in a spreadsheet: “CSV UTF-8”)",
    )


def _position(content: bytes, offset: int) -> str:
    line = content.count(b"\n", 0, offset) + 1
    column = offset - content.rfind(b"\n", 0, offset)
    return f"line {line} (byte {column} of that line)"
