"""Files that are written besides fits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from hdsl.diagnostics.diagnostic import Diagnostic, HdslError


def no_such_form(place: Path, ends: Iterable[str]) -> HdslError:
    """HB560: the end of a file's name is none of those that tell what to write."""
    first, *others = ends
    return HdslError(
        [
            Diagnostic(
                "HB560",
                f"`{place}` names no form that can be written",
                cause="the end of the name tells the form: "
                + ", ".join(f"`{end}`" for end in (first, *others)),
                help=f"write `{place.stem or 'model'}{first}`",
            )
        ]
    )


def write_file(place: Path, content: str | bytes) -> None:
    """Write a file as a whole or not at all; one that is there is replaced.

    What a link leads to is replaced, and devices and pipes (``/dev/stdout``) are written to.

    Raises
    ------
    HdslError
        HB575 if it can't be written.
    """
    # Names of files may hold bytes that are no letters, and go back as they came.
    data = content.encode(errors="surrogateescape") if isinstance(content, str) else content
    try:
        if place.exists() and not place.is_file() and not place.is_dir():
            place.write_bytes(data)
        else:
            _replace(place.resolve() if place.is_symlink() else place, data)
    except (OSError, ValueError) as error:  # a ValueError: `.` has no name
        said = getattr(error, "strerror", None) or "it is a folder"
        raise HdslError(
            [
                Diagnostic(
                    "HB575",
                    f"`{place}` can't be written",
                    cause=f"the system says: {said}",
                    help="choose a folder that is there and that you may write to, and look at the "
                    "free space",
                )
            ]
        ) from None


def _replace(place: Path, data: bytes) -> None:
    draft = place.with_name(f".{place.name}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        draft.write_bytes(data)
        os.replace(draft, place)
    finally:
        draft.unlink(missing_ok=True)
