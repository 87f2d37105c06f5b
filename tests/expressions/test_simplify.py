"""Simplifying changes no value, and gives the stable functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.functions import log, log1m, log1p
from hdsl.expressions.simplify import simplify
from hdsl.expressions.tree import Along, Constant, Expression, Reference, apply, walk

X, Y, N = (Reference(name, (Along("i"),)) for name in "xyn")
P = apply("logistic", X)
PHI = apply("Phi", X)
PAIRS: list[tuple[Expression, Expression]] = [
    (log(P), apply("log_logistic", X)),
    (log1m(P), apply("log_logistic", -X)),
    (log1p(-P), apply("log_logistic", -X)),
    (log(1.0 - P), apply("log_logistic", -X)),
    (log(apply("exp", X)), X),
    (log(PHI), apply("log_Phi", X)),
    (log1m(PHI), apply("log_Phi", -X)),
    (log1m(apply("logistic", -X)), apply("log_logistic", X)),
    (log1m(apply("inverse_cloglog", X)), -apply("exp", X)),
    (apply("xlogy", Y, P), Y * apply("log_logistic", X)),
    (apply("xlog1py", N - Y, -P), (N - Y) * apply("log_logistic", -X)),
    (apply("xlogy", Y, apply("exp", X)), Y * X),
    (apply("xlogy", Y, PHI), Y * apply("log_Phi", X)),
    (apply("xlogy", Y, 1.0 - P), Y * apply("log_logistic", -X)),
    (apply("logit", P), X),
    (apply("cloglog", apply("inverse_cloglog", X)), X),
    (apply("negative", -X), X),
    (Constant(1.0) / Constant(2.0), Constant(0.5)),
    (X + log(Constant(1.0)), X),
    (apply("where", apply("less", 1.0, 2.0), X, Y), X),
]


def value(e: Expression, x: np.ndarray) -> np.ndarray:
    rows = {"x": x, "y": np.arange(len(x)) % 3.0, "n": np.full(len(x), 3.0)}
    run = Evaluator(
        numpy_arrays(), {k: Value(v, ("i",)) for k, v in rows.items()}, {}, {"i": len(x)}
    )
    return np.broadcast_to(run.array(e, ("i",)), x.shape)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_identities(before: Expression, after: Expression) -> None:
    assert simplify(before) == after
    x = np.array([-4.0, -0.5, 0.0, 1.0, 1.5])
    np.testing.assert_allclose(value(before, x), value(after, x), rtol=1e-12, atol=1e-13)


def test_tails_become_finite() -> None:
    x = np.array([-800.0, 800.0])
    np.testing.assert_allclose(value(simplify(log(P)), x), [-800, 0])
    np.testing.assert_allclose(value(simplify(log1m(P)), x), [0, -800])
    assert value(simplify(log1m(PHI)), np.array([40.0]))[0] == pytest.approx(-804.6084420137538)


def test_what_is_not_exact_stays() -> None:
    for e in (log(X + Y), apply("xlogy", Y, X), apply("exp", log(X)), Constant(0.0) * X):
        assert simplify(e) == e
    nothing = log(Constant(-1.0))
    assert simplify(nothing) == nothing


def test_special_functions_of_constants_stay_unevaluated() -> None:
    e = apply("lgamma", Constant(3.0))
    assert simplify(e) == e


_LEAVES = st.sampled_from([X, Y, N, P, PHI, Constant(0.5), Constant(2.0), Constant(0.0)])


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    ones = ("negative", "exp", "logistic", "log1m", "log", "log1p", "square", "logit")
    twos = ("add", "subtract", "multiply", "divide", "xlogy", "xlog1py", "max")
    return st.one_of(
        st.builds(apply, st.sampled_from(ones), inner),
        st.builds(apply, st.sampled_from(twos), inner, inner),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(_LEAVES, _grown, max_leaves=8))
def test_values_are_kept(e: Expression) -> None:
    x = np.array([-2.0, -0.3, 0.4, 1.7])
    before, after = value(e, x), value(simplify(e), x)
    # Where the original is finite and nothing in it overflowed or cancelled.
    parts = [value(part, x) for part in walk(e)]
    sizes = np.max(np.abs(parts), axis=0)
    tame = np.all(np.isfinite(parts), axis=0) & (sizes < 1e3)
    smallest = np.min([np.where(part == 0, math.inf, np.abs(part)) for part in parts], axis=0)
    tame &= smallest > 1e-3
    np.testing.assert_allclose(after[tame], before[tame], rtol=1e-6, atol=1e-6)
