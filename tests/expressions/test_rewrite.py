"""Rewriting changes no value: each rewritten expression is evaluated before and after."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.inline import elements_inlined, inline, inliner
from hdsl.expressions.linear import affine, sum_over, terms
from hdsl.expressions.rewrite import along, references, rename_axes
from hdsl.expressions.tree import (
    Along,
    At,
    Concatenate,
    Constant,
    CountsAbove,
    Expression,
    Gather,
    Index,
    LabelPosition,
    Position,
    Reduce,
    Reference,
    Segment,
    Shift,
    Size,
    Stack,
    Sweep,
    apply,
    walk,
)
from tests.expressions.references import ref

RNG = np.random.default_rng(12)
SIZES = {"i": 5, "j": 3, "k": 4}
SETS = {name: IndexSet(name, range(size)) for name, size in SIZES.items()}
VALUES = {
    "s": Value(1.7),
    "x": Value(RNG.normal(size=5), ("i",)),
    "y": Value(RNG.normal(size=3), ("j",)),
    "a": Value(RNG.normal(size=(5, 3)), ("i", "j")),
    "square": Value(RNG.normal(size=(5, 5)), ("i", "i'")),
    "to_i": Value(np.array([4, 0, 2]), ("j",)),
    "to_j": Value(np.array([0, 2, 2, 0, 1]), ("i",)),
}


def value(e: Expression, *axes: str) -> np.ndarray:
    run = Evaluator(numpy_arrays(), VALUES, SETS)
    return np.broadcast_to(run.array(e, axes), tuple(run.size(axis) for axis in axes))


X, A = ref("x", "i"), ref("a", "i", "j")
TO_J = ref("to_j", "i")
OVER_I: dict[str, Expression] = {
    "plain": X * 2.0 + ref("s"),
    "position": X * Position("i"),
    "gather": ref("y", Gather(TO_J)) - X,
    "two axes": A * ref("y", "j"),
    "sum": X + Reduce("sum", A * X, ("j",)),
    "sum over the same set": X * Reduce("sum", ref("square", "i", "i'") * X, ("i'",)),
    "sum over its own axis": X * Reduce("max", X, ("i",)),
    "sum with a condition": Reduce("sum", A, ("j",), apply("less", Position("j"), Position("i"))),
    "cumulative over the other": Sweep("cumsum", A, "j"),
    "list": Stack((X, Constant(1.0), ref("s")), "j"),
    "counts": X * CountsAbove(TO_J, "k"),
    "segment": Segment(ref("square", "i", "i'"), ("i'",), ref("to_j", "i'"), "j"),
    "size": X / Size("i"),
}
every = pytest.mark.parametrize("e", OVER_I.values(), ids=OVER_I.keys())


def rest(e: Expression) -> list[str]:
    return sorted(e.axes - {"i"})


@every
@pytest.mark.parametrize("new", ["i'", "i#2"])
def test_renamed_axes(e: Expression, new: str) -> None:
    renamed = rename_axes(e, {"i": new})
    assert renamed.axes == (e.axes - {"i"}) | {new}
    np.testing.assert_allclose(value(renamed, new, *rest(e)), value(e, "i", *rest(e)))


def test_renaming_two_axes_at_once() -> None:
    e = ref("square", "i", "i'") + X
    swapped = rename_axes(e, {"i": "i'", "i'": "i"})
    np.testing.assert_allclose(value(swapped, "i'", "i"), value(e, "i", "i'"))
    diagonal = rename_axes(ref("square", "i", "i'") * X, {"i'": "i"})
    expected = np.diagonal(VALUES["square"].array) * VALUES["x"].array
    np.testing.assert_allclose(value(diagonal, "i"), expected)


def test_renaming_what_is_made_or_bound() -> None:
    segment = Segment(A, ("i",), TO_J, "k")
    renamed = rename_axes(segment, {"k": "k'", "j": "j'"})
    assert renamed.axes == {"k'", "j'"}
    np.testing.assert_allclose(value(renamed, "k'", "j'"), value(segment, "k", "j"))
    swept = Sweep("cumsum", A, "i")
    np.testing.assert_allclose(
        value(rename_axes(swept, {"i": "i'"}), "i'", "j"), value(swept, "i", "j")
    )
    laid = Concatenate(((A, ("j",)), (X, ())), "k")
    renamed = rename_axes(laid, {"i": "i'", "k": "k'"})
    assert renamed == Concatenate(((ref("a", "i'", "j"), ("j",)), (ref("x", "i'"), ())), "k'")
    np.testing.assert_array_equal(value(renamed, "i'", "k'"), value(laid, "i", "k"))
    with pytest.raises(ValueError, match="taken for another"):
        rename_axes(laid, {"i": "j"})
    untouched = Reduce("sum", X, ("i",))
    assert rename_axes(untouched, {"i": "i'"}) is untouched


@every
def test_taken_at_a_gather(e: Expression) -> None:
    positions = VALUES["to_i"].array
    taken = along(e, "i", Gather(ref("to_i", "j'")))
    assert taken.axes == (e.axes - {"i"}) | {"j'"}
    expected = value(e, "i", *rest(e))[positions]
    np.testing.assert_allclose(value(taken, "j'", *rest(e)), expected)


@every
def test_taken_at_a_label(e: Expression) -> None:
    taken = along(e, "i", At(2.0))
    assert taken.axes == e.axes - {"i"}
    np.testing.assert_allclose(value(taken, *rest(e)), value(e, "i", *rest(e))[2])


def test_taken_where_a_sum_binds_the_axis_of_the_gather() -> None:
    e = X * Reduce("sum", A, ("j",))
    taken = along(e, "i", Gather(ref("to_i", "j")))
    np.testing.assert_allclose(value(taken, "j"), value(e, "i")[VALUES["to_i"].array])


def test_taken_through_shifts() -> None:
    e = ref("x", Shift("i", -1)) * Position("i")
    taken = along(e, "i", Gather(1.0 + Position("j")))
    np.testing.assert_allclose(value(taken, "j"), value(e, "i")[1:4])
    stepped = along(e, "i", Shift("i", 1))
    np.testing.assert_allclose(value(stepped, "i")[:4], value(e, "i")[1:])
    np.testing.assert_allclose(value(along(e, "i", At(3.0))), value(e, "i")[3])
    assert along(X, "i", Along("i'")) == ref("x", "i'")
    assert along(Position("i"), "i", At(2.0)) == LabelPosition("i", 2.0)
    assert along(X, "j", At(2.0)) is X


@pytest.mark.parametrize(
    "e",
    [
        Sweep("cumsum", X, "i"),
        Stack((Constant(1.0),) * 5, "i"),
        Segment(ref("y", "j"), ("j",), ref("to_i", "j"), "i"),
        CountsAbove(ref("to_i", "j"), "i"),
    ],
)
def test_made_axes_cannot_be_taken(e: Expression) -> None:
    with pytest.raises(ValueError, match="made inside"):
        along(e, "i", At(1.0))


def test_inlining() -> None:
    definitions = {
        "mu": (("i", "j"), A * ref("half", "i")),
        "half": (("i",), X / 2.0),
        "total": ((), Reduce("sum", ref("half", "i"), ("i",))),
    }
    e = ref("mu", "i", "j") + ref("total") + ref("half", "i")
    inlined = inline(e, definitions)
    assert inlined.names == {"a", "x"}
    x, a = VALUES["x"].array, VALUES["a"].array
    expected = a * (x / 2)[:, None] + x.sum() / 2 + (x / 2)[:, None]
    np.testing.assert_allclose(value(inlined, "i", "j"), expected)
    renamed = inline(ref("mu", "i'", "j"), definitions)
    np.testing.assert_allclose(value(renamed, "i'", "j"), a * (x / 2)[:, None])


def test_inlining_leaves_elements_and_looks_into_positions() -> None:
    definitions = {"half": (("i",), X / 2.0), "where": (("j",), ref("to_i", "j"))}
    for kept in (ref("half", At(1.0)), ref("half", Shift("i", -1))):
        assert inline(kept, definitions) is kept
    gathered = inline(ref("half", Gather(ref("where", "j"))), definitions)
    assert gathered == ref("half", Gather(ref("to_i", "j")))


def test_inlining_a_long_chain_is_quick() -> None:
    definitions = {
        f"v{n}": (("i",), ref(f"v{n - 1}", "i") + ref(f"v{n - 1}", At(0.0))) for n in range(1, 60)
    }
    definitions |= {f"w{n}": (("i",), ref(f"w{n - 1}", "i") ** 2.0) for n in range(1, 60)}
    assert "v0" in inline(ref("v59", "i"), definitions).names
    assert inline(ref("w59", "i"), definitions).names == {"w0"}


@pytest.mark.parametrize(
    ("index", "axes"),
    [(Gather(ref("to_i", "j")), ("j",)), (At(1.0), ()), ("i'", ("i'",)), (Gather(TO_J), ("i",))],
)
def test_inlining_elements(index: str | Index, axes: tuple[str, ...]) -> None:
    """What is defined is computed where it is used."""
    definitions = {
        "half": (("i",), X / 2.0 + Position("i")),
        "far": (("i",), ref("half", Gather(TO_J)) * Reduce("sum", A * X, ("j",))),
    }
    bodies = {name: value(body, "i") for name, (_, body) in definitions.items() if name == "half"}
    x, a, to_j = (np.asarray(VALUES[n].array) for n in ("x", "a", "to_j"))
    far = bodies["half"][to_j] * (a * x[:, None]).sum(axis=1)
    for name, whole in (("half", bodies["half"]), ("far", far)):
        inlined = elements_inlined(ref(name, index), definitions)
        assert not inlined.names & set(definitions)
        assert inlined.axes == set(axes)
        places = np.arange(5)
        if isinstance(index, At):
            places = np.array(1)
        elif isinstance(index, Gather):
            places = value(index.positions, *axes)
        np.testing.assert_allclose(value(inlined, *axes), whole[places])


def test_inlining_elements_swaps_axes() -> None:
    definitions = {"d": (("i", "i'"), ref("square", "i", "i'") * X)}
    inlined = elements_inlined(ref("d", "i'", "i"), definitions)
    whole = np.asarray(VALUES["square"].array) * np.asarray(VALUES["x"].array)[:, None]
    np.testing.assert_allclose(value(inlined, "i", "i'"), whole.T)


def test_elements_of_what_is_made_as_a_whole_stay() -> None:
    definitions = {"steps": (("i",), Sweep("cumsum", X, "i"))}
    kept = ref("steps", At(1.0))
    assert elements_inlined(kept, definitions) is kept


def test_inlining_elements_of_a_long_chain_is_quick() -> None:
    definitions = {
        f"v{n}": (("i",), ref(f"v{n - 1}", At(1.0)) + ref(f"v{n - 1}", At(0.0)))
        for n in range(1, 60)
    }
    assert elements_inlined(ref("v59", At(1.0)), definitions).names == {"v0"}


AFFINE = [
    X,
    -X,
    3.0 * X + ref("s"),
    ref("s") - X,
    (X - ref("s")) / A,
    A * (ref("s") - 2.0 * X) + X,
    -(A - X) * 2.0 - ref("y", "j"),
    X - X * ref("s"),
    (0.0 + ref("s") * X) / 3.0 + 0.0,
    apply("where", apply("less", TO_J, 1.0), 2.0 * X - A, ref("s")),
]


@pytest.mark.parametrize("e", AFFINE)
def test_affine(e: Expression) -> None:
    found = affine(e, "x")
    assert found is not None
    assert found.reference == X
    assert "x" not in found.coefficient.names | found.offset.names
    rebuilt = found.coefficient * found.reference + found.offset
    np.testing.assert_allclose(value(rebuilt, "i", "j"), value(e, "i", "j"), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "e",
    [
        X * X,
        1.0 / X,
        apply("exp", X),
        X + ref("x", At(1.0)),
        ref("y", Gather(ref("x", "i"))) + X,
        Reduce("sum", X, ("i",)),
        ref("s"),
        X**2.0,
        X * ref("y", Gather(X)),
        apply("where", apply("less", X, 1.0), X, 0.0),
    ],
)
def test_not_affine(e: Expression) -> None:
    assert affine(e, "x") is None


def test_references() -> None:
    e = X + ref("x", At(1.0)) * X + ref("y", Gather(ref("x", "j")))
    assert set(references(e, "x")) == {X, ref("x", At(1.0)), ref("x", "j")}
    assert references(e, "s") == ()


LEAVES = st.sampled_from(
    [X, A, ref("y", "j"), ref("s"), ref("y", Gather(TO_J)), Constant(0.5), Position("k")]
)


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(apply, st.sampled_from(["add", "subtract", "multiply"]), inner, inner),
        st.builds(apply, st.sampled_from(["negative", "tanh"]), inner),
    )


SUMS = st.recursive(LEAVES, _grown, max_leaves=10)


@settings(max_examples=150, deadline=None)
@given(SUMS)
def test_terms(e: Expression) -> None:
    total = sum((c * term for c, term in terms(e)), Constant(0.0))
    before = value(e, "i", "j", "k")
    np.testing.assert_allclose(value(total, "i", "j", "k"), before, rtol=1e-9, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(SUMS, st.sampled_from([("i",), ("i", "j"), ("j", "k"), ("k",), ("i", "j", "k")]))
def test_sums_term_by_term(e: Expression, axes: tuple[str, ...]) -> None:
    kept = [axis for axis in "ijk" if axis not in axes]
    places = tuple("ijk".index(axis) for axis in axes)
    expected = value(e, "i", "j", "k").sum(axis=places)
    found = sum_over(e, axes)
    np.testing.assert_allclose(value(found, *kept), expected, rtol=1e-9, atol=1e-8)
    # No sum runs over an axis along which its body does not vary.
    for part in walk(found):
        if isinstance(part, Reduce):
            assert set(part.over) <= part.body.axes


def test_expressions_are_equal_by_content() -> None:
    assert hash(X + 1.0) == hash(ref("x", "i") + 1.0)
    assert ref("x", "i") + 1.0 == X + 1.0
    assert X + 1.0 != X + 2.0
    assert 0.0 + X is X
    assert X * 1.0 is X
    assert X - 0.0 is X


def test_a_chain_of_definitions_is_written_out_once() -> None:
    links = {f"x{i}": ((), Reference(f"x{i - 1}") * 0.5) for i in range(1, 40)}
    written = inliner(links)
    last, before = written(Reference("x39")), written(Reference("x38"))
    assert last.names == {"x0"}
    assert any(part is before for part in last.children)
