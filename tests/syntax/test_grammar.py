from __future__ import annotations

from pathlib import Path

import pytest

from hdsl.syntax import grammar, grammar_folder


def test_the_grammar_is_found_beside_a_checkout():
    assert (grammar_folder() / "hbm.lark").is_file()


def test_an_installed_copy_is_found_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "grammar").mkdir()
    monkeypatch.setattr(grammar, "files", lambda package: tmp_path)
    assert grammar_folder() == tmp_path / "grammar"
