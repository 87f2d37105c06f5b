"""Which line ends matter: the part of the line rule that counts brackets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Token

MAX_BRACKETS = 100

_OPENERS = frozenset({"LPAR", "LSQB", "LBRACE"})
_CLOSERS = frozenset({"RPAR", "RSQB", "RBRACE"})
_LINE_GOES_ON_AFTER = frozenset(
    {
        *("TILDE", "EQUAL", "COMPARE", "SIGN", "MULTIPLY", "CIRCUMFLEX", "DOTS"),
        *("COMMA", "COLON", "VBAR", "LBRACE", "AND", "OR", "NOT", "IF", "THEN", "ELSE", "FOR"),
        *("IN", "AS", "FROM", "WHERE", "BY", "TO", "WITHIN", "TRUNCATED", "CENSORED"),
        *("DATA", "INDEX", "DEF", "DENSITY", "FACTOR"),
    }
)


class SignAtLineStart(Exception):
    """A line inside braces begins with ``+`` or ``-``."""

    def __init__(self, line_start: int) -> None:
        self.line_start = line_start


class TooManyBrackets(Exception):
    """More brackets are open at once than the parser allows."""

    def __init__(self, start: int) -> None:
        self.start = start


class Layout:
    """Drops the line ends that do not end a statement.

    It looks at one token at a time and holds none back: the contextual lexer reads the next
    token by the state that the parser has reached with this one.
    """

    always_accept = ("_NEWLINE", "LINE_SIGN")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Pass on the tokens that the grammar knows."""
        brackets: list[str] = []
        previous = ""
        for token in stream:
            kind = token.type
            if kind in self.always_accept:
                if _ends_statement(token, brackets[-1] if brackets else "", previous):
                    yield token
                    previous = kind
                continue
            if kind in _OPENERS:
                brackets.append(kind)
                if len(brackets) > MAX_BRACKETS:
                    raise TooManyBrackets(token.start_pos or 0)
            elif kind in _CLOSERS and brackets:
                # Any closer closes any opener: an interval may be half open.
                brackets.pop()
            previous = kind
            yield token


def _ends_statement(token: Token, bracket: str, previous: str) -> bool:
    if bracket in ("LPAR", "LSQB") or previous in _LINE_GOES_ON_AFTER:
        return False
    if token.type == "LINE_SIGN":
        if bracket == "LBRACE" and previous != "SEMICOLON":
            raise SignAtLineStart(token.end_pos or 0)
        return False
    return True
