"""The density of tracers in a power-law potential: what is known of it in closed form."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from scipy.special import roots_jacobi

import hdsl
from hdsl.model.bind import bind

MODEL = Path(__file__).parents[1] / "cases" / "good" / "milky_way_density.hbm"
HEADS = MODEL.read_text().split("data r[cluster]")[0]
PARAMETERS = [(50.0, 0.5, 3.5, 0.3), (20.0, 0.4, 4.2, -0.4), (80.0, 0.7, 3.1, 0.6)]


def log_densities(r: np.ndarray, v_r: np.ndarray, v_t: np.ndarray, *parameters: float) -> tuple:
    """The published and the normalised one, from 15 kpc on."""
    given = ", ".join(map(str, parameters))
    text = f"""{HEADS}
    data r[i], v_r[i], v_t[i]
    p[i] = log_prob(Published({given}), r[i], v_r[i], v_t[i])
    q[i] = log_prob(Normalised({given}, 15), r[i], v_r[i], v_t[i])
    """
    data = {"r": r.ravel(), "v_r": v_r.ravel(), "v_t": v_t.ravel()}
    values = bind(hdsl.compile(text).graph, given=data).values
    return tuple(values[name].array.reshape(r.shape) for name in "pq")


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_moments_of_the_velocity(parameters: tuple[float, ...]) -> None:
    """The density in space is r^-alpha, the anisotropy beta, the dispersion known."""
    phi0, gamma, alpha, beta = parameters
    power = beta * (gamma - 2) / gamma + alpha / gamma - 1.5
    # At v = escape * (1 + x) / 2, in the direction of cosine c, f v^2 goes like
    # (1 - x)^power (1 + x)^(2 - 2 beta) (1 - c^2)^-beta.
    x, weights_x = roots_jacobi(60, power, 2 - 2 * beta)
    weights_x = weights_x / (1 - x) ** power / (1 + x) ** (2 - 2 * beta)
    c, weights_c = roots_jacobi(40, -beta, -beta)
    weights_c = weights_c / (1 - c**2) ** -beta
    radius = np.array([16.0, 70.0])[:, None, None]
    escape = np.sqrt(2 * phi0 / radius**gamma)
    v = escape * (1 + x[:, None]) / 2
    v_r, v_t = v * c, v * np.sqrt(1 - c**2)
    weights = np.pi * weights_x[:, None] * weights_c * escape * v**2
    published, normalised = log_densities(radius + 0 * v_r, v_r, v_t, *parameters)

    def mean(quantity: np.ndarray) -> np.ndarray:
        return (weights * np.exp(published) * quantity).sum(axis=(1, 2))

    radius = radius.ravel()
    density = mean(np.ones_like(v_r))
    np.testing.assert_allclose(density, radius**-alpha, rtol=1e-8)
    along, across = mean(v_r**2) / density, mean(v_t**2) / density
    np.testing.assert_allclose(1 - across / (2 * along), beta, rtol=1e-8)
    expected = gamma * phi0 * radius**-gamma / (alpha + gamma - 2 * beta)
    np.testing.assert_allclose(along, expected, rtol=1e-8)
    found = (weights * np.exp(normalised)).sum(axis=(1, 2))
    np.testing.assert_allclose(found, (alpha - 3) / 15 * (radius / 15) ** (2 - alpha), rtol=1e-8)


def test_gradients_where_the_velocity_is_beyond_escape() -> None:
    """A tracer that is not bound excludes the parameters, and leaves no NaN behind."""
    density = hdsl.load(MODEL).log_density()
    compiled = jax.jit(jax.value_and_grad(density))
    bound = np.zeros(density.dimension)
    value, gradient = compiled(bound)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    shifts = -8 * np.eye(density.dimension)
    (unbound,) = [at for at in shifts if density.unravel(at)["phi0"] < 2]
    value, gradient = compiled(unbound)
    assert value == -np.inf
    assert np.isfinite(gradient).all()
