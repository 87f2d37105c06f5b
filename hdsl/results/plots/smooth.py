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


def smooth(draws: np.ndarray, size: int = 512, bounds: tuple[float, float] | None = None) -> Curve:
    """The density of draws: a Gaussian kernel estimate, mirrored at bounds.

    Where they are not given, bounds are found where draws crowd at an end. The bandwidth is 1.06
    min(sd, IQR / 1.34) n^(-1/5) (Silverman 1986, eq. 3.30).
    """
    from scipy.ndimage import gaussian_filter1d

    draws = _without_outliers(draws[np.isfinite(draws)].astype(float))
    centre, scale = _scaling(draws)
    if not scale > 0:
        return Curve(np.full(1, centre), np.full(1, np.inf))
    draws = (draws - centre) / scale
    bandwidth = 1.06 * draws.size**-0.2
    if bounds is None:
        low, high = _ends(draws, bandwidth)
    else:
        low = max(float(draws.min()) - 4 * bandwidth, (bounds[0] - centre) / scale)
        high = min(float(draws.max()) + 4 * bandwidth, (bounds[1] - centre) / scale)
    edges = np.linspace(low, high, size + 1)
    counts, _ = np.histogram(draws, edges)
    step = edges[1] - edges[0]
    density = gaussian_filter1d(counts / (draws.size * step), bandwidth / step, mode="reflect")
    return Curve(centre + scale * (edges[:-1] + step / 2), density / scale)


def bounds_of(draws: np.ndarray) -> tuple[float, float]:
    """The ends at which many draws crowd, infinite where they do not."""
    centre, scale = _scaling(draws)
    if not scale > 0:
        return -np.inf, np.inf
    hard = _hard((draws - centre) / scale, 1.06 * draws.size**-0.2)
    low, high = float(draws.min()), float(draws.max())
    return low if hard[0] else -np.inf, high if hard[1] else np.inf


def smooth_pair(first: np.ndarray, second: np.ndarray, size: int = 160) -> Surface:
    """The density of pairs: a Gaussian kernel with the covariance of the draws times n^(-1/3).

    Mirrored at bounds; the kernel follows correlations, so that narrow ridges stay narrow.
    """
    from scipy.signal import fftconvolve

    keep = _inside(first) & _inside(second)
    pair = [draws[keep].astype(float) for draws in (first, second)]
    centres, scales = zip(*map(_scaling, pair), strict=True)
    x, y = ((draws - c) / (s or 1.0) for draws, c, s in zip(pair, centres, scales, strict=True))
    bandwidth = x.size ** (-1 / 6)
    products = float(np.mean((x - x.mean()) * (y - y.mean())))
    correlation = products / max(float(np.std(x) * np.std(y)), 1e-12)
    edges = [np.linspace(*_ends(draws, bandwidth), size + 1) for draws in (x, y)]
    counts, _, _ = np.histogram2d(x, y, edges)
    steps = np.array([edge[1] - edge[0] for edge in edges])
    kernel = _kernel(bandwidth / steps, correlation)
    reach = (np.array(kernel.shape) - 1) // 2
    padded = np.pad(counts, [(int(reach[0]),) * 2, (int(reach[1]),) * 2])
    padded = _mirrored(padded, counts, reach, _hard(x, bandwidth), _hard(y, bandwidth))
    density = np.maximum(fftconvolve(padded, kernel, mode="valid"), 0)
    units = [scale or 1.0 for scale in scales]
    density /= density.sum() * steps.prod() * units[0] * units[1]
    middles = [edge[:-1] + step / 2 for edge, step in zip(edges, steps, strict=True)]
    at = [c + s * m for c, s, m in zip(centres, units, middles, strict=True)]
    return Surface(at[0], at[1], density)


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


def is_yes_or_no(draws: np.ndarray) -> bool:
    """Whether nothing but 0 and 1 was drawn."""
    return bool(draws.size) and bool(np.all((draws == 0) | (draws == 1)))


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


def _scaling(draws: np.ndarray) -> tuple[float, float]:
    """A middle and a scale; the scale is 0 where all draws are equal but for rounding."""
    if not draws.size:
        return 0.0, 0.0
    centre, scale = float(np.median(draws)), _spread(draws)
    return centre, scale if np.isfinite(scale) and scale > 1e-14 * abs(centre) else 0.0


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
