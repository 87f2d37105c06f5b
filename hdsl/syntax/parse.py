"""From text to tree."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from hdsl.diagnostics import HdslError
from hdsl.source import Source
from hdsl.syntax.build import Misspelling
from hdsl.syntax.characters import find_forbidden_character
from hdsl.syntax.comments import attach_comments
from hdsl.syntax.depth import find_too_deep
from hdsl.syntax.grammar import lark_parser
from hdsl.syntax.layout import SignAtLineStart, TooManyBrackets
from hdsl.syntax.line_starts import find_line_starts
from hdsl.syntax.messages import (
    explain_mistake,
    sign_at_line_start,
    too_deep,
    too_many_brackets,
)
from hdsl.syntax.tree import Program


def parse(source: Source) -> Program:
    """Parse a model.

    The time taken is proportional to the length of the text.

    Parameters
    ----------
    source
        The text and its name in messages.

    Returns
    -------
    Program
        The tree; every node has its place, every comment is kept.

    Raises
    ------
    HdslError
        One diagnostic ``HB1xx``: the first mistake.
    """
    forbidden = find_forbidden_character(source)
    if forbidden is not None:
        raise HdslError([forbidden], source)
    program = _parse_text(source)
    deep = find_too_deep(program)
    if deep is not None:
        raise HdslError([too_deep(deep.span)], source)
    program = replace(program, line_starts=find_line_starts(source.text))
    return attach_comments(program, source)


def _parse_text(source: Source) -> Program:
    from lark.exceptions import UnexpectedInput

    try:
        # With a `Builder` inside, lark gives what its method for the first rule gives.
        return cast("Program", lark_parser().parse(source.text))
    except UnexpectedInput as mistake:
        found = explain_mistake(source, mistake)
    except Misspelling as mistake:
        found = mistake.diagnostic
    except SignAtLineStart as mistake:
        found = sign_at_line_start(source, mistake.line_start)
    except TooManyBrackets as mistake:
        found = too_many_brackets(source, mistake.start)
    # Raised here, so that lark's exception is not shown as its context.
    raise HdslError([found], source)
