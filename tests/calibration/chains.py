"""Draws that are exchangeable with the truth: two simple samplers for many small posteriors.

From the truth a reversible chain goes some steps to a hub, and from there as many chains as draws
are wanted go as many steps (Besag and Clifford 1989, the parallel method). Given the data, the
truth and the draws are then exchangeable whether or not the chains have forgotten where they came
from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hdsl.density.density import Density

Floats = NDArray[np.float64]

DRAWS = 24
_LEAPFROGS = 6
_WINDOWS, _WINDOW = 4, 5
_DENSE = 8


class Chains(ABC):
    """Moves of many chains at once, reversible with respect to a density.

    `tune` may look at the data, never at the truth.
    """

    steps = 5

    def __init__(self, density: Density) -> None:
        self.density = density

    def around(self, truth: Floats, density: Density, rng: np.random.Generator) -> Floats:
        """Positions of shape (draw, dim) that are exchangeable with the true one."""
        self._tune(density, rng)
        many = np.tile(truth, (DRAWS, 1))
        for _ in range(self.steps):
            many = self._move(many, rng)[0]
        many = np.tile(many[0], (DRAWS, 1))
        for _ in range(self.steps):
            many = self._move(many, rng)[0]
        return many

    @abstractmethod
    def log_densities(self, positions: Floats) -> Floats:
        """At positions of shape (draw, dim)."""

    @abstractmethod
    def _move(self, positions: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
        """New positions, and the mean acceptance rate."""

    @abstractmethod
    def _use(self, density: Density) -> None: ...

    def _tune(self, density: Density, rng: np.random.Generator) -> None:
        self._use(density)
        dim = density.dimension
        self._step, self._root = self.first_step, np.eye(dim)
        many = self._starts(dim, rng)
        for _ in range(_WINDOWS):
            for _ in range(_WINDOW):
                many, rate = self._move(many, rng)
                self._step *= np.exp(rate - self.target)
            self._root = _root(many)
        for _ in range(_WINDOW):
            many, rate = self._move(many, rng)
            self._step *= np.exp(0.5 * (rate - self.target))

    first_step = 0.3
    target = 0.8

    def _starts(self, dim: int, rng: np.random.Generator) -> Floats:
        found = np.empty((0, dim))
        for attempt in range(60):
            radius = 2 * 0.95**attempt
            tried = rng.uniform(-radius, radius, (DRAWS, dim))
            found = np.concatenate([found, tried[np.isfinite(self.log_densities(tried))]])
            if len(found) >= DRAWS:
                return found[:DRAWS]
        if not len(found):
            raise AssertionError("no initial position")
        return found[np.arange(DRAWS) % len(found)]


def _root(many: Floats) -> Floats:
    """A square root of the covariance, dense in few dimensions."""
    dim = many.shape[1]
    spread = np.maximum(many.std(axis=0, ddof=1), 1e-3)
    if dim > _DENSE:
        return np.diag(spread)
    correlation = np.atleast_2d(np.corrcoef(many.T + 1e-9 * np.arange(len(many))))
    return spread[:, None] * np.linalg.cholesky(
        0.8 * np.nan_to_num(correlation) + 0.2 * np.eye(dim)
    )


@final
class Hamiltonian(Chains):
    """By gradients of the compiled density, which other data of the same shapes may share."""

    def __init__(self, density: Density) -> None:
        super().__init__(density)
        import jax

        from hdsl.density.programs import compile_lowered
        from hdsl.sampling.evaluation import guarded_value_and_gradient, to_device

        both = jax.vmap(guarded_value_and_gradient(density.log_density), in_axes=(0, None))
        places = np.zeros((DRAWS, density.dimension))
        self._to_device = to_device
        self._program: Any = compile_lowered(
            jax.jit(both).lower(places, to_device(density.arguments))
        )

    def _use(self, density: Density) -> None:
        self._data = self._to_device(density.arguments)

    def _both(self, positions: Floats) -> tuple[Floats, Floats]:
        value, gradient = self._program(positions, self._data)
        return np.asarray(value), np.asarray(gradient)

    def log_densities(self, positions: Floats) -> Floats:
        return self._both(positions)[0]

    def _move(self, positions: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
        # In the coordinates position = root @ z the metric is the unit matrix.
        root, step = self._root, self._step * rng.uniform(0.7, 1.2)
        value, gradient = self._both(positions)
        momentum = rng.normal(size=positions.shape)
        start = value - 0.5 * (momentum**2).sum(axis=1)
        there = positions
        for _ in range(_LEAPFROGS):
            momentum = momentum + 0.5 * step * gradient @ root
            there = there + step * momentum @ root.T
            value, gradient = self._both(there)
            momentum = momentum + 0.5 * step * gradient @ root
        with np.errstate(invalid="ignore", over="ignore"):
            rate = np.exp(np.minimum(value - 0.5 * (momentum**2).sum(axis=1) - start, 0.0))
        rate = np.where(np.isfinite(rate), rate, 0.0)
        taken = rng.random(len(rate)) < rate
        return np.where(taken[:, None], there, positions), float(rate.mean())


@final
class RandomWalk(Chains):
    """By NumPy, without compiling: for densities whose form changes with the data."""

    steps = 25
    first_step = 1.0
    target = 0.35

    def _use(self, density: Density) -> None:
        self.density = density

    def log_densities(self, positions: Floats) -> Floats:
        with np.errstate(all="ignore"):
            found = self.density.log_densities(positions)
        return np.where(np.isfinite(found), found, -np.inf)

    def _move(self, positions: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
        there = positions + self._step * rng.normal(size=positions.shape) @ self._root.T
        change = self.log_densities(there) - self.log_densities(positions)
        rate = np.exp(np.minimum(np.nan_to_num(change, nan=-np.inf), 0.0))
        taken = rng.random(len(rate)) < rate
        return np.where(taken[:, None], there, positions), float(rate.mean())
