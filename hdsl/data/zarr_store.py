"""Zarr stores: folders of many small files, in which nothing may run code or lead elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from hdsl.data.foreign import damaged
from hdsl.data.memory import largest_file
from hdsl.diagnostics import HdslError

MOST_FILES = 1_000_000
_METADATA = (".zarray", ".zmetadata", "zarr.json")
# Codecs that only rearrange bytes; `pickle` and `object` codecs can run code.
HARMLESS = frozenset(
    {
        "blosc", "zlib", "gzip", "bz2", "lzma", "zstd", "lz4", "delta", "fixedscaleoffset",
        "quantize", "bitround", "shuffle", "packbits", "vlen-utf8", "crc32", "crc32c", "adler32",
        "fletcher32", "astype", "bytes", "transpose", "sharding_indexed", "scale_offset",
        "cast_value", "json2",
    }
)  # fmt: skip


def check_store(path: Path, root: Path | None) -> str:
    """Why a folder can't be read as a store; empty where it can.

    Parameters
    ----------
    root
        The folder out of which nothing may lead; `None` where everything may be read.
    """
    total, limit = 0, largest_file() * 4
    for number, entry in enumerate(_files(path)):
        if number > MOST_FILES:
            return f"it has more than {MOST_FILES} files"
        if root is not None and not Path(os.path.realpath(entry)).is_relative_to(root):
            return "a symbolic link in it leads out of the model's folder"
        found = os.stat(entry)
        if not stat.S_ISREG(found.st_mode):
            return "it holds a device or a pipe"
        total += found.st_size
        if total > limit:
            return "it is too large for the memory"
    return ""


def check_codecs(path: Path) -> None:
    """Refuse arrays whose values are unpacked by what could run code.

    Raises
    ------
    HdslError
        HB472.
    """
    for entry in _files(path):
        if os.path.basename(entry) in _METADATA:
            for codec in _codecs(_parsed(path, entry)):
                plain = codec.removeprefix("numcodecs.").replace("_", "-")
                if not {codec, plain, plain.replace("-", "_")} & HARMLESS:
                    raise _refused(path, codec)


def _refused(path: Path, codec: str) -> HdslError:
    why = f"it unpacks values by `{codec[:40]}`, which may run code"
    return damaged(path.name, "Zarr", why)


def fingerprint_store(path: Path) -> str:
    """SHA-256 of the names and contents of all files of a store."""
    digest = hashlib.sha256()
    for entry in sorted(_files(path)):
        content = Path(entry).read_bytes()
        for part in (os.path.relpath(entry, path).encode(), content):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()


def _files(path: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(path):
        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                yield os.path.join(folder, name)
        yield from (os.path.join(folder, name) for name in files)


def _parsed(path: Path, entry: str) -> Any:
    try:
        return json.loads(Path(entry).read_bytes())
    except ValueError:
        raise damaged(path.name, "Zarr", f"`{os.path.basename(entry)}` is not JSON") from None


def _codecs(node: Any) -> Iterator[str]:
    """The names of all codecs in a piece of metadata."""
    if isinstance(node, dict):
        members = cast("dict[str, Any]", node)
        for key, value in members.items():
            if key in ("compressor", "filters", "codecs", "index_codecs"):
                yield from _named(value)
            if key != "attributes":
                yield from _codecs(value)
    elif isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _codecs(item)


def _named(value: Any) -> Iterator[str]:
    for item in cast("list[Any]", value) if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            members = cast("dict[str, Any]", item)
            yield str(members.get("id", members.get("name")))
        elif item is not None:
            yield str(item)
