"""How far draws can be trusted as a sample: R-hat, effective sample sizes, Monte Carlo error.

All of it follows Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization,
folding, and localization: an improved R-hat for assessing convergence of MCMC", Bayesian
Analysis 16(2), called V21 below. Columns are handled together, in blocks that fit the cache.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_DRAWS = 4
_BLOCK = 8
_WORTH_THREADS = 200_000
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Statistics:
    """Summary statistics of columns of draws, each an array of shape ``(n,)``.

    ``mcse`` is the Monte Carlo standard error of ``mean``. What can't be said is NaN: the
    convergence columns of a constant, of fewer than 4 draws, or of draws with a NaN.
    """

    mean: Floats
    sd: Floats
    q5: Floats
    q50: Floats
    q95: Floats
    mcse: Floats
    ess_bulk: Floats
    ess_tail: Floats
    r_hat: Floats

    def part(self, start: int, stop: int) -> Statistics:
        """The statistics of the columns from `start` up to `stop`."""
        return Statistics(*(getattr(self, name)[start:stop] for name in COLUMNS))


COLUMNS = ("mean", "sd", "q5", "q50", "q95", "mcse", "ess_bulk", "ess_tail", "r_hat")


def assess(draws: NDArray[np.generic]) -> Statistics:
    """The statistics of each column of `draws`.

    Parameters
    ----------
    draws
        Shape ``(chain, draw, n)``; booleans count as 0 and 1.

    Notes
    -----
    ``r_hat`` is the larger of the rank-normalised split R-hat and its folded form (V21 eqs. 3, 4
    and 14), ``ess_bulk`` the effective size of the rank-normalised split chains, ``ess_tail``
    the smaller one of the indicators of the 5 % and the 95 % quantile (V21 section 4.3),
    ``mcse`` is ``sd / sqrt(ess)`` with the effective size of the split chains themselves.
    One chain alone is compared with itself, half with half.
    """
    n = draws.shape[2]
    if draws.size == 0:
        return Statistics(*(np.full(n, np.nan) for _ in COLUMNS))
    parts = [draws[:, :, start : start + _BLOCK] for start in range(0, n, _BLOCK)]
    if draws.size < _WORTH_THREADS:
        blocks = [_assess_block(part) for part in parts]
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as threads:
            blocks = list(threads.map(_assess_block, parts))
    return Statistics(
        *(np.concatenate([getattr(block, name) for block in blocks]) for name in COLUMNS)
    )


def energy_fraction(energy: NDArray[np.generic]) -> Floats:
    """The estimated Bayesian fraction of missing information (E-BFMI) of each chain.

    Parameters
    ----------
    energy
        Shape ``(chain, draw)``: the Hamiltonian at the start of each transition.

    Notes
    -----
    Betancourt (2016), "Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte
    Carlo", eq. 7. NaN for a chain of constant energy or of fewer than 2 draws.
    """
    values = np.asarray(energy, dtype=np.float64)
    if values.shape[1] < 2:
        return np.full(values.shape[0], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = np.mean(np.square(np.diff(values, axis=1)), axis=1)
        return steps / np.var(values, axis=1, ddof=1)


def rank_scores(draws: NDArray[np.generic]) -> Floats:
    """Average ranks of each column over all its draws, as normal scores (V21 eq. 14).

    Parameters
    ----------
    draws
        Shape ``(n, draw)``.
    """
    values = np.asarray(draws, dtype=np.float64)
    order = np.argsort(values, axis=1)
    return _scores(np.take_along_axis(values, order, axis=1), order)


def _assess_block(draws: NDArray[np.generic]) -> Statistics:
    columns = np.ascontiguousarray(np.moveaxis(draws, -1, 0), dtype=np.float64)
    n, chains, size = columns.shape
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        flat = columns.reshape(n, -1)
        mean = flat.mean(axis=1)
        sd = flat.std(axis=1, ddof=1) if chains * size > 1 else np.full(n, np.nan)
        halves = _split(columns)
        order = np.argsort(halves.reshape(n, -1), axis=1)
        ordered = np.take_along_axis(halves.reshape(n, -1), order, axis=1)
        whole = ordered if size % 2 == 0 else np.sort(flat, axis=1)
        q5, q50, q95 = (_quantile(whole, prob) for prob in (0.05, 0.5, 0.95))
        scale = np.maximum(np.abs(whole[:, 0]), np.abs(whole[:, -1]))
        constant = np.isfinite(scale) & (whole[:, -1] - whole[:, 0] <= _ROUNDING * scale)
        if size < MIN_DRAWS:
            unknown = np.full((4, n), np.nan)
            return Statistics(mean, sd, q5, q50, q95, *unknown)
        scores = _scores(ordered, order).reshape(halves.shape)
        r_hat = _larger(_r_hat(scores), _r_hat(_folded_scores(ordered, order, halves.shape)))
        bulk = _effective_size(scores)
        tail = np.minimum(
            _effective_size(_split(columns <= q5[:, None, None])),
            _effective_size(_split(columns <= q95[:, None, None])),
        )
        mcse = sd / np.sqrt(_effective_size(halves))
    unclear = constant | np.isnan(flat).any(axis=1)
    for column in (r_hat, bulk, tail):
        column[unclear] = np.nan
    mcse[constant] = 0.0
    return Statistics(mean, sd, q5, q50, q95, mcse, bulk, tail, r_hat)


def _split(columns: NDArray[np.generic]) -> Floats:
    """Halves of the chains as chains; the middle of an odd number of draws is left out."""
    half = columns.shape[2] // 2
    parts = (columns[:, :, :half], columns[:, :, columns.shape[2] - half :])
    return np.concatenate(parts, axis=1, dtype=np.float64)


def _quantile(ordered: Floats, prob: float) -> Floats:
    """Linear interpolation between order statistics, rounded as by `numpy.quantile`.

    The last bit matters, since indicators of a quantile are taken of the same draws.
    """
    place = prob * (ordered.shape[1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[1] - 1)
    weight = place - below
    low, high = ordered[:, below], ordered[:, above]
    step = high - low
    value = low + step * weight if weight < 0.5 else high - step * (1 - weight)
    value = np.where(step == 0, low, value) if weight < 1 else high
    return np.where(np.isnan(ordered[:, -1]), np.nan, value)


def _scores(ordered: Floats, order: NDArray[np.intp]) -> Floats:
    from scipy.special import ndtri

    n, count = ordered.shape
    # Average ranks are whole or half: all the scores that can occur fit into one short table.
    table = ndtri((np.arange(2, 2 * count + 1) / 2 - 0.375) / (count + 0.25))
    ranked = np.broadcast_to(table[::2], (n, count)).copy()
    same = ordered[:, 1:] == ordered[:, :-1]
    runs = (same[:, 1:] & same[:, :-1]).any(axis=1)
    if runs.any():
        ranked[runs] = table[_doubled_ranks(same[runs])]
    row, place = np.nonzero(same & ~runs[:, None])
    ranked[row, place] = ranked[row, place + 1] = table[2 * place + 1]
    scores = np.empty_like(ranked)
    np.put_along_axis(scores, order, ranked, axis=1)
    return scores


def _doubled_ranks(same: NDArray[np.bool_]) -> NDArray[np.intp]:
    """First plus last place of each run of equal values, where `same` says "as the one before"."""
    n, count = same.shape[0], same.shape[1] + 1
    places = np.arange(count)
    edge = np.ones((n, 1), dtype=np.bool_)
    starts = np.where(np.hstack([edge, ~same]), places, 0)
    ends = np.where(np.hstack([~same, edge]), places, count)
    first = np.maximum.accumulate(starts, axis=1)
    last = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    return first + last


def _folded_scores(ordered: Floats, order: NDArray[np.intp], shape: tuple[int, int, int]) -> Floats:
    # The rounding of `numpy.median`: the two middle draws lie equally far from it, or nearly so.
    count = ordered.shape[1]
    median = (ordered[:, (count - 1) // 2] + ordered[:, count // 2]) / 2
    distance = np.abs(ordered - median[:, None])
    # Distances of ordered draws fall and then rise: the stable sort merges these two runs.
    refold = np.argsort(distance, axis=1, kind="stable")
    folded = np.take_along_axis(distance, refold, axis=1)
    return _scores(folded, np.take_along_axis(order, refold, axis=1)).reshape(shape)


def _larger(bulk: Floats, tail: Floats) -> Floats:
    # A fold may be constant (a fair coin) and then says nothing.
    return np.where(tail > bulk, tail, bulk)


def _r_hat(chains: Floats) -> Floats:
    """V21 eqs. 1 to 4 for chains of shape ``(n, chain, draw)``, already split."""
    size = chains.shape[2]
    between = size * np.var(chains.mean(axis=2), axis=1, ddof=1)
    within = np.var(chains, axis=2, ddof=1).mean(axis=1)
    return np.sqrt((between / within + size - 1) / size)


def _effective_size(chains: Floats) -> Floats:
    """V21 eqs. 10 to 13 for chains of shape ``(n, chain, draw)``, already split.

    The autocorrelations are summed by Geyer's initial monotone positive sequence. A constant
    column has its full size.
    """
    n, count, size = chains.shape
    total = count * size
    mean = chains.mean(axis=2)
    covariance = _autocovariance(chains - mean[:, :, None])
    within = covariance[:, 0] * size / (size - 1.0)
    variance = covariance[:, 0] + np.var(mean, axis=1, ddof=1)
    correlation = 1.0 - (within[:, None] - covariance) / variance[:, None]
    correlation[:, 0] = 1.0
    length = max(0, -(-(size - 4) // 2)) + 1
    even = correlation[:, 0 : 2 * length : 2]
    pairs = even + correlation[:, 1 : 2 * length : 2]
    stops = ~(pairs > 0.0)
    stops[:, -1] = True
    stop = stops.argmax(axis=1)
    before = np.arange(length) < stop[:, None]
    monotone = np.minimum.accumulate(pairs, axis=1)
    rows = np.arange(n)
    rest = even[rows, stop]
    rest = np.where((rest > 0) | (pairs[rows, stop] >= 0), rest, 0.0)
    time = np.maximum(-1.0 + 2.0 * np.where(before, monotone, 0.0).sum(axis=1) + rest, 0.0)
    # As in ArviZ and Stan: antithetic draws count for more than themselves, within limits.
    effective = total / np.maximum(time, 1 / np.log10(total))
    effective[np.isnan(pairs[rows, stop])] = np.nan
    effective[np.ptp(chains.reshape(n, -1), axis=1) == 0] = total
    return effective


def _autocovariance(centred: Floats) -> Floats:
    """Autocovariances at all lags, averaged over chains: shape ``(n, draw)``."""
    size = centred.shape[2]
    length = _fast_length(2 * size)
    transformed = np.fft.rfft(centred, n=length, axis=2)
    power = (np.square(transformed.real) + np.square(transformed.imag)).mean(axis=1)
    return np.fft.irfft(power, n=length, axis=1)[:, :size] / size


def _fast_length(at_least: int) -> int:
    """The smallest product of powers of 2, 3 and 5 that is not below `at_least`."""
    best = 1 << max(at_least - 1, 1).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = threes << max(-(-at_least // threes) - 1, 0).bit_length()
            best = min(best, twos)
            threes *= 3
        fives *= 5
    return best
