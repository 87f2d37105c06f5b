"""Recursions under JAX: the values of NumPy, gradients, one loop whatever the length."""

from __future__ import annotations

from typing import Any

import numpy as np

from hdsl.density.arrays import jax_arrays
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import (
    Along,
    Constant,
    Expression,
    Gather,
    Reduce,
    Reference,
    Scan,
    Shift,
)
from hdsl.expressions.tree import apply as call
from tests.expressions.references import ref

T = 7
Y = np.random.default_rng(3).normal(size=T)


def recursion(index: Shift | Gather, reverse: bool = False) -> Expression:
    body = ref("w") + ref("b") * Reference("h", (index, Along("k"))) + ref("y", "t") * ref("a", "k")
    body = call("log", call("exp", body) + 1.0)
    scan = Scan("t", ("h",), (("k",),), (body,), (Constant(2.0),), "h", reverse)
    return Reduce("sum", scan * scan, ("t", "k"))


def evaluate(arrays: Any, e: Expression, x: Any, size: int = T) -> Any:
    y = np.resize(Y, size)
    values = {
        "w": Value(x[0]),
        "b": Value(x[1]),
        "a": Value(x[2:], ("k",)),
        "y": Value(y, ("t",)),
        "root": Value(np.arange(size) // 2, ("t",)),
    }
    sets = {"t": IndexSet("t", range(size)), "k": IndexSet("k", range(2))}
    return Evaluator(arrays, values, sets)(e).array


def check_gradient(e: Expression) -> None:
    arrays = jax_arrays()
    import jax

    x = np.array([0.3, 0.6, 0.2, -0.4])
    value, gradient = jax.value_and_grad(lambda x: evaluate(arrays, e, x))(x)
    np.testing.assert_allclose(value, evaluate(numpy_arrays(), e, x))
    step = 1e-6 * np.eye(4)
    slopes = [
        (evaluate(numpy_arrays(), e, x + h) - evaluate(numpy_arrays(), e, x - h)) / 2e-6
        for h in step
    ]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6)


def test_gradients() -> None:
    check_gradient(recursion(Shift("t", -2)))
    check_gradient(recursion(Shift("t", 1), reverse=True))


def test_gradients_where_any_earlier_element_may_be_asked_for() -> None:
    check_gradient(recursion(Gather(ref("root", "t"))))


def test_one_loop_whatever_the_length() -> None:
    arrays = jax_arrays()
    import jax

    def equations(size: int) -> int:
        e = recursion(Shift("t", -1))
        made = jax.make_jaxpr(lambda x: evaluate(arrays, e, x, size))(np.zeros(4))
        names = [equation.primitive.name for equation in made.jaxpr.eqns]
        assert names.count("scan") == 1
        return len(names)

    assert equations(5) == equations(500)
