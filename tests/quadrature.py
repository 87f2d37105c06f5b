"""Posterior of a Beta population by quadrature: the references of two examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BetaPopulation:
    """The posterior of (a, b), each theta integrated out, on a grid.

    Attributes
    ----------
    a, b
        The parameters of the Beta population at the points of the grid, shape ``(k, l)``.
    weights
        The posterior probability of each point, shape ``(k, l)``.
    """

    a: Floats
    b: Floats
    weights: Floats

    @property
    def mean(self) -> Floats:
        return self.a / (self.a + self.b)

    @property
    def concentration(self) -> Floats:
        return self.a + self.b

    @property
    def sd(self) -> Floats:
        return np.sqrt(self.mean * (1 - self.mean) / (self.concentration + 1))

    def expected(self, values: Floats) -> float:
        return float((self.weights * values).sum())

    def deviation(self, values: Floats) -> float:
        return float(np.sqrt(self.expected(values**2) - self.expected(values) ** 2))

    def quantile(self, values: Floats, probability: float) -> float:
        # Points of equal value count as one: rounding must not split a line of the grid.
        distinct, places = np.unique(np.round(values, 10), return_inverse=True)
        masses = np.bincount(places.reshape(-1), self.weights.reshape(-1))
        return float(np.interp(probability, np.cumsum(masses) - masses / 2, distinct))


def beta_population(
    successes: NDArray[np.int64],
    trials: NDArray[np.int64],
    hyperprior: str,
    widest: float = 0.6,
) -> BetaPopulation:
    """The population from which the rates of all groups come.

    Parameters
    ----------
    hyperprior
        "gamma": a and b from Gamma(2, rate 0.1); "flat": mean and concentration^(-1/2) uniform,
        as in Gelman et al., Bayesian Data Analysis, 3rd edition, section 5.3.
    widest
        The end of the grid of concentration^(-1/2) with a flat hyperprior.
    """
    pooled = successes.sum() / trials.sum()
    logit_mean = (logit(pooled) + np.linspace(-0.9, 0.9, 361))[:, None]
    if hyperprior == "gamma":
        concentration = np.exp(np.linspace(0.5, 7.0, 401))[None, :] + 0 * logit_mean
    else:  # equal steps of what has a flat prior, up to concentrations of some millions
        steps = np.linspace(0, widest, 401)
        concentration = ((steps[1:] + steps[:-1]) / 2)[None, :] ** -2 + 0 * logit_mean
    a = expit(logit_mean) * concentration
    b = concentration - a
    log_density = np.log(a) + np.log(b)  # the Jacobian of logit mean and log concentration
    if hyperprior == "gamma":
        log_density += np.log(a) - 0.1 * a + np.log(b) - 0.1 * b
    else:
        log_density -= 2 * np.log(concentration)  # that of logit mean alone
    log_density -= len(trials) * betaln(a, b)
    alike, counts = np.unique(np.stack([successes, trials]), axis=1, return_counts=True)
    for (y, n), count in zip(alike.T, counts, strict=True):
        log_density += count * betaln(a + y, b + n - y)
    weights = np.exp(log_density - log_density.max())
    return BetaPopulation(a, b, weights / weights.sum())
