"""Small models that cover the language: the files of `models/`, and what happens to their data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.calibration.harness import Alter, Model

FOLDER = Path(__file__).with_name("models")


def _cut(data: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """What is above the limit of its row is known only to be so."""
    y, limit = np.asarray(data["y"]), np.asarray([1, 2, 1.5, 1, 5, 3, 0.5, 2])
    return {**data, "lost": (y > limit) * 1, "y": np.minimum(y, limit)}


def _hide(cells: Mapping[str, Any]) -> Alter:
    """Some cells go missing."""

    def alter(data: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        found = dict(data)
        for name, places in cells.items():
            of_labels = isinstance(found[name][0], str)
            column = np.array(found[name], object if of_labels else float)
            column[places] = None if of_labels else np.nan
            found[name] = column
        return found

    return alter


_ALTERED: Mapping[str, Alter] = {
    "censored_if": _cut,
    "missing_cells": _hide({"x": [1, 4, 8], "y": [1, 2]}),
    "missing_in_a_series": _hide({"y": [2, 3, 6, 8]}),
    "missing_counts": _hide({"c": [0, 3], "d": [2, 5]}),
    "missing_in_chain": _hide({"y": [0, 3, 4]}),
    "missing_vectors": _hide({"y": ([0, 1, 1, 4, 4, 4], [1, 0, 2, 0, 1, 2])}),
    "missing_labels": _hide({"g": [1, 5], "d": [0, 2]}),
}


def _model(path: Path) -> Model:
    other = path.with_suffix(".fitted.hbm")
    text = path.read_text()
    return Model(
        path.stem, text, _ALTERED.get(path.stem), other.read_text() if other.exists() else text
    )


MODELS = {
    path.stem: _model(path) for path in sorted(FOLDER.glob("*.hbm")) if ".fitted" not in path.name
}
