"""Messages for what people bring along from Stan, BUGS, R and Python."""

from __future__ import annotations

import re
from collections.abc import Callable

from hdsl.diagnostics import Diagnostic
from hdsl.source import Span
from hdsl.syntax.mistake import Mistake

TYPE_WORDS = frozenset(
    {
        *("int", "integer", "real", "float", "double", "var", "array"),
        *("vector", "row_vector", "matrix", "simplex", "ordered", "positive_ordered"),
        *("unit_vector", "cov_matrix", "corr_matrix"),
        *("cholesky_factor_corr", "cholesky_factor_cov"),
    }
)

_OPERATORS = {
    "&&": "write `and`",
    "&": "write `and`",
    "||": "write `or`",
    "|": "write an absolute value as `abs(x)`, and `or` between conditions; what a quantity "
    "depends on stands right of `~`",
    "**": "write a power as `x^2`",
    "%*%": "write a matrix product as `@`",
    "%/%": "write `floor(a / b)`",
    "%": "write 5 % as `0.05`, and a remainder as `a - b * floor(a / b)`",
    "?": "write `if c then a else b`",
    "!": "write `not`",
    ".*": "write `*`: arithmetic goes element by element",
    "./": "write `/`: arithmetic goes element by element",
    ".^": "write `^`: arithmetic goes element by element",
    "::": "only Python functions handed to the model can be added to it",
    "$": "names have no `$`: write `_`",
}
_MODULES = frozenset(
    {"pm", "pymc", "dist", "numpyro", "np", "jnp", "jax", "math", "tfd", "stats", "scipy"}
)
_ASSIGNMENTS = {
    "<-": "define with `=`, or write `~` for a distribution",
    ":=": "define with `=`",
    "+=": "add to the log density with `factor`; any other name is defined once, with `=`",
    "-=": "each name is defined once, with `=`",
    "*=": "each name is defined once, with `=`",
    "/=": "each name is defined once, with `=`",
    "->": "define with `=`, the new name on the left",
    "=>": "define with `=`, the new name on the left",
    "=~": "write `~`",
    "~=": 'write `~`; "not equal" is `!=`',
    "===": "compare with `==`",
}


def foreign_comment(mistake: Mistake) -> Diagnostic | None:
    """``// …`` and ``/* … */``."""
    opening = _around(mistake, ("//", "/*"))
    if opening is None:
        return None
    span, text = opening
    return Diagnostic(
        "HB121",
        f"`{text}` does not begin a comment",
        span,
        cause="a comment begins with `#` and goes to the end of the line",
        help="write `#`" if text == "//" else "write `#` at the beginning of each line",
    )


def foreign_assignment(mistake: Mistake) -> Diagnostic | None:
    """``<-``, ``:=``, ``+=`` and the like."""
    found = _around(mistake, tuple(_ASSIGNMENTS))
    if found is None and mistake.at_end and "TILDE" in mistake.accepts:
        found = _arrow(mistake)
    if found is None:
        return None
    span, text = found
    return Diagnostic(
        "HB111",
        f"`{text}` is not a sign of the language",
        span,
        cause="`=` says what a name is, and `~` how it is distributed",
        help=_ASSIGNMENTS[text],
    )


def foreign_operator(mistake: Mistake) -> Diagnostic | None:
    """``&&``, ``**``, ``%``, ``1:N`` and the like."""
    found = _around(mistake, tuple(_OPERATORS))
    if found is not None:
        span, text = found
        advice = _OPERATORS[text]
    elif mistake.found == ":" and "DOTS" in mistake.accepts:
        span, text, advice = mistake.span, ":", "write a range as `1..N`"
    elif mistake.found == ":" and any(word.text == "[" for word in mistake.brackets[-1:]):
        span, text = mistake.span, ":"
        advice = "name the elements in a condition, as in `sum(x[t] for t in 2..5)`"
    else:
        return None
    return Diagnostic(
        "HB124",
        f"`{text}` means nothing here",
        span,
        cause="the operators are `+ - * / ^ @`, `== != < <= > >=`, `and`, `or`, `not` and `..`",
        help=advice,
    )


def dotted_name(mistake: Mistake) -> Diagnostic | None:
    """``mu.alpha``, as in BUGS, and ``np.log``."""
    previous = mistake.previous
    if mistake.found != "." or previous is None or previous.kind != "word":
        return None
    part = re.match(r"\.([^\W\d]\w*)", mistake.rest)
    if part is None or previous.span.end != mistake.span.start:
        return None
    span = Span(previous.span.start, mistake.span.start + part.end())
    return Diagnostic(
        "HB125",
        f"a name has no dot: `{mistake.source.excerpt(span)}`",
        span,
        cause="names are made of letters, digits and `_`",
        help=f"write only `{part[1]}`"
        if previous.text in _MODULES
        else f"write `{previous.text}_{part[1]}`, or only `{part[1]}` if it is a function",
    )


def stan_block(mistake: Mistake) -> Diagnostic | None:
    """``model { … }``."""
    line = mistake.source.line(mistake.source.position(mistake.span.start)[0])
    match = re.match(
        r"\s*((?:transformed |generated )?(?:data|parameters|model|quantities|functions))\s*\{",
        line,
    )
    if match is None:
        return None
    start = mistake.span.start - len(mistake.line_before)
    return Diagnostic(
        "HB119",
        f"there are no blocks such as `{match[1]} {{ … }}`",
        Span(start + match.start(1), start + match.end()),
        cause="a model is a list of statements in any order; which names are data, parameters or "
        "predictions follows from them",
        help="write the statements alone, without the block and its braces",
    )


def type_declaration(mistake: Mistake) -> Diagnostic | None:
    """``real x;``, ``vector[N] y;``."""
    words = mistake.statement
    if not words or words[0].text not in TYPE_WORDS or mistake.kind != "NAME":
        return None
    return declared_type(words[0].text, words[0].span)


def declared_type(text: str, span: Span) -> Diagnostic:
    """The diagnostic for a type in front of a name."""
    return Diagnostic(
        "HB119",
        f"`{text}` can't declare a name",
        span,
        cause="unknowns are not declared: their type, shape and support follow from their "
        "distribution; data are declared with `data`",
        help="delete the declaration, or write `data y[i] : real` if this is data",
    )


def loop(mistake: Mistake) -> Diagnostic | None:
    """``for (i in 1:N) { … }``, ``for i in 1:N { … }``, ``for i in x:``."""
    line = mistake.source.line(mistake.source.position(mistake.span.start)[0])
    match = re.match(r"\s*(?:\}\s*)?(for)\s*\(\s*\w+\s+in\b", line) or re.match(
        r"\s*(for)\b(?:.*:\s*(?:#.*)?$|\s*\w+\s+in\b[^{#]*\{)", line
    )
    if match is None:
        return None
    start = mistake.span.start - len(mistake.line_before)
    return Diagnostic(
        "HB120",
        "there are no loops",
        Span(start + match.start(1), start + match.end(1)),
        cause="a statement speaks of every element at once: `y[i] ~ Normal(mu, s)` is about "
        "every `i`",
        help="write the statement alone; `for` after it picks elements: `x[t] ~ … for t in 2..T`",
    )


def truncation(mistake: Mistake) -> Diagnostic | None:
    """``normal(0, 1) T[0, ]``, and ``T(0,)`` or ``I(0,)`` in BUGS."""
    previous = mistake.previous
    match = re.match(r"([TIC])\s*[\[(]", mistake.rest)
    if match is None or previous is None or previous.text != ")" or mistake.wants_value:
        return None
    return Diagnostic(
        "HB122",
        f"`{match[1]}` does not truncate a distribution",
        Span(mistake.span.start, mistake.span.start + 1),
        cause="bounds are written in words: `truncated to` renormalises, `censored to` does not",
        help="write `truncated to (lo, hi)`, with `inf` or `-inf` where there is no bound",
    )


def _around(mistake: Mistake, signs: tuple[str, ...]) -> tuple[Span, str] | None:
    # The parser may take the first character of a foreign sign for a sign of its own.
    text, start = mistake.source.text, mistake.span.start
    if mistake.kind in ("$END", "_NEWLINE", "STRING", "NAME", "NUMBER"):
        return None
    for sign in sorted(signs, key=len, reverse=True):
        for begin in range(start, start - len(sign), -1):
            not_equal = sign == "!" and text.startswith("!=", begin)
            if begin >= 0 and text.startswith(sign, begin) and not not_equal:
                return Span(begin, begin + len(sign)), sign
    return None


def _arrow(mistake: Mistake) -> tuple[Span, str] | None:
    # `x <- 3` reads as a comparison with -3.
    for first, second in zip(mistake.statement, mistake.statement[1:], strict=False):
        if first.text == "<" and second.text == "-" and first.span.end == second.span.start:
            return first.span.to(second.span), "<-"
    return None


FOREIGN: tuple[Callable[[Mistake], Diagnostic | None], ...] = (
    foreign_comment,
    loop,
    stan_block,
    type_declaration,
    truncation,
    foreign_assignment,
    foreign_operator,
    dotted_name,
)
