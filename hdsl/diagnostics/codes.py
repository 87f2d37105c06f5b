"""The codes of all mistakes and lints, each with its meaning in one line."""

from __future__ import annotations

CODES: dict[str, str] = {
    # Syntax.
    "HB101": "a word or sign that can't stand where it does",
    "HB102": "a character that the language does not use",
    "HB103": "a bracket that is never closed",
    "HB104": "a closing bracket without its opening one",
    "HB105": "a text in quotes that is never closed",
    "HB106": "a backslash that has no meaning in a text",
    "HB107": "the file or the line ends inside a statement",
    "HB108": "a reserved word used as a name",
    "HB109": "a value is missing",
    "HB110": "`=` and `==` mixed up",
    "HB111": "a sign of assignment from another language",
    "HB112": "two statements on one line",
    "HB113": "a line inside braces begins with `+` or `-`",
    "HB114": "the file is not UTF-8 text",
    "HB115": "an expression that is too deeply nested",
    "HB116": "a number that is badly written, too large or too small",
    "HB117": "a control character in the text",
    "HB118": "a statement without `~` and `=`",
    "HB119": "a block or a declaration of a type",
    "HB120": "a loop",
    "HB121": "a comment that does not begin with `#`",
    "HB122": "truncation in the spelling of another language",
    "HB123": "`if` without `then` or without `else`",
    "HB124": "an operator of another language",
    "HB125": "a name with a dot",
    # The command line.
    "HB504": "data that the model does not take",
    "HB505": "a code that does not exist",
    "HB580": "a place that is not the folder of a run",
    "HB581": "a run that can't be saved",
    "HB582": "a run that was not finished",
    "HB583": "a model that can't be rewritten",
    "HB585": "not enough memory",
    # Lints.
    "HB601": "an improper prior",
    "HB602": "an index that hides another",
    # hdsl itself.
    "HB900": "a mistake in hdsl",
}
