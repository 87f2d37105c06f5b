"""One number for the contents of data: equal data, equal number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.data.fields import Field


def fingerprint_bytes(content: bytes) -> str:
    """SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def fingerprint_fields(fields: Iterable[Field]) -> str:
    """SHA-256 of names, shapes, kinds, labels and values, whatever the order of the fields.

    The same on every machine: lengths are written before what has no fixed size, numbers are
    little-endian, and what stands in a missing cell is left out.
    """
    parts: list[bytes] = []
    for field in sorted(fields, key=lambda f: f.name):
        head = [field.name, list(field.shape), field.kind, field.labels, field.dims]
        parts.append(json.dumps(head).encode())
        parts.append(np.ascontiguousarray(field.missing).tobytes())
        if field.kind == "text":
            texts = [str(text) for text in field.values[~field.missing]]
            parts.append(json.dumps(texts).encode())
        else:
            parts.append(_number_bytes(field.values[~field.missing]))
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _number_bytes(values: NDArray[Any]) -> bytes:
    # Adding zero makes -0.0 and 0.0, which are equal, the same bytes.
    return np.ascontiguousarray(values + 0.0, dtype="<f8").tobytes()
