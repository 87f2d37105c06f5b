"""Hypothesis strategies for models: trees that a text can say."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hdsl.syntax.tree import (
    Argument,
    Binary,
    Block,
    Boolean,
    Call,
    CensoredIf,
    CensoredTo,
    Comments,
    Comparison,
    Conditional,
    DataItem,
    DataStatement,
    DataType,
    DensityStatement,
    DeterministicStatement,
    Expression,
    FactorStatement,
    FunctionStatement,
    IndexStatement,
    Infinity,
    Interval,
    LabelSet,
    List,
    Local,
    Membership,
    Name,
    Number,
    Program,
    Range,
    SetLabel,
    Statement,
    StochasticStatement,
    String,
    Subscript,
    Truncated,
    Tuple,
    Unary,
)

WORDS = [
    *("x", "y", "theta", "mu_x", "θ", "site", "site'", "a_rather_long_name_of_a_quantity", "use"),
    *("data", "index", "factor", "def", "density", "from", "where", "as", "to", "by", "within"),
    *("in", "truncated", "censored"),
]

names: SearchStrategy[Name] = st.builds(Name, st.sampled_from(WORDS))
functions = st.sampled_from(["f", "sum", "Normal", "mean", "where", "data", "factor"])
numbers = st.builds(
    Number, st.one_of(st.integers(0, 100).map(float), st.floats(0, 1e30, allow_subnormal=False))
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf"]), max_size=6)
strings = st.builds(String, texts)


def tuples(elements: SearchStrategy, least: int = 1, most: int = 3) -> SearchStrategy:
    return st.lists(elements, min_size=least, max_size=most).map(tuple)


def _comparisons(inner: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    operators = tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), 1, 2)
    return operators.flatmap(
        lambda found: st.builds(
            Comparison, st.just(found), tuples(inner, len(found) + 1, len(found) + 1)
        )
    )


def _conditions(inner: SearchStrategy[Expression]) -> SearchStrategy:
    domain = st.one_of(inner, st.builds(Range, inner, inner), st.builds(Tuple, tuples(inner, 2, 2)))
    return tuples(st.one_of(inner, st.builds(Membership, names, domain)), 0, 2)


def _calls(inner: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    argument = st.builds(Argument, inner, st.one_of(st.none(), st.sampled_from(WORDS)))
    return st.one_of(
        st.builds(Call, functions, tuples(argument, 1), _conditions(inner)),
        st.builds(Call, functions, st.just(())),
    )


def _extend(inner: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    interval = st.builds(Interval, inner, inner, st.booleans(), st.booleans())
    return st.one_of(
        st.builds(Subscript, names, tuples(inner)),
        _calls(inner),
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), inner),
        st.builds(
            Binary, st.sampled_from(["+", "-", "*", "/", "@", "^", "and", "or"]), inner, inner
        ),
        _comparisons(inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(List, tuples(inner)),
        st.builds(Block, tuples(st.builds(Local, names, inner), 1, 2), inner),
        st.builds(Truncated, inner, interval),
        st.builds(CensoredTo, inner, interval),
        st.builds(CensoredIf, inner, inner),
    )


_leaves = st.one_of(names, numbers, strings, st.builds(Boolean, st.booleans()), st.builds(Infinity))


@cache
def expressions(leaves: int = 8) -> SearchStrategy[Expression]:
    """Any expression that may stand on its own."""
    return st.recursive(_leaves, _extend, max_leaves=leaves)


def _targets() -> SearchStrategy[Expression]:
    # Reserved words can't stand alone on the left.
    return expressions(4).filter(lambda target: not isinstance(target, Boolean | Infinity))


def _index_statements() -> SearchStrategy[Statement]:
    label = st.one_of(texts, names.map(lambda name: name.text), st.integers(-9, 9).map(float))
    code = st.one_of(st.none(), expressions(2))
    ends = expressions(2)
    domain = st.one_of(
        st.builds(LabelSet, tuples(st.builds(SetLabel, label, code))),
        st.builds(Range, ends, ends, st.one_of(st.none(), ends)),
        st.builds(List, tuples(expressions(2))),
    )
    return st.builds(IndexStatement, names, domain)


def _data_statements() -> SearchStrategy[Statement]:
    item = st.builds(
        DataItem,
        names,
        tuples(expressions(2), 0, 2),
        st.one_of(st.none(), strings),
        st.one_of(st.none(), st.builds(DataType, names, st.one_of(st.none(), names))),
        st.one_of(st.none(), expressions(2)),
    )
    optional = st.one_of(st.none(), strings)
    return st.builds(DataStatement, tuples(item), optional, st.one_of(st.none(), expressions(3)))


@cache
def statements() -> SearchStrategy[Statement]:
    """Any statement, without comments."""
    conditions = _conditions(expressions(2))
    return st.one_of(
        st.builds(StochasticStatement, tuples(_targets(), 1, 2), expressions(), conditions),
        st.builds(
            StochasticStatement,
            tuples(_targets(), 2, 3),
            expressions(4),
            conditions,
            joint=st.just(True),
        ),
        st.builds(DeterministicStatement, _targets(), expressions(), conditions),
        st.builds(FactorStatement, expressions(), conditions),
        st.builds(FunctionStatement, names, tuples(names, 0, 2), expressions()),
        st.builds(
            DensityStatement, names, tuples(expressions(3)), tuples(names, 0, 2), expressions()
        ),
        _index_statements(),
        _data_statements(),
    )


_comment = st.text("ab #-", max_size=5).map(str.rstrip)


@cache
def _commented() -> SearchStrategy[Statement]:
    comments = st.builds(
        Comments,
        above=tuples(_comment, 0, 2),
        beside=st.one_of(st.none(), _comment),
        blank_before=st.booleans(),
        detached=tuples(tuples(_comment, 1, 2), 0, 1),
        joined=st.booleans(),
    )
    return st.builds(
        lambda statement, found: replace(statement, comments=found), statements(), comments
    )


def programs() -> SearchStrategy[Program]:
    """Any model, with comments."""
    return st.builds(
        Program,
        tuples(_commented(), 0, 4),
        header=tuples(_comment, 0, 2),
        footer=tuples(tuples(_comment, 1, 2), 0, 2),
    )


_lines = st.sampled_from(
    [
        *("", "", "# alone", "#tight", "  # indented", "x = 1", "x = 1  # beside", "x = 1; y = 2"),
        *("x = 1; y = 2  # both", "x = f(1,  # inside\n  2)  # after", "x = f(  # open\n# own\n1)"),
        *("x = { a = 1  # local\n  a }; y = 1  # end", "x = 1;  # closed", ";", "x =\n# below\n 1"),
        *("x = 1\n# between\n  + 2",),
    ]
)


def comments_between() -> SearchStrategy[str]:
    """Texts with comments in many places."""
    return st.lists(_lines, max_size=8).map("\n".join)
