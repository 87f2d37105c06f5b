"""The message of last resort: what was found, and what could have stood there."""

from __future__ import annotations

import re
from difflib import get_close_matches

from hdsl.diagnostics import Diagnostic
from hdsl.syntax.habits import TYPE_WORDS
from hdsl.syntax.mistake import Mistake

_SIGNS = {
    "TILDE": "`~`",
    "EQUAL": "`=`",
    "COLON": "`:`",
    "VBAR": "`|`",
    "DOTS": "`..`",
    "COMMA": "a comma",
    "LPAR": "`(`",
    "LSQB": "`[`",
    "LBRACE": "`{`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "RBRACE": "`}`",
}
_WORDS = (
    *("THEN", "ELSE", "FOR", "FROM", "WHERE", "AS", "WITHIN"),
    *("BY", "IN", "TO", "IF", "TRUNCATED", "CENSORED"),
)
_VALUE_STARTS = frozenset({"LPAR", "LSQB", "LBRACE", "IF"})


def unexpected_word(mistake: Mistake) -> Diagnostic:
    """A diagnostic for a word or sign that can't stand where it does."""
    cause = f"here could stand {list_expected(mistake)}"
    if mistake.at_end and not (mistake.kind == "SEMICOLON" and mistake.brackets):
        return Diagnostic(
            "HB107",
            "the line ends inside a statement",
            mistake.span,
            note="the statement should go on here",
            cause=cause,
            help=_advice_at_end(mistake),
        )
    shown = mistake.found if len(mistake.found) <= 30 else mistake.found[:27] + "..."
    return Diagnostic(
        "HB101", f"`{shown}` can't stand here", mistake.span, cause=cause, help=_advice(mistake)
    )


def list_expected(mistake: Mistake) -> str:
    """What could stand where the parser stopped, in words."""
    accepts = mistake.accepts
    expected: list[str] = []
    skipped: frozenset[str] = frozenset()
    if mistake.wants_value:
        expected.append("a value or an expression")
        skipped = _VALUE_STARTS
    elif {"NAME", "STRING"} <= accepts:
        expected.append("a name or a text in quotes")
    elif "NAME" in accepts:
        expected.append("a name")
    elif "STRING" in accepts:
        expected.append("a text in double quotes")
    elif "NUMBER" in accepts:
        expected.append("a number")
    if "MULTIPLY" in accepts:
        expected.append("an operator")
    expected += [text for kind, text in _SIGNS.items() if kind in accepts - skipped]
    expected += [f"`{kind.lower()}`" for kind in _WORDS if kind in accepts - skipped]
    if "SEMICOLON" in accepts and not mistake.wants_value:
        expected.append("the end of the statement")
    if not expected:
        return "nothing more"
    *first, last = expected
    return f"{', '.join(first)} or {last}" if first else last


def _advice_at_end(mistake: Mistake) -> str:
    words = [word.text for word in mistake.statement]
    if len(words) == 4 and words[0] == "index" and words[2] == "=":
        return f"give its labels: `{words[1]} = 1..{words[3]}` or `{words[1]} = {{A, B}}`"
    return "complete the statement, or delete its beginning"


def _advice(mistake: Mistake) -> str:
    previous = mistake.previous
    words = [kind.lower() for kind in _WORDS if kind in mistake.accepts]
    near = get_close_matches(mistake.found, words, n=1, cutoff=0.7)
    if near and mistake.kind == "NAME":
        return f"did you mean `{near[0]}`?"
    if mistake.kind == "IF" and mistake.wants_value:
        return "put brackets around `if … then … else …`"
    if mistake.kind == "IF" and "FOR" in mistake.accepts:
        return "to pick elements, write `for` and a condition"
    if previous is None or mistake.kind == "":
        return ""
    if mistake.found == "[":
        return _advice_on_bracket(previous.text)
    if mistake.kind == "STRING" and [w.text for w in mistake.before[-2:]] == [",", "from"]:
        return "delete the comma before `from`"
    if previous.text == "from" and mistake.kind == "NAME":
        return f'put the name of the file in double quotes: `"{_file_name(mistake)}"`'
    if previous.text == "censored":
        return "write `censored to [lo, hi]`, or `censored if` and a condition on data"
    if previous.text in TYPE_WORDS and _has_word(mistake, "data") and mistake.kind == "NAME":
        return f"the type stands behind the name: `data {mistake.found} : {_type(previous.text)}`"
    if mistake.kind == "IN" and _has_word(mistake, "sum"):
        return "the index stands at the end: `sum(x[i] for i in 1..3)`"
    values = previous.kind in ("word", "number") or previous.text in (")", "]")
    if values and mistake.kind in ("NAME", "NUMBER", "LPAR") and "MULTIPLY" in mistake.accepts:
        if previous.text[0].isupper() and "LPAR" in mistake.accepts:
            return f"arguments stand in brackets: `{previous.text}(…)`"
        if mistake.brackets and "COMMA" in mistake.accepts:
            return "to multiply, write `*`; between arguments stands a comma"
        return "to multiply, write `*`; a comment begins with `#`"
    if mistake.kind in ("NAME", "NUMBER", "STRING") and mistake.brackets:
        return "put a comma between the two" if "COMMA" in mistake.accepts else ""
    if mistake.kind == "FROM":
        return "`from` stands before `where`" if _has_word(mistake, "where") else ""
    if mistake.found == "," and "DOTS" in mistake.accepts:
        return "labels stand in braces: `{A, B}`"
    if mistake.found == "," and mistake.brackets and mistake.brackets[-1].text == "(":
        return "write a list as `[a, b]`"
    return ""


def _type(word: str) -> str:
    return "int" if word in ("int", "integer") else "real"


def _file_name(mistake: Mistake) -> str:
    return re.split(r"[\s;,]", mistake.rest, maxsplit=1)[0]


def _has_word(mistake: Mistake, text: str) -> bool:
    return any(word.text == text for word in mistake.statement)


def _advice_on_bracket(previous: str) -> str:
    if previous == "]":
        return "write several indices in one pair of brackets: `x[i, j]`"
    if previous in ("true", "false", "inf"):
        return f"`{previous}` is reserved: choose another name"
    if previous == ")":
        return "give the result a name, and write the brackets after that name"
    return ""
