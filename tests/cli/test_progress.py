from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from hdsl.cli.progress import Bars, Convergence
from hdsl.sampling import Progress

NOTHING = np.empty((0, 2))


def news(chain: int, step: int, divergences: int = 0, positions: np.ndarray = NOTHING) -> Progress:
    return Progress(chain, step, 400, step < 200, divergences, positions)


def drawn(bars: Bars) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    console.print(bars.render())
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_bars_show_where_each_chain_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    bars = Bars()
    bars.begin(3, 200, 200)
    try:
        assert [line.split()[2] for line in drawn(bars)[:3]] == ["waiting"] * 3
        assert drawn(bars)[3].strip() == "compiling"
        draws = np.random.default_rng(1).normal(size=(100, 2))
        bars(news(0, 100), None)  # type: ignore[arg-type]
        bars.looked = -np.inf
        bars(news(1, 300, 2, draws), None)  # type: ignore[arg-type]
        first, second, third, status = drawn(bars)
    finally:
        bars.end()
    assert "warm-up" in first
    assert "100/400" in first
    assert "sampling" in second
    assert "2 divergences" in second
    assert "waiting" in third
    assert re.fullmatch(r"R-hat [\d.]+ \(1 chain, 100 draws each\)\s*", status)
    assert "sampled" not in sys.stderr.getvalue()  # type: ignore[attr-defined]


def test_the_running_r_hat_is_that_of_the_kept_draws() -> None:
    rng = np.random.default_rng(2)
    found = Convergence()
    assert found.text(2) == ""
    for chain in range(2):
        for _ in range(3):
            found.add(news(chain, 400, positions=rng.normal(5 * chain, 1, size=(40, 2))))
    match = re.fullmatch(r"R-hat ([\d.]+) \(120 draws each\)", found.text(2))
    assert match
    assert float(match[1]) > 1.5


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_gets_colours_and_bars(tmp_path: Path) -> None:
    import pty

    (tmp_path / "m.hbm").write_text(
        "data x = 1\nm ~ StudentT(4, 0, 1)\nx ~ Normal(m, 1)\n", encoding="utf-8"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    command = ["run", "m.hbm", "--seed", "1", "--warmup", "200", "--samples", "400"]
    process = subprocess.Popen(
        [sys.executable, "-m", "hdsl", *command],
        cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    seen = _read(ours)
    assert process.wait() == 0
    assert "chain 4" in seen
    assert "compiling" in seen
    assert "\x1b[1;32mThe draws can be trusted" in seen
    assert "4 chains sampled in" in seen


def _read(terminal: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            part = b""
        if not part:
            os.close(terminal)
            return b"".join(parts).decode()
        parts.append(part)
