"""Gradients are numbers wherever values are, whatever the branches that are not taken do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hdsl.density.arrays import jax_arrays
from hdsl.density.masks import Masks
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.functions import exp, log, sqrt, where
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import Along, Expression, Reduce, Reference, apply

jax = pytest.importorskip("jax")

A, B = Reference("a"), Reference("b", (Along("k"),))
X = Reference("x", (Along("i"),))
POSITIVE = apply("less", 0.0, X)
DATA = {"x": Value(np.array([-1.0, 0.0, 2.0, 3.0]), ("i",))}
UNKNOWNS = {"a": np.array(0.0), "b": np.array([0.5, 0.0, -1.0])}
AXES = {"a": (), "b": ("k",)}
SETS = {"i": IndexSet("i", range(1, 5)), "k": IndexSet("k", range(1, 4))}


def total(e: Expression) -> Expression:
    return Reduce("sum", e, tuple(sorted(e.axes))) if e.axes else e


INFINITE = {
    "a root at zero": total(where(apply("less", 0.0, A), sqrt(A), 0.0)),
    "a row that divides by zero": total(where(POSITIVE, A / X, exp(A))),
    "a row of infinite data": total(where(POSITIVE, A * log(X), A)),
    "a row without a logarithm": total(where(POSITIVE, log(X + A), A)),
    "a number for all rows, never used": total(where(apply("less", 5.0, X), X / A, A * X)),
    "both branches": total(where(apply("equal", A, 0.0), sqrt(exp(A)), sqrt(A))),
    "a branch in a branch": total(where(POSITIVE, where(apply("less", 0.0, B), log(B), A) / X, A)),
    "elements left out of a sum": Reduce("sum", sqrt(B), ("k",), apply("less", 0.0, B)),
    "a sum in a branch": total(where(POSITIVE, Reduce("sum", log(X + exp(B)), ("k",)), A)),
    "nothing to add up": where(
        apply("less", 0.0, A), log(Reduce("sum", exp(B) * A, ("k",))), apply("negative", A)
    ),
    "chances of zero": Reduce("logsumexp", where(apply("less", 0.0, B), log(B), -np.inf), ("k",)),
}


@pytest.fixture(autouse=True)
def double_precision() -> Any:
    with jax.enable_x64(True):
        yield


def value(e: Expression, unknowns: dict[str, Any], arrays: Any) -> Any:
    values = {name: Value(array, AXES[name]) for name, array in unknowns.items()}
    return Evaluator(arrays, {**DATA, **values}, SETS)(e).array


MASKS = Masks(
    lambda part: not part.names & set(UNKNOWNS),
    lambda part: bool(np.isfinite(value(part, {}, numpy_arrays())).all()),
)


def gradient(e: Expression) -> dict[str, np.ndarray]:
    found = jax.grad(lambda unknowns: value(e, unknowns, jax_arrays()))(UNKNOWNS)
    return {name: np.asarray(array) for name, array in found.items()}


@pytest.mark.parametrize("name", INFINITE)
def test_gradient(name: str) -> None:
    e = INFINITE[name]
    masked = MASKS(e)
    plain = value(e, UNKNOWNS, numpy_arrays())
    assert np.isfinite(plain)
    assert value(masked, UNKNOWNS, numpy_arrays()) == plain
    for found in gradient(masked).values():
        assert np.isfinite(found).all()


def test_gradient_is_that_of_the_branches_that_are_taken() -> None:
    e = INFINITE["a row that divides by zero"]
    masked = MASKS(e)
    assert gradient(masked)["a"] == pytest.approx(1 + 1 + 1 / 2 + 1 / 3)
    assert np.isnan(gradient(INFINITE["elements left out of a sum"])["b"]).any()


def test_what_is_smooth_stays_as_it_is() -> None:
    e = where(POSITIVE, 2.0 * A + X * A, A)
    assert MASKS(e) == e
    assert MASKS(where(POSITIVE, A * log(X), A)) != e
