"""How large a file may be on this machine."""

from __future__ import annotations

import os
from pathlib import Path

# What a byte of a text file takes while it is read: its text, the texts of its cells, the values.
BYTES_PER_BYTE = 16
SUPPOSED = 4 * 2**30


def largest_file() -> int:
    """The size in bytes of the largest file that can be read without running out of memory."""
    return available_memory() // BYTES_PER_BYTE


def available_memory() -> int:
    """Bytes that this process may still use, as far as the system tells."""
    known = [n for n in (_free_for_programs(), _container_limit(), _physical()) if n is not None]
    return min(known, default=SUPPOSED)


def _free_for_programs() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(found.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return None


def _container_limit() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        limit = int((folder / "memory.max").read_text())
        return max(0, limit - int((folder / "memory.current").read_text()))
    except (OSError, ValueError):  # no container, or "max": no limit
        return None


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
