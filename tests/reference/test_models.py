"""The models of the reference collections: no false alarm, and fits that agree with the sources."""

from __future__ import annotations

from pathlib import Path

import pytest

import hdsl
from tests.reference.collection import Case, cases, models
from tests.reference.fitting import outcome

# Varied, and done in a minute together; `python -m tests.reference` fits them all.
QUICK = (
    "eight_schools-eight_schools_centered",
    "gp_pois_regr-gp_regr",
    "hmm_example-hmm_example",
    "kidiq-kidscore_momhs",
    "Asia",
    "Hearts",
    "Jaws",
    "Pumps",
    "Rats",
    "Surgical_fixed",
)
IMPROPER_PRIOR = "HB601"


def _stem(path: Path) -> str:
    return path.stem


def _name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("path", models(), ids=_stem)
def test_nothing_is_found_fault_with(path: Path) -> None:
    """No mistake and no false alarm; that a `Flat` prior is improper is none."""
    found = [w for w in hdsl.load(path).warnings if w.code != IMPROPER_PRIOR]
    assert [f"{w.code}: {w.title}" for w in found] == []


@pytest.mark.parametrize("path", models(), ids=_stem)
def test_is_written_as_the_formatter_writes(path: Path) -> None:
    text = path.read_text()
    assert hdsl.format(hdsl.parse(text)) == text


def test_collections_are_complete() -> None:
    names = [case.name for case in cases()]
    assert len([case for case in cases() if case.collection == "posteriordb"]) == 39
    assert len([case for case in cases() if case.collection == "bugs"]) == 37
    assert set(QUICK) <= set(names)


@pytest.mark.parametrize("case", [case for case in cases() if case.name in QUICK], ids=_name)
def test_agrees_with_its_source(case: Case) -> None:
    _assert_agrees(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in cases() if case.name not in QUICK], ids=_name)
def test_agrees_with_its_source_too(case: Case) -> None:
    _assert_agrees(case)


def _assert_agrees(case: Case) -> None:
    found = outcome(case)
    assert found.wrong == ()
    assert found.trusted, found.why_not
