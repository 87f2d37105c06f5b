"""Importing costs time, so each command imports only what it needs; each runs in a fresh Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "jax", "scipy", "pandas", "xarray", "blackjax", "rich", "arviz", "arviz_base", "arviz_stats",
    "matplotlib", "h5netcdf", "h5py", "numpy", "lark",
)  # fmt: skip
MODEL = "data x[i] from 'x.csv'\nm ~ Normal(0, 10)\nx[i] ~ Normal(m, 1)\n".replace("'", '"')
DIRECT = "data n = 56, blue = 11; theta ~ Beta(2, 8); blue ~ Binomial(n, theta)"


def heavy_after(code: str, folder: Path) -> set[str]:
    """The heavy packages that are imported after running some code in a fresh Python."""
    told = f"{code}\nimport sys\nprint('\\n' + ' '.join(sys.modules), end='')"
    run = subprocess.run(
        [sys.executable, "-c", told], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return set(HEAVY) & set(run.stdout.rsplit("\n", 1)[1].split())


def command(*words: str) -> str:
    return f"from hdsl.cli import main\nassert main({list(words)}) == 0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    (folder / "model.hbm").write_text(MODEL)
    (folder / "direct.hbm").write_text(DIRECT)
    (folder / "x.csv").write_text("x\n1\n2\n")
    return folder


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import hdsl", set()),
        ("import hdsl\nhdsl.__version__, dir(hdsl)", set()),
        (command("--help"), set()),
        (command("--version"), set()),
        (command("explain", "HB101"), set()),
        (command("fmt", "model.hbm"), {"lark"}),
        (command("check", "model.hbm"), {"lark", "numpy"}),
        (command("explain", "model.hbm"), {"lark", "numpy"}),
        (command("math", "model.hbm"), {"lark", "numpy"}),
        ("import hdsl\nhdsl.load('model.hbm').explain()", {"lark", "numpy"}),
        (command("graph", "model.hbm"), {"lark", "numpy"}),
        (command("graph", "model.hbm", "-o", "model.svg"), {"lark", "numpy", "scipy"}),
        ("import hdsl\nhdsl.load('model.hbm').picture(plan=True)", {"lark", "numpy"}),
    ],
    ids=[
        "import", "version", "--help", "--version", "explain code", "fmt", "check", "explain",
        "math", "load", "graph", "graph svg", "picture",
    ],
)  # fmt: skip
def test_imports(code: str, needed: set[str], folder: Path) -> None:
    assert heavy_after(code, folder) == needed


def test_a_model_that_is_drawn_directly_needs_no_jax(folder: Path) -> None:
    found = heavy_after(command("run", "direct.hbm", "--seed", "1"), folder)
    assert found <= {"numpy", "lark", "scipy", "h5netcdf", "h5py"}


def test_the_test_sees_imports(folder: Path) -> None:
    assert heavy_after("import xarray", folder) >= {"xarray", "numpy"}
    assert "jax" in heavy_after(command("run", "direct.hbm", "--sampler", "nuts", "--keep", "theta",
                                        "--warmup", "10", "--samples", "500")
                                .replace("== 0", "in (0, 3)"), folder)  # fmt: skip
