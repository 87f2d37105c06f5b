from __future__ import annotations

from pathlib import Path

import pytest

from hdsl.model.memory import size_text
from tests.model.binding import bound, one_mistake, under


def test_a_label_column_gives_the_labels(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("name,m\nM31,1\nM33,2\n")
    text = 'data "name" as gc, m[gc] from "g.csv"\nm[gc] ~ Normal(0, 1)\n'
    found = bound(text, folder=tmp_path)
    assert list(found.sets["gc"].labels) == ["M31", "M33"]
    assert "gc" not in found.values


def test_labels_that_repeat_are_shown_with_their_rows(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("name,m\nM31,1\nM33,2\nM31,3\n")
    text = 'data "name" as gc, m[gc] from "g.csv"\nm[gc] ~ Normal(0, 1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB321"
    assert "row 2" in found.title
    assert "row 4" in found.title


def test_labels_that_the_index_line_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("name,m\nM31,1\nM32,2\n")
    text = 'index gc = {M31, M33}\ndata "name" as gc, m[gc] from "g.csv"\nm[gc] ~ Normal(0, 1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB324"
    assert "`M32`" in found.title
    assert "its `index` line" in found.cause


def test_a_label_without_a_row(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("name,m\nM31,1\n")
    text = 'index gc = {M31, M33}\ndata "name" as gc, m[gc] from "g.csv"\nm[gc] ~ Normal(0, 1)\n'
    assert "no value for `M33`" in one_mistake(text, folder=tmp_path).title


def test_values_give_labels_in_their_order() -> None:
    text = "data k[i] : k, d[i] : d, y[i]\na[k] ~ Normal(0, 1)\nb[d] ~ Normal(0, 1)\n"
    text += "y[i] ~ Normal(a[k[i]] + b[d[i]], 1)\n"
    found = bound(text, {"k": ["z", "a", "z"], "d": [30, 4, 30], "y": [1, 2, 3]})
    assert list(found.sets["k"].labels) == ["z", "a"]
    assert list(found.sets["d"].labels) == [4, 30]


def test_sizes_that_disagree_name_both_sources() -> None:
    text = "data x[i], y[i]\nx[i] ~ Normal(y[i], 1)\n"
    found = one_mistake(text, {"x": [1, 2, 3], "y": [1, 2]})
    assert found.code == "HB323"
    assert "the size of `x`" in found.cause


def test_a_set_without_labels(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("red,blue\n1,2\n3,4\n")
    text = 'data n[bag, colour] : count from "a.csv"\nn[bag, colour] ~ Poisson(1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB320"
    assert "`colour`" in found.title


def test_labels_used_as_numbers() -> None:
    text = "data y[t]\nz[t] = t * 2\ny[t] ~ Normal(z[t], 1)\n"
    assert bound(text, {"y": {"10": 1, "20": 2}}).values["z"].array.tolist() == [20, 40]
    found = one_mistake(text, {"y": {"a": 1, "b": 2}})
    assert found.code == "HB326"
    assert under(text, found) == "t"


def test_a_label_that_only_data_could_know() -> None:
    text = 'data y[s]\nm = y["St. Louis"]\nz ~ Normal(m, 1)\n'
    assert bound(text, {"y": {"St. Louis": 4, "Rome": 1}}).values["m"].array == 4
    found = one_mistake(text, {"y": {"St Louis": 4, "Rome": 1}})
    assert found.code == "HB327"
    assert "St Louis" in found.help


def test_a_label_that_is_computed_and_not_there() -> None:
    text = "data y[t]\nindex t = 1..4\nd[t] = y[t] - y[t-1]\nm ~ Normal(sum(d), 1)\n"
    found = one_mistake(text, {"y": [1, 2, 3, 4]})
    assert found.code == "HB327"
    limited = "data y[t]\nindex t = 1..4\nm = sum(y[t] - y[t-1] for t, t > 1)\nq ~ Normal(m, 1)\n"
    assert bound(limited, {"y": [1, 2, 3, 5]}).values["m"].array == 4


def test_a_lookup_of_a_label_that_is_not_there() -> None:
    text = "data x[i], t[k]\nphi[k] ~ Normal(t[k], 1)\nm[i] = phi[x[i]]\n"
    text += "index k = [0, 1]\n"
    bound(text, {"x": [0, 1, 1], "t": [1, 2]})
    found = one_mistake(text, {"x": [0, 1, 7], "t": [1, 2]})
    assert found.code == "HB327"
    assert "`7` is no label of `k`" in found.title
    assert "i=3" in found.note


def test_selected_elements_and_parts() -> None:
    text = "data y[t]\nindex t = 1..5\nx[1] ~ Normal(0, 1)\n"
    text += "x[t] ~ Normal(y[t], 1) for t > 1\ny[t] ~ Normal(x[t], 1) for y[t] > 0\n"
    found = bound(text, {"y": [1, -1, 2, -2, 3]})
    chosen = [value.array.tolist() for name, value in found.values.items() if ".rows" in name]
    assert chosen == [[1, 2, 3, 4], [0, 2, 4]]
    assert found.sizes["x.parts"] == 5
    assert found.values["x.where"].array.tolist() == [0, 1, 2, 3, 4]


def test_selections_list_the_first_index_outermost() -> None:
    text = "index i = 1..3\nindex j = 1..2\nx[i, j] ~ Normal(0, 1) for i >= j\n"
    text += "x[i, j] = 0 for i < j\ny = x\n"
    found = bound(text)
    rows = [v.array.tolist() for n, v in found.values.items() if ".rows" in n and ">=" not in n]
    assert [0, 1, 1, 2, 2] in rows
    assert [0, 0, 1, 0, 1] in rows
    assert found.values["x.where"].array.tolist() == [[0, 5], [1, 2], [3, 4]]


def test_parts_that_overlap() -> None:
    text = "index t = 1..5\nx[1] = 0\nx[t] ~ Normal(0, 1) for t < 3\n"
    text += "x[t] ~ Normal(0, 2) for t >= 3\n"
    found = one_mistake(text)
    assert found.code == "HB328"
    assert "`x[t=1]`" in found.title
    assert found.labels[0].span.start == text.index("x[1]")


def test_parts_that_leave_something_out() -> None:
    text = "index t = 1..5\nx[1] = 0\nx[t] ~ Normal(0, 1) for t > 3\n"
    bound(text)
    bound(text + "s = sum(x[t] for t, t > 3)\nd[t] = if t < 4 then 0 else x[t]")
    found = one_mistake(text + "s = sum(x)")
    assert found.code == "HB329"
    assert "`x[t=2]`" in found.title


def test_an_enormous_range_is_refused_with_its_size() -> None:
    text = "index i = 1..1000000000000\nx[i] ~ Normal(0, 1)\n"
    found = one_mistake(text)
    assert found.code == "HB490"
    assert "32 PB" in found.title


def test_what_fits_depends_on_the_memory_there_is() -> None:
    text = "data y[i]\nx[i] ~ Normal(0, 1)\ny[i] ~ Normal(x[i], 1)\n"
    given = {"y": [1.0] * 1000}
    bound(text, given, available=lambda: 40_000_000)
    found = one_mistake(text, given, available=lambda: 30_000_000)
    assert found.code == "HB490"
    assert "`x` alone takes 32 MB" in found.note


@pytest.mark.parametrize(("number", "text"), [(12, "12 bytes"), (3_200_000, "3.2 MB")])
def test_sizes_as_people_write_them(number: int, text: str) -> None:
    assert size_text(number) == text
