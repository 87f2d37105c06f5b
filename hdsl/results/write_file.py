"""Files that are written besides fits."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hdsl.diagnostics import Diagnostic, HdslError


def write_file(place: Path, content: str | bytes) -> None:
    """Write a file as a whole or not at all; one that is there is replaced.

    Raises
    ------
    HdslError
        HB575 if it can't be written.
    """
    data = content.encode() if isinstance(content, str) else content
    draft = place.with_name(f".{place.name}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        try:
            draft.write_bytes(data)
            os.replace(draft, place)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise HdslError(
            [
                Diagnostic(
                    "HB575",
                    f"`{place}` can't be written",
                    cause=f"the system says: {error.strerror or error}",
                    help="choose a folder that is there and that you may write to, and look at the "
                    "free space",
                )
            ]
        ) from None
