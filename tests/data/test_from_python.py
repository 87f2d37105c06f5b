from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hdsl.data import Field, field_from_python, table_from_python
from hdsl.data.mistakes import shown
from hdsl.diagnostics import Diagnostic, HdslError


def fault(data: Any) -> Diagnostic:
    with pytest.raises(HdslError) as caught:
        table_from_python(data)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is None
    assert diagnostic.help
    return diagnostic


def same(field: Field, values: Any, kind: str) -> None:
    assert field.kind == kind
    if kind == "text":
        assert field.values.tolist() == values
        assert field.values.dtype == object
    else:
        np.testing.assert_array_equal(field.values, np.array(values, dtype=float))
        np.testing.assert_array_equal(field.missing, np.isnan(np.array(values, dtype=float)))
        assert field.values.dtype == np.float64


nan = np.nan


@pytest.mark.parametrize(
    ("value", "values", "kind"),
    [
        (3, 3, "integer"),
        (2.5, 2.5, "number"),
        (True, 1, "bool"),
        (None, nan, "number"),
        ("NJ", "NJ", "text"),
        (np.int32(3), 3, "integer"),
        (np.float32(0.5), 0.5, "number"),
        (np.bool_(True), 1, "bool"),
        (Decimal("0.5"), 0.5, "number"),
        ([1, None, 3], [1, nan, 3], "integer"),
        ([1.0, nan], [1, nan], "number"),
        ((True, False), [1, 0], "bool"),
        (range(3), [0, 1, 2], "integer"),
        ([[1, 2], [3]], [[1, 2], [3, nan]], "integer"),
        ([np.array([1.0, 2.0]), (3, 4)], [[1, 2], [3, 4]], "number"),
        (np.arange(6).reshape(2, 3), [[0, 1, 2], [3, 4, 5]], "integer"),
        (np.array([True, False]), [1, 0], "bool"),
        (np.array([1.5, nan], dtype=np.float32), [1.5, nan], "number"),
        (np.ma.array([1, 2, 3], mask=[0, 1, 0]), [1, nan, 3], "integer"),
        (np.ma.array([1.5, 2.5], mask=[1, 0]), [nan, 2.5], "number"),
        (np.ma.masked, nan, "number"),
        (np.array([1, None, nan], dtype=object), [1, nan, nan], "number"),
        (np.array(["a", "b"]), ["a", "b"], "text"),
        (np.array([b"a", b"\xc3\xa9"]), ["a", "é"], "text"),
        (np.array(["a", None], dtype=object), ["a", ""], "text"),
        (np.zeros((0, 3)), np.zeros((0, 3)), "number"),
        ([], [], "number"),
        (pd.Series([1, 2]), [1, 2], "integer"),
        (pd.Series([1, None], dtype="Int64"), [1, nan], "integer"),
        (pd.Series([True, None], dtype="boolean"), [1, nan], "bool"),
        (pd.Series([0.5, None], dtype="Float64"), [0.5, nan], "number"),
        (pd.Series(["a", None]), ["a", ""], "text"),
        (pd.Series(["a", None], dtype="string"), ["a", ""], "text"),
        (pd.Series(["b", "a"], dtype="category"), ["b", "a"], "text"),
        (pd.Categorical([3, 1]), [3, 1], "integer"),
        (pd.Index(["x", "y"]), ["x", "y"], "text"),
        ([pd.NA, pd.NaT, 1], [nan, nan, 1], "integer"),
        (xr.DataArray([1.5, nan], dims="t"), [1.5, nan], "number"),
    ],
)
def test_values(value: Any, values: Any, kind: str):
    same(field_from_python("y", value), values, kind)


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (date(2014, 2, 18), "2014-02-18"),
        (datetime(2014, 2, 18), "2014-02-18"),
        (datetime(2014, 2, 18, 9, 30), "2014-02-18T09:30:00"),
        (datetime(2014, 2, 18, tzinfo=UTC), "2014-02-18T00:00:00+00:00"),
        (np.array(["2014-02-18", "NaT"], dtype="datetime64[ns]"), ["2014-02-18", ""]),
        (np.datetime64("2014-02-18"), "2014-02-18"),
        (pd.to_datetime(pd.Series(["2014-02-18", None])), ["2014-02-18", ""]),
        (pd.date_range("2014-02-18", periods=2), ["2014-02-18", "2014-02-19"]),
        (pd.period_range("2014-02", periods=1, freq="M"), ["2014-02"]),
    ],
)
def test_dates_are_iso_texts(value: Any, texts: Any):
    same(field_from_python("day", value), texts, "text")


def test_long_identifiers_stay_texts():
    same(field_from_python("id", np.array([2**53 + 1, 5])), [str(2**53 + 1), "5"], "text")
    same(field_from_python("id", np.array([2**53 + 2, 5])), [2**53 + 2, 5], "integer")
    same(field_from_python("id", [2**63, 2**64 - 1]), [str(2**63), str(2**64 - 1)], "text")
    huge = field_from_python("id", [10**5000])
    assert huge.kind == "text"
    assert field_from_python("id", np.array([2**64 - 1], dtype=np.uint64)).kind == "text"


def test_labels():
    by_key = field_from_python("y", {"A": 28, "B": None})
    assert by_key.labels == (("A", "B"),)
    assert by_key.place((1,)) == '`y["B"]`'
    assert field_from_python("y", {2: {"a": 1}, 1: {"a": 2}}).labels == ((2.0, 1.0), ("a",))
    series = pd.Series([1.0, 2.0], index=["A", "B"])
    assert field_from_python("y", series).labels == (("A", "B"),)
    assert field_from_python("y", pd.Series([1.0, 2.0], index=[1990, 1991])).labels == (
        (1990.0, 1991.0),
    )
    assert field_from_python("y", pd.Series([1.0, 2.0])).labels == (None,)
    days = pd.Series([1.0], index=pd.to_datetime(["2014-02-18"]))
    assert field_from_python("y", days).labels == (("2014-02-18",),)
    frame = pd.DataFrame({"u": [1, 2], "v": [3.5, None]}, index=["A", "B"])
    field = field_from_python("y", frame)
    assert field.labels == (("A", "B"), ("u", "v"))
    same(field, [[1, 3.5], [2, nan]], "number")
    array = xr.DataArray(
        [[1, 2, 3], [4, 5, 6]], dims=("lab", "t"), coords={"lab": ["x", "y"]}, name="y"
    )
    field = field_from_python("y", array)
    assert field.labels == (("x", "y"), None)
    assert field.dims == ("lab", "t")
    assert field.place((1, 2)) == '`y["y"][3]`'


def test_a_frame_of_mixed_columns_is_an_array_of_texts():
    field = field_from_python("y", pd.DataFrame({"u": [1, 2], "v": ["a", None]}))
    same(field, [["1", "a"], ["2", ""]], "text")
    assert field.why_text() == '`y[1]["v"]` is the text `a`'


def test_a_pandas_frame_is_a_table():
    frame = pd.DataFrame({"kind": ["Plain", "Peanut", "Plain"], "n": [56, 20, 55], 3: [1, 2, 3]})
    table = table_from_python(frame)
    assert table.tabular
    assert table.rows is not None
    assert list(table.fields) == ["kind", "n", "3"]
    assert table.fields["n"].kind == "integer"
    assert table.fields["n"].place((1,)) == "row 2, column `n`"
    assert table.fields["kind"].why_text() == "column `kind` has text `Plain` in row 1"
    kept = table.keep(table.fields["kind"].values == "Plain")
    assert kept.rows is not None
    assert kept.rows.tolist() == [1, 3]
    assert kept.fields["n"].values.tolist() == [56, 55]
    filtered = table_from_python(frame[frame["n"] > 50])
    assert filtered.fields["n"].labels == (None,)


def test_the_index_of_a_frame_labels_its_rows():
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["A", "B"], name="school"))
    table = table_from_python(frame)
    assert list(table.fields) == ["school", "n"]
    assert table.fields["school"].values.tolist() == ["A", "B"]
    assert table.fields["n"].labels == (("A", "B"),)
    kept = table.keep(np.array([False, True]))
    assert kept.fields["n"].labels == (("B",),)
    unnamed = table_from_python(pd.DataFrame({"n": [1, 2]}, index=["A", "B"]))
    assert list(unnamed.fields) == ["n"]
    assert unnamed.fields["n"].labels == (("A", "B"),)


def test_other_tables():
    records = table_from_python([{"a": 1, "b": "x"}, {"a": np.float64(2.5)}])
    assert records.tabular
    assert records.fields["a"].values.tolist() == [1, 2.5]
    assert records.fields["b"].missing.tolist() == [False, True]
    structured = np.array([(1, "x"), (2, "y")], dtype=[("a", int), ("b", "U1")])
    table = table_from_python(structured)
    assert table.tabular
    assert table.fields["b"].values.tolist() == ["x", "y"]
    assert table_from_python(table) is table
    dataset = xr.Dataset({"y": (("school",), [1.0, 2.0]), "N": 2}, coords={"school": ["A", "B"]})
    read = table_from_python(dataset)
    assert not read.tabular
    assert set(read.fields) == {"y", "N", "school"}
    assert read.fields["y"].labels == (("A", "B"),)
    assert read.fields["y"].dims == ("school",)


def test_a_polars_frame_is_known_by_what_it_can_do():
    class Frame:
        schema = ()

        def get_columns(self) -> None: ...

        def to_dict(self, as_series: bool) -> dict[str, list[Any]]:
            assert not as_series
            return {"a": [1, None], "day": [date(2014, 2, 18), None]}

    table = table_from_python(Frame())
    assert table.tabular
    assert table.fields["a"].missing.tolist() == [False, True]
    assert table.fields["day"].values.tolist() == ["2014-02-18", ""]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (3, "HB467"),
        ([1, 2], "HB467"),
        ("bags.csv", "HB467"),
        (None, "HB467"),
        ({"y": object()}, "HB467"),
        ({"y": {1, 2}}, "HB467"),
        ({"y": (x for x in [1])}, "HB467"),
        ({"y": 1j}, "HB467"),
        ({"y": np.array([1j])}, "HB467"),
        ({"y": np.array([1], dtype="timedelta64[D]")}, "HB467"),
        ({"y": np.array([b"\xff"])}, "HB467"),
        ({"y": [1, object()]}, "HB467"),
        ({"y": pd.Series([1], index=pd.MultiIndex.from_tuples([(1, 2)]))}, "HB467"),
        ({"y": pd.Series([1, 2], index=["a", None])}, "HB467"),
        ({1: 2}, "HB458"),
        ({"": 2}, "HB458"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "HB458"),
        (pd.DataFrame(), "HB460"),
        ({"y": [[1], 2]}, "HB466"),
        ({"y": [1, [2]]}, "HB466"),
    ],
)
def test_what_is_no_data_is_refused(data: Any, code: str):
    assert fault(data).code == code


def test_a_list_within_itself_is_refused():
    endless: list[Any] = []
    endless.append(endless)
    assert fault({"y": endless}).code == "HB464"


def test_equal_data_have_equal_fingerprints():
    first = table_from_python({"y": [1, 2, None], "k": ["a", "b"]})
    again = table_from_python({"k": ("a", "b"), "y": np.ma.array([1, 2, 7], mask=[0, 0, 1])})
    assert first.fingerprint == again.fingerprint
    others: list[Any] = [
        {"y": [1, 2, 3], "k": ["a", "b"]},
        {"y": [[1, 2, None]], "k": ["a", "b"]},
        {"y": [1, 2, None], "k": ["ab", ""]},
        {"y": [1, 2, None], "k": {"u": "a", "v": "b"}},
        {"y": [1, 2, None], "q": ["a", "b"]},
        {"y": [1.0, 2.0, None], "k": ["a", "b"]},
    ]
    prints = {table_from_python(data).fingerprint for data in others}
    assert len(prints) == len(others)
    assert first.fingerprint not in prints
    assert (
        table_from_python({"y": [-0.0]}).fingerprint == table_from_python({"y": [0.0]}).fingerprint
    )
    stable = table_from_python({"y": [1, 2.5], "k": "a"}).fingerprint
    assert stable == "745c479aded08813910e306306a2c16ea83989c248091e882f56f95e52b3af7a"


def test_long_texts_are_shortened():
    assert len(shown("x" * 1000)) < 50
    assert "\n" not in shown("a\nb")


def test_importing_the_readers_imports_no_other_library():
    heavy = ["pandas", "xarray", "scipy", "jax", "polars"]
    code = f"import sys, hdsl.data; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
