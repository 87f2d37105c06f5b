"""``class within school``: labels that repeat are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.binding import bound, one_mistake

PUPILS = "school,class,y,size\nA,1,1,20\nA,2,2,21\nB,1,3,22\nB,1,4,22\n"
MODEL = """
data {}, y[pupil] from "pupils.csv"
u[class] ~ Normal(0, 1)
y[pupil] ~ Normal(u[class[pupil]], 1)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pupils.csv").write_text(PUPILS)
    return tmp_path


@pytest.mark.parametrize(
    "columns",
    [
        "class[pupil] : class within school, school[class] : school",
        "school[pupil] : school, class[pupil] : class within school",
        "class[pupil] : class within school",
        '"class" as class[pupil] : class within place, "school" as place[class] : place',
    ],
)
def test_labels_that_repeat_are_told_apart(folder: Path, columns: str) -> None:
    found = bound(MODEL.format(columns), folder=folder)
    assert list(found.sets["class"].labels) == ["A:1", "A:2", "B:1"]
    assert found.values["class"].array.tolist() == [0, 1, 2, 2]


def test_what_belongs_to_a_class_is_read_once_for_each(folder: Path) -> None:
    columns = "class[pupil] : class within school, school[class] : school, size[class]"
    found = bound(MODEL.format(columns), folder=folder)
    assert found.values["school"].array.tolist() == [0, 0, 1]
    assert found.values["size"].array.tolist() == [20, 21, 22]


def test_sets_lie_within_sets_that_lie_within_others() -> None:
    text = "data k[i] : k within c, c[i] : c within s, s[i] : s, y[i]\n"
    text += "m[k] ~ Normal(0, 1)\ny[i] ~ Normal(m[k[i]], 1)\n"
    given = {"s": ["A", "A", "B"], "c": [1, 1, 1], "k": [1, 2, 1], "y": [1, 2, 3]}
    assert list(bound(text, given).sets["k"].labels) == ["A:1:1", "A:1:2", "B:1:1"]


def test_a_second_table_may_speak_of_the_same_labels(folder: Path) -> None:
    (folder / "classes.csv").write_text("school,class,books\nB,1,5\nA,2,6\nA,1,7\n")
    text = MODEL.format('"class" as room[pupil] : class within school')
    text = text.replace("class[pupil]]", "room[pupil]]")
    text += 'data "class" as class, books[class] from "classes.csv"\n'
    found = bound(text, folder=folder)
    assert list(found.sets["class"].labels) == ["B:1", "A:2", "A:1"]
    assert found.values["books"].array.tolist() == [5, 6, 7]
    assert found.values["room"].array.tolist() == [2, 1, 0, 0]


def test_without_within_rows_disagree_and_both_are_shown(folder: Path) -> None:
    text = MODEL.format("class[pupil] : class, school[class] : school")
    found = one_mistake(text, folder=folder)
    assert found.code == "HB482"
    assert "row 2, column `school`" in found.cause
    assert "row 4, column `school`" in found.cause
    assert "class within school" in found.help


def test_a_missing_school_is_a_missing_class(folder: Path) -> None:
    (folder / "pupils.csv").write_text("school,class,y\nA,1,1\n,1,2\n")
    text = MODEL.format("class[pupil] : class within school")
    assert one_mistake(text, folder=folder).code == "HB360"
