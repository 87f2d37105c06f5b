from __future__ import annotations

import csv
import io
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdsl.data import Table, read_table
from hdsl.data.csv_file import CHUNK, read_csv
from hdsl.diagnostics import Diagnostic, HdslError

FILES = Path(__file__).parent / "files"


def read(text: str) -> Table:
    return read_csv(text.encode(), "bags.csv")


def fault(content: str | bytes) -> Diagnostic:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(HdslError) as caught:
        read_csv(raw, "bags.csv")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is None
    assert diagnostic.cause
    assert not diagnostic.cause.endswith(".")
    assert diagnostic.help
    return diagnostic


def test_a_small_file_becomes_fields_with_kinds_rows_and_places():
    table = read("bag, total ,share,plain,kind\n1,56,0.5,TRUE,Plain\n2,,1e-3,false,Peanut\n")
    assert table.tabular
    assert list(table.fields) == ["bag", "total", "share", "plain", "kind"]
    kinds = {name: field.kind for name, field in table.fields.items()}
    assert kinds == {
        "bag": "integer",
        "total": "integer",
        "share": "number",
        "plain": "bool",
        "kind": "text",
    }
    total = table.fields["total"]
    assert total.missing.tolist() == [False, True]
    assert total.values[0] == 56
    assert np.isnan(total.values[1])
    assert total.place((1,)) == "row 3, column `total`"
    assert table.fields["plain"].values.tolist() == [1.0, 0.0]
    assert table.fields["kind"].values.tolist() == ["Plain", "Peanut"]
    assert table.rows is not None
    assert table.rows.tolist() == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_byte_order_mark_and_empty_lines_make_no_difference(end: str):
    text = end.join(["a,b", "1,x", "", "2,y", "", "  ", ""])
    table = read_csv(b"\xef\xbb\xbf" + text.encode(), "bags.csv")
    assert table.fields["a"].values.tolist() == [1.0, 2.0]
    assert table.rows is not None
    assert table.rows.tolist() == [2, 4]


def test_a_row_is_known_by_its_first_line_when_cells_hold_line_ends():
    table = read('a,note\n1,"two\nlines"\n2,"say ""no"""\n')
    assert table.rows is not None
    assert table.rows.tolist() == [2, 4]
    assert table.fields["note"].values.tolist() == ["two\nlines", 'say "no"']


def test_in_a_file_of_one_column_an_inner_empty_line_is_a_missing_cell():
    field = read("y\n\n1\n\n3\n\n\n").fields["y"]
    assert field.missing.tolist() == [True, False, True, False]
    assert field.place((2,)) == "row 4, column `y`"


@pytest.mark.parametrize("word", ["NA", "NaN", "nan", "null", "."])
def test_words_for_missing_count_among_numbers_only(word: str):
    table = read(f"n,t,b,only\n1,Plain,true,{word}\n{word},{word},{word},\n2.5,x,FALSE,{word}\n")
    assert table.fields["n"].kind == "number"
    assert table.fields["n"].missing.tolist() == [False, True, False]
    assert table.fields["t"].values.tolist() == ["Plain", word, "x"]
    assert table.fields["b"].kind == "bool"
    assert table.fields["b"].missing.tolist() == [False, True, False]
    assert table.fields["only"].kind == "text"


def test_infinities_are_numbers_and_an_empty_column_has_only_missing_ones():
    table = read("x,e\ninf,\n-Infinity,\n1.,\n.5,\n")
    assert table.fields["x"].values.tolist() == [np.inf, -np.inf, 1.0, 0.5]
    assert table.fields["x"].kind == "number"
    assert table.fields["e"].kind == "number"
    assert table.fields["e"].missing.all()


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("12 g", "unit"),
        ("1,234", "thousands"),
        ("3,5", "decimal point"),
        ("45%", "fraction"),
        ("<0.1", "limit"),
        ("n/a", "empty"),
        ("1_000", "unit"),
        ("٣", ""),
        ("0x1F", ""),
        ("1e999", ""),
    ],
)
def test_one_cell_that_is_no_number_makes_a_column_of_texts_and_is_named(cell: str, advice: str):
    field = read(f'total\n56\nNA\n"{cell}"\n12\n').fields["total"]
    assert field.kind == "text"
    assert field.why_text() == f"column `total` has text `{cell}` in row 4"
    assert advice in field.text_help()


def test_identifiers_too_long_for_64_bits_stay_texts():
    table = read("id,mass,big\n4295806720,1e300,100000000000000000000\n9007199254740993,2,3\n")
    assert table.fields["id"].values.tolist() == ["4295806720", "9007199254740993"]
    assert "9007199254740993" in table.fields["id"].why_text()
    assert "too long" in table.fields["id"].why_text()
    assert table.fields["big"].kind == "integer"


def test_a_text_far_down_turns_the_whole_column_into_texts():
    numbers = [str(i) for i in range(2 * CHUNK + 10)]
    cells = [*numbers, "x", "NA"]
    table = read("a,b\n" + "".join(f"{c},{i}\n" for i, c in enumerate(cells)))
    assert table.fields["a"].values.tolist() == cells
    assert table.fields["a"].why_text() == f"column `a` has text `x` in row {len(numbers) + 2}"
    assert table.fields["b"].values.tolist() == list(range(len(cells)))


def test_words_for_missing_that_fill_a_chunk_are_missing_where_others_hold_numbers():
    cells = ["1"] * CHUNK + ["NA"] * CHUNK + [""] * CHUNK + ["2.5"]
    field = read("a,b\n" + "".join(f"{c},0\n" for c in cells)).fields["a"]
    assert field.kind == "number"
    assert field.missing.sum() == 2 * CHUNK
    assert field.values[-1] == 2.5


def test_keep_drops_rows_and_reads_the_other_cells_anew():
    table = read("kind,total\nPlain,56\nPeanut,twelve\nPlain,NA\nPlain,8\n")
    kept = table.keep(table.fields["kind"].values == "Plain")
    total = kept.fields["total"]
    assert total.kind == "integer"
    assert total.missing.tolist() == [False, True, False]
    assert total.place((2,)) == "row 5, column `total`"
    assert total.why_text() == ""
    assert kept.rows is not None
    assert kept.rows.tolist() == [2, 4, 5]
    assert kept.fingerprint != table.fingerprint
    other = table.keep(np.array([False, True, True, False])).fields["total"]
    assert other.why_text() == "column `total` has text `twelve` in row 3"
    assert table.keep(np.zeros(4, dtype=bool)).fields["total"].shape == (0,)
    with pytest.raises(ValueError, match="4 rows"):
        table.keep(np.array([True]))


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("a,b\n1,2\n3\n4\n", "HB459", "row 3 of `bags.csv` has 1 cell, but the header has 2"),
        ("a,b\n1,2,3\n", "HB459", "row 2 of `bags.csv` has 3 cells, but the header has 2"),
        ('a,b\n"x\ny",1\n2\n', "HB459", "row 4"),
        ("a\n1,2\n", "HB459", "row 2"),
        ("a,a\n1,2\n", "HB458", "more than one column `a`"),
        (",a\n1,2\n", "HB458", "column 1"),
        ("a,b\n", "HB460", "no rows"),
        ("", "HB460", "no rows"),
        ("\n \n", "HB460", "no rows"),
        ("a;b\n1;2\n", "HB457", "semicolons"),
        ('"a";"b,c"\n1;2\n', "HB457", "semicolons"),
        ("a\tb\n1\t2\n", "HB457", "tabs"),
        ('a,b\n1,"2\n3,4\n', "HB461", "row 2"),
        ('a,b\n1,2\n"x"y,4\n', "HB461", "row 3"),
        ("a\n" + "x" * 200_000 + "\n", "HB461", "row 2"),
        (b"a\n\xe9t\xe9\n", "HB456", "UTF-8"),
        (b"a\n1\x00\n", "HB456", "UTF-8"),
        ("a\n1\n".encode("utf-16"), "HB456", "UTF-8"),
    ],
)
def test_broken_files_are_refused_with_their_place(content: str | bytes, code: str, said: str):
    diagnostic = fault(content)
    assert diagnostic.code == code
    assert said in diagnostic.title


def test_tabs_separate_the_cells_of_a_tsv(tmp_path: Path):
    for suffix in (".tsv", ".TAB"):
        path = tmp_path / f"bags{suffix}"
        path.write_text("a\tb\n1,5\tx y\n")
        table = read_table(path)
        assert table.name == path.name
        assert table.fields["a"].values.tolist() == ["1,5"]
        assert table.fields["b"].values.tolist() == ["x y"]
    path.write_text("a,b\n1,2\n")
    with pytest.raises(HdslError, match="commas") as caught:
        read_table(path)
    assert caught.value.diagnostics[0].code == "HB457"


def test_real_files():
    bags = read_table(FILES / "mm_daily_bags.csv")
    assert bags.rows is not None
    assert bags.rows.size == 88
    assert bags.fields["date"].values[0] == "2014-02-18"
    plain = bags.keep(bags.fields["kind"].values == "Plain")
    assert plain.fields["blue"].shape == (61,)
    rats = read_table(FILES / "rat_tumours.csv")
    assert rats.fields["tumours"].values.sum() == 267
    assert rats.fields["rats"].values.sum() == 1739
    clusters = read_table(FILES / "gc_vasiliev2019.csv")
    assert clusters.fields["pmra_arcsec_yr"].missing.sum() == 9
    assert clusters.fields["vlos_km_s"].missing.sum() == 6
    assert clusters.fields["name"].kind == "text"


names = st.lists(
    st.text(string.ascii_letters + "θ_ *", min_size=1, max_size=6).map(str.strip).filter(bool),
    min_size=2,
    max_size=4,
    unique=True,
)
number = st.one_of(st.none(), st.floats(allow_nan=False), st.integers(-(2**53), 2**53).map(float))
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8).map(
    str.strip
)


@given(names=names, data=st.data(), end=st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(names: list[str], data: st.DataObject, end: str):
    count = data.draw(st.integers(1, 6))
    columns = [data.draw(st.lists(number, min_size=count, max_size=count)) for _ in names[1:]]
    labels = data.draw(st.lists(text, min_size=count, max_size=count))
    file = io.StringIO(newline="")
    # Left to itself, Python's writer leaves a lone carriage return without quotes.
    writer = csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    for i in range(count):
        writer.writerow([f"={labels[i]}=", *("" if c[i] is None else repr(c[i]) for c in columns)])
    table = read_csv(file.getvalue().encode(), "bags.csv")
    assert list(table.fields) == names
    assert table.fields[names[0]].values.tolist() == [f"={label}=" for label in labels]
    for name, column in zip(names[1:], columns, strict=True):
        field = table.fields[name]
        assert field.kind == "number"
        assert field.missing.tolist() == [value is None for value in column]
        assert field.values[~field.missing].tolist() == [v for v in column if v is not None]


pieces = st.lists(
    st.sampled_from(
        [
            b"a",
            b"b",
            b",",
            b"\n",
            b"\r",
            b'"',
            b";",
            b"\t",
            b" ",
            b"1",
            b"2.5",
            b"NA",
            b"\xff",
            b"\xc3\xa9",
            b"\0",
            b"\xef\xbb\xbf",
            b"\xc2\x85",
            b"\xe2\x80\xa8",
            b"true",
            b"-",
        ]
    ),
    max_size=30,
).map(b"".join)


@given(content=st.one_of(st.binary(max_size=60), pieces))
def test_any_bytes_give_a_table_or_a_diagnostic(content: bytes):
    for separator in (",", "\t"):
        try:
            table = read_csv(content, "bags.csv", separator)
        except HdslError:
            continue
        assert table.rows is not None
        for field in table.fields.values():
            assert field.shape == field.missing.shape == table.rows.shape
            assert (field.why_text() != "") == (field.kind == "text")
            field.text_help()
