"""Names of the files of figures."""

from __future__ import annotations

import re

_SIGNS = str.maketrans({"/": "-over-", "+": "-plus-", "*": "-times-", "^": "-to-"})


def file_name(kind: str, names: tuple[str, ...], shown: int = 3) -> str:
    """A name for a figure: its kind, and what is in it where that is little."""
    spelt = [name.translate(_SIGNS) for name in names]
    words = [re.sub(r"[^\w.-]+", "-", name).strip("-") for name in spelt]
    tail = [word for word in words if word] if len(words) <= shown else []
    return "_".join([kind, *tail])[:100]
