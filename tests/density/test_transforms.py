from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from density_models import bound_to, graph_of

from hdsl.density.density import Density, lower
from hdsl.distributions.distribution import Support
from hdsl.expressions.tree import Constant, Reference
from hdsl.model.graph import whole
from hdsl.plan.plan import Plan, Unknown

AXES = ("i",)


def density_on(*unknowns: Unknown) -> Density:
    graph = graph_of(sets=("i",))
    plan = Plan(graph, unknowns, (), (), (), (), "nuts")
    return lower(plan, bound_to(graph, {"i": 3}, top=(np.array([1.0, 20.0, 300.0]), AXES)))


SUPPORTS = {
    "real": Support(),
    "positive": Support(Constant(0.0)),
    "above": Support(lower=Constant(-2.5)),
    "below": Support(upper=whole("top", AXES)),
    "unit": Support(Constant(0.0), Constant(1.0)),
    "between": Support(Constant(-3.0), whole("top", AXES)),
    "infinite": Support(Constant(-np.inf), Constant(np.inf)),
}


@pytest.mark.parametrize("name", list(SUPPORTS))
def test_jacobian_is_that_of_autodiff(name: str) -> None:
    import jax
    import jax.numpy as jnp

    density = density_on(Unknown("x", AXES, SUPPORTS[name]))
    for u in np.random.default_rng(0).normal(0, 2, (4, 3)):
        matrix = jax.jacobian(lambda v: density.unravel(v)["x"])(jnp.asarray(u))
        exact = np.linalg.slogdet(np.asarray(matrix))[1]
        assert float(density.log_density(jnp.asarray(u), density.arguments)) == pytest.approx(exact)


def test_bounds_may_depend_on_unknowns() -> None:
    import jax
    import jax.numpy as jnp

    a, b = Reference("a"), whole("b", AXES)
    density = density_on(
        Unknown("a", (), Support(Constant(0.0))),
        Unknown("b", AXES, Support(a, a * whole("top", AXES) + 1.0)),
        Unknown("c", AXES, Support(upper=b - a)),
    )
    u = np.random.default_rng(2).normal(0, 1, (5, 7))
    values = density.constrain(u)
    top = np.array([1.0, 20.0, 300.0])
    x, y, z = (values[name].array for name in "abc")
    assert ((x[:, None] < y) & (y < x[:, None] * top + 1)).all()
    assert (z < y - x[:, None]).all()
    np.testing.assert_allclose(density.unconstrain(values), u, atol=1e-11)

    def flat(v: Any) -> Any:
        return jnp.concatenate([jnp.atleast_1d(part) for part in density.unravel(v).values()])

    for row in u:
        matrix = jax.jacobian(flat)(jnp.asarray(row))
        exact = np.linalg.slogdet(np.asarray(matrix))[1]
        got = float(density.log_density(jnp.asarray(row), density.arguments))
        assert got == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("u", [-700.0, -40.0, 40.0, 700.0])
def test_jacobians_are_exact_in_the_tails(u: float) -> None:
    unit = density_on(Unknown("x", (), SUPPORTS["unit"]))
    assert unit.log_densities(np.array([[u]]))[0] == pytest.approx(-abs(u), rel=1e-14)
    positive = density_on(Unknown("x", (), SUPPORTS["positive"]))
    assert positive.log_densities(np.array([[u]]))[0] == u
