"""The limits at which draws are doubted; the pages of the codes give the reasons."""

from __future__ import annotations

R_HAT_GOOD = 1.01
R_HAT_POOR = 1.05
ESS_GOOD = 400
CHAIN_APART_SD = 1.0
DIVERGENT_SHARE = 0.001
DIVERGENT_COUNT = 2
SATURATED_SHARE = 0.01
ENERGY_FRACTION = 0.3
