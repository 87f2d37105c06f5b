"""What is known of a syntax mistake, before words are found for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hdsl.source import Source, Span
from hdsl.syntax.grammar import lark_parser

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

_WORDS = re.compile(
    r"""(?P<comment>\#[^\n]*+)
      | (?P<text>"(?:[^"\\\n]|\\[^\n])*+"?+)
      | (?P<word>[^\W\d]\w*+'*+)
      | (?P<number>[0-9]++(?:\.[0-9]++)?+\w*+)
      | (?P<sign>[<>=!]=|\.\.|[^\s])""",
    re.VERBOSE,
)
_OPENERS = "([{"
_CLOSERS = ")]}"


@dataclass(frozen=True)
class Word:
    """A word, number, text or sign."""

    kind: str
    text: str
    span: Span


@dataclass(frozen=True)
class Mistake:
    """Where the parser could not go on.

    Attributes
    ----------
    kind
        The terminal that was found: ``$END`` at the end of the file, ``_NEWLINE`` at the end of
        a line, empty for a character that begins no terminal.
    found
        Its text.
    span
        Its place; at the end of a line or of the file, the place after the last word.
    accepts
        The terminals that could have stood there.
    before
        The words before it.
    """

    source: Source
    kind: str
    found: str
    span: Span
    accepts: frozenset[str]
    before: tuple[Word, ...]

    @property
    def previous(self) -> Word | None:
        """The last word before the mistake."""
        return self.before[-1] if self.before else None

    @cached_property
    def brackets(self) -> tuple[Word, ...]:
        """The brackets that are open, the innermost last."""
        stack: list[Word] = []
        for word in self.before:
            if word.text in _OPENERS:
                stack.append(word)
            elif word.text in _CLOSERS and stack:
                stack.pop()
        return tuple(stack)

    @property
    def rest(self) -> str:
        """The text from the mistake to the end of its line."""
        return self.source.text[self.span.start :].split("\n", 1)[0]

    @property
    def line_before(self) -> str:
        """The text of its line before the mistake."""
        line, column = self.source.position(self.span.start)
        return self.source.line(line)[: column - 1]

    @cached_property
    def statement(self) -> tuple[Word, ...]:
        """The words of its line before it, without those of statements that a ``;`` ended."""
        line = self.source.position(self.span.start)[0]
        words: list[Word] = []
        for word in reversed(self.before):
            if self.source.position(word.span.start)[0] != line or word.text == ";":
                break
            words.append(word)
        return tuple(reversed(words))

    @property
    def first_on_line(self) -> bool:
        """Whether nothing but spaces stands before it on its line."""
        return self.kind not in ("$END", "_NEWLINE") and not self.line_before.strip()

    @property
    def at_end(self) -> bool:
        """Whether a statement ended where it should have gone on."""
        return self.kind in ("$END", "_NEWLINE", "SEMICOLON")

    @property
    def wants_value(self) -> bool:
        """Whether an expression could begin here."""
        return self.accepts >= {"NAME", "NUMBER", "LPAR"}


def read_mistake(source: Source, mistake: UnexpectedInput) -> Mistake:
    """What lark knows of a mistake, in our terms."""
    from lark.exceptions import UnexpectedToken

    if isinstance(mistake, UnexpectedToken):
        kind, found = mistake.token.type, str(mistake.token)
        start = len(source.text) if kind == "$END" else mistake.token.start_pos or 0
    else:
        start = mistake.pos_in_stream or 0
        kind, found = "", source.text[start : start + 1]
    span = Span(start, start + len(found))
    accepts = _list_accepted(source.text, start)
    before = _list_words(source.text, start)
    if kind in ("$END", "_NEWLINE", "LINE_SIGN", "CONTINUED"):
        kind = "$END" if kind == "$END" else "_NEWLINE"
        end = before[-1].span.end if before else 0
        span, found = Span(end, end), ""
    return Mistake(source, kind, found, span, accepts, before)


def _list_accepted(text: str, start: int) -> frozenset[str]:
    # Read again and stop before the mistake: on a token that it can't take, the parser has
    # already closed some rules, and forgotten what could have gone on with them.
    from lark.exceptions import UnexpectedInput

    parser = lark_parser().parse_interactive(text)
    try:
        for token in parser.iter_parse():
            if (token.start_pos or 0) >= start:
                break
    except UnexpectedInput:
        pass
    return frozenset(parser.accepts())


def _list_words(text: str, end: int) -> tuple[Word, ...]:
    return tuple(
        Word(match.lastgroup or "", match[0], Span(match.start(), match.end()))
        for match in _WORDS.finditer(text, 0, end)
        if match.lastgroup != "comment"
    )
