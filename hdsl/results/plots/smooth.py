"""Densities of draws: kernel estimates on a grid, and the regions that hold most of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_HARD, _FEW = 0.02, 4
"""An end of the draws is a bound where such a share, and so many, lie within a bandwidth of it."""


class Curve(NamedTuple):
    """A density on a grid."""

    x: np.ndarray
    density: np.ndarray


class Surface(NamedTuple):
    """A density of two quantities; `density` has shape ``(x, y)``."""

    x: np.ndarray
    y: np.ndarray
    density: np.ndarray


def smooth(draws: np.ndarray, size: int = 512, mirrored: bool = True) -> Curve:
    """The density of draws: a Gaussian kernel estimate, mirrored at bounds.

    The bandwidth is 1.06 min(sd, IQR / 1.34) n^(-1/5) (Silverman 1986, eq. 3.30).
    """
    from scipy.ndimage import gaussian_filter1d

    draws = _without_outliers(draws)
    bandwidth = 1.06 * _spread(draws) * draws.size**-0.2
    low, high = _ends(draws, bandwidth)
    if not mirrored:
        low, high = float(draws.min()) - 4 * bandwidth, float(draws.max()) + 4 * bandwidth
    if bandwidth == 0 or not high > low:
        return Curve(np.array([draws[0]]), np.array([np.inf]))
    edges = np.linspace(low, high, size + 1)
    counts, _ = np.histogram(draws, edges)
    step = edges[1] - edges[0]
    density = gaussian_filter1d(counts / (draws.size * step), bandwidth / step, mode="reflect")
    return Curve(edges[:-1] + step / 2, density)


def smooth_pair(first: np.ndarray, second: np.ndarray, size: int = 160) -> Surface:
    """The density of pairs: a Gaussian kernel with the covariance of the draws times n^(-1/3).

    Mirrored at bounds; the kernel follows correlations, so that narrow ridges stay narrow.
    """
    from scipy.signal import fftconvolve

    keep = _inside(first) & _inside(second)
    first, second = first[keep], second[keep]
    factor = first.size ** (-1 / 6)
    scale = np.array([_spread(first), _spread(second)])
    scale[scale == 0] = 1.0
    correlation = float(np.clip(np.corrcoef(first / scale[0], second / scale[1])[0, 1], -1, 1))
    if not np.isfinite(correlation):
        correlation = 0.0
    (x_low, x_high), x_hard = _ends(first, factor * scale[0]), _hard(first, factor * scale[0])
    (y_low, y_high), y_hard = _ends(second, factor * scale[1]), _hard(second, factor * scale[1])
    x_edges, y_edges = (
        np.linspace(low, high if high > low else low + 1.0, size + 1)
        for low, high in ((x_low, x_high), (y_low, y_high))
    )
    counts, _, _ = np.histogram2d(first, second, (x_edges, y_edges))
    steps = np.array([x_edges[1] - x_edges[0], y_edges[1] - y_edges[0]])
    kernel = _kernel(factor * scale / steps, correlation)
    reach = (np.array(kernel.shape) - 1) // 2
    padded = np.pad(counts, [(int(reach[0]),) * 2, (int(reach[1]),) * 2])
    padded = _mirrored(padded, counts, reach, x_hard, y_hard)
    density = np.maximum(fftconvolve(padded, kernel, mode="valid"), 0)
    return Surface(
        x_edges[:-1] + steps[0] / 2, y_edges[:-1] + steps[1] / 2,
        density / (density.sum() * steps.prod()),
    )  # fmt: skip


def levels(density: np.ndarray, masses: tuple[float, ...]) -> list[float]:
    """The heights above which a density on an even grid holds the given masses, highest density."""
    ordered = np.sort(density.reshape(-1))[::-1]
    held = np.cumsum(ordered) / ordered.sum()
    return [float(ordered[min(int(np.searchsorted(held, m)), ordered.size - 1)]) for m in masses]


def interval(draws: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the equal-tail interval along the first axis."""
    tail = (1 - mass) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def _kernel(width: np.ndarray, correlation: float) -> np.ndarray:
    """A bivariate normal density on cells, out to four standard deviations."""
    correlation = float(np.clip(correlation, -0.98, 0.98))
    width = np.maximum(width, 0.7)
    reach = np.ceil(4 * width).astype(int)
    u = np.arange(-reach[0], reach[0] + 1)[:, None] / width[0]
    v = np.arange(-reach[1], reach[1] + 1)[None, :] / width[1]
    squares = (u * u - 2 * correlation * u * v + v * v) / (1 - correlation**2)
    kernel = np.exp(-squares / 2)
    return kernel / kernel.sum()


def _mirrored(
    padded: np.ndarray,
    counts: np.ndarray,
    reach: np.ndarray,
    x_hard: tuple[bool, bool],
    y_hard: tuple[bool, bool],
) -> np.ndarray:
    mirrored = np.pad(counts, [(int(reach[0]),) * 2, (int(reach[1]),) * 2], mode="symmetric")
    rows, columns = np.indices(padded.shape)
    allowed = np.ones(padded.shape, bool)
    for place, pad, size, hard in (
        (rows, reach[0], counts.shape[0], x_hard),
        (columns, reach[1], counts.shape[1], y_hard),
    ):
        if not hard[0]:
            allowed &= place >= pad
        if not hard[1]:
            allowed &= place < pad + size
    return np.where(allowed, mirrored, padded)


def _spread(draws: np.ndarray) -> float:
    """A standard deviation that few extreme draws don't change."""
    sd = float(np.std(draws))
    low, high = np.quantile(draws, [0.25, 0.75])
    middle = float(high - low) / 1.34
    return min(sd, middle) if middle > 0 else sd


def _inside(draws: np.ndarray) -> np.ndarray:
    """Draws that are not far out in a heavy tail, where a figure would show nothing else."""
    low, middle, high = np.quantile(draws, [0.01, 0.5, 0.99])
    return (draws >= middle - 4 * (middle - low)) & (draws <= middle + 4 * (high - middle))


def _without_outliers(draws: np.ndarray) -> np.ndarray:
    kept = draws[_inside(draws)]
    return kept if kept.size else draws


def _hard(draws: np.ndarray, bandwidth: float) -> tuple[bool, bool]:
    low, high = float(draws.min()), float(draws.max())
    least = _HARD + _FEW / draws.size
    return (
        float(np.mean(draws < low + bandwidth)) > least,
        float(np.mean(draws > high - bandwidth)) > least,
    )


def _ends(draws: np.ndarray, bandwidth: float) -> tuple[float, float]:
    hard = _hard(draws, bandwidth)
    low, high = float(draws.min()), float(draws.max())
    return (
        low if hard[0] else low - 4 * bandwidth,
        high if hard[1] else high + 4 * bandwidth,
    )
