"""Draws from a log density: No-U-Turn sampling, one compiled chunk, a thread per core."""

from __future__ import annotations

from hdsl.sampling.chains import Chains, Progress, Sampler, sample
from hdsl.sampling.initial import InitialFailure, find_initial_positions
from hdsl.sampling.settings import LogDensity, Settings

__all__ = [
    "Chains",
    "InitialFailure",
    "LogDensity",
    "Progress",
    "Sampler",
    "Settings",
    "find_initial_positions",
    "sample",
]
