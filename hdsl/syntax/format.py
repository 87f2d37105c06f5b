"""A tree as canonical text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from hdsl.syntax import tree
from hdsl.syntax.format_expression import (
    comma_pieces,
    condition_pieces,
    expression_pieces,
    format_number,
    index_pieces,
    list_pieces,
    quote,
    unambiguous_pieces,
)
from hdsl.syntax.lines import MAX_COLUMNS, Piece, Soft, deeper, fill_lines, flat_text

# Where a `data` statement is broken before its commas.
_WHERE, _FROM = -2, -1
LONGEST_ALIGNED = 76
"""Longer lines don't move the comments beside others."""
_PLAIN_LABEL = re.compile(
    r"(?!(?:if|then|else|and|or|not|for|true|false|inf)(?!\w))[A-Za-z_]\w*'*", re.ASCII
)
# Words that would be read as the beginning of another kind of statement.
_FACTOR_AHEAD = re.compile(r"factor\s*[({\"\-0-9.]")


def format_program(program: tree.Program) -> str:
    """A model in canonical form.

    Spaces and brackets are canonical; the order of statements, empty lines (at most one) and all
    comments are kept. A statement stands on one line if 100 columns are enough; if not, it keeps
    the lines of the author, and those that are too long are broken. Comments beside lines that
    follow each other begin in one column. Formatting the result again changes nothing, and
    parsing it gives an equal tree.
    """
    program = _without_comments_above(program)
    beside: dict[int, str] = {}
    lines = list(_comment_lines(program.header))
    if program.header and program.statements:
        lines.append("")
    ends_line = False
    for number, statement in enumerate(program.statements):
        comments = statement.comments
        text = fill_lines(statement_pieces(statement), program.line_starts)
        if ends_line and _fits_beside(lines[-1], text, comments):
            lines[-1] += f"; {text[0]}"
        else:
            lines += [""] if number and comments.blank_before else []
            for block in comments.detached:
                lines += [*_comment_lines(block), ""]
            lines += [*_comment_lines(comments.above), *text]
        following = program.statements[number + 1 : number + 2]
        ends_line = len(text) == 1
        if not (ends_line and following and _shares_line(lines[-1], comments, following[0])):
            if comments.beside is not None:
                beside[len(lines) - 1] = _comment(comments.beside)
            ends_line = ends_line and comments.beside is None
    for block in program.footer:
        lines += ["", *_comment_lines(block)] if lines else _comment_lines(block)
    return "".join(f"{line}\n" for line in _with_comments_beside(lines, beside))


def _without_comments_above(program: tree.Program) -> tree.Program:
    """The program, in which no comment about the first statement would be read as the model's."""
    if program.header or not program.statements:
        return program
    first, *others = program.statements
    own = first.comments
    if not isinstance(first, tree.TITLED) or not own.above or own.detached:
        return program
    texts = (*own.above, *([own.beside] if own.beside is not None else []))
    own = replace(own, above=(), beside=" ".join(["", *filter(None, map(str.strip, texts))]))
    return replace(program, statements=(replace(first, comments=own), *others))


def _with_comments_beside(lines: list[str], beside: Mapping[int, str]) -> Iterator[str]:
    """The lines with their comments, which begin in one column on lines that follow each other."""
    columns: dict[int, int] = {}
    for _, run in groupby(enumerate(sorted(beside)), lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        widths = [(len(lines[number]), len(beside[number])) for number in numbers]
        column = _common_column(widths)
        aligned = [n for n, pair in zip(numbers, widths, strict=True) if _may_begin(pair, column)]
        columns |= dict.fromkeys(aligned, column)
    for number, line in enumerate(lines):
        comment = beside.get(number)
        yield line if comment is None else f"{line:<{columns.get(number, 0)}}  {comment}"


def _common_column(widths: list[tuple[int, int]]) -> int:
    """The column in which most comments may begin, from the widths of lines and comments.

    Other comments stand right after their lines: behind lines that are longer, and where they
    would run beyond the end of the line.
    """
    columns = sorted(line for line, _ in widths if line <= LONGEST_ALIGNED)
    return max(columns, key=lambda c: sum(_may_begin(pair, c) for pair in widths), default=0)


def _may_begin(widths: tuple[int, int], column: int) -> bool:
    line, comment = widths
    return line == column or (line < column and column + 2 + comment <= MAX_COLUMNS)


def statement_pieces(statement: tree.Statement) -> list[Piece]:
    """The pieces of a statement, for the one who fills lines."""
    return _FORMS[type(statement)](statement)


def _shares_line(line: str, comments: tree.Comments, following: tree.Statement) -> bool:
    # The comment beside a line is about each of its statements, and is written once.
    if comments.beside is None or comments.beside != following.comments.beside:
        return False
    return _fits_beside(line, fill_lines(statement_pieces(following)), following.comments)


def _fits_beside(line: str, text: list[str], comments: tree.Comments) -> bool:
    alone = comments.above or comments.detached or comments.blank_before or not comments.joined
    return not alone and len(text) == 1 and len(line) + 2 + len(text[0]) <= MAX_COLUMNS


def _comment_lines(texts: tuple[str, ...]) -> Iterator[str]:
    return (_comment(text) for text in texts)


def _comment(text: str) -> str:
    return f"# {text}" if text[:1].isalnum() else f"#{text}"


def _target(expression: tree.Expression) -> list[Piece]:
    pieces = unambiguous_pieces(expression_pieces(expression))
    return ["(", *deeper(pieces), ")"] if _FACTOR_AHEAD.match(flat_text(pieces)) else pieces


def _stochastic(statement: tree.StochasticStatement) -> list[Piece]:
    if statement.joint:
        targets: list[Piece] = ["(", *deeper(list_pieces(statement.targets)), ")"]
    else:
        targets = comma_pieces(statement.targets, _target)
    distribution = expression_pieces(statement.distribution)
    return [*targets, " ~ ", *distribution, *condition_pieces(statement.conditions)]


def _deterministic(statement: tree.DeterministicStatement) -> list[Piece]:
    value = expression_pieces(statement.value)
    return [*_target(statement.target), " = ", *value, *condition_pieces(statement.conditions)]


def _factor(statement: tree.FactorStatement) -> list[Piece]:
    value = expression_pieces(statement.value)
    return ["factor ", *_word_apart(value), *condition_pieces(statement.conditions)]


def _word_apart(pieces: list[Piece]) -> list[Piece]:
    # `factor [a, b]` and `where [a, b]` would be read as a name with indices.
    return ["(", *deeper(pieces), ")"] if flat_text(pieces).startswith(("[", "+")) else pieces


def _data(statement: tree.DataStatement) -> list[Piece]:
    pieces = ["data ", *comma_pieces(statement.items, _item)]
    if statement.file is not None:
        pieces += [Soft(_FROM, statement.file.span.start), f"from {quote(statement.file.value)}"]
    if statement.where is not None:
        chosen = _word_apart(expression_pieces(statement.where))
        pieces += [Soft(_WHERE, statement.where.span.start), "where ", *chosen]
    return pieces


def _item(item: tree.DataItem) -> list[Piece]:
    pieces: list[Piece] = [f"{quote(item.column.value)} as "] if item.column is not None else []
    pieces += [item.name.text, *index_pieces(item.indices)]
    if item.type is not None:
        within = f" within {item.type.within.text}" if item.type.within is not None else ""
        pieces.append(f" : {item.type.name.text}{within}")
    if item.value is not None:
        pieces += [" = ", *expression_pieces(item.value)]
    return pieces


def _index(statement: tree.IndexStatement) -> list[Piece]:
    head = f"index {statement.name.text} = "
    if isinstance(statement.domain, tree.LabelSet):
        labels = comma_pieces(statement.domain.labels, _label)
        return [head, "{", *deeper(labels), "}"]
    return [head, *expression_pieces(statement.domain)]


def _label(label: tree.SetLabel) -> list[Piece]:
    if isinstance(label.label, str):
        text = label.label if _is_plain(label.label) else quote(label.label)
    else:
        text = format_number(label.label)
    return [text] if label.code is None else [f"{text} = ", *expression_pieces(label.code)]


def _is_plain(label: str) -> bool:
    return _PLAIN_LABEL.fullmatch(label) is not None or (
        label.isalpha() and unicodedata.is_normalized("NFC", label) and not label.isascii()
    )


def _function(statement: tree.FunctionStatement) -> list[Piece]:
    parameters = deeper(list_pieces(statement.parameters))
    body = expression_pieces(statement.body)
    return [f"def {statement.name.text}(", *parameters, ") = ", *body]


def _density(statement: tree.DensityStatement) -> list[Piece]:
    inside = list_pieces(statement.variables)
    if statement.parameters:
        inside += [" | ", *list_pieces(statement.parameters)]
    body = expression_pieces(statement.body)
    return [f"density {statement.name.text}(", *deeper(inside), ") = ", *body]


_FORMS: dict[type[tree.StatementNode], Callable[[Any], list[Piece]]] = {
    tree.StochasticStatement: _stochastic,
    tree.DeterministicStatement: _deterministic,
    tree.FactorStatement: _factor,
    tree.DataStatement: _data,
    tree.IndexStatement: _index,
    tree.FunctionStatement: _function,
    tree.DensityStatement: _density,
}
