"""References, written shortly."""

from __future__ import annotations

from hdsl.expressions.tree import Along, Index, Reference


def ref(name: str, *indices: str | Index) -> Reference:
    """A quantity at some indices, each an axis or an index."""
    return Reference(name, tuple(Along(i) if isinstance(i, str) else i for i in indices))
