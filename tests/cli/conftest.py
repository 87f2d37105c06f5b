"""Models in an empty folder, and commands run in it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hdsl.cli import main

MODELS = {
    # Left to NUTS: two numbers, for the mean and the scale.
    "sampled": "data x[i]\nm ~ StudentT(4, 0, 10)\ns ~ HalfNormal(10)\nx[i] ~ Normal(m, s)\n",
    # Drawn directly.
    "direct": "data n = 56, blue = 11\ntheta ~ Beta(2, 8)\nblue ~ Binomial(n, theta)\n",
    "from_file": 'data x[i] from "x.csv"\nm ~ Normal(0, 10)\nx[i] ~ Normal(m, 1)\n',
    "wrong": "data x[i]\nm ~ Normal(0, q)\nx[i] ~ Normal(m, 1)\n",
    "untidy": "a~Normal( 0,1 )   # start\n",
    "improper": "data y = 0.3\nm ~ Flat(-inf, inf)\ny ~ Normal(m, 1)\n",
}
FILES = {
    "x.csv": "x\n0.5\n1.5\n2.5\n1.0\n",
    "other.csv": "v\n3\n5\n",
    "pair.csv": "i,x\nA,1\nB,2\n",
}


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """Codes of the diagnostics of a command with ``--format json``."""
        return [found["code"] for found in self.json["diagnostics"]]


Hdsl = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in MODELS.items():
        (tmp_path / f"{name}.hbm").write_text(text)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def hdsl(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hdsl:
    """Runs a command in a folder with models, in this process."""

    def run(*words: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(words)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run
