"""Every model in `cases/good` is accepted; every one in `cases/bad` gives its golden text.

`pytest tests/test_cases.py --accept` rewrites the golden texts: review the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hdsl.diagnostics import HdslError
from hdsl.source import Source
from hdsl.syntax import decode, parse

CASES = Path(__file__).parent / "cases"
GOOD = sorted((CASES / "good").glob("*.hbm"))
BAD = sorted((CASES / "bad").glob("*.hbm"))


def check(path: Path) -> None:
    parse(Source(decode(path.read_bytes(), path.name), path.name))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_model_is_accepted(path: Path) -> None:
    check(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_model_gives_its_golden_text(path: Path, accept: bool) -> None:
    with pytest.raises(HdslError) as caught:
        check(path)
    code = path.stem.split("_")[0]
    assert code in {diagnostic.code for diagnostic in caught.value.diagnostics}
    drawn = f"{caught.value}\n"
    golden = path.with_suffix(".expected")
    if accept:
        golden.write_text(drawn, encoding="utf-8")
    assert golden.exists(), "no golden text: run with --accept and review it"
    assert drawn == golden.read_text(encoding="utf-8")


def test_every_golden_text_has_its_model() -> None:
    models = {path.stem for path in BAD}
    assert {path.stem for path in (CASES / "bad").glob("*.expected")} == models
