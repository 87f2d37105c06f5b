"""hdsl works wherever it is installed: the grammar and the pages travel with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
EXAMPLE = CHECKOUT / "examples" / "mm_single_bag"
PAGES = sorted(path.name for path in (CHECKOUT / "hdsl" / "diagnostics" / "pages").glob("*.md"))
WHERE = "import hdsl; print(hdsl.__file__); print(hdsl.parse('theta ~ Beta(2, 9)').statements[0])"


def run(*command: str | Path, folder: Path) -> str:
    """The standard output of a command that must succeed."""
    # No path of this test run may reach the other interpreter.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist of the checkout, and the wheel that is made from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(
        sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT,
        folder=folder,
    )  # fmt: skip
    return folder


def installed(folder: Path, *what: str | Path) -> Path:
    """The interpreter of a new environment with hdsl alone, and this one's packages behind it."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    (site,) = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder
    ).splitlines()
    paths = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (Path(site) / "other_packages.pth").write_text("\n".join(paths) + "\n", encoding="utf-8")
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index",
        "--no-deps", "--no-build-isolation", "--force-reinstall", *what,
        folder=folder,
    )  # fmt: skip
    return python


def only(paths: Sequence[Path]) -> Path:
    (path,) = paths
    return path


def names_in_wheel(built: Path) -> set[str]:
    with zipfile.ZipFile(only(list(built.glob("*.whl")))) as wheel:
        return set(wheel.namelist())


def names_in_sdist(built: Path) -> set[str]:
    with tarfile.open(only(list(built.glob("*.tar.gz")))) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def test_wheel_holds_grammar_pages_and_licence(built: Path) -> None:
    names = names_in_wheel(built)
    assert "hdsl/grammar/hbm.lark" in names
    assert PAGES
    assert {f"hdsl/diagnostics/pages/{page}" for page in PAGES} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_wheel_holds_all_of_the_package_and_nothing_else(built: Path) -> None:
    modules = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "hdsl").rglob("*")
        if path.suffix in {".py", ".md", ".typed", ".css", ".js"}
    }
    kept = {name for name in names_in_wheel(built) if ".dist-info/" not in name}
    assert kept == modules | {"hdsl/grammar/hbm.lark"}


def test_sdist_holds_grammar_pages_examples_and_tests(built: Path) -> None:
    names = names_in_sdist(built)
    assert {f"hdsl/diagnostics/pages/{page}" for page in PAGES} <= names
    assert {
        "grammar/hbm.lark",
        "examples/mm_class_by_class/model.hbm",
        "examples/mm_class_by_class/mm_daily_bags.csv",
        "tests/test_packaging.py",
        "LICENSE",
        "README.md",
    } <= names


def test_installed_wheel_runs_an_example_away_from_the_checkout(
    built: Path, tmp_path: Path
) -> None:
    python = installed(tmp_path / "environment", only(list(built.glob("*.whl"))))
    example = tmp_path / "bag"
    shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns("*.run"))
    place, statement = run(python, "-c", WHERE, folder=example).splitlines()
    assert Path(place).is_relative_to(tmp_path)
    assert "theta" in statement
    hdsl = python.with_name("hdsl" + python.suffix)
    shown = run(hdsl, "run", "model.hbm", "--seed", "1", folder=example)
    assert "theta" in shown
    assert (example / "model.run" / "fit.nc").exists()


def test_editable_install_finds_the_grammar_of_the_checkout(tmp_path: Path) -> None:
    python = installed(tmp_path / "environment", "--editable", CHECKOUT)
    place, statement = run(python, "-c", WHERE, folder=tmp_path).splitlines()
    assert Path(place).is_relative_to(CHECKOUT)
    assert "theta" in statement
    grammar = "from hdsl.syntax.grammar import grammar_folder as f; print(f() / 'hbm.lark')"
    (found,) = run(python, "-c", grammar, folder=tmp_path).splitlines()
    assert Path(found).resolve() == (CHECKOUT / "grammar" / "hbm.lark").resolve()
