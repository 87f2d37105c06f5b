"""The evaluator: named axes, elements, sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value, joint_axes, spread
from hdsl.expressions.functions import exp, log
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import (
    At,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    Gather,
    LabelPosition,
    Lookup,
    Position,
    Reduce,
    Segment,
    Shift,
    Size,
    Stack,
    Sweep,
    apply,
)
from tests.expressions.references import ref

RNG = np.random.default_rng(8)
SETS = {
    "i": IndexSet("i", range(1, 6)),
    "j": IndexSet("j", ("a", "b", "c")),
    "k": IndexSet("k", (10.0, 20.0, 30.0, 40.0), codes=(0, 1, 2, 3)),
    "none": IndexSet("none", ()),
}
X = RNG.normal(size=5)
A = RNG.normal(size=(5, 3))
T = RNG.normal(size=(5, 3, 4))
K = RNG.normal(size=(5, 5))
DRAWN = RNG.normal(size=(7, 5))
TO_J = np.array([0, 2, 2, 0, 2])
VALUES = {
    "s": Value(2.5),
    "x": Value(X, ("i",)),
    "a": Value(A, ("i", "j")),
    "t": Value(T, ("i", "j", "k")),
    "square": Value(K, ("i", "i'")),
    "drawn": Value(DRAWN, ("_draw", "i")),
    "drawn_to_j": Value(RNG.integers(0, 3, (7, 5)), ("_draw", "i")),
    "to_j": Value(TO_J, ("i",)),
    "to_k": Value(np.array([3.0, 0, 1, 1, 2]), ("i",)),
    "empty": Value(np.zeros(0), ("none",)),
}


def run(arrays: Any = None) -> Evaluator:
    return Evaluator(arrays or numpy_arrays(), VALUES, SETS)


def value(e: Expression, *axes: str) -> np.ndarray:
    """The value over some axes, at full length along each."""
    evaluator = run()
    found = evaluator.array(e, axes)
    return np.broadcast_to(found, [7 if a == "_draw" else evaluator.size(a) for a in axes])


def same(e: Expression, axes: str, expected: np.ndarray) -> None:
    np.testing.assert_allclose(value(e, *axes.split()), expected, rtol=1e-12)


def test_axes_are_matched_by_name() -> None:
    e = ref("a", "i", "j") * ref("x", "i") + ref("s")
    assert e.axes == {"i", "j"}
    same(e, "i j", A * X[:, None] + 2.5)
    same(e, "j i", (A * X[:, None] + 2.5).T)
    same(ref("square", "i", "i'") - ref("square", "i'", "i"), "i i'", K - K.T)


def test_a_number_over_axes_has_length_one() -> None:
    assert run().array(Constant(3.0), ("i", "j")).shape == (1, 1)
    assert run().array(ref("s"), ("i",)).shape == (1,)
    assert run().array(ref("x", "i"), ("j", "i")).shape == (1, 5)


def test_axes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        run().array(ref("a", "i", "j"), ("i",))
    with pytest.raises(ValueError, match="do not fit"):
        spread(Value(A, ("i", "j")), ("j",))


def test_draws_come_first() -> None:
    assert joint_axes(Value(A, ("i", "j")), Value(X, ("_draw",))) == ("_draw", "i", "j")
    same(ref("drawn", "i") * ref("a", "i", "j"), "_draw i j", DRAWN[:, :, None] * A)


def test_elements() -> None:
    same(ref("a", At(2.0), "j"), "j", A[1])
    same(ref("a", "i", At("c")), "i", A[:, 2])
    same(ref("a", At(2.0), At("c")), "", A[1, 2])
    same(ref("t", "i", At("b"), "k"), "i k", T[:, 1])
    same(ref("square", "i", "i"), "i", np.diagonal(K))
    same(ref("drawn", At(3.0)), "_draw", DRAWN[:, 2])


def test_gathers() -> None:
    to_j, to_k = Gather(ref("to_j", "i")), Gather(ref("to_k", "i"))
    rows = np.arange(5)
    k = np.array([3, 0, 1, 1, 2])
    same(ref("a", At(1.0), to_j), "i", A[0, TO_J])
    same(ref("a", "i", to_j), "i", A[rows, TO_J])
    same(ref("t", "i", to_j, to_k), "i", T[rows, TO_J, k])
    same(ref("t", "i", to_j, "k"), "i k", T[rows, TO_J])
    same(ref("t", At(2.0), "j", to_k), "j i", T[1][:, k])
    same(ref("t", "i'", to_j, "k"), "i' i k", T[:, TO_J])
    drawn = Gather(Position("j"))
    same(ref("drawn", drawn), "_draw j", DRAWN[:, :3])
    same(ref("a", "i", Gather(ref("drawn_to_j", "i"))), "_draw i", _by_draw())


def _by_draw() -> np.ndarray:
    return A[np.arange(5)[None, :], VALUES["drawn_to_j"].array]


def test_gather_from_draws_at_drawn_positions() -> None:
    at = VALUES["drawn_to_j"].array
    e = ref("drawn", Gather(ref("drawn_to_j", "i")))
    same(e, "_draw i", DRAWN[np.arange(7)[:, None], at])


def test_shifts() -> None:
    found = value(ref("x", Shift("i", -1)), "i")
    np.testing.assert_array_equal(found[1:], X[:-1])
    found = value(ref("a", Shift("i", 1), Gather(ref("to_j", "i"))), "i")
    np.testing.assert_array_equal(found[:-1], A[np.arange(1, 5), TO_J[:-1]])


def test_labels() -> None:
    same(LabelPosition("j", "b"), "", np.array(1))
    same(LabelPosition("i", 5.0), "", np.array(4))
    same(Lookup("i", 1.0 + Position("j")), "j", np.arange(3))
    same(Lookup("k", ref("to_k", "i")), "i", np.array([3, 0, 1, 1, 2]))
    same(Size("j") * Position("i"), "i", 3.0 * np.arange(5))


def test_index_sets() -> None:
    years = IndexSet("year", range(1990, 2001, 5))
    assert (years.size, years.position(1995), years.is_numeric) == (3, 1, True)
    np.testing.assert_array_equal(
        years.positions(np.array([2000, 1991, np.nan, 1985, 2005, 1990.0])), [2, -1, -1, -1, -1, 0]
    )
    np.testing.assert_array_equal(years.values(), [1990, 1995, 2000])
    for wrong in (1991, 1990.5, 2005, float("nan"), float("inf"), "1990"):
        with pytest.raises(KeyError):
            years.position(wrong)
    texts = IndexSet("home", ("x", "y"), codes=("no", "yes"))
    assert not texts.is_numeric
    np.testing.assert_array_equal(texts.positions(np.array([["yes", "x"]])), [[1, -1]])
    assert texts.position("y") == 1


@pytest.mark.parametrize(
    ("function", "reduce"),
    [
        ("sum", np.sum),
        ("prod", np.prod),
        ("mean", np.mean),
        ("sd", lambda a, axis: np.std(a, axis=axis, ddof=1)),
        ("var", lambda a, axis: np.var(a, axis=axis, ddof=1)),
        ("min", np.min),
        ("max", np.max),
        ("any", lambda a, axis: np.any(a > 0, axis=axis)),
        ("all", lambda a, axis: np.all(a > 0, axis=axis)),
        ("logsumexp", lambda a, axis: np.log(np.sum(np.exp(a), axis=axis))),
    ],
)
def test_reductions(function: str, reduce: Any) -> None:
    truth = function in {"any", "all"}
    body = apply("less", 0.0, ref("a", "i", "j")) if truth else ref("a", "i", "j")
    same(Reduce(function, body, ("i",)), "j", reduce(A, axis=0) * 1.0)
    same(Reduce(function, body, ("i", "j")), "", reduce(A, axis=(0, 1)) * 1.0)
    where = apply("equal", ref("to_j", "i"), 2.0)
    same(Reduce(function, body, ("i",), where), "j", reduce(A[TO_J == 2], axis=0) * 1.0)
    # Along an axis that the body does not have, its one value is repeated.
    wide = np.broadcast_to(A[:, :, None], (5, 3, 4))
    same(Reduce(function, body, ("j", "k")), "i", reduce(wide, axis=(1, 2)) * 1.0)


def test_where_on_an_axis_that_the_body_lacks() -> None:
    later = apply("less_equal", Position("i'"), Position("i"))
    e = Reduce("sum", ref("x", "i'"), ("i'",), later)
    evaluator = Evaluator(numpy_arrays(), VALUES, SETS)
    np.testing.assert_allclose(evaluator.array(e, ("i",)), np.cumsum(X))
    counted = Reduce("sum", Constant(1.0), ("i'",), later)
    np.testing.assert_allclose(evaluator.array(counted, ("i",)), np.arange(1, 6))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("sum", 0.0),
        ("prod", 1.0),
        ("min", np.inf),
        ("max", -np.inf),
        ("any", 0.0),
        ("all", 1.0),
        ("logsumexp", -np.inf),
        ("mean", np.nan),
    ],
)
def test_reductions_of_nothing(function: str, expected: float) -> None:
    none = Reduce(function, ref("empty", "none"), ("none",))
    np.testing.assert_equal(float(value(none)), expected)
    masked = Reduce(function, ref("x", "i"), ("i",), apply("less", ref("x", "i"), -99.0))
    np.testing.assert_equal(float(value(masked)), expected)


def test_segments() -> None:
    expected = np.zeros((3, 4))
    body = T[:, 1]
    for row, group in enumerate(TO_J):
        expected[group] += body[row]
    e = Segment(ref("t", "i", At("b"), "k"), ("i",), ref("to_j", "i"), "j")
    assert e.axes == {"j", "k"}
    same(e, "j k", expected)
    same(Segment(ref("x", "i"), ("i",), ref("to_j", "i"), "j"), "j", np.bincount(TO_J, X))
    same(Segment(Constant(1.0), ("i",), ref("to_j", "i"), "j"), "j", np.bincount(TO_J))
    both = ref("to_j", "i") * apply("less", Position("k"), 2.0)
    expected = np.zeros(3)
    for i in range(5):
        for k in range(4):
            expected[TO_J[i] * (k < 2)] += T[i, 1, k]
    same(Segment(ref("t", "i", At("b"), "k"), ("i", "k"), both, "j"), "j", expected)
    nothing = Segment(ref("empty", "none"), ("none",), Position("none"), "j")
    same(nothing, "j", np.zeros(3))


def test_segments_over_draws() -> None:
    groups = VALUES["drawn_to_j"].array
    expected, fixed = np.zeros((7, 3)), np.zeros((7, 3))
    for draw in range(7):
        np.add.at(expected[draw], groups[draw], DRAWN[draw])
        np.add.at(fixed[draw], TO_J, DRAWN[draw])
    same(Segment(ref("drawn", "i"), ("i",), ref("to_j", "i"), "j"), "_draw j", fixed)
    same(Segment(ref("drawn", "i"), ("i",), ref("drawn_to_j", "i"), "j"), "_draw j", expected)


def test_counts_above_sum_logs_of_rising_factorials() -> None:
    counts = np.array([0, 3, 3, 7, 1])
    evaluator = Evaluator(
        numpy_arrays(), {"n": Value(counts, ("i",))}, SETS, sizes={"#k": int(counts.max())}
    )
    above = CountsAbove(ref("n", "i"), "#k")
    np.testing.assert_array_equal(evaluator(above).array, [4, 3, 3, 1, 1, 1, 1])
    for a in (1e-6, 0.4, 3.0, 1e12):
        rising = Reduce("sum", apply("log_rising", Constant(a), ref("n", "i")), ("i",))
        logs = Reduce("sum", above * log(a + Position("#k")), ("#k",))
        assert evaluator(rising).array == pytest.approx(evaluator(logs).array, rel=1e-12)


def test_lists_and_sweeps() -> None:
    e = Stack((ref("x", "i"), Constant(1.0), ref("s")), "j")
    same(e, "i j", np.stack([X, np.ones(5), np.full(5, 2.5)], 1))
    same(Stack((Constant(1.0), Constant(2.0), Constant(4.0)), "j"), "j", np.array([1.0, 2, 4]))
    same(Sweep("cumsum", ref("a", "i", "j"), "i"), "i j", np.cumsum(A, 0))
    weights = np.exp(A) / np.exp(A).sum(1, keepdims=True)
    same(Sweep("softmax", ref("a", "i", "j"), "j"), "i j", weights)
    same(Sweep("cumsum", Constant(1.0), "i"), "i", np.arange(1.0, 6))


def test_arrays_laid_one_after_the_other() -> None:
    laid = Concatenate(((ref("a", "i", "j"), ("i", "j")), (ref("x", "i"), ("i",))), "#all")
    assert laid.axes == {"#all"}
    evaluator = Evaluator(numpy_arrays(), VALUES, SETS, sizes={"#all": 20})
    np.testing.assert_array_equal(evaluator(laid).array, np.concatenate([A.reshape(-1), X]))
    drawn = Concatenate(((ref("drawn", "i"), ("i",)), (ref("s"), ("j",))), "#all")
    expected = np.concatenate([DRAWN, np.full((7, 3), 2.5)], 1)
    found = Evaluator(numpy_arrays(), VALUES, SETS, sizes={"#all": 8}).array(
        drawn, ("_draw", "#all")
    )
    np.testing.assert_array_equal(found, expected)


def test_definitions_are_computed_where_they_are_needed() -> None:
    definitions = {"twice": (("i", "j"), 2.0 * ref("x", "i"))}
    evaluator = Evaluator(numpy_arrays(), VALUES, SETS, definitions=definitions)
    found = evaluator(ref("twice", At(2.0), "j"))
    assert found.axes == ("j",)
    np.testing.assert_array_equal(found.array, np.full(3, 2 * X[1]))


def test_equal_expressions_are_evaluated_once() -> None:
    calls: list[str] = []

    class Counting:
        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(numpy_arrays(), name)

    evaluator = run(Counting())
    evaluator(exp(ref("x", "i") * ref("x", "i")) + 2.0 * exp(ref("x", "i") * ref("x", "i")))
    assert calls == ["exp"]


def test_discarded_branches_give_no_warning() -> None:
    x = ref("x", "i")
    e = apply("where", apply("less", 0.0, x), log(x), 0.0 - Constant(1.0) / (x - x))
    assert np.isfinite(value(e, "i")[X > 0]).all()


def test_jax_gives_the_same() -> None:
    jax = pytest.importorskip("jax")
    from hdsl.density.arrays import jax_arrays

    with jax.enable_x64(True):
        positions = ref("t", "i", Gather(ref("to_j", "i")), Gather(ref("to_k", "i")))
        total = Segment(ref("drawn", "i") * positions, ("i",), ref("to_j", "i"), "j")
        where = apply("less", 0.0, ref("x", "i"))
        pieces = [
            Reduce(function, ref("a", "i", "j"), ("i",), where)
            for function in ("sum", "mean", "sd", "min", "max", "any", "all", "logsumexp")
        ]
        swept = Sweep("softmax", Sweep("cumsum", ref("a", "i", "j"), "i"), "j")
        special = [
            apply("log_rising", 2.0 + ref("x", "i") ** 2.0, 3.0),
            apply("log_beta", 20.0 + ref("x", "i"), 0.5 + ref("to_j", "i")),
            apply("log_choose", 9.0, ref("to_k", "i")),
            apply("logsubexp", 1.0 + ref("x", "i") ** 2.0, ref("x", "i") - 3.0),
            apply("upper_incomplete_gamma", 2.0, ref("x", "i") ** 2.0),
            apply("log_Phi", 20.0 * ref("x", "i")),
        ]
        in_jax, in_numpy = run(jax_arrays()), run()
        for e in (total, swept, *pieces, *special, Reduce("max", ref("empty", "none"), ("none",))):
            expected = in_numpy(e)
            found = in_jax.array(e, expected.axes)
            np.testing.assert_allclose(found, expected.array, rtol=1e-11)
