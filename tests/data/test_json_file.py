from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdsl.data import Field, Table, read_table
from hdsl.data.json_file import read_json
from hdsl.diagnostics import Diagnostic, HdslError


def read(text: str) -> Table:
    return read_json(text.encode(), "schools.json")


def field(value: str) -> Field:
    return read(f'{{"y": {value}}}').fields["y"]


def fault(text: str | bytes) -> Diagnostic:
    with pytest.raises(HdslError) as caught:
        read_json(text.encode() if isinstance(text, str) else text, "schools.json")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is None
    assert diagnostic.cause
    assert not diagnostic.cause.endswith(".")
    assert diagnostic.help
    return diagnostic


def test_stans_form():
    table = read('{"N": 8, "y": [28, 8.5, null], "x": [[1, 2, 3], [4, 5, 6]], "plain": true}')
    assert not table.tabular
    assert table.rows is None
    assert table.fields["N"].shape == ()
    assert table.fields["N"].kind == "integer"
    assert table.fields["N"].place(()) == "`N`"
    y = table.fields["y"]
    assert y.kind == "number"
    assert y.missing.tolist() == [False, False, True]
    assert np.isnan(y.values[2])
    x = table.fields["x"]
    assert x.kind == "integer"
    assert x.values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert x.place((1, 2)) == "`x[2][3]`"
    assert x.labels == (None, None)
    assert table.fields["plain"].kind == "bool"


def test_short_rows_end_in_missing_cells():
    y = field("[[1, 2, 3], [], [4], null]")
    assert y.shape == (4, 3)
    assert y.missing.sum(axis=1).tolist() == [0, 3, 2, 3]
    assert y.kind == "integer"


def test_nothing_beside_an_empty_list():
    assert field("[null, []]").shape == (2, 0)


def test_keys_are_labels_and_numbers_where_all_are():
    y = field('{"A": {"1990": 1, "1991": 2}, "B": {"1991": 3}}')
    assert y.labels == (("A", "B"), (1990.0, 1991.0))
    assert y.missing.tolist() == [[False, False], [True, False]]
    assert y.place((1, 0)) == '`y["B"][1990]`'
    assert field('{"1": 1, "1.0": 2}').labels == (("1", "1.0"),)
    assert field('{"nan": 1, "2": 2}').labels == (("nan", "2"),)


@pytest.mark.parametrize(
    ("text", "values", "kind"),
    [
        ('[1, "inf", "-inf", "NaN"]', [1, np.inf, -np.inf, np.nan], "number"),
        ("[1, NaN, Infinity, -Infinity]", [1, np.nan, np.inf, -np.inf], "number"),
        ("[true, false, null]", [1, 0, np.nan], "bool"),
        ("[true, 2]", [1, 2], "integer"),
        ("[1.0, 2]", [1, 2], "number"),
        ("[null, null]", [np.nan, np.nan], "number"),
        ("[]", [], "number"),
        ("100000000000000000000", 1e20, "integer"),
    ],
)
def test_numbers(text: str, values: Any, kind: str):
    y = field(text)
    assert y.kind == kind
    np.testing.assert_array_equal(y.values, np.array(values, dtype=float))
    np.testing.assert_array_equal(y.missing, np.isnan(values))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[1, "12 g", 2]', "`y[2]` is the text `12 g`"),
        ('["12", "13"]', "`y[1]` is the text `12`"),
        ('[[1, 2], [3, "NaN", "x"]]', "`y[2][3]` is the text `x`"),
        (
            "[1, 9007199254740993]",
            "`y[2]` is the whole number `9007199254740993`, too long to be held exactly",
        ),
        ("[1e999]", "`y[1]` is the text `1e999`"),
    ],
)
def test_what_is_no_number_is_named(text: str, why: str):
    y = field(text)
    assert y.kind == "text"
    assert y.why_text() == why


def test_whole_numbers_of_any_length_are_read():
    assert field("[1" + "0" * 400 + "]").kind == "text"
    assert "whole number" in field("[1" + "0" * 5000 + "]").why_text()


def test_records_are_rows():
    table = read('[{"a": 1, "b": "x"}, {"b": "y", "c": [1, 2]}, {"a": null, "c": [3]}]')
    assert table.tabular
    assert table.rows is not None
    assert table.rows.tolist() == [1, 2, 3]
    assert table.fields["a"].missing.tolist() == [False, True, True]
    assert table.fields["a"].place((1,)) == "record 2, field `a`"
    assert table.fields["b"].why_text() == "field `b` has text `x` in record 1"
    assert table.fields["c"].shape == (3, 2)
    assert table.fields["c"].place((2, 1)) == "record 3, field `c[2]`"
    kept = table.keep(np.array([False, True, True]))
    assert kept.fields["c"].place((1, 1)) == "record 3, field `c[2]`"
    assert kept.fields["b"].why_text() == "field `b` has text `y` in record 2"


def test_named_arrays_have_no_rows_to_keep():
    with pytest.raises(HdslError) as caught:
        read('{"y": [1, 2]}').keep(np.array([True, False]))
    assert caught.value.diagnostics[0].code == "HB468"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('{"y": [1, 2,]}', "HB462", "line 1"),
        ('{"y": 1,\n "z" 2}', "HB462", "line 2, column 6"),
        ("", "HB462", "line 1"),
        ("[1] 2", "HB462", "line 1"),
        ('{"y": 1, "y": 2}', "HB463", "`y` twice"),
        ('{"x": {"A": 1, "B": 2, "A": 3}}', "HB463", "`A` twice"),
        ("[1, 2]", "HB465", "no named fields"),
        ("3", "HB465", "no named fields"),
        ("null", "HB465", "no named fields"),
        ("[]", "HB460", "no rows"),
        ("[{}]", "HB460", "no rows"),
        ('{"": 1}', "HB458", "no name"),
        ('[{" ": 1}]', "HB458", "no name"),
        ('{"y": [[1], 2]}', "HB466", "`y[1]` is a list, but `y[2]` is a single value"),
        ('{"y": [[1], {"a": 2}]}', "HB466", "`y[2]` is an object with keys"),
        ('{"y": ' + "[" * 40 + "]" * 40 + "}", "HB464", "nested too deeply"),
        ("[" * 100_000, "HB464", "nested too deeply"),
        ('{"y":' * 100_000, "HB464", "nested too deeply"),
        (b'{"y": "\xff"}', "HB456", "UTF-8"),
    ],
)
def test_broken_files_are_refused_with_their_place(text: str | bytes, code: str, said: str):
    diagnostic = fault(text)
    assert diagnostic.code == code
    assert said in diagnostic.title


def test_a_few_values_in_a_huge_array_are_refused():
    rows = ", ".join("[" + "1," * 20_000 + "1]" if i == 0 else "[1]" for i in range(1000))
    assert fault(f'{{"y": [{rows}]}}').code == "HB464"


def test_read_by_suffix(tmp_path: Path):
    path = tmp_path / "schools.JSON"
    path.write_bytes(b'\xef\xbb\xbf{"y": 1}')
    assert read_table(path).fields["y"].values == 1


finite = st.one_of(st.none(), st.floats(allow_nan=False), st.integers(-(2**53), 2**53))


@given(
    shape=st.lists(st.integers(1, 3), max_size=3),
    data=st.data(),
)
def test_what_is_written_is_read(shape: list[int], data: st.DataObject):
    size = int(np.prod(shape))
    leaves = np.empty(size, dtype=object)
    leaves[:] = data.draw(st.lists(finite, min_size=size, max_size=size))
    nested = leaves.reshape(shape)
    y = read(json.dumps({"y": nested.tolist()})).fields["y"]
    if shape and all(leaf is None for leaf in leaves):
        assert y.missing.all()
    assert y.shape == tuple(shape)
    expected = np.array([np.nan if x is None else float(x) for x in leaves]).reshape(shape)
    np.testing.assert_array_equal(y.values, expected)


value = st.recursive(
    st.one_of(finite, st.booleans(), st.text(max_size=3), st.sampled_from(["inf", "NaN"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)
pieces = st.lists(
    st.sampled_from([*'{}[],:"1.-e\\u\n', "null", "NaN", '"a"', "é", "1e999"]), max_size=30
).map("".join)


@given(content=st.one_of(st.binary(max_size=40), pieces.map(str.encode), value.map(json.dumps)))
def test_any_bytes_give_a_table_or_a_diagnostic(content: bytes | str):
    raw = content.encode() if isinstance(content, str) else content
    try:
        table = read_json(raw, "schools.json")
    except HdslError:
        return
    for y in table.fields.values():
        assert y.shape == y.missing.shape
        assert len(y.labels) == len(y.shape)
        y.why_text()
        if y.values.size:
            y.place((0,) * len(y.shape))
