"""The examples of the Milky Way have the density of places and velocities, in their own unknowns.

What they write with directions, stretched velocities and areas is here done with rotations: the
true place and velocity of each tracer in Cartesian axes, and the area that its proper motions cover
for each area of the stretched velocity by differences.
"""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln

import hdsl
from hdsl.density.sizes import data_evaluator
from hdsl.density.written import log_density_as_written
from hdsl.expressions.evaluate import Value
from hdsl.expressions.tree import Reference
from hdsl.model.bind import bind
from hdsl.model.graph import Bound

FOLDER = Path(__file__).parents[1] / "examples" / "milky_way"
Array = NDArray[np.float64]
TO_GALACTIC = np.array(
    [
        [-0.0548755604, -0.8734370902, -0.4838350155],
        [0.4941094279, -0.44482963, 0.7469822445],
        [-0.867666149, -0.1980763734, 0.4559837762],
    ]
)
KM_S = 4.74057  # in an au a year
POPULATION = {"phi0": 190.0, "gamma": 0.47, "eta": 1.3, "beta": 0.35}
ALPHA = 3 + POPULATION["eta"]
STEP = 1e-4
# Shape and rate of the prior of alpha - 3.
ETA = {
    "model": (2.99321604, 2.82409927),
    "normalised": (2.99321604, 2.82409927),
    "latent": (0.001, 0.001),
    "newer": (2, 1),
    "dwarfs": (67.1, 133.8184),
}


def log_tracer(r: Array, v_r: Array, v_t: Array) -> Array:
    """Of place and velocity, by energy and angular momentum (Evans, Haefner and de Zeeuw 1997)."""
    phi0, gamma, beta = (POPULATION[name] for name in ("phi0", "gamma", "beta"))
    energy, momentum = phi0 * r**-gamma - (v_r**2 + v_t**2) / 2, r * v_t
    power = beta * (gamma - 2) / gamma + ALPHA / gamma - 1.5
    eta = (2 * beta - ALPHA) / gamma * np.log(phi0) - np.log(np.pi**1.5 * 2 ** (1.5 - beta))
    eta += gammaln(ALPHA / gamma - 2 * beta / gamma + 1) - gammaln(1 - beta) - gammaln(power + 1)
    return eta - 2 * beta * np.log(momentum) + power * np.log(energy)


def rotation(ra: Array, dec: Array) -> Array:
    """From the axes along the line of sight, east and north to Galactic ones: (tracer, 3, 3)."""
    a, d = np.radians(ra), np.radians(dec)
    along = np.stack([np.cos(a) * np.cos(d), np.sin(a) * np.cos(d), np.sin(d)], axis=-1)
    east = np.stack([-np.sin(a), np.cos(a), 0 * a], axis=-1)
    north = np.stack([-np.cos(a) * np.sin(d), -np.sin(a) * np.sin(d), np.cos(d)], axis=-1)
    return TO_GALACTIC @ np.stack([along, east, north], axis=-1)


def true_values(bound: Bound, distance: str, axis: str) -> dict[str, Value]:
    """The unknowns, near the data: five draws, the last four with u_1 or u_2 a little off."""
    rng = np.random.default_rng(8)
    measured = bound.values[f"{distance}_obs"].array
    off = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])[:, :, None] * STEP
    velocities = rng.normal(0, 0.8, (3, len(measured)))
    tracers = {
        distance: measured * rng.uniform(0.96, 1.04, len(measured)) + 0 * off[:, 0],
        "v_los": velocities[0] + 0 * off[:, 0],
        "u_1": velocities[1] + off[:, 0],
        "u_2": velocities[2] + off[:, 1],
    }
    population = {name: Value(np.asarray(value), ()) for name, value in POPULATION.items()}
    return population | {
        name: Value(np.asarray(values), ("_draw", axis)) for name, values in tracers.items()
    }


def log_prior(model: str) -> float:
    """Of the four numbers that all tracers share."""
    gamma = stats.truncnorm(-0.5 / 0.06, 0.5 / 0.06, 0.5, 0.06).logpdf(POPULATION["gamma"])
    if model == "dwarfs":
        others = stats.gamma(32.4, scale=1 / 0.69).logpdf(POPULATION["phi0"]) - np.log(4)
    else:
        others = -np.log(199) - np.log(1.5)
    shape, rate = ETA[model]
    return gamma + others + stats.gamma(shape, scale=1 / rate).logpdf(POPULATION["eta"])


@pytest.mark.parametrize("model", ["model", "normalised", "latent", "newer", "dwarfs"])
def test_density_is_that_of_places_and_velocities(model: str) -> None:
    graph = hdsl.load(FOLDER / f"{model}.hbm").graph
    bound = bind(graph, folder=FOLDER)
    data = {name: value.array for name, value in bound.values.items()}
    newer, axis = model == "newer", "dwarf" if model == "dwarfs" else "gc"
    distance = "d" if newer else "r"
    values = true_values(bound, distance, axis)
    names = ("pm_ra", "pm_dec")
    run = data_evaluator(bound, [Reference(name) for name in names], values, graph.definitions)
    motions = np.stack([run(Reference(name)).array for name in names])
    far, v_los = values[distance].array[0], values["v_los"].array[0]
    pm = motions[:, 0]
    # Place and velocity as seen from the centre.
    turned = rotation(data["ra"], data["dec"])
    if newer:
        place = far[:, None] * turned[:, :, 0] + np.array([-8.122, 0, 0.0208])
        r, v_sun, from_sun = np.linalg.norm(place, axis=1), [12.9, 245.6, 7.78], far
    else:
        place = np.stack([data[f"{x}_gc_kpc"] for x in "xyz"], axis=1)
        r, v_sun, from_sun = far, [11.1, 232.24, 7.25], 1 / data["parallax"]
    seen = np.stack([100 * v_los, *(KM_S * pm * from_sun)], axis=1)
    velocity = (np.einsum("nij,nj->ni", turned, seen) + v_sun) / 100
    v_r = (velocity * place).sum(axis=1) / np.linalg.norm(place, axis=1)
    v_t = np.sqrt((velocity**2).sum(axis=1) - v_r**2)
    slopes = (motions[:, [1, 3]] - motions[:, [2, 4]]) / (2 * STEP)
    area = np.abs(np.linalg.det(np.moveaxis(slopes * KM_S * from_sun / 100, -1, 0)))
    prior = log_tracer(r, v_r, v_t) + np.log(area)
    if newer:
        prior += 2 * np.log(far)
    else:
        # The published form counts the radial velocity, not the one along the line of sight.
        prior += np.log((turned[:, :, 0] * place).sum(axis=1) / np.linalg.norm(place, axis=1))
    if model in ("normalised", "latent"):
        prior += 2 * np.log(r)
    if model in ("normalised", "latent", "newer"):
        prior += np.log(ALPHA - 3) + (ALPHA - 3) * np.log(15)
    parts = log_density_as_written(graph, bound, values)
    found = {name: float(np.ravel(part.array)[0]) for name, part in parts.items()}
    (joint,) = (name for name in found if name.startswith(f"({distance}["))
    np.testing.assert_allclose(found[joint], prior.sum(), rtol=1e-8)
    np.testing.assert_allclose(sum(found[name] for name in POPULATION), log_prior(model))

    known = ~np.asarray(data.get("v_los_obs.missing", 0 * far), bool)
    expected = stats.norm.logpdf(data[f"{distance}_obs"], far, data[f"{distance}_err"])
    np.testing.assert_allclose(found[f"{distance}_obs"], expected.sum())
    expected = stats.norm.logpdf(data["v_los_obs"], 100 * v_los, data["v_los_err"])
    np.testing.assert_allclose(found["v_los_obs"], expected[known].sum())
    off, error = (
        np.stack([data[f"pm_ra_{x}"], data[f"pm_dec_{x}"]], axis=1)[known] for x in ("obs", "err")
    )
    correlation = data["pm_corr"] if newer else np.zeros(len(off))
    expected = sum(
        stats.multivariate_normal(cov=np.outer(s, s) * [[1, c], [c, 1]]).logpdf(x)
        for x, s, c in zip(off - pm.T[known], error, correlation, strict=True)
    )
    np.testing.assert_allclose(sum(found[name] for name in found if "pm_" in name), expected)


def test_gradients_above_the_least_possible_depth() -> None:
    """The bound of phi0 is the largest of all galaxies: the compiler may round it in two ways."""
    density = hdsl.load(FOLDER / "dwarfs.hbm").log_density()
    compiled = jax.jit(jax.value_and_grad(density))
    rng = np.random.default_rng(3)
    for _ in range(40):
        position, way = (
            rng.uniform(-1, 1, density.dimension),
            rng.standard_normal(density.dimension),
        )
        gradient = compiled(position)[1]
        above, below = (compiled(position + step * way)[0] for step in (1e-6, -1e-6))
        np.testing.assert_allclose(gradient @ way, (above - below) / 2e-6, rtol=1e-3, atol=1e-3)
