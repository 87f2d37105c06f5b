"""Messages for statements that lack a part, have one too many, or use a reserved word."""

from __future__ import annotations

import re
from collections.abc import Callable

from hdsl.diagnostics import Diagnostic, Label
from hdsl.source import Span
from hdsl.syntax.mistake import Mistake, Word

_RESERVED = frozenset({"IF", "THEN", "ELSE", "AND", "OR", "NOT", "FOR", "TRUE", "FALSE", "INF"})
_DECLARATIONS = frozenset({"data", "index", "def", "density"})
_CLOSERS = frozenset({"RPAR", "RSQB", "RBRACE"})
_ENDS = frozenset({"$END", "_NEWLINE", "SEMICOLON", "COMMA", *_CLOSERS})
_INFIX = frozenset(
    {"COMPARE", "MULTIPLY", "CIRCUMFLEX", "AND", "OR", "TILDE", "EQUAL", "DOTS", "VBAR"}
)


def reserved_name(mistake: Mistake) -> Diagnostic | None:
    """``if ~ Normal(0, 1)``, ``index answer = {true, false}``."""
    previous = mistake.previous
    if previous is not None and mistake.kind in ("TILDE", "EQUAL") and mistake.wants_value:
        before_relation = previous.text.upper() in _RESERVED
        return reserved_word(previous.text, previous.span) if before_relation else None
    if mistake.kind in _RESERVED and _is_declared(mistake):
        return reserved_word(mistake.found, mistake.span)
    if mistake.kind not in _RESERVED or "NAME" not in mistake.accepts:
        return None
    used_as_name = re.match(r"\w+\s*(?:~|=(?!=)|[\[\]])", mistake.rest) is not None
    if mistake.wants_value and not used_as_name:
        return None
    label = "STRING" in mistake.accepts and not mistake.wants_value
    return reserved_word(mistake.found, mistake.span, label)


def _is_declared(mistake: Mistake) -> bool:
    """``data for = 2``, ``def then(x) = …``: the first word of a declaration is its name."""
    words = mistake.statement
    return (
        len(words) == 1
        and words[0].text in _DECLARATIONS
        and re.match(r"\w+\s*(?:$|[=,(\[#])(?!=)", mistake.rest) is not None
    )


def reserved_word(word: str, span: Span, label: bool = False) -> Diagnostic:
    """The diagnostic for a reserved word as a name, or as a label of an index set."""
    return Diagnostic(
        "HB108",
        f"`{word}` is a reserved word",
        span,
        cause="`if then else and or not for true false inf` can't be names",
        help=f'put it in quotes: `"{word}"`' if label else "choose another name",
    )


def equals_mixed_up(mistake: Mistake) -> Diagnostic | None:
    """``==`` in a definition, ``=`` in a condition."""
    if mistake.kind == "COMPARE" and mistake.found == "==" and "EQUAL" in mistake.accepts:
        return _double_equals(mistake.span)
    if mistake.at_end and {"EQUAL", "TILDE"} <= mistake.accepts:
        for word in mistake.statement:
            if word.text == "==":
                return _double_equals(word.span)
    if mistake.kind != "EQUAL" or "COMPARE" not in mistake.accepts:
        return None
    if {"TILDE", "COMMA"} <= mistake.accepts:
        return None
    return Diagnostic(
        "HB110",
        "`=` does not compare",
        mistake.span,
        cause="`=` says what a name is; `==` asks whether two values are equal",
        help="define each name on a line of its own"
        if not mistake.brackets and _is_definition(mistake)
        else "write `==`",
    )


def _is_definition(mistake: Mistake) -> bool:
    words = [word.text for word in mistake.statement]
    return "=" in words and "if" not in words and "for" not in words and "where" not in words


def missing_branch(mistake: Mistake) -> Diagnostic | None:
    """``if`` without ``then`` or ``else``."""
    word = next((w for w in ("THEN", "ELSE") if w in mistake.accepts), None)
    opener = _open_if(mistake.before)
    if word is None or opener is None:
        return None
    title = "`if` without `then`" if word == "THEN" else "`if` without `else`"
    return Diagnostic(
        "HB123",
        title,
        mistake.span,
        note=f"expected `{word.lower()}` here, or an operator",
        labels=(Label(opener.span, "the `if` is here"),),
        cause="an `if` gives a value in either case: `if c then a else b`",
        help=_branch_advice(mistake, word),
    )


def _branch_advice(mistake: Mistake, word: str) -> str:
    if word == "ELSE":
        return "write `else` and a value"
    if mistake.statement and mistake.statement[0].text == "if":
        return "to make a line hold for some elements, write `for` and the condition at its end"
    return "write `then`"


def several_defined(mistake: Mistake) -> Diagnostic | None:
    """``a, b = 3``."""
    if mistake.kind != "EQUAL" or not {"TILDE", "COMMA"} <= mistake.accepts:
        return None
    return Diagnostic(
        "HB101",
        "`=` defines one name at a time",
        mistake.span,
        cause="several names may share a `~`, and are then independent; an `=` has one on its left",
        help="write a line for each name",
    )


def two_statements(mistake: Mistake) -> Diagnostic | None:
    """Two statements on one line, without ``;``."""
    if mistake.brackets or "SEMICOLON" not in mistake.accepts or mistake.wants_value:
        return None
    begins = mistake.kind in ("NAME", "DATA", "INDEX", "DEF", "DENSITY", "FACTOR", "LPAR")
    statement = re.match(
        r"[^#\"]*?(?:~|(?<![=<>!])=(?!=))|(?:data|index|def|factor)\s", mistake.rest
    )
    if not begins or statement is None:
        return None
    return Diagnostic(
        "HB112",
        "two statements on one line",
        mistake.span,
        note="a new statement seems to begin here",
        cause="a statement ends at the end of its line or at `;`",
        help="put `;` before it, or begin a new line",
    )


def lone_expression(mistake: Mistake) -> Diagnostic | None:
    """A statement without ``~`` and ``=``."""
    if not mistake.at_end or not {"TILDE", "EQUAL"} <= mistake.accepts or not mistake.statement:
        return None
    return Diagnostic(
        "HB118",
        "this statement has neither `~` nor `=`",
        mistake.statement[0].span.to(mistake.statement[-1].span),
        cause="a statement says how something is distributed (`x ~ Normal(0, 1)`) or what it is "
        "(`y = 2 * x`)",
        help="complete the line; to add an expression to the log density, write `factor` before it",
    )


def file_ends(mistake: Mistake) -> Diagnostic | None:
    """The file ends inside a statement."""
    if mistake.kind != "$END":
        return None
    return Diagnostic(
        "HB107",
        "the file ends inside a statement",
        mistake.span,
        note="the statement should go on here",
        cause="after an operator or a comma a statement goes on in the next line",
        help="write `censored to [lo, hi]`, or `censored if` and a condition on data"
        if mistake.previous is not None and mistake.previous.text == "censored"
        else "complete the statement, or delete its beginning",
    )


def missing_value(mistake: Mistake) -> Diagnostic | None:
    """An operator, a comma or a bracket with nothing after it."""
    if not mistake.wants_value or mistake.kind not in _ENDS | _INFIX | {"THEN", "ELSE", "FOR"}:
        return None
    previous = mistake.previous
    if previous is None:
        title = f"a statement can't begin with `{mistake.found}`"
    elif mistake.kind in ("_NEWLINE", "SEMICOLON"):
        title = f"something is missing after `{previous.text}`"
    else:
        title = f"something is missing before `{mistake.found}`"
    advice = "write a value, a name or an expression here"
    if previous is not None and previous.text == "[" and mistake.found in ("]", ","):
        advice = (
            "leave off the brackets for the whole array, and trailing indices for a slice of it"
        )
    return Diagnostic(
        "HB109",
        title,
        mistake.span,
        cause="an operator stands between two values, and a comma between two things",
        help=advice,
    )


def _double_equals(span: Span) -> Diagnostic:
    return Diagnostic(
        "HB110",
        "`==` does not define a name",
        span,
        cause="`=` says what a name is; `==` asks whether two values are equal",
        help="write `=`",
    )


def _open_if(words: tuple[Word, ...]) -> Word | None:
    complete = 0
    for word in reversed(words):
        if word.text == "else":
            complete += 1
        elif word.text == "if":
            if complete == 0:
                return word
            complete -= 1
    return None


STATEMENTS: tuple[Callable[[Mistake], Diagnostic | None], ...] = (
    reserved_name,
    equals_mixed_up,
    missing_branch,
    several_defined,
    two_statements,
    lone_expression,
    file_ends,
    missing_value,
)
