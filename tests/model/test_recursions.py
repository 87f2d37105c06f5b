"""Recursions on data: each is compared with a loop; what goes in circles is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tests.model.binding import bound, mistakes, one_mistake

RNG = np.random.default_rng(7)
Y = RNG.normal(size=(4, 8))
START = [1, 2, 1, 4]
A = RNG.normal(size=(3, 3)) / 2
TEXT = """
index i = 1..4; index t = 1..8; index k = 1..3; index node = 1..6
data y[i, t], start[i], A[k, k'], parent[node] : node
"""
DATA = {"y": Y, "start": START, "A": A, "parent": [1, 1, 1, 2, 4, 3]}


def values(lines: str, name: str) -> np.ndarray:
    return np.asarray(bound(TEXT + lines, DATA).values[name].array)


def test_a_deterministic_recursion() -> None:
    found = values("h[1] = 2\nh[t] = 0.3 + 0.2 * y[1, t-1]^2 + 0.5 * h[t-1] for t > 1", "h")
    expected = [2.0]
    for t in range(1, 8):
        expected.append(0.3 + 0.2 * Y[0, t - 1] ** 2 + 0.5 * expected[-1])
    np.testing.assert_allclose(found, expected)


def test_from_the_end() -> None:
    found = values("g[8] = 1\ng[t] = g[t+1] * y[1, t] for t < 8", "g")
    np.testing.assert_allclose(found, [*np.cumprod(Y[0, :7][::-1])[::-1], 1])


def test_several_starting_elements() -> None:
    found = values("f[1] = 1; f[2] = 1\nf[t] = f[t-1] + f[t-2] for t > 2", "f")
    assert found.tolist() == [1, 1, 2, 3, 5, 8, 13, 21]


def test_far_back() -> None:
    found = values("f[t] = t for t < 6\nf[t] = f[t-5] + f[t-4] + 0.5 * f[t-1] for t >= 6", "f")
    expected = [1.0, 2, 3, 4, 5]
    for t in range(5, 8):
        expected.append(expected[t - 5] + expected[t - 4] + 0.5 * expected[t - 1])
    np.testing.assert_allclose(found, expected)


def test_a_start_within_the_formula() -> None:
    found = values("c[t] = if t == 1 then y[1, t] else c[t-1] + y[1, t]", "c")
    np.testing.assert_allclose(found, np.cumsum(Y[0]))


def test_the_sum_of_all_before() -> None:
    found = values("s[t] = y[1, t] + sum(s[u] for u in 1..7, u < t)", "s")
    expected: list[float] = []
    for t in range(8):
        expected.append(Y[0, t] + sum(expected))
    np.testing.assert_allclose(found, expected)


def test_plates_that_begin_at_different_times() -> None:
    found = values(
        "h[i, t] = i for t == start[i]\n"
        "h[i, t] = 0.3 * y[i, t-1] + 0.5 * h[i, t-1] for t > start[i]",
        "h",
    )
    for i, start in enumerate(START):
        assert np.isnan(found[i, : start - 1]).all()
        value = i + 1.0
        for t in range(start - 1, 8):
            value = value if t == start - 1 else 0.3 * Y[i, t - 1] + 0.5 * value
            np.testing.assert_allclose(found[i, t], value)


def test_along_two_indices() -> None:
    lines = "q[i, 1] = 1; q[1, t] = 1 for t > 1\nq[i, t] = q[i-1, t] + q[i, t-1] for i > 1, t > 1"
    expected = np.ones((4, 8))
    for i in range(1, 4):
        for t in range(1, 8):
            expected[i, t] = expected[i - 1, t] + expected[i, t - 1]
    np.testing.assert_array_equal(values(lines, "q"), expected)


def test_a_vector_at_each_time() -> None:
    found = values("x[k, 1] = k\nx[k, t] = sum(A[k, k'] * x[k', t-1] for k') for t > 1", "x")
    expected = np.array([1.0, 2, 3])
    for t in range(1, 8):
        expected = A @ expected
        np.testing.assert_allclose(found[:, t], expected)


def test_a_tree() -> None:
    found = values("depth[1] = 0\ndepth[node] = depth[parent[node]] + 1 for node > 1", "depth")
    assert found.tolist() == [0, 1, 1, 2, 3, 2]


def test_arrays_that_feed_each_other() -> None:
    lines = """
        e[1] = 0.1; nu[1] = 0
        nu[t] = 0.1 + 0.2 * e[t-1] + 0.3 * nu[t-1] for t > 1
        e[t] = y[1, t] - nu[t] for t > 1
    """
    e, nu = [0.1], [0.0]
    for t in range(1, 8):
        nu.append(0.1 + 0.2 * e[-1] + 0.3 * nu[-1])
        e.append(Y[0, t] - nu[-1])
    np.testing.assert_allclose(values(lines, "nu"), nu)
    np.testing.assert_allclose(values(lines, "e"), e)


YEARS = """
index year = [1990, 1992, 1995, 1996]
index day = {mon, tue, wed}
data y[year] = [1, 2, 4, 8], T = 1996
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x[year] = y[year] - y[prev(year)] for year > first(year)", [np.nan, 1, 2, 4]),
        ("x[year] = if year == last(year) then 0 else y[next(year)]", [2, 4, 8, 0]),
        (
            "x[first(year)] = 1\nx[year] = x[prev(year)] + y[year] for year > first(year)",
            [1, 3, 7, 15],
        ),
        ("x[T] = 5\nx[year] = x[next(year)] - 1 for year < T", [2, 3, 4, 5]),
        ("x[last(year)] = 7\nx[year] = 0 for year != last(year)", [0, 0, 0, 7]),
        ("x = y[first(year)] + y[last(year)] + size(year)", 13),
        ("x[year] = size(year) * position(year)", [4, 8, 12, 16]),
        ("x[year] = next(year) for year < last(year)", [1992, 1995, 1996, np.nan]),
        ("x[mon] = 1\nx[day] = 2 * x[prev(day)] for day > mon", [1, 2, 4]),
    ],
)
def test_steps_and_ends(line: str, expected: object) -> None:
    np.testing.assert_array_equal(bound(YEARS + line).values["x"].array, expected)


@pytest.mark.parametrize(
    ("lines", "code", "element"),
    [
        ("x[1] = 0; x[8] = 0\nx[t] = x[t-1] + x[t+1] for t in 2..7", "HB340", "x[t=2]"),
        ("x[1] = 0\nx[t] = x[t] + 1 for t > 1", "HB340", "x[t=2]"),
        ("x[t] ~ Normal(y[1, t] + v[t], 1)\nv[t] ~ Normal(x[t], 1)", "HB204", "v"),
        ("x[t] ~ Normal(x[t-1], 1) for t > 2\nx[1] = 0", "HB329", "x[t=2]"),
        ("x[t] ~ Normal(x[t-1], 1)", "HB327", "0"),
        ("x[1] ~ Normal(0, 1)\nc = cumsum(x)\nx[t] ~ Normal(c[t-1], 1) for t > 1", "HB342", "c"),
        ("k2 ~ Poisson(1)\nx[1] = 0\nx[t] = x[t-k2] + 1 for t > 1", "HB341", "k2"),
    ],
)
def test_what_has_no_order(lines: str, code: str, element: str) -> None:
    found = one_mistake(TEXT + lines, DATA)
    assert found.code == code
    assert f"`{element}`" in found.title


def test_what_is_not_used_need_not_be_defined() -> None:
    assert mistakes(TEXT + "x[t] ~ Normal(0, 1) for t > 2\nz[t] = x[t]^2 for t > 4", DATA) == ()
    assert one_mistake(TEXT + "x[t] ~ Normal(0, 1) for t > 2\nz[t] = x[t]^2", DATA).code == "HB329"
