"""Recursions: each is compared with a loop over its elements."""

from __future__ import annotations

import numpy as np
import pytest

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.functions import log, where
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.inline import inline
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.text import text
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Scan,
    Shift,
    apply,
)
from tests.expressions.references import ref

RNG = np.random.default_rng(5)
T, K, DRAWS = 6, 3, 4
SETS = {"t": IndexSet("t", range(T)), "k": IndexSet("k", range(K)), "none": IndexSet("none", ())}
Y = RNG.normal(size=T)
EMIT = RNG.normal(size=(T, K))
P = RNG.dirichlet(np.ones(K), K)
B = RNG.uniform(0.1, 0.9, DRAWS)
PARENT = np.array([0, 0, 0, 1, 1, 3])
VALUES = {
    "y": Value(Y, ("t",)),
    "emit": Value(EMIT, ("t", "k")),
    "P": Value(P, ("k", "k'")),
    "w": Value(0.7),
    "b": Value(B, ("_draw",)),
    "parent": Value(PARENT, ("t",)),
}


def evaluate(e: Expression) -> Value:
    return Evaluator(numpy_arrays(), VALUES, SETS)(e)


def h(by: int) -> Reference:
    return Reference("h", (Shift("t", by),))


def garch(axis: str = "t", by: int = -1, reverse: bool = False) -> Scan:
    body = ref("w") + ref("b") * h(by) + ref("y", "t")
    return Scan("t", ("h",), ((),), (body,), (Constant(2.0),), "h", reverse)


def test_the_element_before_and_draws() -> None:
    found = evaluate(garch())
    assert found.axes == ("_draw", "t")
    expected = np.empty((DRAWS, T))
    for t in range(T):
        expected[:, t] = 0.7 + B * (expected[:, t - 1] if t else 2.0) + Y[t]
    np.testing.assert_allclose(found.array, expected)


def test_from_the_end() -> None:
    found = evaluate(garch(by=1, reverse=True)).array
    expected = np.empty((DRAWS, T))
    for t in reversed(range(T)):
        expected[:, t] = 0.7 + B * (expected[:, t + 1] if t < T - 1 else 2.0) + Y[t]
    np.testing.assert_allclose(found, expected)


def test_several_steps_back() -> None:
    body = where(apply("less", Position("t"), 3.0), ref("y", "t"), h(-1) - 0.5 * h(-3))
    found = evaluate(Scan("t", ("h",), ((),), (body,), (Constant(0.0),), "h")).array
    expected = Y.copy()
    for t in range(3, T):
        expected[t] = expected[t - 1] - 0.5 * expected[t - 3]
    np.testing.assert_allclose(found, expected)


def moving_average(result: str) -> Scan:
    def at(name: str, by: int) -> Reference:
        return Reference(name, (Shift("t", by) if by else Along("t"),))

    nu = 0.1 + 0.5 * at("e", -1) + at("nu", -2)
    return Scan(
        "t", ("nu", "e"), ((), ()), (nu, ref("y", "t") - at("nu", 0)), (Constant(0.0),) * 2, result
    )


def test_two_arrays_that_feed_each_other() -> None:
    nu, e = np.zeros(T), np.zeros(T)
    for t in range(T):
        nu[t] = 0.1 + (0.5 * e[t - 1] if t else 0) + (nu[t - 2] if t > 1 else 0)
        e[t] = Y[t] - nu[t]
    run = Evaluator(numpy_arrays(), VALUES, SETS)
    np.testing.assert_allclose(run(moving_average("nu")).array, nu)
    assert moving_average("e") in run.memo
    np.testing.assert_allclose(run(moving_average("e")).array, e)


def forward() -> Scan:
    """The forward recursion of a hidden Markov chain."""
    before = Reference("alpha", (Shift("t", -1), Along("k#1")))
    moved = Reduce("logsumexp", before + log(Reference("P", (Along("k#1"), Along("k")))), ("k#1",))
    body = where(apply("equal", Position("t"), 0.0), -np.log(K), moved) + ref("emit", "t", "k")
    return Scan("t", ("alpha",), (("k",),), (body,), (Constant(0.0),), "alpha")


def forward_by_loop() -> np.ndarray:
    alpha = np.empty((T, K))
    for t in range(T):
        alpha[t] = np.log(np.exp(alpha[t - 1]) @ P) if t else -np.log(K)
        alpha[t] += EMIT[t]
    return alpha


def test_a_vector_a_step() -> None:
    found = evaluate(forward())
    assert found.axes == ("t", "k")
    np.testing.assert_allclose(found.array, forward_by_loop())


def test_elements_at_computed_places() -> None:
    earlier = Reference("h", (Gather(ref("parent", "t")),))
    body = where(apply("equal", Position("t"), 0.0), 1.0, earlier + ref("y", "t"))
    found = evaluate(Scan("t", ("h",), ((),), (body,), (Constant(0.0),), "h")).array
    expected = np.ones(T)
    for t in range(1, T):
        expected[t] = expected[PARENT[t]] + Y[t]
    np.testing.assert_allclose(found, expected)


def test_a_place_that_a_recursion_computes() -> None:
    jump = Reference("P", (Gather(Reference("z", (Shift("t", -1),))), Gather(Position("t") * 0.0)))
    body = apply("floor", 3.0 * jump)
    found = evaluate(Scan("t", ("z",), ((),), (body,), (Constant(1.0),), "z")).array
    z, expected = 1, []
    for _ in range(T):
        z = int(3.0 * P[z, 0])
        expected.append(z)
    np.testing.assert_array_equal(found, expected)


def test_no_elements() -> None:
    body = ref("w") * Reference("h", (Shift("none", -1),))
    found = evaluate(Scan("none", ("h",), ((),), (body,), (Constant(1.0),), "h"))
    assert found.array.shape == (0,)


def test_an_element_that_is_not_there_yet() -> None:
    with pytest.raises(ValueError, match="before it is computed"):
        evaluate(garch(by=1))


def test_names_and_axes() -> None:
    assert garch().names == {"w", "b", "y"}
    assert forward().axes == {"t", "k"}
    assert moving_average("nu").axes == {"t"}


def test_other_axes() -> None:
    renamed = rename_axes(forward(), {"t": "t'", "k": "k#1"})
    assert renamed.axes == {"t'", "k#1"}
    assert text(renamed).startswith("{ alpha[t', k] = ")
    found = evaluate(renamed)
    assert found.axes == ("t'", "k#1")
    np.testing.assert_allclose(found.array, forward_by_loop())


def test_a_definition_within_a_recursion_is_written_out() -> None:
    inner = inline(garch(), {"w": ((), ref("b") * 2.0)})
    assert inner.names == {"b", "y"}
    expected = np.empty((DRAWS, T))
    for t in range(T):
        expected[:, t] = 2 * B + B * (expected[:, t - 1] if t else 2.0) + Y[t]
    np.testing.assert_allclose(evaluate(inner).array, expected)
