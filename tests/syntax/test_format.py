from __future__ import annotations

import re
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import comments_between, expressions, programs

from hdsl.source import Source
from hdsl.syntax import format_expression, format_program, lines, parse
from hdsl.syntax.tree import (
    Binary,
    Call,
    Comments,
    DeterministicStatement,
    Expression,
    Name,
    Number,
    Program,
    Unary,
)


def formatted(text: str) -> str:
    return format_program(parse(Source(text)))


@given(programs())
@settings(max_examples=80, deadline=None)
def test_parsing_what_was_formatted_gives_the_same_tree(program: Program):
    text = format_program(program)
    again = parse(Source(text))
    assert again == program
    assert format_program(again) == text


@given(expressions())
@settings(max_examples=100, deadline=None)
def test_an_expression_is_its_own_text(expression: Expression):
    (statement,) = parse(Source(f"y = {format_expression(expression)}")).statements
    assert statement == DeterministicStatement(Name("y"), expression)


@given(comments_between())
@settings(max_examples=100, deadline=None)
def test_no_comment_is_lost(text: str):
    once = formatted(text)
    assert formatted(once) == once
    assert parse(Source(once)) == parse(Source(text))
    # A comment of a line with several statements is written once a line.
    assert all(any(mark in found for found in marks(once)) for mark in marks(text))


def marks(text: str) -> list[str]:
    return [line.split("#", 1)[1].strip() for line in text.split("\n") if "#" in line]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[t]~Normal(phi*x[t - 1],sigma)for t in 2 .. T-1", None),
        ("y=((a+b)*(c))^(-(2))", "y = ((a + b) * c)^-2\n"),
        ("y=(a*b)+(c-d)-(e-f)", "y = a * b + (c - d) - (e - f)\n"),
        ("a=1;b=2", "a = 1; b = 2\n"),
        ("a=1\n\n\n\nb=2", "a = 1\n\nb = 2\n"),
        ("def f ( x,y ) = x", "def f(x, y) = x\n"),
        ("density D(x>0|a)=-x", "density D(x > 0 | a) = -x\n"),
        ('data "a" as  x [ s ]:t within u=3', 'data "a" as x[s] : t within u = 3\n'),
        ('index s={"A","b c",3}', 'index s = {A, "b c", 3}\n'),
        ("x~D(1)truncated to(0,1]", "x ~ D(1) truncated to (0, 1]\n"),
        ("factor (-x)", "factor -x\n"),
        ("x = 1; (-y) ~ D(1)", "x = 1; (-y) ~ D(1)\n"),
    ],
)
def test_canonical_form(text: str, expected: str | None):
    expected = expected or "x[t] ~ Normal(phi * x[t-1], sigma) for t in 2..T-1\n"
    assert formatted(text) == expected


def test_comments_keep_their_places():
    text = """\
# The model.

# above
x = 1  # beside

# alone

y = 2; z = 3  # both

# last
"""
    assert formatted(text) == text
    program = parse(Source(text))
    assert program.description == "The model."
    x, y, z = program.statements
    assert x.comments == Comments(above=(" above",), beside=" beside")
    assert x.comments.description == "above beside"
    assert y.comments == Comments(beside=" both", blank_before=True, detached=((" alone",),))
    assert z.comments == Comments(beside=" both", joined=True)
    assert program.footer == ((" last",),)


@pytest.mark.parametrize("first", ['data x[i] from "f.csv"', "index i = 1..3"])
def test_a_comment_that_begins_a_file_above_its_data_is_the_title(first: str):
    program = parse(Source(f"# Trees of a wood.\n# In metres.\n{first}\n# about y\ndata y\n"))
    assert program.description == "Trees of a wood. In metres."
    assert [s.comments.description for s in program.statements] == ["", "about y"]
    titled = f"# Trees of a wood.\n\n{first}  # beside\n"
    assert formatted(f"# Trees of a wood.\n{first} # beside") == titled


def test_a_comment_that_begins_a_file_above_another_statement_is_about_that():
    program = parse(Source("# about x\nx = 1\n"))
    assert program.header == ()
    assert program.statements[0].comments.description == "about x"


def test_a_comment_inside_the_first_statement_is_no_title():
    text = "data x = [1,  # one\n  2], y = 3  # two\n"
    assert formatted(text) == "data x = [1, 2], y = 3  # one two\n"
    assert parse(Source(text)).header == ()


def test_comments_beside_lines_that_follow_each_other_begin_in_one_column():
    long = "very_long_name" * 6
    assert formatted(
        f"""\
mu ~ Normal(0, 5) # mean
tau ~ HalfCauchy(5) # sd
x = mu + 1
y = mu # far
# apart
{long} = mu # stands where it can
z = tau   # near

a = 1 # alone"""
    ) == (
        f"""\
mu ~ Normal(0, 5)    # mean
tau ~ HalfCauchy(5)  # sd
x = mu + 1
y = mu  # far
# apart
{long} = mu  # stands where it can
z = tau  # near

a = 1  # alone
"""
    )


def test_comments_inside_a_statement_move_above_it():
    assert formatted("x = f(1,  # one\n  2)  # two\n") == "# one\nx = f(1, 2)  # two\n"


# After these signs, outside of texts and comments, a line goes on.
BREAKABLE = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|[,+*/=~]( )(?=.)')


@given(programs(), st.data())
@settings(max_examples=80, deadline=None)
def test_lines_of_the_author_are_kept_for_good(program: Program, data: st.DataObject):
    with mock.patch.object(lines, "MAX_COLUMNS", 30):
        text = format_program(program)
        ends = [match.start(1) for match in BREAKABLE.finditer(text) if match[1]]
        for end in data.draw(st.sets(st.sampled_from(ends))) if ends else ():
            text = f"{text[:end]}\n{text[end + 1 :]}"
        once = formatted(text)
        assert parse(Source(once)) == program
        assert formatted(once) == once


def test_what_fits_on_a_line_stands_on_one():
    assert formatted("y ~ Normal(\n  mu,\n  sigma)\n") == "y ~ Normal(mu, sigma)\n"


def test_a_long_statement_keeps_the_lines_of_its_author():
    text = """\
data "ra_deg" as ra[cluster], "dec_deg" as dec[cluster],
    "velocity" as v_obs[cluster], "velocity_error" as v_err[cluster]
    from "clusters.csv"
    where distance > 15
log_likelihood = log_prob(Tracer(first, second, third), r, v, w) +
    2 * log(r) + log(alpha - 3) +
    3 * log(a_name_that_is_rather_long)
speed[cluster] = per_speed[cluster] *
    (v_across[cluster] * k_east[cluster] - v_2[cluster] * k_north[cluster] - v_sun_east[cluster])
y[cluster] ~ Normal(
    intercept + slope_of_the_first_covariate * first_covariate[cluster],
    sigma_of_the_measurement[cluster])
"""
    assert formatted(text) == text
    operators_ahead = text.replace(" +\n    ", "\n    + ").replace(" *\n    ", "\n    * ")
    assert formatted(operators_ahead) == text


def test_what_is_broken_off_a_line_joins_the_next_one():
    terms = [f"a_rather_long_name_{number}" for number in range(7)]
    first, second = " + ".join(terms[:5]), " + ".join(terms[5:])
    assert formatted(f"y = {first} +\n    {second}") == (
        f"y = {' + '.join(terms[:4])} +\n    {' + '.join(terms[4:])}\n"
    )


def test_a_long_matrix_has_a_line_for_each_row():
    rows = [f"[{', '.join([str(1000 * row + k) for k in range(8)])}]" for row in range(1, 4)]
    expected = "x[i, k] = [\n    " + ",\n    ".join(rows) + "\n]\n"
    assert formatted(f"x[i, k] = [{', '.join(rows)}]") == expected
    assert formatted("x[i, k] = [[1, 2],\n  [3, 4]]") == "x[i, k] = [[1, 2], [3, 4]]\n"


def test_a_long_data_statement_is_broken_before_its_condition():
    items = 'data "date" as day[bag] : day, "total" as number_of_candies[bag], blue[bag]'
    assert formatted(f'{items} from "bags.csv" where kind == "Plain"') == (
        f'{items} from "bags.csv"\n    where kind == "Plain"\n'
    )


def test_a_call_is_broken_before_its_arguments_are():
    mean = "intercept[group[person]] + slope[group[person]] * (age[person] - mean_age[person])"
    assert formatted(f"weight[person] ~ Normal({mean}, sd)") == (
        f"weight[person] ~ Normal(\n    {mean}, sd)\n"
    )


def test_comments_that_would_run_beyond_the_line_stand_alone():
    long = "a comment of several words, which would run beyond the end of its line if it moved"
    others = "a_longer_name = 3 # 3\nthe_longest_name = 4 # 4\n"
    assert formatted(f"x = 1 # one\nsecond = 2 # {long}\n{others}") == (
        "x = 1                 # one\n"
        f"second = 2  # {long}\n"
        "a_longer_name = 3     # 3\n"
        "the_longest_name = 4  # 4\n"
    )


def test_tildes_and_equal_signs_are_not_aligned():
    assert formatted("mu    ~ Normal(0, 1)\nsigma ~ HalfNormal(1)\n") == (
        "mu ~ Normal(0, 1)\nsigma ~ HalfNormal(1)\n"
    )


def test_long_lines_are_broken_at_the_outermost_commas():
    names = [f"covariate_{number}[observation]" for number in range(8)]
    text = formatted(f'data {", ".join(names)} from "file.csv" where kind == "A"')
    assert text == (
        "data covariate_0[observation], covariate_1[observation], covariate_2[observation],\n"
        "    covariate_3[observation], covariate_4[observation], covariate_5[observation],\n"
        '    covariate_6[observation], covariate_7[observation] from "file.csv" where kind == "A"\n'
    )


def test_a_long_block_has_a_line_for_each_name():
    terms = " + ".join(["a_rather_long_name"] * 4)
    assert formatted(f"y = {{ a = {terms}; b = {terms}; -a }}") == (
        f"y = {{\n    a = {terms}\n    b = {terms}\n    (-a)\n}}\n"
    )


def test_a_deep_tree_formats_and_compares():
    expression: Expression = Name("x")
    for _ in range(190):
        expression = Binary("+", expression, Name("x"))
    program = Program((DeterministicStatement(Name("y"), expression),))
    assert parse(Source(format_program(program))).statements


def test_expressions_made_by_hand():
    assert format_expression(Number(2)) == "2"
    assert format_expression(Number(0.1)) == "0.1"
    assert format_expression(Binary("^", Number(-2), Name("x"))) == "(-2)^x"
    assert format_expression(Unary("-", Binary("+", Name("a"), Name("b")))) == "-(a + b)"
    assert format_expression(Call("f", ())) == "f()"
