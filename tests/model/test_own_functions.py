"""Functions of the file: vectors as arguments, local arrays, names of arguments."""

from __future__ import annotations

import pytest

import hdsl
from hdsl.model.bind import bind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(v[s]) = sum(v[s]^2 for s)\nz = f([1, 2, 5])", 30),
        ("def f(v[s]) = sum(v[s]^2 for s)\ndata x[coef] = [3, 4]\nz = f(x)", 25),
        ("def f(v) = sum(v^2)\ndata x[coef] = [3, 4]\nz = f(x)", 25),
        ("def f(v[s], w[s]) = sum(v[s] * w[s] for s)\nz = f([1, 2, 3], [4, 5, 6])", 32),
        ("def f(v[s], w[s]) = sum(v[s] * w[s] for s)\ndata x[c] = [1, 2]\nz = f(x, [4, 5])", 14),
        ("def f(v, w) = v - w\nz = f(w = 1, v = 3)", 2),
        ("def f(m[r, c]) = sum(m[r, c] * m[r, c] for r, c)\ndata k[i, j] = [[1, 2], [3, 4]]\n"
         "z = f(k)", 30),
        ("def f(m[r, r']) = sum(m[r, r'] * m[r', r] for r, r')\n"
         "data k[i, i'] = [[1, 2], [3, 4]]\nz = f(k)", 29),
        ("def f(v[s]) = sum(v[s] for s, s > 1)\nz = f([1, 2, 5])", 7),
        ("def f(v[s]) = sum(v[k] for k in 2..3)\nz = f([1, 2, 5])", 7),
        ("def f(x) = { y = g(x); y + a }\ndef g(x) = x^2\na = 3\nz = f(2)", 7),
        ("z = { v = [4, 5, 6]; v[2] + v[3] }", 11),
        ("index c = {a, b}\ndata x[c] = [3, 4]\nz = { y = 2 * x; y[b] }", 8),
        ("index c = {a, b}\ndata x[c] = [3, 4]\nz = { y = 2 * x; sum(y[c] * x[c] for c) }", 50),
        ("data k[i, i'] = [[1, 2], [3, 4]]\nz = { y = 2 * k; sum(y[i, i'] - y[i', i] + y[i, i] "
         "for i, i') }", 20),
    ],
)  # fmt: skip
def test_value(text: str, expected: float) -> None:
    assert float(bind(hdsl.compile(text).graph).values["z"].array) == expected
