"""Names of what the caller gives."""

from __future__ import annotations

from typing import Any

import pandas
import pytest

from tests.model.binding import mistakes, one_mistake

TEXT = "data y[i], score[i]\ny[i] ~ Normal(score[i], 1)\n"


@pytest.mark.parametrize(
    ("given", "wrong", "meant"),
    [
        ({"Y": [1], "score": [2]}, "`Y`", "`y`"),
        ({"y": [1], "scores": [2]}, "`scores`", "`score`"),
    ],
)
def test_a_misspelt_name_is_not_left_out_silently(
    given: dict[str, Any], wrong: str, meant: str
) -> None:
    found = one_mistake(TEXT, given)
    assert found.code == "HB504"
    assert wrong in found.title
    assert meant in found.help


def test_a_misspelt_name_does_not_let_the_file_speak_instead() -> None:
    text = TEXT.replace("score[i]\n", "score[i] = [1, 2]\n", 1)
    assert one_mistake(text, {"y": [1, 2], "Score": [3, 4]}).code == "HB504"


@pytest.mark.parametrize(
    "given",
    [{"y": [1], "score": [2], "scores": [3]}, {"y": [1], "score": [2], "other": 3}],
)
def test_what_the_model_does_not_know_is_left_alone(given: dict[str, Any]) -> None:
    assert mistakes(TEXT, given) == ()


def test_a_column_of_almost_the_name_is_suggested() -> None:
    found = one_mistake(TEXT, pandas.DataFrame({"y": [1], "Score": [2]}))
    assert found.code == "HB471"
    assert '`"Score" as score`' in found.help
