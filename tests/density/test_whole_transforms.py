"""Simplexes, ordered vectors, correlation and covariance matrices from numbers without bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from density_models import bound_to, graph_of

from hdsl.density.density import Density, lower
from hdsl.distributions.distribution import Kind, Support
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Constant, Expression
from hdsl.model.graph import whole
from hdsl.plan.plan import Plan, Unknown

ONE, PAIR = ("g", "i"), ("g", "i", "i'")
SIZES = {"g": 2, "i": 4}


def density_on(axes: tuple[str, ...], support: Support) -> Density:
    graph = graph_of(sets=("g", "i"))
    plan = Plan(graph, (Unknown("x", axes, support),), (), (), (), (), "nuts")
    return lower(plan, bound_to(graph, SIZES, top=(np.array([1.0, 20.0]), ("g",))))


def support(kind: Kind, lower: float | None = None, upper: float | Expression | None = None) -> Any:
    over = ("i",) if kind in ("simplex", "ordered") else ("i", "i'")
    high = Constant(upper) if isinstance(upper, float) else upper
    return Support(None if lower is None else Constant(lower), high, kind=kind, over=over)


CASES = {
    "simplex": support("simplex", 0.0, 1.0),
    "ordered": support("ordered"),
    "ordered above": support("ordered", 0.5),
    "ordered below": support("ordered", None, whole("top", ("g",))),
    "ordered between": support("ordered", -1.0, whole("top", ("g",))),
    "correlation": support("correlation", -1.0, 1.0),
    "covariance": support("covariance"),
}
every = pytest.mark.parametrize("name", list(CASES))


def case(name: str) -> Density:
    chosen = CASES[name]
    return density_on(ONE if len(chosen.over) == 1 else PAIR, chosen)


def free_elements(name: str, x: Any) -> Any:
    """The elements of a draw that determine the others."""
    if name == "simplex":
        return x[..., :-1].reshape(-1)
    if name.startswith("ordered"):
        return x.reshape(-1)
    rows, columns = np.tril_indices(SIZES["i"], -1 if name == "correlation" else 0)
    return x[..., rows, columns].reshape(-1)


@every
def test_jacobian_is_that_of_autodiff(name: str) -> None:
    import jax
    import jax.numpy as jnp

    density = case(name)
    for u in np.random.default_rng(0).normal(0, 1.5, (4, density.dimension)):
        matrix = jax.jacobian(lambda v: free_elements(name, density.unravel(v)["x"]))(
            jnp.asarray(u)
        )
        exact = np.linalg.slogdet(np.asarray(matrix))[1]
        assert float(density.log_density(jnp.asarray(u), density.arguments)) == pytest.approx(exact)


@every
def test_there_and_back(name: str) -> None:
    density = case(name)
    u = np.random.default_rng(1).normal(0, 1.5, (5, density.dimension))
    values = density.constrain(u)
    np.testing.assert_allclose(density.unconstrain(values), u, atol=1e-8)
    alone = {"x": Value(values["x"].array[0], values["x"].axes[1:])}
    np.testing.assert_allclose(density.unconstrain(alone), u[0], atol=1e-8)


def test_values_obey_their_conditions() -> None:
    u = np.random.default_rng(2)
    shares = case("simplex").constrain(u.normal(0, 5, (9, 6)))["x"].array
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-14)
    between = case("ordered between").constrain(u.normal(0, 2, (9, 8)))["x"].array
    edges = np.concatenate([np.full((9, 2, 1), -1.0), between], axis=-1)
    assert (np.diff(edges, axis=-1) > 0).all()
    assert (between[..., -1] < np.array([1.0, 20.0])).all()
    below = case("ordered below").constrain(u.normal(0, 2, (9, 8)))["x"].array
    assert (np.diff(below, axis=-1) > 0).all()
    assert (below[..., -1] < np.array([1.0, 20.0])).all()
    matrices = case("correlation").constrain(u.normal(0, 1, (9, 12)))["x"].array
    assert (np.diagonal(matrices, axis1=-2, axis2=-1) == 1).all()
    assert (np.linalg.eigvalsh(matrices) > 0).all()
    covariances = case("covariance").constrain(u.normal(0, 1, (9, 20)))["x"].array
    assert (np.linalg.eigvalsh(covariances) > 0).all()


@every
def test_far_values_are_finite(name: str) -> None:
    import jax
    import jax.numpy as jnp

    density = case(name)
    for scale in (20.0, 60.0):
        u = jnp.asarray(np.random.default_rng(3).normal(0, scale, density.dimension))
        value, gradient = jax.value_and_grad(density.log_density)(u, density.arguments)
        assert np.isfinite(float(value))
        assert np.isfinite(np.asarray(gradient)).all()
