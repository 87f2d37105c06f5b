"""Elements that no statement defines are no draws, and no mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import hdsl


def test_elements_that_no_part_defines_are_left_out(tmp_path: Path) -> None:
    found = hdsl.compile("""
data has_gc[g] = [1, 0, 1], obs[g] = [7.2, 0, 8.1]
m ~ Normal(8, 2)
y[g] ~ Normal(m, 1) for has_gc[g] == 1
obs[g] ~ Normal(y[g], 0.1) for has_gc[g] == 1
up[g] = y[g] + 1 for has_gc[g] == 1
luck[g] ~ Bernoulli(0.5) for has_gc[g] == 1
""").sample(seed=1)
    assert found.trusted
    assert found.diagnostics == ()
    names = [row.name for row in found.summary().rows]
    assert names == ["m", "y[1]", "y[3]", "up[1]", "up[3]", "luck[1]", "luck[3]"]
    assert np.isnan(found.posterior["y"].sel(g=2)).all()
    found.save(tmp_path / "found.run")
    assert hdsl.open(tmp_path / "found.run") == found
