from __future__ import annotations

import pytest

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.source import Source
from hdsl.syntax import decode, parse


def mistake(text: str) -> Diagnostic:
    with pytest.raises(HdslError) as caught:
        parse(Source(text))
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("y = 2 sigma", "HB101", "sigma"),
        ("x ~ Normal(0; 1)", "HB101", ";"),
        ("x ~ Normal(0, 1) if a > 3", "HB101", "if"),
        ('use "other.hbm"', "HB101", '"other.hbm"'),
        ("data r[gc] : real <kpc>", "HB101", "<"),
        ("y = a ≤ b", "HB102", "≤"),
        ("y = 3\u200b", "HB102", "\u200b"),
        ("y = f(a, [1, 2)", "HB104", ")"),
        ("y = 'NJ'", "HB102", "'"),
        ("then = 3", "HB108", "then"),
        ("x = 1; not ~ D(1)", "HB108", "not"),
        ("true = 3", "HB108", "true"),
        ("y = a + ; z = 2", "HB109", ";"),
        ("= 3", "HB109", "="),
        ('data x from "f" where k = 3', "HB110", "="),
        ("y := 3", "HB111", ":="),
        ("y = 3 z = 4", "HB112", "z"),
        ("x ~ D(1) data y", "HB112", "data"),
        ("y = 1_000", "HB116", "1_000"),
        ("y = 1e-999", "HB116", "1e-999"),
        ("y = 2\x00", "HB117", "\x00"),
        ("# \u202e comment", "HB117", "\u202e"),
        ("y = 1\rz = 2", "HB117", "\r"),
        ("vector[N] y;", "HB119", "vector"),
        ("transformed data {", "HB119", "transformed data {"),
        ("for i in range(10):", "HB120", "for"),
        ("y = 1\nfor i in 1:3 { x[i] ~ Normal(y, 1) }", "HB120", "for"),
        ("/* comment */", "HB121", "/*"),
        ("x ~ dnorm(0, 1) T(0,)", "HB122", "T"),
        ("y = a ? b : c", "HB124", "?"),
        ("y = !a", "HB124", "!"),
        ("y[1:3] ~ D(1)", "HB124", ":"),
        ("y = np.log(x)", "HB125", "np.log"),
    ],
)
def test_code_and_place(text: str, code: str, marked: str):
    found = mistake(text)
    assert found.code == code
    assert found.span is not None
    assert Source(text).excerpt(found.span) == marked


def test_a_mistake_at_the_end_is_shown_after_the_last_character():
    text = "x ~ Normal(0,   # comment\n\n"
    found = mistake(text)
    assert found.span is not None
    assert found.span.start == found.span.end == len("x ~ Normal(0,")
    assert [Source(text).excerpt(label.span) for label in found.labels] == ["("]


def test_what_could_stand_is_told_in_plain_words():
    assert mistake("index s {A}").cause == "here could stand `=`"
    assert mistake("data x[i] from file").cause == "here could stand a text in double quotes"
    assert mistake("data 3").cause.startswith("here could stand an operator")


def test_an_exception_of_the_parser_is_not_shown_as_the_cause():
    with pytest.raises(HdslError) as caught:
        parse(Source("x ~"))
    assert caught.value.__context__ is None


def test_decode_takes_utf_8_with_or_without_a_mark():
    assert decode("θ = 1\n".encode()) == decode("\ufeffθ = 1\n".encode()) == "θ = 1\n"


def test_decode_names_the_place():
    with pytest.raises(HdslError) as caught:
        decode("θ = 1\nü".encode()[:-1], "m.hbm")
    assert str(caught.value).startswith("m.hbm:2:1: error[HB114]")
    with pytest.raises(HdslError, match="UTF-16"):
        decode("x = 1".encode("utf-16"))
