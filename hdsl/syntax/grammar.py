"""Where the grammar lies, and the parser that lark makes of it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark


def grammar_folder() -> Traversable:
    """Folder of the grammar: inside an installed hdsl, else beside it in a checkout."""
    # Beside an installed package lies the common site-packages folder, where a foreign
    # `grammar` could live: so the inside comes first.
    installed = files("hdsl") / "grammar"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "grammar"


@cache
def lark_parser() -> Lark:
    """The parser, which gives trees of `hdsl.syntax.tree`; made once, in about 0.1 s."""
    from lark import Lark

    from hdsl.syntax.build import Builder
    from hdsl.syntax.layout import Layout

    return Lark(
        (grammar_folder() / "hbm.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        postlex=Layout(),
        transformer=Builder(),
        keep_all_tokens=True,
        maybe_placeholders=False,
    )
