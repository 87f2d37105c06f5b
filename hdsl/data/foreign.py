"""Files that other packages read: what they raise becomes a mistake with its file."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager

from hdsl.data.memory import available_memory
from hdsl.data.mistakes import mistake, shown
from hdsl.diagnostics import HdslError

LONGEST_REASON = 160


@contextmanager
def reading(name: str, format: str, place: str = "") -> Generator[None]:
    """Turn whatever a package raises while it reads a file into a mistake (HB472).

    Parameters
    ----------
    place
        Where the file is, as the package may call it.

    Raises
    ------
    HdslError
        HB472; HB453 where memory ran out.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except HdslError:
        raise
    except MemoryError:
        raise too_much(name) from None
    except RecursionError:
        raise damaged(name, format, "its parts hold each other without an end") from None
    except Exception as error:  # a damaged file can make a package raise anything
        lines = str(error).strip().splitlines()
        said = lines[0] if lines else type(error).__name__
        reason = (said.replace(place, name) if place else said)[:LONGEST_REASON]
        raise damaged(name, format, f"the reader says: {reason.rstrip('.')}") from None


def damaged(name: str, format: str, reason: str) -> HdslError:
    """The mistake of a file that is not what its ending says."""
    return mistake(
        "HB472",
        f"{shown(name)} can't be read as {format}",
        cause=reason,
        help="check that the file is whole and of this kind; write it anew if it is not",
    )


def not_installed(name: str, format: str, package: str) -> HdslError:
    """The mistake of a file whose reader is not there."""
    return mistake(
        "HB488",
        f"{shown(name)}: {format} files need the package `{package}`, which is not installed",
        cause="hdsl installs what most models need; readers of some files are extras",
        help=f"install it with `pip install 'hdsl[{format.lower()}]'`, or save the data as CSV",
    )


def check_room(name: str, bytes_needed: int) -> None:
    """Refuse an array that would not fit in memory, before it is read (HB453)."""
    if bytes_needed > available_memory() // 4:
        raise too_much(name)


def too_much(name: str) -> HdslError:
    """The mistake of a file whose contents don't fit in memory."""
    return mistake(
        "HB453",
        f"the values in {shown(name)} don't fit in memory",
        cause="data are held in memory as a whole, as 64-bit numbers",
        help="keep only the columns and rows that the model needs",
    )
