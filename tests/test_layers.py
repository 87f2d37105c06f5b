"""The folders of hdsl stand in layers: each imports only what is to its left."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hdsl

ROOT = Path(hdsl.__file__).parent
LAYERS = (
    "source", "diagnostics", "syntax", "data", "expressions", "distributions", "model", "plan",
    "notation", "picture", "density", "sampling", "results", "pipeline", "api", "cli",
)  # fmt: skip
# `hdsl` itself, which hands on what the others offer, and `python -m hdsl`.
DOORS = ("__init__", "__main__")
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
ONLY_THERE = {
    "jax": ("density", "sampling"),
    "jaxlib": ("density", "sampling"),
    "blackjax": ("sampling",),
    "lark": ("syntax",),
    "h5netcdf": ("results",),
    "h5py": ("data", "results"),
    "pyarrow": ("data",),
    "zarr": ("data",),
    "xarray": ("data", "results"),
    "pandas": ("results",),
    "rich": ("results", "cli"),
    "matplotlib": ("picture", "results"),
}
NOT_AT_ALL = ("arviz", "arviz_base", "arviz_stats", "optax", "hypothesis", "pytest")


def imported(code: str, for_types: bool = True) -> Iterator[str]:
    """The modules that a text imports, inside functions too, with the names taken from them.

    Without `for_types`, what is imported under ``if TYPE_CHECKING`` is left out.
    """
    tree = ast.parse(code)
    skipped = set() if for_types else set(_under_type_checking(tree))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _under_type_checking(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from (inner for statement in node.body for inner in ast.walk(statement))


def layer(module: str) -> str:
    """The first part of a module's place in hdsl: ``plan`` for ``plan/rule.py``."""
    return module.removesuffix(".py").split("/")[0]


def arrows_to_the_right(module: str, code: str) -> list[str]:
    own = layer(module)
    if own in DOORS:
        return []
    found: list[str] = []
    for name in imported(code):
        parts = name.split(".")
        if parts[0] != "hdsl":
            continue
        # From `hdsl` alone only the version may be taken: the rest leads to everything.
        if parts[1] == "__version__":
            continue
        if parts[1] not in LAYERS or LAYERS.index(parts[1]) > LAYERS.index(own):
            found.append(name)
    return found


def strangers(module: str, code: str) -> list[str]:
    own = layer(module)
    found: list[str] = []
    for name in imported(code, for_types=own not in ("api", "pipeline")):
        package = name.split(".")[0]
        if own not in ONLY_THERE.get(package, (own,)) or package in NOT_AT_ALL:
            found.append(name)
    return found


def test_there_is_a_layer_for_every_folder_and_a_folder_for_every_layer() -> None:
    assert {layer(module) for module in MODULES} == {*LAYERS, *DOORS}


@pytest.mark.parametrize("module", MODULES)
def test_no_arrow_points_to_the_right(module: str) -> None:
    assert arrows_to_the_right(module, (ROOT / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", MODULES)
def test_each_package_is_used_only_where_it_belongs(module: str) -> None:
    assert strangers(module, (ROOT / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "code", "wrong"),
    [
        ("plan/rule.py", "import hdsl.density.law", ["hdsl.density.law"]),
        ("plan/rule.py", "from hdsl import density", ["hdsl.density"]),
        ("plan/rule.py", "from hdsl.model import graph", []),
        ("plan/rule.py", "from hdsl import Model", ["hdsl.Model"]),
        (
            "source.py",
            "def late():\n    from hdsl.diagnostics import Report",
            ["hdsl.diagnostics.Report"],
        ),
        ("cli/run.py", "from hdsl.api import load\nfrom hdsl import __version__", []),
        ("diagnostics/diagnostic.py", "from hdsl.diagnostics.render import render", []),
    ],
)
def test_the_reader_of_arrows_sees_them(module: str, code: str, wrong: list[str]) -> None:
    assert arrows_to_the_right(module, code) == wrong


@pytest.mark.parametrize(
    ("module", "code", "wrong"),
    [
        ("expressions/evaluate.py", "import jax.numpy as jnp", ["jax.numpy"]),
        ("expressions/evaluate.py", "import numpy", []),
        ("density/density.py", "import jax", []),
        ("density/density.py", "def late():\n    import blackjax", ["blackjax"]),
        ("api.py", "if TYPE_CHECKING:\n    from jax import Array", []),
        ("api.py", "from jax import Array", ["jax.Array"]),
        ("plan/rule.py", "if TYPE_CHECKING:\n    from jax import Array", ["jax.Array"]),
        ("results/fit.py", "import arviz_stats", ["arviz_stats"]),
    ],
)
def test_the_reader_of_packages_sees_them(module: str, code: str, wrong: list[str]) -> None:
    assert strangers(module, code) == wrong
