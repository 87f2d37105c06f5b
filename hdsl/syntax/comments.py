"""Finds the comments of a text and hands each to the statement that it belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hdsl.source import Source
from hdsl.syntax.tree import TITLED, Comments, Program, Statement

_TEXT_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+"|(#[^\n]*+)')

Blocks = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Comment:
    start: int
    end: int
    line: int
    text: str


def attach_comments(program: Program, source: Source) -> Program:
    """The program with the comments of its text; its statements must carry their spans."""
    comments = _list_comments(source)
    starts = [comment.start for comment in comments]
    lines = [_lines(statement, source) for statement in program.statements]
    statements: list[Statement] = []
    header: tuple[str, ...] = ()
    done, previous_line = 0, 0
    for number, statement in enumerate(program.statements):
        first_line, last_line = lines[number]
        begin = bisect_left(starts, statement.span.start)
        end = bisect_left(starts, statement.span.end)
        blocks, adjacent = _blocks(comments[done:begin], first_line)
        if number == 0 and blocks:
            header, blocks = blocks[0], blocks[1:]
        elif number == 0 and isinstance(statement, TITLED):
            header, adjacent = adjacent, ()
        top_line = comments[done].line if done < begin else first_line
        own = Comments(
            above=(*adjacent, *(comment.text for comment in comments[begin:end])),
            detached=blocks,
            blank_before=number > 0 and top_line > previous_line + 1,
            joined=number > 0 and first_line == previous_line,
        )
        statements.append(replace(statement, comments=own))
        done, previous_line = end, last_line
        last_on_line = number + 1 == len(lines) or lines[number + 1][0] > last_line
        if last_on_line and done < len(comments) and comments[done].line == last_line:
            _put_beside(statements, lines, comments[done].text)
            done += 1
    blocks, last = _blocks(comments[done:], None)
    blocks = (*blocks, last) if last else blocks
    if not statements and len(blocks) > 1:
        header, blocks = blocks[0], blocks[1:]
    return replace(program, statements=tuple(statements), header=header, footer=blocks)


def _list_comments(source: Source) -> list[_Comment]:
    return [
        _Comment(
            match.start(1), match.end(1), source.position(match.start(1))[0], match[1][1:].rstrip()
        )
        for match in _TEXT_OR_COMMENT.finditer(source.text)
        if match[1] is not None
    ]


def _lines(statement: Statement, source: Source) -> tuple[int, int]:
    return source.position(statement.span.start)[0], source.position(statement.span.end)[0]


def _blocks(comments: Sequence[_Comment], next_line: int | None) -> tuple[Blocks, tuple[str, ...]]:
    # Blocks end at an empty line; the last one is given apart if `next_line` follows it directly.
    blocks: list[list[str]] = []
    line = -1
    for comment in comments:
        if comment.line != line + 1 or not blocks:
            blocks.append([])
        blocks[-1].append(comment.text)
        line = comment.line
    closed = tuple(tuple(block) for block in blocks)
    if closed and (next_line is None or line + 1 >= next_line):
        return closed[:-1], closed[-1]
    return closed, ()


def _put_beside(statements: list[Statement], lines: list[tuple[int, int]], text: str) -> None:
    # A comment at the end of a line is about all statements on that line.
    number = len(statements) - 1
    while True:
        statement = statements[number]
        comments = replace(statement.comments, beside=text)
        statements[number] = replace(statement, comments=comments)
        if not statement.comments.joined or lines[number][0] != lines[number][1]:
            return
        number -= 1
