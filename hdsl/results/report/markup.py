"""HTML of which no text can become a tag: what is not `Markup` is escaped."""

from __future__ import annotations

import html
from typing import TypeAlias, final

Child: TypeAlias = "str | Markup | None"
_VOID = {"meta", "link", "img", "input", "br"}


@final
class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """A text as HTML; what is `Markup` stays as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(text, quote=True))


def join(*children: Child, between: str = "") -> Markup:
    """Pieces after each other; those that are nothing are left out."""
    pieces = [escape(child) for child in children if child is not None and child != ""]
    return Markup(escape(between).join(pieces))


def tag(name: str, /, *children: Child, **attributes: str | bool | int | None) -> Markup:
    """An element.

    Parameters
    ----------
    attributes
        With underscores for hyphens and one more for words of Python: ``class_``, ``aria_label``.
        True stands alone; False and None leave the attribute out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def _attribute(key: str, value: str | bool | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value), quote=True)}"'


def prose(text: str) -> Markup:
    """A sentence in which names stand in backquotes."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    pieces = [tag("code", part) if place % 2 else part for place, part in enumerate(parts)]
    return join(*pieces)
