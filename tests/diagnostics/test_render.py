from __future__ import annotations

import json

import pytest

from hdsl.diagnostics import Diagnostic, HdslError, Label
from hdsl.diagnostics.render import render, render_all, to_json
from hdsl.source import Source, Span

TEXT = "sigma ~ HalfNormal(10)\n\n\tmu[i] ~ Normal(m, sigam)\n"
SOURCE = Source(TEXT, "rats.hbm")


def span(part: str, text: str = TEXT) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


UNKNOWN = Diagnostic(
    "HB201",
    "unknown name `sigam`",
    span("sigam"),
    note="not declared in this model",
    labels=(Label(span("sigma"), "`sigma` is declared here"),),
    cause="every name must be declared",
    help="did you mean `sigma`?",
)


def test_the_whole_drawing():
    assert render(UNKNOWN, SOURCE) == (
        "rats.hbm:3:20: error[HB201]: unknown name `sigam`\n"
        "  |\n"
        "3 | \tmu[i] ~ Normal(m, sigam)\n"
        "  | \t                  ^^^^^ not declared in this model\n"
        "  |\n"
        "1 | sigma ~ HalfNormal(10)\n"
        "  | ----- `sigma` is declared here\n"
        "  |\n"
        "  = cause: every name must be declared\n"
        "  = help: did you mean `sigma`?"
    )


def test_labels_stand_in_the_order_of_the_lines():
    text = "\n".join(f"x{number} = 1" for number in range(12))
    labels = (Label(span("x10", text), "later"), Label(span("x2", text), "earlier"))
    drawn = render(Diagnostic("HB101", "t", span("x5", text), labels=labels), Source(text))
    assert drawn.index("^^") < drawn.index("earlier") < drawn.index("later")
    assert "\n 6 | x5 = 1\n   | ^^\n   |\n 3 | x2" in drawn


def test_a_label_on_the_same_line_shares_the_excerpt():
    text = "f(a"
    drawn = render(
        Diagnostic("HB103", "t", Span(3, 3), labels=(Label(Span(1, 2), "opened here"),)),
        Source(text),
    )
    assert drawn.split("\n")[1:5] == ["  |", "1 | f(a", "  |    ^", "  |  - opened here"]


@pytest.mark.parametrize(
    ("text", "part", "padding", "carets"),
    [
        ("漢字 ~ x", "x", " " * 7, "^"),
        ("漢字 ~ x", "漢字", "", "^^^^"),
        ("e\u0301 ~ x", "x", " " * 4, "^"),
        ("a\t~ x", "x", " \t  ", "^"),
    ],
)
def test_carets_stand_under_wide_and_narrow_characters(
    text: str, part: str, padding: str, carets: str
):
    drawn = render(Diagnostic("HB101", "t", span(part, text)), Source(text))
    assert drawn.split("\n")[3] == f"  | {padding}{carets}"


def test_a_span_of_several_lines_shows_the_first():
    text = "x = f(a,\n  b)\n"
    drawn = render(Diagnostic("HB101", "t", Span(4, 14)), Source(text))
    assert drawn.split("\n")[2:] == ["1 | x = f(a,", "  |     ^^^^", "  |"]


def test_without_a_place_or_a_text_there_is_no_excerpt():
    lint = Diagnostic("HB601", "t", help="do this", severity="warning")
    assert render(lint, SOURCE) == "rats.hbm: warning[HB601]: t\n  = help: do this"
    assert render(UNKNOWN, None).split("\n")[0] == "error[HB201]: unknown name `sigam`"


def test_the_end_of_an_empty_text_can_be_marked():
    assert render(Diagnostic("HB107", "t", Span(0, 0)), Source("")).split("\n")[1:] == [
        "  |",
        "1 |",
        "  | ^",
        "  |",
    ]


def test_a_very_long_line_is_shown_in_part():
    text = "a" * 1000 + "!" + "b" * 1000
    lines = render(Diagnostic("HB102", "t", span("!", text)), Source(text)).split("\n")
    assert max(map(len, lines)) < 200
    assert lines[2][lines[3].index("^")] == "!"


def test_control_characters_never_reach_the_terminal():
    text = "x\x1b[31m = 1"
    diagnostic = Diagnostic("HB117", "bad \x1b[2J", Span(1, 2), note="\x1b", help="\x07")
    assert not any(c in render(diagnostic, Source(text)) for c in "\x1b\x07")


def test_colour_changes_nothing_but_the_colour():
    import re

    colored = render(UNKNOWN, SOURCE, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(UNKNOWN, SOURCE)


def test_the_text_of_an_error_is_its_drawing():
    error = HdslError([UNKNOWN, UNKNOWN], SOURCE)
    assert str(error) == render_all([UNKNOWN, UNKNOWN], SOURCE)
    assert str(error).count("\n\n") == 1


def test_json_has_the_same_facts():
    value = json.loads(json.dumps(to_json(UNKNOWN, SOURCE)))
    assert value["code"] == "HB201"
    assert value["file"] == "rats.hbm"
    assert value["span"] == {"start": {"line": 3, "column": 20}, "end": {"line": 3, "column": 25}}
    assert value["labels"][0]["text"] == "`sigma` is declared here"
    assert to_json(UNKNOWN, None)["span"] is None
