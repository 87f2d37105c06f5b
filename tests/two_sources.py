"""Bags from two sources: how many are from the first, exactly and by a Gibbs sampler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
Counts = NDArray[np.int_]


def log_odds(counts: Counts, theta: Floats) -> Floats:
    """Log odds of the first source for each bag, given the mixes.

    Parameters
    ----------
    counts
        Of shape (bag, colour).
    theta
        Of shape (…, 2, colour).

    Returns
    -------
    Of shape (…, bag).
    """
    return (np.log(theta[..., 0, :]) - np.log(theta[..., 1, :])) @ counts.T


def chances_of_number(odds: Floats) -> Floats:
    """The chance that m bags are from the first source, for m = 0, 1, …, given `log_odds`.

    If each m is as likely beforehand, it is proportional to e_m(exp(odds)) / C(n, m) with the
    elementary symmetric polynomial e_m.
    """
    n = odds.shape[-1]
    logs = np.full((*odds.shape[:-1], n + 1), -np.inf)
    logs[..., 0] = 0.0
    for bag in range(n):
        logs[..., 1:] = np.logaddexp(logs[..., 1:], logs[..., :-1] + odds[..., bag, None])
    m = np.arange(n + 1)
    logs -= gammaln(n + 1) - gammaln(m + 1) - gammaln(n - m + 1)
    chances = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return chances / chances.sum(axis=-1, keepdims=True)


def gibbs(
    counts: Counts,
    prior: Floats,
    start: Floats,
    sweeps: int,
    chains: int,
    seed: int,
    allowed: Callable[[Floats], NDArray[np.bool_]] | None = None,
) -> tuple[Counts, Floats]:
    """Draws of m and of the mixes, after 200 sweeps of warm-up.

    Parameters
    ----------
    prior
        Of the Dirichlet distributions of the mixes, shape (2, colour).
    allowed
        Which pairs of mixes are in order.

    Returns
    -------
    m of shape (sweep, chain), and the mixes of shape (sweep, chain, 2, colour).
    """
    generator = np.random.default_rng(seed)
    n = len(counts)
    theta = np.broadcast_to(start, (chains, *start.shape))
    share = np.full(chains, 0.5)
    numbers, mixes = [], []
    for sweep in range(200 + sweeps):
        odds = log_odds(counts, theta) + np.log(share / (1 - share))[:, None]
        first = generator.random(odds.shape) * (1 + np.exp(-odds)) < 1
        m = first.sum(axis=1)
        share = generator.beta(1 + m, 1 + n - m)
        shape = prior + np.stack([first @ counts, ~first @ counts], axis=1)
        theta = generator.gamma(shape)
        theta /= theta.sum(axis=-1, keepdims=True)
        while allowed is not None and not (ordered := allowed(theta)).all():
            anew = generator.gamma(shape[~ordered])
            theta[~ordered] = anew / anew.sum(axis=-1, keepdims=True)
        if sweep >= 200:
            numbers.append(m)
            mixes.append(theta.copy())
    return np.array(numbers), np.array(mixes)
