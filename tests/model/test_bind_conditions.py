from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hdsl.data import table_from_python
from hdsl.diagnostics import Report
from hdsl.model.conditions import rows_kept
from hdsl.source import Source
from hdsl.syntax import tree
from hdsl.syntax.parse import parse

TABLE = table_from_python(
    [
        {"n": 1, "kind": "Plain", "x": None, "first name": "Ada", "big": True, "red": 3},
        {"n": 2, "kind": "Peanut", "x": 5, "first name": "Bo", "big": False, "red": 4},
        {"n": 3, "kind": "red", "x": -1, "first name": "Cy", "big": True, "red": 5},
    ],
    "bags",
)


def condition(text: str) -> tuple[tree.Expression, str]:
    model = f'data n[i] from "a.csv" where {text}\n'
    statement = parse(Source(model)).statements[0]
    assert isinstance(statement, tree.DataStatement)
    assert statement.where is not None
    return statement.where, model


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("n > 1", [2, 3]),
        ("1 <= n < 3", [1, 2]),
        ('kind == "Plain"', [1]),
        ('kind != "Plain" and n < 3', [2]),
        ('"first name" == "Bo" or n == 3', [2, 3]),
        ('kind == "red"', [3]),
        ("x > 0", [2]),
        ("not x > 0", [3]),
        ("not missing(x)", [2, 3]),
        ("x > 0 or n == 1", [1, 2]),
        ("(n + 1) * 2 == 6", [2]),
        ("-n^2 < -3", [2, 3]),
        ("if missing(x) then n == 1 else x > 0", [1, 2]),
        ("big", [1, 3]),
        ("big == true", [1, 3]),
        ("log(x) > 0", [2]),
        ('kind < "Q"', [1, 2]),
    ],
)
def test_which_rows_are_kept(text: str, kept: list[int]) -> None:
    report = Report()
    found = rows_kept(condition(text)[0], TABLE, report)
    assert not report.diagnostics
    assert found is not None
    assert (np.flatnonzero(found) + 1).tolist() == kept


@pytest.mark.parametrize(
    ("text", "code", "under", "advice"),
    [
        ("kind == Plain", "HB474", "Plain", '"Plain"'),
        ("knd == 3", "HB473", "knd", "`kind`"),
        ("total > 3", "HB473", "total", "the file calls it `n`"),
        ("kind > 3", "HB475", "kind > 3", ""),
        ('n == "2"', "HB475", 'n == "2"', "without quotes"),
        ("kind + 1 > 2", "HB475", "kind", ""),
        ("kind", "HB475", "kind", "compare"),
        ("sum(n) > 3", "HB476", "sum(n)", ""),
        ("n[1] > 3", "HB476", "n[1]", ""),
    ],
)
def test_mistakes_in_conditions(text: str, code: str, under: str, advice: str) -> None:
    where, model = condition(text)
    report = Report()
    assert rows_kept(where, TABLE, report, {"total": "n"}) is None
    (found,) = report.diagnostics
    assert found.code == code
    assert found.span is not None
    assert Source(model).excerpt(found.span) == under
    assert advice in found.help


def test_a_condition_that_keeps_nothing(tmp_path: Path) -> None:
    from tests.model.binding import one_mistake

    (tmp_path / "a.csv").write_text("n\n1\n2\n")
    text = 'data n[i] from "a.csv" where n > 5\nn[i] ~ Normal(0, 1)\n'
    assert one_mistake(text, folder=tmp_path).code == "HB477"
    (tmp_path / "a.json").write_text('{"n": [1, 2]}')
    found = one_mistake(text.replace("a.csv", "a.json"), folder=tmp_path)
    assert found.code == "HB476"
