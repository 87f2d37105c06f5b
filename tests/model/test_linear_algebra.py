"""``@`` and functions of matrices: values and axes, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from hdsl.density.sizes import data_evaluator
from hdsl.expressions.evaluate import Value, spread
from hdsl.expressions.tree import Reference
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.source import Source
from hdsl.syntax.parse import parse

X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
M = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.5, 1.0, 2.0]])
W = np.array([[1.0, 2.0], [0.0, 1.0]])
S = M @ M.T

CASES = {
    "X @ w": (("i",), W @ X.T),
    "w @ transpose(X)": (("i",), W @ X.T),
    "w @ w": ((), (W * W).sum(axis=1)),
    "X @ [1, 2]": (("i",), X @ [1, 2]),
    "[1, 2, 3] @ X": (("k",), [1, 2, 3] @ X),
    "M @ M": (("i", "i'"), M @ M),
    "transpose(M) @ M": (("i", "i'"), M.T @ M),
    "transpose(X) @ M @ X": (("k", "k'"), X.T @ M @ X),
    "M @ transpose(M) - S": (("i", "i'"), np.zeros((3, 3))),
    "cholesky(S)": (("i", "i'"), np.linalg.cholesky(S)),
    "solve(M, X @ w)": (("i",), np.linalg.solve(M, (W @ X.T).T).T),
    "solve(M, X)": (("i", "k"), np.linalg.solve(M, X)),
    "inverse(M)": (("i", "i'"), np.linalg.inv(M)),
    "logdet(S)": ((), np.log(np.linalg.det(S))),
    "diag(M)": (("i",), np.diag(M)),
    "diag(diag(M)) + 2 * eye(i)": (("i", "i'"), np.diag(np.diag(M)) + 2 * np.eye(3)),
    "sum(transpose(M) @ diag(M))": ((), (M.T @ np.diag(M)).sum()),
}
ELEMENTS = {
    "X[i] @ w": (("i",), W @ X.T),
    "sum(M[i] @ M)": (("i",), (M @ M).sum(axis=1)),
    "diag(M @ M)": (("i",), np.diag(M @ M)),
}


def value_of(left: str, right: str) -> tuple[tuple[str, ...], Value]:
    declared = "index i = 1..3; index k = {A, B}\ndata X[i, k], M[i, i'], S[i, i']"
    text = f"{declared}\nw[k] ~ Normal(0, 1)\n{left} = {right}\n"
    source = Source(text)
    graph, _ = check(parse(source), source)
    bound = bind(graph, given={"X": X.tolist(), "M": M.tolist(), "S": S.tolist()})
    values = {"w": Value(W, ("_draw", "k"))}
    bodies = [body for _, body in graph.definitions.values()]
    run = data_evaluator(bound, bodies, values, graph.definitions)
    return graph.definitions["z"][0], run(Reference("z"))


@pytest.mark.parametrize("expression", list(CASES))
def test_whole(expression: str) -> None:
    axes, expected = CASES[expression]
    found, value = value_of("z", expression)
    assert found == axes
    order = tuple(axis for axis in ("_draw", *axes) if axis in value.axes)
    np.testing.assert_allclose(spread(value, order), expected, atol=1e-12)


@pytest.mark.parametrize("expression", list(ELEMENTS))
def test_for_each_element(expression: str) -> None:
    axes, expected = ELEMENTS[expression]
    _, value = value_of("z[i]", expression)
    order = tuple(axis for axis in ("_draw", *axes) if axis in value.axes)
    np.testing.assert_allclose(spread(value, order), expected, atol=1e-12)
