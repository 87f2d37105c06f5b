from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from density_models import bound_to, graph_of
from scipy import special

from hdsl.density.fold import Folded, fold
from hdsl.density.forms import Forms
from hdsl.density.guards import without_known_conditions
from hdsl.density.logs import KnownLogs, exact_logs
from hdsl.density.sizes import data_evaluator
from hdsl.distributions.distribution import Support
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.functions import log, log1m, square, where
from hdsl.expressions.tree import (
    At,
    Concatenate,
    Constant,
    Expression,
    Gather,
    Position,
    Reduce,
    Reference,
    Segment,
    Size,
    Stack,
    apply,
    walk,
)
from hdsl.model.graph import Bound, SetDeclaration, whole
from hdsl.plan.plan import Term, Unknown

ROW, COLUMN = ("i",), ("j",)
X, GROUP, COUNT = whole("x", ROW), whole("group", ROW), whole("count", ROW)
S, T = Reference("s"), whole("t", COLUMN)
RNG = np.random.default_rng(1)
BOUND = bound_to(
    replace(
        graph_of(),
        sets={"i": SetDeclaration("i"), "j": SetDeclaration("j", labels=range(1, 4))},
    ),
    {"i": 11, "j": 3},
    x=(RNG.normal(size=11), ROW),
    group=(np.array([0, 2, 2, 0, 0, 2, 0, 0, 2, 2, 0]), ROW),
    count=(np.array([0, 5, 1, 1, 0, 9, 3, 2, 2, 7, 4]), ROW),
    grid=(RNG.normal(size=(11, 3)), ("i", "j")),
    trials=(RNG.integers(0, 9, (11, 3)), ("i", "j")),
)
GRID, TRIALS = whole("grid", ("i", "j")), whole("trials", ("i", "j"))
UNKNOWN = {"s": Value(np.float64(0.7)), "t": Value(np.array([0.3, 2.5, 41.0]), COLUMN)}


def total(body: Expression, *over: str, where: Expression | None = None) -> Expression:
    return Reduce("sum", body, over, where)


def folded(e: Expression, bound: Bound = BOUND) -> Folded:
    form = Forms(data_evaluator(bound, [e])).term(e)
    return fold([Term("e", form)], {}, bound)


def value(f: Folded) -> float:
    known = {name: Value(array, f.axes[name]) for name, array in f.arguments.items()}
    run = Evaluator(numpy_arrays(), {**known, **UNKNOWN}, BOUND.sets, f.sizes)
    return float(run(f.terms[0].expression).array)


def direct(e: Expression) -> float:
    return float(data_evaluator(BOUND, [e], UNKNOWN)(e).array)


OUTSIDE = Constant(-math.inf)

BY_ROW = {
    "half guarded": total(
        where(apply("and", apply("less", -9.0, X), apply("less", 0.0, S)), X, OUTSIDE), "i"
    ),
    "normal": total(-0.5 * square((X - S) / (S * S)) - log(S) - 0.9, "i"),
    "gathered": total(square(X - Reference("t", (Gather(GROUP),))), "i"),
    "two axes": total(GRID * T + S - log(T), "i", "j"),
}
ALL_FOLDED = {
    "factors": total(X / (S * S) - 2.0 * square(X / S) + S, "i"),
    "axes without data": total(log(S), "i", "j"),
    "nested": total(total(GRID * S - 1.0, "j") + X * S, "i"),
    "masked": total(X * S + S + 2.0, "i", where=apply("less", X, 0.3)),
    "shared chance": total(
        apply("xlogy", COUNT, S) + apply("xlog1py", 9.0 - COUNT, -S) + apply("lgamma", COUNT + 1.0),
        "i",
    ),
    "rising": total(apply("log_rising", S, COUNT), "i"),
    "rising twice": total(total(-2.0 * apply("log_rising", S, TRIALS), "j"), "i"),
    "rising, repeated": total(apply("log_rising", S + 1.0, COUNT) + GRID, "i", "j"),
    "one count": apply("log_rising", S, Constant(4.0) + Reduce("max", COUNT, ROW)),
    "segments": total(
        square(T + Segment(X * S + 2.0 * S + X, ROW, GROUP, "j")) * whole("t", COLUMN), "j"
    ),
    "guarded by data": total(where(apply("less_equal", 0.0, COUNT), COUNT * S, OUTSIDE), "i"),
}


@pytest.mark.parametrize("name", [*BY_ROW, *ALL_FOLDED])
def test_forms_keep_the_value(name: str) -> None:
    e = {**BY_ROW, **ALL_FOLDED}[name]
    assert value(folded(e)) == pytest.approx(direct(e), rel=1e-12)


@pytest.mark.parametrize("name", list(ALL_FOLDED))
def test_no_rows_are_left(name: str) -> None:
    f = folded(ALL_FOLDED[name])
    assert not [axes for axes in f.axes.values() if "i" in axes]
    for part in walk(f.terms[0].expression):
        assert not isinstance(part, Position | Size | Segment)


def test_a_rising_factorial_that_varies_with_the_rows_stays() -> None:
    f = folded(total(apply("log_rising", T, TRIALS), "i", "j"))
    kept = [p for p in walk(f.terms[0].expression) if p == apply("log_rising", T, TRIALS)]
    assert len(kept) == 1


@pytest.mark.parametrize("counts", [[0, 3, 257], [3001] * 200, [0.5, 1, 2], [-1, 2, 2]])
def test_what_is_no_small_count_stays(counts: list[float]) -> None:
    e = total(apply("log_rising", S, whole("count", ROW)), "i")
    bound = bound_to(graph_of(), {"i": len(counts)}, count=(np.array(counts), ROW))
    f = folded(e, bound)
    assert f.terms[0].expression == e


def test_large_counts_of_many_rows_become_logs() -> None:
    counts = np.arange(2501, 2701)
    bound = bound_to(graph_of(), {"i": 200}, count=(counts, ROW))
    f = folded(total(apply("log_rising", S, whole("count", ROW)), "i"), bound)
    assert {a.shape for a in f.arguments.values()} == {(2700,)}
    wanted = special.gammaln(0.7 + counts).sum() - 200 * special.gammaln(0.7)
    assert value(f) == pytest.approx(wanted, rel=1e-13)


def test_factors_stand_before_the_sum_of_what_varies() -> None:
    f = folded(total(-0.5 * square((X - S) / Reference("s")), "i"))
    sums = [part for part in walk(f.terms[0].expression) if isinstance(part, Reduce)]
    assert sums == [total(square(X - S), "i")]


def test_no_counts_at_all() -> None:
    bound = bound_to(graph_of(), {"i": 3}, count=(np.zeros(3), ROW))
    f = folded(total(apply("log_rising", S, whole("count", ROW)), "i"), bound)
    assert value(f) == 0.0


def test_data_outside_the_support_make_the_density_zero() -> None:
    e = total(where(apply("less", X, 0.0), X * S, OUTSIDE), "i")
    assert value(folded(e)) == -math.inf
    assert folded(e).terms == folded(total(where(apply("less", X, 9.0), X * S, OUTSIDE), "i")).terms


def test_a_mixture_is_not_torn_apart() -> None:
    part = where(apply("less", 0.0, X), log(S) - X * S, OUTSIDE)
    e = total(apply("logaddexp", part, -square(X) - S), "i")
    assert value(folded(e)) == pytest.approx(direct(e), rel=1e-13)


# --- folding ------------------------------------------------------------------------------------


def test_equal_parts_share_one_argument() -> None:
    f = folded(total(square(X) * S, "i") + log(S) * total(square(X), "i"))
    assert list(f.arguments) == ["folded.0"]
    assert f.arguments["folded.0"].dtype == np.float64


def test_constants_stay_and_numbers_from_data_do_not() -> None:
    e = log(Constant(2.0)) * S + Size("i") * square(S)
    f = folded(e)
    assert list(f.arguments) == ["folded.0"]
    assert f.arguments["folded.0"] == 11.0
    assert Constant(math.log(2.0)) in set(walk(f.terms[0].expression))


def test_positions_are_whole_numbers() -> None:
    f = folded(total(Reference("t", (Gather(GROUP),)) * GROUP * S, "i"))
    assert {name: a.dtype.kind for name, a in f.arguments.items()} == {
        "group": "f",
        "group as position": "i",
    }


def test_labels_of_data_are_arguments_and_labels_of_the_file_are_not() -> None:
    element = Reference("w", (At(2.0),))
    by_data, by_file = (
        fold([Term("e", element)], {"w": ((axis,), S * square(Position(axis)))}, BOUND)
        for axis in ("i", "j")
    )
    assert by_data.arguments["position.0"] == 1
    assert by_file.terms[0].expression == element
    assert list(by_file.arguments) == ["folded.0"]


# --- logarithms and conditions ------------------------------------------------------------------


def test_logarithms_take_their_exact_forms() -> None:
    eta = S * 2.0
    known = KnownLogs({"p": "log p"}, {"p": "log 1-p"}, {"p": "u"})
    at = Gather(GROUP)
    p = Reference("p", (at,))
    pairs = [
        (log(p), Reference("log p", (at,))),
        (log1m(p), Reference("log 1-p", (at,))),
        (log(1.0 - p), Reference("log 1-p", (at,))),
        (log1m(1.0 - p), Reference("log p", (at,))),
        (apply("logit", p), Reference("u", (at,))),
        (apply("xlogy", X, p), X * Reference("log p", (at,))),
        (apply("xlog1py", log(p), -p), Reference("log p", (at,)) * Reference("log 1-p", (at,))),
        (log(apply("logistic", eta)), apply("log_logistic", eta)),
        (apply("log1p", -apply("logistic", eta)), apply("log_logistic", -eta)),
        (log(apply("exp", log(p))), Reference("log p", (at,))),
        (log1m(apply("inverse_cloglog", eta)), -apply("exp", eta)),
        (log(p * S), log(p * S)),
    ]
    for given, wanted in pairs:
        assert exact_logs(given, known) == wanted


def test_conditions_that_hold_by_construction_go() -> None:
    a, t = Reference("a"), whole("t", COLUMN)
    unknowns = (
        Unknown("t", COLUMN, Support(Constant(0.0), a)),
        Unknown("a", (), Support(Constant(0.0))),
    )
    both = apply("and", apply("less", 0.0, t), apply("less", t, a))
    element = apply("less", 0.0, Reference("t", (Gather(GROUP),)))
    other = apply("less", t, 1.0)
    assert without_known_conditions(where(both, t, OUTSIDE), unknowns) == t
    assert without_known_conditions(where(element, a, OUTSIDE), unknowns) == a
    mixed = where(apply("and", apply("less_equal", 0.0, t), other), t, OUTSIDE)
    assert without_known_conditions(mixed, unknowns) == where(other, t, OUTSIDE)


# --- axes that expressions make ------------------------------------------------------------------


def test_concatenated_arrays() -> None:
    import jax.numpy as jnp

    from hdsl.density.arrays import jax_arrays

    e = Concatenate(((GRID, ("j", "i")), (S, ()), (T, ("j",)), (Constant(2.0), ("j",))), "all")
    run = data_evaluator(BOUND, [e], UNKNOWN)
    assert run.size("all") == 33 + 1 + 3 + 3
    grid = BOUND.values["grid"].array
    wanted = np.concatenate([grid.T.ravel(), [0.7], UNKNOWN["t"].array, [2.0] * 3])
    assert run(e).axes == ("all",)
    np.testing.assert_array_equal(run(e).array, wanted)
    draws = {"s": Value(np.array([1.0, 2.0]), ("_draw",)), "t": UNKNOWN["t"]}
    many = data_evaluator(BOUND, [e], draws)(e)
    assert many.axes == ("_draw", "all")
    np.testing.assert_array_equal(many.array[:, 33], [1.0, 2.0])
    np.testing.assert_array_equal(np.delete(many.array[1], 33), np.delete(wanted, 33))
    known = {n: Value(jnp.asarray(v.array), v.axes) for n, v in run.values.items()}
    by_jax = Evaluator(jax_arrays(), known, BOUND.sets, run.sizes)(e)
    np.testing.assert_array_equal(by_jax.array, wanted)


def test_defined_quantities_are_computed_once_and_indexed() -> None:
    calls: list[int] = []

    class Counted:
        def __getattr__(self, name: str) -> object:
            calls.append(name == "exp")
            return getattr(numpy_arrays(), name)

    definitions = {"w": (("i", "j"), apply("exp", whole("t", COLUMN) * S))}
    draws = {"s": Value(np.array([1.0, 2.0]), ("_draw",)), "t": UNKNOWN["t"]}
    run = Evaluator(Counted(), {**BOUND.values, **draws}, BOUND.sets, definitions=definitions)
    all_of_it = run(whole("w", ("i", "j")))
    assert all_of_it.axes == ("_draw", "i", "j")
    assert all_of_it.array.shape == (2, 11, 3)
    element = run(Reference("w", (At(1.0), Gather(GROUP))))
    assert element.axes == ("_draw", "i")
    wanted = np.exp(np.array([[1.0], [2.0]]) * UNKNOWN["t"].array)[:, BOUND.values["group"].array]
    np.testing.assert_allclose(element.array, wanted)
    assert sum(calls) == 1


def test_lists_of_different_lengths_share_an_axis_without_length() -> None:
    pairs = Stack((S, 2.0 * S), "[]"), Stack((S, S, Constant(1.0)), "[]")
    e = total(pairs[0] + S, "[]") + total(pairs[1] + S, "[]")
    assert direct(e) == pytest.approx(0.7 * 5 + 0.7 * 5 + 1)
    assert value(folded(e)) == pytest.approx(direct(e))


def test_sizes_of_made_axes() -> None:
    e = Stack((S, S + 1.0), "pair")
    assert data_evaluator(BOUND, [e]).size("pair") == 2
