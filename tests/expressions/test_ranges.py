"""Ranges are sound: no value lies outside; what is called exact is nearly reached."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.ranges import (
    BOOLEAN,
    COUNT,
    NONNEGATIVE,
    POSITIVE,
    PROBABILITY,
    REAL,
    UNIT,
    Interval,
    Range,
    range_of,
)
from hdsl.expressions.tree import (
    Along,
    Apply,
    Constant,
    Expression,
    Position,
    Reduce,
    Reference,
    Segment,
    Stack,
    Sweep,
    apply,
    walk,
)

INF = math.inf
KNOWN = {
    "real": REAL,
    "positive": POSITIVE,
    "unit": UNIT,
    "count": COUNT,
    "below": Interval(-INF, 2.0, True, False),
    "band": Interval(-1.5, 0.5, False, True),
    "high": Interval(2.0, 5.0, False, False),
    "dice": Interval(1.0, 6.0, False, False, True),
}
ROW = (Along("row"),)
REFS = {name: Reference(name, ROW) for name in KNOWN}
DRAWS = 4000


def _draws(interval: Interval, rng: np.random.Generator) -> np.ndarray:
    """Values all over an interval, its ends and what is next to them included."""
    low, high = interval.lower, interval.upper
    scale = np.exp(rng.uniform(-9, 5, DRAWS))
    if math.isinf(low) and math.isinf(high):
        values = rng.choice([-1, 1], DRAWS) * scale
    elif math.isinf(high):
        values = low + scale
    elif math.isinf(low):
        values = high - scale
    else:
        values = low + (high - low) * rng.beta(0.2, 0.2, DRAWS)
        values = np.clip(values, low + 1e-9, high - 1e-9)
    if interval.integer:
        values = np.clip(np.floor(values), low, high)
    if not interval.lower_open:
        values[:400] = low
    if not interval.upper_open:
        values[400:800] = high
    return rng.permutation(values)


_RNG = np.random.default_rng(30)
VALUES = {name: Value(_draws(interval, _RNG), ("row",)) for name, interval in KNOWN.items()}


def value(e: Expression) -> np.ndarray:
    run = Evaluator(numpy_arrays(), VALUES, {}, {"row": DRAWS, "three": 3})
    return np.atleast_1d(np.asarray(run(e).array, float))


def ranged(e: Expression) -> Range:
    return range_of(e, lambda reference: Range(KNOWN[reference.name], True))


def assert_inside(values: np.ndarray, interval: Interval, e: object = None) -> None:
    """Up to rounding, which an open end cannot know of."""
    values = values[np.isfinite(values)]
    slack = 1e-9 * (1 + np.abs(values))
    assert np.all(values >= interval.lower - slack), (interval, e)
    assert np.all(values <= interval.upper + slack), (interval, e)
    if interval.integer:
        assert np.all(values == np.round(values)), (interval, e)


ONES = st.sampled_from(
    [
        *("negative", "exp", "log", "log1p", "log1m", "expm1", "sqrt", "square", "abs", "sign"),
        *("floor", "ceil", "round", "sin", "tanh", "atan", "asin", "acos", "cosh", "logistic"),
        *("logit", "log_logistic", "softplus", "Phi", "log_Phi", "probit", "cloglog"),
        *("inverse_cloglog", "erf", "not", "missing", "undefined"),
    ]
)
TWOS = st.sampled_from(
    ["add", "subtract", "multiply", "divide", "max", "min", "less", "equal", "and", "or"]
)
LEAVES = st.one_of(
    st.sampled_from(list(REFS.values())),
    st.sampled_from([Constant(v) for v in (-2.0, -1.0, 0.0, 0.5, 1.0, 3.0)]),
)


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    powers = st.sampled_from([Constant(v) for v in (0.5, 1.0, 2.0, 3.0, -1.0, -2.0, 1.5)])
    return st.one_of(
        st.builds(apply, ONES, inner),
        st.builds(apply, TWOS, inner, inner),
        st.builds(lambda a, p: apply("power", a, p), inner, powers),
        st.builds(lambda a, b: apply("power", a, b), inner, inner),
        st.builds(lambda c, a, b: apply("where", c, a, b), inner, inner, inner),
        st.builds(lambda a: a * a, inner),
        st.builds(lambda a, b: Stack((a, b), "three"), LEAVES, LEAVES),
    )


@settings(max_examples=600, deadline=None)
@given(st.recursive(LEAVES, _grown, max_leaves=6))
def test_sound(e: Expression) -> None:
    found, interval = value(e), ranged(e).interval
    assert_inside(found, interval, e)
    # Where nothing under- or overflows, zero is not reached if the end there is open.
    sizes = np.abs([np.broadcast_to(value(part), DRAWS) for part in walk(e) if not _long(part)])
    tame = np.all((sizes == 0) | ((sizes > 1e-3) & (sizes < 3)), axis=0)
    if interval.lower == 0 and interval.lower_open and not _long(e):
        assert np.all(np.broadcast_to(found, DRAWS)[tame] > 0), (interval, e)


def _long(e: Expression) -> bool:
    return "three" in e.axes


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["sum", "prod", "mean", "min", "max", "sd", "var", "any", "all", "logsumexp"]),
    st.sampled_from(list(REFS)),
    st.booleans(),
)
def test_sound_sums(function: str, name: str, masked: bool) -> None:
    where = apply("less", Position("row"), 0.0) if masked else None
    e = Reduce(function, REFS[name], ("row",), where)
    assert_inside(value(e), ranged(e).interval, e)
    few = Reduce(function, Stack((REFS[name], REFS[name] * 1.0), "three"), ("three",))
    run = Evaluator(numpy_arrays(), VALUES, {}, {"row": DRAWS, "three": 2})
    assert_inside(np.asarray(run(few).array), ranged(few).interval, few)


@pytest.mark.parametrize("name", list(REFS))
def test_sound_segments_and_sweeps(name: str) -> None:
    # The second of three groups is empty.
    by = 2.0 * apply("less", 0.0, REFS["real"])
    segment = Segment(REFS[name], ("row",), by, "three")
    assert_inside(value(segment), ranged(segment).interval)
    for function in ("cumsum", "softmax"):
        swept = Sweep(function, REFS[name], "row")
        assert_inside(value(swept), ranged(swept).interval)


R = REFS
EXACT: list[tuple[Expression, Interval]] = [
    (R["unit"] + R["high"], Interval(2.0, 6.0, True, True)),
    (R["unit"] - R["high"], Interval(-5.0, -1.0, True, True)),
    (1.0 - R["unit"], UNIT),
    (-R["band"], Interval(-0.5, 1.5, True, False)),
    (R["band"] * R["high"], Interval(-7.5, 2.5, False, True)),
    (R["unit"] / R["high"], Interval(0.0, 0.5, True, True)),
    (R["high"] / R["unit"], Interval(2.0, INF, True, True)),
    (R["band"] ** 2.0, NONNEGATIVE),
    (apply("square", R["band"]), Interval(0.0, 2.25, False, False)),
    (R["band"] * R["band"], Interval(0.0, 2.25, False, False)),
    (R["high"] ** 2.0, Interval(4.0, 25.0, False, False)),
    (apply("exp", R["real"]), POSITIVE),
    (apply("exp", R["below"]), Interval(0.0, math.exp(2), True, False)),
    (apply("log", R["unit"]), Interval(-INF, 0.0, True, True)),
    (apply("logistic", R["real"]), UNIT),
    (apply("logit", R["unit"]), REAL),
    (apply("log1m", R["unit"]), Interval(-INF, 0.0, True, True)),
    (apply("sqrt", R["count"]), NONNEGATIVE),
    (apply("floor", R["unit"]), Interval(0.0, 1.0, False, False, True)),
    (apply("max", R["unit"], R["high"]), Interval(2.0, 5.0, False, False)),
    (apply("min", R["unit"], R["band"]), Interval(-1.5, 0.5, False, True)),
    (apply("max", R["unit"], Constant(1.0)), Interval(1.0, 1.0, False, False)),
    (R["dice"] + R["count"], Interval(1.0, INF, False, True, True)),
    (apply("where", apply("less", R["real"], 0.0), R["unit"], R["high"]), None),
]  # type: ignore[list-item]


@pytest.mark.parametrize(("e", "interval"), EXACT[:-1])
def test_intervals(e: Expression, interval: Interval) -> None:
    assert ranged(e).interval == interval


@pytest.mark.parametrize("e", [e for e, _ in EXACT if ranged(e).exact])
def test_exact_ends_are_nearly_reached(e: Expression) -> None:
    values, interval = value(e), ranged(e).interval
    if isinstance(e, Apply) and e.function == "floor":
        return
    for end, reached in ((interval.lower, values.min()), (interval.upper, values.max())):
        if math.isinf(end):
            assert abs(reached) > 4
        else:
            assert reached == pytest.approx(end, abs=0.05)


def test_not_exact_where_parts_depend_on_each_other() -> None:
    x = R["band"]
    assert not ranged(x - x).exact
    assert not ranged(apply("where", apply("less", 0.0, x), x, 1.0)).exact
    assert not ranged(apply("log", x)).exact
    assert ranged(x + R["unit"]).exact
    assert not range_of(x + 1.0, lambda _: Range(REAL)).exact


def test_what_needs_proof_can_be_proved() -> None:
    assert ranged(apply("exp", R["real"])).interval.within(POSITIVE)
    assert ranged(apply("logistic", R["real"])).interval.within(PROBABILITY)
    assert ranged(1.0 / R["positive"]).interval.within(POSITIVE)
    assert ranged(R["positive"] * R["unit"]).interval.within(POSITIVE)
    assert ranged(R["positive"] ** R["real"]).interval.within(POSITIVE)
    assert ranged(Reduce("sum", R["positive"], ("row",))).interval.within(POSITIVE)
    assert ranged(Reduce("mean", R["unit"], ("row",))).interval.within(UNIT)
    assert ranged(apply("less", R["real"], 0.0)).interval.within(BOOLEAN)
    assert ranged(Sweep("softmax", R["real"], "row")).interval.within(PROBABILITY)
    assert ranged(R["count"] + 1.0).interval.within(POSITIVE)
    assert not ranged(R["count"]).interval.within(POSITIVE)
    assert not ranged(R["real"]).interval.within(COUNT)
    assert not ranged(R["unit"] + R["unit"]).interval.within(UNIT)


def test_huge_numbers_and_infinity() -> None:
    assert ranged(Constant(1e200) ** 2.0).interval.upper == INF
    assert ranged(Constant(INF) - R["high"]).interval.upper == INF
    assert ranged(Constant(INF) - Constant(INF)).interval == REAL
    assert not ranged(Constant(INF)).interval.integer


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (REAL, "all numbers"),
        (POSITIVE, "positive numbers"),
        (COUNT, "whole numbers from 0"),
        (UNIT, "numbers in (0, 1)"),
        (PROBABILITY, "numbers in [0, 1]"),
        (Interval(2.0, 2.0, False, False), "exactly 2"),
    ],
)
def test_texts(interval: Interval, text: str) -> None:
    assert str(interval) == text
