"""What the draws lack before they can be trusted, as far as more sampling can mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdsl.results.limits import ESS_GOOD, R_HAT_GOOD, R_HAT_POOR
from hdsl.sampling.rounds import Shortfall

if TYPE_CHECKING:
    from hdsl.results.fit import Fit

_POOR_SHARE = 0.025
_APART = "HB557"
_BY_SAMPLING = frozenset({"HB551", "HB552", "HB553", "HB554", "HB558"})


def shortfall(fit: Fit) -> Shortfall | None:
    """What is missing; `None` where the draws are good, or where no sampling would help."""
    errors = {found.code for found in fit.diagnostics if found.severity == "error"}
    r_hat = float(np.nanmax(fit.assessed("r_hat"), initial=1.0))
    effective = np.minimum(fit.assessed("ess_bulk"), fit.assessed("ess_tail"))
    ess = float(np.nanmin(effective, initial=np.inf))
    if not errors and r_hat <= R_HAT_GOOD and ess >= ESS_GOOD:
        return None
    if errors - _BY_SAMPLING - {_APART}:
        return None
    draws = fit.num_chains * fit.num_draws
    # A little disagreement is what few effective draws give.
    factor = max(ESS_GOOD / max(ess, 1.0), (r_hat - 1.0) / (R_HAT_GOOD - 1.0))
    return Shortfall(
        disagree=bool(errors & {"HB551", "HB554", _APART})
        or r_hat > R_HAT_POOR
        or ess < _POOR_SHARE * draws,
        diverged=bool(np.any(fit.sample_stats.get("diverging", False))),
        factor=factor,
        apart=_APART in errors,
    )
