from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.model.binding import bound, mistakes, one_mistake, under

SCHOOLS = 'data y[school], sigma[school] from "schools.csv"\nmu ~ Normal(0, 5)\n'
SCHOOLS += "theta[school] ~ Normal(mu, 1)\ny[school] ~ Normal(theta[school], sigma[school])\n"


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)


def test_columns_become_arrays_over_rows_counted_after_where(tmp_path: Path) -> None:
    write(tmp_path, "bags.csv", "kind,day,n\nPlain,b,5\nPeanut,b,6\nPlain,a,7\nPlain,b,8\n")
    text = 'data day[bag] : day, n[bag] from "bags.csv" where kind == "Plain"\n'
    text += "m[day] ~ Normal(0, 1)\nn[bag] ~ Normal(m[day[bag]], 1)\n"
    found = bound(text, folder=tmp_path)
    assert list(found.sets["bag"].labels) == [1, 2, 3]
    assert list(found.sets["day"].labels) == ["b", "a"]
    assert found.values["day"].axes == ("bag",)
    assert found.values["day"].array.tolist() == [0, 1, 0]
    assert found.values["n"].array.tolist() == [5, 7, 8]
    assert list(found.fingerprints) == ["bags.csv"]


def test_data_of_another_order_follow_the_labels(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "name,x\nA,1\nB,2\nC,3\n")
    write(tmp_path, "b.csv", "name,z\nC,30\nA,10\nB,20\n")
    text = 'index s = {A, B, C}\ndata "name" as s, x[s] from "a.csv"\n'
    text += "data z[s]\nx[s] ~ Normal(z[s], 1)\n"
    found = bound(text, {"z": {"C": 30.0, "A": 10.0, "B": 20.0}}, tmp_path)
    assert found.values["z"].array.tolist() == [10, 20, 30]
    series = pd.Series([30.0, 10.0, 20.0], index=["C", "A", "B"])
    assert bound(text, {"z": series}, tmp_path).values["z"].array.tolist() == [10, 20, 30]


def test_a_value_from_the_caller_replaces_the_files(tmp_path: Path) -> None:
    write(tmp_path, "schools.csv", "y,sigma\n1,2\n3,4\n")
    found = bound(SCHOOLS, {"y": [7, 8], "unknown": object()}, tmp_path)
    assert found.values["y"].array.tolist() == [7, 8]
    assert found.values["sigma"].array.tolist() == [2, 4]
    assert set(found.fingerprints) == {"schools.csv", "y"}


def test_a_data_frame_stands_for_the_file_with_its_where() -> None:
    frame = pd.DataFrame({"kind": ["a", "b", "a"], "y": [1.0, 2.0, 3.0], "sigma": [1.0, 1.0, 2.0]})
    text = SCHOOLS.replace('"schools.csv"', '"schools.csv" where kind == "a"')
    found = bound(text, frame)
    assert found.values["y"].array.tolist() == [1, 3]
    assert "schools.csv" not in found.fingerprints


def test_one_column_for_each_label(tmp_path: Path) -> None:
    write(tmp_path, "bags.csv", "blue,red\n1,2\n3,4\n5,6\n")
    text = 'index colour = {red, blue}\ndata count[bag, colour] from "bags.csv"\n'
    text += "count[bag, colour] ~ Normal(0, 1)\n"
    found = bound(text, folder=tmp_path)
    assert found.values["count"].array.tolist() == [[2, 1], [4, 3], [6, 5]]


def test_a_missing_column_of_a_wide_variable(tmp_path: Path) -> None:
    write(tmp_path, "bags.csv", "blue,rot\n1,2\n3,4\n")
    text = 'index colour = {red, blue}\ndata count[bag, colour] from "bags.csv"\n'
    text += "count[bag, colour] ~ Normal(0, 1)\n"
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB483"
    assert "`red`" in found.title


def test_one_row_for_each_combination(tmp_path: Path) -> None:
    write(tmp_path, "long.csv", "bag,colour,n\n2,red,4\n1,red,2\n1,blue,1\n2,blue,3\n")
    text = 'data n[bag, colour] from "long.csv"\nn[bag, colour] ~ Normal(0, 1)\n'
    found = bound(text, folder=tmp_path)
    assert list(found.sets["bag"].labels) == [1, 2]
    assert list(found.sets["colour"].labels) == ["red", "blue"]
    assert found.values["n"].array.tolist() == [[2, 1], [4, 3]]


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ("1,red,2\n1,red,3\n", "HB330", "n[bag=1, colour=red]"),
        (",red,2\n2,blue,3\n", "HB322", "row 2"),
    ],
)
def test_mistakes_of_long_data(tmp_path: Path, rows: str, code: str, words: str) -> None:
    write(tmp_path, "long.csv", f"bag,colour,n\n{rows}")
    text = 'data n[bag, colour] from "long.csv"\nn[bag, colour] ~ Normal(0, 1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == code
    assert words in found.title


def test_a_variable_over_another_set_is_read_once_per_label(tmp_path: Path) -> None:
    write(tmp_path, "pupils.csv", "class,school,y\n2,B,1\n1,A,2\n2,B,3\n")
    text = 'data class[pupil] : class, school[class] : school, y[pupil] from "pupils.csv"\n'
    text += "m[school] ~ Normal(0, 1)\ny[pupil] ~ Normal(m[school[class[pupil]]], 1)\n"
    found = bound(text, folder=tmp_path)
    assert list(found.sets["class"].labels) == [1, 2]
    assert found.values["school"].axes == ("class",)
    assert found.values["school"].array.tolist() == [1, 0]


def test_rows_that_disagree_are_both_shown(tmp_path: Path) -> None:
    write(tmp_path, "pupils.csv", "class,size,y\n2,20,1\n1,10,2\n2,21,3\n")
    text = 'data class[pupil] : class, size[class], y[pupil] from "pupils.csv"\n'
    text += "y[pupil] ~ Normal(size[class[pupil]], 1)\n"
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB482"
    assert "row 2" in found.cause
    assert "row 4" in found.cause


def test_arrays_from_json_with_first_index_outermost(tmp_path: Path) -> None:
    write(tmp_path, "d.json", json.dumps({"N": 2, "K": 3, "y": [[1, 2, 3], [4, 5, 6]], "x": [1]}))
    text = 'data N, K, y[i, j] from "d.json"\nindex i = 1..N\nindex j = 1..K\n'
    text += "y[i, j] ~ Normal(0, 1)\n"
    found = bound(text, folder=tmp_path)
    assert found.values["y"].array.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert found.values["N"].array == 2
    assert found.sets["j"].labels == range(1, 4)


def test_sizes_that_disagree_with_a_range_that_depends_on_data() -> None:
    text = "data N, y[i]\nindex i = 1..N\ny[i] ~ Normal(0, 1)\n"
    found = one_mistake(text, {"N": 3, "y": [1.0, 2.0]})
    assert found.code == "HB323"
    assert "2 values" in found.title
    assert "3 labels" in found.title


def test_a_range_of_half_numbers() -> None:
    text = "data N, y[i]\nindex i = 1..N\ny[i] ~ Normal(0, 1)\n"
    assert one_mistake(text, {"N": 2.5, "y": [1.0, 2.0]}).code == "HB325"


def test_data_with_axes_in_another_order_are_turned() -> None:
    import xarray as xr

    array = xr.DataArray(
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        dims=("j", "i"),
        coords={"j": ["a", "b"], "i": [10, 20, 30]},
    )
    found = bound("data y[i, j]\ny[i, j] ~ Normal(0, 1)\n", {"y": array})
    assert found.values["y"].array.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert list(found.sets["i"].labels) == [10, 20, 30]


def test_codes_stand_for_labels() -> None:
    text = "index sex = {female = 0, male = 1}\ndata sex[i] : sex, y[i]\n"
    text += "b[sex] ~ Normal(0, 1)\ny[i] ~ Normal(b[sex[i]], 1)\n"
    y = [1.0, 2.0, 3.0]
    assert bound(text, {"sex": [1, 0, 1], "y": y}).values["sex"].array.tolist() == [1, 0, 1]
    words = {"sex": ["male", "female", "male"], "y": y}
    assert bound(text, words).values["sex"].array.tolist() == [1, 0, 1]
    found = one_mistake(text, {"sex": [1, 2, 1], "y": y})
    assert found.code == "HB480"
    assert "no code of `sex`" in found.title


def test_all_mistakes_come_together_and_in_the_order_of_the_text(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "x,z\n1,12 g\n2,3\n")
    text = 'data x[i] : probability, z[i], w[i] from "a.csv"\ndata q\n'
    text += "x[i] ~ Normal(z[i] + w[i], q)\n"
    found = mistakes(text, folder=tmp_path)
    assert [d.code for d in found] == ["HB479", "HB478", "HB470", "HB471"]
    assert under(text, found[2]) == "w[i]"


def test_what_was_not_seen_is_told_when_only_checking(tmp_path: Path) -> None:
    text = SCHOOLS + "data q\nr ~ Normal(q, 1)\n"
    found = bound(text, folder=tmp_path, partial=True)
    assert found.values == {}
    assert "school" not in found.sets
    assert found.unseen == (
        "`schools.csv` was not found, so its columns and values were not checked",
        "`q` was not given, so its values were not checked",
    )


def test_a_missing_file_is_blamed_on_its_name(tmp_path: Path) -> None:
    found = one_mistake(SCHOOLS, folder=tmp_path)
    assert found.code == "HB451"
    assert under(SCHOOLS, found) == '"schools.csv"'


def test_a_scalar_from_a_column_of_equal_values(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "s,y\n2,1\n2,3\n")
    text = 'data s, y[i] from "a.csv"\ny[i] ~ Normal(0, s)\n'
    assert bound(text, folder=tmp_path).values["s"].array == 2
    write(tmp_path, "a.csv", "s,y\n2,1\n5,3\n")
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB481"
    assert "row 3" in found.cause


def test_computed_data_are_computed_once() -> None:
    text = "data x[i], y[i]\nz[i] = (x[i] - mean(x)) / sd(x)\ny[i] ~ Normal(z[i], 1)\n"
    found = bound(text, {"x": [1.0, 2.0, 3.0], "y": [0, 0, 0]})
    np.testing.assert_allclose(found.values["z"].array, [-1, 0, 1])


def test_data_computed_without_a_value() -> None:
    text = "data x[i], y[i]\nz[i] = log(x[i])\ny[i] ~ Normal(z[i], 1)\n"
    found = one_mistake(text, {"x": [1.0, -2.0, 3.0], "y": [0, 0, 0]})
    assert found.code == "HB487"
    assert "z[i=2]" in found.title


def test_rows_of_two_sets(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "y,size\n1,2\n3,4\n")
    text = 'data y[pupil], size[class] from "a.csv"\ny[pupil] ~ Normal(mean(size), 1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB332"
    assert under(text, found) == "size[class]"


def test_a_column_with_the_name_of_the_set_holds_its_labels(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "school,y\nB,1\nA,2\n")
    text = 'data y[school] from "a.csv"\ny[school] ~ Normal(0, 1)\n'
    assert list(bound(text, folder=tmp_path).sets["school"].labels) == ["B", "A"]
    declared = f"index school = {{A, B}}\n{text}"
    assert bound(declared, folder=tmp_path).values["y"].array.tolist() == [2, 1]
    for words in ('data "school" as school, y', "data school, y"):
        named = declared.replace("data y", words)
        assert bound(named, folder=tmp_path).values["y"].array.tolist() == [2, 1]
    write(tmp_path, "a.csv", "school,y\nB,1\nA,2\nB,3\n")
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB321"
    assert "school[row] : school" in found.help


def test_texts_are_compared_with_texts() -> None:
    text = 'data y[i], kind[i]\nkept[i] = kind[i] == "b"\ny[i] ~ Normal(kept[i], 1)\n'
    values = bound(text, {"y": [1.0, 2, 3], "kind": ["a", "b", "a"]}).values
    assert values["kept"].array.tolist() == [0, 1, 0]
    assert one_mistake(text.replace('"b"', '"c"'), {"y": [1.0, 2], "kind": ["a", "b"]}).code == (
        "HB327"
    )


def test_a_range_in_decimals() -> None:
    def labels(text: str) -> list[float]:
        return list(bound(f"index x = {text}\na ~ Normal(0, 1)\nb[x] = a * x\n").sets["x"].labels)

    assert labels("0..1 by 0.1") == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
    assert labels("0.5..3 by 2") == [0.5, 2.5]
    assert labels("1..2 by 0.3") == [1, 1.3, 1.6, 1.9]
    assert labels("5..7.5 by 2") == [5, 7]


def test_a_file_given_for_one_item(tmp_path: Path) -> None:
    write(tmp_path, "other.csv", "a,y\n1,2\n3,4\n")
    found = bound("data y[i]\ny[i] ~ Normal(0, 1)\n", {"y": tmp_path / "other.csv"})
    assert found.values["y"].array.tolist() == [2, 4]


def test_an_array_with_another_number_of_indices() -> None:
    found = one_mistake("data y[i]\ny[i] ~ Normal(0, 1)\n", {"y": [[1, 2], [3, 4]]})
    assert found.code == "HB331"


def test_long_data_without_a_column_for_an_index(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "bag,color,n\n1,red,2\n")
    text = 'data n[bag, colour] from "a.csv"\nn[bag, colour] ~ Normal(0, 1)\n'
    found = one_mistake(text, folder=tmp_path)
    assert found.code == "HB332"
    assert "to which `colour`" in found.title
    named = text.replace("data n", 'data "color" as colour, n')
    assert bound(named, folder=tmp_path).values["n"].array.tolist() == [[2]]


def test_an_empty_range_is_an_empty_array() -> None:
    text = "data N\nindex i = 1..N\nx[i] ~ Normal(0, 1)\nm ~ Normal(sum(x), 1)\n"
    found = bound(text, {"N": 0})
    assert found.sets["i"].size == 0


def test_a_million_rows_bind() -> None:
    rng = np.random.default_rng(1)
    group = rng.integers(0, 1000, 1_000_000).astype(float)
    text = "data y[i], g[i] : g, n[i] : count\nm[g] ~ Normal(0, 1)\n"
    text += "y[i] ~ Normal(m[g[i]], 1)\nn[i] ~ Poisson(3)\n"
    given = {"y": rng.normal(size=group.size), "g": group, "n": rng.poisson(3, group.size)}
    found = bound(text, given)
    np.testing.assert_array_equal(found.values["g"].array, group)
