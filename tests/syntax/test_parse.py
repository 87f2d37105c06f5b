from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from hdsl.diagnostics import HdslError
from hdsl.source import Source
from hdsl.syntax import parse
from hdsl.syntax.tree import (
    Binary,
    Block,
    Boolean,
    Call,
    CensoredIf,
    Comparison,
    Conditional,
    DataStatement,
    DensityStatement,
    DeterministicStatement,
    FactorStatement,
    FunctionStatement,
    IndexStatement,
    LabelSet,
    List,
    Membership,
    Name,
    Number,
    Range,
    SetLabel,
    Statement,
    StochasticStatement,
    String,
    Subscript,
    Truncated,
    Tuple,
    Unary,
    walk,
)

CASES = Path(__file__).parents[1] / "cases"


def statements(text: str) -> tuple[Statement, ...]:
    return parse(Source(text)).statements


def statement(text: str) -> Statement:
    (only,) = statements(text)
    return only


def expression(text: str):
    found = statement(f"y = {text}")
    assert isinstance(found, DeterministicStatement)
    return found.value


def code(text: str) -> str:
    with pytest.raises(HdslError) as caught:
        parse(Source(text))
    return caught.value.diagnostics[0].code


@pytest.mark.parametrize("path", sorted(CASES.glob("fragments/*.hbm")), ids=lambda p: p.stem)
def test_fragments_of_the_manual_parse(path: Path):
    assert statements(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("-x^2", "-(x^2)"),
        ("a^b^c", "a^(b^c)"),
        ("2^-1", "2^(-1)"),
        ("2^-x^2", "2^(-(x^2))"),
        ("a - b - c", "(a - b) - c"),
        ("a * -b", "a * (-b)"),
        ("-a * b", "(-a) * b"),
        ("a + b * c @ d", "a + ((b * c) @ d)"),
        ("not a == b and c or d", "((not (a == b)) and c) or d"),
        ("a or b and c", "a or (b and c)"),
        ("if a then b else if c then d else e", "if a then b else (if c then d else e)"),
        ("if a then D else E truncated to (0, 1)", "if a then D else (E truncated to (0, 1))"),
        (
            "D truncated to (0, 1) censored if a or b",
            "(D truncated to (0, 1)) censored if (a or b)",
        ),
        ("a + b < c", "(a + b) < c"),
    ],
)
def test_precedence(text: str, same: str):
    assert expression(text) == expression(same)


def test_brackets_that_change_the_meaning_are_kept():
    assert expression("(a < b) < c") != expression("a < b < c")
    assert expression("(-x)^2") != expression("-x^2")


def test_a_chain_of_comparisons_is_one_node():
    found = expression("0 < x <= 1")
    assert found == Comparison(("<", "<="), (Number(0), Name("x"), Number(1)))


def test_a_range_needs_no_spaces():
    found = statement("x[t] ~ D(1) for t in 1..T, t != 3.5")
    assert isinstance(found, StochasticStatement)
    assert found.conditions[0] == Membership(Name("t"), Range(Number(1), Name("T")))
    assert statement("index s = 1.5..3.") == IndexStatement(
        Name("s"), Range(Number(1.5), Number(3))
    )


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("0.5", 0.5), (".5", 0.5), ("1.5e-3", 0.0015), ("2E+2", 200)]
)
def test_numbers(text: str, value: float):
    assert expression(text) == Number(value)
    assert expression(text).text == text


def test_index_statements():
    assert statement('index s = {A, "St. Louis", 3, -1}') == IndexStatement(
        Name("s"),
        LabelSet((SetLabel("A"), SetLabel("St. Louis"), SetLabel(3.0), SetLabel(-1.0))),
    )
    assert statement("index s = {no = 0, yes = 1}") == IndexStatement(
        Name("s"), LabelSet((SetLabel("no", Number(0)), SetLabel("yes", Number(1))))
    )
    assert statement("index s = 5..250 by 5") == IndexStatement(
        Name("s"), Range(Number(5), Number(250), Number(5))
    )
    assert statement("index s = [\n  5,\n  10\n]") == IndexStatement(
        Name("s"), List((Number(5), Number(10)))
    )
    assert statement("index s = {\n  A,\n  B\n}") == statement("index s = {A, B}")


def test_data_statement():
    found = statement(
        'data "a b" as x[s, t] : class within school = 3, "id" as s from "f.csv" where k == "A"'
    )
    assert isinstance(found, DataStatement)
    first, second = found.items
    assert first.column == String("a b")
    assert first.indices == (Name("s"), Name("t"))
    assert first.type is not None
    assert (first.type.name, first.type.within) == (Name("class"), Name("school"))
    assert first.value == Number(3)
    assert (second.name, second.column, second.indices) == (Name("s"), String("id"), ())
    assert found.file == String("f.csv")
    assert found.where == Comparison(("==",), (Name("k"), String("A")))


def test_several_targets_and_joint_targets():
    several, joint = statements("a, b ~ D(1)\n(a[i], b[i]) ~ D(1)")
    assert isinstance(several, StochasticStatement)
    assert isinstance(joint, StochasticStatement)
    assert several.targets == (Name("a"), Name("b"))
    assert not several.joint
    assert joint.joint
    assert joint.targets == (Subscript(Name("a"), (Name("i"),)), Subscript(Name("b"), (Name("i"),)))


def test_the_other_statements():
    assert statement("factor -x^2 for i, x > 0") == FactorStatement(
        Unary("-", Binary("^", Name("x"), Number(2))),
        (Name("i"), Comparison((">",), (Name("x"), Number(0)))),
    )
    assert statement("def f() = 3") == FunctionStatement(Name("f"), (), Number(3))
    assert statement("density D(x > 0, v[s] | a, b) = -x") == DensityStatement(
        Name("D"),
        (Comparison((">",), (Name("x"), Number(0))), Subscript(Name("v"), (Name("s"),))),
        (Name("a"), Name("b")),
        Unary("-", Name("x")),
    )
    assert statement("density D(x) = -x") == DensityStatement(
        Name("D"), (Name("x"),), (), Unary("-", Name("x"))
    )


def test_conditions_inside_a_call():
    found = expression("sum(x[i] for i in site, x in (lo, hi), kind[i] == NJ)")
    assert isinstance(found, Call)
    assert found.conditions[0] == Membership(Name("i"), Name("site"))
    assert found.conditions[1] == Membership(Name("x"), Tuple((Name("lo"), Name("hi"))))
    assert isinstance(found.conditions[2], Comparison)


def test_an_interval_may_be_half_open():
    found = expression("D(1) truncated to (0, 1]")
    assert isinstance(found, Truncated)
    assert (found.interval.lower_closed, found.interval.upper_closed) == (False, True)
    assert isinstance(expression("D(1) censored if c"), CensoredIf)


def test_a_block_has_local_names():
    found = expression("{ a = 1; b = a\n\n c = 2  # comment\n a + b }")
    assert isinstance(found, Block)
    assert [local.name.text for local in found.locals] == ["a", "b", "c"]
    assert expression("{\n a = 1;\n -a\n}") == expression("{ a = 1; -a }")


@pytest.mark.parametrize(
    "word",
    [
        *("data", "index", "factor", "def", "density", "from", "where", "as", "to", "by"),
        *("within", "in", "truncated", "censored", "use"),
    ],
)
def test_words_of_the_language_are_names_where_they_cannot_act(word: str):
    for text in (
        f"{word} ~ Normal(0, 1)",
        f"{word} = 3",
        f"{word}[i] ~ Normal({word}[i], sum({word}[{word}] for {word} in {word}))",
        f"a, {word} ~ Normal(0, {word} = {word})",
        f"x = 1\n{word} = 2",
        f'data "x" as {word}[{word}] : {word} within {word}, {word} from "f" where {word} == 1',
        f"index {word} = {{{word}, b}}",
        f"def f({word}) = {word} + 1",
    ):
        names = [node.text for node in walk(parse(Source(text))) if isinstance(node, Name)]
        labels = [node.label for node in walk(parse(Source(text))) if isinstance(node, SetLabel)]
        assert word in names + labels


def test_a_word_of_a_statement_needs_its_end():
    for text in ("factor1 ~ D(1)", "dataset = 3", "index_1 = 3", "density' ~ D(1)"):
        assert len(statements(text)) == 1
    assert isinstance(statement("factor 2 * x"), FactorStatement)
    assert isinstance(statement("factor(x)"), FactorStatement)
    assert isinstance(statement("data and x ~ D(1)"), StochasticStatement)
    assert isinstance(statement("index truncated = 1..2"), IndexStatement)


def test_a_quantity_and_a_function_may_share_a_name():
    assert expression("mean[coef] + mean(x)") == Binary(
        "+", Subscript(Name("mean"), (Name("coef"),)), Call("mean", (expression_argument("x"),))
    )


def expression_argument(name: str):
    found = expression(f"f({name})")
    assert isinstance(found, Call)
    return found.arguments[0]


def test_names_are_unicode_in_normal_form():
    assert expression("θ_1 + x'") == Binary("+", Name("θ_1"), Name("x'"))
    assert expression("e\u0301") == Name("é")


def test_texts_have_two_escapes():
    assert expression(r'"a \"b\" \\ # c"') == String('a "b" \\ # c')


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("x = 1\n  + 2", "x = 1 + 2"),
        ("x = 1 +\n\n  # comment\n  2", "x = 1 + 2"),
        ("x = f(1,\n 2\n)", "x = f(1, 2)"),
        ("x\n~\nNormal(0, 1)\n  truncated to (0, 1)", "x ~ Normal(0, 1) truncated to (0, 1)"),
        ("x ~ D(1)\n for i", "x ~ D(1) for i"),
        ('data\n x,\n y\n  from "f"\n  where k > 1', 'data x, y from "f" where k > 1'),
        ("x = if a\n then b\n else c", "x = if a then b else c"),
        ("x = a\n and b", "x = a and b"),
        ("x = 1\r\ny = 2\r\n", "x = 1; y = 2"),
        ("x = 1;;\n\n ; y = 2;", "x = 1; y = 2"),
        ("x = 1\n- 2", "x = 1 - 2"),
        ("x = (1\n- 2)", "x = 1 - 2"),
        ("x = { a = 1\n (a\n + 2) }", "x = { a = 1; a + 2 }"),
        ("x = { a = 1 +\n -2\n a }", "x = { a = 1 + -2; a }"),
        ("x = 1\n\n\n# end", "x = 1"),
    ],
)
def test_lines(text: str, same: str):
    assert parse(Source(text)) == parse(Source(same))


def test_words_that_only_look_like_a_continuation_begin_a_statement():
    assert len(statements("x = 1\nwhere = 2\nfrom = 3\ntruncated ~ D(1)\nwhere[i] ~ D(1)")) == 5


def test_spans_are_those_of_the_text():
    text = "x ~ Normal((a + b) * c, -d)\n"
    found = statement(text)
    source = Source(text)
    texts = {source.excerpt(node.span) for node in walk(found)}
    assert texts == {
        *("x ~ Normal((a + b) * c, -d)", "x", "Normal((a + b) * c, -d)", "(a + b) * c", "(a + b)"),
        *("a", "b", "c", "-d", "d"),
    }
    call = found.distribution
    assert source.excerpt(call.function_span) == "Normal"


def test_an_empty_text_is_an_empty_model():
    assert statements("") == statements("\n# nothing\n;;\n") == ()


def test_true_and_false():
    assert expression("if true then 1 else 0") == Conditional(Boolean(True), Number(1), Number(0))


def test_depth_is_bounded_without_recursion():
    assert expression("+".join(["x"] * 150))
    for text in (
        "+".join(["x"] * 50_000),
        "-" * 50_000 + "x",
        "(" * 50_000,
        "[" * 101 + "x" + "]" * 101,
        "if a then b else " * 10_000 + "c",
    ):
        assert code(f"y = {text}") == "HB115"


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" + "\n" * 100_000 + "y = 2",
        "x = 1\n" + "  # comment\n" * 30_000 + "  + 2",
        "x = 1" + " \n" * 100_000 + "+ 2",
        "x = 1" + " " * 100_000,
        "x = 1 " + "#" * 100_000,
        "x = 1\nwhere" + " " * 100_000 + "x",
        "data" + "\n" * 100_000 + "= 3",
        "x = " + "1" * 100_000 + "y",
        'x = "' + '\\"' * 100_000,
        "x = 1" + ".1" * 50_000,
        "x" + "'" * 100_000,
    ],
    ids=range(11),
)
def test_no_text_takes_long(text: str):
    # Anything quadratic in these lengths would take minutes, and be seen in the run of the tests.
    with suppress(HdslError):
        parse(Source(text))


def test_importing_the_stage_does_not_import_lark():
    program = (
        "import sys, hdsl.syntax; print('lark' in sys.modules); "
        "hdsl.syntax.parse(hdsl.source.Source('')); print('lark' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["False", "True"]
