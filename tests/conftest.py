"""Options of the test run."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from hdsl.cli.output import WITHOUT_TERMINAL

# The same examples in every run, so that a failure can be had again; `search` looks for new ones.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite the golden texts of tests/cases/"
    )


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--accept")


@pytest.fixture(autouse=True)
def _same_width_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are wrapped as where there is no terminal, whatever the tests are run in."""
    monkeypatch.setenv("COLUMNS", str(WITHOUT_TERMINAL))
